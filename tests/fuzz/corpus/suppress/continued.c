"\
" // aglet:ignore a --