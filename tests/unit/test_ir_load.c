/* Reading facts: every kind of damage is refused with a sentence, and none does harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ir/alloc.h"
#include "ir/facts.h"
#include "ir/io.h"
#include "ir_sample.h"

struct bytes {
    uint8_t *at;
    size_t length;
};

static struct bytes sample_bytes(void) {
    struct ir_unit *u = sample_unit();
    struct bytes b;
    ir_save(u, &b.at, &b.length);
    ir_unit_free(u);
    return b;
}

/* Length and checksum as they should be, so that what is behind the header gets read. */
static void forge(struct bytes b) {
    facts_put(b.at + 16, b.length - FACTS_HEADER);
    facts_put(b.at + 24, facts_checksum(b.at + FACTS_HEADER, b.length - FACTS_HEADER));
}

/* In memory of exactly its length, for the sanitizers. */
static void refused(const uint8_t *at, size_t length, const char *says) {
    uint8_t *exact = ir_zeroed(length, 1);
    memcpy(exact, at, length);
    char *error = NULL;
    assert_null(ir_load(exact, length, &error));
    if (!error || !strstr(error, says))
        fail_msg("\"%s\" wanted, said: %s", says, error ? error : "nothing");
    free(error);
    free(exact);
}

static void foreign_files_are_refused(void **state) {
    (void)state;
    struct bytes b = sample_bytes();
    refused(b.at, 0, "not a facts file");
    refused((const uint8_t *)"#!/bin/sh and more text than a header", 37, "not a facts file");
    b.at[0] ^= 1;
    refused(b.at, b.length, "not a facts file");
    free(b.at);
}

static void other_versions_are_refused(void **state) {
    (void)state;
    struct bytes b = sample_bytes();
    facts_put(b.at + 8, IR_VERSION + 1);
    refused(b.at, b.length, "format 2 and this aglet reads format 1: make them again");
    free(b.at);
}

static void every_truncation_is_refused(void **state) {
    (void)state;
    struct bytes b = sample_bytes();
    for (size_t length = 0; length < b.length; length++)
        refused(b.at, length, length < FACTS_HEADER ? "not a facts file" : "truncated");
    uint8_t *longer = ir_zeroed(b.length + 1, 1);
    memcpy(longer, b.at, b.length);
    refused(longer, b.length + 1, "another length");
    free(longer);
    free(b.at);
}

static void every_changed_byte_is_refused(void **state) {
    (void)state;
    struct bytes b = sample_bytes();
    for (size_t i = 0; i < b.length; i++) {
        b.at[i] ^= 0x10;
        refused(b.at, b.length, i < 8 ? "not a facts file" : "make ");
        b.at[i] ^= 0x10;
    }
    free(b.at);
}

/* What a header that fits cannot hide: the file ends too early, or too late. */
static void forged_lengths_are_refused(void **state) {
    (void)state;
    struct bytes b = sample_bytes();
    for (size_t length = FACTS_HEADER; length < b.length; length++) {
        struct bytes cut = {ir_zeroed(length, 1), length};
        memcpy(cut.at, b.at, length);
        forge(cut);
        refused(cut.at, cut.length, "damaged");
        free(cut.at);
    }
    struct bytes longer = {ir_zeroed(b.length + 1, 1), b.length + 1};
    memcpy(longer.at, b.at, b.length);
    forge(longer);
    refused(longer.at, longer.length, "damaged");
    free(longer.at);
    free(b.at);
}

/* A facts file of these bytes. */
static void refused_body(const char *body, size_t length, const char *says) {
    struct bytes b = {ir_zeroed(FACTS_HEADER + length, 1), FACTS_HEADER + length};
    memcpy(b.at, FACTS_MAGIC, 8);
    facts_put(b.at + 8, IR_VERSION);
    memcpy(b.at + FACTS_HEADER, body, length);
    forge(b);
    refused(b.at, b.length, says);
    free(b.at);
}

#define BODY(text) text, sizeof text - 1

static void forged_counts_allocate_nothing(void **state) {
    (void)state;
    refused_body(BODY("\0\0\xff\xff\xff\xff\x0f"), "damaged");                 /* 2^32 - 1 files */
    refused_body(BODY("\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), "damaged"); /* 2^63 - 1 */
    refused_body(BODY("\0\xff\xff\xff\xff\x07"), "damaged");                   /* 2 GB of text */
    refused_body(BODY("\xff\xff\xff\xff\x07\0"), "damaged");                   /* of strings */
    refused_body(BODY("\0\0\x03\x01\0\0"), "damaged"); /* three files in three bytes */
}

static void strings_are_counted(void **state) {
    (void)state;
    refused_body(BODY("\x01\x01x\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "damaged");     /* no NUL */
    refused_body(BODY("\x02\x02x\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "damaged");   /* one of two */
    refused_body(BODY("\x01\x03x\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "damaged"); /* one more */
}

static void numbers_have_one_spelling(void **state) {
    (void)state;
    /* file: path, is_system, is_main */
    refused_body(BODY("\x01\x01\0\x01\x81\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "damaged");
    refused_body(BODY("\0\0\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\0\0"), "damaged");
    refused_body(BODY("\0\0\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0"), "damaged");
    refused_body(BODY("\0\0\x01\x80\x80\x80\x80\x10\0\0"), "damaged"); /* 2^32 in 32 bits */
}

static void a_bool_has_two_values(void **state) {
    (void)state;
#define NO_MORE "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    struct bytes b;
    char *error = NULL;
    static const char body[] = "\x01\x01\0\x01\x01\x01\0" NO_MORE;
    b = (struct bytes){ir_zeroed(FACTS_HEADER + sizeof body - 1, 1),
                       FACTS_HEADER + sizeof body - 1};
    memcpy(b.at, FACTS_MAGIC, 8);
    facts_put(b.at + 8, IR_VERSION);
    memcpy(b.at + FACTS_HEADER, body, sizeof body - 1);
    forge(b);
    struct ir_unit *u = ir_load(b.at, b.length, &error);
    assert_null(error);
    assert_true(u->files.data[0].is_system);
    ir_unit_free(u);
    free(b.at);
    refused_body(BODY("\x01\x01\0\x01\x01\x02\0" NO_MORE), "damaged");
}

static void what_is_read_is_verified(void **state) {
    (void)state;
    struct ir_unit *u = sample_unit();
    struct bytes b;
    u->succs.data[0] = 8;
    ir_save(u, &b.at, &b.length);
    refused(b.at, b.length, "the facts are not sound: in watch: successor 8 of 8");
    free(b.at);
    ir_unit_free(u);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_files_are_refused),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_changed_byte_is_refused),
        cmocka_unit_test(forged_lengths_are_refused),
        cmocka_unit_test(forged_counts_allocate_nothing),
        cmocka_unit_test(strings_are_counted),
        cmocka_unit_test(numbers_have_one_spelling),
        cmocka_unit_test(a_bool_has_two_values),
        cmocka_unit_test(what_is_read_is_verified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
