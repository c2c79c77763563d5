/*
 * A certificate made for a test, and the contexts of a server that shows it and a client that
 * trusts it.
 */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include "harness.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <aglet/tls.h>

static char certificate[32], key[32]; /* paths */
static FILE *certificate_file, *key_file;
static aglet_tls_context *server_context, *client_context;

static inline void add_names(X509 *x509) {
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:test.example,IP:127.0.0.1");
    X509_add_ext(x509, names, -1);
    X509_EXTENSION_free(names);
}

/* A key and a certificate signed with it, good for test.example. */
static inline int make_certificate(void **state) {
    (void)state;
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, pair);
    X509_NAME *name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(x509, name);
    add_names(x509);
    X509_sign(x509, pair, EVP_sha256());
    certificate_file = fdopen(unnamed_file(certificate), "w");
    PEM_write_X509(certificate_file, x509);
    fflush(certificate_file);
    key_file = fdopen(unnamed_file(key), "w");
    PEM_write_PrivateKey(key_file, pair, NULL, NULL, 0, NULL, NULL);
    fflush(key_file);
    X509_free(x509);
    EVP_PKEY_free(pair);
    const struct aglet_tls_options server = {
        .server = true, .certificate_file = certificate, .key_file = key, .alpn = "h2,http/1.1"};
    const struct aglet_tls_options client = {.ca_file = certificate, .alpn = "http/1.1"};
    return aglet_tls_context_new(&server, &server_context) ||
           aglet_tls_context_new(&client, &client_context);
}

static inline int remove_certificate(void **state) {
    (void)state;
    aglet_tls_context_free(server_context);
    aglet_tls_context_free(client_context);
    fclose(certificate_file);
    fclose(key_file);
    return 0;
}

#endif
