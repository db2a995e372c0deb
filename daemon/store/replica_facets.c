#include "daemon/store/replica_facets.h"

#include "daemon/store/query.h"

#define FACET_MAX (1 + 64 + 1 + LANG_MAX) /* a letter, a word, a blank, a language */
#define FACET_ALL 'a'

enum statement { OLD, DROP, PUT, MOVE, BY_ID, NEWEST, OLDEST, TERMS, STATEMENTS };
/* ALSO: what is asked for beside the facet that leads. CROSS JOIN: in this order, whatever SQLite would guess. */
#define ROWS   "SELECT r.record, r.source_id, r.title, r.updated, r.retired, r.conflicts, r.type, r.langs FROM facets f "
#define JOINED " CROSS JOIN records r ON r.record = f.record "
#define ALSO                                                                                                           \
    "AND f.updated >= ?4 AND f.record < ?6 AND f.retired <= ?7 "                                                       \
    "AND (?8 = '' OR r.type = ?8) AND (?9 = '' OR instr(' ' || r.langs || ' ', ' ' || ?9 || ' ')) "
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [OLD]    = "SELECT updated, retired, type, langs, terms FROM records WHERE record = ?",
    [DROP]   = "DELETE FROM facets WHERE facet = ? AND record = ?",
    [PUT]    = "INSERT INTO facets (facet, record, updated, retired) VALUES (?, ?, ?, ?)",
    [MOVE]   = "UPDATE facets SET updated = ?3, retired = ?4 WHERE facet = ?1 AND record = ?2",
    [BY_ID]  = ROWS JOINED "WHERE f.facet = ?1 AND f.record > ?3 " ALSO "ORDER BY f.record LIMIT ?10",
    [NEWEST] = ROWS "INDEXED BY facets_updated" JOINED "WHERE f.facet = ?1 AND (f.updated, f.record) < (?2, ?3) AND f.record >= ?5 " ALSO
               "ORDER BY f.updated DESC, f.record DESC LIMIT ?10",
    [OLDEST] = ROWS "INDEXED BY facets_updated" JOINED "WHERE f.facet = ?1 AND (f.updated, f.record) > (?2, ?3) AND f.record >= ?5 " ALSO
               "ORDER BY f.updated, f.record LIMIT ?10",
    [TERMS]  = "SELECT terms FROM records WHERE NOT retired",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of replica_facets");

struct facet {
    uint8_t at[FACET_MAX];
    size_t len;
};

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_FACETS, which, statements[which]);
}

static struct facet facet_of(char letter, struct slice value)
{
    struct facet f = {.at = {(uint8_t)letter}, .len = 1};
    size_t n = value.len < FACET_MAX - 1 ? value.len : FACET_MAX - 1;
    if (n)
        memcpy(f.at + 1, value.at, n);
    f.len += n;
    return f;
}

static struct facet facet_both(struct slice type, struct slice lang)
{
    struct facet f = facet_of('b', type);
    if (f.len + 1 + lang.len <= FACET_MAX) {
        f.at[f.len++] = ' ';
        memcpy(f.at + f.len, lang.at, lang.len);
        f.len += lang.len;
    }
    return f;
}

/* ---- writing ---- */

struct facets { /* of one row */
    struct facet *at;
    size_t n;
};

static struct slice next_lang(struct slice *langs)
{
    const uint8_t *blank = langs->len ? memchr(langs->at, ' ', langs->len) : NULL;
    struct slice word = {langs->at, blank ? (size_t)(blank - langs->at) : langs->len};
    size_t passed = word.len + (blank != NULL);
    *langs = (struct slice){langs->at + passed, langs->len - passed};
    return word;
}

static err_t facets_of(const struct record_row *r, struct arena *arena, struct facets *out)
{
    struct slice langs = r->langs;
    size_t terms = r->terms.len / CONCEPT_BYTES;
    *out = (struct facets){.at = arena_alloc(arena, 3 + langs.len + 2 + terms, sizeof *out->at)};
    if (!out->at)
        return ERR_MEMORY;
    out->at[out->n++] = facet_of(FACET_ALL, slice_text(""));
    out->at[out->n++] = facet_of('o', slice_of(r->record.at, ALLY_BYTES));
    if (r->type.len)
        out->at[out->n++] = facet_of('t', r->type);
    while (langs.len) {
        struct slice lang = next_lang(&langs);
        out->at[out->n++] = facet_of('l', lang);
        if (r->type.len)
            out->at[out->n++] = facet_both(r->type, lang);
    }
    for (size_t i = 0; i < terms; i++)
        out->at[out->n++] = facet_of('c', slice_of(r->terms.at + i * CONCEPT_BYTES, CONCEPT_BYTES));
    return ERR_OK;
}

static err_t old_row(struct store *s, struct slice record, struct arena *arena, struct record_row *out, bool *found)
{
    struct query q;
    *out = (struct record_row){.record = record};
    start(&q, s, OLD);
    query_blob(&q, record);
    *found = query_row(&q);
    if (*found) {
        out->updated = query_get_uint(&q);
        out->retired = query_get_int(&q) != 0;
        out->type = query_get_copy(&q, arena);
        out->langs = query_get_copy(&q, arena);
        out->terms = query_get_copy(&q, arena);
    }
    return query_end(&q);
}

static err_t write_all(struct store *s, enum statement which, const struct facets *all, const struct record_row *r)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < all->n && !e; i++) {
        struct query q;
        start(&q, s, which);
        query_blob(&q, slice_of(all->at[i].at, all->at[i].len));
        query_blob(&q, r->record);
        if (which != DROP) {
            query_uint(&q, r->updated);
            query_int(&q, r->retired);
        }
        e = query_run(&q);
    }
    return e;
}

static bool same_facets(const struct record_row *a, const struct record_row *b)
{
    return slice_equal(a->type, b->type) && slice_equal(a->langs, b->langs) && slice_equal(a->terms, b->terms);
}

static err_t put(struct store *s, struct arena *arena, const struct record_row *old, const struct record_row *new)
{
    struct facets all = {0};
    if (old && new &&same_facets(old, new)) {
        if (old->updated == new->updated && old->retired == new->retired)
            return ERR_OK;
        err_t e = facets_of(new, arena, &all);
        return e ? e : write_all(s, MOVE, &all, new);
    }
    err_t e = old ? facets_of(old, arena, &all) : ERR_OK;
    if (!e)
        e = write_all(s, DROP, &all, old);
    if (!e && new)
        e = facets_of(new, arena, &all);
    return e || !new ? e : write_all(s, PUT, &all, new);
}

err_t replica_put_facets(struct store *s, struct slice record, const struct record_row *r)
{
    struct arena arena = {0};
    struct record_row old;
    bool found = false;
    err_t e = old_row(s, record, &arena, &old, &found);
    if (!e)
        e = put(s, &arena, found ? &old : NULL, r);
    arena_fini(&arena);
    return e;
}

/* ---- lists ---- */

/* The facet that leads: the rarest first. What else is asked for is looked at row by row. */
static struct facet leading(const struct record_filter *f)
{
    if (f->concept.len)
        return facet_of('c', f->concept);
    if (f->type.len && f->lang.len)
        return facet_both(f->type, f->lang);
    if (f->lang.len)
        return facet_of('l', f->lang);
    if (f->type.len)
        return facet_of('t', f->type);
    /* In the order of ids an owner's records stand side by side anyway. */
    return f->ally.len && f->order != RECORDS_BY_ID ? facet_of('o', f->ally) : facet_of(FACET_ALL, slice_text(""));
}

/* The least bytes that lie after everything which begins with `prefix`. All 0xff: one byte longer than any id. */
static struct slice after_all(struct slice prefix, uint8_t room[RECORD_BYTES + 1])
{
    memset(room, 0xff, RECORD_BYTES + 1);
    size_t n = prefix.len < RECORD_BYTES ? prefix.len : RECORD_BYTES;
    while (n && prefix.at[n - 1] == 0xff)
        n--;
    if (!n)
        return slice_of(room, RECORD_BYTES + 1);
    memcpy(room, prefix.at, n);
    room[n - 1]++;
    return slice_of(room, n);
}

static void bind_place(struct query *q, const struct record_filter *f)
{
    bool newest = f->order == RECORDS_NEWEST;
    struct slice after = f->after ? slice_of(f->after->record, RECORD_BYTES) : slice_text("");
    query_uint(q, f->after ? f->after->updated : newest ? (uint64_t)INT64_MAX : 0);
    query_blob(q, f->order == RECORDS_BY_ID && slice_compare(f->ally, after) > 0 ? f->ally : after);
}

static void read_row(struct query *q, struct arena *arena, struct record_row *r)
{
    r->record = query_get_copy(q, arena);
    r->source_id = query_get_copy(q, arena);
    r->title = query_get_copy(q, arena);
    r->updated = query_get_uint(q);
    r->retired = query_get_int(q) != 0;
    r->conflicts = (unsigned)query_get_uint(q);
    r->type = query_get_copy(q, arena);
    r->langs = query_get_copy(q, arena);
}

err_t replica_records(struct store *s, const struct record_filter *f, size_t limit, struct arena *arena,
                      struct record_row **out, size_t *n)
{
    static const enum statement by[] = {[RECORDS_BY_ID] = BY_ID, [RECORDS_NEWEST] = NEWEST, [RECORDS_OLDEST] = OLDEST};
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct record_row)};
    uint8_t room[RECORD_BYTES + 1];
    struct facet facet = leading(f);
    start(&q, s, by[f->order]);
    query_blob(&q, slice_of(facet.at, facet.len));
    bind_place(&q, f);
    query_uint(&q, f->since);
    query_blob(&q, f->ally);
    query_blob(&q, after_all(f->ally, room));
    query_int(&q, f->retired_too);
    query_text(&q, f->concept.len ? f->type : slice_text(""));
    query_text(&q, f->concept.len ? f->lang : slice_text(""));
    query_int(&q, limit > INT32_MAX ? INT32_MAX : (int64_t)limit);
    while (query_row(&q)) {
        struct record_row *r = query_list_add(&q, &list);
        if (r)
            read_row(&q, arena, r);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t replica_each_terms(struct store *s, void (*each)(void *ctx, struct slice terms), void *ctx)
{
    struct query q;
    start(&q, s, TERMS);
    while (query_row(&q))
        each(ctx, query_get(&q));
    return query_end(&q);
}
