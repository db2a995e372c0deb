#include "daemon/core/ingest.h"
#include "daemon/core/beacons.h"
#include "daemon/core/erase.h"
#include "daemon/core/fork.h"
#include "daemon/core/own.h"
#include "daemon/core/refold.h"
#include "daemon/core/relays.h"
#include "daemon/core/standing.h"
#include "daemon/core/sync.h"
#include "daemon/store/aside.h"
#include "daemon/store/feed.h"
#include <stdlib.h>

#define ASIDE_PLACE_MAX 4 /* commits of one place of a log that wait aside */

err_t batch_begin(struct core *c)
{
    c->batch.touched_n = c->batch.grown_n = 0;
    if (c->batch.slots)
        memset(c->batch.slots, 0, c->batch.slots_n * sizeof *c->batch.slots);
    for (size_t i = 0; i < c->own_n; i++)
        c->own[i].wrote = false;
    err_t e = store_begin(c->store);
    c->batch.open = e == ERR_OK;
    return e;
}

void batch_abort(struct core *c)
{
    if (c->batch.open)
        store_rollback(c->store);
    c->batch.open = false;
    c->erase.due_n = 0;
    c->fresh_forks_n = 0;
    own_forget(c);
}

err_t batch_close(struct core *c, err_t e)
{
    if (!e)
        return batch_end(c);
    batch_abort(c);
    return e;
}

err_t batch_fold(struct core *c)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < c->batch.touched_n && !e; i++)
        if (c->batch.touched[i].type != ENTITY_CONCEPT)
            e = refold_entity(c, c->batch.touched[i].type, c->batch.touched[i].id);
    for (size_t i = 0; i < c->batch.touched_n && !e; i++)
        if (c->batch.touched[i].type == ENTITY_CONCEPT) /* last: what they are worth depends on who uses them (use.h) */
            e = refold_entity(c, c->batch.touched[i].type, c->batch.touched[i].id);
    return e;
}

/* The last thing before COMMIT: what harvesters are told must not be dated before others can see it. */
static err_t note_feed(struct core *c)
{
    int64_t at_s = 0;
    bool noted = false;
    c->batch.feed_s = 0;
    err_t e = feed_stamp(c->store, core_wall(c).ms / 1000, &at_s);
    for (size_t i = 0; i < c->batch.touched_n && !e; i++) {
        if (c->batch.touched[i].type != ENTITY_RECORD)
            continue;
        e = feed_note(c->store, slice_of(c->batch.touched[i].id, RECORD_BYTES), at_s, &noted);
        if (!e && noted)
            c->batch.feed_s = at_s;
    }
    return e;
}

/* A COMMIT that failed leaves no way to know what is on the disk: stop and recover, never retry. */
static err_t commit_batch(struct core *c)
{
    err_t e = store_commit(c->store);
    if (e) {
        c->fatal = e == ERR_DISK ? e : c->fatal;
        return e;
    }
    c->batch.open = false;
    c->commits++;
    return ERR_OK;
}

/* A large COMMIT on a slow disk took longer than the second that was allowed for: who harvested meanwhile would never be shown it. */
static void mend_feed(struct core *c)
{
    int64_t now_s = core_wall(c).ms / 1000;
    if (!c->batch.feed_s || now_s < c->batch.feed_s || store_begin(c->store))
        return;
    if (feed_move(c->store, c->batch.feed_s, now_s + 1) || commit_batch(c))
        store_rollback(c->store);
}

err_t batch_end(struct core *c)
{
    err_t e = erase_apply(c);
    if (!e)
        e = batch_fold(c);
    if (!e)
        e = own_seal(c);
    if (!e)
        e = relays_note(c);
    if (!e)
        e = note_feed(c);
    if (!e)
        e = commit_batch(c);
    if (e) {
        batch_abort(c);
        return e;
    }
    own_guard(c);
    mend_feed(c);
    /* A proof is an input as well, whether or not the log had come as far. */
    if (c->batch.grown_n || c->batch.touched_n || c->fresh_forks_n) {
        c->digests_known = false;
        if (c->fresh_forks_n)
            flow_forgive(c);
        c->changed = core_mono(c);
        c->change_told = false;
        fork_publish(c);
        sync_publish(c);
    }
    return ERR_OK;
}

bool ingest_survives(err_t e)
{
    return e != ERR_MEMORY && e != ERR_DISK && e != ERR_DISK_FULL && e != ERR_DATABASE && e != ERR_INTERNAL &&
           e != ERR_READ_ONLY;
}

static err_t note_grown(struct core *c, const struct commit *commit, uint64_t from_link)
{
    struct batch *b = &c->batch;
    for (size_t i = b->grown_n; i-- > 0;)
        if (log_compare(&b->grown[i].log, &commit->log) == 0) {
            b->grown[i].last = commit->seq;
            return ERR_OK;
        }
    void *array = b->grown;
    err_t e = core_grow(&array, b->grown_n, &b->grown_room, sizeof *b->grown);
    b->grown = array;
    if (!e)
        b->grown[b->grown_n++] = (struct grown){commit->log, commit->seq, commit->seq, from_link};
    return e;
}

err_t ingest_store(struct core *c, struct commit *commit, uint64_t from_link)
{
    int64_t row = 0;
    err_t e = oplog_put(c->store, commit, &row);
    if (!e)
        e = refold_file(c, commit, row);
    if (!e)
        e = erase_file(c, commit);
    if (!e)
        beacons_travelled(c, commit, from_link);
    return e ? e : note_grown(c, commit, from_link);
}

/*
 * The log ends here for now: shown with its reason. It goes on as soon as a commit that fits comes; only a proved fork or a cut ends it, and
 * those are standing.c's, the same on every replica.
 */
static err_t hold(struct core *c, const struct commit *commit, const struct log_head *head, err_t why)
{
    if (head->held == why)
        return why;
    char site[SHORT_LEN + 1];
    core_note(c, JOURNAL_WARN, "log.held", "site=%s incarnation=%llu seq=%llu reason=%s",
              core_short(slice_of(commit->log.site, SITE_BYTES), site), (unsigned long long)commit->log.incarnation,
              (unsigned long long)commit->seq, err_name(why));
    err_t e = oplog_hold(c->store, &commit->log, why);
    return e ? e : why;
}

/* A commit that claims a place whose holder has the same predecessor proves a fork; with another predecessor the branches part further down. */
static err_t compare_known(struct core *c, const struct commit *commit, struct slice carried)
{
    struct commit *known = arena_alloc(&c->scratch, 1, sizeof *known);
    struct slice ours;
    err_t e = known ? oplog_get(c->store, &commit->log, commit->seq, &c->scratch, known) : ERR_MEMORY;
    if (e)
        return e;
    if (memcmp(known->id, commit->id, HASH_BYTES) == 0)
        return refold_fill(c, commit);
    e = commit_verify(commit, c->authority.alliance);
    if (e)
        return e;
    if (memcmp(known->prev, commit->prev, HASH_BYTES) != 0)
        return ERR_BRANCH;
    struct buf buf;
    buf_init(&buf, LIMIT_COMMIT_BYTES * 2);
    e = oplog_carried(c->store, &commit->log, commit->seq, &buf);
    ours = buf_slice(&buf);
    if (!e)
        e = fork_proved(c, ours, carried);
    buf_fini(&buf);
    return e ? e : ERR_FORK;
}

/* A body that does not match, or a claim of erasure that nobody authorised, is a hole: other peers are asked. */
static void note_holes(struct core *c, const struct commit *carried, const struct commit *commit, uint64_t from_link)
{
    for (size_t i = 0; i < commit->ops_n; i++) {
        if (commit->ops[i].state != BODY_MISSING)
            continue;
        char site[SHORT_LEN + 1];
        core_note(c, JOURNAL_WARN, "body.hole", "site=%s seq=%llu op=%zu link=%llx state=%s",
                  core_short(slice_of(commit->log.site, SITE_BYTES), site), (unsigned long long)commit->seq, i,
                  (unsigned long long)from_link, carried->ops[i].state == BODY_PRESENT ? "mismatch" : "absent");
    }
}

static void look_at_bodies(struct core *c, struct commit *commit, uint64_t from_link)
{
    struct commit *carried = arena_alloc(&c->scratch, 1, sizeof *carried);
    if (carried)
        *carried = *commit;
    erase_filter(c, commit);
    if (carried)
        note_holes(c, carried, commit, from_link);
}

/* At a checkpoint only the commit it names counts: whoever gave us another branch is not asked for this log again. */
static err_t check_checkpoint(const struct core *c, const struct commit *commit)
{
    const struct head *named = authority_checkpoint(&c->authority, &commit->log);
    bool other = named && named->seq == commit->seq && memcmp(named->id, commit->id, HASH_BYTES) != 0;
    return other ? ERR_FORK : ERR_OK;
}

/* Beside it there are few for one place: a key in the wrong hands signs as many as it likes. */
static err_t wait_aside(struct core *c, struct commit *commit)
{
    struct buf out;
    uint64_t there = 0;
    const struct head *named = authority_checkpoint(&c->authority, &commit->log);
    bool is_named = commit->seq == named->seq && memcmp(commit->id, named->id, HASH_BYTES) == 0;
    err_t e = aside_count_at(c->store, &commit->log, commit->seq, &there);
    if (!e && there >= ASIDE_PLACE_MAX && !is_named)
        return ERR_FORK;
    erase_filter(c, commit);
    buf_init(&out, LIMIT_COMMIT_BYTES * 2);
    if (!e)
        e = erase_carry(commit, &out);
    if (!e)
        e = aside_put(c->store, commit, buf_slice(&out), ERR_FORK);
    buf_fini(&out);
    return e ? e : standing_apply_log(c, &commit->log);
}

static err_t append(struct core *c, struct commit *commit, const struct log_head *head, uint64_t from_link, bool again)
{
    uint64_t limit = 0;
    err_t why = ERR_OK;
    bool waits = !again && standing_waits(c, commit, head->seq);
    err_t e = standing_limit(c, &commit->log, &limit, &why);
    if (!e && commit->seq > limit && !waits)
        return why;
    if (!e)
        e = commit_verify(commit, c->authority.alliance);
    if (e)
        return e;
    if (waits)
        return wait_aside(c, commit);
    if (commit->seq > head->seq + 1)
        return ERR_GAP;
    if (memcmp(commit->prev, head->id, HASH_BYTES) != 0)
        return hold(c, commit, head, head->seq ? ERR_BRANCH : ERR_CHAIN);
    if (commit->clock <= head->clock)
        return hold(c, commit, head, ERR_CLOCK);
    e = check_checkpoint(c, commit);
    if (!e && head->held)
        e = oplog_hold(c->store, &commit->log, ERR_OK);
    if (e)
        return e;
    look_at_bodies(c, commit, from_link);
    /* What only comes back was never a clone's. */
    if (!again)
        own_saw(c, commit);
    e = ingest_store(c, commit, from_link);
    /* The proof may have come before the commits that lead to it. */
    return !e && commit->seq == limit && why == ERR_FORK ? oplog_hold(c->store, &commit->log, ERR_FORK) : e;
}

static err_t take(struct core *c, struct slice carried, uint64_t from_link, struct commit *commit, bool again)
{
    arena_clear(&c->scratch); /* what a batch without a fold would pile up */
    err_t e = commit_decode(carried, commit);
    if (e)
        return e;
    if (!authority_site(&c->authority, commit->log.site))
        return ERR_STANDING;
    struct log_head head = {.log = commit->log};
    e = oplog_head(c->store, &commit->log, &head);
    if (e && e != ERR_NOT_FOUND)
        return e;
    return commit->seq <= head.seq ? compare_known(c, commit, carried) : append(c, commit, &head, from_link, again);
}

err_t ingest_commit(struct core *c, struct slice carried, uint64_t from_link, struct commit *commit)
{
    return take(c, carried, from_link, commit, false);
}

err_t ingest_again(struct core *c, struct slice carried, struct commit *scratch)
{
    return take(c, carried, 0, scratch, true);
}
