#include <aglet/aglet.h>

struct bank;

// program: Example 1
// text

int main(void) {
    return aglet_run(pay, NULL) < 0;
}

// program: Use instead 1
AGLET_COROUTINE AGLET_SUSPENDS AGLET_MUTATES(db)
int move(struct bank *bank, int amount);

// text

int main(void) {
    return aglet_run(pay, NULL) < 0;
}
