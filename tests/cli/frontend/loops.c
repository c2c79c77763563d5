/* Loops, whole and with parts missing, and what leaves them. */
#include "marks.h"

//: f() [f()] g() ...
//: f() [!f()] h()
void while_loop(void) {
    while (f())
        g();
    h();
}

//: f() g() [g()] ...
//: f() g() [!g()] h()
void do_loop(void) {
    do
        f();
    while (g());
    h();
}

//: mark(0) mark(1) mark(2) h()
void counted(void) {
    for (int i = 0; i < 3; i++)
        mark(i);
    h();
}

//: mark(1) mark(2) mark(3) ...
void endless(void) {
    for (;;) {
        mark(1);
        mark(2);
        mark(3);
    }
}

//: f() mark(1) ...
void only_init(void) {
    for (f();;)
        mark(1);
}

//: f() [f()] mark(1) ...
//: f() [!f()]
void only_test(void) {
    for (; f();)
        mark(1);
}

//: mark(1) f() ...
void only_step(void) {
    for (;; f())
        mark(1);
}

//: f() g() [g()] mark(1) ...
//: f() g() [!g()]
void init_and_test(void) {
    for (f(); g();)
        mark(1);
}

//: f() mark(1) g() ...
void init_and_step(void) {
    for (f();; g())
        mark(1);
}

//: f() [f()] mark(1) g() ...
//: f() [!f()]
void test_and_step(void) {
    for (; f(); g())
        mark(1);
}

//: f() g() [g()] mark(1) h() ...
//: f() g() [!g()]
void all_parts(void) {
    for (f(); g(); h())
        mark(1);
}

//: f() mark(1) ...
void statement_expression_init(void) {
    for (({
             int i = 0;
             if (i)
                 g();
             f();
         });
         ;)
        mark(1);
}

//: mark(1) g() f() ...
void empty_parts_with_comments(void) {
    for (/* ; */; /* ; */; g(), f() /* ; */)
        mark(1);
}

#define ONLY_INIT(x)        for (x;;)
#define ONLY_TEST(x)        for (; x;)
#define ONLY_STEP(x)        for (;; x)
#define INIT_AND_STEP(x, y) for (x;; y)
#define TEST_AND_STEP(x, y) for (; x; y)
#define INIT_AND_TEST(x, y) for (x; y;)
#define HEAD(head)          for (head)
#define NESTED(x)           ONLY_STEP(x)

//: f() mark(1) ...
void macro_init(void) {
    ONLY_INIT(f()) {
        mark(1);
    }
}

//: f() [f()] mark(1) ...
//: f() [!f()]
void macro_test(void) {
    ONLY_TEST(f()) {
        mark(1);
    }
}

//: mark(1) f() ...
void macro_step(void) {
    ONLY_STEP(f()) {
        mark(1);
    }
}

//: mark(1) f() ...
void macro_step_nested(void) {
    NESTED(f()) {
        mark(1);
    }
}

//: f() mark(1) g() ...
void macro_init_and_step(void) {
    INIT_AND_STEP(f(), g()) {
        mark(1);
    }
}

//: f() [f()] mark(1) g() ...
//: f() [!f()]
void macro_test_and_step(void) {
    TEST_AND_STEP(f(), g()) {
        mark(1);
    }
}

//: f() g() [g()] mark(1) ...
//: f() g() [!g()]
void macro_init_and_test(void) {
    INIT_AND_TEST(f(), g()) {
        mark(1);
    }
}

//: mark(1) f() ...
void macro_head(void) {
    HEAD(;; f()) {
        mark(1);
    }
}

//: f() mark(1) ...
void macro_head_init(void) {
    HEAD(f();;) {
        mark(1);
    }
}

//: f() [f()] h() [h()] k()
//: f() [f()] h() [!h()] g() ...
//: f() [!f()] k()
void break_out(void) {
    while (f()) {
        if (h())
            break;
        g();
    }
    k();
}

//: f() [f()] h() [h()] ...
//: f() [f()] h() [!h()] g() ...
//: f() [!f()] k()
void continue_while(void) {
    while (f()) {
        if (h())
            continue;
        g();
    }
    k();
}

//: h() [h()] f() [f()] ...
//: h() [h()] f() [!f()] k()
//: h() [!h()] g() f() [f()] ...
//: h() [!h()] g() f() [!f()] k()
void continue_do(void) {
    do {
        if (h())
            continue;
        g();
    } while (f());
    k();
}

//: mark(1) mark(3) k()
void continue_for(void) {
    for (int i = 0; i < 4; i++) {
        if (!(i & 1))
            continue;
        mark(i);
    }
    k();
}

//: mark(0) mark(100) mark(101) mark(1) mark(100) mark(101) k()
void break_inner(void) {
    for (int i = 0; i < 2; i++) {
        mark(i);
        for (int j = 0;; j++) {
            if (j == 2)
                break;
            mark(100 + j);
        }
    }
    k();
}

//: mark(0) mark(2) k()
void continue_in_switch(void) {
    for (int i = 0; i < 3; i++) {
        switch (i) {
        case 1:
            continue;
        default:
            break;
        }
        mark(i);
    }
    k();
}

//: mark(1) k()
void break_in_switch_in_loop(void) {
    for (int i = 0; i < 1; i++) {
        switch (i) {
        case 0:
            mark(1);
            while (1)
                break;
            break;
        case 1:
            mark(2);
        }
    }
    k();
}

//: mark(1) mark(2)
void do_once(void) {
    do {
        mark(1);
        if (0)
            break;
        mark(2);
    } while (0);
}

//: f() [f()] g()
//: f() [!f()] h() g()
void do_once_with_break(void) {
    do {
        if (f())
            break;
        h();
    } while (0);
    g();
}

//: mark(0) mark(1) => 2
int loop_variable_outlives(void) {
    int i;
    for (i = 0; i < 2; i++)
        mark(i);
    return i;
}
