/* Macros that write code. */
#define WHEN(condition, action)                                                                    \
    do {                                                                                           \
        if (condition)                                                                             \
            action;                                                                                \
    } while (0)
#define MARK_TWICE(n) mark(n), mark(n)
