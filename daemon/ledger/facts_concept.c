/*
 * facts of a concept. Who adopted what is read off the acts in the ledger's order, as the fold counts them (PROTOCOL.md §10.3); what use adopts, and how the concept
 * stands, off the fold of each term.
 */
#include "daemon/commons/fold_use.h"
#include "daemon/commons/fold_work.h"
#include "daemon/ledger/facts_work.h"

#include <stdlib.h>

#define NEVER UINT32_MAX

struct proposal { /* beside each op of the work; zeroed but for `item` where it is no proposal */
    const struct fold_item *item;
    unsigned used; /* the term in which use adopted it; NEVER */
};
struct vote {
    const struct facts_op *on, *by;
};
struct adopted {
    unsigned term; /* NEVER */
    const struct facts_op *by;
    const uint8_t *other;
};
struct concept {
    struct facts_work *w;
    struct fold_work fold;
    struct proposal *proposals;
    const struct facts_op *first; /* that proposed anything */
    struct vote *votes;           /* by what they are on, then in the ledger's order */
    size_t votes_n;
    struct facts_use ever; /* the first use in whichever term, after the proposal of that op */
    const struct fold_op *ever_after;
    bool ever_used;
};

static struct proposal *proposal_of(const struct concept *c, const struct facts_op *op)
{
    return &c->proposals[op - c->w->ops];
}

static bool proposes(const struct fold_item *item)
{
    return item && item->op.info->who == WHO_PROPOSAL;
}

/* ---- looking at the ops ---- */

static int by_what_and_when(const void *a, const void *b)
{
    const struct vote *x = a, *y = b;
    if (x->on != y->on)
        return x->on < y->on ? -1 : 1;
    return (x->by > y->by) - (x->by < y->by);
}

static err_t take_votes(struct concept *c)
{
    size_t room = 1;
    for (size_t i = 0; i < c->fold.items_n; i++)
        room += c->fold.items[i].op.info->who == WHO_ADOPTER ? c->fold.items[i].op.dots_n : 0;
    c->votes = arena_alloc(c->w->arena, room, sizeof *c->votes);
    if (!c->votes)
        return ERR_MEMORY;
    for (size_t i = 0; i < c->fold.items_n; i++) {
        const struct fold_item *by = &c->fold.items[i];
        for (size_t d = 0; by->op.info->who == WHO_ADOPTER && d < by->op.dots_n; d++) {
            const struct facts_op *on = facts_find(c->w, &by->op.dots[d]);
            if (on && proposes(proposal_of(c, on)->item))
                c->votes[c->votes_n++] = (struct vote){on, facts_find(c->w, &by->in->dot)};
        }
    }
    if (c->votes_n)
        qsort(c->votes, c->votes_n, sizeof *c->votes, by_what_and_when);
    return ERR_OK;
}

static err_t look(struct concept *c)
{
    struct facts_work *w = c->w;
    err_t e = fold_work_init(&c->fold, ENTITY_CONCEPT, w->source->entity, w->source->ops, w->source->n, w->arena);
    c->proposals = arena_alloc(w->arena, w->n + 1, sizeof *c->proposals);
    if (e || !c->proposals)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < c->fold.items_n; i++)
        proposal_of(c, facts_find(w, &c->fold.items[i].in->dot))->item = &c->fold.items[i];
    for (size_t i = 0; i < w->n; i++) {
        c->proposals[i].used = NEVER;
        if (!c->first && proposes(c->proposals[i].item))
            c->first = &w->ops[i];
    }
    return take_votes(c);
}

/* ---- what was adopted, in parts ---- */

static bool is_label(uint64_t field)
{
    return field >= C_PREF_LABEL && field <= C_HIDDEN_LABEL;
}

static bool is_note(uint64_t field)
{
    return field >= C_DEFINITION && field <= C_HISTORY_NOTE;
}

/* Did nobody write a prefLabel in that language before? */
static bool is_first_in(const struct concept *c, const struct facts_op *at, struct slice lang)
{
    for (const struct facts_op *op = c->w->ops; op < at; op++) {
        const struct fold_item *item = proposal_of(c, op)->item;
        for (size_t i = 0; item && op->in->kind == OP_CONCEPT_PUT && i < item->op.writes_n; i++)
            if (item->op.writes[i].field == C_PREF_LABEL && slice_equal(item->op.writes[i].lang, lang))
                return false;
    }
    return true;
}

static unsigned part_of(const struct concept *c, const struct facts_op *at, const struct fold_entry *e)
{
    bool label = is_label(e->write->field), note = is_note(e->write->field);
    if (value_is_nil(e->value) || (!label && !note))
        return 0;
    bool theirs = memcmp(at->in->ally, c->first->in->ally, ALLY_BYTES) != 0;
    if (theirs && e->write->lang.len && is_first_in(c, at, e->write->lang))
        return FACT_LABEL_TRANSLATED;
    return label ? FACT_LABEL : FACT_NOTE;
}

#define PARTS (FACT_RETIREMENT + 1)

static void count_parts(const struct concept *c, const struct facts_op *at, uint64_t parts[PARTS])
{
    const struct fold_item *item = proposal_of(c, at)->item;
    bool erased = item->in->state == BODY_ERASED;
    for (size_t i = 0; i < item->op.writes_n; i++) {
        if (item->op.info->kind == OP_CONCEPT_PUT)
            parts[part_of(c, at, &item->entries[i])]++;
        parts[FACT_RELATION] += item->op.info->kind == OP_CONCEPT_RELATE && !erased && item->op.writes[i].add;
    }
    parts[FACT_MERGE] += item->op.info->kind == OP_CONCEPT_MERGE && item->op.target.len;
    parts[FACT_RETIREMENT] += item->op.info->kind == OP_CONCEPT_RETIRE && item->op.retired;
}

static err_t copy_dot(struct facts_work *w, const struct dot *dot, struct slice *out)
{
    uint8_t bytes[DOT_BYTES];
    dot_pack(dot, bytes);
    return arena_copy(w->arena, slice_of(bytes, sizeof bytes), out);
}

static err_t add_adopted(struct concept *c, const struct facts_op *what, unsigned term, const struct fact_op *by,
                         const uint8_t *other)
{
    uint64_t parts[PARTS] = {0};
    err_t e = ERR_OK;
    count_parts(c, what, parts);
    for (unsigned part = FACT_LABEL; part < PARTS && !e; part++) {
        if (!parts[part])
            continue;
        struct fact *f = facts_add(c->w, FACT_ADOPTED, term, by);
        if (!f)
            return ERR_MEMORY;
        facts_ally(f->ally, what->in->ally);
        facts_ally(f->other, other);
        f->sort = part;
        f->amount = parts[part];
        e = copy_dot(c->w, &what->at.dot, &f->target);
    }
    return e;
}

/* ---- by acts ---- */

static unsigned term_of(const struct vote *v)
{
    return v->by->term > v->on->term ? v->by->term : v->on->term;
}

static bool by_secretariat(const struct vote *v)
{
    return v->by->in->secretariat && v->by->in->rules.adopt_by_secretariat;
}

static bool by_itself(const struct vote *v)
{
    return memcmp(v->by->in->ally, v->on->in->ally, ALLY_BYTES) == 0;
}

static bool voted_before(const struct vote *votes, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (memcmp(votes[k].by->in->ally, votes[i].by->in->ally, ALLY_BYTES) == 0)
            return true;
    return false;
}

/* The act with which others had adopted it: the secretariat's, or that of the last ally it took. */
static struct adopted adopted_by_others(const struct vote *votes, size_t n)
{
    uint64_t needed = 0, allies = 0;
    const uint8_t *last = NULL;
    for (size_t i = 0; i < n; i++) {
        uint64_t k = votes[i].by->in->rules.adopt_by_allies;
        if (!by_itself(&votes[i]) && !voted_before(votes, i)) {
            allies++;
            last = votes[i].by->in->ally;
        }
        if (k && (!needed || k < needed))
            needed = k;
        if (!by_itself(&votes[i]) && by_secretariat(&votes[i]))
            return (struct adopted){term_of(&votes[i]), votes[i].by, votes[i].by->in->ally};
        if (needed && allies >= needed)
            return (struct adopted){term_of(&votes[i]), votes[i].by, last};
    }
    return (struct adopted){.term = NEVER};
}

static struct adopted adopted_by_itself(const struct vote *votes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (by_itself(&votes[i]) && by_secretariat(&votes[i]))
            return (struct adopted){term_of(&votes[i]), votes[i].by, votes[i].by->in->ally};
    return (struct adopted){.term = NEVER};
}

/* What others adopt after a secretariat has adopted its own shows twice, once for each. */
static err_t add_votes(struct concept *c, const struct vote *votes, size_t n)
{
    const struct proposal *p = proposal_of(c, votes[0].on);
    struct adopted others = adopted_by_others(votes, n), itself = adopted_by_itself(votes, n);
    err_t e = ERR_OK;
    if (others.term != NEVER && p->used >= others.term)
        e = add_adopted(c, votes[0].on, others.term, &others.by->at, others.other);
    if (!e && itself.term < others.term && p->used >= itself.term)
        e = add_adopted(c, votes[0].on, itself.term, &itself.by->at, itself.other);
    return e;
}

static err_t add_act(struct concept *c, const struct vote *v)
{
    if (by_itself(v))
        return ERR_OK;
    uint64_t proposed_ms = v->on->at.clock >> 16, acted_ms = v->by->at.clock >> 16;
    struct fact *f = facts_add(c->w, FACT_ACT, term_of(v), &v->by->at);
    if (!f)
        return ERR_MEMORY;
    facts_ally(f->ally, v->by->in->ally);
    facts_ally(f->other, v->on->in->ally);
    f->sort = by_secretariat(v);
    f->amount = acted_ms > proposed_ms ? acted_ms - proposed_ms : 0;
    return copy_dot(c->w, &v->on->at.dot, &f->target);
}

static err_t add_acts(struct concept *c)
{
    err_t e = ERR_OK;
    for (size_t i = 0, n; i < c->votes_n && !e; i += n) {
        for (n = 0; i + n < c->votes_n && c->votes[i + n].on == c->votes[i].on && !e; n++)
            e = add_act(c, &c->votes[i + n]);
        if (!e)
            e = add_votes(c, &c->votes[i], n);
    }
    return e;
}

/* ---- by use, and how it stands ---- */

struct term_end { /* how the concept stood at the end of a term */
    const struct fold_op *ops;
    size_t ops_n;
    struct view view;
    bool used;
    struct facts_use use;
    struct dot *dots; /* that use adopts */
    size_t dots_n;
};

static err_t ask_use(const struct concept *c, const struct fold_op *proposer, unsigned term, bool *used,
                     struct facts_use *use)
{
    err_t e = c->w->source->first_use(c->w->source->ctx, proposer, term, use);
    *used = !e;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Most concepts are proposed once, and used late or never: the first use of all is that of each term from its own on, and one question answers for them all. */
static err_t find_use(struct concept *c, unsigned term, struct term_end *end)
{
    const struct fold_op *proposer = NULL;
    err_t e = fold_use_proposer(c->w->source->entity, end->ops, end->ops_n, c->w->arena, &proposer);
    if (e || !proposer)
        return e;
    if (!c->ever_after || dot_compare(&c->ever_after->dot, &proposer->dot) != 0) {
        e = ask_use(c, proposer, years_open(c->w->source->years), &c->ever_used, &c->ever);
        c->ever_after = proposer;
    }
    if (e || (c->ever_used && c->ever.term > term))
        return e ? e : ask_use(c, proposer, term, &end->used, &end->use);
    end->used = c->ever_used;
    end->use = c->ever;
    return ERR_OK;
}

static err_t read_end(struct concept *c, unsigned term, struct term_end *end)
{
    const struct facts_work *w = c->w;
    struct slice canon;
    struct fold_use use = {.place = {.clock = end->use.op.clock}};
    const struct fold_op *proposer = NULL;
    err_t e = facts_fold(c->w, term, &canon);
    if (!e)
        e = view_read(canon, w->arena, &end->view);
    if (e || !end->used)
        return e;
    memcpy(use.place.site, end->use.op.log.site, SITE_BYTES);
    e = fold_use_proposer(w->source->entity, end->ops, end->ops_n, w->arena, &proposer);
    if (!e)
        e = fold_use_adopts(&end->view, proposer, &use, end->ops, end->ops_n, w->arena, &end->dots, &end->dots_n);
    return e || !end->dots_n ? e : view_read_used(canon, end->dots, end->dots_n, w->arena, &end->view);
}

static err_t add_used(struct concept *c, unsigned term, const struct term_end *end, bool *any)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < end->dots_n && !e; i++) {
        const struct facts_op *op = facts_find(c->w, &end->dots[i]);
        struct proposal *p = op ? proposal_of(c, op) : NULL;
        if (!p || p->used != NEVER || !proposes(p->item))
            continue;
        *any = true;
        p->used = term;
        e = add_adopted(c, op, term, &end->use.op, end->use.ally);
    }
    return e;
}

static enum fact_concept state_of(const struct view *v)
{
    return v->merged_into ? FACT_MERGED : v->deprecated ? FACT_DEPRECATED : v->adopted ? FACT_STANDS : FACT_PROPOSED;
}

static err_t add_end(struct concept *c, unsigned term, const struct view *v)
{
    struct fact *f = facts_add(c->w, FACT_CONCEPT, term, &c->first->at);
    if (!f)
        return ERR_MEMORY;
    facts_ally(f->ally, c->first->in->ally);
    f->sort = state_of(v);
    return ERR_OK;
}

static bool is_same_use(const struct term_end *a, const struct term_end *b)
{
    return a->used == b->used && (!a->used || dot_compare(&a->use.op.dot, &b->use.op.dot) == 0);
}

static err_t add_ends(struct concept *c)
{
    struct term_end before = {.used = false};
    err_t e = ERR_OK;
    for (unsigned term = c->first->term; term < years_n(c->w->source->years) && !e; term++) {
        struct term_end end = {.used = false};
        bool any = facts_has_ops(c->w, term);
        e = facts_prefix(c->w, term, &end.ops, &end.ops_n);
        if (!e)
            e = find_use(c, term, &end);
        if (e || (!any && is_same_use(&before, &end)))
            continue;
        before = end;
        e = read_end(c, term, &end);
        if (!e)
            e = add_used(c, term, &end, &any);
        if (!e && any)
            e = add_end(c, term, &end.view);
    }
    return e;
}

err_t facts_of_concept(struct facts_work *w)
{
    struct concept c = {.w = w};
    err_t e = look(&c);
    if (e || !c.first)
        return e;
    e = add_ends(&c);
    return e ? e : add_acts(&c);
}
