#include "daemon/index/ask.h"
#include "daemon/read/cursor.h"
#include "daemon/read/say.h"
#include "protocol/base/base32.h"
#include "protocol/base/clock.h"
#include <ctype.h>
#include <stdlib.h>

#define EXPRESSION_CAP (64u * 1024)
#define CURSOR_BYTES   (ASK_HASH_BYTES + 1 + 8 + 8 + RECORD_BYTES)
#define DOMAIN_ASK     "allied/search/1"

int hit_compare(const void *left, const void *right)
{
    const struct hit *a = left, *b = right;
    if (a->far != b->far)
        return a->far ? 1 : -1;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    if (a->updated != b->updated)
        return a->updated < b->updated ? 1 : -1;
    return memcmp(a->record, b->record, RECORD_BYTES);
}

static int oldest_first(const void *left, const void *right)
{
    const struct hit *a = left, *b = right;
    if (a->updated != b->updated)
        return a->updated < b->updated ? -1 : 1;
    return memcmp(a->record, b->record, RECORD_BYTES);
}

int ask_compare(const struct ask *a, const struct hit *left, const struct hit *right)
{
    return a->order == ASK_OLDEST ? oldest_first(left, right) : hit_compare(left, right);
}

void ask_sort(const struct ask *a, struct hit *hits, size_t n)
{
    if (n)
        qsort(hits, n, sizeof *hits, a->order == ASK_OLDEST ? oldest_first : hit_compare);
}

/* ---- where a question goes on ---- */

static void put_u64(uint8_t *at, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(v >> (56 - 8 * i));
}

static uint64_t get_u64(const uint8_t *at)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | at[i];
    return v;
}

json_t *ask_cursor(const struct ask *a, const struct hit *last)
{
    uint8_t bytes[CURSOR_BYTES], *at = bytes;
    char text[BASE32_LEN(CURSOR_BYTES) + 1];
    memcpy(at, a->hash, ASK_HASH_BYTES);
    at += ASK_HASH_BYTES;
    *at++ = last->far;
    put_u64(at, (uint64_t)last->score);
    put_u64(at + 8, last->updated);
    memcpy(at + 16, last->record, RECORD_BYTES);
    base32_encode(slice_of(bytes, sizeof bytes), text);
    return json_string(text);
}

static err_t take_cursor(struct read *r, struct ask *a)
{
    uint8_t bytes[CURSOR_BYTES], *at = bytes + ASK_HASH_BYTES;
    const char *text = read_text(r, "cursor");
    if (!*text)
        return ERR_OK;
    if (base32_decode(slice_text(text), bytes, sizeof bytes) || memcmp(bytes, a->hash, ASK_HASH_BYTES) != 0)
        return why_set(&r->why, ERR_CURSOR, "%.150s", text);
    a->goes_on = true;
    a->from = (struct hit){.far = *at != 0, .score = (int64_t)get_u64(at + 1), .updated = get_u64(at + 9)};
    memcpy(a->from.record, at + 17, RECORD_BYTES);
    return ERR_OK;
}

static err_t hash_question(const struct read *r, struct ask *a)
{
    uint8_t hash[HASH_BYTES];
    char *text = NULL;
    err_t e = cursor_question(r, &text);
    if (e)
        return e;
    struct slice parts[] = {slice_text(DOMAIN_ASK), slice_text(text)};
    hash256(hash, parts, 2);
    memcpy(a->hash, hash, ASK_HASH_BYTES);
    free(text);
    return ERR_OK;
}

/* ---- filters ---- */

static err_t take_words(struct read *r, const char *key, bool last_open, struct terms *out)
{
    err_t e = terms_read(slice_text(read_text(r, key)), last_open, out);
    return e == ERR_SEARCH_LONG || e == ERR_UTF8 ? why_set(&r->why, e, "%s", key) : e;
}

static err_t take_place(struct read *r, struct ask *a)
{
    const char *place = read_text(r, "place");
    bool country = strlen(place) == 2 && isalpha((unsigned char)place[0]) && isalpha((unsigned char)place[1]);
    for (int i = 0; i < 2 && country; i++)
        a->country[i] = (uint8_t)toupper((unsigned char)place[i]);
    return country ? ERR_OK : take_words(r, "place", false, &a->place);
}

static err_t take_date(struct read *r, const char *key, bool last, unsigned *out)
{
    const char *text = read_text(r, key);
    unsigned from = 0, to = 0;
    if (!*text)
        return ERR_OK;
    if (!doc_days(slice_text(text), &from, &to))
        return why_set(&r->why, ERR_TIME, "%s: %.100s", key, text);
    *out = last ? to : from;
    return ERR_OK;
}

static err_t take_changed(struct read *r, struct ask *a)
{
    const char *text = read_text(r, "changed");
    struct wall from = {0};
    if (*text && rfc3339_read(text, &from))
        return why_set(&r->why, ERR_TIME, "changed: %.100s", text);
    a->changed = from.ms > 0 ? (uint64_t)from.ms << 16 : 0;
    return ERR_OK;
}

static err_t take_concept(struct index *ix, struct read *r, struct ask *a)
{
    struct slice id;
    const char *text = read_text(r, "concept");
    a->by_concept = *text != 0;
    err_t e = a->by_concept ? read_entity(r, ENTITY_CONCEPT, text, &id) : ERR_OK;
    if (e)
        return e;
    /* What merges lead to counts for what a record names, too. */
    e = a->by_concept ? tree_need_edges(&ix->tree, r->store) : tree_need_merges(&ix->tree, r->store);
    if (!e && a->by_concept)
        e = tree_around(&ix->tree, id.at, &r->arena, &a->near, &a->far);
    if (e || !a->by_concept || !read_flag(r, "exact"))
        return e;
    uint8_t(*one)[CONCEPT_BYTES] = arena_alloc(&r->arena, 1, CONCEPT_BYTES);
    if (!one)
        return ERR_MEMORY;
    memcpy(one[0], tree_final(&ix->tree, id.at), CONCEPT_BYTES);
    a->near = (struct tree_set){(const uint8_t(*)[CONCEPT_BYTES])one, 1};
    a->far = (struct tree_set){NULL, 0};
    return ERR_OK;
}

static err_t take_order(struct read *r, struct ask *a)
{
    static const char *const orders[] = {[ASK_BEST] = "best", [ASK_NEWEST] = "newest", [ASK_OLDEST] = "oldest"};
    const char *order = read_text(r, "order");
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (!*order || strcmp(order, orders[i]) == 0) {
            a->order = (enum ask_order)i;
            return ERR_OK;
        }
    return why_set(&r->why, ERR_USAGE, "order: %.60s", order);
}

static err_t take_year(struct read *r, struct ask *a)
{
    const char *text = read_text(r, "year");
    unsigned from = 0, to = 0;
    if (!*text)
        return ERR_OK;
    if (strlen(text) != 4 || !doc_days(slice_text(text), &from, &to))
        return why_set(&r->why, ERR_TIME, "year: %.100s", text);
    a->year = from / 10000;
    return ERR_OK;
}

/* Concepts by their ids, a blank between two: each of them where its merges end. */
static err_t take_terms(struct index *ix, struct read *r, struct ask *a)
{
    uint8_t(*ids)[CONCEPT_BYTES] = arena_alloc(&r->arena, ASK_TERMS_MAX, CONCEPT_BYTES);
    const char *text = read_text(r, "term");
    size_t n = 0;
    if (!ids)
        return ERR_MEMORY;
    while (*(text += strspn(text, " "))) {
        struct slice id;
        char one[BASE32_LEN(CONCEPT_BYTES) + 1] = "";
        size_t len = strcspn(text, " ");
        if (n == ASK_TERMS_MAX || len >= sizeof one)
            return why_set(&r->why, ERR_USAGE, "term: %.100s", text);
        memcpy(one, text, len);
        err_t e = read_entity(r, ENTITY_CONCEPT, one, &id);
        if (e)
            return e;
        memcpy(ids[n++], tree_final(&ix->tree, id.at), CONCEPT_BYTES);
        text += len;
    }
    a->terms = (struct tree_set){(const uint8_t(*)[CONCEPT_BYTES])ids, n};
    return ERR_OK;
}

static size_t take_limit(const struct read *r)
{
    int64_t n = read_number(r, "limit", ASK_LIMIT_DEFAULT);
    return n < 1 ? 1 : n > ASK_LIMIT_MAX ? ASK_LIMIT_MAX : (size_t)n;
}

err_t ask_read(struct index *ix, struct read *r, struct ask *a)
{
    const char *ally = read_text(r, "ally");
    *a = (struct ask){.limit = take_limit(r), .rank_most = read_number(r, "rank_most", -1)};
    buf_init(&a->expression, EXPRESSION_CAP);
    a->type = slice_text(read_text(r, "type"));
    a->lang = slice_text(read_text(r, "in_lang"));
    err_t e = hash_question(r, a);
    if (!e)
        e = take_cursor(r, a);
    if (!e)
        e = take_words(r, "q", !read_flag(r, "whole"), &a->words);
    if (!e)
        e = take_place(r, a);
    if (!e)
        e = *ally ? read_ally(r, ally, &a->ally) : ERR_OK;
    if (!e)
        e = take_date(r, "since", false, &a->since);
    if (!e)
        e = take_date(r, "until", true, &a->until);
    if (!e)
        e = take_changed(r, a);
    if (!e)
        e = take_year(r, a);
    if (!e)
        e = take_order(r, a);
    if (!e)
        e = take_concept(ix, r, a);
    if (!e)
        e = take_terms(ix, r, a);
    if (!e)
        e = terms_expression(&a->words, NULL, &a->expression);
    return e ? e : terms_expression(&a->place, "place", &a->expression);
}

void ask_fini(struct ask *a)
{
    buf_fini(&a->expression);
}
