/* Functions in static data: tables of operations in all shapes. */
#include "marks.h"
#include "tables.h"

int read_one(int), read_two(int), write_one(int), close_one(int);

struct ops {
    const char *name;
    int (*read)(int);
    int (*write)(int);
    struct {
        int (*open)(int), (*close)(int);
    } life;
    union {
        int (*either)(int);
        int number;
    };
    struct {
        unsigned flags : 3, : 5;
        int (*flagged)(int);
    };
    int (*many[4])(int);
};

//~ ^slot designated: struct ops\.read = read_one  @tables\.c:{+3}:
//~ ^slot designated: struct ops\.write = write_one
static const struct ops designated = {
    .read = read_one,
    .write = &write_one,
};

//~ ^slot positional: struct ops\.read = read_one
//~ ^slot positional: struct ops\.write = write_one
struct ops positional = {"name", read_one, write_one};

//~ ^slot old: struct ops\.read = read_two
struct ops old = {read : read_two};

//~ ^slot nested: .*\.open = read_one
//~ ^slot nested: .*\.close = close_one
//~ ^slot nested: struct ops\.write = write_one
struct ops nested = {.life = {read_one, .close = close_one}, .write = write_one};

//~ ^slot chained: .*\.close = close_one
//~ ^slot chained: struct ops\.read = read_two
struct ops chained = {.life.close = close_one, .read = read_two};

//~ ^slot elided: struct ops\.read = read_one
//~ ^slot elided: .*\.open = read_two
//~ ^slot elided: .*\.close = close_one
//~ ^slot elided: struct ops\.either = write_one
//~ ^slot elided: struct ops\.flagged = read_one
//~ ^slot elided: struct ops\.many = write_one
struct ops elided = {"x", read_one, 0, read_two, close_one, write_one, 5, read_one, 0, write_one};

//~ ^slot anonymous: struct ops\.either = read_two
//~ ^slot anonymous: struct ops\.flagged = read_one
struct ops anonymous = {.either = read_two, .flags = 1, .flagged = read_one};

//~ ^slot continued: struct ops\.write = write_one
//~ ^slot continued: .*\.open = read_two
struct ops continued = {.write = write_one, read_two};

//~ ^slot array: struct ops\.read = read_one
//~ ^slot array: struct ops\.write = write_one
//~ ^slot array: struct ops\.many = close_one
struct ops array[] = {
    [1] = {.read = read_one},
    [3 ... 5] = {.write = write_one},
    [7].many[2] = close_one,
};

//~ ^slot functions = read_one
//~ ^slot functions = read_two
//~ ^slot functions = write_one
int (*functions[10])(int) = {read_one, [2 ... 4] = read_two, [9] = write_one};

//~ ^slot square = read_one
//~ ^slot square = read_two
int (*square[2][2])(int) = {[0][1] = read_one, [1] = {read_two}};

//~ ^slot plain = read_one
int (*plain)(int) = read_one;

//~ ^slot converted: struct ops\.read = read_one
struct ops converted = {.read = (int (*)(int))(void *)read_one};

//~ ^slot pointed: struct ops\.read = read_two
const struct ops *pointed = &(const struct ops){.read = read_two};

//~ ^slot either_of = read_one
//~ ^slot either_of = write_one
int (*either_of)(int) = sizeof(int) == 4 ? read_one : write_one;

#define OPS(prefix) {.read = prefix##_one, .write = write_one}
//~ ^slot by_macro: struct ops\.read = read_one  @tables\.c:{+2}:
//~ ^slot by_macro: struct ops\.write = write_one
struct ops by_macro = OPS(read);

static struct {
    int (*call)(int);
} unnamed_type = {.call = read_two};
//~ ^slot unnamed_type: .*\.call = read_two
//! at /

//~ ^slot inside: struct ops\.read = close_one
const void *with_a_local_table(void) {
    static const struct ops inside = {.read = close_one};
    return &inside;
}

//~ ^slot header_ops: struct header_ops\.call = header_call  @tables\.h:
//~ ^function static header_call\(x\) inline in-header
const void *with_a_table_in_a_header(void) {
    return &header_ops;
}

//~ ^global extern tentative
int tentative;
int read_tentative(void) {
    return tentative;
}

//~ ^global declared extern elsewhere
extern int elsewhere;
//~ ^global extern declared_first
extern int declared_first;
int read_declared(void) {
    return declared_first + elsewhere;
}
int declared_first = 3;

/* ---- locals ----------------------------------------------------------------------------- */

//: *&read_one(1) *&write_one(2) *&close_one(3) *&read_two(4)
void local_table(void) {
    struct ops ops = {
        .read = read_one, .write = write_one, .life.close = close_one, .either = read_two};
    ops.read(1);
    ops.write(2);
    ops.life.close(3);
    ops.either(4);
}

//: use(1) use(2) use(3) use(4) use(5) use(0)
void local_without_inner_braces(void) {
    struct {
        int a;
        struct {
            int b, c;
        } inner;
        int : 4;
        int d[2], e;
    } x = {1, 2, 3, 4, 5};
    use(x.a);
    use(x.inner.b);
    use(x.inner.c);
    use(x.d[0]);
    use(x.d[1]);
    use(x.e);
}

struct point {
    int x, y;
};
struct point point_make(int);

//: point_make(1) use(point_make(1).y) use(7)
void local_with_a_whole_member(void) {
    struct {
        struct point p;
        int z;
    } x = {point_make(1), 7};
    use(x.p.y);
    use(x.z);
}

//: f() g() h() use(h())
void local_array(void) {
    int a[] = {[2] = f(), [0] = g(), h()};
    use(a[1]);
}

//: f() [f()] use(f())
//: f() [!f()] use(3)
void local_array_with_gnu_conditional(void) {
    int a[] = {f() ?: 3};
    use(a[0]);
}

//: use(0) use(0)
void local_empty(void) {
    struct point p = {};
    use(p.x);
    use(p.y);
}

//: use(1) use(0) use(0) use(0)
void local_zero_all_the_way_down(void) {
    struct outer {
        int a;
        union {
            int u;
            float v;
        };
        struct {
            int b;
        };
        struct {
            struct point p;
        } inner;
    } x = {.a = 1}, y = {};
    use(x.a);
    use(x.b);
    use(x.inner.p.y);
    use(y.a);
}
