#include <pthread.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    int count;
};

static void take(struct queue *queue) {
    queue->count--;
}

// program: Example 1, Use instead 1
void take_one(struct queue *queue);
void take_one(struct queue *queue) {
    // text
    pthread_mutex_unlock(&queue->lock);
}
