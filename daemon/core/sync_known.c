/*
 * sync_known: what each peer has of each log: what it said, what it acknowledged, and how far that is from what we have.
 */
#include "daemon/core/ingest.h"
#include "daemon/core/sync.h"
#include <stdlib.h>

/*
 * A peer may name 100,000 logs, in the order that suits it: put one by one into one array in order, each would move all that follow it. So the newest
 * stand in a short array of their own behind it, and are merged when it is full.
 */
#define NEWEST_MAX 512u

/* In order from `low` up to `high`: where it is, or where it would stand. */
static size_t place_of(const struct peer *p, size_t low, size_t high, const struct log_id *log, bool *found)
{
    *found = false;
    while (low < high && !*found) {
        size_t middle = low + (high - low) / 2;
        int c = log_compare(&p->logs[middle].log, log);
        *found = c == 0;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

/* Where it is, or where it would stand among the newest. */
static size_t look_up(const struct peer *p, const struct log_id *log, bool *found)
{
    size_t at = place_of(p, 0, p->logs_sorted, log, found);
    return *found ? at : place_of(p, p->logs_sorted, p->logs_n, log, found);
}

struct peer_log *known_find(const struct peer *p, const struct log_id *log)
{
    bool found;
    size_t at = look_up(p, log, &found);
    return found ? &p->logs[at] : NULL;
}

/* From behind, so that nothing is overwritten before it was moved. */
static err_t merge_newest(struct peer *p)
{
    size_t old = p->logs_sorted, n = p->logs_n - old, at = p->logs_n;
    struct peer_log *newest = reallocarray(NULL, n, sizeof *newest);
    if (!newest)
        return ERR_MEMORY;
    memcpy(newest, p->logs + old, n * sizeof *newest);
    while (n)
        p->logs[--at] =
            old && log_compare(&p->logs[old - 1].log, &newest[n - 1].log) > 0 ? p->logs[--old] : newest[--n];
    free(newest);
    p->logs_sorted = p->logs_n;
    return ERR_OK;
}

struct peer_log *known_log(struct peer *p, const struct log_id *log)
{
    bool found;
    size_t at = look_up(p, log, &found);
    if (found)
        return &p->logs[at];
    void *array = p->logs;
    err_t e = p->logs_n < PEER_LOGS_MAX ? core_grow(&array, p->logs_n, &p->logs_room, sizeof *p->logs) : ERR_ITEMS;
    p->logs = array;
    if (!e && p->logs_n - p->logs_sorted >= NEWEST_MAX) {
        e = merge_newest(p);
        at = p->logs_n;
    }
    if (e)
        return NULL;
    memmove(p->logs + at + 1, p->logs + at, (p->logs_n++ - at) * sizeof *p->logs);
    p->logs[at] = (struct peer_log){.log = *log};
    return &p->logs[at];
}

err_t known_claim(struct core *c, struct peer *p, const struct log_id *log, uint64_t seq, bool exact)
{
    struct log_head head = {.seq = 0};
    /* Of a site not named yet: when the roster names it, everything is compared again. */
    if (!authority_site(&c->authority, log->site))
        return ERR_OK;
    struct peer_log *pl = known_log(p, log);
    if (!pl)
        return p->logs_n < PEER_LOGS_MAX ? ERR_MEMORY : ERR_ITEMS;
    uint64_t durable = seq;
    if (core_is_own(c, log->site)) {
        err_t e = oplog_head(c->store, log, &head);
        if (e && e != ERR_NOT_FOUND)
            return e;
        durable = seq < head.seq ? seq : head.seq;
    }
    if (seq > pl->has)
        pl->refused = false; /* it goes on: maybe along another branch */
    if (exact || seq > pl->has)
        pl->has = seq;
    if (exact || durable > pl->durable)
        pl->durable = durable;
    return ERR_OK;
}

void known_equal(struct core *c, struct peer *p, const struct msg_head *heads, size_t n, const uint8_t *site)
{
    (void)c;
    for (size_t i = 0; i < n; i++) {
        struct log_id log = {.incarnation = heads[i].incarnation};
        memcpy(log.site, heads[i].site, SITE_BYTES);
        if (site && memcmp(site, log.site, SITE_BYTES) != 0)
            continue;
        struct peer_log *pl = known_log(p, &log);
        if (pl)
            pl->has = pl->durable = heads[i].seq;
    }
}

void known_distance(struct core *c, const struct peer *p, uint64_t *behind, uint64_t *ahead)
{
    struct arena arena = {0};
    struct msg_head *heads = NULL;
    size_t n = 0;
    *behind = *ahead = 0;
    if (p->state >= SESSION_STREAM && digests_heads(c, &arena, &heads, &n) == ERR_OK) {
        for (size_t i = 0; i < p->logs_n; i++)
            *behind += p->logs[i].has < INT64_MAX - *behind ? p->logs[i].has : INT64_MAX - *behind;
        for (size_t i = 0; i < n; i++) {
            struct log_id log = {.incarnation = heads[i].incarnation};
            memcpy(log.site, heads[i].site, SITE_BYTES);
            const struct peer_log *pl = known_find(p, &log);
            uint64_t both = pl && pl->has < heads[i].seq ? pl->has : pl ? heads[i].seq : 0;
            *behind -= both;
            *ahead += heads[i].seq - both;
        }
    }
    arena_fini(&arena);
}

static bool needs_note(const struct core *c, const struct peer_log *pl)
{
    return pl->durable > pl->noted && core_is_own(c, pl->log.site);
}

void known_note_held(struct core *c)
{
    bool any = false;
    c->held_at = core_mono(c);
    for (size_t i = 0; i < c->peers_n; i++)
        for (size_t k = 0; k < c->peers[i].logs_n; k++)
            any |= needs_note(c, &c->peers[i].logs[k]);
    if (!any || c->batch.open || batch_begin(c))
        return;
    err_t e = ERR_OK;
    for (size_t i = 0; i < c->peers_n; i++)
        for (size_t k = 0; k < c->peers[i].logs_n && !e; k++) {
            struct peer_log *pl = &c->peers[i].logs[k];
            if (!needs_note(c, pl))
                continue;
            e = local_held_set(c->store, c->peers[i].site, &pl->log, pl->durable);
            pl->noted = pl->durable;
        }
    if (e)
        batch_abort(c);
    else
        batch_end(c);
}
