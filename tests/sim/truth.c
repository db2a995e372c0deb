#include "tests/sim/truth.h"

#include "daemon/commons/view.h"
#include "daemon/core/erase.h"
#include "daemon/core/standing.h"
#include "daemon/read/judge.h"
#include "daemon/store/aside.h"
#include "daemon/store/local.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define GUARD_DIFFERS 2 /* PROTOCOL.md §5: why log.open opened an incarnation */

/* ---- forks ---- */

/* Of two that had one key, one may have another by now. */
static size_t machines_of(const struct sim *s, const uint8_t site[SITE_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < s->w->sites_n; i++)
        n += !s->sites[i].played && core_was_own(s->w->sites[i].core, site);
    return n;
}

/* Only whoever lies forks, and a key that two machines have. */
static void check_forks(const struct sim *s, struct core *c, const char *name)
{
    struct arena arena = {0};
    struct fork_proof *all = NULL;
    size_t n = 0;
    assert_int_equal(forks_all(c->store, &arena, &all, &n), ERR_OK);
    for (size_t i = 0; i < n; i++)
        if (machines_of(s, all[i].log.site) == 1)
            fail_msg("%s holds a proof that an honest site forked its log", name);
    arena_fini(&arena);
}

/* ---- logs ---- */

/* A process that died and came back goes on where it was. */
static void check_opening(const struct sim *s, const struct commit *commit, const char *name)
{
    uint64_t kind = 0;
    struct slice entity;
    const struct commit_op *op = &commit->ops[0];
    if (s->plan.faults & (SIM_CLOCKS | SIM_RESTORES | SIM_CLONES | SIM_STANDING | SIM_BACKUPS | SIM_FLIPS) ||
        commit->seq != 1 || machines_of(s, commit->log.site) != 1 || op_peek(op->header, &kind, &entity) ||
        kind != OP_LOG_OPEN || op->state != BODY_PRESENT)
        return;
    if (op->body.at[op->body.len - 1] == GUARD_DIFFERS)
        fail_msg("%s holds an incarnation that nothing made necessary", name);
}

static void check_erased(struct core *c, const struct commit *commit, const char *name)
{
    for (size_t i = 0; i < commit->ops_n; i++) {
        struct dot dot = dot_of(commit->id, i);
        if (commit->ops[i].state == BODY_ERASED && !erase_is_due(c, &dot, commit->log.site))
            fail_msg("%s has erased what nobody asked to be erased", name);
    }
}

static void check_commits(const struct sim *s, struct core *c, const char *name)
{
    struct arena arena = {0};
    struct commit *commit = malloc(sizeof *commit);
    assert_non_null(commit);
    for (int64_t row = 0; oplog_next_row(c->store, row, &row) == ERR_OK;) {
        arena_clear(&arena);
        assert_int_equal(oplog_get_row(c->store, row, &arena, commit), ERR_OK);
        check_opening(s, commit, name);
        check_erased(c, commit, name);
    }
    free(commit);
    arena_fini(&arena);
}

/* What a checkpoint names counts, whatever was proved about the log; where nobody has it any more, nothing counts in its place. */
static void check_fixed(const struct sim *s, struct core *c, const char *name)
{
    size_t n = 0;
    const struct head *heads = authority_checkpoints(&c->authority, &n);
    for (size_t i = 0; i < n; i++) {
        int64_t row;
        struct log_head head = {.seq = 0};
        if (!heads[i].seq || heads[i].seq > authority_limit(&c->authority, &heads[i].log) ||
            oplog_by_dot(c->store, heads[i].id, &row) == ERR_OK)
            continue;
        if (!check_is_lost(s, heads[i].id))
            fail_msg("%s lacks a commit that a checkpoint names", name);
        if (oplog_head(c->store, &heads[i].log, &head) == ERR_OK && head.seq >= heads[i].seq)
            fail_msg("%s counts another commit than the one that a checkpoint names", name);
    }
}

/* Below a checkpoint a log waits where its branches part, and before the commit that is named. */
static bool may_wait(struct core *c, const struct log_head *head)
{
    const struct head *named = authority_checkpoint(&c->authority, &head->log);
    uint64_t fork = 0;
    if (!named || head->seq >= named->seq)
        return false;
    return head->seq + 1 == named->seq ||
           (forks_lowest(c->store, &head->log, 0, &fork) == ERR_OK && fork <= head->seq + 1);
}

/* Nothing that counts waits aside. */
static void check_taken_back(struct core *c, const char *name)
{
    struct arena arena = {0};
    struct log_head *heads = NULL;
    size_t n = 0;
    assert_int_equal(oplog_heads(c->store, &arena, &heads, &n), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        struct slice carried;
        uint64_t limit = 0;
        err_t why = ERR_OK;
        assert_int_equal(standing_limit(c, &heads[i].log, &limit, &why), ERR_OK);
        if (heads[i].seq < limit && !may_wait(c, &heads[i]) &&
            aside_next(c->store, &heads[i].log, heads[i].seq + 1, heads[i].id, &arena, &carried) == ERR_OK)
            fail_msg("%s has set aside what counts", name);
    }
    arena_fini(&arena);
}

/* ---- folds ---- */

struct told { /* an op that counts */
    struct op op;
    struct dot dot;
    bool there; /* its values are */
};

static bool reads(const struct replica_op *in, struct slice entity, const struct fold_op *as, struct arena *arena,
                  struct told *out)
{
    struct slice *values = NULL;
    size_t n = 0;
    bool writes = in->kind == OP_RECORD_PUT || in->kind == OP_CONCEPT_PUT || in->kind == OP_MEANS_DECLARE;
    if (!writes || in->state == BODY_MISSING || !fold_counts(as, entity) ||
        op_decode(in->header, in->dot.commit, arena, &out->op))
        return false;
    out->dot = in->dot;
    out->there = in->state == BODY_PRESENT;
    return !out->there || op_decode_body(&out->op, in->body, arena, &values, &n) == ERR_OK;
}

static bool names(const struct told *by, const struct op_write *key, const struct dot *dot)
{
    for (size_t i = 0; i < by->op.writes_n; i++)
        for (size_t d = 0; op_write_compare(&by->op.writes[i], key) == 0 && d < by->op.writes[i].replaces_n; d++)
            if (dot_compare(&by->op.writes[i].replaces[d], dot) == 0)
                return true;
    return false;
}

static bool shows(const struct view *v, const struct op_write *key, const struct dot *dot)
{
    const struct view_key *k = view_field(v, key->field, key->lang);
    for (size_t i = 0; k && i < k->values_n; i++)
        if (dot_compare(&k->values[i].dot, dot) == 0)
            return true;
    return false;
}

/* A value stays until a write names it; what the owner of a record has named is gone, whichever came first. */
static void check_values(const struct told *told, size_t n, size_t i, const struct view *v, const char *name)
{
    for (size_t k = 0; k < told[i].op.writes_n; k++) {
        const struct op_write *w = &told[i].op.writes[k];
        bool named = false, live = shows(v, w, &told[i].dot);
        for (size_t by = 0; by < n; by++)
            named |= by != i && names(&told[by], w, &told[i].dot);
        if (!live && !named)
            fail_msg("%s does not show a value that nobody replaced", name);
        if (live && named && v->type != ENTITY_CONCEPT)
            fail_msg("%s shows a value that its author has replaced", name);
    }
}

static void check_entity(struct core *c, enum entity_type type, struct slice entity, struct slice canon,
                         const char *name)
{
    struct arena arena = {0};
    struct replica_op *ops = NULL;
    struct view view;
    size_t n = 0, told_n = 0;
    assert_int_equal(view_read(canon, &arena, &view), ERR_OK);
    assert_int_equal(replica_ops(c->store, type, entity, &arena, &ops, &n), ERR_OK);
    struct told *told = arena_alloc(&arena, n + 1, sizeof *told);
    assert_non_null(told);
    for (size_t i = 0; i < n; i++) {
        struct fold_op as;
        judge_op(&c->authority, &ops[i], type, entity, &as);
        told_n += reads(&ops[i], entity, &as, &arena, &told[told_n]);
    }
    for (size_t i = 0; i < told_n; i++)
        if (told[i].there)
            check_values(told, told_n, i, &view, name);
    arena_fini(&arena);
}

static void check_folds(struct core *c, const char *name)
{
    enum entity_type type = ENTITY_NONE;
    uint8_t id[SITE_BYTES];
    struct slice entity = slice_text(""), canon;
    struct arena arena = {0};
    while (replica_next(c->store, &type, &entity, &arena, &canon) == ERR_OK) {
        if (type != ENTITY_SITE)
            check_entity(c, type, entity, canon, name);
        memcpy(id, entity.at, entity.len);
        entity.at = id;
        arena_clear(&arena);
    }
    arena_fini(&arena);
}

void truth_check(struct sim *s, size_t at)
{
    struct core *c = s->w->sites[at].core;
    const char *name = s->w->sites[at].name;
    check_forks(s, c, name);
    check_commits(s, c, name);
    check_fixed(s, c, name);
    check_taken_back(c, name);
    check_folds(c, name);
}

/* ---- copies ---- */

static uint64_t copied(const struct sim *s, size_t at, const struct log_id *log)
{
    uint64_t most = 0;
    for (size_t i = 0; i < s->w->sites_n; i++) {
        struct log_head head;
        if (i != at && oplog_head(s->w->sites[i].core->store, log, &head) == ERR_OK && head.seq > most)
            most = head.seq;
    }
    return most;
}

static void check_copies_of(const struct sim *s, size_t at)
{
    struct core *c = s->w->sites[at].core;
    const uint8_t *site = core_own(c)->key.pub;
    struct arena arena = {0};
    struct log_head *heads = NULL;
    size_t n = 0;
    uint64_t said = 0, alone = 0;
    assert_int_equal(oplog_heads(c->store, &arena, &heads, &n), ERR_OK);
    assert_int_equal(local_unheld(c->store, site, &said), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        uint64_t most = copied(s, at, &heads[i].log);
        if (memcmp(heads[i].log.site, site, SITE_BYTES) == 0 && most < heads[i].seq)
            alone += heads[i].seq - most;
    }
    arena_fini(&arena);
    if (said < alone)
        fail_msg("%s takes %llu commits for copied that nobody else has", s->w->sites[at].name,
                 (unsigned long long)(alone - said));
}

void truth_check_copies(struct sim *s)
{
    if (s->plan.faults & (SIM_RESTORES | SIM_CLONES | SIM_HOSTILE | SIM_STANDING | SIM_BACKUPS | SIM_FLIPS))
        return;
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (!s->w->sites[i].core || s->sites[i].disk->frozen)
            return;
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (!s->sites[i].faulty)
            check_copies_of(s, i);
}
