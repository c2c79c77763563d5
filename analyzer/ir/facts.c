#include "ir/facts.h"

void facts_put(uint8_t *at, uint64_t number) {
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(number >> (8 * i));
}

uint64_t facts_get(const uint8_t *at) {
    uint64_t number = 0;
    for (unsigned i = 0; i < 8; i++)
        number |= (uint64_t)at[i] << (8 * i);
    return number;
}

uint64_t facts_checksum(const uint8_t *bytes, size_t length) {
    uint64_t h = UINT64_C(0x9E3779B97F4A7C15) ^ length;
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        h = (h ^ facts_get(bytes + i)) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    for (; i < length; i++)
        h = (h ^ bytes[i]) * UINT64_C(1099511628211);
    return h ^ h >> 29;
}
