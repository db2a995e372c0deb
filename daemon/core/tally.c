#include "daemon/core/tally.h"

#include "daemon/ledger/facts.h"
#include "daemon/store/replica_facts.h"

err_t tally_ready(struct tallying *t, const struct authority *a)
{
    struct tallying fresh = {.arena = {NULL}};
    err_t e = years_build(a, &fresh.arena, &fresh.years);
    if (!e)
        e = days_build(a, NULL, NULL, &fresh.arena, &fresh.days);
    tally_end(e ? &fresh : t);
    if (!e)
        *t = fresh;
    return e;
}

void tally_end(struct tallying *t)
{
    arena_fini(&t->arena);
    *t = (struct tallying){.arena = {NULL}};
}

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
                           .data = f->data};
    memcpy(row.ally, f->ally, ALLY_BYTES);
    memcpy(row.other, f->other, ALLY_BYTES);
    return row;
}

static err_t rows_now(struct core *c, const struct tally_entity *of, struct fact_row **out, size_t *n)
{
    struct facts_source source = {.years = &c->tally.years,
                                  .days = &c->tally.days,
                                  .type = of->type,
                                  .entity = of->entity,
                                  .ops = of->ops,
                                  .n = of->n,
                                  .canon = of->canon,
                                  .view = of->view};
    struct fact *facts = NULL;
    err_t e = facts_make(&source, &c->scratch, &facts, n);
    *out = e ? NULL : arena_alloc(&c->scratch, *n + 1, sizeof **out);
    for (size_t i = 0; *out && i < *n; i++)
        (*out)[i] = row_of(&facts[i]);
    return e ? e : *out ? ERR_OK : ERR_MEMORY;
}

err_t tally_note(struct core *c, const struct tally_entity *of)
{
    struct fact_row *rows = NULL;
    size_t n = 0;
    err_t e = of->n ? rows_now(c, of, &rows, &n) : ERR_OK;
    return e ? e : replica_put_facts(c->store, of->type, of->entity, rows, n, &c->scratch);
}
