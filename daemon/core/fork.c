#include "daemon/core/fork.h"
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
    c->forks_fresh = true;
    return standing_apply_log(c, &proof->log);
}

err_t fork_proved(struct core *c, const struct log_id *log, uint64_t seq, struct slice one, struct slice other)
{
    struct commit *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    struct buf bare_a, bare_b;
    bool fresh = false, bare = one.len + other.len > PROOF_BODIES_MAX;
    buf_init(&bare_a, LIMIT_COMMIT_BYTES);
    buf_init(&bare_b, LIMIT_COMMIT_BYTES);
    err_t e = a && b ? commit_decode(one, a) : ERR_MEMORY;
    if (!e)
        e = commit_decode(other, b);
    if (!e && bare)
        e = without_bodies(a, &bare_a);
    if (!e && bare)
        e = without_bodies(b, &bare_b);
    if (!e) {
        struct slice first = bare ? buf_slice(&bare_a) : one, second = bare ? buf_slice(&bare_b) : other;
        bool ordered = memcmp(a->id, b->id, HASH_BYTES) < 0;
        struct fork_proof proof = {
            .log = *log, .seq = seq, .a = ordered ? first : second, .b = ordered ? second : first};
        e = put_proof(c, &proof, &fresh);
    }
    buf_fini(&bare_a);
    buf_fini(&bare_b);
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
    if (!e && !authority_site(&c->authority, a->log.site))
        e = ERR_STANDING;
    if (!e)
        e = commit_verify(a, c->authority.alliance);
    if (!e)
        e = commit_verify(b, c->authority.alliance);
    if (!e)
        e = fork_proved(c, &a->log, a->seq, one, other);
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

void fork_tell(struct core *c, struct peer *p)
{
    struct arena arena = {0};
    struct fork_proof *all = NULL;
    size_t n = 0;
    if (forks_all(c->store, &arena, &all, &n))
        n = 0;
    for (size_t i = 0; i < n; i++) {
        struct msg m = {
            .type = MSG_FORK, .fork = {.one = all[i].a, .other = all[i].b}
        };
        sync_send(c, p, &m);
    }
    arena_fini(&arena);
}
