#include "ir/ir.h"

#include <stdlib.h>

#include "ir/intern.h"

const char *ir_text(const struct ir_unit *unit, ir_id id) {
    return id < unit->string_at.count ? unit->chars.data + unit->string_at.data[id] : "";
}

void ir_unit_free(struct ir_unit *unit) {
    if (!unit)
        return;
    ir_intern_free(unit->intern);
#define FREE(T, name) free(unit->name.data);
    IR_ARRAYS(FREE)
#undef FREE
    free(unit->chars.data);
    free(unit->string_at.data);
    free(unit);
}
