/*
 * beacons_say: our own beacons, one of each site whose daemon this is.
 */
#include "daemon/commons/fold.h"
#include "daemon/core/beacons.h"
#include "daemon/core/request.h"
#include "daemon/core/sync.h"
#include "daemon/core/upkeep.h"
#include "daemon/store/oplog.h"
#include <stdlib.h>

/* ---- problems ---- */

static int by_number(const void *a, const void *b)
{
    const uint16_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Others that cannot be reached are silent themselves, and everybody would say so of them; but to reach nobody is a trouble of ours. What others say of themselves is not. */
static bool is_of_a_peer(const json_t *status, const char *name)
{
    size_t i, failing = 0, n = json_array_size(json_object_get(status, "peers"));
    bool same = false;
    json_t *peer;
    json_array_foreach(json_object_get(status, "peers"), i, peer)
    {
        const char *cause = json_string_value(json_object_get(peer, "cause"));
        failing += cause != NULL;
        same |= cause && strcmp(cause, name) == 0;
    }
    return same && failing < n;
}

/* What status tells, as numbers of errors. */
static size_t find_problems(struct core *c, uint16_t out[BEACON_PROBLEMS_MAX])
{
    size_t i, n = 0, kept = 0;
    json_t *one, *request = json_pack("{s:s}", "do", "status");
    json_t *answer = request ? request_run(c, slice_text(""), request) : NULL;
    const json_t *status = json_object_get(answer, "result");
    json_array_foreach(json_object_get(status, "problems"), i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        err_t e = name ? err_by_name(name) : ERR_COUNT;
        const char *of = json_string_value(json_object_get(one, "of"));
        if (of && strcmp(of, "sites") == 0)
            continue;
        if (e != ERR_COUNT && n < BEACON_PROBLEMS_MAX && !is_of_a_peer(status, name))
            out[n++] = (uint16_t)err_number(e);
    }
    json_decref(answer);
    json_decref(request);
    if (n)
        qsort(out, n, sizeof *out, by_number);
    for (i = 0; i < n; i++)
        if (!kept || out[kept - 1] != out[i])
            out[kept++] = out[i];
    return kept;
}

static void look(struct core *c, struct mono now)
{
    struct beacons *b = c->beacons;
    uint16_t found[BEACON_PROBLEMS_MAX];
    size_t n = find_problems(c, found);
    b->looked = now;
    b->changed |= n != b->problems_n || (n && memcmp(found, b->problems, n * sizeof *found) != 0);
    memcpy(b->problems, found, n * sizeof *found);
    b->problems_n = n;
    /* Digests that have come to rest since: who compares need not wait for the minute. */
    bool rests = now.ms - c->changed.ms >= BEACON_SOON_MS;
    b->changed |= rests && digests_update(c) == ERR_OK && memcmp(b->told_state, c->state, HASH_BYTES) != 0;
}

/* ---- making one ---- */

static uint64_t natural(int64_t n)
{
    return n > 0 ? (uint64_t)n : 0;
}

static err_t fill(struct core *c, const struct own *own, const struct beacon_row *row, struct beacon *b)
{
    struct oplog_counts counts;
    struct propagation_said said = propagation_say(&c->beacons->propagation, core_mono(c));
    *b = (struct beacon){.at_ms = natural(core_wall(c).ms),
                         .version = slice_text("allied/" ALLIED_VERSION),
                         .fold = FOLD_VERSION,
                         .up_since_ms = natural(c->beacons->up_since_ms),
                         .problems_n = c->beacons->problems_n,
                         .p50_ms = said.p50_ms,
                         .p95_ms = said.p95_ms,
                         .samples = said.samples};
    /* Behind the last one, whatever became of the clock; and of the memory, as long as the clock is right. */
    b->number = row->any && row->said.number >= b->at_ms ? row->said.number + 1 : b->at_ms ? b->at_ms : 1;
    memcpy(b->alliance, c->authority.alliance, ALLIANCE_BYTES);
    memcpy(b->site, own->key.pub, SITE_BYTES);
    memcpy(b->problems, c->beacons->problems, sizeof b->problems);
    struct wall backed_up;
    if (upkeep_backup_at(c->dir, &backed_up))
        b->last_backup_ms = natural(backed_up.ms);
    err_t e = digests_update(c);
    memcpy(b->inputs, c->inputs, HASH_BYTES);
    memcpy(b->state, c->state, HASH_BYTES);
    if (!e)
        e = oplog_counts(c->store, &counts);
    if (!e)
        e = local_unheld(c->store, own->key.pub, &b->unheld);
    b->commits = e ? 0 : counts.commits;
    if (c->env.disk)
        c->env.disk(c->env.ctx, c->dir, &b->disk_free_bytes, &b->disk_total_bytes);
    return e;
}

static err_t say_one(struct core *c, const struct own *own)
{
    struct beacon b;
    struct buf bytes;
    uint8_t signature[SIGNATURE_BYTES];
    struct beacon_row *row = beacons_row(c, own->key.pub, NULL);
    if (!row)
        return ERR_MEMORY;
    buf_init(&bytes, BEACON_MAX_BYTES);
    err_t e = fill(c, own, row, &b);
    if (!e)
        e = beacon_encode(&b, &bytes);
    if (!e)
        e = sign_make(&own->key, DOMAIN_BEACON, buf_slice(&bytes), signature);
    if (!e) {
        beacons_set(c, row, buf_slice(&bytes), signature);
        row->measured = true;
        row->heard = row->came = core_mono(c);
        row->received_ms = core_wall(c).ms;
        beacons_mark(c, row, beacons_health(c, row));
    }
    buf_fini(&bytes);
    return e;
}

void beacons_say(struct core *c, struct mono now)
{
    struct beacons *b = c->beacons;
    if (!hello_we_stand(c) || c->batch.open)
        return;
    if (now.ms - b->looked.ms >= BEACON_SOON_MS)
        look(c, now);
    if (now.ms - b->said.ms < (b->changed ? BEACON_SOON_MS : BEACON_EVERY_MS))
        return;
    b->said = now;
    b->changed = false;
    for (size_t i = 0; i < c->own_n; i++) {
        err_t e = core_admits(c, c->own[i].key.pub) && !c->own[i].moving ? say_one(c, &c->own[i]) : ERR_OK;
        if (e)
            core_note(c, JOURNAL_WARN, "beacon.failed", "reason=%s", err_name(e));
    }
    memcpy(b->told_state, c->state, HASH_BYTES);
}

void beacons_count_from(struct core *c, const struct beacon *ours, const struct msg_beacon *m)
{
    struct beacon_row *row = beacons_row(c, ours->site, NULL);
    if (!row || (row->any && row->said.number >= ours->number))
        return;
    beacons_set(c, row, m->beacon, m->signature);
    c->beacons->changed = true;
}
