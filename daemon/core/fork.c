#include "daemon/core/fork.h"
#include "daemon/core/erase.h"
#include "daemon/core/flood.h"
#include "daemon/core/standing.h"
#include "daemon/core/sync.h"
#include "daemon/store/aside.h"
#include "protocol/wire/wr.h"
#include <stdlib.h>

#define PROOF_BODIES_MAX (900u * 1024) /* both with their bodies in one message, or both without */

/* A commit as a proof needs it: bodies are no part of what was signed. */
static err_t without_bodies(const struct commit *commit, struct buf *out)
{
    commit_write_start(out, commit->envelope, commit->signature, commit->ops_n);
    for (size_t i = 0; i < commit->ops_n; i++)
        commit_write_body(out, BODY_MISSING, NULL, slice_text(""));
    return out->err;
}

static err_t put_proof(struct core *c, const struct fork_proof *proof, bool *fresh)
{
    err_t e = forks_put(c->store, proof, fresh);
    if (e || !*fresh)
        return e;
    char site[SHORT_LEN + 1];
    core_note(c, JOURNAL_ERROR, "fork.proved", "site=%s incarnation=%llu seq=%llu",
              core_short(slice_of(proof->log.site, SITE_BYTES), site), (unsigned long long)proof->log.incarnation,
              (unsigned long long)proof->seq);
    void *array = c->fresh_forks;
    e = core_grow(&array, c->fresh_forks_n, &c->fresh_forks_room, sizeof *c->fresh_forks);
    c->fresh_forks = array;
    if (!e)
        c->fresh_forks[c->fresh_forks_n++] = (struct place){proof->log, proof->seq};
    return e;
}

/* Both can be shown, and a checkpoint may name either: what the log does not hold stands aside. */
static err_t keep_aside(struct core *c, const struct commit *commit, struct slice carried)
{
    int64_t row = 0;
    err_t e = oplog_by_dot(c->store, commit->id, &row);
    return e == ERR_NOT_FOUND ? aside_put(c->store, commit, carried, ERR_FORK) : e;
}

/* Ours has been looked at; bodies of another's proof are taken as any others: what does not match, or is to be erased, stays outside. */
static err_t clean(struct core *c, struct slice carried, struct commit *commit, struct buf *out)
{
    err_t e = commit_decode(carried, commit);
    if (e)
        return e;
    erase_filter(c, commit);
    return erase_carry(commit, out);
}

static err_t keep(struct core *c, struct slice one, struct slice other, struct commit *a, struct commit *b)
{
    struct buf bare_a, bare_b;
    bool fresh = false, bare = one.len + other.len > PROOF_BODIES_MAX;
    buf_init(&bare_a, LIMIT_COMMIT_BYTES);
    buf_init(&bare_b, LIMIT_COMMIT_BYTES);
    err_t e = bare ? without_bodies(a, &bare_a) : ERR_OK;
    if (!e && bare)
        e = without_bodies(b, &bare_b);
    struct slice first = bare ? buf_slice(&bare_a) : one, second = bare ? buf_slice(&bare_b) : other;
    bool ordered = memcmp(a->id, b->id, HASH_BYTES) < 0;
    struct fork_proof proof = {
        .log = a->log, .seq = a->seq, .a = ordered ? first : second, .b = ordered ? second : first};
    if (!e)
        e = put_proof(c, &proof, &fresh);
    buf_fini(&bare_a);
    buf_fini(&bare_b);
    /* What we hold goes aside with all its bodies before the other's copy of it could. */
    if (!e && fresh)
        e = standing_apply_log(c, &a->log);
    if (!e && fresh)
        e = keep_aside(c, a, one);
    if (!e && fresh)
        e = keep_aside(c, b, other);
    return e || !fresh ? e : standing_apply_log(c, &a->log);
}

err_t fork_proved(struct core *c, struct slice one, struct slice other)
{
    struct commit *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    struct buf clean_a, clean_b;
    bool may = false;
    buf_init(&clean_a, LIMIT_COMMIT_BYTES * 2);
    buf_init(&clean_b, LIMIT_COMMIT_BYTES * 2);
    err_t e = a && b ? clean(c, one, a, &clean_a) : ERR_MEMORY;
    if (!e)
        e = clean(c, other, b, &clean_b);
    if (!e)
        e = flood_fork(c, &a->log, a->seq, &may);
    if (!e && may)
        e = keep(c, buf_slice(&clean_a), buf_slice(&clean_b), a, b);
    buf_fini(&clean_a);
    buf_fini(&clean_b);
    free(a);
    free(b);
    return e;
}

static bool is_proof(const struct commit *a, const struct commit *b)
{
    return log_compare(&a->log, &b->log) == 0 && a->seq == b->seq && memcmp(a->prev, b->prev, HASH_BYTES) == 0 &&
           memcmp(a->id, b->id, HASH_BYTES) != 0;
}

err_t fork_take(struct core *c, struct slice one, struct slice other)
{
    struct commit *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    err_t e = a && b ? commit_decode(one, a) : ERR_MEMORY;
    if (!e)
        e = commit_decode(other, b);
    if (!e && !is_proof(a, b))
        e = ERR_CHAIN;
    /* Of a site not named here yet: it comes again when both know the same charter. */
    bool known = !e && authority_site(&c->authority, a->log.site);
    if (known)
        e = commit_verify(a, c->authority.alliance);
    if (known && !e)
        e = commit_verify(b, c->authority.alliance);
    if (known && !e)
        e = fork_proved(c, one, other);
    free(a);
    free(b);
    return e;
}

err_t fork_inputs(struct core *c, struct buf *out)
{
    struct arena arena = {0};
    struct fork_proof *all = NULL;
    size_t all_n = 0;
    const struct log_id *last = NULL;
    err_t e = forks_all(c->store, &arena, &all, &all_n);
    for (size_t i = 0; i < all_n && !e; i++) {
        const struct head *named = authority_checkpoint(&c->authority, &all[i].log);
        bool counts = authority_site(&c->authority, all[i].log.site) && all[i].seq > (named ? named->seq : 0);
        /* Ascending by log and seq: the first that counts is the lowest. */
        if (!counts || (last && log_compare(last, &all[i].log) == 0))
            continue;
        last = &all[i].log;
        wr_array(out, 3);
        wr_bin(out, slice_of(all[i].log.site, SITE_BYTES));
        wr_uint(out, all[i].log.incarnation);
        wr_uint(out, all[i].seq);
    }
    arena_fini(&arena);
    return e ? e : out->err;
}

static void tell(struct core *c, const struct outlet *to, const struct fork_proof *proof)
{
    struct msg m = {
        .type = MSG_FORK, .fork = {.one = proof->a, .other = proof->b}
    };
    to->say(c, to->to, &m);
}

void fork_tell(struct core *c, const struct outlet *to)
{
    struct arena arena = {0};
    struct fork_proof *all = NULL;
    size_t n = 0;
    if (forks_all(c->store, &arena, &all, &n))
        n = 0;
    for (size_t i = 0; i < n; i++)
        tell(c, to, &all[i]);
    arena_fini(&arena);
}

void fork_publish(struct core *c)
{
    struct arena arena = {0};
    struct fork_proof *all = NULL;
    size_t n = 0;
    if (c->fresh_forks_n && forks_all(c->store, &arena, &all, &n))
        n = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < c->fresh_forks_n; k++)
            if (all[i].seq == c->fresh_forks[k].seq && log_compare(&all[i].log, &c->fresh_forks[k].log) == 0)
                for (size_t p = 0; p < c->peers_n; p++)
                    if (c->peers[p].member && c->peers[p].state >= SESSION_DIFF)
                        tell(c, &(struct outlet){sync_say, &c->peers[p]}, &all[i]);
    c->fresh_forks_n = 0;
    arena_fini(&arena);
}
