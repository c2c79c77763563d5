// requires: glib-2.0
#include <glib.h>

gboolean tick(gpointer data);

// program: Example 1, Use instead 1
void begin(GMainContext *context, GMainLoop *loop) {
    (void)context;
    // text
}
