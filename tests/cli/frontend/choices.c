/* Decisions: if, && || ! ?: and the comma. */
#include "marks.h"

//: [x] f()
//: [!x]
void if_only(int x) {
    if (x)
        f();
}

//: [x] f() h()
//: [!x] g() h()
void if_else(int x) {
    if (x)
        f();
    else
        g();
    h();
}

//: [x] f()
//: [!x] [y] g()
//: [!x] [!y] h()
void else_if(int x, int y) {
    if (x)
        f();
    else if (y)
        g();
    else
        h();
}

//: f() [f()] g() [g()] h()
//: f() [f()] g() [!g()] k()
//: f() [!f()] k()
void and_condition(void) {
    if (f() && g())
        h();
    else
        k();
}

//: f() [f()] h()
//: f() [!f()] g() [g()] h()
//: f() [!f()] g() [!g()] k()
void or_condition(void) {
    if (f() || g())
        h();
    else
        k();
}

//: f() [f()] g() [g()] k()
//: f() [f()] g() [!g()] h()
//: f() [!f()] h()
void negated_condition(void) {
    if (!(f() && g()))
        h();
    else
        k();
}

//: f() [f()] g() [g()] k()
//: f() [f()] g() [!g()] h() [h()] k()
//: f() [f()] g() [!g()] h() [!h()]
//: f() [!f()] h() [h()] k()
//: f() [!f()] h() [!h()]
void mixed_condition(void) {
    if ((f() && g()) || h())
        k();
}

//: f() [f()] g() [g()] use(1)
//: f() [f()] g() [!g()] use(0)
//: f() [!f()] use(0)
void and_value(void) {
    use(f() && g());
}

//: f() [f()] use(1)
//: f() [!f()] g() [g()] use(1)
//: f() [!f()] g() [!g()] use(0)
void or_value(void) {
    use(f() || g());
}

//: f() [f()] g() [g()]
//: f() [f()] g() [!g()]
//: f() [!f()]
void and_statement(void) {
    f() && g();
}

//: [x] f() use(f())
//: [!x] g() use(g())
void conditional_value(int x) {
    use(x ? f() : g());
}

//: [x] f()
//: [!x] g()
void conditional_statement(int x) {
    x ? f() : g();
}

//: [x] mark(1) => 1
//: [!x] mark(2) => 1
int conditional_void(int x) {
    x ? mark(1) : mark(2);
    return 1;
}

//: [x] [y] use(1)
//: [x] [!y] use(2)
//: [!x] use(3)
void conditional_nested(int x, int y) {
    use(x ? y ? 1 : 2 : 3);
}

//: [x] f() [f()] h()
//: [x] f() [!f()]
//: [!x] g() [g()] h()
//: [!x] g() [!g()]
void conditional_condition(int x) {
    if (x ? f() : g())
        h();
}

//: f() [f()] use(f())
//: f() [!f()] g() use(g())
void gnu_conditional(void) {
    use(f() ?: g());
}

//: f() [f()] h()
//: f() [!f()] g() [g()] h()
//: f() [!f()] g() [!g()]
void gnu_conditional_condition(void) {
    if (f() ?: g())
        h();
}

//: f() g() use(g())
void comma_value(void) {
    use((f(), g()));
}

//: f() g() [g()] h()
//: f() g() [!g()]
void comma_condition(void) {
    if (f(), g())
        h();
}

//: f() [f()] h()
//: f() [!f()]
void expected(void) {
    if (__builtin_expect(!!f(), 1))
        h();
}

//: f() [f()] g() [g()] h()
//: f() [f()] g() [!g()]
//: f() [!f()]
void expected_and(void) {
    if (__builtin_expect(f() && g(), 0))
        h();
}

//: f() use(!f())
void negated_value(void) {
    use(!f());
}

struct pair {
    int a, b;
};

//: [x] => left.a
//: [!x] => right.a
int conditional_record(int x, struct pair left, struct pair right) {
    return (x ? left : right).a;
}
