/* switch: falling through, ranges, and labels in odd places. */
#include "marks.h"

//: [x=1] f() k()
//: [x=2] g() k()
//: [x=default] h() k()
void plain(int x) {
    switch (x) {
    case 1:
        f();
        break;
    case 2:
        g();
        break;
    default:
        h();
    }
    k();
}

//: [x=1] f() g() k()
//: [x=2] g() k()
//: [x=default] k()
void falls_through(int x) {
    switch (x) {
    case 1:
        f();
        __attribute__((fallthrough));
    case 2:
        g();
    }
    k();
}

//: [x=1] f() h()
//: [x=default] f() h()
//: [x=3] h()
void default_in_the_middle(int x) {
    switch (x) {
    case 1:
    default:
        f();
    case 3:
        h();
    }
}

//: [x=1...5] f()
//: [x=-9...-7] g()
//: [x=97...122] h()
//: [x=default]
void ranges(int x) {
    switch (x) {
    case 1 ... 5:
        f();
        break;
    case -9 ... - 7:
        g();
        break;
    case 'a' ... 'z':
        h();
    }
}

enum colour { RED, GREEN = 5, BLUE };

//: [c=0] f()
//: [c=5] g()
//: [c=6] g()
//: [c=default] k()
void enumeration(enum colour c) {
    switch (c) {
    case RED:
        f();
        return;
    case GREEN:
    case BLUE:
        g();
        return;
    }
    k();
}

//: f() [f()=1] g()
//: f() [f()=default]
void on_a_call(void) {
    switch (f()) {
    case 1:
        g();
    }
}

//: g() => 7
int on_a_constant(void) {
    switch (2) {
    case 1:
        f();
        break;
    case 2:
        g();
        return 7;
    }
    return 0;
}

//: [x=1] [(x + x)=default] mark(1)
//: [x=2] mark(2)
//: [x=default]
void nested(int x) {
    switch (x) {
    case 1:
        switch (x + x) { mark(99); }
        mark(1);
        break;
    case 2:
        mark(2);
        break;
    }
}

//: [x=1] [y=3] mark(3) mark(1)
//: [x=1] [y=default] mark(1)
//: [x=default]
void nested_with_labels(int x, int y) {
    switch (x) {
    case 1:
        switch (y) {
        case 3:
            mark(3);
        }
        mark(1);
    }
}

//: [n=0] mark(0) mark(3) mark(2) mark(1) ...
//: [n=3] mark(3) mark(2) mark(1) mark(0) ...
//: [n=2] mark(2) mark(1) mark(0) mark(3) ...
//: [n=1] mark(1) mark(0) mark(3) mark(2) ...
//: [n=default]
void duff_endless(int n) {
    switch (n) {
    case 0:
        do {
            mark(0);
        case 3:
            mark(3);
        case 2:
            mark(2);
        case 1:
            mark(1);
        } while (1);
    }
}

//: [n=0] mark(0) mark(1) f() [f()] ...
//: [n=0] mark(0) mark(1) f() [!f()]
//: [n=1] mark(1) f() [f()] mark(0) ...
//: [n=1] mark(1) f() [!f()]
//: [n=default]
void duff(int n) {
    switch (n) {
    case 0:
        do {
            mark(0);
        case 1:
            mark(1);
        } while (f());
    }
}

//: [x=1] f()
//: [x=default]
void body_without_braces(int x) {
    switch (x)
    case 1:
        f();
}

//: [x=1] g() h()
//: [x=default] h()
void code_before_labels(int x) {
    switch (x) {
        int y;
        f();
    case 1:
        y = g();
        (void)y;
    }
    h();
}

//: [x=1] [y] g() h()
//: [x=1] [!y] k() h()
//: [x=2] k() h()
//: [x=default] h()
void label_in_if(int x, int y) {
    switch (x) {
    case 1:
        if (y) {
            g();
        } else {
        case 2:
            k();
        }
    }
    h();
}

//: [x=1]
//: [x=default] f()
void label_at_the_end(int x) {
    switch (x) {
    default:
        f();
        break;
    case 1:;
    }
}
