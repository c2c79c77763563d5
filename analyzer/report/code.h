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

/** True if the statement is a return, and the last of its function's own block. */
bool code_ends_function(const struct code *code, const struct code_statement *statement);
/** True if `second` is the statement behind `first` in its block, and nothing that it names is set
 *  by `first` or a label before it. */
bool code_follows(const struct code *code, const struct code_statement *first,
                  const struct code_statement *second);

/** True if `second` is the statement behind `first` in its block, or behind an `if (!name)` that
 *  stands between them. */
bool code_follows_check(const struct code *code, const struct code_statement *first,
                        const char *name, const struct code_statement *second);

/** The text of argument `index` (from 0) of the call that begins at `call`, to be freed; "" if it
 *  has none. */
char *code_argument(const struct code *code, size_t call, size_t index);

/** How often the word stands in [start, end). */
size_t code_count_word(const struct code *code, const char *word, size_t start, size_t end);
/** The brace that closes the block around the offset. */
size_t code_scope_end(const struct code *code, size_t offset);

/** What a statement does with the result of the call in it that begins at `call`. */
enum code_keeps { CODE_KEEPS_OTHER, CODE_KEEPS_NOTHING, CODE_KEEPS_VARIABLE };

/** Whether the statement is that call and nothing else, or puts its result into a variable, whose
 *  name *name then is, to be freed. */
enum code_keeps code_keeps_result(const struct code *code, const struct code_statement *statement,
                                  size_t call, char **name);

/** The name of the variable that the statement puts something into, which may declare it, to be
 *  freed; NULL if it does something else. */
char *code_set_variable(const struct code *code, const struct code_statement *statement);

/** The text of [start, end), to be freed. */
char *code_text(const struct code *code, size_t start, size_t end);

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

/** Takes the statement out with its line, and a comment behind it. */
struct code_edit code_cut(const struct code *code, const struct code_statement *statement);
/** Puts lines in the statement's place, each with its indentation; separated by newlines. */
struct code_edit code_replace(const struct code *code, const struct code_statement *statement,
                              const char *lines);

/** Makes a `while` of the `if` that asks whether the call at `call` returns anything, and keeps it
 *  perhaps; false if there is none, it has an `else`, or its body a way out. */
bool code_if_to_while(const struct code *code, size_t call, struct code_edit *edit);
/** Makes a loop of the statements from `start` to the end of their block, or to a return of a
 *  constant there. It is left behind the statement that holds `asked`, where the variable `name` is
 *  null. False if some statement leaves the block otherwise, or has nothing to do with it. */
bool code_drain(const struct code *code, size_t start, size_t asked, const char *name,
                struct code_edit *edit);

/** Puts lines before and behind the statement, each with its indentation, and braces around them
 *  where they are needed. Either may be NULL; lines are separated by newlines. Returns how many
 *  edits that makes. */
size_t code_surround(const struct code *code, const struct code_statement *statement,
                     const char *before, const char *behind, struct code_edit edits[CODE_EDITS]);

#endif
