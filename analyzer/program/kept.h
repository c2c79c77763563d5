/*
 * What the program keeps in the fields of its records, as the text of all its functions shows.
 */
#ifndef AGLET_PROGRAM_KEPT_H
#define AGLET_PROGRAM_KEPT_H

#include "program/internal.h"

/** A field into which something new is stored somewhere. */
struct kept {
    const char *record, *field;
    const char *resource;       /* all that is stored there is a new one of this kind; or NULL */
    const char *number;         /* … a number of this kind; or NULL */
    const struct ir_unit *unit; /* the first such store's */
    ir_id loc;
    bool foreign; /* something else is stored there as well, besides 0 */
    bool let_go;  /* it is released somewhere, or handed to where it may be */
};

/** Finds them; after the summaries. */
void prog_find_kept(struct program *program);

/** The field, if it is such; else NULL. */
const struct kept *prog_kept(const struct program *program, const char *record, const char *field);

/** path_client.kept_number for the program as its data. */
struct path_number prog_kept_number(void *data, const struct ir_unit *unit, ir_id place);

/** The name of the record that a pointer of that type leads to; NULL if it leads to none. */
const char *prog_pointed_record(const struct ir_unit *unit, ir_id type);

#endif
