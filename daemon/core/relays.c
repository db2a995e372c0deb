#include "daemon/core/relays.h"

#include "daemon/core/host.h"
#include "daemon/core/ingest.h"
#include "daemon/core/own.h"
#include "daemon/core/sync.h"
#include "daemon/store/relayed.h"

#define RETRY_MS (10 * 60 * INT64_C(1000)) /* where telling failed: a disk that is full gets emptied */

static bool today(const struct core *c, int64_t *day)
{
    int64_t ms = core_wall(c).ms;
    *day = ms / CLOCK_DAY_MS;
    /* A clock that lies outside of what can be told is not believed. */
    return ms > 0 && ms < CLOCK_MAX_MS && date_of(*day).year >= YEAR_FIRST;
}

/* ---- noting ---- */

static err_t note(struct core *c, const uint8_t author[SITE_BYTES], const struct peer *from, int64_t day)
{
    struct relayed at = {.day = day};
    uint8_t host[SITE_BYTES];
    bool known = false;
    memcpy(at.site, from->site, SITE_BYTES);
    err_t e = relayed_has(c->store, &at, &known);
    if (e || known || (host_of(c, author, host) && memcmp(host, from->site, SITE_BYTES) == 0))
        return e;
    return relayed_put(c->store, &at);
}

err_t relays_note(struct core *c)
{
    int64_t day;
    err_t e = ERR_OK;
    if (!c->serves || !today(c, &day))
        return ERR_OK;
    for (size_t i = 0; i < c->batch.grown_n && !e; i++) {
        const struct grown *g = &c->batch.grown[i];
        const struct peer *p = g->from_link ? sync_peer(c, g->from_link) : NULL;
        if (p && p->member && p->has_site && memcmp(p->site, g->log.site, SITE_BYTES) != 0 &&
            !core_was_own(c, g->log.site))
            e = note(c, g->log.site, p, day);
    }
    return e;
}

/* ---- telling ---- */

struct month {
    int64_t from, to; /* days: the first, and the first of the next */
    unsigned number;  /* year * 12 + month - 1 */
};

static struct month month_of(int64_t day)
{
    struct date d = date_of(day);
    int64_t from = day - (int64_t)(d.day - 1);
    return (struct month){from, from + month_days(d.year, d.month), d.year * 12 + d.month - 1};
}

/* As many relays as one op holds; the rest is left for the next. */
static size_t gather(const struct relayed *rows, size_t n, const struct month *m, struct op_relay *out)
{
    size_t relays = 0;
    for (size_t i = 0; i < n; i++) {
        bool same = relays && memcmp(out[relays - 1].site, rows[i].site, SITE_BYTES) == 0;
        if (!same && relays == RELAYS_MAX)
            break;
        if (!same) {
            out[relays] = (struct op_relay){.days = 0};
            memcpy(out[relays++].site, rows[i].site, SITE_BYTES);
        }
        out[relays - 1].days |= 1u << (rows[i].day - m->from);
    }
    return relays;
}

static err_t write_op(struct core *c, const struct month *m, const struct op_relay *relays, size_t n)
{
    struct own *own = core_own(c);
    struct buf body;
    struct op op = {.info = kind_info(OP_SITE_RELAYS),
                    .entity = slice_of(own->key.pub, SITE_BYTES),
                    .month = m->number,
                    .relays = relays,
                    .relays_n = n};
    buf_init(&body, 16);
    op_encode_body(&body, NULL, 0);
    err_t e = body.err ? body.err : batch_begin(c);
    if (!e) {
        e = own_write_op(c, own, &op, buf_slice(&body), NULL);
        e = batch_close(c, e ? e : relayed_drop(c->store, m->from, m->to, relays[n - 1].site));
    }
    buf_fini(&body);
    return e;
}

/* *more: a month is over of which something is left to tell. */
static err_t tell(struct core *c, int64_t day, bool *more)
{
    struct arena arena = {0};
    struct relayed *rows = NULL;
    int64_t first = 0;
    size_t n = 0;
    err_t e = relayed_first(c->store, &first);
    struct month m = month_of(e ? day : first);
    *more = !e && m.to <= day;
    if (!*more)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    struct op_relay *relays = arena_alloc(&arena, RELAYS_MAX, sizeof *relays);
    e = relays ? relayed_list(c->store, m.from, m.to, &arena, &rows, &n) : ERR_MEMORY;
    if (!e)
        e = write_op(c, &m, relays, gather(rows, n, &m, relays));
    arena_fini(&arena);
    return e;
}

void relays_tick(struct core *c)
{
    int64_t day;
    struct mono now = core_mono(c);
    bool more = true;
    err_t e = ERR_OK;
    if (!c->serves || !c->founded || !c->own_n || !today(c, &day) || now.ms < c->relays_due.ms)
        return;
    unsigned month = month_of(day).number;
    if (c->relays_told == month || !own_may_write(c, core_own(c)))
        return;
    while (!e && more)
        e = tell(c, day, &more);
    if (!e) {
        c->relays_told = month;
        return;
    }
    c->relays_due.ms = now.ms + RETRY_MS;
    core_note(c, JOURNAL_WARN, "relays.failed", "reason=%s", err_name(e));
}
