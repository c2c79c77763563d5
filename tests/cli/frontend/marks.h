/* Functions to see in a trace. */
int f(void), g(void), h(void), k(void);
void use(int value);
void mark(int number);
int test(int number);
