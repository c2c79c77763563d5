/* A program that uses the installed TLS library: trust whom the system trusts. */
#include <aglet/aglet.h>
#include <aglet/tls.h>

#include <stdio.h>

int main(void) {
    const struct aglet_tls_options options = {.alpn = "h2,http/1.1"};
    aglet_tls_context *context;
    if (aglet_tls_context_new(&options, &context) < 0)
        return 1;
    aglet_tls_context_free(context);
    puts("consumed");
    return 0;
}
