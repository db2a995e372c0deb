/*
 * Concepts go first, since records carry their labels: what changes in a concept later makes its records due again.
 */
#include "daemon/index/follow.h"
#include "daemon/index/words.h"
#include "daemon/store/changed.h"

#define PAGE        64
#define NAME_BYTES  256 /* of a folded name, and of a title as a suggestion */
#define MERGES_LONG 16  /* of one concept's merges, one after the other, whose labels count */

enum statement {
    STANDING,
    SET_STANDING,
    DROP_NAMES,
    PUT_NAME,
    LABELS,
    ADD_DUE,
    NEXT_DUE,
    DROP_DUE,
    DOC_ROW,
    DROP_DOC,
    PUT_DOC,
    DROP_WORDS,
    PUT_WORDS,
    DROP_LABELLED,
    PUT_LABELLED,
    ROW_TERMS,
    STATEMENTS
};
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [STANDING]      = "SELECT generation, concepts, records, cleaned FROM standing",
    [SET_STANDING]  = "INSERT OR REPLACE INTO standing (one, generation, concepts, records, cleaned) VALUES (1, ?, ?, ?, ?)",
    [DROP_NAMES]    = "DELETE FROM names WHERE type = ? AND entity = ?",
    [PUT_NAME]      = "INSERT INTO names (folded, type, entity, what, lang, label) VALUES (?, ?, ?, ?, ?, ?)",
    [LABELS]        = "SELECT label, lang FROM names WHERE type = ? AND entity = ? ORDER BY row",
    [ADD_DUE]       = "INSERT OR IGNORE INTO due (row) SELECT row FROM labelled WHERE concept = ?",
    [NEXT_DUE]      = "SELECT d.row, o.record FROM due d JOIN docs o ON o.row = d.row ORDER BY d.row LIMIT 1",
    [DROP_DUE]      = "DELETE FROM due WHERE row = ?",
    [DOC_ROW]       = "SELECT row FROM docs WHERE record = ?",
    [DROP_DOC]      = "DELETE FROM docs WHERE row = ?",
    [PUT_DOC]       = "INSERT OR REPLACE INTO docs (row, record, updated, type, country, date_from, date_to, langs, terms) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING row",
    [DROP_WORDS]    = "DELETE FROM words WHERE rowid = ?",
    [PUT_WORDS]     = "INSERT INTO words (rowid, title, subtitle, abstract, body, people, place, labels) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [DROP_LABELLED] = "DELETE FROM labelled WHERE concept = ? AND row = ?",
    [PUT_LABELLED]  = "INSERT OR IGNORE INTO labelled (concept, row) VALUES (?, ?)",
    [ROW_TERMS]     = "SELECT terms FROM docs WHERE row = ?",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of follow");

struct standing {
    uint8_t generation[GENERATION_BYTES];
    uint64_t concepts, records, cleaned;
    bool known;
};
struct follow {
    struct index *ix;
    struct store *replica;
    struct arena arena; /* of the entity at hand */
    struct standing at;
    struct buf folded;
    err_t err;
};

static void start(struct query *q, struct follow *f, enum statement which)
{
    index_start(q, f->ix, OWNER_FOLLOW, which, statements);
}

static err_t run_on(struct follow *f, enum statement which, int64_t row)
{
    struct query q;
    start(&q, f, which);
    query_int(&q, row);
    return query_run(&q);
}

/* ---- names ---- */

struct naming {
    struct follow *f;
    enum entity_type type;
    struct slice entity, lang;
    enum name_of what;
};

/* Words with a blank between them. */
static void fold_name(struct slice label, struct buf *out)
{
    struct words w = words_start(label);
    struct words_one one;
    buf_clear(out);
    while (words_next(&w, &one) && out->len + one.len + 1 <= NAME_BYTES) {
        if (out->len)
            buf_byte(out, ' ');
        buf_add(out, words_slice(&one));
    }
}

static void put_name(void *ctx, struct slice label)
{
    struct naming *n = ctx;
    struct query q;
    if (n->f->err)
        return;
    fold_name(label, &n->f->folded);
    if (!n->f->folded.len)
        return;
    start(&q, n->f, PUT_NAME);
    query_text(&q, buf_slice(&n->f->folded));
    query_int(&q, (int64_t)n->type);
    query_blob(&q, n->entity);
    query_int(&q, (int64_t)n->what);
    query_text(&q, n->lang);
    query_text(&q, label);
    n->f->err = query_run(&q);
}

static bool names_it(enum entity_type type, uint64_t field, enum name_of *what)
{
    *what = type == ENTITY_RECORD   ? NAME_TITLE
            : field == C_PREF_LABEL ? NAME_PREF
            : field == C_ALT_LABEL  ? NAME_ALT
                                    : NAME_HIDDEN;
    return type == ENTITY_RECORD ? field == R_TITLE
                                 : field == C_PREF_LABEL || field == C_ALT_LABEL || field == C_HIDDEN_LABEL;
}

static err_t drop_names(struct follow *f, enum entity_type type, struct slice entity)
{
    struct query q;
    start(&q, f, DROP_NAMES);
    query_int(&q, (int64_t)type);
    query_blob(&q, entity);
    return query_run(&q);
}

static err_t put_names(struct follow *f, const struct view *v)
{
    struct naming n = {.f = f, .type = v->type, .entity = v->entity};
    for (size_t i = 0; i < v->fields_n && !f->err; i++) {
        const struct view_key *key = &v->fields[i];
        n.lang = key->lang;
        if (key->shown && names_it(v->type, key->field, &n.what))
            doc_texts(v->type, key->field, key->shown->value, put_name, &n);
    }
    return f->err;
}

/* ---- concepts ---- */

static err_t follow_concept(struct follow *f, struct slice id)
{
    struct query q;
    struct slice canon;
    struct view v;
    tree_forget(&f->ix->tree);
    err_t e = drop_names(f, ENTITY_CONCEPT, id);
    start(&q, f, ADD_DUE);
    query_blob(&q, id);
    if (!e)
        e = query_run(&q);
    else
        query_end(&q);
    if (e)
        return e;
    e = replica_get(f->replica, ENTITY_CONCEPT, id, &f->arena, &canon);
    if (!e)
        e = view_read(canon, &f->arena, &v);
    return e == ERR_NOT_FOUND ? ERR_OK : e ? e : put_names(f, &v);
}

/* ---- records ---- */

static err_t add_labels(struct follow *f, struct slice concept)
{
    struct query q;
    start(&q, f, LABELS);
    query_int(&q, ENTITY_CONCEPT);
    query_blob(&q, concept);
    while (query_row(&q)) {
        struct slice label = query_get(&q), lang = query_get(&q);
        doc_label(&f->ix->doc, label, lang);
    }
    return query_end(&q);
}

static err_t note_labelled(struct follow *f, struct slice concept, int64_t row)
{
    struct query q;
    start(&q, f, PUT_LABELLED);
    query_blob(&q, concept);
    query_int(&q, row);
    return query_run(&q);
}

static const uint8_t *merged_into(const struct tree *t, const uint8_t *concept)
{
    for (size_t i = 0; i < t->merge_rows_n; i++)
        if (memcmp(t->merge_rows[i].child.at, concept, CONCEPT_BYTES) == 0)
            return lattice_suppressed(t->merges.suppressed, i) ? NULL : t->merge_rows[i].target.at;
    return NULL;
}

/* The concept's labels, and those of each that its merges lead over. */
static err_t label(struct follow *f, const uint8_t *concept, int64_t row)
{
    err_t e = ERR_OK;
    for (int steps = 0; concept && steps < MERGES_LONG && !e; steps++) {
        struct slice id = slice_of(concept, CONCEPT_BYTES);
        e = add_labels(f, id);
        if (!e)
            e = note_labelled(f, id, row);
        concept = merged_into(&f->ix->tree, concept);
    }
    return e;
}

static err_t label_all(struct follow *f, int64_t row)
{
    const struct buf *terms = &f->ix->doc.terms;
    err_t e = tree_need_merges(&f->ix->tree, f->replica);
    for (size_t at = 0; at + CONCEPT_BYTES <= terms->len && !e; at += CONCEPT_BYTES)
        e = label(f, terms->at + at, row);
    return e ? e : doc_error(&f->ix->doc);
}

static err_t doc_row(struct follow *f, struct slice record, int64_t *row)
{
    struct query q;
    *row = 0;
    start(&q, f, DOC_ROW);
    query_blob(&q, record);
    if (query_row(&q))
        *row = query_get_int(&q);
    return query_end(&q);
}

/* Of the concepts it named; those that merges led over may stay: they make the record due once too often. */
static err_t drop_labelled(struct follow *f, int64_t row)
{
    struct query q;
    struct slice terms = {0};
    start(&q, f, ROW_TERMS);
    query_int(&q, row);
    if (query_row(&q))
        terms = query_get_copy(&q, &f->arena);
    err_t e = query_end(&q);
    for (size_t at = 0; at + CONCEPT_BYTES <= terms.len && !e; at += CONCEPT_BYTES) {
        start(&q, f, DROP_LABELLED);
        query_blob(&q, slice_of(terms.at + at, CONCEPT_BYTES));
        query_int(&q, row);
        e = query_run(&q);
    }
    return e;
}

static err_t drop_doc(struct follow *f, int64_t row)
{
    err_t e = row ? drop_labelled(f, row) : ERR_OK;
    if (row && !e)
        e = run_on(f, DROP_WORDS, row);
    if (row && !e)
        e = run_on(f, DROP_DUE, row);
    return row && !e ? run_on(f, DROP_DOC, row) : e;
}

/* *row 0: a new one. */
static err_t put_doc(struct follow *f, struct slice record, uint64_t updated, int64_t *row)
{
    struct query q;
    const struct doc *d = &f->ix->doc;
    start(&q, f, PUT_DOC);
    if (*row)
        query_int(&q, *row);
    else
        query_null(&q);
    query_blob(&q, record);
    query_uint(&q, updated);
    query_text(&q, d->type);
    query_text(&q, d->country);
    query_int(&q, d->from);
    query_int(&q, d->to);
    query_text(&q, buf_slice(&d->langs));
    query_blob(&q, buf_slice(&d->terms));
    if (query_row(&q))
        *row = query_get_int(&q);
    return query_end(&q);
}

static err_t put_words(struct follow *f, int64_t row)
{
    struct query q;
    start(&q, f, PUT_WORDS);
    query_int(&q, row);
    for (size_t i = 0; i < DOC_COLUMNS; i++)
        query_text(&q, buf_slice(&f->ix->doc.words[i]));
    return query_run(&q);
}

static err_t put_record(struct follow *f, const struct view *v, int64_t row)
{
    uint64_t updated = 0;
    err_t e = replica_updated(f->replica, v->entity, &updated);
    if (!e)
        e = doc_read(&f->ix->doc, v);
    if (!e)
        e = put_doc(f, v->entity, updated, &row);
    if (!e)
        e = label_all(f, row);
    if (!e)
        e = put_words(f, row);
    return e ? e : put_names(f, v);
}

static err_t follow_record(struct follow *f, struct slice id)
{
    struct slice canon;
    struct view v = {0};
    int64_t row = 0;
    err_t e = doc_row(f, id, &row);
    if (!e)
        e = drop_doc(f, row);
    if (!e)
        e = drop_names(f, ENTITY_RECORD, id);
    if (e)
        return e;
    e = replica_get(f->replica, ENTITY_RECORD, id, &f->arena, &canon);
    if (!e)
        e = view_read(canon, &f->arena, &v);
    if (e == ERR_NOT_FOUND || (!e && v.tombstones_n))
        return ERR_OK;
    return e ? e : put_record(f, &v, row);
}

/* ---- one step ---- */

static err_t read_standing(struct follow *f)
{
    struct query q;
    start(&q, f, STANDING);
    f->at.known = query_row(&q);
    if (f->at.known) {
        query_get_fixed(&q, f->at.generation, GENERATION_BYTES);
        f->at.concepts = query_get_uint(&q);
        f->at.records = query_get_uint(&q);
        f->at.cleaned = query_get_uint(&q);
    }
    return query_end(&q);
}

static err_t note_standing(struct follow *f)
{
    struct query q;
    start(&q, f, SET_STANDING);
    query_blob(&q, slice_of(f->at.generation, GENERATION_BYTES));
    query_uint(&q, f->at.concepts);
    query_uint(&q, f->at.records);
    query_uint(&q, f->at.cleaned);
    return query_run(&q);
}

/* A page of what changed; *end: there is no more. */
static err_t follow_page(struct follow *f, enum entity_type type, uint64_t *at, uint64_t last, int64_t until_ms,
                         bool *end)
{
    struct arena page = {0};
    struct changed_row *rows = NULL;
    size_t n = 0, i = 0;
    err_t e = changed_since(f->replica, type, *at, PAGE, &page, &rows, &n);
    for (; i < n && !e && (i == 0 || index_now_ms() < until_ms); i++) {
        arena_clear(&f->arena);
        e = type == ENTITY_CONCEPT ? follow_concept(f, rows[i].entity) : follow_record(f, rows[i].entity);
        if (!e)
            *at = rows[i].number;
    }
    *end = !e && i == n && n < PAGE;
    if (*end)
        *at = last;
    arena_fini(&page);
    return e;
}

static err_t follow_due(struct follow *f, bool *end)
{
    struct query q;
    int64_t row = 0;
    struct slice record = {0};
    arena_clear(&f->arena);
    start(&q, f, NEXT_DUE);
    bool found = query_row(&q);
    if (found) {
        row = query_get_int(&q);
        record = query_get_copy(&q, &f->arena);
    }
    err_t e = query_end(&q);
    *end = !found;
    if (!found || e)
        return e;
    e = follow_record(f, record);
    return e ? e : run_on(f, DROP_DUE, row);
}

static err_t follow_all(struct follow *f, uint64_t last, int64_t until_ms, bool *more)
{
    bool end = false, due = false;
    err_t e = ERR_OK;
    do {
        due = f->at.concepts >= last && f->at.records >= last;
        if (due)
            e = follow_due(f, &end);
        else if (f->at.concepts < last)
            e = follow_page(f, ENTITY_CONCEPT, &f->at.concepts, last, until_ms, &end);
        else
            e = follow_page(f, ENTITY_RECORD, &f->at.records, last, until_ms, &end);
        *more = !(due && end);
    } while (!e && *more && index_now_ms() < until_ms);
    return e;
}

static bool is_foreign(const struct follow *f, const struct changed_state *now)
{
    return f->at.known && (memcmp(f->at.generation, now->generation, GENERATION_BYTES) != 0 ||
                           f->at.concepts > now->last || f->at.records > now->last);
}

static err_t step(struct follow *f, const struct changed_state *now, int64_t until_ms, bool *more)
{
    const struct standing before = f->at;
    memcpy(f->at.generation, now->generation, GENERATION_BYTES);
    err_t e = store_begin(f->ix->db);
    if (e)
        return e;
    e = follow_all(f, now->last, until_ms, more);
    if (!e && (!before.known || before.concepts != f->at.concepts || before.records != f->at.records))
        e = note_standing(f);
    if (!e)
        e = store_commit(f->ix->db);
    if (e) {
        store_rollback(f->ix->db);
        tree_forget(&f->ix->tree);
    }
    return e;
}

err_t follow_step(struct index *ix, struct store *replica, int64_t budget_ms, bool *more, bool *foreign)
{
    struct follow f = {.ix = ix, .replica = replica};
    struct changed_state now;
    buf_init(&f.folded, NAME_BYTES + 1);
    *more = *foreign = false;
    err_t e = changed_state(replica, &now);
    if (!e)
        e = read_standing(&f);
    *foreign = !e && is_foreign(&f, &now);
    if (!e && !*foreign)
        e = step(&f, &now, index_now_ms() + budget_ms, more);
    buf_fini(&f.folded);
    arena_fini(&f.arena);
    return e;
}

bool follow_is_behind(struct index *ix, struct store *replica)
{
    struct follow f = {.ix = ix, .replica = replica};
    struct changed_state now;
    struct query q;
    if (changed_state(replica, &now) || read_standing(&f))
        return true;
    start(&q, &f, NEXT_DUE);
    bool due = query_row(&q);
    return query_end(&q) || due || !f.at.known || f.at.concepts < now.last || f.at.records < now.last;
}
