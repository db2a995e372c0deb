#include "daemon/index/loop.h"
#include "daemon/index/state.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include <unistd.h>

#define FOLLOW_MS     20   /* a step */
#define CATCH_UP_MS   50   /* before a search: who has just written something finds it */
#define RETRY_MS      5000 /* after an error that was not the index's alone */
#define MESSAGES      64   /* a turn */
#define SEND_TRIES    200
#define SEND_WAIT_US  10000
#define MESSAGE_BYTES (LIMIT_REQUEST_BYTES + 1024)
#define FRAME_BYTES   1024 /* around an answer */

struct loop {
    struct bus_end *core, *http;
    const char *dir;
    struct index *ix; /* NULL: it could not be opened */
    bool stop, due;
    uint64_t clean, cleaned; /* rounds: asked for, done */
    int64_t retry_ms;        /* when to try again; 0: nothing failed */
    err_t trouble;           /* as told */
    struct buf in, answer, out;
};

/* ---- saying ---- */

static void begin(struct loop *l, size_t items, enum bus_event event)
{
    buf_clear(&l->out);
    wr_array(&l->out, items);
    wr_uint(&l->out, event);
}

/* A core that ends takes nothing any more, and waits for us: what does not get through then is no loss. */
static void say(struct loop *l, struct bus_end *end)
{
    err_t e = l->out.err ? l->out.err : bus_try_send(end, buf_slice(&l->out));
    for (int i = 0; e == ERR_TIMEOUT && i < SEND_TRIES; i++) {
        usleep(SEND_WAIT_US);
        e = bus_try_send(end, buf_slice(&l->out));
    }
}

static void say_trouble(struct loop *l, err_t e)
{
    if (e == l->trouble)
        return;
    l->trouble = e;
    begin(l, 2, BUS_TROUBLE);
    wr_text(&l->out, slice_text(err_name(e)));
    say(l, l->core);
}

/* ---- working ---- */

static err_t open_index(struct loop *l)
{
    struct why why = {0};
    return l->ix ? ERR_OK : index_open(l->dir, &l->ix, &why);
}

/* A site that waits to be admitted has no charter: there is nothing to follow yet. */
static void failed(struct loop *l, err_t e)
{
    l->retry_ms = index_now_ms() + RETRY_MS;
    if (e != ERR_CHARTER)
        say_trouble(l, e);
}

static void follow(struct loop *l, int64_t budget_ms)
{
    bool more = false;
    err_t e = open_index(l);
    if (!e)
        e = index_follow(l->ix, budget_ms, &more);
    l->due = e || more;
    if (e) {
        failed(l, e);
        return;
    }
    l->retry_ms = 0;
    say_trouble(l, ERR_OK);
}

static void clean(struct loop *l)
{
    uint64_t round = l->clean;
    err_t e = l->ix ? index_clean(l->ix) : index_clean_in(l->dir);
    if (e) {
        failed(l, e);
        return;
    }
    l->cleaned = round;
    begin(l, 2, BUS_CLEANED);
    wr_uint(&l->out, round);
    say(l, l->core);
}

static err_t answer(struct loop *l, struct slice request)
{
    follow(l, CATCH_UP_MS);
    err_t e = open_index(l);
    e = e ? index_refuse(ERR_NO_INDEX, &l->answer) : index_answer(l->ix, request, &l->answer);
    return e ? index_refuse(e, &l->answer) : ERR_OK;
}

/* ---- hearing ---- */

static void on_request(struct loop *l, struct rd *r)
{
    struct slice client = rd_bin(r, 1, 256), json = rd_bin(r, 0, LIMIT_REQUEST_BYTES);
    if (rd_end(r) != ERR_OK || answer(l, json) != ERR_OK)
        return;
    begin(l, 3, BUS_REPLY);
    wr_bin(&l->out, client);
    wr_bin(&l->out, buf_slice(&l->answer));
    say(l, l->core);
}

static void on_http(struct loop *l, struct rd *r)
{
    uint64_t ticket = rd_uint(r, UINT64_MAX), what = rd_uint(r, UINT32_MAX);
    struct slice json = rd_bin(r, 0, LIMIT_REQUEST_BYTES);
    if (rd_end(r) != ERR_OK)
        return;
    err_t e = what == BUS_HTTP_REQUEST ? answer(l, json) : ERR_USAGE;
    begin(l, 5, BUS_HTTP_ANSWER);
    wr_uint(&l->out, ticket);
    wr_uint(&l->out, e ? 503 : 200);
    wr_text(&l->out, slice_text(err_name(e)));
    wr_bin(&l->out, e ? slice_text("") : buf_slice(&l->answer));
    say(l, l->http);
}

static void on_core(struct loop *l, uint64_t event, struct rd *r)
{
    if (event == BUS_REQUEST) {
        on_request(l, r);
    } else if (event == BUS_CHANGED) {
        l->due = true;
    } else if (event == BUS_CLEAN) {
        l->clean = rd_uint(r, UINT64_MAX);
        l->due = true;
    } else if (event == BUS_STOP) {
        l->stop = true;
    }
}

static void hear(struct loop *l)
{
    struct bus_end *const ends[] = {l->core, l->http};
    bool more = true;
    for (int left = MESSAGES; more && left > 0 && !l->stop; left--) {
        more = false;
        for (size_t i = 0; i < 2; i++) {
            struct rd r;
            if (!ends[i] || bus_recv(ends[i], 0, &l->in) != ERR_OK)
                continue;
            more = true;
            rd_init(&r, buf_slice(&l->in));
            rd_array(&r, 1, 8);
            uint64_t event = rd_uint(&r, UINT32_MAX);
            if (i == 0 && !r.err)
                on_core(l, event, &r);
            else if (!r.err && event == BUS_HTTP)
                on_http(l, &r);
        }
    }
}

/* ---- the thread ---- */

static bool has_work(const struct loop *l)
{
    return l->due || l->clean > l->cleaned;
}

static long wait_ms(const struct loop *l)
{
    if (!has_work(l))
        return -1;
    int64_t left = l->retry_ms ? l->retry_ms - index_now_ms() : 0;
    return left > 0 ? (long)left : 0;
}

static void work(struct loop *l)
{
    if (!has_work(l) || (l->retry_ms && index_now_ms() < l->retry_ms))
        return;
    if (l->due)
        follow(l, FOLLOW_MS);
    /* What cannot be followed is cleaned as well: nobody is to wait for a file that is of no use. */
    if ((!l->due || l->retry_ms) && l->clean > l->cleaned)
        clean(l);
}

void loop_run(struct bus_end *core, struct bus_end *http, const char *dir)
{
    struct loop l = {.core = core, .http = http, .dir = dir, .due = true};
    struct bus_end *const ends[] = {core, http};
    buf_init(&l.in, MESSAGE_BYTES);
    buf_init(&l.answer, INDEX_ANSWER_BYTES);
    buf_init(&l.out, INDEX_ANSWER_BYTES + FRAME_BYTES);
    begin(&l, 2, BUS_LISTENING);
    wr_text(&l.out, slice_text(""));
    say(&l, core);
    while (!l.stop) {
        bus_wait(ends, 2, wait_ms(&l));
        hear(&l);
        if (!l.stop)
            work(&l);
    }
    index_close(l.ix);
    buf_fini(&l.in);
    buf_fini(&l.answer);
    buf_fini(&l.out);
}
