#include "cli/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void progress_begin(struct progress *progress) {
    clock_gettime(CLOCK_MONOTONIC, &progress->start);
    progress->shown = false;
}

void progress_show(struct progress *progress, const char *format, ...) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - progress->start.tv_sec) +
                     (double)(now.tv_nsec - progress->start.tv_nsec) / 1e9;
    if (seconds < 1 || !isatty(STDERR_FILENO))
        return;
    va_list args;
    va_start(args, format);
    fputc('\r', stderr);
    vfprintf(stderr, format, args);
    fputs("\033[K", stderr);
    va_end(args);
    progress->shown = true;
}

void progress_clear(struct progress *progress) {
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
