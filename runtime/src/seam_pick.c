#include "loop.h"
#include "seam.h"

struct aglet_task *agl_seam_pick(struct agl_loop *loop) {
    return AGL_CONTAINER(agl_list_shift_hot(&loop->ready), struct aglet_task, row);
}
