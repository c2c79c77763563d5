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
#define AGLET_AT(call)                (aglet_place(__FILE__, __LINE__), call)
#define aglet_run(...)                AGLET_AT(aglet_run(__VA_ARGS__))
#define aglet_run_with(...)           AGLET_AT(aglet_run_with(__VA_ARGS__))
#define aglet_create(...)             AGLET_AT(aglet_create(__VA_ARGS__))
#define aglet_create_eager(...)       AGLET_AT(aglet_create_eager(__VA_ARGS__))
#define aglet_shield(...)             AGLET_AT(aglet_shield(__VA_ARGS__))
#define aglet_group_open(...)         AGLET_AT(aglet_group_open(__VA_ARGS__))
#define aglet_group_spawn(...)        AGLET_AT(aglet_group_spawn(__VA_ARGS__))
#define aglet_group_start(...)        AGLET_AT(aglet_group_start(__VA_ARGS__))
#define aglet_group_call_later(...)   AGLET_AT(aglet_group_call_later(__VA_ARGS__))
#define aglet_jobs_open(...)          AGLET_AT(aglet_jobs_open(__VA_ARGS__))
#define aglet_jobs_spawn(...)         AGLET_AT(aglet_jobs_spawn(__VA_ARGS__))
#define aglet_generator_open(...)     AGLET_AT(aglet_generator_open(__VA_ARGS__))
#define aglet_var_set(...)            AGLET_AT(aglet_var_set(__VA_ARGS__))
#define aglet_queue_new(...)          AGLET_AT(aglet_queue_new(__VA_ARGS__))
#define aglet_queue_new_lifo(...)     AGLET_AT(aglet_queue_new_lifo(__VA_ARGS__))
#define aglet_queue_new_priority(...) AGLET_AT(aglet_queue_new_priority(__VA_ARGS__))
#define aglet_connect_tcp(...)        AGLET_AT(aglet_connect_tcp(__VA_ARGS__))
#define aglet_connect_unix(...)       AGLET_AT(aglet_connect_unix(__VA_ARGS__))
#define aglet_stream_pair(...)        AGLET_AT(aglet_stream_pair(__VA_ARGS__))
#define aglet_stream_from_fd(...)     AGLET_AT(aglet_stream_from_fd(__VA_ARGS__))
#define aglet_listen_tcp(...)         AGLET_AT(aglet_listen_tcp(__VA_ARGS__))
#define aglet_listen_unix(...)        AGLET_AT(aglet_listen_unix(__VA_ARGS__))
#define aglet_accept(...)             AGLET_AT(aglet_accept(__VA_ARGS__))
#define aglet_datagram_open(...)      AGLET_AT(aglet_datagram_open(__VA_ARGS__))
#define aglet_process_start(...)      AGLET_AT(aglet_process_start(__VA_ARGS__))
#define aglet_signal_open(...)        AGLET_AT(aglet_signal_open(__VA_ARGS__))
#define aglet_file_open(...)          AGLET_AT(aglet_file_open(__VA_ARGS__))
#define aglet_lock_acquire(...)       AGLET_AT(aglet_lock_acquire(__VA_ARGS__))
#define aglet_lock_try(...)           AGLET_AT(aglet_lock_try(__VA_ARGS__))
#define aglet_fail_after(...)         AGLET_AT(aglet_fail_after(__VA_ARGS__))
#define aglet_fail_at(...)            AGLET_AT(aglet_fail_at(__VA_ARGS__))
#define aglet_move_on_after(...)      AGLET_AT(aglet_move_on_after(__VA_ARGS__))
#define aglet_shield_begin(...)       AGLET_AT(aglet_shield_begin(__VA_ARGS__))
#define aglet_mutation_begin(...)     AGLET_AT(aglet_mutation_begin(__VA_ARGS__))
#define aglet_sleep(...)              AGLET_AT(aglet_sleep(__VA_ARGS__))
#define aglet_await(...)              AGLET_AT(aglet_await(__VA_ARGS__))
#endif

#endif
