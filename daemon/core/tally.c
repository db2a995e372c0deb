#include "daemon/core/tally.h"

#include "daemon/core/refold.h"
#include "daemon/core/use.h"
#include "daemon/ledger/facts.h"
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

static struct fact_row row_of(const struct fact *f)
{
    struct fact_row row = {.kind = f->kind,
                           .term = f->term,
                           .type = f->type,
                           .entity = f->entity,
                           .dot = f->op.dot,
                           .log = f->op.log,
                           .seq = f->op.seq,
                           .clock = f->op.clock,
                           .target = f->target,
                           .sort = f->sort,
                           .amount = f->amount,
                           .data = f->data,
                           .made = f->made};
    memcpy(row.ally, f->ally, ALLY_BYTES);
    memcpy(row.other, f->other, ALLY_BYTES);
    return row;
}

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
        .op = {.dot = row.dot, .log = {.incarnation = row.incarnation}, .seq = row.seq, .clock = row.clock}
    };
    memcpy(out->op.log.site, row.site, SITE_BYTES);
    memcpy(out->ally, row.ally, ALLY_BYTES);
    return ERR_OK;
}

static err_t rows_now(struct core *c, const struct tally_entity *of, const struct fact *known, size_t known_n,
                      struct fact_row **out, size_t *n)
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
    struct fact *facts = NULL;
    err_t e = facts_make(&source, &c->scratch, &facts, n);
    *out = e ? NULL : arena_alloc(&c->scratch, *n + 1, sizeof **out);
    for (size_t i = 0; *out && i < *n; i++)
        (*out)[i] = row_of(&facts[i]);
    return e ? e : *out ? ERR_OK : ERR_MEMORY;
}

err_t tally_note(struct core *c, const struct tally_entity *of)
{
    struct fact_row *was = NULL, *rows = NULL;
    size_t was_n = 0, n = 0;
    err_t e = replica_facts_known(c->store, of->type, of->entity, &c->scratch, &was, &was_n);
    struct fact *known = e ? NULL : arena_alloc(&c->scratch, was_n + 1, sizeof *known);
    for (size_t i = 0; known && i < was_n; i++)
        known[i] = facts_from(&was[i]);
    if (!e && !known)
        e = ERR_MEMORY;
    if (!e && of->n)
        e = rows_now(c, of, known, was_n, &rows, &n);
    return e ? e : replica_put_facts(c->store, was, was_n, rows, n, &c->scratch);
}
