/*
 * Socket addresses: of a name, of a path.
 */
#ifndef AGL_ADDRESS_H
#define AGL_ADDRESS_H

#include <sys/un.h>

#include <aglet/resolver.h>

#include "loop.h"

enum { AGL_ADDRESSES_MAX = 8 };

/** What a name stands for; further addresses are left out. */
struct agl_addresses {
    size_t count; /* at least 1 */
    struct aglet_address list[AGL_ADDRESSES_MAX];
};

/** Finds the addresses of host:port for SOCK_STREAM or SOCK_DGRAM; `passive`: to listen on. What
 *  needs nobody to be asked is found without suspending. Returns 0 or a negative errno. */
int agl_resolve(aglet_task *self, const char *host, const char *port, int type, bool passive,
                struct agl_addresses *found);

/** Fills the address of a Unix socket; -ENAMETOOLONG. */
int agl_unix_address(const char *path, struct sockaddr_un *address);

#endif
