/*
 * Suppression comments in any text. Whatever is found stands in the text, and is for a line at or
 * behind it that the text has; the unit with it is sound.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/suppress.h"
#include "ir/build.h"
#include "ir/io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth) {
    if (!truth)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ir_unit *unit = ir_unit_new();
    struct ir_file file = {.path = ir_string(unit, "/fuzz.c"), .is_main = true};
    ir_id id = ir_push_files(unit, file);
    uint32_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    suppress_scan(unit, id, (const char *)data, size);
    uint32_t last = 0;
    for (uint32_t i = 0; i < unit->suppressions.count; i++) {
        const struct ir_suppression *s = &unit->suppressions.data[i];
        require(s->line >= 1 && s->line <= s->target && s->target <= lines);
        require(s->col >= 1 && s->col <= size && s->line >= last);
        last = s->line;
    }
    ir_unit_finish(unit);
    require(!ir_verify(unit));
    ir_unit_free(unit);
    return 0;
}
