#include <aglet/aglet.h>
#include <errno.h>

// program: Example 1
AGLET_COROUTINE int serve(void *arg);
// text

// program: Use instead 1
// text: aglet_queue_free(jobs); return 0;
