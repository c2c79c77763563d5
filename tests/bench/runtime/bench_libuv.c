/*
 * libuv: bench_libuv timers | echo
 */
#include "bench.h"

#include <uv.h>

static int fired;

static void fires(uv_timer_t *timer) {
    (void)timer;
    fired++;
}

static void arm_and_cancel(uv_loop_t *loop, uv_timer_t *timers, const char *arm, const char *settle,
                           const char *cancel) {
    uv_update_time(loop);
    double start = bench_cpu();
    for (int i = 0; i < TIMERS; i++)
        uv_timer_start(&timers[i], fires, (uint64_t)bench_delay_ms(i), 0);
    bench_tell(arm, start, TIMERS);
    uv_run(loop, UV_RUN_NOWAIT);
    bench_tell(settle, start, TIMERS);
    start = bench_cpu();
    for (int i = 0; i < TIMERS; i++)
        uv_timer_stop(&timers[i]);
    bench_tell(cancel, start, TIMERS);
}

static int measure_timers(void) {
    uv_loop_t *loop = uv_default_loop();
    uv_timer_t *timers = calloc(TIMERS, sizeof *timers);
    if (!timers)
        return 1;
    for (int i = 0; i < TIMERS; i++)
        uv_timer_init(loop, &timers[i]);
    arm_and_cancel(loop, timers, "arm_first", "settle_first", "cancel_first");
    arm_and_cancel(loop, timers, "arm", "settle", "cancel");
    for (int i = 0; i < TIMERS; i++)
        uv_timer_start(&timers[i], fires, (uint64_t)(bench_delay_ms(i) % 7), 0);
    usleep(10000); /* until all are due */
    double start = bench_cpu();
    uv_run(loop, UV_RUN_DEFAULT);
    bench_tell("fire", start, TIMERS);
    free(timers);
    return fired == TIMERS ? 0 : 1;
}

struct connection {
    uv_tcp_t tcp;
    uv_write_t write;
    char buffer[4096];
};

static void closed(uv_handle_t *handle) {
    free(handle->data);
}

static void wrote(uv_write_t *write, int status) {
    (void)write;
    (void)status;
}

static void give_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer) {
    struct connection *connection = handle->data;
    (void)wanted;
    *buffer = uv_buf_init(connection->buffer, sizeof connection->buffer);
}

static void came(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
    struct connection *connection = stream->data;
    if (count < 0) {
        uv_close((uv_handle_t *)stream, closed);
        return;
    }
    uv_buf_t answer = uv_buf_init(buffer->base, (unsigned)count);
    uv_write(&connection->write, stream, &answer, 1, wrote);
}

static void connected(uv_stream_t *server, int status) {
    struct connection *connection = calloc(1, sizeof *connection);
    if (status < 0 || !connection)
        exit(1);
    uv_tcp_init(server->loop, &connection->tcp);
    connection->tcp.data = connection;
    uv_accept(server, (uv_stream_t *)&connection->tcp);
    uv_tcp_nodelay(&connection->tcp, 1);
    uv_read_start((uv_stream_t *)&connection->tcp, give_buffer, came);
}

static int serve_echo(void) {
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t server;
    struct sockaddr_in address;
    int length = sizeof address;
    uv_tcp_init(loop, &server);
    uv_ip4_addr("127.0.0.1", 0, &address);
    if (uv_tcp_bind(&server, (const struct sockaddr *)&address, 0) < 0 ||
        uv_listen((uv_stream_t *)&server, 512, connected) < 0)
        return 1;
    uv_tcp_getsockname(&server, (struct sockaddr *)&address, &length);
    printf("port %u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "timers") == 0)
        return measure_timers();
    if (argc > 1 && strcmp(argv[1], "echo") == 0)
        return serve_echo();
    return 2;
}
