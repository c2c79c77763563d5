/* A file with errors: they are told, the rest is still lowered. */
//@ fails
#include "marks.h"

//~ ^problem: use of undeclared identifier 'missing'  @broken\.c:{+2}:12
int wrong(void) {
    return missing;
}

//: f() g()
void right(void) {
    f();
    g();
}
