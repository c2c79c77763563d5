/* Writes a facts file that has one of everything, for the fuzzer of facts to begin with: facts are
   tied to their version, so they are made anew instead of being kept. */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/ir_sample.h"
#include "ir/io.h"

int main(int argc, char **argv) {
    FILE *out = argc == 2 ? fopen(argv[1], "wb") : NULL;
    if (!out)
        return 1;
    struct ir_unit *unit = sample_unit();
    uint8_t *bytes = NULL;
    size_t length = 0;
    ir_save(unit, &bytes, &length);
    size_t written = fwrite(bytes, 1, length, out);
    free(bytes);
    ir_unit_free(unit);
    return fclose(out) != 0 || written != length;
}
