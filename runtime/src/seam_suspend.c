#include "seam.h"

void agl_seam_suspend(struct aglet_task *task) {
    (void)task;
}
