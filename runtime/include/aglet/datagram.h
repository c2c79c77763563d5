/*
 * Datagrams over UDP. One task may receive while another sends.
 */
#ifndef AGLET_DATAGRAM_H
#define AGLET_DATAGRAM_H

#include <aglet/base.h>
#include <aglet/resolver.h>

typedef struct aglet_datagram aglet_datagram;

/** Finds the UDP address of host:port, of several the first; who is asked, tells resolver.h.
 *  @return 0 and *address; errors as of aglet_connect_tcp(). */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int
aglet_address_find(const char *host, const char *port, struct aglet_address *address);

/** Opens a socket bound to host:port; host NULL: all addresses, port "0": a free one.
 *  @return 0 and *out, owned by the caller; errors as of aglet_listen_tcp(). */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS
AGLET_FACTORY AGLET_ACQUIRES_OUT(datagram, 3) int aglet_datagram_open(const char *host,
                                                                      const char *port,
                                                                      aglet_datagram **out);

/** The socket's own port. */
uint16_t aglet_datagram_port(const aglet_datagram *socket);

/** Sends one datagram. @return 0; -EMSGSIZE; -ECANCELED, -ETIMEDOUT (not sent), -EBUSY, -EBADF. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS int
aglet_datagram_send(aglet_datagram *socket, const void *data, size_t size,
                    const struct aglet_address *to);

/** Receives one datagram; what does not fit into `size` bytes is lost.
 *  @param from NULL, or where the sender's address goes
 *  @return its size; -ECANCELED, -ETIMEDOUT (nothing was taken), -EBUSY, -EBADF. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_ARRIVAL ssize_t aglet_datagram_receive(
    aglet_datagram *socket, void *buffer, size_t size, struct aglet_address *from);

/** Closes and frees the socket; tasks that use it get -EBADF. NULL is left alone. @return 0. */
AGLET_COROUTINE AGLET_RELEASES(datagram, 1) int aglet_datagram_close(aglet_datagram *socket);

#endif
