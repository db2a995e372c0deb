#include "daemon/read/facts.h"

#include <stdlib.h>

struct fact facts_from(const struct fact_row *row)
{
    struct fact f = {
        .kind = (enum fact_kind)row->kind,
        .type = row->type,
        .entity = row->entity,
        .term = row->term,
        .op = {row->dot, row->log, row->seq, row->clock},
        .target = row->target,
        .sort = row->sort,
        .amount = row->amount,
        .data = row->data,
        .made = row->made
    };
    memcpy(f.ally, row->ally, ALLY_BYTES);
    memcpy(f.other, row->other, ALLY_BYTES);
    return f;
}

static int by_fact(const void *a, const void *b)
{
    return fact_compare(a, b);
}

/* `e` is what reading the rows said. */
static err_t in_order(err_t e, const struct fact_row *rows, size_t n, struct arena *arena, struct fact **out,
                      size_t *out_n)
{
    struct fact *facts = e ? NULL : arena_alloc(arena, n + 1, sizeof *facts);
    if (!facts)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        facts[i] = facts_from(&rows[i]);
    if (n)
        qsort(facts, n, sizeof *facts, by_fact);
    *out = facts;
    *out_n = n;
    return ERR_OK;
}

err_t facts_of_term(struct store *s, unsigned term, struct arena *arena, struct fact **out, size_t *n)
{
    struct fact_row *rows = NULL;
    size_t rows_n = 0;
    err_t e = replica_facts_in(s, term, arena, &rows, &rows_n);
    return in_order(e, rows, rows_n, arena, out, n);
}

err_t facts_of_kind(struct store *s, enum fact_kind kind, unsigned upto, struct arena *arena, struct fact **out,
                    size_t *n)
{
    struct fact_row *rows = NULL;
    size_t rows_n = 0;
    err_t e = replica_facts_upto(s, kind, upto, arena, &rows, &rows_n);
    return in_order(e, rows, rows_n, arena, out, n);
}

err_t facts_of_entity(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                      struct fact **out, size_t *n)
{
    struct fact_row *rows = NULL;
    size_t rows_n = 0;
    err_t e = replica_facts_of(s, type, entity, arena, &rows, &rows_n);
    return in_order(e, rows, rows_n, arena, out, n);
}
