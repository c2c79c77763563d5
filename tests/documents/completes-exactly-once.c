// requires: gio-2.0
#include <gio/gio.h>

gboolean load(const char *path, GError **error);

// program: Example 1, Use instead 1
void load_async(const char *path, GAsyncReadyCallback callback, gpointer data) {
    GError *error = NULL;
    GTask *task = g_task_new(NULL, NULL, callback, data);
    // text
    g_object_unref(task);
}
