/*
 * What lists need of records and concepts. The counters of `totals` follow each row written, so that a status costs one row.
 */
#include "daemon/store/replica.h"

#include "daemon/store/query.h"
#include "daemon/store/replica_facets.h"
#include "daemon/store/replica_use.h"
#include "protocol/base/base32.h"

enum statement {
    OLD_RECORD,
    OLD_CONCEPT,
    PUT_RECORD,
    PUT_CONCEPT,
    DROP_RECORD,
    DROP_CONCEPT,
    ADD_TOTALS,
    TOTALS,
    UPDATED,
    CONCEPTS,
    WAITING,
    CONFLICTS,
    BETWEEN,
    BY_URI,
    STATEMENTS
};
/* clang-format off */
#define CONCEPT_COLUMNS "concept, uri, kind, label, adopted, deprecated, updated, conflicts, proposer, waiting, since"
#define CONCEPT_THERE   "(label <> '' OR uri <> '' OR adopted OR waiting > 0)"
static const char *const statements[STATEMENTS] = {
    [OLD_RECORD]  = "SELECT NOT retired, NOT retired AND conflicts > 0 FROM records WHERE record = ?",
    [OLD_CONCEPT] = "SELECT " CONCEPT_THERE ", conflicts > 0 FROM concepts WHERE concept = ?",
    [PUT_RECORD]  = "INSERT OR REPLACE INTO records (record, source_id, title, updated, retired, conflicts, type, langs, terms) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [PUT_CONCEPT] = "INSERT OR REPLACE INTO concepts (concept, uri, kind, label, adopted, deprecated, updated, conflicts, "
                    "proposer, waiting, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [DROP_RECORD] = "DELETE FROM records WHERE record = ?",
    [DROP_CONCEPT] = "DELETE FROM concepts WHERE concept = ?",
    [ADD_TOTALS]  = "UPDATE totals SET records = records + ?, concepts = concepts + ?, conflicts = conflicts + ?",
    [TOTALS]      = "SELECT records, concepts, conflicts FROM totals",
    [UPDATED]     = "SELECT updated FROM records WHERE record = ?",
    [CONCEPTS]    = "SELECT " CONCEPT_COLUMNS " FROM concepts "
                    "WHERE concept > ?1 AND " CONCEPT_THERE " AND ?2 IN ('', kind) "
                    "AND (length(?3) = 0 OR concept IN (SELECT child FROM edges WHERE target = ?3 AND relation = 3)) "
                    "ORDER BY concept LIMIT ?4",
    [WAITING]     = "SELECT " CONCEPT_COLUMNS " FROM concepts "
                    "WHERE waiting > 0 AND (since, concept) > (?, ?) ORDER BY since, concept LIMIT ?",
    [CONFLICTS]   = "SELECT 2, record, title, conflicts FROM records WHERE conflicts > 0 AND NOT retired "
                    "UNION ALL SELECT 3, concept, label, conflicts FROM concepts WHERE conflicts > 0 ORDER BY 1, 2",
    [BETWEEN]     = "SELECT id FROM entities WHERE type = ? AND id BETWEEN ? AND ? ORDER BY id LIMIT 2",
    [BY_URI]      = "SELECT concept FROM concepts WHERE uri = ? AND uri <> '' ORDER BY concept LIMIT 1",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of replica_lists");
_Static_assert(REL_FACET == 3, "CONCEPTS names it by number");
_Static_assert(ENTITY_RECORD == 2 && ENTITY_CONCEPT == 3, "CONFLICTS names these types by number");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_LISTS, which, statements[which]);
}

static err_t end_list(struct query *q, const struct query_list *list, void **out, size_t *n)
{
    err_t e = query_end(q);
    if (!e) {
        *out = list->at;
        *n = list->n;
    }
    return e;
}

/* ---- counters ---- */

struct share { /* what one entity adds to the counters: 0 or 1 each */
    int64_t counted, conflicts;
};

static err_t old_share(struct store *s, enum statement which, struct slice id, struct share *out)
{
    struct query q;
    *out = (struct share){0};
    start(&q, s, which);
    query_blob(&q, id);
    if (query_row(&q)) {
        out->counted = query_get_int(&q);
        out->conflicts = query_get_int(&q);
    }
    return query_end(&q);
}

static err_t add_totals(struct store *s, int64_t records, int64_t concepts, int64_t conflicts)
{
    struct query q;
    if (!records && !concepts && !conflicts)
        return ERR_OK;
    start(&q, s, ADD_TOTALS);
    query_int(&q, records);
    query_int(&q, concepts);
    query_int(&q, conflicts);
    return query_run(&q);
}

err_t replica_counts(struct store *s, struct replica_counts *out)
{
    struct query q;
    struct replica_counts counts = {0};
    start(&q, s, TOTALS);
    bool found = query_row(&q);
    if (found) {
        counts.records = query_get_uint(&q);
        counts.concepts = query_get_uint(&q);
        counts.conflicts = query_get_uint(&q);
    }
    err_t e = query_end(&q);
    if (!e && !found)
        e = ERR_DATABASE;
    if (!e)
        *out = counts;
    return e;
}

/* ---- writing ---- */

err_t replica_put_record(struct store *s, const struct record_row *r)
{
    struct query q;
    struct share old, new = {!r->retired, !r->retired && r->conflicts};
    err_t e = old_share(s, OLD_RECORD, r->record, &old);
    if (!e)
        e = replica_put_facets(s, r->record, r);
    if (e)
        return e;
    start(&q, s, PUT_RECORD);
    query_blob(&q, r->record);
    query_text(&q, r->source_id);
    query_text(&q, r->title);
    query_uint(&q, r->updated);
    query_int(&q, r->retired);
    query_int(&q, r->conflicts);
    query_text(&q, r->type);
    query_text(&q, r->langs);
    query_blob(&q, r->terms);
    e = query_run(&q);
    return e ? e : add_totals(s, new.counted - old.counted, 0, new.conflicts - old.conflicts);
}

static err_t put_concept_row(struct store *s, const struct concept_row *c)
{
    struct query q;
    start(&q, s, PUT_CONCEPT);
    query_blob(&q, c->concept);
    query_text(&q, c->uri);
    query_text(&q, c->kind);
    query_text(&q, c->label);
    query_int(&q, c->adopted);
    query_int(&q, c->deprecated);
    query_uint(&q, c->updated);
    query_int(&q, c->conflicts);
    query_blob(&q, c->proposer);
    query_int(&q, c->waiting);
    query_uint(&q, c->since);
    return query_run(&q);
}

static err_t drop_one(struct store *s, enum statement which, struct slice id)
{
    struct query q;
    start(&q, s, which);
    query_blob(&q, id);
    return query_run(&q);
}

err_t replica_drop_rows(struct store *s, enum entity_type type, struct slice entity)
{
    struct share old;
    if (type != ENTITY_RECORD && type != ENTITY_CONCEPT)
        return ERR_OK;
    bool record = type == ENTITY_RECORD;
    err_t e = old_share(s, record ? OLD_RECORD : OLD_CONCEPT, entity, &old);
    if (!e && record)
        e = replica_put_facets(s, entity, NULL);
    if (!e)
        e = drop_one(s, record ? DROP_RECORD : DROP_CONCEPT, entity);
    if (!e)
        e = record ? replica_put_links(s, entity, NULL, 0) : replica_put_edges(s, entity, NULL, 0);
    if (!e)
        e = record ? replica_put_uses(s, entity, NULL, 0) : replica_put_adoption(s, entity, NULL);
    return e ? e : add_totals(s, record ? -old.counted : 0, record ? 0 : -old.counted, -old.conflicts);
}

err_t replica_put_concept(struct store *s, const struct concept_row *c, const struct edge_row *edges, size_t edges_n)
{
    struct share old, new = {c->label.len || c->uri.len || c->adopted || c->waiting, c->conflicts > 0};
    err_t e = old_share(s, OLD_CONCEPT, c->concept, &old);
    if (!e)
        e = put_concept_row(s, c);
    if (!e)
        e = add_totals(s, 0, new.counted - old.counted, new.conflicts - old.conflicts);
    return e ? e : replica_put_edges(s, c->concept, edges, edges_n);
}

/* ---- lists ---- */

err_t replica_updated(struct store *s, struct slice record, uint64_t *out)
{
    struct query q;
    uint64_t updated = 0;
    start(&q, s, UPDATED);
    query_blob(&q, record);
    bool found = query_row(&q);
    if (found)
        updated = query_get_uint(&q);
    err_t e = query_end_found(&q, found);
    if (!e)
        *out = updated;
    return e;
}

static int64_t limit_of(size_t limit)
{
    return limit > INT32_MAX ? INT32_MAX : (int64_t)limit;
}

static void read_concept(struct query *q, struct arena *arena, struct concept_row *c)
{
    c->concept = query_get_copy(q, arena);
    c->uri = query_get_copy(q, arena);
    c->kind = query_get_copy(q, arena);
    c->label = query_get_copy(q, arena);
    c->adopted = query_get_int(q) != 0;
    c->deprecated = query_get_int(q) != 0;
    c->updated = query_get_uint(q);
    c->conflicts = (unsigned)query_get_uint(q);
    c->proposer = query_get_copy(q, arena);
    c->waiting = (unsigned)query_get_uint(q);
    c->since = query_get_uint(q);
}

static err_t concept_rows(struct query *q, struct arena *arena, struct concept_row **out, size_t *n)
{
    struct query_list list = {.arena = arena, .size = sizeof(struct concept_row)};
    void *rows = NULL;
    while (query_row(q)) {
        struct concept_row *c = query_list_add(q, &list);
        if (c)
            read_concept(q, arena, c);
    }
    err_t e = end_list(q, &list, &rows, n);
    if (!e)
        *out = rows;
    return e;
}

err_t replica_concepts(struct store *s, const struct concept_filter *filter, struct slice after, size_t limit,
                       struct arena *arena, struct concept_row **out, size_t *n)
{
    struct query q;
    static const struct concept_filter all = {
        .kind = {NULL, 0}
    };
    filter = filter ? filter : &all;
    start(&q, s, CONCEPTS);
    query_blob(&q, after);
    query_text(&q, filter->kind);
    query_blob(&q, filter->facet);
    query_int(&q, limit_of(limit));
    return concept_rows(&q, arena, out, n);
}

err_t replica_concepts_waiting(struct store *s, uint64_t since, struct slice after, size_t limit, struct arena *arena,
                               struct concept_row **out, size_t *n)
{
    struct query q;
    start(&q, s, WAITING);
    query_uint(&q, since);
    query_blob(&q, after);
    query_int(&q, limit_of(limit));
    return concept_rows(&q, arena, out, n);
}

err_t replica_conflicts(struct store *s, struct arena *arena, struct conflict_row **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct conflict_row)};
    void *rows = NULL;
    start(&q, s, CONFLICTS);
    while (query_row(&q)) {
        struct conflict_row *c = query_list_add(&q, &list);
        if (c) {
            c->type = (enum entity_type)query_get_int(&q);
            c->entity = query_get_copy(&q, arena);
            c->label = query_get_copy(&q, arena);
            c->conflicts = (unsigned)query_get_uint(&q);
        }
    }
    err_t e = end_list(&q, &list, &rows, n);
    if (!e)
        *out = rows;
    return e;
}

/* ---- finding ---- */

#define PREFIX_CHARS 64 /* of 5 bits: whole bytes, and more than the longest id */
#define PREFIX_BYTES 40

/* The lowest and the highest id that begin with the prefix's bits: padded with zeros, and with ones. */
static err_t prefix_range(const char *prefix, size_t id_bytes, uint8_t low[PREFIX_BYTES], uint8_t high[PREFIX_BYTES])
{
    char text[PREFIX_CHARS];
    size_t n = strlen(prefix);
    if (n < 1 || n > BASE32_LEN(id_bytes))
        return ERR_BASE32;
    memcpy(text, prefix, n);
    memset(text + n, 'a', sizeof text - n);
    err_t e = base32_decode(slice_of(text, sizeof text), low, PREFIX_BYTES);
    memset(text + n, '7', sizeof text - n);
    if (!e)
        e = base32_decode(slice_of(text, sizeof text), high, PREFIX_BYTES);
    /* A whole id's last character has bits left over. They are zero in every id. */
    if (!e && low[id_bytes])
        e = ERR_BASE32;
    return e;
}

err_t replica_by_prefix(struct store *s, enum entity_type type, const char *base32_prefix, struct arena *arena,
                        struct slice out[2], size_t *n)
{
    struct query q;
    uint8_t low[PREFIX_BYTES], high[PREFIX_BYTES];
    struct slice found[2] = {0};
    size_t found_n = 0, id_bytes = entity_bytes(type);
    err_t e = prefix_range(base32_prefix, id_bytes, low, high);
    if (e)
        return e;
    start(&q, s, BETWEEN);
    query_int(&q, (int64_t)type);
    query_blob(&q, slice_of(low, id_bytes));
    query_blob(&q, slice_of(high, id_bytes));
    while (found_n < 2 && query_row(&q))
        found[found_n++] = query_get_copy(&q, arena);
    e = query_end(&q);
    if (!e) {
        out[0] = found[0];
        out[1] = found[1];
        *n = found_n;
    }
    return e;
}

err_t replica_concept_by_uri(struct store *s, struct slice uri, uint8_t out[CONCEPT_BYTES])
{
    struct query q;
    uint8_t id[CONCEPT_BYTES];
    start(&q, s, BY_URI);
    query_text(&q, uri);
    bool found = query_row(&q);
    if (found)
        query_get_fixed(&q, id, sizeof id);
    err_t e = query_end_found(&q, found);
    if (!e)
        memcpy(out, id, sizeof id);
    return e;
}
