/*
 * What the fixes have in common: the code at a location, and edits of it.
 */
#ifndef AGLET_FIX_TEXT_H
#define AGLET_FIX_TEXT_H

#include "program/check_fix.h"
#include "report/code.h"

/** The text of the location's file; NULL if a macro wrote what stands there. */
struct code *fix_code_at(const struct path *path, ir_id loc);

/** The statement that holds the location; false if it is no plain one. */
bool fix_statement_at(const struct code *code, const struct path *path, ir_id loc,
                      struct code_statement *statement);
/** The offset of the location. */
size_t fix_offset_at(const struct code *code, const struct path *path, ir_id loc);

/** Adds an edit, whose text is the finding's then. */
void fix_add(struct finding *finding, const struct code *code, const struct path *path, ir_id loc,
             const struct code_edit *edit);

/** Gives the fix its title and its edits their order, if it has any. */
void fix_finish(struct finding *finding, const char *title);

/** A name that does not stand in the text yet, nor in the first `number` fixes; to be freed. */
char *fix_fresh_name(const struct code *code, const char *word, size_t number);

/** The call that took the lock that is held, if it is one alone; or NULL. */
const struct ir_instr *fix_lock_held(const struct path *path);
/** True if the call gives a lock back. */
bool fix_unlocks(const struct path *path, const struct ir_instr *call);
/** The next call behind the instruction, if no other way leads on and it gives a lock back; or
 * NULL.
 */
const struct ir_instr *fix_next_unlock(const struct path *path, const struct ir_instr *from);

/** The words of what the function returns, as a declaration has them before the name; or NULL. */
const char *fix_returned_type(const struct path *path);

/** The variable that holds a lost task all the way to the return that loses it, which `test`
 *  accepts, its name and the words of its kind; NULL if there is none. */
typedef bool fix_return_test(const struct code *code, const struct code_statement *statement,
                             const char *name);
const char *fix_last_holder(const struct path *path, const struct path_loss *loss,
                            fix_return_test *test);

#endif
