/* The cleanup attribute on every way out, and where locals die. */
//@ deaths
#include "marks.h"

void drop(int *p), undo(int *p);
#define AUTO               __attribute__((cleanup(drop)))
#define AUTO_UNDO          __attribute__((__cleanup__(undo)))
#define DEFINE(type, name) AUTO type name

//: f() g() ~drop(&a) dead a
void falls_out(void) {
    AUTO int a = f();
    g();
}

//: f() g() ~drop(&a) dead a => g()
int returns(void) {
    AUTO int a = f();
    return g();
}

//: ~undo(&b) dead b ~drop(&a) dead a
void in_reverse(void) {
    AUTO int a = 1;
    AUTO_UNDO int b = 2;
}

//: ~drop(&b) dead b ~undo(&a) dead a
void in_one_declaration(void) {
    int a __attribute__((cleanup(undo))) = 1, b __attribute__((cleanup(drop))) = 2;
}

//: ~drop(&a) dead a f()
void inner_block(void) {
    {
        DEFINE(int, a) = 1;
    }
    f();
}

//: [x] ~drop(&a) dead a
//: [!x] f() ~undo(&b) dead b ~drop(&a) dead a
void early_return(int x) {
    AUTO int a = 1;
    if (x)
        return;
    AUTO_UNDO int b = f();
}

//: f() [f()] g() [g()] ~drop(&a) dead a k()
//: f() [f()] g() [!g()] h() [h()] ~drop(&a) dead a ...
//: f() [f()] g() [!g()] h() [!h()] mark(1) ~drop(&a) dead a ...
//: f() [!f()] k()
void in_a_loop(void) {
    while (f()) {
        AUTO int a = 1;
        if (g())
            break;
        if (h())
            continue;
        mark(1);
    }
    k();
}

//: mark(0) mark(1) ~drop(&i) dead i k()
void loop_variable(void) {
    for (AUTO int i = 0; i < 2; i++)
        mark(i);
    k();
}

//: f() [f()] ~undo(&b) dead b ~drop(&a) dead a k()
//: f() [!f()] g() ~undo(&b) dead b h() ~drop(&a) dead a k()
void goto_out(void) {
    {
        AUTO int a = 1;
        {
            AUTO_UNDO int b = 2;
            if (f())
                goto out;
            g();
        }
        h();
    }
out:
    k();
}

//: ~drop(&a) dead a f() [f()] ...
//: ~drop(&a) dead a f() [!f()]
void goto_backwards(void) {
again: { AUTO int a = 1; }
    if (f())
        goto again;
}

//: f() [f()] ~drop(&a) dead a ...
//: f() [!f()] k() ~drop(&a) dead a
void goto_over_its_declaration(void) {
again:;
    AUTO int a = 1;
    if (f())
        goto again;
    k();
}

//: [x] ~undo(&b) dead b ~drop(&a) dead a k()
//: [!x] g() ~undo(&b) dead b f() ~drop(&a) dead a k()
void break_out_of_two(int x) {
    do {
        AUTO int a = 1;
        {
            AUTO_UNDO int b = 2;
            if (x)
                break;
            g();
        }
        f();
    } while (0);
    k();
}

//: [x=1] f() ~drop(&a) dead a k()
//: [x=default] k()
void in_a_case(int x) {
    switch (x) {
    case 1: {
        AUTO int a = 1;
        f();
        break;
    }
    }
    k();
}

//: f() g() ~drop(&a) dead a use(g())
void in_a_statement_expression(void) {
    use(({
        AUTO int a = f();
        g();
    }));
}

//: f() [f()] ~undo(&b) dead b ~drop(&a) dead a => 1
//: f() [!f()] ~undo(&b) dead b use(2) ~drop(&a) dead a => 3
int return_from_a_statement_expression(void) {
    AUTO int a = 1;
    use(({
        AUTO_UNDO int b = 2;
        if (f())
            return 1;
        b;
    }));
    return 3;
}

//: f() [f()] ~undo(&b) dead b ~drop(&a) dead a k()
//: f() [!f()] ~undo(&b) dead b use(2) ~drop(&a) dead a k()
void break_from_a_statement_expression(void) {
    do {
        AUTO int a = 1;
        use(({
            AUTO_UNDO int b = 2;
            if (f())
                break;
            b;
        }));
    } while (0);
    k();
}

//: ~drop(&inner) dead inner dead outer
void in_the_initialiser_of_another(void) {
    int outer __attribute__((unused)) = ({
        AUTO int inner = 1;
        inner;
    });
}

//: use(1) dead text dead a
void only_in_a_string(void) {
    int a __attribute__((unused)) = 1;
    const char *text __attribute__((unused)) = "__attribute__((cleanup(drop)))";
    use(a);
}

//: f() => f()
int parameters_do_not_die(int p) {
    (void)p;
    return f();
}

//: mark(1) dead b mark(2) dead a
void plain_locals_die(void) {
    int a = 1;
    {
        int b = a;
        mark(b);
    }
    mark(2);
}

_Noreturn void die(void);

//: die() stop
void no_cleanup_where_nothing_returns(void) {
    AUTO int a = 1;
    die();
}

//: [x] f() ~drop(&a) dead a ~undo(&b) dead b k()
//: [!x] ~undo(&b) dead b k()
void body_is_no_block(int x) {
    {
        AUTO_UNDO int b = 1;
        if (x)
            ({
                AUTO int a = 2;
                f();
            });
    }
    k();
}

struct box {
    int value;
};
void box_free(struct box *box);

struct box box_make(void);

//: box_make() ~box_free(&b) dead b => box_make().value
int of_a_record(void) {
    __attribute__((cleanup(box_free))) struct box b = box_make();
    return b.value;
}

static inline void drop_pointer(void *p) {
    drop(*(int **)p);
}
//~ ^function static drop_pointer\(p\) inline

//: f() ~drop_pointer(&p) dead p
void with_an_inline_function(void) {
    __attribute__((cleanup(drop_pointer))) int *p = 0;
    f();
}

//~ call drop\(r\d+\) cleanup .*@{+4}:9
void a_return_has_a_place(int x) {
    AUTO int a = 1;
    if (x)
        return;
}

//~ call drop\(r\d+\) cleanup .*@{+5}:13
void a_goto_has_a_place(int x) {
    {
        AUTO int a = 1;
        if (x)
            goto out;
    }
out:;
}
