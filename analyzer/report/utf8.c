#include "report/utf8.h"

#include <stdint.h>
#include <string.h>

#include "flow/memory.h"

/* The length of the character at `text`, or 0 if there is none: bytes that cannot start one,
   missing continuations, longer forms than needed, surrogates, and what is above U+10FFFF. */
static size_t character_length(const unsigned char *text) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char lead = text[0];
    if (lead < 0x80)
        return 1;
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC0 || lead > 0xF7)
        return 0;
    uint32_t code = lead & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80) /* the final zero as well */
            return 0;
        code = code << 6 | (text[i] & 0x3F);
    }
    if (code < smallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    return length;
}

char *utf8_mended(const char *text) {
    static const char replacement[] = "\xEF\xBF\xBD";
    char *mended = mem_resize(NULL, strlen(text) * 3 + 1, 1), *out = mended;
    while (*text) {
        size_t length = character_length((const unsigned char *)text);
        if (length)
            memcpy(out, text, length);
        else
            memcpy(out, replacement, 3);
        out += length ? length : 3;
        text += length ? length : 1;
    }
    *out = 0;
    return mended;
}
