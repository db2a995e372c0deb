/*
 * beacons_pass: from site to site. Each new beacon goes to every peer that is not known to have it, the newest alone. A beacon that comes a second time, from
 * somebody to whom we did not give it, came there by another way: both leave each other out for that site for an hour, and say so by giving it
 * back once. Who then hears nothing more of that site shows others how old his is, and is given a newer one.
 */
#include "daemon/core/beacons.h"
#include "daemon/core/sync.h"
#include <stdlib.h>

#define HUSH_MS    INT64_C(3600000)
#define MISSING_MS 95000 /* a beacon should have come by now; doubled each time, up to an hour */

static bool takes(const struct peer *p)
{
    return p->member && p->takes_beacons && p->state >= SESSION_STREAM;
}

/* What is known of the peer about that row; NULL without memory. */
static struct beacon_told *told_of(struct peer *p, size_t row)
{
    if (row >= p->told_n) {
        size_t more = row + 16;
        struct beacon_told *grown = reallocarray(p->told, more, sizeof *grown);
        if (!grown)
            return NULL;
        memset(grown + p->told_n, 0, (more - p->told_n) * sizeof *grown);
        p->told = grown;
        p->told_n = more;
    }
    return &p->told[row];
}

static void give(struct core *c, struct peer *p, const struct beacon_row *row, struct beacon_told *t)
{
    struct msg m = {.type = MSG_BEACON, .beacon = {.beacon = slice_of(row->bytes, row->bytes_n)}};
    memcpy(m.beacon.signature, row->signature, SIGNATURE_BYTES);
    sync_send(c, p, &m);
    t->number = row->said.number;
}

void beacons_heard_from(struct core *c, struct peer *p, size_t at, uint64_t number, bool known)
{
    const struct beacon_row *row = c->beacons->rows[at];
    struct beacon_told *t = told_of(p, at);
    struct mono now = core_mono(c);
    if (!t)
        return;
    bool gave = t->number == number, hushed = t->hushed.ms > now.ms, itself = beacons_is_its_daemon(row, p);
    bool lacks = number < row->said.number, missed = now.ms - row->came.ms >= MISSING_MS;
    t->number = number;
    if (!known || !takes(p))
        return;
    /* Who has an old one shows that it hears nothing more of that site; and a site, that it has lost count. */
    if (lacks || missed)
        t->hushed.ms = 0;
    else if (!itself)
        t->hushed.ms = now.ms + HUSH_MS;
    if (lacks || (!missed && !itself && !gave && !hushed))
        give(c, p, row, t);
}

/* Of whom nothing has come for longer than it should: perhaps somebody knows more. */
static bool is_missed(const struct core *c, const struct beacon_row *row, struct mono now)
{
    int64_t wait = (int64_t)MISSING_MS << (row->asks < 6 ? row->asks : 6);
    return now.ms - row->came.ms >= MISSING_MS && now.ms - row->asked.ms >= (wait < HUSH_MS ? wait : HUSH_MS) &&
           !core_is_own(c, row->site) && core_admits(c, row->site);
}

void beacons_pass(struct core *c, struct mono now)
{
    struct beacons *b = c->beacons;
    for (size_t i = 0; i < b->n; i++) {
        struct beacon_row *row = b->rows[i];
        bool asks = row->any && is_missed(c, row, now);
        for (size_t k = 0; k < c->peers_n && row->any && now.ms >= row->pass_at.ms; k++) {
            struct peer *p = &c->peers[k];
            struct beacon_told *t = takes(p) && !beacons_is_its_daemon(row, p) ? told_of(p, i) : NULL;
            bool lacks = t && t->number < row->said.number && t->hushed.ms <= now.ms;
            if (lacks || (t && asks))
                give(c, p, row, t);
            if (t && asks)
                t->hushed.ms = 0;
        }
        if (asks) {
            row->asked = now;
            row->asks++;
        }
    }
}
