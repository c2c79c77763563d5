/*
 * Reading facts. No byte is trusted: every count is held against the bytes that are left, and the
 * result has to pass the verifier.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir/facts.h"
#include "ir/io.h"
#include "ir/layout.h"

struct reader {
    const uint8_t *at, *end;
    bool failed;
};

static uint64_t read_number(struct reader *r) {
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        uint8_t byte = *r->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
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
        r->failed |= number > UINT8_MAX;
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
        if (field->is_signed)
            number = number >> 1 ^ (0 - (number & 1));
        memcpy(at, &number, sizeof number);
    }
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory) {
        fputs("aglet: out of memory\n", stderr);
        exit(2);
    }
    return memory;
}

static void read_strings(struct reader *r, struct ir_unit *unit) {
    uint32_t strings = read_count(r), length = read_count(r);
    if (r->failed || length > (uint64_t)(r->end - r->at) || strings > length) {
        r->failed = true;
        return;
    }
    unit->chars.data = allocate(length, 1);
    unit->chars.count = unit->chars.capacity = length;
    if (length)
        memcpy(unit->chars.data, r->at, length);
    r->at += length;
    unit->string_at.data = allocate(strings, sizeof(uint32_t));
    uint32_t found = 0;
    for (uint32_t i = 0; i < length && found < strings; i++)
        if (i == 0 || unit->chars.data[i - 1] == 0)
            unit->string_at.data[found++] = i;
    unit->string_at.count = unit->string_at.capacity = found;
    r->failed |= found != strings || (length && unit->chars.data[length - 1] != 0);
}

static void read_array(struct reader *r, struct ir_unit *unit,
                       const struct ir_array_layout *layout) {
    struct facts_vector *vector = (struct facts_vector *)((char *)unit + layout->vector);
    uint32_t count = read_count(r);
    if (r->failed || count > (uint64_t)(r->end - r->at) / layout->field_count) {
        r->failed = true;
        return;
    }
    vector->data = allocate(count, layout->element);
    vector->count = vector->capacity = count;
    for (uint32_t i = 0; i < count && !r->failed; i++)
        for (size_t f = 0; f < layout->field_count; f++)
            read_field(r, &layout->fields[f], (char *)vector->data + i * layout->element);
}

static uint64_t get_fixed(const uint8_t *at) {
    uint64_t number = 0;
    for (unsigned i = 0; i < 8; i++)
        number |= (uint64_t)at[i] << (8 * i);
    return number;
}

static char *sentence(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *sentence(const char *format, ...) {
    va_list args;
    char *text = NULL;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    return text;
}

static char *check_header(const uint8_t *bytes, size_t length) {
    if (length < FACTS_HEADER || memcmp(bytes, FACTS_MAGIC, 8) != 0)
        return sentence("this is not a facts file");
    uint64_t version = get_fixed(bytes + 8);
    if (version != IR_VERSION)
        return sentence(
            "the facts have format %llu and this aglet reads format %d: make them again",
            (unsigned long long)version, IR_VERSION);
    if (get_fixed(bytes + 16) != length - FACTS_HEADER)
        return sentence("the facts file is truncated: make it again");
    if (get_fixed(bytes + 24) != facts_checksum(bytes + FACTS_HEADER, length - FACTS_HEADER))
        return sentence("the facts file is damaged: make it again");
    return NULL;
}

struct ir_unit *ir_load(const uint8_t *bytes, size_t length, char **error) {
    *error = check_header(bytes, length);
    if (*error)
        return NULL;
    struct reader r = {bytes + FACTS_HEADER, bytes + length, false};
    struct ir_unit *unit = allocate(1, sizeof *unit);
    size_t array_count;
    const struct ir_array_layout *arrays = ir_layouts(&array_count);
    read_strings(&r, unit);
    for (size_t a = 0; a < array_count && !r.failed; a++)
        read_array(&r, unit, &arrays[a]);
    if (r.failed || r.at != r.end)
        *error = sentence("the facts file is damaged: make it again");
    else
        *error = ir_verify(unit);
    if (*error) {
        ir_unit_free(unit);
        return NULL;
    }
    return unit;
}
