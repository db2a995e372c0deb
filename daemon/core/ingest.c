#include "daemon/core/ingest.h"
#include "daemon/core/own.h"
#include "daemon/core/refold.h"
#include "daemon/core/sync.h"
#include <stdlib.h>

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
    own_forget(c);
}

err_t batch_fold(struct core *c)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < c->batch.touched_n && !e; i++)
        e = refold_entity(c, c->batch.touched[i].type, c->batch.touched[i].id);
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
    return ERR_OK;
}

err_t batch_end(struct core *c)
{
    err_t e = batch_fold(c);
    if (!e)
        e = own_seal(c);
    if (!e)
        e = commit_batch(c);
    if (e) {
        batch_abort(c);
        return e;
    }
    own_guard(c);
    if (c->batch.grown_n || c->batch.touched_n) {
        c->digests_known = false;
        c->changed = core_mono(c);
        c->change_told = false;
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
    return e ? e : note_grown(c, commit, from_link);
}

/* The log ends here: nothing of it that comes later can follow. Said once. */
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

/* The same place was already taken: by the same commit (fine), or by another (a fork, if it is validly signed). */
static err_t compare_known(struct core *c, const struct commit *commit, const struct log_head *head)
{
    struct commit *known = arena_alloc(&c->scratch, 1, sizeof *known);
    if (!known)
        return ERR_MEMORY;
    err_t e = oplog_get(c->store, &commit->log, commit->seq, &c->scratch, known);
    if (e)
        return e;
    if (memcmp(known->id, commit->id, HASH_BYTES) == 0)
        return ERR_OK;
    e = commit_verify(commit, c->authority.alliance);
    return e ? e : hold(c, commit, head, ERR_FORK);
}

/* A body that does not match, or a claim of erasure that nobody authorised, is a hole: other peers are asked. */
static void look_at_bodies(struct core *c, struct commit *commit, uint64_t from_link)
{
    for (size_t i = 0; i < commit->ops_n; i++) {
        struct commit_op *op = &commit->ops[i];
        if (op->state == BODY_PRESENT && commit_check_body(op) == ERR_OK)
            continue;
        char site[SHORT_LEN + 1];
        core_note(c, JOURNAL_WARN, "body.hole", "site=%s seq=%llu op=%zu link=%llx state=%s",
                  core_short(slice_of(commit->log.site, SITE_BYTES), site), (unsigned long long)commit->seq, i,
                  (unsigned long long)from_link, op->state == BODY_PRESENT ? "mismatch" : "absent");
        op->state = BODY_MISSING;
    }
}

/* Holes we have may be filled by the bodies another peer gives with the same commit. */
static err_t fill_holes(struct core *c, const struct commit *commit)
{
    return refold_fill(c, commit);
}

err_t ingest_commit(struct core *c, struct slice carried, uint64_t from_link, struct commit *commit)
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
    if (commit->seq <= head.seq) {
        e = compare_known(c, commit, &head);
        return e ? e : fill_holes(c, commit);
    }
    if (head.held)
        return head.held;
    e = commit_verify(commit, c->authority.alliance);
    if (e)
        return e;
    if (commit->seq > head.seq + 1)
        return ERR_GAP;
    if (memcmp(commit->prev, head.id, HASH_BYTES) != 0)
        return hold(c, commit, &head, ERR_CHAIN);
    if (commit->clock <= head.clock)
        return hold(c, commit, &head, ERR_CLOCK);
    look_at_bodies(c, commit, from_link);
    own_saw(c, commit);
    return ingest_store(c, commit, from_link);
}
