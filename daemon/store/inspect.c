#include "daemon/store/inspect.h"

#include "daemon/store/query.h"
#include "daemon/store/schema.h"

#include <stdio.h>

enum statement { SCHEMA, COUNTS, COMMIT, PLACES, CHARTERS, ACTS, DERIVED, STATEMENTS = DERIVED + INSPECT_TABLES };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [SCHEMA]      = "SELECT type, name, tbl_name, sql FROM sqlite_master",
    [COUNTS]      = "SELECT (SELECT count(*) FROM commits), (SELECT coalesce(sum(seq), 0) FROM logs), "
                    "(SELECT count(*) FROM bodies), (SELECT coalesce(sum(ops), 0) FROM logs), (SELECT coalesce(sum(ops), 0) FROM commits), "
                    "(SELECT count(*) FROM commits c JOIN bodies b ON b.row >> 8 = c.row AND b.row & 255 < c.ops)",
    [COMMIT]      = "SELECT c.row, c.dot, c.clock, c.ops FROM logs l JOIN commits c ON c.log = l.row AND c.seq = ?3 "
                    "WHERE l.site = ?1 AND l.incarnation = ?2",
    [PLACES]      = "SELECT header_at, header_len, state <> 1 AND (salt IS NOT NULL OR body IS NOT NULL) FROM bodies "
                    "WHERE row BETWEEN ? AND ? ORDER BY row",
    [CHARTERS]    = "SELECT id, carried, number FROM charters",
    [ACTS]        = "SELECT id, carried, number FROM roster",
    [DERIVED]     = "SELECT type, entity, row, kind FROM ops",
    [DERIVED + 1] = "SELECT type, id, hash, canon FROM entities",
    [DERIVED + 2] = "SELECT * FROM records",
    [DERIVED + 3] = "SELECT * FROM concepts",
    [DERIVED + 4] = "SELECT * FROM edges",
    [DERIVED + 5] = "SELECT * FROM totals",
    [DERIVED + 6] = "SELECT * FROM erasures WHERE early = 0",
    [DERIVED + 7] = "SELECT * FROM attests",
    [DERIVED + 8] = "SELECT * FROM links",
    [DERIVED + 9] = "SELECT e.type, e.id FROM entities e JOIN changed c ON c.type = e.type AND c.entity = e.id",
    [DERIVED + 10] = "SELECT * FROM uses",
    [DERIVED + 11] = "SELECT * FROM adoptions",
    [DERIVED + 12] = "SELECT * FROM facets",
    [DERIVED + 13] = "SELECT type, entity, term, facts FROM facts",
};
static const char *const tables[INSPECT_TABLES] = {"ops", "entities", "records", "concepts", "edges", "totals", "erasures", "attests", "links", "changed",
    "uses", "adoptions", "facets", "facts"};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of inspect");

static void start(struct query *q, struct store *s, unsigned which)
{
    query_start(q, s, OWNER_INSPECT, which, statements[which]);
}

/* ---- definitions ---- */

static bool is_among(const char *const *list, struct slice sql)
{
    for (; *list; list++)
        if (slice_equal(slice_text(*list), sql))
            return true;
    return false;
}

/* SQLite finds a table by its name column and reads its columns out of the text: both have to say the same. */
static bool is_ours(struct slice type, struct slice name, struct slice table, struct slice sql)
{
    char head[200];
    bool is_table = slice_equal(type, slice_text("table"));
    if (!is_table && !slice_equal(type, slice_text("index")))
        return false;
    if (!sql.len) /* made for a UNIQUE or PRIMARY KEY */
        return !is_table && name.len > 17 && memcmp(name.at, "sqlite_autoindex_", 17) == 0;
    if (is_table && !slice_equal(name, table))
        return false;
    if (!is_among(schema_log(), sql) && !is_among(schema_derived(), sql) && !is_among(schema_local(), sql))
        return false;
    const char *unique = sql.len > 14 && memcmp(sql.at, "CREATE UNIQUE ", 14) == 0 ? "UNIQUE " : "";
    int n = is_table ? snprintf(head, sizeof head, "CREATE TABLE %.*s (", (int)name.len, (const char *)name.at)
                     : snprintf(head, sizeof head, "CREATE %sINDEX %.*s ON %.*s (", unique, (int)name.len,
                                (const char *)name.at, (int)table.len, (const char *)table.at);
    return n > 0 && (size_t)n < sizeof head && sql.len > (size_t)n && memcmp(head, sql.at, (size_t)n) == 0;
}

err_t inspect_schema(struct store *s, struct why *why)
{
    struct query q;
    err_t found = ERR_OK;
    start(&q, s, SCHEMA);
    while (query_row(&q)) {
        struct slice type = query_get(&q), name = query_get(&q), table = query_get(&q), sql = query_get(&q);
        if (!found && !is_ours(type, name, table, sql))
            found =
                why_set(why, ERR_DATABASE, "schema %.*s", (int)(name.len < 60 ? name.len : 60), (const char *)name.at);
    }
    err_t e = query_end(&q);
    return e ? e : found;
}

/* ---- logs ---- */

err_t inspect_counts(struct store *s)
{
    struct query q;
    bool same = false;
    start(&q, s, COUNTS);
    if (query_row(&q)) {
        uint64_t commits = query_get_uint(&q), seqs = query_get_uint(&q), bodies = query_get_uint(&q),
                 ops = query_get_uint(&q), ops_too = query_get_uint(&q), placed = query_get_uint(&q);
        same = commits == seqs && bodies == ops && ops == ops_too && bodies == placed;
    }
    err_t e = query_end(&q);
    return e ? e : same ? ERR_OK : ERR_VERIFY;
}

static err_t check_places(struct store *s, int64_t row, const struct commit *c)
{
    struct query q;
    size_t i = 0;
    bool same = true;
    start(&q, s, PLACES);
    query_int(&q, row << 8);
    query_int(&q, (row << 8) + (LIMIT_OPS - 1));
    while (query_row(&q)) {
        uint64_t at = query_get_uint(&q), len = query_get_uint(&q);
        bool left_over = query_get_int(&q) != 0;
        same = same && i < c->ops_n && !left_over && len == c->ops[i].header.len &&
               at == (uint64_t)(c->ops[i].header.at - c->envelope.at);
        i++;
    }
    err_t e = query_end(&q);
    return e ? e : same && i == c->ops_n ? ERR_OK : ERR_VERIFY;
}

err_t inspect_commit(struct store *s, const struct log_id *log, const struct commit *c)
{
    struct query q;
    int64_t row = 0;
    bool same = false;
    start(&q, s, COMMIT);
    query_blob(&q, slice_of(log->site, SITE_BYTES));
    query_uint(&q, log->incarnation);
    query_uint(&q, c->seq);
    if (query_row(&q)) {
        row = query_get_int(&q);
        struct slice dot = query_get(&q);
        uint64_t clock = query_get_uint(&q), ops = query_get_uint(&q);
        same = slice_equal(dot, slice_of(c->id, 16)) && clock == c->clock && ops == c->ops_n;
    }
    err_t e = query_end(&q);
    return e ? e : same ? check_places(s, row, c) : ERR_VERIFY;
}

/* ---- charters and roster ---- */

static err_t rolls(struct store *s, enum statement which, struct arena *arena, struct inspect_roll **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct inspect_roll)};
    start(&q, s, which);
    while (query_row(&q)) {
        struct inspect_roll *roll = query_list_add(&q, &list);
        if (!roll)
            break;
        roll->id = query_get_copy(&q, arena);
        roll->carried = query_get_copy(&q, arena);
        roll->number = query_get_uint(&q);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t inspect_charters(struct store *s, struct arena *arena, struct inspect_roll **out, size_t *n)
{
    return rolls(s, CHARTERS, arena, out, n);
}

err_t inspect_acts(struct store *s, struct arena *arena, struct inspect_roll **out, size_t *n)
{
    return rolls(s, ACTS, arena, out, n);
}

/* ---- derived tables ---- */

/* Each cell as its type, its length and its bytes; a number as eight of them. */
static err_t hash_row(struct query *q, struct buf *row, uint8_t out[HASH_BYTES])
{
    buf_clear(row);
    for (int i = 0; i < sqlite3_column_count(q->st); i++) {
        int type = sqlite3_column_type(q->st, i);
        int64_t number = type == SQLITE_INTEGER ? sqlite3_column_int64(q->st, i) : 0;
        const void *at = type == SQLITE_INTEGER ? &number : sqlite3_column_blob(q->st, i);
        int64_t len = type == SQLITE_INTEGER ? (int64_t)sizeof number : sqlite3_column_bytes(q->st, i);
        buf_byte(row, (uint8_t)type);
        buf_append(row, &len, sizeof len);
        if (len)
            buf_append(row, at, (size_t)len);
    }
    struct slice part = buf_slice(row);
    hash256(out, &part, 1);
    return row->err;
}

static err_t sum_table(struct store *s, size_t table, struct buf *row, uint8_t sum[HASH_BYTES])
{
    struct query q;
    start(&q, s, (unsigned)(DERIVED + table));
    while (query_row(&q)) {
        uint8_t hash[HASH_BYTES];
        q.err = hash_row(&q, row, hash);
        if (!q.err)
            sum256_add(sum, hash);
    }
    return query_end(&q);
}

err_t inspect_derived(struct store *s, struct inspect_sums *out)
{
    struct inspect_sums sums = {0};
    struct buf row;
    err_t e = ERR_OK;
    buf_init(&row, 128u * 1024 * 1024);
    for (size_t i = 0; i < INSPECT_TABLES && !e; i++)
        e = sum_table(s, i, &row, sums.sum[i]);
    buf_fini(&row);
    if (!e)
        *out = sums;
    return e;
}

const char *inspect_table(size_t table)
{
    return table < INSPECT_TABLES ? tables[table] : "";
}
