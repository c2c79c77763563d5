#include "models/sentence.h"

#include <stdarg.h>
#include <stdio.h>

#include "flow/memory.h"

int sentence(char **error, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    size_t size = length < 0 ? 1 : (size_t)length + 1;
    *error = mem_zero(size, 1);
    if (length > 0)
        vsnprintf(*error, size, format, arguments);
    va_end(arguments);
    return -1;
}
