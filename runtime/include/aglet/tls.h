/*
 * TLS on streams, by OpenSSL. Link with aglet_tls; not part of <aglet/aglet.h>.
 *
 * aglet_start_tls() upgrades a live stream in place: afterwards all functions of stream.h work on
 * the protected bytes. A write that was cut leaves the stream fit for closing only, and so does
 * aglet_stream_write_some() here.
 */
#ifndef AGLET_TLS_H
#define AGLET_TLS_H

#include <aglet/base.h>

/** Certificates, keys and rules, shared by many streams. */
typedef struct aglet_tls_context aglet_tls_context;

/** Zero-initialise. Strings are copied or used at once. */
struct aglet_tls_options {
    bool server;                  /**< the side that has a certificate to show */
    const char *certificate_file; /**< PEM chain; a server needs it */
    const char *key_file;         /**< PEM key; a server needs it */
    const char *ca_file;          /**< whom to trust; NULL: the system's store */
    bool no_verify;               /**< client: accept any certificate; for tests only */
    bool verify_peer;             /**< server: want a certificate of the client */
    const char *alpn;             /**< protocols, the preferred first: "h2,http/1.1" */
};

/** Makes a context. Reads files, so do it before the loop runs or on a worker thread.
 *  @return 0 and *out, owned by the caller; -EINVAL for files that do not fit, -ENOENT, -ENOMEM. */
AGLET_MUST_USE AGLET_BLOCKS(io)
    AGLET_ACQUIRES_OUT(tls_context,
                       2) int aglet_tls_context_new(const struct aglet_tls_options *options,
                                                    aglet_tls_context **out);

/** Frees the context, not before the handshakes that use it are over; streams live on. NULL is left
 *  alone. */
AGLET_RELEASES(tls_context, 1) void aglet_tls_context_free(aglet_tls_context *context);

/** What to do with bytes that were read ahead, before the upgrade. */
enum aglet_tls_unread {
    AGLET_TLS_UNREAD_FAILS, /**< -EBADMSG: somebody may have put commands before the handshake */
    AGLET_TLS_UNREAD_FEED   /**< they are the beginning of the handshake */
};

/**
 * Upgrades the stream and shakes hands, as server or client according to the context. Nobody else
 * may use the stream meanwhile.
 * @param server_name client: the name to ask for (SNI) and to find in the certificate, or a numeric
 *        address to find there; required unless no_verify. Server: NULL.
 * @return 0; -ECANCELED, -ETIMEDOUT; -EBADMSG (see above); -EKEYREJECTED if the peer's certificate
 * is not good; -EPROTO if the handshake fails otherwise; -ECONNRESET; -EBUSY; -EINVAL. After an
 * error the stream is fit for closing only (except -EBADMSG, -EBUSY, -EINVAL).
 */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER int
aglet_start_tls(aglet_stream *stream, const aglet_tls_context *context, const char *server_name,
                enum aglet_tls_unread unread);

/** Connects over TCP and starts TLS as a client for `host`. @return as aglet_connect_tcp() and
 *  aglet_start_tls(); on an error there is no stream. */
AGLET_MUST_USE AGLET_COROUTINE AGLET_SUSPENDS_FOR_PEER
    AGLET_FACTORY AGLET_ACQUIRES_OUT(stream,
                                     4) int aglet_connect_tls(const char *host, const char *port,
                                                              const aglet_tls_context *context,
                                                              aglet_stream **out);

/** The protocol agreed on by ALPN, copied into `name`. @return its length, 0: none; -EINVAL if the
 *  stream has no TLS; -ENOBUFS. */
ssize_t aglet_tls_protocol(const aglet_stream *stream, char *name, size_t size);

/** "TLSv1.3" and the like; NULL if the stream has no TLS. */
const char *aglet_tls_version(const aglet_stream *stream);

#endif
