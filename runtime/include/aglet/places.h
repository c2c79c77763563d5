/*
 * Places of creation as "file:line", for programs compiled with -DAGLET_PLACES.
 *
 * Each macro notes the caller's place and then calls the function of the same name; without
 * AGLET_PLACES the functions note the address they return to.
 */
#ifndef AGLET_PLACES_H
#define AGLET_PLACES_H

/** Notes the place of the next call; `file` must live on. */
void aglet_place(const char *file, int line);

#ifdef AGLET_PLACES
#define AGLET_AT(call)                      (aglet_place(__FILE__, __LINE__), call)
#define aglet_run(fn, arg)                  AGLET_AT(aglet_run(fn, arg))
#define aglet_run_with(o, fn, arg)          AGLET_AT(aglet_run_with(o, fn, arg))
#define aglet_create(fn, arg)               AGLET_AT(aglet_create(fn, arg))
#define aglet_create_eager(fn, arg)         AGLET_AT(aglet_create_eager(fn, arg))
#define aglet_shield(fn, arg)               AGLET_AT(aglet_shield(fn, arg))
#define aglet_group_open(out)               AGLET_AT(aglet_group_open(out))
#define aglet_group_spawn(g, fn, a)         AGLET_AT(aglet_group_spawn(g, fn, a))
#define aglet_group_start(g, fn, a, v)      AGLET_AT(aglet_group_start(g, fn, a, v))
#define aglet_group_call_later(g, t, fn, a) AGLET_AT(aglet_group_call_later(g, t, fn, a))
#define aglet_jobs_open(o, out)             AGLET_AT(aglet_jobs_open(o, out))
#define aglet_jobs_spawn(j, f, a, o)        AGLET_AT(aglet_jobs_spawn(j, f, a, o))
#define aglet_generator_open(f, a, o)       AGLET_AT(aglet_generator_open(f, a, o))
#define aglet_var_set(v, value, t)          AGLET_AT(aglet_var_set(v, value, t))
#define aglet_queue_new(n)                  AGLET_AT(aglet_queue_new(n))
#define aglet_queue_new_lifo(n)             AGLET_AT(aglet_queue_new_lifo(n))
#define aglet_queue_new_priority(n, c)      AGLET_AT(aglet_queue_new_priority(n, c))
#define aglet_connect_tcp(h, p, out)        AGLET_AT(aglet_connect_tcp(h, p, out))
#define aglet_connect_unix(p, out)          AGLET_AT(aglet_connect_unix(p, out))
#define aglet_stream_pair(a, b)             AGLET_AT(aglet_stream_pair(a, b))
#define aglet_stream_from_fd(f, out)        AGLET_AT(aglet_stream_from_fd(f, out))
#define aglet_listen_tcp(h, p, out)         AGLET_AT(aglet_listen_tcp(h, p, out))
#define aglet_listen_unix(p, out)           AGLET_AT(aglet_listen_unix(p, out))
#define aglet_accept(s, out)                AGLET_AT(aglet_accept(s, out))
#define aglet_datagram_open(h, p, o)        AGLET_AT(aglet_datagram_open(h, p, o))
#define aglet_process_start(o, out)         AGLET_AT(aglet_process_start(o, out))
#define aglet_signal_open(n, out)           AGLET_AT(aglet_signal_open(n, out))
#define aglet_file_open(p, f, m, o)         AGLET_AT(aglet_file_open(p, f, m, o))
#define aglet_lock_acquire(lock)            AGLET_AT(aglet_lock_acquire(lock))
#define aglet_lock_try(lock)                AGLET_AT(aglet_lock_try(lock))
#define aglet_fail_after(d, ms)             AGLET_AT(aglet_fail_after(d, ms))
#define aglet_fail_at(d, when)              AGLET_AT(aglet_fail_at(d, when))
#define aglet_move_on_after(d, ms)          AGLET_AT(aglet_move_on_after(d, ms))
#define aglet_shield_begin(s)               AGLET_AT(aglet_shield_begin(s))
#define aglet_mutation_begin(what)          AGLET_AT(aglet_mutation_begin(what))
#define aglet_sleep(ms)                     AGLET_AT(aglet_sleep(ms))
#define aglet_await(task)                   AGLET_AT(aglet_await(task))
#endif

#endif
