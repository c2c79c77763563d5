#include "seam.h"

#include <errno.h>
#include <sys/sendfile.h>
#include <unistd.h>

ssize_t agl_seam_read(int fd, void *buffer, size_t size) {
    for (;;) {
        ssize_t count = read(fd, buffer, size);
        if (count >= 0)
            return count;
        if (errno != EINTR)
            return -errno;
    }
}

ssize_t agl_seam_write(int fd, const void *data, size_t size) {
    for (;;) {
        /* A peer that went away is an error to return, not a signal; for pipes see sigpipe.c. */
        ssize_t count = send(fd, data, size, MSG_NOSIGNAL);
        if (count < 0 && errno == ENOTSOCK)
            count = write(fd, data, size);
        if (count >= 0)
            return count;
        if (errno != EINTR)
            return -errno;
    }
}

ssize_t agl_seam_receive(int fd, void *buffer, size_t size, struct sockaddr *from,
                         socklen_t *length) {
    for (;;) {
        ssize_t count = recvfrom(fd, buffer, size, 0, from, length);
        if (count >= 0)
            return count;
        if (errno != EINTR)
            return -errno;
    }
}

ssize_t agl_seam_send(int fd, const void *data, size_t size, const struct sockaddr *to,
                      socklen_t length) {
    for (;;) {
        ssize_t count = sendto(fd, data, size, MSG_NOSIGNAL, to, length);
        if (count >= 0)
            return count;
        if (errno != EINTR)
            return -errno;
    }
}

ssize_t agl_seam_sendfile(int out, int in, off_t *offset, size_t count) {
    for (;;) {
        ssize_t sent = sendfile(out, in, offset, count);
        if (sent >= 0)
            return sent;
        if (errno != EINTR)
            return -errno;
    }
}

int agl_seam_accept(int fd) {
    for (;;) {
        int accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted >= 0)
            return accepted;
        if (errno != EINTR && errno != ECONNABORTED)
            return -errno;
    }
}

int agl_seam_connect(int fd, const struct sockaddr *address, socklen_t length) {
    /* After EINTR the attempt goes on by itself, as after EINPROGRESS (POSIX, connect). */
    if (connect(fd, address, length) == 0)
        return 0;
    return errno == EINTR ? -EINPROGRESS : -errno;
}
