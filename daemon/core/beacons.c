#include "daemon/core/beacons.h"
#include "daemon/core/host.h"
#include "daemon/core/sync.h"
#include <stdlib.h>

#define ALLOWANCE       3    /* of one site, one after the other; then one each ALLOWANCE_MS */
#define ALLOWANCE_MS    5000 /* a site says two in 20 s at most, and what was kept up on the way comes at once */
#define PASS_AFTER_MS   2000 /* whoever hears it from the site itself is quicker */
#define PROPAGATION_MAX CLOCK_DAY_MS

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

const struct beacon_row *beacons_of(const struct core *c, const uint8_t site[SITE_BYTES])
{
    for (size_t i = 0; c->beacons && i < c->beacons->n; i++)
        if (memcmp(c->beacons->rows[i]->site, site, SITE_BYTES) == 0)
            return c->beacons->rows[i];
    return NULL;
}

/* ---- what comes in ---- */

static bool may_take(struct beacon_row *row, struct mono now)
{
    int64_t earned = (now.ms - row->allowed.ms) / ALLOWANCE_MS;
    if (earned > 0) {
        row->allowance = earned + row->allowance > ALLOWANCE ? ALLOWANCE : row->allowance + (unsigned)earned;
        row->allowed = now;
    }
    return row->allowance > 0;
}

static void pass_over(struct core *c, const struct beacon_row *row)
{
    char site[SHORT_LEN + 1];
    uint64_t n = ++c->beacons->passed_over;
    if ((n & (n - 1)) == 0)
        core_note(c, JOURNAL_INFO, "beacon.passed_over", "site=%s n=%llu",
                  core_short(slice_of(row->site, SITE_BYTES), site), (unsigned long long)n);
}

/*
 * What comes from the site itself, or on a stream of them, is of now, and tells what its clock says. The first one that others kept for us may be of any age: it
 * is as old as its own clock says, unless that clock is ahead, which cannot be age.
 */
static void date(struct core *c, struct beacon_row *row, const struct peer *p)
{
    struct mono now = core_mono(c);
    int64_t wall = core_wall(c).ms, off = (int64_t)row->said.at_ms - wall;
    bool steady = row->came.ms && now.ms - row->came.ms < BEACON_SILENT_MS;
    bool of_now = beacons_is_its_daemon(row, p) || steady || off > -BEACON_CLOCK_OFF_MS;
    row->came = now;
    row->heard.ms = of_now ? now.ms : now.ms + off;
    row->received_ms = of_now ? wall : wall + off;
    row->asks = 0;
    if (!of_now)
        return;
    row->measured = true;
    row->clock_off_ms = off;
    beacons_mark(c, row, beacons_health(c, row));
}

static err_t take(struct core *c, struct peer *p, const struct beacon *b, const struct msg_beacon *m)
{
    size_t at = 0;
    struct mono now = core_mono(c);
    struct beacon_row *row = beacons_row(c, b->site, &at);
    if (!row)
        return ERR_OK;
    bool known = row->any && b->number <= row->said.number;
    if (!known && !may_take(row, now)) {
        pass_over(c, row);
        return ERR_OK;
    }
    err_t e = known ? ERR_OK : beacon_check(b, m->beacon, m->signature);
    if (e)
        return e;
    if (!known) {
        row->allowance--;
        beacons_set(c, row, m->beacon, m->signature);
        date(c, row, p);
        row->pass_at.ms = now.ms + PASS_AFTER_MS;
    }
    beacons_heard_from(c, p, at, b->number, known);
    return ERR_OK;
}

err_t beacons_take(struct core *c, struct peer *p, const struct msg_beacon *m)
{
    struct beacon b;
    err_t e = beacon_decode(m->beacon, &b);
    if (e)
        return e == ERR_VERSION ? ERR_OK : e; /* a form that is yet to come */
    if (memcmp(b.alliance, c->authority.alliance, ALLIANCE_BYTES) != 0)
        return ERR_ALLIANCE;
    if (!c->beacons)
        return ERR_OK;
    if (core_is_own(c, b.site)) {
        e = beacon_check(&b, m->beacon, m->signature);
        if (!e)
            beacons_count_from(c, &b, m);
        return e;
    }
    return core_admits(c, b.site) ? take(c, p, &b, m) : ERR_OK;
}

/* ---- what is known of a site ---- */

static bool is_off(int64_t off_ms)
{
    return off_ms > BEACON_CLOCK_OFF_MS || off_ms < -BEACON_CLOCK_OFF_MS;
}

static bool is_heard(const struct core *c, const struct beacon_row *row)
{
    return core_mono(c).ms - row->heard.ms < BEACON_SILENT_MS;
}

bool beacons_our_clock_is_off(const struct core *c, int64_t *off_ms)
{
    size_t measured = 0, ahead = 0, behind = 0;
    int64_t least = INT64_MAX;
    for (size_t i = 0; c->beacons && i < c->beacons->n; i++) {
        const struct beacon_row *row = c->beacons->rows[i];
        if (!row->measured || !is_heard(c, row) || core_is_own(c, row->site))
            continue;
        measured++;
        ahead += row->clock_off_ms > BEACON_CLOCK_OFF_MS;
        behind += row->clock_off_ms < -BEACON_CLOCK_OFF_MS;
        if (is_off(row->clock_off_ms) && llabs(row->clock_off_ms) < llabs(least))
            least = row->clock_off_ms;
    }
    size_t off = ahead > behind ? ahead : behind;
    if (off < 2 || 2 * off <= measured)
        return false;
    *off_ms = -least;
    return true;
}

bool beacons_clock_is_off(const struct core *c, const struct beacon_row *row)
{
    int64_t ours;
    return row->any && row->measured && is_off(row->clock_off_ms) && !core_is_own(c, row->site) &&
           !beacons_our_clock_is_off(c, &ours);
}

enum health beacons_health(const struct core *c, const struct beacon_row *row)
{
    if (!row || !row->any || !c->serves)
        return HEALTH_UNKNOWN;
    bool well = !row->troubled;
    if (core_is_own(c, row->site))
        return well ? HEALTH_OK : HEALTH_DEGRADED;
    well &= !beacons_clock_is_off(c, row);
    if (is_heard(c, row))
        return well ? HEALTH_OK : HEALTH_DEGRADED;
    /* Nobody can be called silent by who has been alone. */
    int64_t since = most(c->beacons->listening.ms, row->heard.ms);
    bool listened = c->beacons->listening.ms >= 0 && core_mono(c).ms - since >= BEACON_SILENT_MS;
    return listened ? HEALTH_SILENT : HEALTH_UNKNOWN;
}

void beacons_travelled(struct core *c, const struct commit *commit, uint64_t from_link)
{
    const struct peer *p = c->beacons && from_link ? sync_peer(c, from_link) : NULL;
    int64_t ms = core_wall(c).ms - clock_wall(commit->clock).ms;
    /* What is older than a day was kept somewhere until its author, or we, came back. */
    if (p && p->state == SESSION_LIVE && ms < PROPAGATION_MAX)
        propagation_add(&c->beacons->propagation, core_mono(c), ms);
}

/* ---- time ---- */

static void listen(struct core *c, struct mono now)
{
    bool any = false;
    for (size_t i = 0; i < c->peers_n; i++)
        any |= c->peers[i].member && c->peers[i].state >= SESSION_STREAM;
    if (!any)
        c->beacons->listening.ms = -1;
    else if (c->beacons->listening.ms < 0)
        c->beacons->listening = now;
}

void beacons_tick(struct core *c, struct mono now)
{
    if (!c->beacons || !c->founded || !c->serves)
        return;
    listen(c, now);
    beacons_say(c, now);
    beacons_pass(c, now);
    beacons_write(c, now);
}

err_t beacons_open(struct core *c)
{
    c->beacons = calloc(1, sizeof *c->beacons);
    if (!c->beacons)
        return ERR_MEMORY;
    c->beacons->listening.ms = -1;
    c->beacons->up_since_ms = core_wall(c).ms;
    c->beacons->written = core_mono(c);
    c->beacons->looked.ms = core_mono(c).ms - BEACON_SOON_MS;
    c->beacons->said.ms = core_mono(c).ms - BEACON_EVERY_MS;
    return beacons_load(c);
}

void beacons_close(struct core *c)
{
    if (!c->beacons)
        return;
    if (c->store && c->serves)
        beacons_write(c, (struct mono){INT64_MAX});
    for (size_t i = 0; i < c->beacons->n; i++)
        free(c->beacons->rows[i]);
    free(c->beacons->rows);
    free(c->beacons);
    c->beacons = NULL;
}
