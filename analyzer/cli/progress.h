/*
 * A line on the terminal that tells how far a longer run is.
 */
#ifndef AGLET_CLI_PROGRESS_H
#define AGLET_CLI_PROGRESS_H

#include <stdbool.h>
#include <time.h>

struct progress {
    struct timespec start;
    bool shown;
};

/** Starts the clock. */
void progress_begin(struct progress *progress);

/** Shows the text in place of the one before, once a second is over; nothing is ever shown when
 *  standard error is not a terminal. */
void progress_show(struct progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Takes the line away. To be called before anything else is printed. */
void progress_clear(struct progress *progress);

#endif
