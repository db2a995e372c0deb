/*
 * problems_sites: what clocks show, and how other sites are by their beacons. A log's clock is its author's machine's: where no beacon tells, the last commit does.
 */
#include "conf/tr.h"
#include "daemon/core/beacons.h"
#include "daemon/core/problems.h"
#include "daemon/core/upkeep.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DETAIL_BYTES 1024

/* ---- clocks ---- */

static int64_t ahead_by_log_ms(const struct core *c, const struct site *site, const struct log_head *heads, size_t n)
{
    int64_t most = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t ahead = clock_wall(heads[i].clock).ms - core_wall(c).ms;
        if (memcmp(heads[i].log.site, site->id, SITE_BYTES) == 0 && ahead > most)
            most = ahead;
    }
    return most;
}

static void put_clock_of(struct problems *p, const struct site *site, const struct log_head *heads, size_t n)
{
    struct core *c = p->req->core;
    const struct beacon_row *row = beacons_of(c, site->id);
    bool measured = row && row->any && row->measured;
    int64_t off = measured ? row->clock_off_ms : ahead_by_log_ms(c, site, heads, n);
    if (measured ? beacons_clock_is_off(c, row) : off > CLOCK_OFF_MS)
        problems_add_named(p, PROBLEM_CLOCK_APART, site->name, (uint64_t)llabs(off) / 1000, " s");
}

/* One wrong clock is told once: where it is ours, others are not blamed for theirs. */
static void put_clocks(struct problems *p)
{
    struct core *c = p->req->core;
    const struct authority *a = &c->authority;
    struct log_head *heads = NULL;
    char detail[32];
    int64_t off = 0;
    size_t n = 0;
    if (oplog_heads(c->store, &p->req->read.arena, &heads, &n))
        n = 0;
    uint64_t back_ms = upkeep_clock_back_ms(c, heads, n);
    bool ours = beacons_our_clock_is_off(c, &off);
    snprintf(detail, sizeof detail, "%" PRIu64 " s", back_ms ? back_ms / 1000 : (uint64_t)llabs(off) / 1000);
    if (back_ms || ours)
        problems_add(p, back_ms ? PROBLEM_CLOCK_BACK : PROBLEM_CLOCK_OFF, "", detail);
    for (size_t i = 0; i < a->sites_n && !back_ms && !ours; i++)
        if (!a->sites[i].ended && !core_is_own(c, a->sites[i].id))
            put_clock_of(p, &a->sites[i], heads, n);
}

/* ---- how others are ---- */

/* What mends itself calls for nobody: an erasure that one site has yet to do waits at every other, and none of those is to be asked. */
static size_t troubles(const struct beacon *b, uint16_t out[BEACON_PROBLEMS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < b->problems_n; i++)
        if (!problems_mends_itself(b->problems[i]))
            out[n++] = b->problems[i];
    return n;
}

/* Whose trouble it is hears of it where it is; who else needs to is the secretariat. */
static void put_trouble(struct problems *p, const struct site *site, const struct beacon_row *row)
{
    struct buf detail;
    char name[120];
    uint16_t numbers[BEACON_PROBLEMS_MAX];
    size_t n = troubles(&row->said, numbers);
    if (!n)
        return;
    buf_init(&detail, DETAIL_BYTES);
    problems_name(site->name, name, sizeof name);
    buf_printf(&detail, "%s", name);
    for (size_t i = 0; i < n; i++) {
        err_t e = err_by_number(numbers[i]);
        buf_printf(&detail, "%s %s", i ? "," : ":", e == ERR_COUNT ? "?" : tr(p->req->read.lang, err_what(e)));
    }
    problems_add(p, PROBLEM_SITE_TROUBLE, name, !detail.err && buf_text(&detail) ? buf_text(&detail) : name);
    buf_fini(&detail);
}

static void put_site(struct problems *p, const struct site *site)
{
    struct core *c = p->req->core;
    const struct beacon_row *row = beacons_of(c, site->id);
    enum health health = beacons_health(c, row);
    int64_t quiet_ms = row ? core_wall(c).ms - row->received_ms : 0;
    if (health == HEALTH_SILENT && quiet_ms > c->alert_after_ms)
        problems_add_named(p, PROBLEM_SITE_SILENT, site->name, (uint64_t)quiet_ms / 3600000, " h");
    else if (row && health != HEALTH_SILENT && health != HEALTH_UNKNOWN && c->is_registrar)
        put_trouble(p, site, row);
}

void problems_put_sites(struct problems *p)
{
    const struct authority *a = &p->req->core->authority;
    put_clocks(p);
    for (size_t i = 0; i < a->sites_n; i++)
        if (!a->sites[i].ended && !core_is_own(p->req->core, a->sites[i].id))
            put_site(p, &a->sites[i]);
}
