/*
 * req_sites: every site with how it is, as it said itself and as our sessions with it tell.
 */
#include "conf/tr.h"
#include "daemon/commons/fold.h"
#include "daemon/core/beacons.h"
#include "daemon/core/host.h"
#include "daemon/core/req.h"
#include "daemon/core/sync.h"
#include "daemon/store/oplog.h"

#define DAY_LEN    10                   /* of an RFC 3339 time */
#define ARRIVED_MS (2 * BEACON_SOON_MS) /* a site that rests at other digests has said so by then */

static json_t *time_or_null(int64_t ms)
{
    char text[RFC3339_LEN + 1];
    if (ms <= 0 || ms >= CLOCK_MAX_MS)
        return json_null();
    rfc3339_format((struct wall){ms}, text);
    return json_string(text);
}

static json_t *number_or_null(bool known, uint64_t n)
{
    return known ? json_integer(n <= INT64_MAX ? (json_int_t)n : INT64_MAX) : json_null();
}

static uint64_t percent(uint64_t part, uint64_t whole)
{
    return part <= UINT64_MAX / 100 ? part * 100 / whole : part / (whole / 100);
}

static json_t *problem_json(struct req *r, err_t e, int number)
{
    json_t *out = json_object();
    bool known = e != ERR_COUNT;
    say_put(out, "code", json_sprintf("ALLIED-%d", number));
    say_put(out, "name", json_string(known ? err_name(e) : ""));
    say_put(out, "text", json_string(known ? tr(r->read.lang, err_what(e)) : ""));
    say_put(out, "action", json_string(known ? tr(r->read.lang, err_next(e)) : ""));
    return out;
}

static json_t *problems_json(struct req *r, const struct beacon_row *row)
{
    json_t *out = json_array();
    for (size_t i = 0; row && row->any && i < row->said.problems_n; i++)
        json_array_append_new(out, problem_json(r, err_by_number(row->said.problems[i]), row->said.problems[i]));
    if (row && beacons_clock_is_off(r->core, row)) /* what a site cannot say of itself */
        json_array_append_new(out, problem_json(r, ERR_CLOCK_APART, err_number(ERR_CLOCK_APART)));
    return out;
}

/* ---- against what is here ---- */

/* Theirs may be from before our last change, or from before that had reached them: then nobody knows. */
static json_t *equal_by_beacon(const struct core *c, const struct beacon *b, struct mono heard)
{
    bool inputs = memcmp(b->inputs, c->inputs, HASH_BYTES) == 0;
    if (inputs && (b->fold != FOLD_VERSION || memcmp(b->state, c->state, HASH_BYTES) == 0))
        return json_true();
    return heard.ms < c->changed.ms + ARRIVED_MS ? json_null() : json_false();
}

static void put_distance(struct req *r, json_t *out, const struct site *site, const struct beacon_row *row,
                         const struct peer *p, const struct oplog_counts *ours)
{
    struct core *c = r->core;
    uint64_t behind = 0, ahead = 0;
    bool told = row && row->any;
    if (core_is_own(c, site->id)) {
        say_put(out, "digest_equal", json_true());
        say_put(out, "behind", json_integer(0));
        return;
    }
    if (p)
        known_distance(c, p, &behind, &ahead);
    else if (told && row->said.commits < ours->commits)
        ahead = ours->commits - row->said.commits;
    say_put(out, "digest_equal",
            p      ? json_boolean(diff_equal(c, p))
            : told ? equal_by_beacon(c, &row->said, row->heard)
                   : json_null());
    say_put(out, "behind", number_or_null(p || told, ahead));
}

/* ---- one site ---- */

static void put_said(struct req *r, json_t *out, const struct beacon_row *row)
{
    static const struct beacon nothing = {.number = 0};
    bool told = row && row->any;
    const struct beacon *b = told ? &row->said : &nothing;
    bool disk = b->disk_total_bytes > 0;
    say_put(out, "version", say_string(b->version));
    say_put(out, "commits", number_or_null(told, b->commits));
    say_put(out, "unheld", number_or_null(told, b->unheld));
    say_put(out, "disk_free_bytes", number_or_null(disk, b->disk_free_bytes));
    say_put(out, "disk_total_bytes", number_or_null(disk, b->disk_total_bytes));
    say_put(out, "disk_free_pct", number_or_null(disk, disk ? percent(b->disk_free_bytes, b->disk_total_bytes) : 0));
    say_put(out, "last_backup", time_or_null((int64_t)b->last_backup_ms));
    say_put(out, "up_since", time_or_null((int64_t)b->up_since_ms));
    say_put(out, "clock_off_ms", told && row->measured ? json_integer(row->clock_off_ms) : json_null());
    say_put(out, "p50_ms", number_or_null(b->samples > 0, b->p50_ms));
    say_put(out, "p95_ms", number_or_null(b->samples > 0, b->p95_ms));
    say_put(out, "samples", number_or_null(told, b->samples));
    say_put(out, "problems", problems_json(r, row));
}

static json_t *heard_json(const struct core *c, const struct beacon_row *row, const struct peer *p, bool own)
{
    int64_t now = core_mono(c).ms, ago = INT64_MAX;
    if (row && row->any)
        ago = now - row->heard.ms;
    if (p && now - p->heard.ms < ago)
        ago = now - p->heard.ms;
    if (own && c->serves)
        ago = 0;
    return ago == INT64_MAX ? json_null() : json_integer(ago > 0 ? ago / 1000 : 0);
}

static json_t *site_json(struct req *r, const struct site *site, const struct oplog_counts *ours)
{
    static const char *const states[] = {
        [HEALTH_UNKNOWN] = "unknown", [HEALTH_OK] = "ok", [HEALTH_DEGRADED] = "degraded", [HEALTH_SILENT] = "silent"};
    struct core *c = r->core;
    uint8_t host[SITE_BYTES];
    char strip[STRIP_DAYS + 1];
    bool own = core_is_own(c, site->id), hosted = host_of(c, site->id, host);
    const struct beacon_row *row = beacons_of(c, site->id);
    const struct peer *p = own ? NULL : sync_peer_of(c, hosted ? host : site->id);
    p = p && p->state >= SESSION_STREAM ? p : NULL;
    json_t *out = json_object();
    say_put(out, "site", say_id(slice_of(site->id, SITE_BYTES)));
    say_put(out, "name", say_string(site->name));
    say_ally(&c->authority, out, slice_of(c->authority.allies[site->ally].id, ALLY_BYTES));
    say_put(out, "own", json_boolean(own));
    req_put_host(r, out, site->id);
    say_put(out, "state", json_string(states[beacons_health(c, row)]));
    say_put(out, "last_heard_s", heard_json(c, row, p, own));
    put_said(r, out, row);
    put_distance(r, out, site, row, p, ours);
    beacons_strip(c, row, strip);
    say_put(out, "strip", json_string(strip));
    return out;
}

static json_t *days_json(const struct core *c)
{
    char first[RFC3339_LEN + 1], last[RFC3339_LEN + 1];
    struct wall now = core_wall(c);
    if (now.ms < STRIP_DAYS * CLOCK_DAY_MS || now.ms >= CLOCK_MAX_MS)
        return json_array();
    rfc3339_format(now, last);
    rfc3339_format((struct wall){now.ms - (STRIP_DAYS - 1) * CLOCK_DAY_MS}, first);
    first[DAY_LEN] = last[DAY_LEN] = 0;
    return json_pack("[s, s]", first, last);
}

err_t req_sites(struct req *r)
{
    struct core *c = r->core;
    struct oplog_counts ours = {0};
    json_t *sites = json_array();
    err_t e = digests_update(c);
    if (!e)
        e = oplog_counts(c->store, &ours);
    for (size_t i = 0; i < c->authority.sites_n && !e; i++)
        if (!c->authority.sites[i].ended)
            say_by_name(sites, site_json(r, &c->authority.sites[i], &ours));
    say_put(r->read.result, "now", time_or_null(core_wall(c).ms));
    say_put(r->read.result, "heard", json_boolean(c->beacons && c->beacons->listening.ms >= 0));
    say_put(r->read.result, "days", days_json(c));
    say_put(r->read.result, "sites", sites);
    return e;
}
