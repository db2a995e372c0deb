/*
 * record_list: pages of records, by what is asked of them (daemon/store/replica_facets.h).
 */
#include "daemon/commons/shortage.h"
#include "daemon/read/cursor.h"
#include "daemon/read/merges.h"
#include "daemon/read/record.h"
#include "daemon/read/say.h"
#include "daemon/store/replica_facets.h"
#include "protocol/base/clock.h"
#include <stdlib.h>

#define LIST         "records"
#define PLACE_BYTES  (8 + RECORD_BYTES)
#define CONCEPTS_MAX 64 /* one, and those that were merged into it */

struct list {
    struct record_filter filter;
    uint8_t concepts[CONCEPTS_MAX][CONCEPT_BYTES];
    size_t concepts_n; /* 0: not asked for */
    struct record_place after;
};

/* ---- what is asked ---- */

static err_t ask_order(struct read *r, struct list *l)
{
    static const char *const orders[] = {
        [RECORDS_BY_ID] = "id", [RECORDS_NEWEST] = "newest", [RECORDS_OLDEST] = "oldest"};
    const char *order = read_text(r, "order");
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (!*order || strcmp(order, orders[i]) == 0) {
            l->filter.order = (enum record_order)i;
            return ERR_OK;
        }
    return why_set(&r->why, ERR_USAGE, "order %.60s", order);
}

static err_t ask_since(struct read *r, struct list *l)
{
    const char *text = read_text(r, "since");
    struct wall from = {0};
    if (*text && rfc3339_read(text, &from))
        return why_set(&r->why, ERR_TIME, "since %.60s", text);
    l->filter.since = from.ms > 0 ? (uint64_t)from.ms << 16 : 0;
    return ERR_OK;
}

static err_t ask_concept(struct read *r, struct list *l)
{
    const struct merges *m;
    const char *text = read_text(r, "concept");
    if (!*text)
        return ERR_OK;
    err_t e = read_target(r, slice_text(text), l->concepts[0]);
    if (e)
        return why_set(&r->why, e, "concept %.100s", text);
    e = read_follow(r, l->concepts[0]);
    if (!e)
        e = read_merges(r, &m);
    l->concepts_n = 1;
    for (size_t i = 0; !e && i < m->followed.final_n && l->concepts_n < CONCEPTS_MAX; i++)
        if (memcmp(m->followed.final[i].target, l->concepts[0], CONCEPT_BYTES) == 0)
            memcpy(l->concepts[l->concepts_n++], m->followed.final[i].child, CONCEPT_BYTES);
    return e;
}

static err_t ask_place(struct read *r, struct list *l)
{
    struct slice place;
    err_t e = cursor_read(r, LIST, PLACE_BYTES, &place);
    if (e || !place.len)
        return e;
    for (size_t i = 0; i < 8; i++)
        l->after.updated = l->after.updated << 8 | place.at[i];
    memcpy(l->after.record, place.at + 8, RECORD_BYTES);
    l->filter.after = &l->after;
    return ERR_OK;
}

static err_t ask(struct read *r, struct list *l)
{
    const struct ally *ally = NULL;
    err_t e = *read_text(r, "ally") ? read_ally(r, read_text(r, "ally"), &ally) : ERR_OK;
    if (!e)
        e = ask_order(r, l);
    if (!e)
        e = ask_since(r, l);
    if (!e)
        e = ask_concept(r, l);
    l->filter.ally = ally ? slice_of(ally->id, ALLY_BYTES) : slice_text("");
    l->filter.type = slice_text(read_text(r, "type"));
    l->filter.lang = slice_text(read_text(r, "lang"));
    l->filter.retired_too = read_flag(r, "retired");
    return e ? e : ask_place(r, l);
}

/* ---- what there is ---- */

static int compare(enum record_order order, const struct record_row *a, const struct record_row *b)
{
    int by_id = slice_compare(a->record, b->record), by_time = (a->updated > b->updated) - (a->updated < b->updated);
    if (order == RECORDS_BY_ID)
        return by_id;
    int both = by_time ? by_time : by_id;
    return order == RECORDS_NEWEST ? -both : both;
}

/* Two ascending lists become one, of `limit` rows at most; what stands in both comes once. */
static err_t join(struct read *r, enum record_order order, struct record_row **rows, size_t *n,
                  const struct record_row *more, size_t more_n, size_t limit)
{
    struct record_row *out = arena_alloc(&r->arena, *n + more_n + 1, sizeof *out);
    size_t a = 0, b = 0, k = 0;
    if (!out)
        return ERR_MEMORY;
    while (k < limit && (a < *n || b < more_n)) {
        int c = a == *n ? 1 : b == more_n ? -1 : compare(order, &(*rows)[a], &more[b]);
        out[k++] = c <= 0 ? (*rows)[a] : more[b];
        a += c <= 0;
        b += c >= 0;
    }
    *rows = out;
    *n = k;
    return ERR_OK;
}

static err_t find(struct read *r, struct list *l, size_t limit, struct record_row **rows, size_t *n)
{
    if (!l->concepts_n)
        return replica_records(r->store, &l->filter, limit, &r->arena, rows, n);
    err_t e = ERR_OK;
    for (size_t i = 0; i < l->concepts_n && !e; i++) {
        struct record_row *more = NULL;
        size_t more_n = 0;
        l->filter.concept = slice_of(l->concepts[i], CONCEPT_BYTES);
        e = replica_records(r->store, &l->filter, limit, &r->arena, &more, &more_n);
        if (!e)
            e = join(r, l->filter.order, rows, n, more, more_n, limit);
    }
    return e;
}

static json_t *langs_json(struct slice langs)
{
    json_t *out = json_array();
    while (langs.len) {
        const uint8_t *blank = memchr(langs.at, ' ', langs.len);
        size_t n = blank ? (size_t)(blank - langs.at) : langs.len, passed = n + (blank != NULL);
        json_array_append_new(out, say_string(slice_of(langs.at, n)));
        langs = slice_of(langs.at + passed, langs.len - passed);
    }
    return out;
}

json_t *read_record_row(struct read *r, const struct record_row *row)
{
    json_t *out = json_object();
    say_put(out, "id", say_id(row->record));
    say_ally(r->authority, out, slice_of(row->record.at, ALLY_BYTES));
    say_put(out, "source_id", row->source_id.len ? say_string(row->source_id) : json_null());
    say_put(out, "type", row->type.len ? say_string(row->type) : json_null());
    say_put(out, "title", say_string(row->title));
    say_put(out, "langs", langs_json(row->langs));
    say_put(out, "updated", say_time(row->updated));
    say_put(out, "retired", json_boolean(row->retired));
    say_put(out, "conflicts", json_integer(row->conflicts));
    return out;
}

static err_t put_next(struct read *r, const struct record_row *last)
{
    uint8_t place[PLACE_BYTES];
    for (size_t i = 0; last && i < 8; i++)
        place[i] = (uint8_t)(last->updated >> (56 - 8 * i));
    if (last)
        memcpy(place + 8, last->record.at, RECORD_BYTES);
    return cursor_put(r, LIST, slice_of(place, last ? sizeof place : 0));
}

err_t read_record_page(struct read *r, struct record_row **rows, size_t *shown)
{
    size_t n = 0, limit = read_limit(r);
    struct list l;
    memset(&l, 0, sizeof l);
    *rows = NULL;
    err_t e = ask(r, &l);
    if (!e)
        e = find(r, &l, limit + 1, rows, &n);
    if (e)
        return e;
    *shown = n < limit ? n : limit;
    return put_next(r, n > limit ? &(*rows)[limit - 1] : NULL);
}

err_t read_record_list(struct read *r)
{
    struct record_row *rows;
    size_t n = 0;
    err_t e = read_record_page(r, &rows, &n);
    json_t *records = json_array();
    for (size_t i = 0; !e && i < n; i++)
        json_array_append_new(records, read_record_row(r, &rows[i]));
    say_put(r->result, "records", records);
    return e;
}
