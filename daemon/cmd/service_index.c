#include "daemon/cmd/service_index.h"
#include "daemon/index/loop.h"

#define INDEX_BUS_NAME  "index"
#define SEARCH_BUS_NAME "search"

static void *run(void *arg)
{
    struct service_index *x = arg;
    loop_run(x->thread.other, x->asked, x->dir);
    return NULL;
}

err_t service_index_attach(struct service_index *x, struct bus *bus, const char *dir)
{
    x->dir = dir;
    /* What it answers waits without bound; of questions only as many wait as have room. */
    err_t e = bus_attach(bus, SEARCH_BUS_NAME, true, &x->asked);
    return e ? e : bus_attach(bus, SEARCH_BUS_NAME, false, &x->asks);
}

err_t service_index_open(struct service_index *x, struct bus *bus, struct why *why)
{
    return service_thread_open(&x->thread, bus, INDEX_BUS_NAME, run, x, why);
}

void service_index_close(struct service_index *x)
{
    service_thread_close(&x->thread);
    bus_detach(x->asked);
    bus_detach(x->asks);
    *x = (struct service_index){.dir = NULL};
}
