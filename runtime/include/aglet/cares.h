/*
 * A resolver that asks the name servers itself, by c-ares, without a thread. Link with aglet_cares;
 * not part of <aglet/aglet.h>.
 *
 *     struct aglet_resolver *resolver;
 *     if (aglet_cares_new(NULL, &resolver) < 0)
 *         return 1;
 *     const struct aglet_options options = {.resolver = resolver};
 *     int rc = aglet_run_with(&options, serve, NULL);
 *     aglet_cares_free(resolver);
 *
 * It reads /etc/resolv.conf and /etc/hosts, each time anew, and knows nothing of what else
 * /etc/nsswitch.conf may name. In return any number of names can be under way at a time, and one
 * that is cancelled is forgotten at once.
 */
#ifndef AGLET_CARES_H
#define AGLET_CARES_H

#include <aglet/resolver.h>

/** Zero-initialise: every zero means the default. */
struct aglet_cares_options {
    /** Name servers to ask instead of those of /etc/resolv.conf: "192.0.2.1,[2001:db8::1]:5353". */
    const char *servers;
    int timeout_ms; /**< after which a server is asked again, or the next one; default 5000 */
    int tries;      /**< how often each server is asked; default 4 */
};

/**
 * Makes a resolver, which any number of loops may use at a time. The options are copied. Not from
 * two threads at a time, like aglet_cares_free(): c-ares counts its users without a lock.
 * @return 0 and *out, owned by the caller; -EINVAL for servers that are none, -ENOMEM.
 */
AGLET_MUST_USE AGLET_ACQUIRES_OUT(resolver,
                                  2) int aglet_cares_new(const struct aglet_cares_options *options,
                                                         struct aglet_resolver **out);

/** Frees the resolver, after the loops that use it have ended. NULL is left alone. */
AGLET_RELEASES(resolver, 1) void aglet_cares_free(struct aglet_resolver *resolver);

#endif
