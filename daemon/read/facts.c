#include "daemon/read/facts.h"

#include "daemon/ledger/facts_pack.h"

#include <stdlib.h>

err_t facts_from(const struct facts_row *rows, size_t rows_n, struct arena *arena, struct fact **out, size_t *n)
{
    size_t room = 0, used = 0;
    for (size_t i = 0; i < rows_n; i++)
        room += facts_packed(rows[i].facts);
    struct fact *facts = arena_alloc(arena, room, sizeof *facts);
    err_t e = facts ? ERR_OK : ERR_MEMORY;
    for (size_t i = 0; i < rows_n && !e; i++) {
        e = facts_unpack(rows[i].facts, rows[i].type, rows[i].entity, rows[i].term, &facts[used]);
        used += facts_packed(rows[i].facts);
    }
    if (e)
        return e;
    *out = facts;
    *n = used;
    return ERR_OK;
}

static int by_fact(const void *a, const void *b)
{
    return fact_compare(a, b);
}

err_t facts_of_term(struct store *s, unsigned term, struct arena *arena, struct fact **out, size_t *n)
{
    struct facts_row *rows = NULL;
    size_t rows_n = 0;
    err_t e = replica_facts_in(s, term, arena, &rows, &rows_n);
    if (!e)
        e = facts_from(rows, rows_n, arena, out, n);
    if (!e && *n)
        qsort(*out, *n, sizeof **out, by_fact);
    return e;
}

err_t facts_upto(struct store *s, unsigned term, struct arena *arena, struct fact **out, size_t *n)
{
    struct facts_row *rows = NULL;
    size_t rows_n = 0;
    err_t e = replica_facts_upto(s, term, arena, &rows, &rows_n);
    return e ? e : facts_from(rows, rows_n, arena, out, n);
}
