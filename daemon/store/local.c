#include "daemon/store/local.h"

#include "daemon/store/query.h"

enum statement {
    PUT_SITE,
    DROP_SITE,
    SITES,
    SET,
    GET,
    SETTINGS,
    PUT_INVITATION,
    INVITATION,
    IMPORT_GET,
    IMPORT_SET,
    IMPORT_DROP,
    HELD_SET,
    UNHELD,
    UNHELD_BY,
    ADDRESS_ADD,
    ADDRESSES,
    PUT_JOIN,
    DROP_JOIN,
    JOINS,
    PUT_ASK,
    DROP_ASK,
    ASKS,
    STATEMENTS
};
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [PUT_SITE]       = "INSERT OR REPLACE INTO own_sites (site, name, guard_path, incarnation, before_seq, before_id) VALUES (?, ?, ?, ?, ?, ?)",
    [DROP_SITE]      = "DELETE FROM own_sites WHERE site = ?",
    [SITES]          = "SELECT site, name, guard_path, incarnation, before_seq, before_id FROM own_sites "
                       "ORDER BY name = (SELECT CAST(value AS TEXT) FROM settings WHERE key = '" SETTING_FIRST "') DESC, name, site",
    [SET]            = "INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)",
    [GET]            = "SELECT value FROM settings WHERE key = ?",
    [PUT_INVITATION] = "INSERT OR REPLACE INTO invitations (secret_key, ally_name, expires_ms, used_by, confirm, answer) VALUES (?, ?, ?, ?, ?, ?)",
    [INVITATION]     = "SELECT secret_key, ally_name, expires_ms, used_by, confirm, answer FROM invitations WHERE secret_key = ?",
    [SETTINGS]       = "SELECT key, value FROM settings WHERE substr(key, 1, ?1) = ?2 AND length(value) > 0 ORDER BY key",
    [IMPORT_GET]     = "SELECT hash FROM imports WHERE entity = ? AND field = ? AND lang = ?",
    [IMPORT_SET]     = "INSERT OR REPLACE INTO imports (entity, field, lang, hash) VALUES (?, ?, ?, ?)",
    [IMPORT_DROP]    = "DELETE FROM imports WHERE entity = ? AND field = ? AND lang = ?",
    [HELD_SET]       = "INSERT INTO peer_heads (site, incarnation, peer, seq) VALUES (?, ?, ?, ?) "
                       "ON CONFLICT DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq",
    [UNHELD]         = "SELECT coalesce(sum(max(0, l.seq - coalesce((SELECT max(p.seq) FROM peer_heads p "
                       "WHERE p.site = l.site AND p.incarnation = l.incarnation), 0))), 0) FROM logs l WHERE l.site = ?",
    [UNHELD_BY]      = "SELECT coalesce(sum(max(0, l.seq - coalesce((SELECT p.seq FROM peer_heads p "
                       "WHERE p.site = l.site AND p.incarnation = l.incarnation AND p.peer = ?2), 0))), 0) FROM logs l WHERE l.site = ?1",
    [ADDRESS_ADD]    = "INSERT OR IGNORE INTO addresses (site, address) VALUES (?, ?)",
    [ADDRESSES]      = "SELECT site, address FROM addresses ORDER BY site, address",
    [PUT_JOIN]       = "INSERT OR IGNORE INTO joins (request, old_site, message) VALUES (?, ?, ?)",
    [DROP_JOIN]      = "DELETE FROM joins WHERE request = ?",
    [JOINS]          = "SELECT request, old_site, message FROM joins ORDER BY request",
    [PUT_ASK]        = "INSERT OR REPLACE INTO asks (secret_key, site, since_ms, refused, message) VALUES (?, ?, ?, ?, ?)",
    [DROP_ASK]       = "DELETE FROM asks WHERE secret_key = ? AND site = ?",
    [ASKS]           = "SELECT secret_key, site, since_ms, refused, message FROM asks ORDER BY since_ms, site, secret_key",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of local");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_LOCAL, which, statements[which]);
}

/* ---- own sites ---- */

err_t local_put_site(struct store *s, const struct own_site *site)
{
    struct query q;
    start(&q, s, PUT_SITE);
    query_blob(&q, slice_of(site->site, SITE_BYTES));
    query_text(&q, site->name);
    query_text(&q, site->guard_path);
    query_uint(&q, site->incarnation);
    query_uint(&q, site->before_seq);
    query_blob(&q, slice_of(site->before_id, HASH_BYTES));
    return query_run(&q);
}

err_t local_drop_site(struct store *s, const uint8_t site[SITE_BYTES])
{
    struct query q;
    start(&q, s, DROP_SITE);
    query_blob(&q, slice_of(site, SITE_BYTES));
    return query_run(&q);
}

err_t local_sites(struct store *s, struct arena *arena, struct own_site **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct own_site)};
    start(&q, s, SITES);
    while (query_row(&q)) {
        struct own_site *site = query_list_add(&q, &list);
        if (!site)
            break;
        query_get_fixed(&q, site->site, SITE_BYTES);
        site->name = query_get_copy(&q, arena);
        site->guard_path = query_get_copy(&q, arena);
        site->incarnation = query_get_uint(&q);
        site->before_seq = query_get_uint(&q);
        query_get_fixed(&q, site->before_id, HASH_BYTES);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

/* ---- settings ---- */

err_t local_set(struct store *s, const char *key, struct slice value)
{
    struct query q;
    start(&q, s, SET);
    query_text(&q, slice_text(key));
    query_blob(&q, value);
    return query_run(&q);
}

err_t local_get(struct store *s, const char *key, struct arena *arena, struct slice *value)
{
    struct query q;
    struct slice got = {0};
    start(&q, s, GET);
    query_text(&q, slice_text(key));
    bool found = query_row(&q);
    if (found)
        got = query_get_copy(&q, arena);
    err_t e = query_end_found(&q, found && got.len);
    if (!e)
        *value = got;
    return e;
}

err_t local_settings(struct store *s, const char *prefix, struct arena *arena, struct setting_row **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct setting_row)};
    start(&q, s, SETTINGS);
    query_uint(&q, strlen(prefix));
    query_text(&q, slice_text(prefix));
    while (query_row(&q)) {
        struct setting_row *row = query_list_add(&q, &list);
        if (!row)
            break;
        struct slice key = query_get_copy(&q, arena);
        row->name = slice_of(key.at + strlen(prefix), key.len - strlen(prefix));
        row->value = query_get_copy(&q, arena);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

/* ---- invitations ---- */

err_t local_put_invitation(struct store *s, const struct invitation *in)
{
    struct query q;
    start(&q, s, PUT_INVITATION);
    query_blob(&q, slice_of(in->secret_key, SITE_BYTES));
    query_text(&q, in->ally_name);
    query_int(&q, in->expires_ms);
    query_blob(&q, slice_of(in->used_by, SITE_BYTES));
    query_int(&q, in->confirm);
    query_text(&q, in->answer);
    return query_run(&q);
}

err_t local_invitation(struct store *s, const uint8_t secret_key[SITE_BYTES], struct arena *arena,
                       struct invitation *out)
{
    struct query q;
    struct invitation in = {0};
    start(&q, s, INVITATION);
    query_blob(&q, slice_of(secret_key, SITE_BYTES));
    bool found = query_row(&q);
    if (found) {
        query_get_fixed(&q, in.secret_key, SITE_BYTES);
        in.ally_name = query_get_copy(&q, arena);
        in.expires_ms = query_get_int(&q);
        query_get_fixed(&q, in.used_by, SITE_BYTES);
        in.confirm = query_get_int(&q) != 0;
        in.answer = query_get_copy(&q, arena);
    }
    err_t e = query_end_found(&q, found);
    if (!e)
        *out = in;
    return e;
}

/* ---- imports ---- */

static void start_import(struct query *q, struct store *s, enum statement which, struct slice entity, uint64_t field,
                         struct slice lang)
{
    start(q, s, which);
    query_blob(q, entity);
    query_uint(q, field);
    query_text(q, lang);
}

err_t local_import_get(struct store *s, struct slice entity, uint64_t field, struct slice lang, uint8_t hash[16])
{
    struct query q;
    uint8_t got[16] = {0};
    start_import(&q, s, IMPORT_GET, entity, field, lang);
    bool found = query_row(&q);
    if (found)
        query_get_fixed(&q, got, sizeof got);
    err_t e = query_end_found(&q, found);
    if (!e)
        memcpy(hash, got, sizeof got);
    return e;
}

err_t local_import_set(struct store *s, struct slice entity, uint64_t field, struct slice lang, const uint8_t hash[16])
{
    struct query q;
    start_import(&q, s, IMPORT_SET, entity, field, lang);
    query_blob(&q, slice_of(hash, 16));
    return query_run(&q);
}

err_t local_import_drop(struct store *s, struct slice entity, uint64_t field, struct slice lang)
{
    struct query q;
    start_import(&q, s, IMPORT_DROP, entity, field, lang);
    return query_run(&q);
}

/* ---- peers ---- */

err_t local_held_set(struct store *s, const uint8_t peer[SITE_BYTES], const struct log_id *log, uint64_t seq)
{
    struct query q;
    start(&q, s, HELD_SET);
    query_blob(&q, slice_of(log->site, SITE_BYTES));
    query_uint(&q, log->incarnation);
    query_blob(&q, slice_of(peer, SITE_BYTES));
    query_uint(&q, seq);
    return query_run(&q);
}

static err_t one_number(struct query *q, uint64_t *out)
{
    uint64_t n = 0;
    if (query_row(q))
        n = query_get_uint(q);
    err_t e = query_end(q);
    if (!e)
        *out = n;
    return e;
}

err_t local_unheld(struct store *s, const uint8_t site[SITE_BYTES], uint64_t *out)
{
    struct query q;
    start(&q, s, UNHELD);
    query_blob(&q, slice_of(site, SITE_BYTES));
    return one_number(&q, out);
}

err_t local_unheld_by(struct store *s, const uint8_t site[SITE_BYTES], const uint8_t peer[SITE_BYTES], uint64_t *out)
{
    struct query q;
    start(&q, s, UNHELD_BY);
    query_blob(&q, slice_of(site, SITE_BYTES));
    query_blob(&q, slice_of(peer, SITE_BYTES));
    return one_number(&q, out);
}

err_t local_address_add(struct store *s, const uint8_t site[SITE_BYTES], struct slice address)
{
    struct query q;
    start(&q, s, ADDRESS_ADD);
    query_blob(&q, slice_of(site, SITE_BYTES));
    query_text(&q, address);
    return query_run(&q);
}

err_t local_addresses(struct store *s, struct arena *arena, struct peer_address **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct peer_address)};
    start(&q, s, ADDRESSES);
    while (query_row(&q)) {
        struct peer_address *a = query_list_add(&q, &list);
        if (!a)
            break;
        query_get_fixed(&q, a->site, SITE_BYTES);
        a->address = query_get_copy(&q, arena);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

/* ---- requests on their way ---- */

err_t local_put_join(struct store *s, const struct kept_join *join)
{
    struct query q;
    start(&q, s, PUT_JOIN);
    query_blob(&q, slice_of(join->request, HASH_BYTES));
    query_blob(&q, slice_of(join->old_site, SITE_BYTES));
    query_blob(&q, join->message);
    return query_run(&q);
}

err_t local_drop_join(struct store *s, const uint8_t request[HASH_BYTES])
{
    struct query q;
    start(&q, s, DROP_JOIN);
    query_blob(&q, slice_of(request, HASH_BYTES));
    return query_run(&q);
}

err_t local_joins(struct store *s, struct arena *arena, struct kept_join **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct kept_join)};
    start(&q, s, JOINS);
    while (query_row(&q)) {
        struct kept_join *join = query_list_add(&q, &list);
        if (!join)
            break;
        query_get_fixed(&q, join->request, HASH_BYTES);
        query_get_fixed(&q, join->old_site, SITE_BYTES);
        join->message = query_get_copy(&q, arena);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

/* ---- sites that ask ---- */

err_t local_put_ask(struct store *s, const struct ask *ask)
{
    struct query q;
    start(&q, s, PUT_ASK);
    query_blob(&q, slice_of(ask->secret_key, SITE_BYTES));
    query_blob(&q, slice_of(ask->site, SITE_BYTES));
    query_int(&q, ask->since_ms);
    query_int(&q, ask->refused);
    query_blob(&q, ask->message);
    return query_run(&q);
}

err_t local_drop_ask(struct store *s, const struct ask *ask)
{
    struct query q;
    start(&q, s, DROP_ASK);
    query_blob(&q, slice_of(ask->secret_key, SITE_BYTES));
    query_blob(&q, slice_of(ask->site, SITE_BYTES));
    return query_run(&q);
}

err_t local_asks(struct store *s, struct arena *arena, struct ask **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct ask)};
    start(&q, s, ASKS);
    while (query_row(&q)) {
        struct ask *ask = query_list_add(&q, &list);
        if (!ask)
            break;
        query_get_fixed(&q, ask->secret_key, SITE_BYTES);
        query_get_fixed(&q, ask->site, SITE_BYTES);
        ask->since_ms = query_get_int(&q);
        ask->refused = query_get_int(&q) != 0;
        ask->message = query_get_copy(&q, arena);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}
