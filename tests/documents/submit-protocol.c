// requires: liburing
#include <errno.h>
#include <liburing.h>

struct request {
    char data[16];
};

// program: Example 1, Use instead 1
int receive(struct io_uring *ring, int fd, struct request *request, unsigned size) {
    struct io_uring_cqe *cqe;
    // text
    return 0;
}
