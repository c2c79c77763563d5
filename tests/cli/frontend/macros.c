/* Where code stands that macros wrote. */
#include "marks.h"
#include "macros.h"

#define CALL_F()   f()
#define BOTH(x, y) ((x) + (y))
#define FUNCTION(name)                                                                             \
    int name(void) {                                                                               \
        return f();                                                                                \
    }
#define PASTE(a, b) a##b

//~ call f\(\).*  @{+2}:12 \(text at {-8}\)
int expansion(void) {
    return CALL_F();
}

//~ call g\(\)  @{+4}:17$
//~ call h\(\)  @{+4}:17$
//~ r\d+ \+ r\d+  @{+2}:12 \(text at 6\)
int argument(void) {
    return BOTH(g(), //
                h());
}

//~ ^function extern made_by_macro\(\)  @macros\.c:{+1}:10$
FUNCTION(made_by_macro)

//~ call mark\(r\d+\).*  @{+2}:5 \(text at 7\)
void from_a_header(void) {
    MARK_TWICE(3);
}

//~ call k\(\).*  @{+2}:18
int pasted(void) {
    return PASTE(k, )();
}

//~ ^  return r\d+  @{+2}:5$
int plain_return(void) {
    return 1;
}

//: f() [f()] g() mark(1) mark(1)
//: f() [!f()] mark(1) mark(1)
void guarded(void) {
    WHEN(f(), g());
    MARK_TWICE(1);
}
