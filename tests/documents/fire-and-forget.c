#include <aglet/aglet.h>
#include <errno.h>

AGLET_COROUTINE int send_mail(void *address);
AGLET_COROUTINE int count_visit(void *page);
AGLET_COROUTINE AGLET_SUSPENDS int store(void *address);

// program: Example 1
// text

int main(void) {
    return aglet_run(sign_up, "somebody@example.org") < 0;
}

// program: Example 2, Use instead 1
static AGLET_COROUTINE int sign_up(void *address) {
    // text
}

int main(void) {
    return aglet_run(sign_up, "somebody@example.org") < 0;
}

// program: Suppress or state the intent 1
static AGLET_COROUTINE int show(void *page) {
    // text
}

int main(void) {
    return aglet_run(show, "page") < 0;
}
