/*
 * sync_holes: a hole is a commit that is here without one of its bodies. Any peer that has the commit may have the body: each is asked in
 * turn, a few holes at a time; the answer is a RUN like any other, and ingest fills what matches its commitment.
 */
#include "daemon/core/sync.h"

#define HOLES_EVERY_MS 2000
#define HOLES_AT_ONCE  16

static struct peer *next_peer(struct core *c)
{
    for (size_t i = 0; i < c->peers_n; i++) {
        struct peer *p = &c->peers[(c->hole_peer + i) % c->peers_n];
        if (p->member && p->state >= SESSION_STREAM) {
            c->hole_peer = (c->hole_peer + i + 1) % c->peers_n;
            return p;
        }
    }
    return NULL;
}

void holes_tick(struct core *c, struct mono now)
{
    if (now.ms - c->holes_at.ms < HOLES_EVERY_MS || digests_update(c) || !c->holes)
        return;
    struct peer *p = next_peer(c);
    c->holes_at = now;
    for (int i = 0; p && i < HOLES_AT_ONCE; i++) {
        struct log_id log;
        struct msg m = {.type = MSG_WANT};
        if (oplog_next_hole(c->store, c->hole_row, &c->hole_row, &log, &m.want.first)) {
            c->hole_row = 0;
            return;
        }
        memcpy(m.want.site, log.site, SITE_BYTES);
        m.want.incarnation = log.incarnation;
        m.want.last = m.want.first;
        sync_send(c, p, &m);
    }
}
