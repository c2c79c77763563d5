/*
 * Which libraries a program is written with: those whose headers it includes.
 */
#include <stdlib.h>
#include <string.h>

#include "program/internal.h"

/* "/usr/include/event2/event.h" is "event2/event.h". */
static bool is_header(const char *path, const char *header) {
    size_t length = strlen(path), tail = strlen(header);
    return length > tail && path[length - tail - 1] == '/' &&
           memcmp(path + length - tail, header, tail) == 0;
}

bool prog_includes(const struct ir_unit *unit, const char *header) {
    for (uint32_t i = 0; i < unit->files.count; i++)
        if (is_header(ir_text(unit, unit->files.data[i].path), header))
            return true;
    return false;
}

static bool includes(const struct ir_unit *unit, const struct model_library *library) {
    for (size_t i = 0; i < library->header_count; i++)
        if (prog_includes(unit, library->headers[i]))
            return true;
    return false;
}

static bool is_chosen(const struct program *program, const struct model_library *library) {
    const struct prog_settings *settings = &program->settings;
    for (size_t i = 0; settings->libraries && i < settings->library_count; i++)
        if (strcmp(settings->libraries[i], library->name) == 0)
            return true;
    if (library->header_count == 0)
        return true;
    for (size_t u = 0; !settings->libraries && u < program->unit_count; u++)
        if (includes(program->units[u], library))
            return true;
    return false;
}

static void add_library(const struct model_library *library, void *data) {
    struct program *program = data;
    if (!is_chosen(program, library))
        return;
    program->libraries =
        mem_resize(program->libraries, program->library_count + 1, sizeof *program->libraries);
    program->libraries[program->library_count++] = library->name;
}

void prog_find_libraries(struct program *program) {
    model_each_library(program->models, add_library, program);
}

/* A file that declares a function by hand, and has none of its own, means the library's; a header
   that does so may belong to anybody. */
static bool is_declared_by_hand(const struct function *function) {
    const struct ir_unit *unit = function->unit;
    ir_id loc = unit->functions.data[function->id].loc;
    return !function->defined && loc != IR_NONE &&
           unit->files.data[unit->locs.data[loc].file].is_main;
}

bool prog_library_applies(const struct program *program, const struct function *function,
                          const char *library) {
    for (size_t i = 0; i < program->library_count; i++)
        if (strcmp(program->libraries[i], library) == 0)
            return true;
    return !program->settings.libraries && is_declared_by_hand(function);
}
