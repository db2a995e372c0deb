#include "daemon/commons/discipline.h"
#include "daemon/ledger/facts_text.h"
#include "daemon/ledger/facts_work.h"

#include <stdlib.h>

/* ---- the record itself ---- */

static enum fact_level level_of(const struct facts_work *w, const struct view *v, unsigned term, uint64_t words)
{
    const struct years *y = w->source->years;
    struct discipline d;
    bool shown = false;
    for (size_t i = 0; i < v->fields_n && !shown; i++)
        shown = v->fields[i].shown != NULL;
    if (v->tombstones_n || !shown)
        return FACT_GONE;
    /* What the thesaurus says of its terms changes without the record: a fact is made of the record's own ops. */
    discipline_check(v, authority_rule_at(y->authority, years_policy_index(y, term), RULE_PROFILE), NULL, &d);
    return d.missed_n ? FACT_PARTIAL : words < FACTS_WORDS_MIN ? FACT_THIN : FACT_FULL;
}

/* The record that this one translates, as its owner says; empty where there is none. */
static struct slice translated(const struct facts_work *w, const struct view *v)
{
    for (size_t i = 0; i < v->links_n; i++) {
        const struct view_key *key = &v->links[i];
        if (key->field != LINK_TRANSLATES || key->target.len != RECORD_BYTES)
            continue;
        for (size_t k = 0; k < key->values_n; k++) {
            const struct facts_op *op = facts_find(w, &key->values[k].dot);
            if (op && op->in->owner)
                return key->target;
        }
    }
    return slice_of(NULL, 0);
}

static err_t add_record(struct facts_work *w, const struct view *v, unsigned term, const struct facts_op *first)
{
    struct fact *f = facts_add(w, FACT_RECORD, term, &first->at);
    if (!f)
        return ERR_MEMORY;
    facts_ally(f->ally, first->in->ally);
    f->target = translated(w, v);
    err_t e = facts_text_sketch(v, w->arena, &f->amount, &f->data);
    f->sort = level_of(w, v, term, f->amount);
    return e;
}

/* ---- what others get from it, and give it ---- */

/* Of values at a key the earliest in the ledger's order that is of this ally (any: NULL), and of the record's owner where that is asked. */
static const struct facts_op *earliest(const struct facts_work *w, const struct view_key *key, const uint8_t *ally,
                                       bool owner)
{
    const struct facts_op *best = NULL;
    for (size_t i = 0; i < key->values_n; i++) {
        const struct facts_op *op = facts_find(w, &key->values[i].dot);
        if (op && (!owner || op->in->owner) && (!ally || memcmp(op->in->ally, ally, ALLY_BYTES) == 0) &&
            (!best || facts_op_compare(op, best) < 0))
            best = op;
    }
    return best;
}

static err_t add_link(struct facts_work *w, const struct view_key *key, unsigned term)
{
    const struct facts_op *op = earliest(w, key, NULL, true);
    if (key->target.len != RECORD_BYTES || !op || op->term != term ||
        memcmp(key->target.at, w->source->entity.at, ALLY_BYTES) == 0 ||
        memcmp(key->target.at, op->in->ally, ALLY_BYTES) == 0)
        return ERR_OK;
    struct fact *f = facts_add(w, FACT_LINK, term, &op->at);
    if (!f)
        return ERR_MEMORY;
    facts_ally(f->ally, fact_owner(key->target));
    facts_ally(f->other, op->in->ally);
    f->target = key->target;
    f->sort = (unsigned)key->field;
    return ERR_OK;
}

static err_t add_term(struct facts_work *w, const struct view_key *key, unsigned term)
{
    for (size_t i = 0; i < key->values_n; i++) {
        const struct facts_op *op = facts_find(w, &key->values[i].dot);
        if (!op || op->term != term || earliest(w, key, op->in->ally, false) != op)
            continue;
        struct fact *f = facts_add(w, FACT_TERM, term, &op->at);
        if (!f)
            return ERR_MEMORY;
        facts_ally(f->other, op->in->ally);
        f->target = key->target;
    }
    return ERR_OK;
}

static err_t add_review(struct facts_work *w, const struct view_key *key, unsigned term)
{
    for (size_t i = 0; i < key->values_n; i++) {
        const struct facts_op *op = facts_find(w, &key->values[i].dot);
        uint8_t *hash = NULL;
        if (!op || op->term != term || !view_says(key, i))
            continue;
        struct fact *f = facts_add(w, FACT_REVIEW, term, &op->at);
        if (f)
            hash = arena_alloc(w->arena, 1, FACTS_HASH_BYTES);
        if (!hash)
            return ERR_MEMORY;
        facts_text_hash(view_text(key->values[i].value), hash);
        facts_ally(f->ally, op->in->ally);
        facts_ally(f->other, fact_owner(w->source->entity));
        f->data = slice_of(hash, FACTS_HASH_BYTES);
    }
    return ERR_OK;
}

/* ---- revisions ---- */

static err_t decode(struct facts_work *w, const struct facts_op *from, struct op *op, struct slice **values,
                    bool *reads)
{
    size_t n = 0;
    *values = NULL;
    *reads = false;
    err_t e = op_decode(from->in->header, from->in->dot.commit, w->arena, op);
    if (!e && from->in->state == BODY_PRESENT)
        e = op_decode_body(op, from->in->body, w->arena, values, &n);
    *reads = !e && from->in->state != BODY_MISSING && slice_equal(op->entity, w->source->entity);
    return e == ERR_MEMORY ? e : ERR_OK;
}

static bool writes_text(const struct op *op)
{
    for (size_t i = 0; i < op->writes_n; i++)
        if (facts_is_text(op->writes[i].field))
            return true;
    return false;
}

static err_t add_revision(struct facts_work *w, const struct facts_op *at, const struct op *op,
                          const struct slice *values, struct facts_shingles *said, bool first)
{
    size_t fresh = 0;
    err_t e = ERR_OK;
    for (size_t i = 0; values && i < op->writes_n && !e; i++)
        if (facts_is_text(op->writes[i].field))
            e = facts_text_shingles(said, op->writes[i].field, values[i], w->arena, &fresh);
    if (e || first || fresh < FACTS_FRESH)
        return e;
    struct fact *f = facts_add(w, FACT_REVISION, at->term, &at->at);
    if (f)
        facts_ally(f->ally, at->in->ally);
    return f ? ERR_OK : ERR_MEMORY;
}

/* The texts of most records are written once: those are not looked at. */
static err_t add_revisions(struct facts_work *w, const struct facts_op *first)
{
    struct facts_shingles said = {.n = 0};
    struct op op, first_op;
    struct slice *values, *first_values;
    bool reads, begun = false;
    err_t e = decode(w, first, &first_op, &first_values, &reads);
    for (const struct facts_op *at = first + 1; at < w->ops + w->n && !e; at++) {
        if (at->in->kind != OP_RECORD_PUT)
            continue;
        e = decode(w, at, &op, &values, &reads);
        if (e || !reads || !writes_text(&op))
            continue;
        if (!begun)
            e = add_revision(w, first, &first_op, first_values, &said, true);
        begun = true;
        if (!e)
            e = add_revision(w, at, &op, values, &said, false);
    }
    return e;
}

/* ---- all of it ---- */

static err_t first_put(struct facts_work *w, const struct facts_op **out)
{
    *out = NULL;
    for (size_t i = 0; i < w->n; i++) {
        struct op op;
        struct slice *values;
        bool reads;
        if (w->ops[i].in->kind != OP_RECORD_PUT)
            continue;
        err_t e = decode(w, &w->ops[i], &op, &values, &reads);
        if (e || reads) {
            *out = &w->ops[i];
            return e;
        }
    }
    return ERR_OK;
}

static err_t add_term_end(struct facts_work *w, unsigned term, const struct facts_op *first)
{
    struct slice canon;
    struct view before;
    const struct view *v = w->source->view;
    err_t e = facts_fold(w, term, &canon);
    if (!e && canon.at != w->source->canon.at) {
        e = view_read(canon, w->arena, &before);
        v = &before;
    }
    if (!e)
        e = add_record(w, v, term, first);
    for (size_t i = 0; !e && !v->tombstones_n && i < v->links_n; i++)
        e = add_link(w, &v->links[i], term);
    for (size_t i = 0; !e && !v->tombstones_n && i < v->sets_n; i++)
        e = add_term(w, &v->sets[i], term);
    for (size_t i = 0; !e && i < v->reviews_n; i++)
        e = add_review(w, &v->reviews[i], term);
    return e;
}

err_t facts_of_record(struct facts_work *w)
{
    const struct facts_op *first = NULL;
    err_t e = first_put(w, &first);
    if (e || !first)
        return e;
    for (unsigned term = first->term; term <= w->ops[w->n - 1].term && !e; term++)
        if (facts_has_ops(w, term))
            e = add_term_end(w, term, first);
    return e ? e : add_revisions(w, first);
}
