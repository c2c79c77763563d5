/* Expressions: what they evaluate, once and in order, and what they are worth. */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include "marks.h"

//: f() use(f())
void statement_expression(void) {
    use(({
        int x = f();
        x;
    }));
}

//: f() [f()] use(1)
//: f() [!f()] use(2)
void statement_expression_with_branches(void) {
    use(({
        int x;
        if (f())
            x = 1;
        else
            x = 2;
        x;
    }));
}

//: f() use(f())
void statement_expression_ends_with_nothing(void) {
    use(({
        f();
        ;
    }));
}

//: f() [!f()] use(f())
//: f() [f()] g() use(g())
void statement_expression_ends_with_a_label(void) {
    use(({
        int x = f();
        if (!x)
            goto out;
        x = g();
    out:
        x;
    }));
}

//: f() ...
void statement_expression_as_a_condition(void) {
    while (({
        f();
        1;
    })) {
    }
}

struct node {
    struct node *next;
    int value;
    int many[4];
};

//: f() p->next->value = f()
void store_far(struct node *p) {
    p->next->value = f();
}

//: *p = 3 use(3)
void assignment_as_a_value(int *p) {
    use(*p = 3);
}

//: f() *p = (*p + f()) use((*p + f()))
void compound_assignment(int *p) {
    use(*p += f());
}

//: use(1) use(3) => 3
int steps(void) {
    int x = 1;
    use(x++);
    use(++x);
    return x--;
}

//: f() g() p->many[f()] = g()
void element(struct node *p) {
    int *at = &p->many[f()];
    *at = g();
}

//: f() use(*(f() + table))
void element_by_arithmetic(int *table) {
    use(*(f() + table));
}

//: f() use(*(table + f()))
void element_the_other_way_round(int *table) {
    use(f()[table]);
}

//: use(p->value)
void arrow_and_star(struct node *p) {
    use((*p).value);
}

//: use(5) use(6)
void fields_are_apart(void) {
    struct node n;
    n.value = 5;
    n.many[1] = 6;
    use(n.value);
    use(n.many[1]);
}

//: f() g() use(f())
void conversions(void) {
    long x = (char)f();
    (void)g();
    use((int)(unsigned)x);
}

//~ call f\(\) void .*@{+2}
void cast_to_void(void) {
    (void)f();
}

//: use(12)
void folded(void) {
    enum { THREE = 3 };
    use(THREE * 4);
}

//: use(-1) use(-2) use(0)
void unary(void) {
    use(-1);
    use(~1);
    use(!1);
}

/* ---- what is not evaluated -------------------------------------------------------------- */

//: use(4) use(4) use(4)
void sizes(void) {
    use(sizeof f());
    use(_Alignof(int));
    use(sizeof(f() + g()));
}

//: h() use(h())
void typeof_operand(void) {
    __typeof__(f()) x = h();
    typeof(f(), g()) *p = 0;
    (void)p;
    use(x);
}

//: use(4) g() use(g())
void typeof_in_casts(void) {
    use(sizeof(__typeof__(f())));
    use((__typeof__(f()))g());
}

//: g() use(g())
void generic_arms(void) {
    use(_Generic(f(), long: h(), int: g(), default: k()));
}

//: g() use(g())
void generic_default(void) {
    use(_Generic(&sizes, long: h(), default: g(), int: k()));
}

typedef struct node node_t;
#define BY_TYPE(x) _Generic((x), long: f(), const char *: g(), node_t *: h(), default: k())

//: f() g() h() k() f()
void generic_of_a_macro(long a, const char *b, struct node *c, double d, const long e) {
    BY_TYPE(a);
    BY_TYPE(b);
    BY_TYPE(c);
    BY_TYPE(d);
    BY_TYPE(e);
}

//: use(1) use(0)
void types_compatible(void) {
    use(__builtin_types_compatible_p(__typeof__(f()), int));
    use(__builtin_types_compatible_p(long, int));
}

//: g() use(g())
void choose_expression(void) {
    use(__builtin_choose_expr(sizeof(int) == 4, g(), f()));
}

//: h() use(h())
void choose_the_other(void) {
    use(__builtin_choose_expr(__builtin_constant_p(f()), g(), h()));
}

//: use(8) use(16)
void offsets(void) {
    use(offsetof(struct node, value));
    use(__builtin_offsetof(struct node, many[1]));
}

/* ---- what is evaluated ------------------------------------------------------------------ */

//: f() __builtin_alloca((f() * 4)) g() h() __builtin_alloca((((g() * 3) * h()) * 4))
void variable_length(void) {
    int a[f()];
    int b[g()][3][h()];
    (void)a, (void)b;
}

//: f() k()
void variable_length_pointer(void) {
    int(*p)[f()] = 0;
    (void)p;
    k();
}

//: f() k()
void variable_length_typedef(void) {
    typedef int row[f()];
    k();
}

//: f() k()
void variable_length_size(void) {
    unsigned long size = sizeof(int[f()]);
    (void)size;
    k();
}

//: h() __builtin_alloca((h() * 4)) f() k()
void variable_length_and_typeof(void) {
    __typeof__(g()) a[h()], b[3] = {f()};
    (void)a, (void)b;
    k();
}

//: __builtin_va_start(&ap, n) f() use(f()) __builtin_va_end(&ap) g() use(g())
void variable_arguments(int n, ...) {
    __builtin_va_list ap;
    __builtin_va_start(ap, n);
    use(f());
    (void)__builtin_va_arg(ap, int);
    __builtin_va_end(ap);
    use(g());
}

struct node make(int value);

//: f() make(f()) use(make(f()).value)
void field_of_a_result(void) {
    use(make(f()).value);
}

//: f() use(f()) g() use($1.many[0])
void compound_literal(void) {
    use((struct node){.value = f()}.value);
    use((&(struct node){.value = g()})->many[0]);
}

//: f() use(f())
void compound_literal_scalar(void) {
    use((int){f()});
}

//: g() f() *p = f() h()
void atomic_store_once(int *p) {
    __atomic_store_n(p, f(), (g(), 5));
    h();
}

//: f() *p = f() use(*p) g() *(q + g()) = (*(q + g()) + 2) use((*(q + g()) + 2))
//+ *p = (*p | 4) use(*p) use(*p)
void atomics(int *p, int *q) {
    use(__atomic_exchange_n(p, f(), 5));
    use(__atomic_add_fetch(q + g(), 2, 5));
    use(__atomic_fetch_or(p, 4, 5));
    use(__atomic_load_n(p, 5));
}

//: f() asm(p, 5, q, 5, f(), 0) use(?)
void atomics_not_followed(int *p, int *q) {
    use(__atomic_compare_exchange_n(p, q, f(), 0, 5, 5));
}

//: flag = 1 use(flag) count = (count - 1) [(count == 1)] f()
//: flag = 1 use(flag) count = (count - 1) [!(count == 1)]
void atomics_of_the_standard(void) {
    static atomic_bool flag;
    static atomic_int count;
    atomic_store(&flag, true);
    use(atomic_load(&flag));
    if (atomic_fetch_sub(&count, 1) == 1)
        f();
}

//: use(*p) f() *p = f()
void atomics_through_pointers(int *p) {
    int x, y = 7;
    __atomic_load(p, &x, __ATOMIC_SEQ_CST);
    use(x);
    y = f();
    __atomic_store(p, &y, __ATOMIC_SEQ_CST);
}

//: use(5)
void atomics_on_a_local(void) {
    atomic_int x;
    atomic_init(&x, 3);
    atomic_fetch_add_explicit(&x, 2, memory_order_relaxed);
    use(atomic_load_explicit(&x, memory_order_acquire));
}

_Atomic int counter;
_Atomic(struct node *) first_node;

//: f() counter = f() use(counter) use(first_node->value)
void atomic_variables(void) {
    counter = f();
    use(counter);
    use(first_node->value);
}

_Thread_local int of_thread;
//~ ^global extern thread of_thread

//: of_thread = 1
void thread_local_variable(void) {
    of_thread = 1;
}

//: calls = (calls + 1) => calls
int static_local(void) {
    static int calls = 3;
    calls++;
    return calls;
}
//~ ^global static calls

union number {
    int whole;
    float real;
    struct {
        short low, high;
    };
};

//: use(u->whole) use(u->low)
void unions(union number *u) {
    use(u->whole);
    use(u->low);
}

struct bits {
    unsigned a : 3, : 2, b : 4;
    union {
        int x;
        struct {
            int y;
        };
    };
};

//: bits->a = 5 use(bits->b) bits->x = 1 use(bits->y)
void bit_fields(struct bits *bits) {
    bits->a = 5;
    use(bits->b);
    bits->x = 1;
    use(bits->y);
}

typedef int quad __attribute__((vector_size(16)));

//: f() g() asm(a, (a + ?), 0, 1, 4, 5) h() k()
void vectors(quad a, quad *out) {
    quad b = a + (quad){f(), g()};
    b = __builtin_shufflevector(a, b, 0, 1, 4, 5);
    b[h()] = 1;
    (void)b;
    (void)out;
    k();
}

//: f() g() h()
void complex_numbers(void) {
    _Complex double z = f() + g() * 1.0i;
    double r = __real__ z;
    __imag__ z = h();
    (void)r;
}

//: f() use(f())
void auto_type(void) {
    __auto_type x = f();
    use(x);
}

//: f() use(f())
void extension(void) {
    use(__extension__ f());
}

//: use(a) => b
int old_style(a, b)
int a;
long b;
{
    use(a);
    return (int)b;
}
//~ ^function extern old_style\(a, b\)

//~ = "say \\"hi\\"\\x0aAAB"
const char *text(void) {
    return "say \"hi\"\n"
           "\x41\101"
           "B";
}

//: use(65) use(10)
void characters(void) {
    use('A');
    use('\n');
}

//~ call g\(\) .*@{+5}:39
void nothing_is_lost_in_long_calls(void) {
    int many(int, ...);
#define TEN(x)     x, x, x, x, x, x, x, x, x, x
#define HUNDRED(x) TEN(TEN(x))
    many(f(), HUNDRED(1), HUNDRED(2), g());
}
