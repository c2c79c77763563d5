/* A program that uses the installed resolver by c-ares. */
#include <aglet/aglet.h>
#include <aglet/cares.h>

#include <stdio.h>

static AGLET_COROUTINE int find(void *arg) {
    (void)arg;
    struct aglet_address address;
    return aglet_address_find("localhost", "53", &address);
}

int main(void) {
    struct aglet_resolver *resolver;
    if (aglet_cares_new(NULL, &resolver) < 0)
        return 1;
    const struct aglet_options options = {.resolver = resolver};
    if (aglet_run_with(&options, find, NULL) != 0)
        return 1;
    aglet_cares_free(resolver);
    puts("consumed");
    return 0;
}
