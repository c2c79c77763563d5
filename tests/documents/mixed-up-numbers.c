#include <fcntl.h>

// program: Example 1, Use instead 1
int main(void) {
    int fd = 0;
    // text
    return 0;
}
