/* OpenMP's directives are read as if there were none: the statements behind them are C. */
//@ args: -fopenmp
#include "marks.h"

//: mark(0) mark(1) f()
void loop(void) {
#pragma omp parallel for
    for (int i = 0; i < 2; i++)
        mark(i);
    f();
}

//: [x] f() g()
//: [!x] g()
void block(int x) {
#pragma omp critical
    {
        if (x)
            f();
    }
#pragma omp barrier
    g();
}

//~ ^function extern with_openmp
#ifdef _OPENMP
void with_openmp(void) {
}
#endif
