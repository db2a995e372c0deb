#include "daemon/core/tally.h"

#include "daemon/core/refold.h"
#include "daemon/core/use.h"
#include "daemon/ledger/facts_pack.h"
#include "daemon/read/facts.h"

#include <stdlib.h>

err_t tally_ready(struct tallying *t, const struct authority *a)
{
    struct tallying fresh = {.arena = {NULL}};
    err_t e = years_build(a, &fresh.arena, &fresh.years);
    if (!e)
        e = days_build(a, NULL, NULL, &fresh.arena, &fresh.days);
    if (e) {
        arena_fini(&fresh.arena);
        return e;
    }
    /* At the start nobody knows by what the facts in the store were told. */
    fresh.moved = t->years.authority ? days_moved(&t->days, &fresh.days) : 0;
    if (t->years.authority && t->moved < fresh.moved)
        fresh.moved = t->moved;
    tally_end(t);
    *t = fresh;
    return ERR_OK;
}

void tally_end(struct tallying *t)
{
    arena_fini(&t->arena);
    *t = (struct tallying){.arena = {NULL}};
}

/* ---- after an act ---- */

static err_t touch_commit(struct core *c, const struct log_id *log, uint64_t seq, struct commit *commit)
{
    struct arena arena = {0};
    err_t e = oplog_get(c->store, log, seq, &arena, commit);
    for (size_t i = 0; i < commit->ops_n && !e; i++)
        e = refold_touch_op(c, &commit->ops[i]);
    arena_fini(&arena);
    return e;
}

/* Spans rise along a log. */
static err_t touch_log(struct core *c, const struct log_head *head, struct commit *commit)
{
    err_t e = ERR_OK;
    for (uint64_t seq = head->seq; seq && !e && days_span(&c->tally.days, &head->log, seq) >= c->tally.moved; seq--)
        e = touch_commit(c, &head->log, seq, commit);
    return e;
}

static err_t touch_moved(struct core *c)
{
    struct arena arena = {0};
    struct log_head *heads = NULL;
    size_t n = 0;
    struct commit *commit = malloc(sizeof *commit);
    err_t e = commit ? oplog_heads(c->store, &arena, &heads, &n) : ERR_MEMORY;
    for (size_t i = 0; i < n && !e; i++)
        e = touch_log(c, &heads[i], commit);
    free(commit);
    arena_fini(&arena);
    return e;
}

err_t tally_after_acts(struct core *c)
{
    err_t e = c->tally.moved == SIZE_MAX ? ERR_OK : touch_moved(c);
    for (size_t i = 0; i < c->authority.sites_n && !e; i++)
        e = refold_touch(c, ENTITY_SITE, slice_of(c->authority.sites[i].id, SITE_BYTES));
    return e;
}

/* ---- facts ---- */

struct asked { /* about the uses of a concept */
    struct core *core;
    struct slice concept_id;
};

static err_t first_use(void *ctx, const struct fold_op *proposer, unsigned term, struct facts_use *out)
{
    const struct asked *a = ctx;
    struct use_row row;
    err_t e = use_first(a->core, a->concept_id, proposer, term, &row);
    if (e)
        return e;
    *out = (struct facts_use){
        .op = {.dot = row.dot, .log = {.incarnation = row.incarnation}, .seq = row.seq, .clock = row.clock},
        .term = row.term
    };
    memcpy(out->op.log.site, row.site, SITE_BYTES);
    memcpy(out->ally, row.ally, ALLY_BYTES);
    return ERR_OK;
}

static err_t facts_now(struct core *c, const struct tally_entity *of, const struct fact *known, size_t known_n,
                       struct fact **out, size_t *n)
{
    struct asked about = {c, of->entity};
    struct facts_source source = {.years = &c->tally.years,
                                  .days = &c->tally.days,
                                  .type = of->type,
                                  .entity = of->entity,
                                  .ops = of->ops,
                                  .n = of->n,
                                  .canon = of->canon,
                                  .view = of->view,
                                  .first_use = first_use,
                                  .ctx = &about,
                                  .known = known,
                                  .known_n = known_n};
    return facts_make(&source, &c->scratch, out, n);
}

static int by_fact(const void *a, const void *b)
{
    return fact_compare(a, b);
}

/* One for each term, which is what facts are ordered by first. */
static err_t rows_of(struct core *c, const struct tally_entity *of, struct fact *facts, size_t n,
                     struct facts_row **out, size_t *out_n)
{
    struct buf packed;
    struct facts_row *rows = arena_alloc(&c->scratch, n, sizeof *rows);
    size_t rows_n = 0;
    err_t e = rows ? ERR_OK : ERR_MEMORY;
    buf_init(&packed, FOLD_CANON_MAX);
    if (n)
        qsort(facts, n, sizeof *facts, by_fact);
    for (size_t i = 0, end; i < n && !e; i = end) {
        for (end = i + 1; end < n && facts[end].term == facts[i].term;)
            end++;
        struct facts_row *row = &rows[rows_n++];
        *row = (struct facts_row){.type = of->type, .entity = of->entity, .term = facts[i].term};
        buf_clear(&packed);
        facts_pack(&facts[i], end - i, &packed);
        e = packed.err ? packed.err : arena_copy(&c->scratch, buf_slice(&packed), &row->facts);
    }
    buf_fini(&packed);
    *out = rows;
    *out_n = rows_n;
    return e;
}

err_t tally_note(struct core *c, const struct tally_entity *of)
{
    struct facts_row *was = NULL, *rows = NULL;
    struct fact *known = NULL, *facts = NULL;
    size_t was_n = 0, known_n = 0, n = 0, rows_n = 0;
    err_t e = replica_facts_of(c->store, of->type, of->entity, &c->scratch, &was, &was_n);
    if (!e && of->n)
        e = facts_from(was, was_n, &c->scratch, &known, &known_n);
    if (!e && of->n)
        e = facts_now(c, of, known, known_n, &facts, &n);
    if (!e)
        e = rows_of(c, of, facts, n, &rows, &rows_n);
    return e ? e : replica_put_facts(c->store, was, was_n, rows, rows_n);
}
