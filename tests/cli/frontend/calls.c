/* Calls: direct, through pointers of all kinds, and those that do not return. */
#include "marks.h"

typedef int callback(int);
struct ops {
    int (*read)(int);
    callback *write;
    struct {
        callback *deep;
    } inner;
    callback *many[3];
    struct ops *next;
};
int direct(int);

//: direct(1) direct(2) direct(3) direct(4)
void all_the_same(void) {
    direct(1);
    (direct)(2);
    (&direct)(3);
    (***direct)(4);
}

//: *p(1) *p(2)
void through_a_parameter(callback *p) {
    p(1);
    (*p)(2);
}

//: *&direct(1)
void through_a_variable(void) {
    callback *p = direct;
    p(1);
}

//: *ops->read(1) *ops->write(2) *ops->inner.deep(3) *ops->next->read(4)
void through_fields(struct ops *ops) {
    ops->read(1);
    (*ops->write)(2);
    ops->inner.deep(3);
    ops->next->read(4);
}

//: *ops->many[1](1) **(table + n)(2)
void through_elements(struct ops *ops, callback *table[], int n) {
    ops->many[1](1);
    table[n](2);
}

//: [x] *ops->read(1)
//: [!x] *&direct(1)
void through_a_choice(struct ops *ops, int x) {
    (x ? ops->read : direct)(1);
}

callback *choose(int n);

//: choose(1) *choose(1)(2)
void through_a_result(void) {
    choose(1)(2);
}

//: *p(1)
void through_a_cast(void *p) {
    ((callback *)p)(1);
}

callback *global;

//: *global(1) global = &direct
void through_a_global(void) {
    global(1);
    global = direct;
}

struct pair {
    int a, b;
};
int take(struct pair pair, ...);

//: f() g() take($0, 1) => take($0, 1)
int records_by_value(void) {
    return take((struct pair){f(), g()}, 1);
}

//: f() g() direct((f() + g())) use(direct((f() + g())))
void nested(void) {
    use(direct(f() + g()));
}

/* ---- what does not return --------------------------------------------------------------- */

_Noreturn void die(const char *why);
void die_gnu(void) __attribute__((noreturn));
__attribute__((__noreturn__)) void die_before(void);
#define DIES              _Noreturn
#define DIES_BY_ATTRIBUTE __attribute__((noreturn))
DIES void die_by_macro(void);
DIES_BY_ATTRIBUTE void die_by_attribute(void);

//: f() [f()] die("no") stop
//: f() [!f()] g()
void dies(void) {
    if (f())
        die("no");
    g();
}

//: [x=1] die_gnu() stop
//: [x=2] die_before() stop
//: [x=3] die_by_macro() stop
//: [x=4] die_by_attribute() stop
//: [x=default] f()
void all_die(int x) {
    switch (x) {
    case 1:
        die_gnu();
        f();
    case 2:
        die_before();
        f();
    case 3:
        die_by_macro();
        f();
    case 4:
        die_by_attribute();
        f();
    }
    f();
}

//: *on_error() stop
void dies_through_a_pointer(void (*on_error)(void) __attribute__((noreturn))) {
    on_error();
    f();
}

void on_exit_do(void (*handler)(void) __attribute__((noreturn)));
typedef void handler(void) __attribute__((noreturn));
handler *get_handler(void);
handler die_by_typedef;

//: on_exit_do(&die_gnu) f()
void takes_what_dies_but_lives(void) {
    on_exit_do(die_gnu);
    f();
}

//: get_handler() f() *get_handler()() stop
void gives_what_dies_but_lives(void) {
    handler *h = get_handler();
    f();
    h();
    g();
}

//: die_by_typedef() stop
void dies_by_typedef(void) {
    die_by_typedef();
    f();
}

struct noreturn {
    int x;
};
void only_its_parameter_is_called_so(struct noreturn *noreturn);

//: only_its_parameter_is_called_so(0) f()
void lives(void) {
    only_its_parameter_is_called_so(0);
    f();
}

//: [x] stop
//: [!x] f()
void unreachable(int x) {
    if (x)
        __builtin_unreachable();
    f();
}

//: [x] stop
//: [!x] f()
void trap(int x) {
    if (x)
        __builtin_trap();
    f();
}

//: [x] __builtin_abort() stop
//: [!x] f()
void builtin_abort(int x) {
    if (x)
        __builtin_abort();
    f();
}

//: f() [f()] g() use(g())
//: f() [!f()] die("x") stop
void dies_in_an_expression(void) {
    use(f() ? g() : (die("x"), 0));
}

//: f() [f()] g()
//: f() [!f()] die("x") stop
void assertion(void) {
    f() ? (void)0 : die("x");
    g();
}
