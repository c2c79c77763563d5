static inline int used_by_used(int x) {
    return x;
}
static inline int used(int x) {
    return used_by_used(x);
}
static inline int never_used(int x) {
    return x;
}
int plain(void) {
    return 3;
}
