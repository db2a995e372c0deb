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

enum { STAMP_OPS, STAMP_PUTS, STAMP_SHOWN };

/* All that a record's row is made of. */
static uint64_t stamp_shown(const struct facts_work *w, const struct view *v, unsigned term, struct slice target)
{
    const struct years *y = w->source->years;
    uint64_t stamp = facts_stamp(authority_rule_at(y->authority, years_policy_index(y, term), RULE_PROFILE),
                                 v->tombstones_n > 0, v->sets_n > 0);
    for (size_t i = 0; i < v->fields_n; i++)
        if (v->fields[i].shown)
            stamp = facts_stamp_bytes(facts_stamp_dot(stamp, &v->fields[i].shown->dot), v->fields[i].field,
                                      v->fields[i].lang);
    return facts_stamp_bytes(stamp, 0, target);
}

/* A row of this record made of the same, in whatever term: its texts are not read again. */
static const struct fact *alike(const struct facts_work *w, uint64_t shown)
{
    for (size_t i = 0; i < w->source->known_n; i++)
        if (w->source->known[i].kind == FACT_RECORD && facts_has_stamp(&w->source->known[i], STAMP_SHOWN, shown))
            return &w->source->known[i];
    for (size_t i = 0; i < w->rows_n; i++)
        if (w->rows[i].kind == FACT_RECORD && facts_has_stamp(&w->rows[i], STAMP_SHOWN, shown))
            return &w->rows[i];
    return NULL;
}

static err_t add_record(struct facts_work *w, const struct view *v, unsigned term, const struct facts_op *first,
                        uint64_t stamps[FACTS_STAMPS])
{
    struct slice target = translated(w, v);
    stamps[STAMP_SHOWN] = stamp_shown(w, v, term, target);
    const struct fact *same = alike(w, stamps[STAMP_SHOWN]);
    struct fact kept = same ? *same : (struct fact){.sort = FACT_GONE};
    struct fact *f = facts_add(w, FACT_RECORD, term, &first->at);
    if (!f)
        return ERR_MEMORY;
    facts_ally(f->ally, first->in->ally);
    f->target = target;
    f->amount = kept.amount;
    f->data = kept.data;
    err_t e = same ? ERR_OK : facts_text_sketch(v, w->arena, &f->amount, &f->data);
    f->sort = same ? kept.sort : level_of(w, v, term, f->amount);
    return e ? e : facts_note_stamps(w, f, stamps, FACTS_STAMPS);
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
                          const struct slice *values, struct facts_shingles *said, bool said_only)
{
    size_t fresh = 0;
    err_t e = ERR_OK;
    for (size_t i = 0; values && i < op->writes_n && !e; i++)
        if (facts_is_text(op->writes[i].field))
            e = facts_text_shingles(said, op->writes[i].field, values[i], w->arena, &fresh);
    if (e || said_only || fresh < FACTS_FRESH)
        return e;
    struct fact *f = facts_add(w, FACT_REVISION, at->term, &at->at);
    if (f)
        facts_ally(f->ally, at->in->ally);
    return f ? ERR_OK : ERR_MEMORY;
}

/* Of the terms that are not kept. The texts of most records are written once: those are not looked at. */
static err_t add_revisions(struct facts_work *w, const struct facts_op *first, const bool *kept)
{
    struct facts_shingles said = {.n = 0};
    struct op op, first_op;
    struct slice *values, *first_values;
    bool reads, begun = false;
    err_t e = ERR_OK;
    for (const struct facts_op *at = first + 1; at < w->ops + w->n && !e; at++) {
        if (at->in->kind != OP_RECORD_PUT)
            continue;
        e = decode(w, at, &op, &values, &reads);
        if (e || !reads || !writes_text(&op))
            continue;
        if (!begun)
            e = decode(w, first, &first_op, &first_values, &reads);
        if (!e && !begun)
            e = add_revision(w, first, &first_op, first_values, &said, true);
        begun = true;
        if (!e)
            e = add_revision(w, at, &op, values, &said, kept[at->term]);
    }
    return e;
}

/* ---- all of it ---- */

/* What was read once reads again: commits never change. */
static bool was_first(const struct facts_work *w, const struct facts_op *op)
{
    for (size_t i = 0; i < w->source->known_n; i++)
        if (w->source->known[i].kind == FACT_RECORD)
            return op->in->state != BODY_MISSING && dot_compare(&w->source->known[i].op.dot, &op->at.dot) == 0;
    return false;
}

static err_t first_put(struct facts_work *w, const struct facts_op **out)
{
    err_t e = ERR_OK;
    *out = NULL;
    for (size_t i = 0; i < w->n && !*out && !e; i++) {
        struct op op;
        struct slice *values;
        bool reads = was_first(w, &w->ops[i]);
        if (w->ops[i].in->kind == OP_RECORD_PUT && !reads)
            e = decode(w, &w->ops[i], &op, &values, &reads);
        if (reads)
            *out = &w->ops[i];
    }
    return e;
}

static err_t add_end(struct facts_work *w, unsigned term, const struct facts_op *first, uint64_t stamps[FACTS_STAMPS])
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
        e = add_record(w, v, term, first, stamps);
    for (size_t i = 0; !e && !v->tombstones_n && i < v->links_n; i++)
        e = add_link(w, &v->links[i], term);
    for (size_t i = 0; !e && !v->tombstones_n && i < v->sets_n; i++)
        e = add_term(w, &v->sets[i], term);
    for (size_t i = 0; !e && i < v->reviews_n; i++)
        e = add_review(w, &v->reviews[i], term);
    return e;
}

/* *kept: the revisions of that term are. */
static err_t add_or_keep(struct facts_work *w, unsigned term, const struct facts_op *first, bool *kept)
{
    const struct fact *known = facts_known(w, FACT_RECORD, term);
    bool open = term == years_open(w->source->years); /* there is nearly always a new op */
    uint64_t stamps[FACTS_STAMPS] = {open ? 0 : facts_stamp_ops(w, term, 0), facts_stamp_ops(w, term, OP_RECORD_PUT)};
    *kept = true;
    if (!open && facts_has_stamp(known, STAMP_OPS, stamps[STAMP_OPS]))
        return facts_keep(w, term, 0);
    *kept = facts_has_stamp(known, STAMP_PUTS, stamps[STAMP_PUTS]);
    err_t e = *kept ? facts_keep(w, term, FACT_REVISION) : ERR_OK;
    return e ? e : add_end(w, term, first, stamps);
}

err_t facts_of_record(struct facts_work *w)
{
    const struct facts_op *first = NULL;
    bool all = true, *kept = arena_alloc(w->arena, years_n(w->source->years), sizeof *kept);
    err_t e = kept ? first_put(w, &first) : ERR_MEMORY;
    if (e || !first)
        return e;
    for (unsigned term = first->term; term <= w->ops[w->n - 1].term && !e; term++)
        if (facts_has_ops(w, term)) {
            e = add_or_keep(w, term, first, &kept[term]);
            all = all && kept[term];
        }
    return e || all ? e : add_revisions(w, first, kept);
}
