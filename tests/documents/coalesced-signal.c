// requires: libuv
#include <stdlib.h>
#include <uv.h>

struct job {
    struct job *next;
    int number;
};

struct queue {
    uv_mutex_t lock;
    struct job *first;
};

static struct queue queue;
static uv_async_t wake;
void run(struct job *job);

static struct job *take(struct queue *from) {
    uv_mutex_lock(&from->lock);
    struct job *job = from->first;
    if (job)
        from->first = job->next;
    uv_mutex_unlock(&from->lock);
    return job;
}

void submit(struct job *job);
void submit(struct job *job) {
    uv_mutex_lock(&queue.lock);
    job->next = queue.first;
    queue.first = job;
    uv_mutex_unlock(&queue.lock);
    uv_async_send(&wake);
}

// program: Example 1, Use instead 1
// text

int main(void) {
    if (uv_mutex_init(&queue.lock) != 0 || uv_async_init(uv_default_loop(), &wake, on_wake) != 0)
        return 1;
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
