#include <stddef.h>
#include <stdint.h>

#define coroutine_fn __attribute__((annotate("coroutine_fn")))

typedef struct Disk {
    int64_t size;
} Disk;

// program: Example 1
// text

int64_t sum_of_two(Disk *disks);
int64_t coroutine_fn sum_of_two(Disk *disks) {
    return sum_of_lengths(disks, 2);
}

// program: Use instead 1
int64_t coroutine_fn disk_co_length(Disk *disk);

// text
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += disk_co_length(&disks[i]);
    return sum;
}

int64_t coroutine_fn sum_of_two(Disk *disks);
int64_t coroutine_fn sum_of_two(Disk *disks) {
    return sum_of_lengths(disks, 2);
}
