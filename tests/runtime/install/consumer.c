/* A program that uses the installed library: two streams, two tasks, a worker thread. */
#include <aglet/aglet.h>

#include <stdio.h>
#include <string.h>

static int on_thread(void *arg) {
    *(int *)arg = 42;
    return 0;
}

static AGLET_COROUTINE int greet(void *arg) {
    aglet_stream *stream = arg;
    return aglet_stream_write(stream, "hello\n", 6);
}

static AGLET_COROUTINE int talk(aglet_stream *a, aglet_stream *b) {
    aglet_task *task = aglet_create(greet, a);
    if (task == NULL)
        return -1;
    char line[8] = "";
    ssize_t got = aglet_stream_read_until(b, "\n", line, sizeof line);
    int rc = aglet_await(task);
    return rc == 0 && got == 6 && strcmp(line, "hello\n") == 0 ? 0 : -1;
}

static AGLET_COROUTINE int consume(void *arg) {
    (void)arg;
    int answer = 0;
    int rc = aglet_to_thread(on_thread, &answer);
    if (rc < 0 || answer != 42)
        return -1;
    aglet_stream *a;
    aglet_stream *b;
    rc = aglet_stream_pair(&a, &b);
    if (rc < 0)
        return rc;
    rc = talk(a, b);
    aglet_stream_close(a);
    aglet_stream_close(b);
    return rc;
}

int main(void) {
    if (aglet_run(consume, NULL) != 0)
        return 1;
    puts("consumed");
    return 0;
}
