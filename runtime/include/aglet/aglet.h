/*
 * libaglet: asyncio's ideas for C. One header a concept; this one includes them all.
 *
 *     static AGLET_COROUTINE int hello(void *name) {
 *         int rc = aglet_sleep(100);
 *         if (rc < 0)
 *             return rc;
 *         printf("hello, %s\n", (const char *)name);
 *         return 0;
 *     }
 *
 *     int main(void) { return aglet_run(hello, "world") < 0; }
 */
#ifndef AGLET_H
#define AGLET_H

#include <aglet/annotations.h>
#include <aglet/base.h>
#include <aglet/resolver.h>
#include <aglet/run.h>
#include <aglet/task.h>
#include <aglet/time.h>
#include <aglet/deadline.h>
#include <aglet/shield.h>
#include <aglet/group.h>
#include <aglet/together.h>
#include <aglet/jobs.h>
#include <aglet/sync.h>
#include <aglet/queue.h>
#include <aglet/stream.h>
#include <aglet/server.h>
#include <aglet/datagram.h>
#include <aglet/process.h>
#include <aglet/signal.h>
#include <aglet/worker.h>
#include <aglet/contextvar.h>
#include <aglet/generator.h>
#include <aglet/file.h>
#include <aglet/debug.h>
#include <aglet/cleanup.h>
#include <aglet/places.h>

#endif
