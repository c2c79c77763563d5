#include <pthread.h>

struct store {
    pthread_mutex_t mutex;
    int count, most;
};

// program: Example 1, Use instead 1
int store_add(struct store *store) {
    // text
}
