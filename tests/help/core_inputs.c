#include "tests/help/core_inputs.h"

#include "daemon/core/charters.h"
#include "daemon/core/erase.h"
#include "daemon/core/fork.h"
#include "daemon/core/ingest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

size_t tale_below(struct tale *t, size_t n)
{
    return (size_t)op_random_below(&t->r, n);
}

static struct core *core_at(struct tale *t, size_t at)
{
    return t->w->sites[at].core;
}

/* ---- giving one input to a core ---- */

static err_t in_batch(struct core *c, err_t (*take)(struct core *, const struct input *), const struct input *in)
{
    assert_int_equal(batch_begin(c), ERR_OK);
    err_t e = take(c, in);
    assert_true(ingest_survives(e));
    assert_int_equal(batch_end(c), ERR_OK);
    return e;
}

static err_t take_commit(struct core *c, const struct input *in)
{
    struct commit *scratch = malloc(sizeof *scratch);
    assert_non_null(scratch);
    err_t e = ingest_commit(c, buf_slice(&in->bytes), 7, scratch);
    free(scratch);
    return e;
}

static err_t take_fork(struct core *c, const struct input *in)
{
    return fork_take(c, buf_slice(&in->bytes), buf_slice(&in->other));
}

static err_t take_promise(struct core *c, const struct input *in)
{
    return charters_promise(c, buf_slice(&in->bytes));
}

static err_t take_ahead(struct core *c, const struct input *in)
{
    return erase_ahead(c, buf_slice(&in->bytes));
}

static void give_COMMIT(struct tale *t, size_t at, const struct input *in)
{
    in_batch(core_at(t, at), take_commit, in);
}
static void give_FORK(struct tale *t, size_t at, const struct input *in)
{
    in_batch(core_at(t, at), take_fork, in);
}
static void give_CHARTER(struct tale *t, size_t at, const struct input *in)
{
    assert_int_equal(core_charter_give(t->w, at, buf_slice(&in->bytes)), ERR_OK);
}
static void give_ACT(struct tale *t, size_t at, const struct input *in)
{
    assert_int_equal(core_act_give(t->w, at, buf_slice(&in->bytes)), ERR_OK);
}
static void give_PROMISE(struct tale *t, size_t at, const struct input *in)
{
    in_batch(core_at(t, at), take_promise, in);
}
static void give_AHEAD(struct tale *t, size_t at, const struct input *in)
{
    in_batch(core_at(t, at), take_ahead, in);
}
static void (*const gives[])(struct tale *, size_t, const struct input *) = {
#define X(id) [IN_##id] = give_##id,
    INPUTS(X)
#undef X
};

void tale_give(struct tale *t, size_t at, const struct input *in)
{
    gives[in->kind](t, at, in);
}

/* The commit as a relay might carry it that lacks some bodies, or says that they are erased. */
void tale_give_bare(struct tale *t, size_t at, const struct input *in)
{
    struct commit *c = malloc(sizeof *c);
    struct input bare = {.kind = IN_COMMIT};
    assert_non_null(c);
    assert_int_equal(commit_decode(buf_slice(&in->bytes), c), ERR_OK);
    buf_init(&bare.bytes, LIMIT_COMMIT_BYTES);
    commit_write_start(&bare.bytes, c->envelope, c->signature, c->ops_n);
    for (size_t i = 0; i < c->ops_n; i++)
        commit_write_body(&bare.bytes, tale_below(t, 2) ? BODY_MISSING : BODY_ERASED, NULL, slice_text(""));
    give_COMMIT(t, at, &bare);
    buf_fini(&bare.bytes);
    free(c);
}

/* Runs of commits go into one batch. */
size_t tale_give_run(struct tale *t, size_t at, const size_t *order, size_t n)
{
    size_t most = 1 + tale_below(t, 12), i = 0;
    struct core *c = core_at(t, at);
    assert_int_equal(batch_begin(c), ERR_OK);
    for (; i < n && i < most && t->in[order[i]].kind == IN_COMMIT; i++)
        assert_true(ingest_survives(take_commit(c, &t->in[order[i]])));
    assert_int_equal(batch_end(c), ERR_OK);
    return i;
}

/* ---- what there is to give: the first site has it all as it is made ---- */

static void add(struct tale *t, enum input_kind kind, struct buf bytes, struct buf other)
{
    assert_true(t->in_n < INPUTS_MAX);
    t->in[t->in_n] = (struct input){kind, bytes, other};
    gives[kind](t, 0, &t->in[t->in_n++]);
    t->seen->inputs[kind]++;
}

static struct buf copy_of(struct slice bytes)
{
    struct buf out;
    buf_init(&out, LIMIT_COMMIT_BYTES * 2);
    assert_int_equal(buf_add(&out, bytes), ERR_OK);
    return out;
}

static struct buf write_op(struct tale *t, struct author *by, enum op_kind kind)
{
    struct op op;
    struct buf body;
    struct op_author who = {by->a.log.site, by->a.ally};
    buf_init(&body, LIMIT_BODY_BYTES);
    op_random_make(&t->r, kind, who, &op, &body);
    struct buf carried = core_author_op(&by->a, &op, buf_slice(&body));
    op_random_made(&t->r, &op, who, by->a.prev);
    assert_true(by->a.seq <= SEQ_MAX);
    memcpy(by->ids[by->a.seq], by->a.prev, HASH_BYTES);
    t->seen->ops[kind]++;
    buf_fini(&body);
    return carried;
}

static struct author *new_author(struct tale *t, const struct core_author *like, const struct sign_key *key)
{
    assert_true(t->authors_n < TALE_AUTHORS);
    struct author *fresh = &t->authors[t->authors_n++];
    *fresh = (struct author){.a = *like};
    fresh->a.key = *key;
    fresh->a.seq = 0;
    fresh->a.log.incarnation = 900 + t->authors_n;
    memcpy(fresh->a.log.site, key->pub, SITE_BYTES);
    memset(fresh->a.prev, 0, HASH_BYTES);
    return fresh;
}

static struct sign_key new_key(struct tale *t)
{
    uint8_t seed[SEED_BYTES];
    struct sign_key key;
    memset(seed, 100 + (int)t->authors_n, sizeof seed);
    sign_key_from_seed(seed, &key);
    return key;
}

static struct author *some_author(struct tale *t)
{
    struct author *a;
    do
        a = &t->authors[tale_below(t, t->authors_n)];
    while (a->a.seq + 4 > SEQ_MAX);
    return a;
}

static void step_commit(struct tale *t)
{
    static const enum op_kind often[] = {OP_RECORD_PUT, OP_CONCEPT_PUT, OP_CONCEPT_ADOPT, OP_SITE_ERASE,
                                         OP_RECORD_INDEX};
    enum op_kind kind = tale_below(t, 3) ? op_random_kind(tale_below(t, 1000)) : often[tale_below(t, 5)];
    struct buf carried = write_op(t, some_author(t), kind);
    if (kind == OP_SITE_ERASE && tale_below(t, 2))
        add(t, IN_AHEAD, copy_of(buf_slice(&carried)), (struct buf){0});
    add(t, IN_COMMIT, carried, (struct buf){0});
}

/* A second branch, which goes on for a while; the proof comes ahead of the commits, or out of them. */
static void step_fork(struct tale *t)
{
    struct author *a = some_author(t), *branch = malloc(sizeof *branch);
    assert_non_null(branch);
    *branch = *a;
    branch->a.clock += 1 << 20;
    branch->a.bodies += 100;
    /* What a commit did that falls away has to be undone: an erasure above all. */
    static const enum op_kind kinds[] = {OP_SITE_ERASE, OP_SITE_ERASE, OP_SITE_ATTEST, OP_RECORD_PUT};
    struct buf one = write_op(t, a, kinds[tale_below(t, 4)]), other = write_op(t, branch, kinds[tale_below(t, 4)]);
    struct buf proof[] = {copy_of(buf_slice(&one)), copy_of(buf_slice(&other))};
    bool ahead = tale_below(t, 2);
    if (ahead)
        add(t, IN_FORK, proof[0], proof[1]);
    add(t, IN_COMMIT, one, (struct buf){0});
    add(t, IN_COMMIT, other, (struct buf){0});
    if (!ahead) /* whoever finds it out tells the others */
        add(t, IN_FORK, proof[0], proof[1]);
    for (size_t i = tale_below(t, 3); i > 0; i--)
        add(t, IN_COMMIT, write_op(t, branch, op_random_kind(tale_below(t, 1000))), (struct buf){0});
    if (tale_below(t, 2)) /* the author goes on from the other one */
        *a = *branch;
    free(branch);
    t->seen->forks++;
}

static int by_log(const void *a, const void *b)
{
    return log_compare(&((const struct head *)a)->log, &((const struct head *)b)->log);
}

static size_t heads_of(struct tale *t, const uint8_t *ally, struct head *out)
{
    size_t n = 0;
    for (size_t i = 0; i < t->authors_n; i++) {
        const struct author *a = &t->authors[i];
        if ((ally && memcmp(a->a.ally, ally, ALLY_BYTES) != 0) || !a->a.seq || tale_below(t, 4) == 0)
            continue;
        out[n] = (struct head){.log = a->a.log, .seq = 1 + tale_below(t, (size_t)a->a.seq)};
        memcpy(out[n].id, a->ids[out[n].seq], HASH_BYTES);
        n++;
    }
    qsort(out, n, sizeof *out, by_log);
    return n;
}

/* A new kind of act without a row of its own does not compile. */
static struct roster_act make_act(struct tale *t, enum act_kind kind, struct head *heads)
{
    const struct author *of = &t->authors[1 + tale_below(t, t->authors_n - 1)];
    struct roster_act act = {.kind = kind, .heads = heads};
    memcpy(act.ally, of->a.ally, ALLY_BYTES);
    struct sign_key key = new_key(t);
    switch (kind) {
    case ACT_ADMIT:
        act.ally_name = slice_text("Nouveau");
        act.site_name = slice_text("nouveau");
        if (tale_below(t, 2))
            memset(act.ally, 0x70 + (int)t->authors_n, ALLY_BYTES);
        memcpy(act.site, key.pub, SITE_BYTES);
        memcpy(new_author(t, &of->a, &key)->a.ally, act.ally, ALLY_BYTES);
        break;
    case ACT_SUSPEND:
        act.heads_n = heads_of(t, act.ally, heads);
        break;
    case ACT_LIFT:
        break;
    case ACT_REPLACE_KEY:
        act.heads_n = heads_of(t, act.ally, heads);
        memcpy(act.old_site, of->a.log.site, SITE_BYTES);
        memcpy(act.site, key.pub, SITE_BYTES);
        new_author(t, &of->a, &key);
        break;
    case ACT_CHECKPOINT:
        act.heads_n = heads_of(t, NULL, heads);
        break;
    }
    t->seen->acts[kind]++;
    return act;
}

static void step_act(struct tale *t)
{
    static const enum act_kind kinds[] = {ACT_ADMIT, ACT_SUSPEND, ACT_LIFT, ACT_LIFT, ACT_REPLACE_KEY, ACT_CHECKPOINT};
    enum act_kind kind = kinds[tale_below(t, 6)], other = tale_below(t, 2) ? ACT_CHECKPOINT : ACT_LIFT;
    bool makes_key = kind == ACT_ADMIT || kind == ACT_REPLACE_KEY;
    struct head heads[TALE_AUTHORS], others[TALE_AUTHORS];
    if (makes_key && t->authors_n + 2 > TALE_AUTHORS)
        kind = ACT_SUSPEND;
    struct buf act = core_act(t->w, 0, make_act(t, kind, heads));
    if (tale_below(t, 4) == 0) /* a sibling: one of them is void */
        add(t, IN_ACT, core_act(t->w, 0, make_act(t, other, others)), (struct buf){0});
    add(t, IN_ACT, act, (struct buf){0});
}

/* ---- charters ---- */

struct change {
    struct tale *t;
    const uint8_t *gone; /* an ally that leaves, or is expelled, up to these */
    bool leaves;
    const struct head *cuts;
    size_t cuts_n;
};

static void change_charter(struct charter *c, void *ctx)
{
    const struct change *x = ctx;
    struct charter_ally *allies = (struct charter_ally *)(uintptr_t)c->allies;
    struct charter_role *roles = (struct charter_role *)(uintptr_t)c->roles;
    struct charter_rule *rules = (struct charter_rule *)(uintptr_t)c->rules;
    size_t kept = 0;
    for (size_t i = 0; i < c->rules_n; i++)
        if (rules[i].rule == RULE_ADOPT_ALLIES)
            rules[i].value = tale_below(x->t, 3);
        else if (rules[i].rule == RULE_ADOPT_BY_USE)
            rules[i].value = tale_below(x->t, 4) > 0;
    if (c->roles_n && tale_below(x->t, 3) == 0)
        memcpy(roles[0].ally, allies[tale_below(x->t, 2)].id, ALLY_BYTES);
    for (size_t i = 0; i < c->allies_n; i++)
        if (tale_below(x->t, 2) && memcmp(allies[i].id, x->t->authors[0].a.ally, ALLY_BYTES) != 0)
            allies[i].heir = slice_of(x->t->authors[0].a.ally, ALLY_BYTES);
    for (size_t i = 0; i < c->allies_n; i++) {
        bool goes = x->gone && memcmp(allies[i].id, x->gone, ALLY_BYTES) == 0, leaves = goes && x->leaves;
        if (leaves)
            allies[i].sites_n = 0;
        if (!goes || leaves)
            allies[kept++] = allies[i];
    }
    c->allies_n = kept;
    c->cuts = x->cuts;
    c->cuts_n = x->cuts_n;
}

/* The same charter with some of its signatures. */
static struct buf with_signatures(const struct charter *c, size_t from, size_t n)
{
    struct buf out;
    buf_init(&out, LIMIT_CHARTER_BYTES);
    charter_encode(&out, c->body, c->signatures + from, n, slice_text(""));
    assert_int_equal(out.err, ERR_OK);
    return out;
}

static void promise_not(struct tale *t, const struct charter *c)
{
    const struct sign_key *key = &core_at(t, tale_below(t, TALE_SITES))->own[0].key;
    struct buf body, out;
    uint8_t signature[SIGNATURE_BYTES];
    buf_init(&body, 256);
    buf_init(&out, PROMISE_MAX_BYTES);
    promise_encode_body(&body, c->id, key->pub);
    assert_int_equal(sign_make(key, DOMAIN_PROMISE, buf_slice(&body), signature), ERR_OK);
    promise_encode(&out, buf_slice(&body), signature);
    buf_fini(&body);
    add(t, IN_PROMISE, out, (struct buf){0});
}

static void step_charter(struct tale *t, const uint8_t *gone)
{
    struct head heads[TALE_AUTHORS], cuts[TALE_AUTHORS];
    struct change x = {.t = t, .gone = gone, .leaves = tale_below(t, 2), .cuts = cuts};
    struct arena arena = {0};
    struct charter next, rival;
    size_t n = heads_of(t, NULL, heads), some = 1 + tale_below(t, TALE_SITES - 1);
    uint64_t before = core_at(t, 0)->authority.charter_number;
    x.cuts_n = gone ? heads_of(t, gone, cuts) : 0;
    struct buf whole = core_charter(t->w, 0, heads, n, change_charter, &x);
    x.gone = NULL;
    x.cuts_n = 0;
    struct buf other = core_charter(t->w, 0, heads, n, change_charter, &x);
    assert_int_equal(charter_decode(buf_slice(&whole), &arena, &next), ERR_OK);
    assert_int_equal(charter_decode(buf_slice(&other), &arena, &rival), ERR_OK);
    if (memcmp(next.id, rival.id, HASH_BYTES) != 0) { /* never complete */
        add(t, IN_CHARTER, with_signatures(&rival, tale_below(t, TALE_SITES), 1), (struct buf){0});
        promise_not(t, &rival);
    }
    add(t, IN_CHARTER, with_signatures(&next, 0, some), (struct buf){0});
    add(t, IN_CHARTER, with_signatures(&next, some, next.signatures_n - some), (struct buf){0});
    t->seen->charters += core_at(t, 0)->authority.charter_number > before;
    buf_fini(&whole);
    buf_fini(&other);
    arena_fini(&arena);
}

/* ---- one tale ---- */

static void begin(struct tale *t)
{
    for (size_t i = 0; i < TALE_SITES; i++)
        world_stop(t->w, i);
    for (size_t i = 0; i < TALE_SITES; i++) {
        world_copy(t->w, i, t->base[i]);
        world_open(t->w, i);
    }
    for (size_t i = 0; i < 2 * TALE_SITES; i++) {
        struct core_author a;
        core_author_init(&a, t->w, i % TALE_SITES, 1);
        new_author(t, &a, &a.key);
        memcpy(t->r.ally[i % TALE_SITES], a.ally, ALLY_BYTES);
    }
    t->r.ally_n = TALE_SITES;
}

static void tell(struct tale *t, size_t steps)
{
    for (size_t step = 0; step < steps; step++) {
        size_t what = tale_below(t, 100);
        if (what < 5)
            step_fork(t);
        else if (what < 15)
            step_act(t);
        else if (what < 19)
            step_charter(t, NULL);
        else
            step_commit(t);
    }
    step_charter(t, tale_below(t, 2) ? t->authors[3].a.ally : NULL);
    /* Nothing is replayed after the last charter: what a fork takes back is not made anew. */
    for (size_t step = 0; step < steps / 5; step++)
        if (step % 3)
            step_commit(t);
        else
            step_fork(t);
}

struct tale *tale_new(uint64_t seed, size_t steps, struct tale_figures *seen)
{
    struct tale *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->w = world_alliance(seed, TALE_SITES);
    t->r.random = seed * 77 + 1;
    t->seen = seen;
    begin(t);
    tell(t, steps);
    return t;
}

void tale_free(struct tale *t)
{
    for (size_t i = 0; i < t->in_n; i++) {
        buf_fini(&t->in[i].bytes);
        buf_fini(&t->in[i].other);
    }
    arena_fini(&t->r.arena);
    world_free(t->w);
    free(t);
}
