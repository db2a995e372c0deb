/*
 * facts of a site and of a declaration: days on which others got commits through an ally, and means.
 */
#include "daemon/ledger/facts_work.h"
#include "protocol/wire/rd.h"

/* ---- relay days ---- */

static err_t add_relays(struct facts_work *w, const struct facts_op *at, const struct op *op)
{
    for (size_t i = 0; i < op->relays_n; i++) {
        const struct ally *ally = authority_ally_of(w->source->years->authority, op->relays[i].site);
        struct fact *f = ally ? facts_add(w, FACT_RELAY, at->term, &at->at) : NULL;
        if (!ally)
            continue;
        if (!f)
            return ERR_MEMORY;
        facts_ally(f->ally, ally->id);
        facts_ally(f->other, at->in->ally);
        f->sort = op->relays[i].days;
        f->amount = op->month;
        err_t e = arena_copy(w->arena, slice_of(op->relays[i].site, SITE_BYTES), &f->data);
        if (e)
            return e;
    }
    return ERR_OK;
}

err_t facts_of_site(struct facts_work *w)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < w->n && !e; i++) {
        struct op op;
        if (w->ops[i].in->kind != OP_SITE_RELAYS)
            continue;
        e = op_decode(w->ops[i].in->header, w->ops[i].in->dot.commit, w->arena, &op);
        if (!e && slice_equal(op.entity, w->source->entity))
            e = add_relays(w, &w->ops[i], &op);
        if (e && e != ERR_MEMORY) /* it says nothing, here as everywhere */
            e = ERR_OK;
    }
    return e;
}

/* ---- means ---- */

static err_t add_means(struct facts_work *w, const struct view_key *key, unsigned term)
{
    const struct facts_op *op = key->shown ? facts_find(w, &key->shown->dot) : NULL;
    struct rd r;
    if (!op || op->term != term)
        return ERR_OK;
    rd_init(&r, key->shown->value);
    rd_array(&r, 2, 2);
    uint64_t amount = rd_uint(&r, UINT64_MAX);
    struct fact *f = r.err ? NULL : facts_add(w, FACT_MEANS, term, &op->at);
    if (r.err)
        return ERR_OK;
    if (!f)
        return ERR_MEMORY;
    facts_ally(f->ally, w->source->entity.at);
    f->target = slice_of(w->source->entity.at + ALLY_BYTES, MEANS_BYTES - ALLY_BYTES);
    f->sort = (unsigned)key->field;
    f->amount = amount;
    return ERR_OK;
}

err_t facts_of_means(struct facts_work *w)
{
    err_t e = ERR_OK;
    for (unsigned term = 0; w->n && term <= w->ops[w->n - 1].term && !e; term++) {
        struct slice canon;
        struct view v;
        if (!facts_has_ops(w, term))
            continue;
        e = facts_fold(w, term, &canon);
        if (!e)
            e = view_read(canon, w->arena, &v);
        for (size_t i = 0; !e && i < v.fields_n; i++)
            e = add_means(w, &v.fields[i], term);
    }
    return e;
}
