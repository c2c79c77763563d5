#!/usr/bin/env python3
"""Proves that a model which does not fit its library's headers is found out, by name."""
import copy
import tempfile
import unittest
from pathlib import Path

from model_files import Problems
from test_headers import check_model, flags_of

HEADER = """
#define PARCEL_NOWAIT 4
struct parcel;
struct parcel_type { int (*check)(struct parcel *parcel); int size; };
typedef struct { void (*changed)(void *data); } parcel_watch;
struct parcel *parcel_open(const char *path);
int parcel_read(struct parcel *parcel, void *to, unsigned long size, int flags);
int parcel_print(struct parcel *parcel, const char *format, ...);
void parcel_close(struct parcel *parcel);
"""
MODEL = {
    "model": 1,
    "name": "parcel",
    "headers": ["parcel.h"],
    "constants": {"PARCEL_NOWAIT": 4},
    "functions": {
        "parcel_open": {"parameters": 1, "acquires": {"kind": "parcel", "when": "nonnull"}},
        "parcel_read": {"parameters": 4, "blocks": {
            "kind": "io", "unless": [{"arg": 4, "has-flag": "PARCEL_NOWAIT"}]}},
        "parcel_print": {"parameters": 2, "variadic": True, "takes": {"arg": 3}},
        "parcel_close": {"parameters": 1, "releases": {"kind": "parcel", "arg": 1}},
    },
    "fields": {
        "parcel_type.check": {"parameters": 1, "factory": True},
        "parcel_watch.changed": {"parameters": 1, "sync-only": True},
    },
}


class Mistakes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        place = self.folder / "parcel/include"
        place.mkdir(parents=True)
        (place / "parcel.h").write_text(HEADER)
        self.model = copy.deepcopy(MODEL)

    def check(self):
        problems = Problems()
        installed = check_model(problems, self.model, flags_of(self.model, self.folder))
        self.assertTrue(installed)
        return problems.lines

    def found(self, sentence):
        self.assertEqual(self.check(), [f"parcel: {sentence}"])

    def test_nothing_is_said_of_a_model_that_fits(self):
        self.assertEqual(self.check(), [])

    def test_a_misspelled_function(self):
        functions = self.model["functions"]
        functions["parcel_raed"] = functions.pop("parcel_read")
        self.found("parcel_raed: is not declared in the headers")

    def test_an_argument_too_many(self):
        self.model["functions"]["parcel_close"]["releases"]["arg"] = 2
        self.found("parcel_close: releases: names argument 2 of 1")

    def test_an_out_parameter_too_many(self):
        self.model["functions"]["parcel_open"]["acquires"]["via"] = "out:2"
        self.found("parcel_open: acquires: names argument 2 of 1")

    def test_an_exception_on_an_argument_too_many(self):
        self.model["functions"]["parcel_read"]["blocks"]["unless"][0]["arg"] = 5
        self.found("parcel_read: blocks: names argument 5 of 4")

    def test_a_wrong_number_of_parameters(self):
        self.model["functions"]["parcel_read"]["parameters"] = 5
        self.found("parcel_read: has 4 parameters, the model says 5")

    def test_parameters_need_not_be_counted(self):
        del self.model["functions"]["parcel_close"]["parameters"]
        self.assertEqual(self.check(), [])
        self.model["functions"]["parcel_close"]["releases"]["arg"] = 2
        self.found("parcel_close: releases: names argument 2 of 1")

    def test_parameters_without_an_end(self):
        del self.model["functions"]["parcel_print"]["variadic"]
        self.found("parcel_print: variadic is True in the headers")

    def test_an_outcome_that_the_type_does_not_have(self):
        self.model["functions"]["parcel_close"]["releases"]["when"] = "zero"
        self.found("parcel_close: releases: 'zero' of a function that returns nothing")

    def test_a_misspelled_field(self):
        self.model["fields"]["parcel_type.chekc"] = {"parameters": 1}
        [line] = self.check()
        self.assertIn("parcel: parcel_type.chekc: no member named 'chekc'", line)

    def test_a_misspelled_record(self):
        self.model["fields"]["parcel_tpye.check"] = {"parameters": 1}
        self.found("parcel_tpye.check: there is no such record in the headers")

    def test_a_field_that_holds_no_pointer(self):
        self.model["fields"]["parcel_type.size"] = {"parameters": 1}
        lines = self.check()
        self.assertTrue(lines)
        self.assertTrue(all(line.startswith("parcel: parcel_type.size: ") for line in lines), lines)

    def test_a_field_with_other_parameters(self):
        self.model["fields"]["parcel_watch.changed"]["parameters"] = 2
        self.found("parcel_watch.changed: has 1 parameters, the model says 2")

    def test_a_wrong_constant(self):
        self.model["constants"]["PARCEL_NOWAIT"] = 8
        [line] = self.check()
        self.assertIn("parcel: PARCEL_NOWAIT: static assertion failed", line)

    def test_a_header_that_is_missing_from_an_installed_library(self):
        self.model["headers"].append("parcel_more.h")
        self.assertIn("parcel: parcel_more.h: 'parcel_more.h' file not found", self.check())

    def test_a_library_that_is_not_installed_is_not_checked(self):
        self.model["headers"] = ["parcels.h"]
        self.assertFalse(check_model(Problems(), self.model, flags_of(self.model, self.folder)))


if __name__ == "__main__":
    unittest.main()
