#include "daemon/web/around.h"
#include "daemon/commons/shortage.h"
#include <stdlib.h>

static int by_label(const void *left, const void *right)
{
    const struct around_one *a = left, *b = right;
    int by = strcmp(a->label, b->label);
    return by ? by : strcmp(a->id, b->id);
}

/* ---- concepts ---- */

static err_t take(struct http_request *q, const json_t *list, size_t more, struct around_one **out, size_t *n)
{
    size_t i;
    json_t *one;
    *out = arena_alloc(request_arena(q), json_array_size(list) + more + 1, sizeof **out);
    if (!*out)
        return ERR_MEMORY;
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        if (!*sheet_text(one, "id") || json_is_true(json_object_get(one, "suppressed")))
            continue;
        (*out)[(*n)++] = (struct around_one){sheet_text(one, "id"), sheet_text(one, "label"),
                                             !json_is_true(json_object_get(one, "adopted"))};
    }
    return ERR_OK;
}

static const char *keep(struct http_request *q, struct slice text)
{
    char *out = arena_alloc(request_arena(q), 1, text.len + 1);
    if (out && text.len)
        memcpy(out, text.at, text.len);
    shortage_note(out ? ERR_OK : ERR_MEMORY);
    return out ? out : "";
}

static bool is_there(const struct around_one *list, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].id, id) == 0)
            return true;
    return false;
}

/* Those that lead to it from others. */
static err_t edges_to(struct read *r, unsigned relation, const json_t *shown, struct edge_row **out, size_t *n)
{
    struct slice id;
    struct edge_row *rows = NULL;
    size_t all = 0;
    err_t e = read_entity(r, ENTITY_CONCEPT, sheet_text(shown, "id"), &id);
    if (!e)
        e = replica_edges_of(r->store, relation, id, &r->arena, &rows, &all);
    if (e)
        return e;
    *n = 0;
    for (size_t i = 0; i < all; i++)
        if (slice_equal(rows[i].target, id))
            rows[(*n)++] = rows[i];
    *out = rows;
    return ERR_OK;
}

static struct around_one child_of(struct http_request *q, struct read *r, const struct edge_row *row)
{
    char id[BASE32_LEN(CONCEPT_BYTES) + 1];
    base32_encode(row->child, id);
    return (struct around_one){keep(q, slice_text(id)), keep(q, read_label(r, row->child)), !row->adopted};
}

/* Who says that it is related to this one says it of both. */
static err_t take_related(struct http_request *q, struct read *r, const json_t *shown, struct around *a)
{
    struct edge_row *rows = NULL;
    size_t n = 0;
    err_t e = edges_to(r, REL_RELATED, shown, &rows, &n);
    if (!e)
        e = take(q, json_object_get(shown, "related"), n, &a->places[NEIGHBOURS_BESIDE], &a->n[NEIGHBOURS_BESIDE]);
    for (size_t i = 0; i < n && !e; i++) {
        struct around_one *list = a->places[NEIGHBOURS_BESIDE], one = child_of(q, r, &rows[i]);
        if (!is_there(list, a->n[NEIGHBOURS_BESIDE], one.id))
            list[a->n[NEIGHBOURS_BESIDE]++] = one;
    }
    return e;
}

/* A component may have thousands: what the drawing has no room for is a number there. */
static err_t take_lying(struct http_request *q, struct read *r, const json_t *shown, struct around *a)
{
    struct edge_row *rows = NULL;
    size_t n = 0;
    err_t e = edges_to(r, REL_FACET, shown, &rows, &n);
    if (!e)
        e = take(q, NULL, n, &a->lying, &a->lying_n);
    for (size_t i = 0; i < n && !e; i++)
        a->lying[a->lying_n++] =
            i < AROUND_LYING ? child_of(q, r, &rows[i]) : (struct around_one){"", "", !rows[i].adopted};
    return e;
}

/* ---- records ---- */

static err_t take_records(struct http_request *q, struct read *r, const json_t *shown, struct around *a)
{
    read_fn *list = read_find("record.list");
    const json_t *args = r->args;
    json_t *result = r->result, *asked = json_pack("{s:s, s:s, s:i}", "concept", sheet_text(shown, "id"), "order",
                                                   "newest", "limit", AROUND_RECORDS);
    size_t i;
    json_t *one;
    r->args = asked;
    r->result = json_object();
    err_t e = list(r);
    a->records = r->result;
    r->args = args;
    r->result = result;
    json_decref(asked);
    const json_t *rows = json_object_get(a->records, "records");
    struct around_one *out = arena_alloc(request_arena(q), json_array_size(rows) + 1, sizeof *out);
    if (e || !out)
        return e ? e : ERR_MEMORY;
    json_array_foreach((json_t *)(uintptr_t)rows, i, one) out[i] =
        (struct around_one){sheet_text(one, "id"), sheet_text(one, "title"), false};
    a->places[NEIGHBOURS_RECORDS] = out;
    a->n[NEIGHBOURS_RECORDS] = json_array_size(rows);
    return ERR_OK;
}

err_t around_read(struct http_request *q, struct read *read, const json_t *shown, struct around *out)
{
    *out = (struct around){.records = NULL};
    err_t e = take(q, json_object_get(shown, "broader"), 0, &out->places[NEIGHBOURS_ABOVE], &out->n[NEIGHBOURS_ABOVE]);
    if (!e)
        e = take(q, json_object_get(shown, "narrower"), 0, &out->places[NEIGHBOURS_BELOW], &out->n[NEIGHBOURS_BELOW]);
    if (!e)
        e = take_related(q, read, shown, out);
    if (!e)
        e = take(q, json_object_get(shown, "facet"), 0, &out->facets, &out->facets_n);
    if (!e)
        e = take_lying(q, read, shown, out);
    for (size_t i = 0; i < NEIGHBOURS_RECORDS && !e; i++)
        qsort(out->places[i], out->n[i], sizeof *out->places[i], by_label);
    return e ? e : take_records(q, read, shown, out);
}

void around_fini(struct around *a)
{
    json_decref(a->records);
    a->records = NULL;
}

/* ---- drawing ---- */

static const struct crossing_concept *place_of(const struct crossings *c, const char *id)
{
    uint8_t bytes[CONCEPT_BYTES];
    return c && base32_decode(slice_text(id), bytes, sizeof bytes) == ERR_OK ? crossings_find(c, bytes) : NULL;
}

static void put_patches(struct http_request *q, const struct crossings *c, const char *id, struct neighbours_node *node)
{
    struct neighbours_patch *patches = arena_alloc(request_arena(q), NEIGHBOURS_PATCHES, sizeof *patches);
    node->patches = patches;
    node->patches_n = patches ? prose_patches(c, place_of(c, id), patches) : 0;
}

static void put_nodes(struct http_request *q, const struct crossings *c, const char *path,
                      const struct around_one *from, size_t n, struct neighbours_node *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (struct neighbours_node){
            .href = sheet_path(q, path, from[i].id, ""),
            .label = slice_text(*from[i].label ? from[i].label : from[i].id),
            .waits = from[i].waits,
        };
        if (strcmp(path, "/concepts/") == 0)
            put_patches(q, c, from[i].id, &out[i]);
    }
}

/* `more` of them come after those of the place. */
static void put_place(struct neighbours *n, enum neighbours_place place, const struct around *a, struct http_request *q,
                      const struct crossings *c, const struct around_one *more, size_t more_n)
{
    const char *path = place == NEIGHBOURS_RECORDS ? "/records/" : "/concepts/";
    struct neighbours_node *nodes = arena_alloc(request_arena(q), a->n[place] + more_n + 1, sizeof *nodes);
    if (!nodes)
        return;
    put_nodes(q, c, path, a->places[place], a->n[place], nodes);
    put_nodes(q, c, path, more, more_n, nodes + a->n[place]);
    n->places[place].at = nodes;
    n->places[place].n = a->n[place] + more_n;
}

void around_draw(const struct around *a, struct http_request *q, struct html *h, const struct crossings *c,
                 const json_t *shown)
{
    static const char *const more[] = {[NEIGHBOURS_ABOVE] = "#broader",
                                       [NEIGHBOURS_BESIDE] = "#related",
                                       [NEIGHBOURS_BELOW] = "#narrower",
                                       [NEIGHBOURS_RECORDS] = "#records"};
    const json_t *labels = json_object_get(shown, "prefLabel");
    const char *lang = prose_choose(labels, h->lang), *id = sheet_text(shown, "id");
    struct neighbours n = {.middle = {.label = slice_text(lang ? sheet_text(labels, lang) : id)}};
    n.middle.waits = strcmp(sheet_text(shown, "status"), "proposed") == 0;
    put_patches(q, c, id, &n.middle);
    for (size_t i = 0; i < NEIGHBOURS_PLACES; i++)
        n.places[i].more = more[i];
    put_place(&n, NEIGHBOURS_ABOVE, a, q, c, a->facets, a->facets_n);
    put_place(&n, NEIGHBOURS_BESIDE, a, q, c, NULL, 0);
    put_place(&n, NEIGHBOURS_BELOW, a, q, c, a->lying, a->lying_n);
    put_place(&n, NEIGHBOURS_RECORDS, a, q, c, NULL, 0);
    if (a->lying_n)
        n.places[NEIGHBOURS_BELOW].more = "#lying";
    if (!a->n[NEIGHBOURS_ABOVE] && a->facets_n)
        n.places[NEIGHBOURS_ABOVE].more = "#facet";
    neighbours_draw(h, &n);
}
