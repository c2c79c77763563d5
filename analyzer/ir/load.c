/*
 * Reading facts. No byte is trusted: every count is held against the bytes that are left, and the
 * result has to pass the verifier.
 */
#include <string.h>

#include "ir/alloc.h"
#include "ir/facts.h"
#include "ir/io.h"
#include "ir/layout.h"

struct reader {
    const uint8_t *at, *end;
    bool failed;
};

/* LEB128. A number has one spelling only: what is longer than it need be was not written by
   ir_save. */
static uint64_t read_number(struct reader *r) {
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        uint8_t byte = *r->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte & 0x80)
            continue;
        r->failed |= (byte == 0 && shift > 0) || (shift == 63 && byte > 1);
        return number;
    }
    r->failed = true;
    return 0;
}

/* A count of things that take at least one byte each. */
static uint32_t read_count(struct reader *r) {
    uint64_t count = read_number(r);
    if (count > (uint64_t)(r->end - r->at) || count >= UINT32_MAX) {
        r->failed = true;
        return 0;
    }
    return (uint32_t)count;
}

static void read_field(struct reader *r, const struct ir_field *field, char *element) {
    uint64_t number = read_number(r);
    char *at = element + field->offset;
    if (field->size == 1) {
        uint8_t byte = (uint8_t)number;
        r->failed |= number > (field->kind == IR_FIELD_BOOL ? 1 : UINT8_MAX);
        memcpy(at, &byte, sizeof byte);
    } else if (field->size == 2) {
        uint16_t half = (uint16_t)number;
        r->failed |= number > UINT16_MAX;
        memcpy(at, &half, sizeof half);
    } else if (field->size == 4) {
        uint32_t word = (uint32_t)number - 1;
        r->failed |= number > UINT32_MAX;
        memcpy(at, &word, sizeof word);
    } else {
        if (field->kind == IR_FIELD_SIGNED)
            number = number >> 1 ^ (0 - (number & 1));
        memcpy(at, &number, sizeof number);
    }
}

static void read_strings(struct reader *r, struct ir_unit *unit) {
    uint32_t strings = read_count(r), length = read_count(r);
    if (r->failed || length > (uint64_t)(r->end - r->at) || strings > length) {
        r->failed = true;
        return;
    }
    unit->chars.data = ir_zeroed(length, 1);
    unit->chars.count = unit->chars.capacity = length;
    if (length)
        memcpy(unit->chars.data, r->at, length);
    r->at += length;
    unit->string_at.data = ir_zeroed(strings, sizeof(uint32_t));
    uint32_t found = 0;
    bool begins = true;
    for (uint32_t i = 0; i < length; i++) {
        if (begins && found < strings)
            unit->string_at.data[found] = i;
        found += begins;
        begins = unit->chars.data[i] == 0;
    }
    unit->string_at.count = unit->string_at.capacity = strings;
    r->failed |= found != strings || !begins;
}

static void read_array(struct reader *r, struct ir_unit *unit,
                       const struct ir_array_layout *layout) {
    struct facts_vector *vector = (struct facts_vector *)((char *)unit + layout->vector);
    uint32_t count = read_count(r);
    if (r->failed || count > (uint64_t)(r->end - r->at) / layout->field_count) {
        r->failed = true;
        return;
    }
    vector->data = ir_zeroed(count, layout->element);
    vector->count = vector->capacity = count;
    for (uint32_t i = 0; i < count && !r->failed; i++)
        for (size_t f = 0; f < layout->field_count; f++)
            read_field(r, &layout->fields[f], (char *)vector->data + i * layout->element);
}

static char *check_header(const uint8_t *bytes, size_t length) {
    if (length < FACTS_HEADER || memcmp(bytes, FACTS_MAGIC, 8) != 0)
        return ir_format("this is not a facts file");
    uint64_t version = facts_get(bytes + 8);
    if (version != IR_VERSION)
        return ir_format(
            "the facts have format %llu and this aglet reads format %d: make them again",
            (unsigned long long)version, IR_VERSION);
    if (facts_get(bytes + 16) != length - FACTS_HEADER)
        return ir_format(facts_get(bytes + 16) > length - FACTS_HEADER
                             ? "the facts file is truncated: make it again"
                             : "the facts file has another length than it says: make it again");
    if (facts_get(bytes + 24) != facts_checksum(bytes + FACTS_HEADER, length - FACTS_HEADER))
        return ir_format("the facts file is damaged: make it again");
    return NULL;
}

struct ir_unit *ir_load(const uint8_t *bytes, size_t length, char **error) {
    *error = check_header(bytes, length);
    if (*error)
        return NULL;
    struct reader r = {bytes + FACTS_HEADER, bytes + length, false};
    struct ir_unit *unit = ir_zeroed(1, sizeof *unit);
    size_t array_count;
    const struct ir_array_layout *arrays = ir_layouts(&array_count);
    read_strings(&r, unit);
    for (size_t a = 0; a < array_count && !r.failed; a++)
        read_array(&r, unit, &arrays[a]);
    if (r.failed || r.at != r.end)
        *error = ir_format("the facts file is damaged: make it again");
    else
        *error = ir_verify(unit);
    if (*error) {
        ir_unit_free(unit);
        return NULL;
    }
    return unit;
}
