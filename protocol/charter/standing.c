/*
 * standing: what of a log counts, which of its heads are fixed, and by which charter its ops are judged (PROTOCOL.md §7.4). All heads that were
 * ever fixed are gathered in the order of evaluation and sorted; of each log the highest stays, of equally high ones the last.
 */
#include "protocol/charter/authority.h"

#include "protocol/charter/charter_read.h"
#include "protocol/charter/state.h"

#include <stdlib.h>

struct fixed {
    struct head head;
    size_t order;
};
struct fixed_list {
    struct fixed *at; /* NULL: only counted */
    size_t n;
};

/* By log, the one that stays first. */
static int by_log_highest(const void *left, const void *right)
{
    const struct fixed *a = left, *b = right;
    int c = log_compare(&a->head.log, &b->head.log);
    if (c)
        return c;
    if (a->head.seq != b->head.seq)
        return a->head.seq > b->head.seq ? -1 : 1;
    return (a->order < b->order) - (a->order > b->order);
}

static void fix(void *ctx, size_t checkpoint, size_t charter, const struct head *head)
{
    struct fixed_list *list = ctx;
    (void)checkpoint, (void)charter;
    if (list->at)
        list->at[list->n] = (struct fixed){*head, list->n};
    list->n++;
}

/* Heads of a suspension or of a key's end speak of the sites concerned alone. */
static bool speaks_of(const struct authority *a, const struct roster_act *act, const uint8_t *site)
{
    if (act->kind == ACT_CHECKPOINT)
        return true;
    if (act->kind == ACT_REPLACE_KEY)
        return memcmp(act->old_site, site, SITE_BYTES) == 0;
    const struct ally *ally = authority_ally_of(a, site);
    return ally && memcmp(ally->id, act->ally, ALLY_BYTES) == 0;
}

static bool fixes(const struct act_stands *s)
{
    return s->effect && s->act.heads_n > 0;
}

static void each_head(const struct head *heads, size_t n, size_t checkpoint, size_t charter, fixed_fn *fn, void *ctx)
{
    for (size_t i = 0; i < n; i++)
        if (heads[i].log.incarnation != 0) /* else a site alone */
            fn(ctx, checkpoint, charter, &heads[i]);
}

/* Acts from *at to the one with number `to`, in the days of that charter. */
static size_t each_of_acts(const struct authority *a, size_t *at, uint64_t to, size_t charter, size_t checkpoint,
                           fixed_fn *fn, void *ctx)
{
    for (; *at < a->acts_n && a->acts[*at].act.number <= to; (*at)++) {
        const struct act_stands *s = &a->acts[*at];
        for (size_t i = 0; fixes(s) && i < s->act.heads_n; i++)
            if (speaks_of(a, &s->act, s->act.heads[i].log.site))
                fn(ctx, checkpoint, charter, &s->act.heads[i]);
        checkpoint += fixes(s);
    }
    return checkpoint;
}

size_t authority_each_fixed(const struct authority *a, fixed_fn *fn, void *ctx)
{
    size_t act = 0, checkpoint = 0;
    for (size_t n = 0; n < a->charters_n; n++) {
        const struct charter *c = &a->charters[n];
        size_t before = n ? n - 1 : 0;
        checkpoint = each_of_acts(a, &act, c->roster_number, before, checkpoint, fn, ctx);
        each_head(c->checkpoint, c->checkpoint_n, checkpoint, before, fn, ctx);
        each_head(c->cuts, c->cuts_n, checkpoint, before, fn, ctx);
        checkpoint++;
    }
    return each_of_acts(a, &act, UINT64_MAX, a->charters_n ? a->charters_n - 1 : 0, checkpoint, fn, ctx);
}

err_t state_fix_heads(struct authority *a)
{
    struct fixed_list list = {0};
    authority_each_fixed(a, fix, &list);
    struct fixed *fixed = arena_alloc(&a->arena, list.n, sizeof *fixed);
    a->checkpoints = arena_alloc(&a->arena, list.n, sizeof *a->checkpoints);
    if (!fixed || !a->checkpoints)
        return ERR_MEMORY;
    list = (struct fixed_list){fixed, 0};
    authority_each_fixed(a, fix, &list);
    qsort(fixed, list.n, sizeof *fixed, by_log_highest);
    a->checkpoints_n = 0;
    for (size_t i = 0; i < list.n; i++)
        if (i == 0 || log_compare(&fixed[i - 1].head.log, &fixed[i].head.log) != 0)
            a->checkpoints[a->checkpoints_n++] = fixed[i].head;
    return ERR_OK;
}

const struct head *authority_checkpoint(const struct authority *a, const struct log_id *log)
{
    return heads_find(a->checkpoints, a->checkpoints_n, log);
}

const struct head *authority_checkpoints(const struct authority *a, size_t *n)
{
    *n = a->checkpoints_n;
    return a->checkpoints;
}

size_t authority_checkpoint_of(const struct authority *a, size_t charter)
{
    size_t n = charter;
    for (size_t i = 0; i < a->acts_n && a->acts[i].act.number <= a->charters[charter].roster_number; i++)
        n += fixes(&a->acts[i]);
    return n;
}

static bool concerns(const struct authority *a, const struct cut *c, const struct site *s)
{
    if (c->suspension)
        return memcmp(c->ally, a->allies[s->ally].id, ALLY_BYTES) == 0;
    return memcmp(c->site, s->id, SITE_BYTES) == 0;
}

uint64_t authority_limit(const struct authority *a, const struct log_id *log)
{
    const struct site *s = authority_site(a, log->site);
    uint64_t limit = UINT64_MAX;
    if (!s)
        return 0;
    for (size_t i = 0; i < a->cuts_n; i++) {
        if (!concerns(a, &a->cuts[i], s))
            continue;
        const struct head *head = heads_find(a->cuts[i].heads, a->cuts[i].heads_n, log);
        uint64_t seq = head ? head->seq : 0;
        if (seq < limit)
            limit = seq;
    }
    return limit;
}

static bool covers(const struct head *heads, size_t n, const struct log_id *log, uint64_t seq)
{
    const struct head *head = heads_find(heads, n, log);
    return head && head->seq >= seq;
}

size_t authority_charter_of(const struct authority *a, const struct log_id *log, uint64_t seq)
{
    for (size_t next = 1; next < a->charters_n; next++) {
        const struct charter *c = &a->charters[next];
        if (covers(c->checkpoint, c->checkpoint_n, log, seq) || covers(c->cuts, c->cuts_n, log, seq))
            return next - 1;
    }
    return a->charters_n ? a->charters_n - 1 : 0;
}

bool authority_has_role_at(const struct authority *a, size_t index, const uint8_t ally[ALLY_BYTES], const char *role)
{
    const struct charter *c = index < a->charters_n ? &a->charters[index] : NULL;
    for (size_t i = 0; c && i < c->roles_n; i++)
        if (memcmp(c->roles[i].ally, ally, ALLY_BYTES) == 0 && slice_equal(c->roles[i].role, slice_text(role)))
            return true;
    return false;
}

uint64_t authority_rule_at(const struct authority *a, size_t index, enum rule rule)
{
    const struct charter *c = index < a->charters_n ? &a->charters[index] : NULL;
    for (size_t i = 0; c && i < c->rules_n; i++)
        if (c->rules[i].rule == (uint64_t)rule)
            return c->rules[i].value;
    return 0;
}

/* As many steps as there are allies: a ring of heirs ends nowhere. */
const struct ally *authority_owner_of(const struct authority *a, const uint8_t ally[ALLY_BYTES])
{
    const struct ally *owner = authority_ally(a, ally);
    for (size_t steps = 0; owner && owner->ended; steps++)
        owner = owner->heir.len == ALLY_BYTES && steps < a->allies_n ? authority_ally(a, owner->heir.at) : NULL;
    return owner;
}
