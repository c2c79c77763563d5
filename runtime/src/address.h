/*
 * Socket addresses: of a name, of a path.
 */
#ifndef AGL_ADDRESS_H
#define AGL_ADDRESS_H

#include <netdb.h>
#include <sys/un.h>

#include "loop.h"

/** Finds the addresses of host:port for SOCK_STREAM or SOCK_DGRAM; `passive`: to listen on. A
 * numeric address is found at once, a name on a thread. Returns 0 and *list, freed with
 * freeaddrinfo(), or a negative errno. */
int agl_resolve(aglet_task *self, const char *host, const char *port, int type, bool passive,
                struct addrinfo **list);

/** Fills the address of a Unix socket; -ENAMETOOLONG. */
int agl_unix_address(const char *path, struct sockaddr_un *address);

#endif
