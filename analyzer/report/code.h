/*
 * Source text as a place to write in: statements, and the indentation around them.
 */
#ifndef AGLET_CODE_H
#define AGLET_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code;

/** The text of a file; NULL if it cannot be read. */
struct code *code_read(const char *path);
void code_free(struct code *code);

/** The offset of a place (line and column count from 1); SIZE_MAX if there is no such place. */
size_t code_offset(const struct code *code, uint32_t line, uint32_t col);
/** The place of an offset. */
void code_place(const struct code *code, size_t offset, uint32_t *line, uint32_t *col);

/** A statement that is neither a block nor has one. */
struct code_statement {
    size_t start, end; /* end: behind the semicolon */
    bool labelled;     /* a label stands before it, in the same block */
    size_t control;    /* it is the body, without braces, of the control statement that begins
                          here; SIZE_MAX if it is not */
};

/** The statement that holds the offset; false if it is not a plain one, has a label on its line, or
 *  shares its lines with others. */
bool code_statement(const struct code *code, size_t offset, struct code_statement *statement);

/** True if the statement returns a constant or a variable other than `name`, or nothing. */
bool code_returns_plainly(const struct code *code, const struct code_statement *statement,
                          const char *name);
/** True if the statement is a return whose value, if any, is made without that variable. */
bool code_returns_without(const struct code *code, const struct code_statement *statement,
                          const char *name);
/** True if the statement begins with the word `return` and has a value. */
bool code_returns_value(const struct code *code, const struct code_statement *statement,
                        size_t *value);

/** True if what is declared at `from` is still in scope at `to`. */
bool code_in_scope(const struct code *code, size_t from, size_t to);
/** True if the word stands somewhere in the code. */
bool code_has_word(const struct code *code, const char *word);

/** One replacement: bytes [start, end) give way to `text`, which is the caller's to free. */
struct code_edit {
    size_t start, end;
    char *text;
};
enum { CODE_EDITS = 4 };

/** Puts lines before and behind the statement, each with its indentation, and braces around them
 *  where they are needed. Either may be NULL; lines are separated by newlines. Returns how many
 *  edits that makes. */
size_t code_surround(const struct code *code, const struct code_statement *statement,
                     const char *before, const char *behind, struct code_edit edits[CODE_EDITS]);

#endif
