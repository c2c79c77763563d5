/* A table of operations and inline functions, as headers have them. */
struct header_ops {
    int (*call)(int);
};
static inline int header_call(int x) {
    return x;
}
static const struct header_ops header_ops = {header_call};
