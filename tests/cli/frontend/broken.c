/* A file with errors: they are told, the rest is still lowered. */
//@ fails
#include "marks.h"

//~ ^problem: use of undeclared identifier 'missing'  @broken\.c:{+3}:12
//~ ^function extern wrong/0 incomplete \(its body has errors\)
int wrong(void) {
    return missing;
}

//: f() g()
void right(void) {
    f();
    g();
}

//~ ^function extern builtin_without_arguments/0 incomplete
void builtin_without_arguments(void) {
    __atomic_fetch_add();
    f();
}

//~ ^function extern unknown_type/1 incomplete
void unknown_type(missing_t x) {
    f();
}

typedef int twice;
typedef long twice;
//: f()
void behind_an_error_outside(void) {
    f();
}
