#include "daemon/cmd/service_out.h"
#include "daemon/index/index.h"
#include "protocol/wire/wr.h"

static void begin(struct buf *b, size_t items, enum bus_event event)
{
    buf_init(b, BUS_MESSAGE_BYTES);
    wr_array(b, items);
    wr_uint(b, event);
}

static void put(struct bus_end *end, struct buf *b)
{
    if (b->err == ERR_OK && end)
        bus_send(end, buf_slice(b));
    buf_fini(b);
}

static void net_connect(void *ctx, uint64_t link, const uint8_t site[32], const char *address)
{
    struct service_out *o = ctx;
    struct buf b;
    begin(&b, 4, BUS_CONNECT);
    wr_uint(&b, link);
    wr_bin(&b, slice_of(site, 32));
    wr_text(&b, slice_text(address));
    put(o->net, &b);
}

static void net_send(void *ctx, uint64_t link, struct slice message)
{
    struct service_out *o = ctx;
    struct buf b;
    begin(&b, 3, BUS_SEND);
    wr_uint(&b, link);
    wr_bin(&b, message);
    put(o->net, &b);
}

static void net_close(void *ctx, uint64_t link)
{
    struct service_out *o = ctx;
    struct buf b;
    begin(&b, 2, BUS_CLOSE);
    wr_uint(&b, link);
    put(o->net, &b);
}

static void net_post(void *ctx, uint64_t post, const char *url, struct slice body, int64_t timeout_ms)
{
    struct service_out *o = ctx;
    struct buf b;
    begin(&b, 5, BUS_POST);
    wr_uint(&b, post);
    wr_text(&b, slice_text(url));
    wr_bin(&b, body);
    wr_uint(&b, (uint64_t)timeout_ms);
    put(o->net, &b);
}

static void net_unpost(void *ctx, uint64_t post)
{
    struct service_out *o = ctx;
    struct buf b;
    begin(&b, 2, BUS_UNPOST);
    wr_uint(&b, post);
    put(o->net, &b);
}

static void http_answer(void *ctx, uint64_t ticket, unsigned status, err_t why, struct slice body)
{
    struct service_out *o = ctx;
    struct buf b;
    begin(&b, 5, BUS_HTTP_ANSWER);
    wr_uint(&b, ticket);
    wr_uint(&b, status);
    wr_text(&b, slice_text(err_name(why)));
    wr_bin(&b, body);
    put(o->http, &b);
}

/* A client of the HTTP thread is called by its ticket; nobody else but this process itself asks. */
static void reply(void *ctx, struct slice client, struct slice json)
{
    struct service_out *o = ctx;
    uint64_t ticket;
    if (client.len == sizeof ticket) {
        memcpy(&ticket, client.at, sizeof ticket);
        http_answer(o, ticket, 200, ERR_OK, json);
    } else {
        json_decref(o->answer);
        o->answer = json_loadb((const char *)json.at, json.len, 0, NULL);
    }
}

/* ---- the index ---- */

static void search(void *ctx, struct slice client, struct slice request)
{
    struct service_out *o = ctx;
    struct buf b;
    if (o->index && client.len) {
        begin(&b, 3, BUS_REQUEST);
        wr_bin(&b, client);
        wr_bin(&b, request);
        put(o->index, &b);
        return;
    }
    buf_init(&b, BUS_MESSAGE_BYTES);
    if (index_refuse(ERR_NO_INDEX, &b) == ERR_OK)
        reply(o, client, buf_slice(&b));
    buf_fini(&b);
}

static err_t index_clean_round(void *ctx, uint64_t round)
{
    struct service_out *o = ctx;
    struct buf b;
    if (o->cleaned >= round)
        return ERR_OK;
    if (o->index && o->clean < round) {
        begin(&b, 2, BUS_CLEAN);
        wr_uint(&b, round);
        put(o->index, &b);
        o->clean = round;
    }
    return ERR_WAITING;
}

void service_out_reply(struct service_out *o, struct slice client, struct slice json)
{
    reply(o, client, json);
}

void service_out_changed(struct service_out *o)
{
    struct buf b;
    begin(&b, 1, BUS_CHANGED);
    put(o->index, &b);
}

static void note(void *ctx, enum journal_level level, const char *event, const char *pairs)
{
    struct service_out *o = ctx;
    journal_note(o->journal, o->wall(NULL), level, event, pairs);
}

void service_out_asked(struct core *c, uint64_t ticket, struct slice json)
{
    core_request(c, slice_of((const uint8_t *)&ticket, sizeof ticket), json);
}

void service_out_env(struct service_out *o, struct env *env)
{
    o->wall = env->wall;
    env->ctx = o;
    env->connect = net_connect;
    env->send = net_send;
    env->close = net_close;
    env->post = net_post;
    env->unpost = net_unpost;
    env->answer = http_answer;
    env->reply = reply;
    env->search = search;
    env->index_clean = index_clean_round;
    env->note = note;
}
