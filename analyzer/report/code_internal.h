/*
 * The inside of source text, for those who read more of it than a statement.
 */
#ifndef AGLET_CODE_INTERNAL_H
#define AGLET_CODE_INTERNAL_H

#include "report/code.h"

/** `bare` is as long as `text`: comments and directives are blanks in it, literals are quotes. */
struct code {
    char *text, *bare;
    size_t size;
};

/** Behind the blanks, and comments, at `at`. */
size_t code_skip_blanks(const struct code *code, size_t at);
/** Behind the bracket that closes the one at `at`. */
size_t code_skip_brackets(const struct code *code, size_t at);
/** Behind "if (…)", "else" and the like; `at` if there is none of them. */
size_t code_skip_control(const struct code *code, size_t at);
/** True if that word, and no longer one, stands there. */
bool code_is_word_at(const struct code *code, size_t at, const char *word);
/** Behind the word at `at`. */
size_t code_end_of_word(const struct code *code, size_t at);
/** The semicolon that ends the statement, SIZE_MAX if a block or a stray bracket comes first. */
size_t code_semicolon(const struct code *code, size_t at);
/** The first character of the line, or of the next one. */
size_t code_line_start(const struct code *code, size_t at);
size_t code_next_line(const struct code *code, size_t at);
/** True if nothing else stands before it on the line, or, but for comments, behind it. */
bool code_is_first_on_line(const struct code *code, size_t at);
bool code_is_last_on_line(const struct code *code, size_t at);
/** The blanks that the line begins with, to be freed. */
char *code_indent(const struct code *code, size_t at);
/** Each line of `lines` with the indentation before and a newline behind it; to be freed. */
char *code_indented(const char *indent, const char *lines);

#endif
