/*
 * What the files of the TLS library share.
 */
#ifndef AGL_TLS_H
#define AGL_TLS_H

#include <openssl/ssl.h>

#include <aglet/tls.h>

enum { AGL_ALPN_SIZE = 256 };

struct aglet_tls_context {
    SSL_CTX *openssl;
    bool server;
    bool verify;
    unsigned char alpn[AGL_ALPN_SIZE]; /* as on the wire: each name after its length */
    unsigned alpn_length;
};

#endif
