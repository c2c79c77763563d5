/* goto in all directions, computed goto, asm goto. */
#include "marks.h"

//: f() [f()] k()
//: f() [!f()] g() k()
void forwards(void) {
    if (f())
        goto out;
    g();
out:
    k();
}

//: f() [f()] ...
//: f() [!f()] k()
void backwards(void) {
again:
    if (f())
        goto again;
    k();
}

//: g() h()
void into_a_scope(void) {
    goto inside;
    {
        f();
    inside:
        g();
    }
    h();
}

//: g() f() [f()] ...
//: g() f() [!f()] k()
void into_a_loop(void) {
    goto inside;
    while (f()) {
    inside:
        g();
    }
    k();
}

//: f() g() [g()] k()
//: f() g() [!g()] h() ...
void out_of_two_loops(void) {
    for (;;) {
        f();
        for (;;) {
            if (g())
                goto done;
            h();
            break;
        }
    }
done:
    k();
}

//: [to 0] f() k()
//: [to 1] g() k()
void computed(int x) {
    void *table[] = {&&first, &&second};
    goto *table[x];
first:
    f();
    goto out;
second:
    g();
out:
    k();
}

//: [to 0] f() k()
//: [to 1] g() k()
void computed_static(int x) {
    static const void *const table[] = {&&first, &&second};
    goto *table[x];
first:
    f();
    goto out;
second:
    g();
out:
    k();
}

//: [to 0] f() k()
//: [to 1] g() k()
void computed_offsets(int x) {
    static const int table[] = {&&first - &&first, &&second - &&first};
    goto *(&&first + table[x]);
first:
    f();
    goto out;
second:
    g();
out:
    k();
}

//: [to 0] f() ...
//: [to 1] k()
void computed_threaded(const unsigned char *code) {
    static void *table[] = {&&step, &&stop};
    goto *table[*code++];
step:
    f();
    goto *table[0];
stop:
    k();
}

//: asm() [?] g()
//: asm() [!?] f() g()
void asm_goto(void) {
    __asm__ goto("jmp %l0" : : : : out);
    f();
out:
    g();
}

//: [x] f() g()
//: [!x] g()
void label_as_body(int x) {
    if (x)
    only:
        f();
    g();
    if (0)
        goto only;
}

//: f() g()
void local_labels(void) {
    {
        __label__ out;
        f();
        goto out;
        h();
    out:;
    }
    {
        __label__ out;
        goto out;
        h();
    out:
        g();
    }
}

//: f()
void code_behind_return(void) {
    f();
    return;
    g();
}

//: f() g()
void code_behind_goto(void) {
    f();
    goto end;
    while (h())
        k();
end:
    g();
}
