/*
 * TLS as a stream's transport, over two memory BIOs: OpenSSL never sees the descriptor. What it
 * wants to send is taken out in pieces; a piece that was not sent when a wait was cut is kept, so
 * the record goes on where it stopped.
 */
#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <aglet/sync.h>

#include "../report.h"
#include "../seam.h"
#include "../stream.h"

enum {
    PIECE = 16384,
    WRITE_MAX = 65536 /* bytes that are encrypted in one step, ahead of what the peer takes */
};

struct layer {
    SSL *ssl;
    BIO *in, *out;       /* from and to the peer; owned by ssl */
    aglet_lock flushing; /* a reader may have to send too (key update) */
    size_t sent, unsent; /* of `piece` */
    bool ended;          /* the peer's bytes have ended */
    char piece[PIECE];   /* on its way out */
    char incoming[PIECE];
};

static int flush(aglet_task *self, aglet_stream *stream, int64_t until) {
    struct layer *layer = stream->layer;
    int rc = aglet_lock_acquire(&layer->flushing);
    if (rc < 0)
        return rc;
    while (rc == 0) {
        if (!layer->unsent) {
            int count = BIO_read(layer->out, layer->piece, PIECE);
            if (count <= 0)
                break;
            layer->sent = 0;
            layer->unsent = (size_t)count;
        }
        ssize_t count = agl_descriptor_transport.write(self, stream, layer->piece + layer->sent,
                                                       layer->unsent, until);
        if (count < 0) {
            rc = (int)count;
            break;
        }
        layer->sent += (size_t)count;
        layer->unsent -= (size_t)count;
    }
    aglet_lock_release(&layer->flushing);
    return rc;
}

/* Takes bytes from the peer. Returns 0, or an error; -ECONNRESET when there are no more. */
static int fetch(aglet_task *self, aglet_stream *stream, int64_t until) {
    struct layer *layer = stream->layer;
    /* A writer that is flushing sends everything; to wait for it would keep both peers from reading
     * when both write more than the buffers hold. */
    int rc = aglet_lock_held(&layer->flushing) ? 0 : flush(self, stream, until);
    if (rc < 0)
        return rc;
    if (layer->ended)
        return -ECONNRESET;
    ssize_t count = agl_descriptor_transport.read(self, stream, layer->incoming, PIECE, until);
    if (count < 0)
        return (int)count;
    if (count == 0) {
        layer->ended = true;
        return -ECONNRESET;
    }
    return BIO_write(layer->in, layer->incoming, (int)count) == count ? 0 : -ENOMEM;
}

/* What a failed call of OpenSSL means. 0: more bytes of the peer are wanted. */
static int failure(const struct layer *layer, int rc) {
    switch (SSL_get_error(layer->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        return 0;
    case SSL_ERROR_SYSCALL:
        return -ECONNRESET;
    default:
        return SSL_get_verify_result(layer->ssl) != X509_V_OK && SSL_in_init(layer->ssl)
                   ? -EKEYREJECTED
                   : -EPROTO;
    }
}

static ssize_t tls_read(aglet_task *self, aglet_stream *stream, void *buffer, size_t size,
                        int64_t until) {
    struct layer *layer = stream->layer;
    for (;;) {
        size_t count;
        ERR_clear_error();
        int rc = SSL_read_ex(layer->ssl, buffer, size, &count);
        if (rc == 1)
            return (ssize_t)count;
        if (SSL_get_error(layer->ssl, rc) == SSL_ERROR_ZERO_RETURN)
            return 0;
        /* An end without goodbye may be an attacker's doing: it is no end of the stream. */
        int error = failure(layer, rc);
        if (error == 0)
            error = fetch(self, stream, until);
        if (error < 0)
            return error;
    }
}

static ssize_t tls_write(aglet_task *self, aglet_stream *stream, const void *data, size_t size,
                         int64_t until) {
    struct layer *layer = stream->layer;
    int rc = flush(self, stream, until);
    if (rc < 0 || size == 0)
        return rc;
    size_t count;
    ERR_clear_error();
    rc = SSL_write_ex(layer->ssl, data, size < WRITE_MAX ? size : WRITE_MAX, &count);
    if (rc != 1) {
        int error = failure(layer, rc);
        return error ? error : -EPROTO;
    }
    rc = flush(self, stream, until);
    return rc < 0 ? rc : (ssize_t)count;
}

static int tls_shutdown(aglet_task *self, aglet_stream *stream, int64_t until) {
    struct layer *layer = stream->layer;
    ERR_clear_error();
    if (SSL_shutdown(layer->ssl) < 0)
        return -EPROTO;
    return flush(self, stream, until);
}

static int tls_close(aglet_task *self, aglet_stream *stream, int64_t until) {
    struct layer *layer = stream->layer;
    if (SSL_in_init(layer->ssl) || (SSL_get_shutdown(layer->ssl) & SSL_SENT_SHUTDOWN))
        return flush(self, stream, until);
    int rc = tls_shutdown(self, stream, until);
    /* The peer may have gone already; that is no failure of a close. */
    return rc == -EPIPE || rc == -ECONNRESET ? 0 : rc;
}

static void tls_destroy(aglet_stream *stream) {
    struct layer *layer = stream->layer;
    SSL_free(layer->ssl);
    free(layer);
}

static const struct agl_transport tls_transport = {.read = tls_read,
                                                   .write = tls_write,
                                                   .shutdown = tls_shutdown,
                                                   .close = tls_close,
                                                   .destroy = tls_destroy};

static int name_peer(SSL *ssl, const char *name) {
    unsigned char address[16];
    if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1 ? 0 : -EINVAL;
    if (SSL_set_tlsext_host_name(ssl, name) != 1 || SSL_set1_host(ssl, name) != 1)
        return -EINVAL;
    return 0;
}

static struct layer *layer_new(const aglet_tls_context *context, const char *name, int *error) {
    struct layer *layer = agl_seam_alloc(sizeof *layer);
    *error = -ENOMEM;
    if (!layer)
        return NULL;
    layer->ssl = SSL_new(context->openssl);
    layer->in = BIO_new(BIO_s_mem());
    layer->out = BIO_new(BIO_s_mem());
    if (!layer->ssl || !layer->in || !layer->out) {
        BIO_free(layer->in);
        BIO_free(layer->out);
        SSL_free(layer->ssl);
        free(layer);
        return NULL;
    }
    SSL_set_bio(layer->ssl, layer->in, layer->out);
    *error = name ? name_peer(layer->ssl, name) : 0;
    if (*error < 0) {
        SSL_free(layer->ssl);
        free(layer);
        return NULL;
    }
    if (context->server)
        SSL_set_accept_state(layer->ssl);
    else
        SSL_set_connect_state(layer->ssl);
    return layer;
}

/* What was read ahead of the upgrade goes to OpenSSL. */
static int feed_unread(aglet_stream *stream, struct layer *layer) {
    int length = (int)stream->length;
    if (length && BIO_write(layer->in, stream->buffer + stream->first, length) != length)
        return -ENOMEM;
    stream->first = stream->length = 0;
    return 0;
}

static int shake_hands(aglet_task *self, aglet_stream *stream) {
    struct layer *layer = stream->layer;
    for (;;) {
        ERR_clear_error();
        int rc = SSL_do_handshake(layer->ssl);
        if (rc == 1)
            return flush(self, stream, INT64_MAX);
        int error = failure(layer, rc);
        if (error < 0) {
            flush(self, stream, INT64_MAX); /* the alert tells the peer why */
            return error;
        }
        error = fetch(self, stream, INT64_MAX);
        if (error < 0)
            return error;
    }
}

static int check(const aglet_stream *stream, const aglet_tls_context *context, const char *name,
                 enum aglet_tls_unread unread) {
    if (stream->transport != &agl_descriptor_transport)
        return -EINVAL;
    if (!context->server && context->verify && !name)
        return -EINVAL;
    if (stream->reading || stream->writing || stream->unsent)
        return -EBUSY;
    return stream->length && unread == AGLET_TLS_UNREAD_FAILS ? -EBADMSG : 0;
}

int aglet_start_tls(aglet_stream *stream, const aglet_tls_context *context, const char *server_name,
                    enum aglet_tls_unread unread) {
    aglet_task *self = agl_self("aglet_start_tls");
    int rc = self ? check(stream, context, server_name, unread) : -EPERM;
    if (rc == -EINVAL || rc == -EBUSY)
        rc = AGL_MISUSE(
            rc,
            "aglet_start_tls() without a server's name, twice, or during another's use (error %d)",
            -rc);
    if (rc == 0)
        rc = agl_stream_enter(self, stream, &stream->reading);
    if (rc < 0)
        return rc;
    stream->writing = true;
    struct layer *layer = layer_new(context, server_name, &rc);
    if (layer) {
        stream->layer = layer;
        stream->transport = &tls_transport;
        rc = feed_unread(stream, layer);
        if (rc == 0)
            rc = shake_hands(self, stream);
    }
    stream->writing = false;
    agl_stream_leave(stream, &stream->reading);
    return rc;
}

int aglet_connect_tls(const char *host, const char *port, const aglet_tls_context *context,
                      aglet_stream **out) {
    int rc = aglet_connect_tcp(host, port, out);
    if (rc < 0)
        return rc;
    rc = aglet_start_tls(*out, context, host, AGLET_TLS_UNREAD_FAILS);
    if (rc < 0) {
        aglet_stream_close(*out);
        *out = NULL;
    }
    return rc;
}

static const struct layer *layer_of(const aglet_stream *stream) {
    return stream->transport == &tls_transport ? stream->layer : NULL;
}

ssize_t aglet_tls_protocol(const aglet_stream *stream, char *name, size_t size) {
    const struct layer *layer = layer_of(stream);
    if (!layer)
        return -EINVAL;
    const unsigned char *chosen;
    unsigned length;
    SSL_get0_alpn_selected(layer->ssl, &chosen, &length);
    if (length >= size)
        return -ENOBUFS;
    if (length)
        memcpy(name, chosen, length);
    name[length] = 0;
    return (ssize_t)length;
}

const char *aglet_tls_version(const aglet_stream *stream) {
    const struct layer *layer = layer_of(stream);
    return layer ? SSL_get_version(layer->ssl) : NULL;
}
