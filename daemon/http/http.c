#include "daemon/http/http.h"
#include "daemon/http/asked.h"
#include "peers/address.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"

#define COMMANDS_A_STEP 64
#define ENDS            3 /* who is asked: enum asked_of */
#define SERVERS         2
#define IDLE_MS         1000

struct http {
    struct bus_end *end;
    struct server servers[SERVERS]; /* for all, and for the owner; each may be closed */
    struct tally tally;
    struct buf command;
    bool stop;
};

static void tell(struct http *h, enum bus_event event, const char *one, const char *other)
{
    struct buf b;
    buf_init(&b, 4096);
    wr_array(&b, other ? 3 : 2);
    wr_uint(&b, event);
    wr_text(&b, slice_text(one));
    if (other)
        wr_text(&b, slice_text(other));
    if (!b.err)
        (void)bus_send(h->end, buf_slice(&b));
    buf_fini(&b);
}

static void do_answer(struct http *h, struct rd *r)
{
    char name[64] = "";
    uint64_t ticket = rd_uint(r, UINT64_MAX);
    unsigned status = (unsigned)rd_uint(r, 999);
    struct slice why = rd_text(r, sizeof name - 1), body = rd_bin(r, 0, SIZE_MAX);
    if (rd_end(r))
        return;
    memcpy(name, why.at, why.len);
    for (size_t i = 0; i < SERVERS; i++)
        if (h->servers[i].daemon)
            ask_answered(&h->servers[i], ticket, status, err_by_name(name), body);
}

static void read_commands(struct http *h, struct bus_end *end)
{
    for (int budget = COMMANDS_A_STEP; end && budget > 0 && !h->stop; budget--) {
        err_t e = bus_recv(end, 0, &h->command);
        if (e == ERR_TIMEOUT)
            return;
        struct rd r;
        rd_init(&r, buf_slice(&h->command));
        rd_array(&r, 1, 8);
        uint64_t event = e ? BUS_STOP : rd_uint(&r, UINT64_MAX);
        if (event == BUS_HTTP_ANSWER)
            do_answer(h, &r);
        h->stop = event == BUS_STOP && end == h->end;
    }
}

static void open_all(struct http *h, const struct http_options *o)
{
    char address[ADDRESS_TEXT_MAX] = "";
    struct why why = {ERR_OK, ""};
    const char *where = o->listen;
    err_t e = tally_open(&h->tally, o->site->routes.n);
    for (size_t i = 0; i < SERVERS; i++)
        h->servers[i].tally = &h->tally;
    if (!e && *o->listen)
        e = server_open(&h->servers[0], h->end, o, address, &why);
    if (!e && o->control) {
        where = o->control;
        e = server_open_owner(&h->servers[1], h->end, o, &why);
    }
    if (e)
        tell(h, BUS_FAILED, err_name(e), why.code == e ? why.text : where);
    else
        tell(h, BUS_LISTENING, address, NULL);
}

/* Waits until something can be done. */
static void wait(struct http *h, struct bus_end *const ends[ENDS])
{
    int fds[SERVERS];
    long timeout_ms = IDLE_MS;
    for (size_t i = 0; i < SERVERS; i++) {
        bool open = h->servers[i].daemon != NULL;
        long wanted = open ? server_timeout_ms(&h->servers[i]) : IDLE_MS;
        fds[i] = open ? server_fd(&h->servers[i]) : -1;
        timeout_ms = wanted < timeout_ms ? wanted : timeout_ms;
    }
    bus_wait_fd(ends, ENDS, fds, SERVERS, timeout_ms);
}

void http_run(struct bus_end *end, const struct http_options *options)
{
    struct http h = {.end = end};
    struct bus_end *const ends[ENDS] = {end, options->index, options->scribe};
    buf_init(&h.command, SIZE_MAX); /* from the core: an answer to the owner may be of any size */
    open_all(&h, options);
    while (!h.stop) {
        for (size_t i = 0; i < ENDS; i++)
            read_commands(&h, ends[i]);
        for (size_t i = 0; i < SERVERS && !h.stop; i++)
            if (h.servers[i].daemon)
                server_step(&h.servers[i]);
        if (!h.stop)
            wait(&h, ends);
    }
    for (size_t i = 0; i < SERVERS; i++)
        server_close(&h.servers[i]);
    tally_close(&h.tally);
    buf_fini(&h.command);
}
