/*
 * What a rule can ask about signals of which many count as one.
 */
#ifndef AGLET_CHECK_SIGNALS_H
#define AGLET_CHECK_SIGNALS_H

#include "program/check.h"

/** True when the function being checked is called once for any number of signals; *by is the
 *  function that it was handed to, or NULL. */
bool check_is_coalesced(const struct path *path, const char **by);

/** Adds where it was handed over, if that was seen. */
void finding_coalesced(struct finding *finding, const struct path *path);

/** True when the function being checked sends such a signal itself, or calls what does. */
bool check_signals_again(const struct path *path);

/** True when some function of the program signals what it has put into the queue: a list of that
 *  name; NULL: a library's. */
bool check_is_signalled(const struct path *path, const char *queue);

#endif
