#include "loop.h"
#include "seam.h"

struct aglet_task *agl_seam_pick(struct agl_loop *loop) {
    agl_list *first = agl_list_first(&loop->ready);
    agl_list_remove(first);
    return AGL_CONTAINER(first, struct aglet_task, row);
}
