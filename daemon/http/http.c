#include "daemon/http/http.h"
#include "daemon/http/asked.h"
#include "peers/address.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"

#define COMMANDS_A_STEP 64

struct http {
    struct bus_end *end;
    struct server server;
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
    if (rd_end(r) || !h->server.daemon)
        return;
    memcpy(name, why.at, why.len);
    ask_answered(&h->server, ticket, status, err_by_name(name), body);
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

void http_run(struct bus_end *end, const struct http_options *options)
{
    struct http h = {.end = end};
    struct bus_end *const ends[] = {end, options->index};
    char address[ADDRESS_TEXT_MAX] = "";
    struct why why = {ERR_OK, ""};
    buf_init(&h.command, LIMIT_REQUEST_BYTES + LIMIT_MESSAGE_BYTES);
    err_t e = server_open(&h.server, end, options, address, &why);
    if (e)
        tell(&h, BUS_FAILED, err_name(e), why.code == e ? why.text : options->listen);
    else
        tell(&h, BUS_LISTENING, address, NULL);
    while (!h.stop) {
        for (size_t i = 0; i < 2; i++)
            read_commands(&h, ends[i]);
        if (h.stop)
            break;
        if (h.server.daemon)
            server_step(&h.server);
        bus_wait_fd(ends, 2, h.server.daemon ? server_fd(&h.server) : -1,
                    h.server.daemon ? server_timeout_ms(&h.server) : 1000);
    }
    server_close(&h.server);
    buf_fini(&h.command);
}
