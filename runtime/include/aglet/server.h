/*
 * Servers: listening sockets.
 */
#ifndef AGLET_SERVER_H
#define AGLET_SERVER_H

#include <aglet/base.h>

/** What aglet_serve() runs for each connection, in a task of its own. The stream is closed after it
 *  returns; it must not be closed here. Errors are counted, not fatal. */
typedef int (*aglet_handler)(aglet_stream *stream, void *arg);

/**
 * Listens on host:port over TCP, with SO_REUSEADDR.
 * @param host numeric or a name; NULL: all addresses; @param port "0": a free port
 * @return 0 and *out, owned by the caller; an error as of aglet_connect_tcp(), bind() or listen().
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS
AGLET_FACTORY AGLET_ACQUIRES_OUT(server, 3) int aglet_listen_tcp(const char *host, const char *port,
                                                                 aglet_server **out);

/** Listens on a Unix socket, which is made here and removed by aglet_server_close(). @return as
 *  above; -EADDRINUSE if the path exists. */
AGLET_MUST_USE AGLET_COROUTINE
AGLET_FACTORY AGLET_ACQUIRES_OUT(server, 2) int aglet_listen_unix(const char *path,
                                                                  aglet_server **out);

/** The TCP port; 0 for a Unix socket. */
uint16_t aglet_server_port(const aglet_server *server);

/** Waits for a connection. @return 0 and *out, owned by the caller; -ECANCELED, -ETIMEDOUT, -EBUSY,
 *  -EBADF if the server is being closed, -EMFILE … */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_ARRIVAL
    AGLET_ACQUIRES_OUT(stream, 2) int aglet_accept(aglet_server *server, aglet_stream **out);

/**
 * Accepts until it is cancelled, a deadline passes or the server is closed, and runs `handler` for
 * each connection in a task of its own, at most `limit` at a time (0: 1000). Then it stops
 * accepting, gives the handlers `grace_ms` milliseconds to finish, and cancels those that remain.
 * When no descriptor is free, it waits and tries again.
 * @return why it ended: -ECANCELED, -ETIMEDOUT; 0 if the server was closed.
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS AGLET_CALLS_BACK(2, coroutine, many)
int aglet_serve(aglet_server *server, aglet_handler handler, void *arg, size_t limit,
                int64_t grace_ms);

/** Closes and frees the server, whatever is returned; a task that accepts gets -EBADF. NULL is left
 *  alone. @return 0. */
AGLET_COROUTINE
AGLET_SUSPENDS AGLET_RELEASES(server, 1) int aglet_server_close(aglet_server *server);

#endif
