/* What C23 brings. */
//@ args: -std=c23
#include "marks.h"

enum small : unsigned char { ONE = 1, TWO };
constexpr int limit = 3;

//: use(1) use(2) use(limit) use(6)
void constants(void) {
    use(ONE);
    use(TWO);
    use(limit);
    use(0b110);
}

//: use(1) use(0)
void booleans(void) {
    bool yes = true;
    use(yes);
    use(false);
}

//: [(p != 0)] f()
//: [!(p != 0)]
void null_pointer(int *p) {
    if (p != nullptr)
        f();
}

//: f() use(f())
void deduced(void) {
    auto x = f();
    use(x);
}

[[noreturn]] void die(void);
#define DIES [[noreturn]]
DIES void die_too(void);

//: [x=1] die() stop
//: [x=2] die_too() stop
//: [x=default] f()
void attributes(int x) {
    switch (x) {
    case 1:
        die();
        [[fallthrough]];
    case 2:
        die_too();
        break;
    default:
        f();
    }
}

//: f() [f()=1] g() h()
//: f() [f()=2] h()
//: f() [f()=default]
void falls_through(void) {
    switch (f()) {
    case 1:
        g();
        [[fallthrough]];
    case 2:
        h();
    }
}

//~ ^declared extern must_use/0 warn-unused
[[nodiscard]] int must_use(void);
void drops(void) {
    [[maybe_unused]] int x = must_use();
}

//~ call drop\(r\d+\) cleanup
void drop(int *p);
void cleans([[maybe_unused]] int unused, int) {
    [[gnu::cleanup(drop)]] int x = 1;
}

//: f() g()
void label_before_declaration(void) {
again:
    int x = f();
    if (0)
        goto again;
    x = g();
end:
}

//: use(0) use(0)
void empty_initialisers(void) {
    int x = {};
    struct {
        int a, b;
    } s = {};
    use(x);
    use(s.b);
}

//: h() use(h())
void type_of(void) {
    typeof_unqual(f()) x = h();
    use(x);
}

//~ ^slot embedded_ops = embed_one
static const unsigned char embedded[] = {
#embed "part.inc" limit(4)
};
int embed_one(void) {
    return embedded[1];
}
int (*embedded_ops[])(void) = {embed_one};

//: f() use((limit - 1))
void static_assertion(void) {
    static_assert(sizeof(int) == 4);
    f();
    use(limit - 1);
}
