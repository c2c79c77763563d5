/*
 * What the writer and the reader of facts share.
 */
#ifndef AGLET_IR_FACTS_H
#define AGLET_IR_FACTS_H

#include <stddef.h>
#include <stdint.h>

#define FACTS_MAGIC  "AGLETIR\n"
#define FACTS_HEADER 32 /* magic, version, length, checksum: 8 bytes each */

/** Any IR_VEC, seen without its element type. */
struct facts_vector {
    void *data;
    uint32_t count, capacity;
};

/** Eight bytes, the lowest first, on every machine. */
void facts_put(uint8_t *at, uint64_t number);
uint64_t facts_get(const uint8_t *at);

/** A hash of the bytes, to notice damage; not a defence against forgery. */
uint64_t facts_checksum(const uint8_t *bytes, size_t length);

#endif
