/*
 * TLS contexts: certificates, trust, protocols.
 */
#include "tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "../seam.h"

/* "h2,http/1.1" to "\2h2\10http/1.1". */
static int set_alpn(aglet_tls_context *context, const char *names) {
    unsigned at = 0;
    while (*names) {
        size_t length = strcspn(names, ",");
        if (length == 0 || length > 255 || at + 1 + length > sizeof context->alpn)
            return -EINVAL;
        context->alpn[at] = (unsigned char)length;
        memcpy(context->alpn + at + 1, names, length);
        at += 1 + (unsigned)length;
        names += length + (names[length] == ',');
    }
    context->alpn_length = at;
    return 0;
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                           const unsigned char *offered, unsigned offered_length, void *arg) {
    const struct aglet_tls_context *context = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    (void)arg;
    int rc = SSL_select_next_proto((unsigned char **)out, out_length, context->alpn,
                                   context->alpn_length, offered, offered_length);
    return rc == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static int set_protocols(aglet_tls_context *context, const char *names) {
    int rc = names ? set_alpn(context, names) : 0;
    if (rc < 0 || !context->alpn_length)
        return rc;
    if (context->server) {
        SSL_CTX_set_alpn_select_cb(context->openssl, choose_protocol, NULL);
        return 0;
    }
    /* This one function of OpenSSL returns 0 on success. */
    return SSL_CTX_set_alpn_protos(context->openssl, context->alpn, context->alpn_length) == 0
               ? 0
               : -ENOMEM;
}

static int missing(const char *file) {
    return file && access(file, R_OK) < 0 ? -errno : 0;
}

static int load(aglet_tls_context *context, const struct aglet_tls_options *options) {
    SSL_CTX *openssl = context->openssl;
    int rc = missing(options->certificate_file);
    if (rc == 0)
        rc = missing(options->key_file);
    if (rc == 0)
        rc = missing(options->ca_file);
    if (rc < 0)
        return rc;
    bool own = options->certificate_file && options->key_file;
    if (context->server && !own)
        return -EINVAL;
    if (own && (SSL_CTX_use_certificate_chain_file(openssl, options->certificate_file) != 1 ||
                SSL_CTX_use_PrivateKey_file(openssl, options->key_file, SSL_FILETYPE_PEM) != 1 ||
                SSL_CTX_check_private_key(openssl) != 1))
        return -EINVAL;
    int trusted = options->ca_file ? SSL_CTX_load_verify_locations(openssl, options->ca_file, NULL)
                                   : SSL_CTX_set_default_verify_paths(openssl);
    return trusted == 1 ? 0 : -EINVAL;
}

static void set_rules(aglet_tls_context *context, const struct aglet_tls_options *options) {
    SSL_CTX *openssl = context->openssl;
    context->verify = context->server ? options->verify_peer : !options->no_verify;
    int mode = SSL_VERIFY_PEER | (context->server ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
    SSL_CTX_set_verify(openssl, context->verify ? mode : SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_min_proto_version(openssl, TLS1_2_VERSION);
    /* A renegotiation would make writes wait for reads. */
    SSL_CTX_set_options(openssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(openssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
}

int aglet_tls_context_new(const struct aglet_tls_options *options, aglet_tls_context **out) {
    *out = NULL;
    aglet_tls_context *context = agl_seam_alloc(sizeof *context);
    if (!context)
        return -ENOMEM;
    context->server = options->server;
    context->openssl = SSL_CTX_new(options->server ? TLS_server_method() : TLS_client_method());
    int rc = -ENOMEM;
    if (context->openssl) {
        SSL_CTX_set_app_data(context->openssl, context);
        set_rules(context, options);
        rc = load(context, options);
        if (rc == 0)
            rc = set_protocols(context, options->alpn);
    }
    ERR_clear_error();
    if (rc < 0) {
        aglet_tls_context_free(context);
        return rc;
    }
    *out = context;
    return 0;
}

void aglet_tls_context_free(aglet_tls_context *context) {
    if (!context)
        return;
    SSL_CTX_free(context->openssl);
    free(context);
}
