/*
 * The facts format: "AGLETIR", the version, the length and the checksum of what follows: the
 * strings, then the arrays. Numbers are LEB128; unsigned 32-bit ones are stored plus one, so that
 * IR_NONE is a zero.
 */
#include <string.h>

#include "ir/alloc.h"
#include "ir/facts.h"
#include "ir/io.h"
#include "ir/layout.h"

struct writer {
    uint8_t *bytes;
    size_t length, capacity;
};

static void reserve(struct writer *w, size_t more) {
    if (w->length + more <= w->capacity)
        return;
    while (w->length + more > w->capacity)
        w->capacity = w->capacity ? w->capacity * 2 : 65536;
    w->bytes = ir_resize(w->bytes, w->capacity, 1);
}

static void write_number(struct writer *w, uint64_t number) {
    reserve(w, 10);
    while (number >= 0x80) {
        w->bytes[w->length++] = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    w->bytes[w->length++] = (uint8_t)number;
}

static void write_field(struct writer *w, const struct ir_field *field, const char *element) {
    const char *at = element + field->offset;
    uint64_t number;
    if (field->size == 1) {
        number = *(const uint8_t *)at;
    } else if (field->size == 2) {
        uint16_t half;
        memcpy(&half, at, sizeof half);
        number = half;
    } else if (field->size == 4) {
        uint32_t word;
        memcpy(&word, at, sizeof word);
        number = (uint32_t)(word + 1);
    } else {
        memcpy(&number, at, sizeof number);
        if (field->kind == IR_FIELD_SIGNED)
            number = number << 1 ^ (uint64_t)((int64_t)number >> 63);
    }
    write_number(w, number);
}

void ir_save(const struct ir_unit *unit, uint8_t **bytes, size_t *length) {
    struct writer w = {0};
    size_t array_count;
    const struct ir_array_layout *arrays = ir_layouts(&array_count);
    reserve(&w, FACTS_HEADER);
    w.length = FACTS_HEADER;
    write_number(&w, unit->string_at.count);
    write_number(&w, unit->chars.count);
    reserve(&w, unit->chars.count);
    if (unit->chars.count)
        memcpy(w.bytes + w.length, unit->chars.data, unit->chars.count);
    w.length += unit->chars.count;
    for (size_t a = 0; a < array_count; a++) {
        const struct facts_vector *vector =
            (const struct facts_vector *)((const char *)unit + arrays[a].vector);
        write_number(&w, vector->count);
        for (uint32_t i = 0; i < vector->count; i++)
            for (size_t f = 0; f < arrays[a].field_count; f++)
                write_field(&w, &arrays[a].fields[f],
                            (const char *)vector->data + i * arrays[a].element);
    }
    memcpy(w.bytes, FACTS_MAGIC, 8);
    facts_put(w.bytes + 8, IR_VERSION);
    facts_put(w.bytes + 16, w.length - FACTS_HEADER);
    facts_put(w.bytes + 24, facts_checksum(w.bytes + FACTS_HEADER, w.length - FACTS_HEADER));
    *bytes = w.bytes;
    *length = w.length;
}
