/*
 * fold, on random histories: several allies and sites, concurrent writes, dots of ops that are not there yet or never come, removals, adoptions,
 * kinds of the future, missing and broken bodies. Whatever the order of delivery, the canonical bytes are the same; and they say
 * what a slow model of fold.h says, written here a second time in the plainest way.
 */
#include "tests/help/fold_ops.h"
#include "daemon/commons/view.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define SEEDS 400

static uint64_t next(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}
static size_t below(uint64_t *s, size_t n)
{
    return (size_t)(next(s) % n);
}

/* ---- random histories ---- */

struct taste {
    enum entity_type type;
    bool equal_values; /* every text the same, nothing emptied */
    bool healthy;      /* every op counts, decodes and is held */
};

static const char *const texts[] = {"eau", "l'eau", "rivière", "fleuve"};
static const char *const urls[] = {"http://example.org/c", "https://example.org/d"};

static struct write_spec random_write(uint64_t *s, enum op_kind kind, const struct taste *t, size_t total)
{
    struct write_spec w = {0};
    bool put = kind == OP_RECORD_PUT || kind == OP_CONCEPT_PUT;
    if (kind == OP_CONCEPT_MERGE) {
        w.target = t->equal_values ? 1 : (unsigned)below(s, 4); /* 0: undone */
    } else if (kind == OP_CONCEPT_RETIRE) {
        w.remove = !t->equal_values && below(s, 2) == 0;
        w.text = texts[below(s, 4)]; /* reasons may differ */
    } else if (kind == OP_RECORD_REVIEW || kind == OP_RECORD_REPLY) {
        w.lang = below(s, 2) ? "fr" : "en";
        w.target = kind == OP_RECORD_REPLY ? 1 + (unsigned)below(s, 2) : 0;
        w.text = below(s, 5) ? texts[below(s, 4)] : NULL;
    } else if (put) {
        w.field = kind == OP_RECORD_PUT ? R_TITLE + (unsigned)below(s, 2) : C_PREF_LABEL;
        w.lang = below(s, 2) ? "fr" : "en";
        w.text = t->equal_values ? "eau" : below(s, 6) ? texts[below(s, 4)] : NULL;
        w.made_from_n = below(s, 5) == 0;
        w.made_from[0] = below(s, total);
    } else if (kind == OP_MEANS_DECLARE) {
        w.field = MEANS_MONEY + (unsigned)below(s, 2);
        w.weight = t->equal_values ? 7 : (unsigned)below(s, 4);
        w.text = !t->equal_values && below(s, 2) ? texts[below(s, 4)] : NULL;
    } else {
        w.field = kind == OP_CONCEPT_RELATE ? REL_BROADER + (unsigned)below(s, 2)
                  : kind == OP_RECORD_LINK  ? LINK_CITES + (unsigned)below(s, 2)
                                            : 0;
        w.target = 1 + (unsigned)below(s, 3);
        w.remove = below(s, 3) == 0;
        w.weight = kind == OP_RECORD_INDEX ? (unsigned)below(s, 5) : 0;
        w.text = kind == OP_RECORD_LINK && below(s, 2) ? urls[below(s, 2)] : NULL;
    }
    w.names_n = w.remove ? 1 + below(s, 2) : below(s, 3);
    for (size_t i = 0; i < w.names_n; i++) { /* distinct: one from each half */
        size_t half = total / 2 + 1;
        w.names[i] = i * half + below(s, half);
    }
    return w;
}

static bool same_key(const struct write_spec *a, const struct write_spec *b)
{
    if (a->text && b->text && !a->lang) /* URLs */
        return a->field == b->field && strcmp(a->text, b->text) == 0;
    return a->field == b->field && a->target == b->target && (!a->lang || strcmp(a->lang, b->lang) == 0);
}

static enum op_kind random_kind(uint64_t *s, enum entity_type type)
{
    static const enum op_kind record[] = {OP_RECORD_PUT,    OP_RECORD_PUT,  OP_RECORD_PUT,    OP_RECORD_INDEX,
                                          OP_RECORD_RETIRE, OP_RECORD_LINK, OP_RECORD_REVIEW, OP_RECORD_REPLY};
    static const enum op_kind concept[] = {OP_CONCEPT_PUT,   OP_CONCEPT_PUT,   OP_CONCEPT_RELATE, OP_CONCEPT_RELATE,
                                           OP_CONCEPT_ADOPT, OP_CONCEPT_ADOPT, OP_CONCEPT_MERGE,  OP_CONCEPT_RETIRE};
    static const enum op_kind site[] = {OP_SITE_ANNOUNCE, OP_SITE_ANNOUNCE, OP_SITE_ANNOUNCE, OP_SITE_RELAYS,
                                        OP_LOG_OPEN,      OP_SITE_ERASE,    OP_SITE_ERASE,    OP_SITE_ATTEST};
    size_t i = below(s, 8);
    if (type == ENTITY_MEANS)
        return OP_MEANS_DECLARE;
    return type == ENTITY_RECORD ? record[i] : type == ENTITY_CONCEPT ? concept[i] : site[i];
}

static void spoil(uint64_t *s, struct fold_op *op)
{
    switch (below(s, 20)) {
    case 0:
        op->state = BODY_MISSING;
        break;
    case 1:
        op->state = BODY_ERASED;
        break;
    case 2:
        op->standing = false;
        break;
    case 3:
        op->body = slice_of("\xc3", 1);
        break;
    case 4:
        op->kind = 4000 + below(s, 3);
        break;
    default:
        break;
    }
}

static void random_op(struct ops *o, uint64_t *s, const struct taste *t, size_t total)
{
    static const unsigned sites[] = {10, 11, 10, 20, 21, 30, 40, 90};
    struct write_spec w[2];
    enum op_kind kind = random_kind(s, t->type);
    unsigned site = t->type == ENTITY_SITE ? 10 : sites[below(s, 8)];
    uint64_t clock = 1 + below(s, 30) * 1000 + (t->type == ENTITY_SITE ? o->n : site); /* many equal clocks */
    size_t dots[2] = {below(s, total / 2 + 1), total / 2 + 1 + below(s, total / 2 + 1)};
    size_t writes_n = 1 + below(s, 2);
    bool some = kind == OP_CONCEPT_ADOPT || kind == OP_SITE_ERASE || kind == OP_SITE_ATTEST;
    if (some || kind == OP_RECORD_RETIRE || kind == OP_SITE_ANNOUNCE) {
        ops_dots(o, kind, site, clock, dots, some ? 1 + below(s, 2) : below(s, 3));
    } else if (kind == OP_LOG_OPEN || kind == OP_SITE_RELAYS) {
        ops_dots(o, kind, site, clock, NULL, 0);
    } else {
        for (size_t i = 0; i < writes_n; i++)
            w[i] = random_write(s, kind, t, total);
        if (writes_n == 2 && (ops_is_register(kind) || same_key(&w[0], &w[1])))
            writes_n = 1;
        ops_write(o, kind, site, clock, w, writes_n, dots, kind == OP_RECORD_PUT ? below(s, 3) : 0);
    }
    if (!t->healthy)
        spoil(s, &o->op[o->n - 1]);
}

struct history {
    struct ops o;
    struct slice entity;
    struct fold_rules rules;
    struct taste taste;
    uint64_t random;
    uint8_t site[SITE_BYTES];
};

static void history_init(struct history *h, unsigned seed, struct taste t)
{
    *h = (struct history){.taste = t, .random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15)};
    ops_init(&h->o);
    h->rules.adopt_by_secretariat = below(&h->random, 3) > 0;
    h->rules.adopt_by_allies = below(&h->random, 4);
    h->entity = t.type == ENTITY_RECORD    ? slice_of(h->o.record, RECORD_BYTES)
                : t.type == ENTITY_CONCEPT ? slice_of(h->o.concept, CONCEPT_BYTES)
                : t.type == ENTITY_MEANS   ? slice_of(h->o.means, MEANS_BYTES)
                                           : slice_of(ops_site(10, h->site), SITE_BYTES);
    size_t n = 1 + below(&h->random, 50);
    while (h->o.n < n)
        random_op(&h->o, &h->random, &h->taste, n + 4); /* some dots never come */
}

static void fold_of(const struct history *h, const struct fold_op *op, size_t n, struct buf *canon)
{
    ops_fold(op, n, h->taste.type, h->entity, &h->rules, canon);
}

static void same_bytes(const struct buf *a, const struct buf *b)
{
    assert_int_equal(a->len, b->len);
    assert_memory_equal(a->at, b->at, a->len);
}

/* Runs a property over many histories of every entity type. */
static void over_histories(bool equal_values, bool healthy,
                           void (*property)(struct history *h, const struct buf *canon))
{
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        struct history h;
        struct buf canon;
        static const enum entity_type types[] = {ENTITY_SITE,    ENTITY_RECORD,  ENTITY_RECORD,
                                                 ENTITY_RECORD,  ENTITY_CONCEPT, ENTITY_CONCEPT,
                                                 ENTITY_CONCEPT, ENTITY_CONCEPT, ENTITY_MEANS};
        enum entity_type type = types[seed % (sizeof types / sizeof *types)];
        history_init(&h, seed, (struct taste){type, equal_values, healthy});
        fold_of(&h, h.o.op, h.o.n, &canon);
        property(&h, &canon);
        buf_fini(&canon);
        ops_fini(&h.o);
    }
}

/* ---- the model ---- */

struct told { /* one op, decoded; in canonical order */
    const struct fold_op *in;
    struct op op;
    struct slice *values;
    bool in_force, pending, adopted;
};

static void tell(const struct history *h, struct arena *arena, struct told *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t values_n;
        t[i].in = &h->o.op[i];
        bool known = kind_info(t[i].in->kind) != NULL;
        if (!fold_counts(t[i].in, h->entity) || t[i].in->kind == OP_SITE_ERASE || t[i].in->kind == OP_SITE_ATTEST ||
            t[i].in->kind == OP_SITE_RELAYS)
            continue;
        t[i].pending = !known;
        if (!known || op_decode(t[i].in->header, t[i].in->dot.commit, arena, &t[i].op) != ERR_OK)
            continue;
        if (t[i].in->state == BODY_MISSING || (t[i].in->state == BODY_ERASED && !t[i].op.info->erasable))
            t[i].pending = true;
        else
            t[i].in_force = t[i].in->state == BODY_ERASED ||
                            op_decode_body(&t[i].op, t[i].in->body, arena, &t[i].values, &values_n) == ERR_OK;
    }
}

static bool names(const struct dot *dots, size_t n, const struct dot *d)
{
    for (size_t i = 0; i < n; i++) {
        if (dot_compare(&dots[i], d) == 0)
            return true;
    }
    return false;
}

static bool same_ally(const struct told *a, const struct told *b)
{
    return memcmp(a->in->ally, b->in->ally, ALLY_BYTES) == 0;
}

static bool model_adopted(const struct history *h, const struct told *t, size_t n, const struct told *on)
{
    bool seen[256] = {false};
    size_t allies = 0;
    for (size_t i = 0; i < n; i++) {
        if (!t[i].in_force || t[i].op.info->kind != OP_CONCEPT_ADOPT ||
            !names(t[i].op.dots, t[i].op.dots_n, &on->in->dot))
            continue;
        if (h->rules.adopt_by_secretariat && t[i].in->secretariat)
            return true;
        if (!same_ally(&t[i], on) && !seen[t[i].in->ally[0]]) {
            seen[t[i].in->ally[0]] = true;
            allies++;
        }
    }
    return h->rules.adopt_by_allies && allies >= h->rules.adopt_by_allies;
}

static bool is_set(const struct told *t)
{
    return t->op.info->kind == OP_RECORD_INDEX || t->op.info->kind == OP_RECORD_LINK ||
           t->op.info->kind == OP_CONCEPT_RELATE;
}

static bool model_live(const struct told *t, size_t n, const struct told *on, const struct op_write *w)
{
    if (on->in->state == BODY_ERASED && is_set(on) && w->add)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!t[i].in_force || t[i].op.info != on->op.info)
            continue;
        bool effect = on->op.info->who == WHO_OWNER || same_ally(&t[i], on);
        if (on->op.info->who == WHO_PROPOSAL)
            effect = t[i].adopted || (same_ally(&t[i], on) && !on->adopted);
        for (size_t k = 0; effect && k < t[i].op.writes_n; k++) {
            const struct op_write *by = &t[i].op.writes[k];
            if (by->field == w->field && slice_equal(by->lang, w->lang) && slice_equal(by->target, w->target) &&
                names(by->replaces, by->replaces_n, &on->in->dot))
                return false;
        }
    }
    return true;
}

/* The keys among which an op's writes are shown. */
static const struct view_key *keys_of(const struct view *v, const struct told *t, size_t *n)
{
    switch (t->op.info->kind) {
    case OP_CONCEPT_MERGE:
        *n = 1;
        return &v->merge;
    case OP_CONCEPT_RETIRE:
        *n = 1;
        return &v->retire;
    case OP_RECORD_LINK:
        *n = v->links_n;
        return v->links;
    case OP_RECORD_REVIEW:
        *n = v->reviews_n;
        return v->reviews;
    case OP_RECORD_REPLY:
        *n = v->replies_n;
        return v->replies;
    default:
        *n = is_set(t) ? v->sets_n : v->fields_n;
        return is_set(t) ? v->sets : v->fields;
    }
}

static const struct view_value *shown_at(const struct view *v, const struct told *t, const struct op_write *w)
{
    size_t n;
    const struct view_key *keys = keys_of(v, t, &n);
    const struct dot *d = &t->in->dot;
    for (size_t i = 0; i < n; i++) {
        if (keys[i].field != w->field || !slice_equal(keys[i].lang, w->lang) || !slice_equal(keys[i].target, w->target))
            continue;
        for (size_t k = 0; k < keys[i].values_n; k++) {
            if (dot_compare(&keys[i].values[k].dot, d) == 0)
                return &keys[i].values[k];
        }
    }
    return NULL;
}

/* What an entry of the view says, against the op itself. */
static void says(const struct view_value *at, const struct told *t, size_t write)
{
    struct slice target = slice_of(at->value.at, at->value.len);
    if (t->op.info->entity == ENTITY_CONCEPT)
        assert_int_equal(at->adopted, t->adopted);
    if (t->op.info->kind == OP_CONCEPT_MERGE) {
        assert_int_equal(target.len, 2 + t->op.target.len); /* a bin's head */
        assert_memory_equal(target.at + 2, t->op.target.at, t->op.target.len);
    } else if (t->in->state != BODY_ERASED) {
        assert_true(slice_equal(at->value, t->values[write]));
    } else {
        assert_true(slice_equal(at->value, slice_text("\xc0")));
    }
    assert_int_equal(at->retired, t->op.retired);
}

/* The latest adopted merge that lives, followed where it leads. */
static void merges_as_the_model_says(const struct view *v, const struct told *t, size_t n)
{
    const struct told *merge = NULL, *retire = NULL;
    for (size_t i = 0; i < n; i++) {
        bool lives = t[i].in_force && t[i].adopted && t[i].op.writes_n && model_live(t, n, &t[i], &t[i].op.writes[0]);
        if (lives && t[i].op.info->kind == OP_CONCEPT_MERGE)
            merge = &t[i];
        if (lives && t[i].op.info->kind == OP_CONCEPT_RETIRE)
            retire = &t[i];
    }
    assert_int_equal(v->merged_into != NULL, merge && merge->op.target.len);
    if (v->merged_into)
        assert_memory_equal(v->merged_into, merge->op.target.at, CONCEPT_BYTES);
    assert_int_equal(v->deprecated, retire && retire->op.retired);
}

static void as_the_model_says(struct history *h, const struct buf *canon)
{
    struct arena arena = {0};
    struct view v;
    size_t n = h->o.n, shown = 0, said = 0, pending = 0;
    struct told *t = arena_alloc(&arena, n, sizeof *t);
    assert_int_equal(view_read(buf_slice(canon), &arena, &v), ERR_OK);
    ops_sort(h->o.op, n);
    tell(h, &arena, t, n);
    for (size_t i = 0; i < n; i++) {
        pending += t[i].pending;
        t[i].adopted = t[i].in_force && t[i].op.info->who == WHO_PROPOSAL && model_adopted(h, t, n, &t[i]);
    }
    assert_int_equal(v.pending_n, pending);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; t[i].in_force && k < t[i].op.writes_n; k++) {
            const struct op_write *w = &t[i].op.writes[k];
            const struct view_value *at = shown_at(&v, &t[i], w);
            if (w->add)
                assert_int_equal(at != NULL, model_live(t, n, &t[i], w));
            if (at)
                says(at, &t[i], k);
            said += at != NULL;
        }
    }
    merges_as_the_model_says(&v, t, n);
    for (size_t i = 0; i < v.fields_n && v.type != ENTITY_SITE; i++)
        shown += v.fields[i].values_n;
    for (size_t i = 0; i < v.sets_n; i++)
        shown += v.sets[i].values_n;
    for (size_t i = 0; i < v.links_n; i++)
        shown += v.links[i].values_n;
    for (size_t i = 0; i < v.reviews_n; i++)
        shown += v.reviews[i].values_n;
    for (size_t i = 0; i < v.replies_n; i++)
        shown += v.replies[i].values_n;
    shown += v.merge.values_n + v.retire.values_n;
    assert_int_equal(shown, said); /* nothing else is shown */
    arena_fini(&arena);
}

static void folds_agree_with_the_plain_model(void **state)
{
    (void)state;
    over_histories(false, false, as_the_model_says);
}

/* ---- delivery ---- */

static void shuffle(uint64_t *s, struct fold_op *op, size_t n)
{
    for (size_t i = n; i-- > 1;) {
        size_t k = below(s, i + 1);
        struct fold_op t = op[i];
        op[i] = op[k];
        op[k] = t;
    }
}

/* A replica gets shuffled pieces, some twice, and folds after each; what it holds at the end decides. */
static void same_after_any_delivery(struct history *h, const struct buf *canon)
{
    size_t n = h->o.n;
    struct fold_op *sent = calloc(2 * n, sizeof *sent);
    assert_non_null(sent);
    for (int round = 0; round < 3; round++) {
        struct buf got = {0};
        size_t total = n;
        memcpy(sent, h->o.op, n * sizeof *sent);
        for (size_t i = 0; i < n; i++) {
            if (below(&h->random, 3) == 0)
                sent[total++] = h->o.op[i];
        }
        shuffle(&h->random, sent, total);
        for (size_t have = 0; have < total;) {
            have += 1 + below(&h->random, total);
            have = have > total ? total : have;
            buf_fini(&got);
            fold_of(h, sent, have, &got);
        }
        same_bytes(canon, &got);
        buf_fini(&got);
    }
    free(sent);
}

static void every_order_of_delivery_gives_the_same_bytes(void **state)
{
    (void)state;
    over_histories(false, false, same_after_any_delivery);
}

/* ---- metamorphic properties ---- */

static void same_without_what_does_not_count(struct history *h, const struct buf *canon)
{
    struct fold_op *kept = calloc(h->o.n, sizeof *kept);
    struct buf got;
    size_t n = 0;
    assert_non_null(kept);
    for (size_t i = 0; i < h->o.n; i++) {
        bool broken = h->o.op[i].body.len == 1 && h->o.op[i].body.at[0] == 0xc3 && h->o.op[i].state == BODY_PRESENT;
        if (fold_counts(&h->o.op[i], h->entity) && !broken)
            kept[n++] = h->o.op[i];
    }
    fold_of(h, kept, n, &got);
    same_bytes(canon, &got);
    buf_fini(&got);
    free(kept);
}

static void ops_that_do_not_count_change_nothing(void **state)
{
    (void)state;
    over_histories(false, false, same_without_what_does_not_count);
}

static void no_conflicts(struct history *h, const struct buf *canon)
{
    struct arena arena = {0};
    struct view v;
    (void)h;
    assert_int_equal(view_read(buf_slice(canon), &arena, &v), ERR_OK);
    assert_int_equal(v.conflicts, 0);
    arena_fini(&arena);
}

static void equal_values_never_conflict(void **state)
{
    (void)state;
    over_histories(true, true, no_conflicts);
}

static unsigned conflicts_seen;
static void count_conflicts(struct history *h, const struct buf *canon)
{
    struct arena arena = {0};
    struct view v;
    (void)h;
    assert_int_equal(view_read(buf_slice(canon), &arena, &v), ERR_OK);
    conflicts_seen += v.conflicts;
    arena_fini(&arena);
}

/* So that the property above can fail. */
static void unequal_values_do(void **state)
{
    (void)state;
    over_histories(false, true, count_conflicts);
    assert_true(conflicts_seen > SEEDS / 4);
}

static void same_with_an_op_of_another_entity(struct history *h, const struct buf *canon)
{
    struct buf got;
    struct fold_op *more = calloc(h->o.n + 1, sizeof *more);
    assert_non_null(more);
    memcpy(more, h->o.op, h->o.n * sizeof *more);
    uint8_t record[RECORD_BYTES];
    memcpy(record, h->o.record, sizeof record);
    h->o.record[RECORD_BYTES - 1] ^= 1;
    h->o.concept[0] ^= 1;
    struct write_spec w = {.field = 4, .lang = "fr", .text = "ailleurs"};
    size_t all[] = {0};
    w.names_n = 1;
    w.names[0] = all[0];
    ops_write(&h->o, OP_RECORD_PUT, 10, 99999, &w, 1, all, 1);
    more[h->o.n - 1] = h->o.op[h->o.n - 1];
    h->o.record[RECORD_BYTES - 1] ^= 1;
    h->o.concept[0] ^= 1;
    fold_of(h, more, h->o.n, &got);
    same_bytes(canon, &got);
    buf_fini(&got);
    free(more);
}

static void ops_of_another_entity_change_nothing(void **state)
{
    (void)state;
    over_histories(false, false, same_with_an_op_of_another_entity);
}

static unsigned shown_links, merged, deprecated, merges_in_conflict, kinds_seen[64];
static void count_kinds(struct history *h, const struct buf *canon)
{
    struct arena arena = {0};
    struct view v;
    assert_int_equal(view_read(buf_slice(canon), &arena, &v), ERR_OK);
    shown_links += v.links_n > 0;
    merged += v.merged_into != NULL;
    deprecated += v.deprecated;
    merges_in_conflict += v.merge.conflict;
    for (size_t i = 0; i < h->o.n; i++)
        kinds_seen[h->o.op[i].kind % 64]++;
    arena_fini(&arena);
}

/* So that the properties above say something of every kind. */
static void every_op_kind_is_tried_and_shows(void **state)
{
    (void)state;
    over_histories(false, true, count_kinds);
#define X(id, num, name, entity, erasable, who) assert_true(kinds_seen[num] > SEEDS / 8);
    OP_KINDS(X)
#undef X
    assert_true(shown_links > SEEDS / 8 && merged > SEEDS / 40 && deprecated > SEEDS / 40);
    assert_true(merges_in_conflict > SEEDS / 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_agree_with_the_plain_model),
        cmocka_unit_test(every_order_of_delivery_gives_the_same_bytes),
        cmocka_unit_test(ops_that_do_not_count_change_nothing),
        cmocka_unit_test(equal_values_never_conflict),
        cmocka_unit_test(unequal_values_do),
        cmocka_unit_test(ops_of_another_entity_change_nothing),
        cmocka_unit_test(every_op_kind_is_tried_and_shows),
    };
    return sign_start() == ERR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
