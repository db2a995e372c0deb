#include "daemon/cmd/service_scribe.h"
#include "daemon/core/found.h"
#include "daemon/scribe/scribe.h"
#include <stdio.h>

#define SCRIBE_BUS_NAME "scribe"
#define ASKED_BUS_NAME  "scribe-asked"

static void *run(void *arg)
{
    struct service_scribe *x = arg;
    scribe_run(x->thread.other, x->asked, x->path);
    return NULL;
}

err_t service_scribe_attach(struct service_scribe *x, struct bus *bus, const char *dir)
{
    if (snprintf(x->path, sizeof x->path, "%s/%s", dir, DATABASE_NAME) >= (int)sizeof x->path)
        return ERR_TOO_LARGE;
    err_t e = bus_attach(bus, ASKED_BUS_NAME, true, &x->asked);
    return e ? e : bus_attach(bus, ASKED_BUS_NAME, false, &x->asks);
}

err_t service_scribe_open(struct service_scribe *x, struct bus *bus, struct why *why)
{
    return service_thread_open(&x->thread, bus, SCRIBE_BUS_NAME, run, x, why);
}

void service_scribe_close(struct service_scribe *x)
{
    service_thread_close(&x->thread);
    bus_detach(x->asked);
    bus_detach(x->asks);
    *x = (struct service_scribe){.asks = NULL};
}
