#include "daemon/cmd/service_thread.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include <signal.h>
#include <stdio.h>

#define START_MS    10000
#define FIRST_BYTES 8192 /* a path may stand in it */

static err_t start(struct service_thread *t, void *(*body)(void *arg), void *arg)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    t->runs = pthread_create(&t->thread, NULL, body, arg) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return t->runs ? ERR_OK : ERR_MEMORY;
}

static err_t read_failure(struct rd *r, struct why *why)
{
    char name[64] = "";
    struct slice code = rd_text(r, sizeof name - 1), detail = rd_text(r, FIRST_BYTES);
    memcpy(name, code.at, code.len);
    err_t e = err_by_name(name);
    return why_set(why, e == ERR_COUNT || !e ? ERR_INTERNAL : e, "%.*s", (int)(detail.len < 150 ? detail.len : 150),
                   (const char *)detail.at);
}

/* Where it listens, or why it does not. */
static err_t first_word(struct service_thread *t, struct why *why)
{
    struct buf in;
    struct rd r;
    buf_init(&in, FIRST_BYTES);
    err_t e = bus_recv(t->end, START_MS, &in);
    rd_init(&r, buf_slice(&in));
    rd_array(&r, 2, 3);
    if (!e && rd_uint(&r, UINT64_MAX) == BUS_LISTENING) {
        struct slice address = rd_text(&r, sizeof t->address - 1);
        memcpy(t->address, address.at, address.len);
    } else if (!e) {
        e = read_failure(&r, why);
    }
    buf_fini(&in);
    return e;
}

err_t service_thread_open(struct service_thread *t, struct bus *bus, const char *name, void *(*body)(void *arg),
                          void *arg, struct why *why)
{
    err_t e = bus_attach(bus, name, true, &t->end);
    if (!e)
        e = bus_attach(bus, name, false, &t->other);
    if (!e)
        e = start(t, body, arg);
    return e ? e : first_word(t, why);
}

static void stop(struct bus_end *end)
{
    struct buf b;
    buf_init(&b, 16);
    wr_array(&b, 1);
    wr_uint(&b, BUS_STOP);
    bus_send(end, buf_slice(&b));
    buf_fini(&b);
}

void service_thread_close(struct service_thread *t)
{
    if (t->runs) {
        stop(t->end);
        pthread_join(t->thread, NULL);
    }
    bus_detach(t->end);
    bus_detach(t->other);
    *t = (struct service_thread){0};
}
