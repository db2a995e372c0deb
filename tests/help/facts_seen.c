#include "tests/help/facts_seen.h"

#include "daemon/ledger/years.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void add_hex(struct buf *out, const void *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%02x", ((const uint8_t *)at)[i]);
    buf_byte(out, ' ');
}

static void add_fact(struct buf *out, const struct fact *f)
{
    buf_printf(out, "%u %d %d ", f->term, (int)f->kind, (int)f->type);
    add_hex(out, f->entity.at, f->entity.len);
    add_hex(out, f->op.log.site, 4);
    buf_printf(out, "%llu %llu %llu ", (unsigned long long)f->op.log.incarnation, (unsigned long long)f->op.seq,
               (unsigned long long)f->op.clock);
    add_hex(out, f->op.dot.commit, sizeof f->op.dot.commit);
    buf_printf(out, "%d ", f->op.dot.index);
    add_hex(out, f->ally, ALLY_BYTES);
    add_hex(out, f->other, ALLY_BYTES);
    add_hex(out, f->target.at, f->target.len);
    buf_printf(out, "%u %llu ", f->sort, (unsigned long long)f->amount);
    add_hex(out, f->data.at, f->data.len);
    buf_byte(out, '\n');
}

char *facts_seen(struct core *c)
{
    struct buf out;
    buf_init(&out, 256u << 20);
    for (unsigned term = 0; term < years_n(&c->tally.years); term++) {
        struct arena arena = {0};
        struct fact *facts = NULL;
        size_t n = 0;
        assert_int_equal(facts_of_term(c->store, term, &arena, &facts, &n), ERR_OK);
        for (size_t i = 0; i < n; i++)
            add_fact(&out, &facts[i]);
        arena_fini(&arena);
    }
    buf_byte(&out, 0);
    assert_int_equal(out.err, ERR_OK);
    char *text = strdup((const char *)buf_slice(&out).at);
    assert_non_null(text);
    buf_fini(&out);
    return text;
}

size_t facts_count(struct core *c, enum fact_kind kind, unsigned term, struct arena *arena, struct fact *out)
{
    struct fact *facts = NULL;
    size_t n = 0, found = 0;
    struct arena own = {0};
    assert_int_equal(facts_of_term(c->store, term, arena ? arena : &own, &facts, &n), ERR_OK);
    for (size_t i = 0; i < n; i++)
        if (facts[i].kind == kind && !found++ && out)
            *out = facts[i];
    arena_fini(&own);
    return found;
}

void facts_agree(struct world *w)
{
    char *first = NULL;
    for (size_t i = 0; i < w->sites_n; i++) {
        if (!w->sites[i].core)
            continue;
        char *here = facts_seen(w->sites[i].core);
        if (first)
            assert_string_equal(here, first);
        free(first);
        first = here;
    }
    free(first);
}
