/*
 * Facts files. The input is read as it is, and once more with a right length and checksum, so that
 * what is behind the header gets read. What is loaded is sound, can be printed, and is written
 * again as the same bytes; what is refused comes with a sentence.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir/facts.h"
#include "ir/io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth) {
    if (!truth)
        abort();
}

static void print(const struct ir_unit *unit) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    require(out != NULL);
    ir_print(unit, out);
    fclose(out);
    free(text);
}

static void load(const uint8_t *data, size_t size) {
    char *error = NULL;
    struct ir_unit *unit = ir_load(data, size, &error);
    if (!unit) {
        require(error && *error);
        free(error);
        return;
    }
    require(!error && !ir_verify(unit));
    print(unit);
    uint8_t *bytes = NULL;
    size_t length = 0;
    ir_save(unit, &bytes, &length);
    require(length == size && memcmp(bytes, data, size) == 0);
    free(bytes);
    ir_unit_free(unit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    load(data, size);
    if (size < FACTS_HEADER)
        return 0;
    uint8_t *forged = malloc(size);
    require(forged != NULL);
    memcpy(forged, data, size);
    memcpy(forged, FACTS_MAGIC, strlen(FACTS_MAGIC));
    facts_put(forged + 8, IR_VERSION);
    facts_put(forged + 16, size - FACTS_HEADER);
    facts_put(forged + 24, facts_checksum(forged + FACTS_HEADER, size - FACTS_HEADER));
    load(forged, size);
    free(forged);
    return 0;
}
