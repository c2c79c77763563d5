/*
 * The path engine's inside: what one instruction does to a state.
 */
#ifndef AGLET_PATH_STEP_H
#define AGLET_PATH_STEP_H

#include "flow/path.h"

/** After the walk: a state in which the block was reached; NULL if it was not. */
struct state *path_state_at(const struct path *path, ir_id block);

/** Executes one instruction (its index in the unit) in path->state. False: this path ends here
 *  (a call that does not return, a null pointer followed). */
bool path_step(struct path *path, ir_id instr);

/** A call (path_call.c); same result. */
bool path_step_call(struct path *path, ir_id instr);

/** What a call makes for its caller (path_acquire.c). */
void path_acquire(struct path *path, const struct path_call *call, const struct effect *effect,
                  value_id result);

/** Something else is put where others were stored for the caller, who will not find them: true if
 *  there were any, and what he finds is not told then. */
bool path_replace_out(struct path *path, region_id region, value_id value);

/** What it is given and releases (path_release.c), or takes over in some outcomes only. */
void path_release(struct path *path, const struct path_call *call, const struct effect *effect);
/** What lies where the effect releases it; made up if nothing is known of it. */
value_id path_held_at(struct path *path, const struct path_call *call, const struct effect *effect);
/** What the places hold after the call that it released, which held `held` (by effect). */
void path_leave_places(struct path *path, const struct path_call *call, const value_id *held,
                       size_t count);
bool path_hands_over(const struct path_call *call, const struct effect *effect);
void path_hand_over(struct path *path, const struct path_call *call, const struct effect *effect,
                    value_id result);

/** Finds the fields of others' objects that the function empties (path_emptied.c). */
void path_find_emptied(struct path *path);

/** Does what the call returns lead to one of its arguments? */
bool path_leads_to_argument(const struct path_call *call);

/** What it may write, and keep of its arguments (path_pass.c). */
void path_pass_arguments(struct path *path, const struct path_call *call);
/** What the argument points to. */
region_id path_arg_region(struct path *path, const struct path_call *call, unsigned arg);
bool path_root_is_local(const struct path *path, region_id region);
/** May others read and write it? */
bool path_is_exposed(const struct path *path, region_id region);

/** True when the call's target has a role of that kind. */
bool path_call_has_role(const struct path *path, const struct ir_instr *call, enum role_kind kind);

/** What is known of the call's target (enum callee_flag), as far as the text says where it leads.
 */
unsigned path_call_flags(const struct path *path, const struct ir_instr *call);

/** What the call does, to the unit's function `function` or, if that is IR_NONE, to whatever its
 *  place is known to hold. */
void path_ask_target(const struct path *path, const struct ir_instr *call, ir_id function,
                     struct callee *callee);

/** Something is stored in memory that others have, too (path_alias.c): forgets what was known of it
 *  by other names. */
void path_forget_aliases(struct path *path, region_id region);

/** Callbacks (path_callback.c). Does one that is given with the call release what the call makes,
 *  of kind `subject`, as a listener's that frees it? */
bool path_callback_releases(const struct path *path, const struct path_call *call,
                            const char *subject);
/** True when the argument of the effect is passed on to a callback that is called once, and that
 *  neither releases nor keeps it. */
bool path_callback_leaves(const struct path *path, const struct path_call *call,
                          const struct effect *effect);
/** True when it is passed on to a callback that completes it. */
bool path_callback_completes(const struct path *path, const struct path_call *call,
                             const struct effect *effect);
/** A reference that was made for such a callback is lost. */
void path_meet_callbacks(struct path *path, const struct path_call *call);

/** The function's end: tells the listeners and settles what is still open. */
void path_step_return(struct path *path, const struct ir_block *block);

/** The value leaves the function's sight: it and what it leads to is no longer tracked. */
void path_escape(struct path *path, value_id value);

/** True when the value leads to the very object that the region is part of: whoever finds it there
 *  has the object already. */
bool path_is_self(const struct path *path, region_id region, value_id value);

/** Somebody looks at the value: what it tells is known. */
void path_look_at(struct path *path, value_id value);

/** The values held in a region and its parts leave the function's sight. */
void path_escape_contents(struct path *path, region_id whole);

/** An element whose index is not a constant: any of its array's, or a part of it. */
bool path_is_vague(const struct path *path, region_id region);

/** The region a place names, in the current state. *null is set when a null pointer is followed. */
region_id path_region(struct path *path, ir_id place, bool *null);

/** What a call that only computes answered before (path_pure.c); VALUE_UNKNOWN if nothing is kept.
 */
value_id path_recall(struct path *path, const struct path_call *call);
void path_remember(struct path *path, const struct path_call *call, value_id result);
/** Memory changed: they may answer otherwise. */
void path_doubt_answers(struct path *path);

/** What does nothing until it is started (path_start.c). What the call starts, or may start. */
void path_start(struct path *path, const struct path_call *call);
/** The walk is over: tells of what was not started. */
void path_tell_idle(struct path *path);

/** Queues of entries that have to be submitted (path_queue.c). Says what a call is about to do in
 *  the wrong order. */
void path_meet_queue(struct path *path, const struct path_call *call);
/** What it does to a queue and its entries. */
void path_queue(struct path *path, const struct path_call *call, value_id result);
/** A store into an entry fills it in. */
void path_queue_store(struct path *path, const struct ir_instr *instr);

/** errno (path_errno.c). Was the value loaded from there? */
bool path_is_errno(struct path *path, value_id value);
/** It is read: by a load, or by what the call does. Says so if it is whoever's. */
void path_errno_load(struct path *path, const struct ir_instr *instr);
void path_errno_asked(struct path *path, const struct path_call *call);
/** It is set, perhaps. */
void path_errno_store(struct path *path, const struct ir_instr *instr);
/** What the call leaves there. */
void path_errno_call(struct path *path, const struct path_call *call);

/** Memory that others can change (path_stale.c). Finds the places that are followed. */
void path_find_followed(struct path *path);
/** The value was loaded from the region. */
void path_read(struct path *path, const struct ir_instr *instr, region_id region, value_id value);
/** The condition holds in `state`, or does not. */
void path_ask(struct path *path, struct state *state, value_id condition, bool truth);
/** The call is about to suspend, perhaps: what was read is old then. */
void path_meet_suspension(struct path *path, const struct path_call *call);
/** The value is about to be stored into the region. */
void path_change(struct path *path, const struct ir_instr *instr, region_id region, value_id value);
/** The walk is over: tells of the changes that rely on what is old. */
void path_tell_stale(struct path *path);

/** Items of queues (path_take.c). Says that the call takes one, or that the store does. */
void path_take_by_call(struct path *path, const struct path_call *call);
void path_take_by_hand(struct path *path, const struct ir_instr *instr, region_id region,
                       value_id value);

/** What belongs to something else (path_belong.c). The call's effect acquires `entity`. */
void path_belong(struct path *path, const struct path_call *call, const struct effect *effect,
                 value_id entity);
/** It is released, or somebody else may do so. */
void path_belong_no_more(struct path *path, value_id entity);
/** Says what a call that releases an owner leaves behind. */
void path_meet_owned(struct path *path, const struct path_call *call);

/** What memory of our own holds (path_member.c). Does the region lie in such memory? */
bool path_is_member(const struct path *path, region_id region);
/** Does the store put something into an object, as what belongs to it? */
bool path_stores_member(const struct path *path, const struct ir_instr *store);
/** The resource is stored there; false if the memory is not our own, or already others'. */
bool path_put_member(const struct path *path, struct duty *duty, region_id region);
/** The memory is released: what it holds is lost if it is just freed, else somebody's. */
void path_release_members(struct path *path, value_id owner, bool freed);

/** Kinds of numbers (path_number.c). Which kind a call yields. */
void path_learn_number(struct path *path, const struct path_call *call, value_id result);
/** Says which arguments of a call are of another kind than it expects. */
void path_meet_numbers(struct path *path, const struct path_call *call);

/** Loans (path_lend.c). Says what a call frees of what is lent. */
void path_meet_free(struct path *path, const struct path_call *call);
/** What a call, before it happens, shows to be over. */
void path_settle_loans(struct path *path, const struct path_call *call);
/** The loans of a call whose resource is released now are over. */
void path_return_loans(struct path *path, ir_id origin, value_id owner);
/** The call's effect lends its argument. */
void path_lend(struct path *path, const struct path_call *call, const struct effect *effect,
               value_id result);
/** What is lent is looked at: whether it is given back, perhaps. */
void path_watch_loans(struct path *path, region_id region);
/** A local ends: says what is lent of it still. */
void path_end_loans(struct path *path, ir_id local, ir_id loc);

/** Claims (path_claim.c). What a call is about to do to things that were ended: says so. */
void path_meet_call(struct path *path, const struct path_call *call);
/** A call tells that something was not released yet. */
void path_learn_open(struct path *path, const struct path_call *call, value_id result);
/** What a call is about to do to what is not released: says so if it stands for the release. */
void path_meet_open(struct path *path, const struct path_call *call);
/** The callback that is given with the call to be called when what it releases is gone; false if
 *  there is none, or it is not known. */
bool path_last_callback(const struct path *path, const struct path_call *call,
                        struct callee *callback);
/** The same for a load or a store at `place`. */
void path_meet_access(struct path *path, const struct ir_instr *instr);
/** Before a load or a store at `place`: says if what it leads through may not be there, since
 * nobody has asked the call that was to hand it out. */
void path_meet_unasked(struct path *path, const struct ir_instr *instr);
/** What the call's effect releases, to be claimed when the call is over; VALUE_UNKNOWN if it cannot
 *  be said that it is gone then. */
value_id path_ended_by(struct path *path, const struct path_call *call,
                       const struct effect *effect);
/** Claims it. */
void path_claim_end(struct path *path, const struct path_call *call, const struct effect *effect,
                    value_id entity, value_id result);
/** An object is made anew. */
void path_rearm(struct path *path, value_id entity);
/** Memory within `whole` may have been made anew. */
void path_rearm_within(struct path *path, region_id whole);

/** Promises (path_complete.c). Somebody gets the value who may complete it. */
void path_hand_promise(struct path *path, value_id value);
/** What a call is about to complete, or to let go without: says so if it must not. */
void path_meet_promises(struct path *path, const struct path_call *call);
/** What the call's effect completes. */
void path_complete(struct path *path, const struct path_call *call, const struct effect *effect,
                   value_id result);
/** The function returns: says what it ought to have completed. */
void path_end_promises(struct path *path, value_id returned, ir_id loc);

/** Answers (path_answer.c). What the call's outcome is going to tell of an argument, as things are
 *  before it: an error that goes together with an earlier outcome tells of that, and may be gone
 *  after the call. Without a guard if it tells nothing. */
struct duty path_answer_of(const struct path *path, const struct path_call *call);
/** The outcome is there. */
void path_answer(struct path *path, struct duty fact, value_id result);

/** Takes from the callee the chains to guilty calls that it does not follow, as it is called here
 *  (path_chain.c). */
void path_follow_chains(const struct path *path, const struct path_call *call,
                        struct callee *callee);

/** What a call that has returned tells of its arguments; false if it cannot have returned. */
bool path_heed_return(struct path *path, const struct path_call *call);

/** Sizes (path_size.c). The argument of an acquiring call that says how much is asked for. */
value_id path_asked_size(const struct path *path, const struct path_call *call,
                         const struct effect *effect);
/** Forgets what was asked for, where the size is zero. */
void path_drop_empty(struct path *path, struct state *state);

/** Questions (path_question.c). What the branch at the end of `block` asks. */
struct question path_question(const struct path *path, const struct ir_block *block,
                              value_id condition);
/** Another path leads to what is the same state. */
void path_meet_questions(struct state *seen, const struct state *other);
/** True when the way to the loss answered the same question one way and then, with the resource in
 *  hand, the other way: such questions go together, and the way is none. */
bool path_contradicts(const struct path *path, const struct duty *duty);

/** Locks (path_lock.c). What the call gives back, while what its arguments lead to is known. */
void path_unlock(struct path *path, const struct path_call *call);
/** What it takes, once it is over. */
void path_lock(struct path *path, const struct path_call *call, value_id result);
/** The function returns, with the locks that are held. */
void path_note_holds(struct path *path, value_id returned, ir_id loc);
/** The walk is over: tells of the locks that are held where they should not be. */
void path_tell_holds(struct path *path);

/** A duty ends well: released, */
void path_discharge_here(struct path *path, const struct duty *duty);
/** … or returned, or handed on to somebody who may do whatever is left to do. */
void path_discharge(struct path *path, const struct duty *duty);

/** Keeps a lost duty for the report: the first for each acquisition. `again`: as in path_loss. */
void path_note_loss(struct path *path, const struct duty *duty, ir_id exit, bool again);

#endif
