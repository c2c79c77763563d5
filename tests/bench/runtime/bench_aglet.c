/*
 * libaglet: bench_aglet switch | spawn | alive | timers | idle COUNT | echo
 *
 * `echo` prints its port and serves until it is killed.
 */
#include "bench.h"

#include <aglet/aglet.h>

static AGLET_COROUTINE int yields(void *arg) {
    (void)arg;
    int rc = 0;
    for (int i = 0; i < SWITCHES / 2 && rc == 0; i++)
        rc = aglet_yield();
    return rc;
}

static AGLET_COROUTINE int measure_switch(void *arg) {
    (void)arg;
    double start = bench_cpu();
    aglet_task *a = aglet_create(yields, NULL);
    aglet_task *b = aglet_create(yields, NULL);
    int rc = aglet_await(a);
    int other = aglet_await(b);
    bench_tell("switch", start, SWITCHES);
    return rc < 0 ? rc : other;
}

static AGLET_COROUTINE int returns(void *arg) {
    (void)arg;
    return 0;
}

static AGLET_COROUTINE int batch(void) {
    static aglet_task *tasks[BATCH];
    int rc = 0;
    for (int i = 0; i < BATCH; i++)
        tasks[i] = aglet_create(returns, NULL);
    for (int i = 0; i < BATCH && rc == 0; i++)
        rc = aglet_await(tasks[i]);
    return rc;
}

static AGLET_COROUTINE int measure_spawn(void *arg) {
    (void)arg;
    double start = bench_cpu();
    int rc = batch();
    bench_tell("spawn_first", start, BATCH);
    start = bench_cpu();
    for (int round = 0; round < SPAWNS / BATCH && rc == 0; round++)
        rc = batch();
    bench_tell("spawn", start, SPAWNS);
    return rc;
}

static aglet_event gate;

static AGLET_COROUTINE int waits(void *arg) {
    (void)arg;
    return aglet_event_wait(&gate);
}

static AGLET_COROUTINE int batch_that_waits(void) {
    static aglet_task *tasks[BATCH];
    aglet_event_clear(&gate);
    for (int i = 0; i < BATCH; i++)
        tasks[i] = aglet_create(waits, NULL);
    int rc = aglet_yield();
    aglet_event_set(&gate);
    for (int i = 0; i < BATCH && rc == 0; i++)
        rc = aglet_await(tasks[i]);
    return rc;
}

static AGLET_COROUTINE int measure_alive(void *arg) {
    (void)arg;
    int rc = batch_that_waits();
    double start = bench_cpu();
    for (int round = 0; round < ALIVE / BATCH && rc == 0; round++)
        rc = batch_that_waits();
    bench_tell("alive", start, ALIVE);
    return rc;
}

static int fired;

static void fires(void *arg) {
    (void)arg;
    fired++;
}

/* The loop sorts what was armed when it polls: that belongs to the price. */
static AGLET_COROUTINE int arm_and_cancel(aglet_timer *timers, const char *arm, const char *settle,
                                          const char *cancel) {
    double start = bench_cpu();
    for (int i = 0; i < TIMERS; i++)
        (void)aglet_call_later(&timers[i], bench_delay_ms(i), fires, NULL);
    bench_tell(arm, start, TIMERS);
    int rc = aglet_sleep(0);
    bench_tell(settle, start, TIMERS);
    start = bench_cpu();
    for (int i = 0; i < TIMERS; i++)
        (void)aglet_timer_cancel(&timers[i]);
    bench_tell(cancel, start, TIMERS);
    return rc;
}

static AGLET_COROUTINE int measure_timers(void *arg) {
    (void)arg;
    aglet_timer *timers = malloc(TIMERS * sizeof *timers);
    if (!timers)
        return -1;
    /* Of pages that are there, as uv_timer_init() leaves them: gcc would make a calloc() of both.
     */
    __asm__ volatile("" : : "r"(timers) : "memory");
    memset(timers, 0, TIMERS * sizeof *timers);
    int rc = arm_and_cancel(timers, "arm_first", "settle_first", "cancel_first");
    if (rc == 0)
        rc = arm_and_cancel(timers, "arm", "settle", "cancel");
    for (int i = 0; i < TIMERS; i++)
        (void)aglet_call_later(&timers[i], bench_delay_ms(i) % 7, fires, NULL);
    usleep(10000); /* until all are due */
    double start = bench_cpu();
    while (fired < TIMERS && rc == 0)
        rc = aglet_sleep(0);
    bench_tell("fire", start, TIMERS);
    free(timers);
    return rc;
}

static AGLET_COROUTINE int sleeps(void *arg) {
    (void)arg;
    return aglet_sleep_until(AGLET_FOREVER);
}

static AGLET_COROUTINE int measure_idle(void *arg) {
    long wanted = *(const long *)arg, made = 0;
    aglet_task **tasks = calloc((size_t)wanted, sizeof(aglet_task *));
    if (!tasks)
        return -1;
    double before = bench_resident_kb();
    while (made < wanted && (tasks[made] = aglet_create(sleeps, NULL)))
        made++;
    int rc = aglet_sleep(1);
    bench_tell_idle(before, made);
    for (long i = 0; i < made; i++) {
        aglet_cancel(tasks[i]);
        int result = aglet_await(tasks[i]);
        (void)result;
    }
    free(tasks);
    return rc;
}

static AGLET_COROUTINE int echoes(aglet_stream *stream, void *arg) {
    (void)arg;
    char buffer[4096];
    ssize_t count;
    while ((count = aglet_stream_read(stream, buffer, sizeof buffer)) > 0) {
        int rc = aglet_stream_write(stream, buffer, (size_t)count);
        if (rc < 0)
            return rc;
    }
    return (int)count;
}

static AGLET_COROUTINE int serve_echo(void *arg) {
    (void)arg;
    aglet_server *server;
    int rc = aglet_listen_tcp("127.0.0.1", "0", &server);
    if (rc < 0)
        return rc;
    printf("port %u\n", (unsigned)aglet_server_port(server));
    fflush(stdout);
    rc = aglet_serve(server, echoes, NULL, 0, 0);
    aglet_server_close(server);
    return rc;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        aglet_fn run;
    } measures[] = {{"switch", measure_switch}, {"spawn", measure_spawn}, {"alive", measure_alive},
                    {"timers", measure_timers}, {"idle", measure_idle},   {"echo", serve_echo}};
    long count = argc > 2 ? atol(argv[2]) : 1000;
    for (size_t i = 0; argc > 1 && i < sizeof measures / sizeof measures[0]; i++)
        if (strcmp(argv[1], measures[i].name) == 0)
            return aglet_run(measures[i].run, &count) < 0;
    fprintf(stderr, "usage: bench_aglet switch | spawn | alive | timers | idle COUNT | echo\n");
    return 2;
}
