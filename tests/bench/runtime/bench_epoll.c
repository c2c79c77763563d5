/*
 * Raw epoll, the yardstick of the echo, and the client that loads all of the servers:
 * bench_epoll echo | client PORT CONNECTIONS REQUESTS
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { EVENTS = 128 };

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        fail("epoll_ctl");
}

static void answer(int fd) {
    char buffer[4096];
    ssize_t count = read(fd, buffer, sizeof buffer);
    if (count <= 0 || write(fd, buffer, (size_t)count) != count)
        close(fd);
}

static int serve_echo(void) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (const struct sockaddr *)&address, length) < 0 || listen(listener, 512) < 0)
        fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("port %u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    watch(epoll, listener);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                watch(epoll, accept(listener, NULL, NULL));
            else
                answer(events[i].data.fd);
        }
    }
}

static int connect_to(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0)
        fail("connect");
    return fd;
}

/* Keeps one request under way on each connection until all are answered. */
static int load(int port, int connections, long requests) {
    static const char message[MESSAGE];
    char buffer[4096];
    int epoll = epoll_create1(0);
    long sent = 0, answered = 0;
    for (int i = 0; i < connections; i++) {
        int fd = connect_to(port);
        watch(epoll, fd);
        if (sent++ < requests && write(fd, message, MESSAGE) != MESSAGE)
            fail("write");
    }
    double start = bench_now();
    while (answered < requests) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (read(fd, buffer, sizeof buffer) != MESSAGE)
                fail("read");
            answered++;
            if (sent++ < requests && write(fd, message, MESSAGE) != MESSAGE)
                fail("write");
        }
    }
    printf("requests %.0f\n", (double)requests / ((bench_now() - start) / 1e9));
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "echo") == 0)
        return serve_echo();
    if (argc > 4 && strcmp(argv[1], "client") == 0)
        return load(atoi(argv[2]), atoi(argv[3]), atol(argv[4]));
    return 2;
}
