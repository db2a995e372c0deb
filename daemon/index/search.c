#include "daemon/index/search.h"
#include "daemon/index/facets.h"
#include "daemon/index/follow.h"
#include "daemon/index/page.h"
#include "daemon/read/say.h"
#include <stdlib.h>

#define ROWS_A_LOOK 64
#define SHOWN_MAX   30 /* values of a facet */

/* Weights in the order of enum doc_column. Of two records with a word the one in whose title it stands is meant. */
#define RELEVANCE "CAST(bm25(words, 10.0, 5.0, 4.0, 1.0, 3.0, 3.0, 6.0) * -1000 AS INTEGER)"
#define CARD      "d.record, d.updated, d.type, d.country, d.date_from, d.date_to, d.langs, d.terms"

enum statement { MATCHING, UNRANKED, ALL, MANY, STATEMENTS };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [MATCHING] = "SELECT " CARD ", " RELEVANCE " FROM words JOIN docs d ON d.row = words.rowid WHERE words MATCH ?",
    [UNRANKED] = "SELECT " CARD ", 0 FROM words JOIN docs d ON d.row = words.rowid WHERE words MATCH ?",
    [ALL]      = "SELECT " CARD ", 0 FROM docs d",
    [MANY]     = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)",
};

enum { FACET_ALLY, FACET_TYPE, FACET_LANG, FACET_CONCEPT, FACET_COUNTRY, FACET_YEAR, FACETS };
static const char *const facet_names[FACETS] = {"ally", "type", "lang", "concept", "country", "year"};
/* clang-format on */

struct card { /* a row, borrowed */
    struct slice record, type, country, langs, terms;
    uint64_t updated;
    unsigned from, to;
    int64_t score;
};
struct search {
    struct index *ix;
    struct read *read;
    struct ask ask;
    struct facet facets[FACETS];
    struct hit *hits;
    size_t n, room;
    bool partial, ranked;
};

/* ---- the walk ---- */

static bool has_lang(struct slice langs, struct slice lang)
{
    size_t at = 0;
    while (at + 1 < langs.len) {
        size_t from = at + 1, to = from;
        while (to < langs.len && langs.at[to] != ' ')
            to++;
        bool begins = to - from >= lang.len && memcmp(langs.at + from, lang.at, lang.len) == 0;
        if (begins && (to - from == lang.len || langs.at[from + lang.len] == '-'))
            return true;
        at = to;
    }
    return false;
}

/* Does one of the record's concepts stand in it, where merges have led it to? */
static bool has_term(const struct index *ix, struct slice terms, const struct tree_set *set)
{
    for (size_t at = 0; at + CONCEPT_BYTES <= terms.len; at += CONCEPT_BYTES)
        if (tree_has(set, tree_final(&ix->tree, terms.at + at)))
            return true;
    return false;
}

static bool has_all_terms(const struct search *s, struct slice terms)
{
    const struct tree_set *wanted = &s->ask.terms;
    for (size_t i = 0; i < wanted->n; i++)
        if (!has_term(s->ix, terms, &(struct tree_set){wanted->ids + i, 1}))
            return false;
    return true;
}

static bool passes(const struct search *s, const struct card *c, bool *far)
{
    const struct ask *a = &s->ask;
    *far = false;
    if ((a->ally && memcmp(c->record.at, a->ally->id, ALLY_BYTES) != 0) ||
        (a->type.len && !slice_equal(a->type, c->type)) || (a->lang.len && !has_lang(c->langs, a->lang)) ||
        (c->updated < a->changed) || (a->country[0] && !slice_equal(slice_of(a->country, 2), c->country)) ||
        (a->year && c->from / 10000 != a->year) || (a->since && c->to < a->since) ||
        (a->until && (!c->from || c->from > a->until)))
        return false;
    if (!has_all_terms(s, c->terms))
        return false;
    if (!a->by_concept || has_term(s->ix, c->terms, &a->near))
        return true;
    *far = has_term(s->ix, c->terms, &a->far);
    return *far;
}

/* Once as it is, and once under what it is a kind of: "fr-ca" stands under "fr" as well, where a search for "fr" finds it. */
static err_t count_lang(struct search *s, struct slice lang, struct slice before)
{
    const uint8_t *hyphen = memchr(lang.at, '-', lang.len);
    struct slice root = hyphen ? slice_of(lang.at, (size_t)(hyphen - lang.at)) : lang;
    err_t e = hyphen ? facet_add(&s->facets[FACET_LANG], lang) : ERR_OK;
    return e || has_lang(before, root) ? e : facet_add(&s->facets[FACET_LANG], root);
}

static err_t count_langs(struct search *s, struct slice langs)
{
    err_t e = ERR_OK;
    for (size_t from = 1, to = 1; to < langs.len && !e; to++)
        if (langs.at[to] == ' ') {
            e = count_lang(s, slice_of(langs.at + from, to - from), slice_of(langs.at, from));
            from = to + 1;
        }
    return e;
}

/* A record that names two concepts of which one is merged into the other stands once under it. */
static err_t count_terms(struct search *s, struct slice terms)
{
    err_t e = ERR_OK;
    for (size_t at = 0; at + CONCEPT_BYTES <= terms.len && !e; at += CONCEPT_BYTES) {
        const uint8_t *end = tree_final(&s->ix->tree, terms.at + at);
        bool again = false;
        for (size_t before = 0; before < at && !again; before += CONCEPT_BYTES)
            again = memcmp(tree_final(&s->ix->tree, terms.at + before), end, CONCEPT_BYTES) == 0;
        if (!again)
            e = facet_add(&s->facets[FACET_CONCEPT], slice_of(end, CONCEPT_BYTES));
    }
    return e;
}

static err_t count(struct search *s, const struct card *c)
{
    uint8_t year[4] = "";
    for (unsigned i = 4, rest = c->from / 10000; i--; rest /= 10)
        year[i] = (uint8_t)('0' + rest % 10);
    err_t e = facet_add(&s->facets[FACET_ALLY], slice_of(c->record.at, ALLY_BYTES));
    if (!e)
        e = facet_add(&s->facets[FACET_TYPE], c->type);
    if (!e)
        e = facet_add(&s->facets[FACET_COUNTRY], c->country);
    if (!e)
        e = facet_add(&s->facets[FACET_YEAR], slice_of(year, c->from ? sizeof year : 0));
    if (!e)
        e = count_langs(s, c->langs);
    return e ? e : count_terms(s, c->terms);
}

static err_t keep(struct search *s, const struct card *c, bool far)
{
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 256;
        struct hit *hits = reallocarray(s->hits, room, sizeof *hits);
        if (!hits)
            return ERR_MEMORY;
        s->hits = hits;
        s->room = room;
    }
    struct hit *hit = &s->hits[s->n++];
    *hit = (struct hit){.far = s->ranked && far, .score = c->score, .updated = c->updated};
    memcpy(hit->record, c->record.at, RECORD_BYTES);
    return count(s, c);
}

static void read_card(struct query *q, struct card *c)
{
    c->record = query_get(q);
    c->updated = query_get_uint(q);
    c->type = query_get(q);
    c->country = query_get(q);
    c->from = (unsigned)query_get_uint(q);
    c->to = (unsigned)query_get_uint(q);
    c->langs = query_get(q);
    c->terms = query_get(q);
    c->score = query_get_int(q);
    if (!q->err && c->record.len != RECORD_BYTES)
        q->err = ERR_DATABASE;
}

/* Ranking costs more than all else where most records have the words, and says the least there. */
static err_t is_ranked(struct search *s, bool *out)
{
    struct query q;
    int64_t n = 0;
    *out = s->ask.order == ASK_BEST;
    if (!*out || s->ask.rank_most < 0 || !s->ask.expression.len)
        return ERR_OK;
    index_start(&q, s->ix, OWNER_SEARCH, MANY, statements);
    query_text(&q, buf_slice(&s->ask.expression));
    query_int(&q, s->ask.rank_most + 1);
    if (query_row(&q))
        n = query_get_int(&q);
    *out = n <= s->ask.rank_most;
    return query_end(&q);
}

static err_t walk(struct search *s)
{
    struct query q;
    struct card c;
    bool far = false, words = s->ask.expression.len > 0;
    err_t e = ERR_OK;
    index_start(&q, s->ix, OWNER_SEARCH, !words ? ALL : s->ranked ? MATCHING : UNRANKED, statements);
    if (words)
        query_text(&q, buf_slice(&s->ask.expression));
    for (size_t rows = 0; !e && !s->partial && query_row(&q); rows++) {
        read_card(&q, &c);
        if (!q.err && passes(s, &c, &far))
            e = keep(s, &c, far);
        s->partial = rows % ROWS_A_LOOK == ROWS_A_LOOK - 1 && index_is_over(s->ix);
    }
    err_t stopped = query_end(&q);
    s->partial |= stopped == ERR_TIMEOUT;
    return e ? e : stopped == ERR_TIMEOUT ? ERR_OK : stopped;
}

static err_t walk_in_time(struct search *s)
{
    index_hurry(s->ix);
    err_t e = is_ranked(s, &s->ranked);
    if (!e)
        e = walk(s);
    index_rest(s->ix);
    if (e != ERR_TIMEOUT)
        return e;
    s->partial = true;
    return ERR_OK;
}

/* ---- the answer ---- */

static json_t *value_json(struct search *s, size_t facet, const struct facet_count *c)
{
    json_t *out = json_object();
    struct slice value = slice_of(c->value, c->len), label = value;
    bool id = facet == FACET_ALLY || facet == FACET_CONCEPT;
    if (facet == FACET_ALLY) {
        const struct ally *ally = authority_ally(s->read->authority, c->value);
        label = ally ? ally->name : slice_text("");
    } else if (facet == FACET_CONCEPT) {
        label = read_label(s->read, value);
    }
    say_put(out, "value", id ? say_id(value) : say_string(value));
    say_put(out, "label", label.len ? say_string(label) : json_null());
    say_put(out, "count", json_integer(c->count));
    return out;
}

static void put_facets(struct search *s)
{
    json_t *out = json_object();
    for (size_t i = 0; i < FACETS; i++) {
        json_t *values = json_array();
        facet_sort(&s->facets[i]);
        for (size_t k = 0; k < s->facets[i].n && k < SHOWN_MAX; k++)
            json_array_append_new(values, value_json(s, i, &s->facets[i].slots[k]));
        say_put(out, facet_names[i], values);
    }
    say_put(s->read->result, "facets", out);
}

static err_t put_page(struct search *s)
{
    const struct ask *a = &s->ask;
    json_t *records = json_array(), *one = NULL;
    size_t at = 0, shown = 0;
    err_t e = ERR_OK;
    ask_sort(a, s->hits, s->n);
    while (a->goes_on && at < s->n && ask_compare(a, &s->hits[at], &a->from) <= 0)
        at++;
    for (; at < s->n && shown < a->limit && !e; at++) {
        e = page_record(s->read, a, &s->hits[at], &one);
        if (one)
            json_array_append_new(records, one);
        shown += one != NULL;
    }
    say_put(s->read->result, "total", json_integer((json_int_t)s->n));
    say_put(s->read->result, "partial", json_boolean(s->partial));
    if (a->rank_most >= 0)
        say_put(s->read->result, "ranked", json_boolean(s->ranked));
    say_put(s->read->result, "behind", json_boolean(follow_is_behind(s->ix, s->read->store)));
    say_put(s->read->result, "records", records);
    say_put(s->read->result, "next", !e && at && at < s->n ? ask_cursor(a, &s->hits[at - 1]) : json_null());
    return e;
}

err_t search_run(struct index *ix, struct read *read)
{
    struct search s = {.ix = ix, .read = read};
    err_t e = ask_read(ix, read, &s.ask);
    if (!e)
        e = walk_in_time(&s);
    if (!e)
        e = put_page(&s);
    if (!e)
        put_facets(&s);
    for (size_t i = 0; i < FACETS; i++)
        facet_fini(&s.facets[i]);
    free(s.hits);
    ask_fini(&s.ask);
    return e;
}
