/*
 * Annotations: what a function does, said where it is declared.
 *
 * Each macro expands to __attribute__((annotate("aglet:ROLE(key=value,...)"))), which compilers
 * ignore and `aglet check` reads. The vocabulary is the one of the models in rules/models/ (JSON).
 * Put them after the declarator or before the return type of a function, on a function-pointer
 * field or on a typedef:
 *
 *     AGLET_COROUTINE int fetch(void *arg);
 *     int store_flush(struct store *s) AGLET_BLOCKS(io);
 *
 * Arguments are counted from 1, as in GCC's nonnull attribute; `return` names the returned value.
 * The header has no dependency: a project can use it without linking the runtime.
 */
#ifndef AGLET_ANNOTATIONS_H
#define AGLET_ANNOTATIONS_H

#if defined(__clang__) || (defined(__has_attribute) && __has_attribute(annotate))
#define AGLET_ROLE(...) __attribute__((annotate("aglet:" #__VA_ARGS__)))
#else
#define AGLET_ROLE(...)
#endif

/* The formatter would split the roles' names at their hyphens. */
/* clang-format off */

/** May only run inside a coroutine. */
#define AGLET_COROUTINE AGLET_ROLE(coroutine)
/** May run inside or outside a coroutine, and does the right thing in both. */
#define AGLET_MIXED AGLET_ROLE(mixed)
/** Returns whether it is called in a coroutine: not zero there, else zero. */
#define AGLET_TELLS_COROUTINE AGLET_ROLE(tells-coroutine)
/** Guards what is made once: what follows a result that is not zero, or the function it calls. */
#define AGLET_ONCE AGLET_ROLE(once)
/** Must never run inside a coroutine or a loop callback. */
#define AGLET_SYNC_ONLY AGLET_ROLE(sync-only)
/** Never blocks, whatever is called in it. */
#define AGLET_NONBLOCKING AGLET_ROLE(nonblocking)
/** Must never run inside a coroutine. */
#define AGLET_NO_COROUTINE AGLET_ROLE(no-coroutine)
/** Returns -ECANCELED (or NULL) at once, each time, when the task is cancelled that calls it. */
#define AGLET_CANCELLABLE AGLET_ROLE(cancellable)
/** An await point: the running coroutine may be parked here, and a cancellation delivered. */
#define AGLET_SUSPENDS AGLET_ROLE(suspends(when=maybe)) AGLET_CANCELLABLE
/** As AGLET_SUSPENDS, until a peer on the network does its part, who may never do it. */
#define AGLET_SUSPENDS_FOR_PEER AGLET_ROLE(suspends(kind=net, when=maybe)) AGLET_CANCELLABLE
/** As AGLET_SUSPENDS, for what comes from outside as it likes, and may come without end. */
#define AGLET_SUSPENDS_FOR_ARRIVAL AGLET_ROLE(suspends(kind=arrival, when=maybe)) AGLET_CANCELLABLE
/** As AGLET_SUSPENDS; all it does is to let time pass. */
#define AGLET_SUSPENDS_FOR_TIME AGLET_ROLE(suspends(kind=time, when=maybe)) AGLET_CANCELLABLE
/** Blocks the OS thread; `how` is one of sleep io net dns lock process wait db cpu. */
#define AGLET_BLOCKS(how) AGLET_ROLE(blocks(kind=how))
/** Makes and returns a new object; doing I/O here belongs in an asynchronous factory. */
#define AGLET_CONSTRUCTOR AGLET_ROLE(constructor)
/** The coroutines of this library have so many bytes of stack each. */
#define AGLET_STACK(bytes) AGLET_ROLE(stack(value=bytes))
/** Of a field: the program says in it how many bytes of stack coroutines have. */
#define AGLET_SETS_STACK AGLET_ROLE(stack)
/** What it makes does nothing until it is started. */
#define AGLET_DEFERS AGLET_ROLE(defers)
/** Starts what is in argument `n`. */
#define AGLET_STARTS(n) AGLET_ROLE(starts(arg=n))
/** An asynchronous factory: it is meant to do I/O and to be awaited. */
#define AGLET_FACTORY AGLET_ROLE(factory)
/** Starts a task running argument `entry` with argument `data`; the returned handle has no owner
 *  until it is awaited, stored, given away or detached. */
#define AGLET_SPAWNS(entry_arg, data_arg)                                                          \
    AGLET_ROLE(spawns(entry=entry_arg, data=data_arg, handle=return))
/** As AGLET_SPAWNS, but argument `owner_arg` (a group, a scheduler) owns the task. */
#define AGLET_SPAWNS_OWNED(entry_arg, data_arg, owner_arg)                                         \
    AGLET_ROLE(spawns(entry=entry_arg, data=data_arg, handle=return, owner=owner_arg))
/** As AGLET_SPAWNS_OWNED, for a function that hands out no handle at all (it returns a status). */
#define AGLET_SPAWNS_INTO(entry_arg, data_arg, owner_arg)                                          \
    AGLET_ROLE(spawns(entry=entry_arg, data=data_arg, owner=owner_arg))
/** Waits for the task behind argument `n` and takes over its result. */
#define AGLET_JOINS(n) AGLET_ROLE(joins(arg=n))
/** Returns how the work ended that was waited for: who drops it loses its error. */
#define AGLET_TELLS_OUTCOME AGLET_ROLE(tells-outcome)
/** As AGLET_TELLS_OUTCOME; argument `n` receives the same, unless it is NULL. */
#define AGLET_TELLS_OUTCOME_TO(n) AGLET_ROLE(tells-outcome(unless=n:nonnull))
/** Shows how tasks ended, or are going to end: that is no news to who joins them after it. */
#define AGLET_SHOWS_OUTCOME AGLET_ROLE(shows-outcome)
/** Asks the task behind argument `n` to stop; its handle still has to be awaited. */
#define AGLET_CANCELS(n) AGLET_ROLE(cancels(arg=n))
/** States that the task behind argument `n` is meant to run on its own. */
#define AGLET_DETACHES(n) AGLET_ROLE(detaches(arg=n))
/** Returns a resource that the caller has to release (`res` ties it to AGLET_RELEASES). */
#define AGLET_ACQUIRES(res) AGLET_ROLE(acquires(kind=res, via=return, when=nonnull))
/** On return 0, argument `n` (a pointer to a handle) holds a resource that the caller releases. */
#define AGLET_ACQUIRES_OUT(res, n) AGLET_ROLE(acquires(kind=res, via=out:n, when=zero))
/** On return 0, the object that argument `n` points to must be released (an initialised struct). */
#define AGLET_ACQUIRES_ARG(res, n) AGLET_ROLE(acquires(kind=res, via=arg:n, when=zero))
/** Releases the resource behind argument `n`. */
#define AGLET_RELEASES(res, n) AGLET_ROLE(releases(kind=res, arg=n))
/** On return 0, the asynchronous lock in argument `n` is held by the running task. */
#define AGLET_LOCKS(n) AGLET_ROLE(locks(kind=async, arg=n, when=zero))
/** Releases the asynchronous lock in argument `n`. */
#define AGLET_UNLOCKS(n) AGLET_ROLE(unlocks(kind=async, arg=n))
/** Changes something that must not be torn: what is one of db file peer state. A program marks its
 *  own writes so: `int account_move(struct db *) AGLET_COROUTINE AGLET_SUSPENDS AGLET_MUTATES(db);`
 *  (aglet_mutation_begin() in debug.h makes them visible at run time too). */
#define AGLET_MUTATES(subject) AGLET_ROLE(mutates(what=subject))
/** As AGLET_MUTATES(db), where argument `n` is the SQL text: a plain SELECT does not mutate. */
#define AGLET_MUTATES_SQL(n) AGLET_ROLE(mutates(what=db, sql=n))
/** Runs the coroutine in argument `n` so that a cancellation cannot cut it short; or waits so for the
 *  task whose handle it is, and takes the handle unless it is cut itself. */
#define AGLET_SHIELDS(n) AGLET_ROLE(shields(arg=n))
/** Between these two calls, suspensions are not cut by a cancellation. */
#define AGLET_SHIELD_BEGIN AGLET_ROLE(shield-begin)
#define AGLET_SHIELD_END   AGLET_ROLE(shield-end)
/** Between these two calls, a deadline is in force. */
#define AGLET_DEADLINE_BEGIN AGLET_ROLE(deadline-begin)
#define AGLET_DEADLINE_END   AGLET_ROLE(deadline-end)
/** Argument `n` is a timeout or a deadline for this call. */
#define AGLET_TAKES_DEADLINE(n) AGLET_ROLE(takes-deadline(arg=n))
/** Argument `n` is a duration in milliseconds, after which the call returns or does its part. */
#define AGLET_TAKES_TIMEOUT_MS(n) AGLET_ROLE(takes-deadline(kind=timeout-ms, arg=n))
/** Argument `n` is a point in time, in milliseconds of what AGLET_TELLS_TIME_MS returns. */
#define AGLET_TAKES_DEADLINE_MS(n) AGLET_ROLE(takes-deadline(kind=deadline-ms, arg=n))
/** Returns the time now, in milliseconds. */
#define AGLET_TELLS_TIME_MS AGLET_ROLE(tells-time(kind=ms))
/** What waits for the object in argument `n` is bounded from now on. */
#define AGLET_SETS_TIMEOUT(n) AGLET_ROLE(sets-timeout(arg=n))
/** Sends a signal; many that come before the receiver looks count as one. */
#define AGLET_SIGNALS AGLET_ROLE(signals)
/** As AGLET_SIGNALS, by the event in argument `n`. */
#define AGLET_SIGNALS_BY(n) AGLET_ROLE(signals(arg=n))
/** Waits for the signal by the event in argument `n`. */
#define AGLET_AWAITS_SIGNAL(n) AGLET_ROLE(awaits-signal(arg=n))
/** Is what futures or tasks are built from: for libraries, not for their users. */
#define AGLET_FUTURE_API AGLET_ROLE(future-api)
/** Takes all signals at once that have come so far. */
#define AGLET_CLEARS_SIGNALS AGLET_ROLE(clears-signals)
/** Calls argument `n` once for any number of signals. */
#define AGLET_COALESCES(n) AGLET_ROLE(coalesces(arg=n))
/** Is itself called once for any number of signals. */
#define AGLET_COALESCED AGLET_ROLE(coalesces)
/** Takes one item from the queue in argument `n`. */
#define AGLET_TAKES_ITEM(n) AGLET_ROLE(takes-item(arg=n))
/** What it makes or sets up belongs to the loop that runs: there has to be one. */
#define AGLET_LOOP_BOUND AGLET_ROLE(loop-bound)
/** Runs an event loop until it is done. */
#define AGLET_RUNS_LOOP AGLET_ROLE(runs-loop)
/** Calls argument `n` in context ctx (coroutine, loop, worker, thread, sync), `how` often
 *  (once at-most-once many). */
#define AGLET_CALLS_BACK(n, ctx, how) AGLET_ROLE(calls-back(arg=n, context=ctx, times=how))
/** Is called back in context ctx (coroutine, loop, worker, thread, signal) by whoever keeps its
 *  pointer. On a field: so is every function that is stored there. */
#define AGLET_CALLED_BACK(ctx) AGLET_ROLE(called-back(context=ctx))
/** Argument `n` must outlive this call, until: return callback join close-callback completion. */
#define AGLET_BORROWS(n, end) AGLET_ROLE(borrows(arg=n, until=end))
/** Stores argument `n`, which from now on belongs to somebody else. */
#define AGLET_TAKES(n) AGLET_ROLE(takes(arg=n))
/** Gives a context variable a value, until AGLET_RESETS_CONTEXT takes it back; argument `n` is the
 *  token that ties the two, NULL if the value is meant to stay. */
#define AGLET_SETS_CONTEXT(n)   AGLET_ROLE(sets-context(arg=n, when=zero))
#define AGLET_RESETS_CONTEXT(n) AGLET_ROLE(resets-context(arg=n))
/** May be called from any thread, in an API that else belongs to the loop's thread. */
#define AGLET_ANY_THREAD AGLET_ROLE(any-thread)
/** Keeps no argument and changes nothing that the caller can see. */
#define AGLET_PURE AGLET_ROLE(pure)

/* clang-format on */

#endif
