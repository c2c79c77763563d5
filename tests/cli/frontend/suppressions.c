/* Comments that suppress, and for which line they do. */

//~ ^suppress next .*suppressions\.c:{+3} for line {+5}: fire-and-forget \(lives on\)
int plain(void) {
    int x = 0;
    // aglet:ignore fire-and-forget -- lives on

    x++;
    return x;
}

//~ ^suppress line .*suppressions\.c:{+2} for line {+2}: all$
int behind_code(void) {
    return 1; // aglet:ignore
}

//~ ^suppress line .*suppressions\.c:{+5} for line {+5}: missing-cleanup,unshielded-write$
//! suppress .*:{+3}
const char *continued(void) {
    return "a string \
        // aglet:ignore not a comment \
        that goes on"; /* aglet:ignore missing-cleanup, unshielded-write */
}

//! not-this-word
// aglet:ignored not-this-word
int other(void) {
    return 'a' + '"';
}

//~ ^suppress file .*suppressions\.c:{+1} for line {+1}: blocking-constructor \(a reason\)
/* aglet:ignore-file blocking-constructor -- a reason */
