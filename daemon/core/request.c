#include "daemon/core/request.h"
#include "daemon/core/ingest.h"
#include "daemon/core/move.h"
#include "daemon/core/req.h"
#include "protocol/base/base32.h"
#include "protocol/wire/wr.h"

#define SHORT_TEXT_BYTES (4096 + 3) /* and the head of one so long */

static const struct {
    const char *name;
    req_fn *run;
    enum req_site site;
} table[] = {
#define X(name, fn, site) {name, fn, site},
    REQUESTS(X)
#undef X
};

json_t *req_error(err_t e, const char *detail)
{
    return json_pack("{s:i, s:{s:o, s:s, s:s}}", "exit", err_exit(e), "error", "code",
                     json_sprintf("ALLIED-%d", err_number(e)), "name", err_name(e), "detail", detail);
}

static json_t *answer(struct req *r, err_t e)
{
    json_t *out = e ? req_error(e, r->why.code == e ? r->why.text : "") : json_pack("{s:i}", "exit", 0);
    if (out && r->result && (!e || json_object_size(r->result)))
        json_object_set(out, "result", r->result);
    return out;
}

static void name_all(const struct core *c, struct buf *names)
{
    for (size_t i = 0; i < c->own_n; i++)
        buf_printf(names, "%s%.*s", i ? ", " : "", (int)c->own[i].row.name.len, (const char *)c->own[i].row.name.at);
}

/* No request may go to another site than the one that was meant. */
static err_t find_site(struct req *r, enum req_site what)
{
    const char *name = req_text(r, "site");
    struct buf names;
    err_t e = ERR_OK;
    r->own = *name ? core_own_named(r->core, slice_text(name)) : core_own(r->core);
    bool guess = !*name && what == WRITES && r->core->own_n > 1;
    if (r->own && !guess)
        return ERR_OK;
    if (!guess && move_is_gone(r->core, slice_text(name)))
        return why_set(&r->why, ERR_SITE_MOVED, "%.60s", name);
    buf_init(&names, 4096);
    name_all(r->core, &names);
    if (guess)
        e = why_set(&r->why, ERR_SITE_CHOOSE, "--site %.140s", buf_text(&names) ? buf_text(&names) : "NAME");
    else
        e = why_set(&r->why, ERR_SITE_UNKNOWN, "%.60s (%.80s)", name, buf_text(&names) ? buf_text(&names) : "");
    buf_fini(&names);
    return e;
}

static err_t dispatch(struct req *r, const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].name, name) != 0)
            continue;
        err_t e = find_site(r, table[i].site);
        return e ? e : table[i].run(r);
    }
    return why_set(&r->why, ERR_USAGE, "%.100s", name);
}

json_t *request_run(struct core *c, struct slice client, const json_t *request)
{
    const char *name = json_string_value(json_object_get(request, "do"));
    const char *lang = json_string_value(json_object_get(request, "lang"));
    struct req r = {.core = c,
                    .client = client,
                    .lang = lang ? lang : "en",
                    .args = json_object_get(request, "args"),
                    .result = json_object()};
    if (!name)
        return json_decref(r.result), req_error(ERR_JSON, "do");
    err_t e = r.result ? dispatch(&r, name) : ERR_MEMORY;
    if (c->batch.open)
        batch_abort(c);
    if (e && !ingest_survives(e))
        core_note(c, JOURNAL_ERROR, "request.failed", "do=%s reason=%s", name, err_name(e));
    json_t *out = r.later && !e ? NULL : answer(&r, e);
    json_decref(r.result);
    arena_fini(&r.arena);
    return out;
}

/* ---- arguments ---- */

const char *req_text(const struct req *r, const char *key)
{
    const char *text = json_string_value(json_object_get(r->args, key));
    return text ? text : "";
}

bool req_flag(const struct req *r, const char *key)
{
    return json_is_true(json_object_get(r->args, key));
}

int64_t req_number(const struct req *r, const char *key, int64_t fallback)
{
    const json_t *v = json_object_get(r->args, key);
    return json_is_integer(v) ? json_integer_value(v) : fallback;
}

static bool is_uri(const char *text)
{
    return strchr(text, ':') != NULL;
}

static err_t uri_id(struct slice uri, uint8_t out[CONCEPT_BYTES])
{
    hash128(out, &uri, 1);
    return ERR_OK;
}

err_t req_entity(struct req *r, enum entity_type type, const char *text, struct slice *out)
{
    struct slice found[2], canon;
    size_t n = 0;
    if (type == ENTITY_CONCEPT && is_uri(text)) {
        uint8_t *id = arena_alloc(&r->arena, 1, CONCEPT_BYTES);
        if (!id)
            return ERR_MEMORY;
        uri_id(slice_text(text), id);
        *out = slice_of(id, CONCEPT_BYTES);
        /* Written under an id of its own, it may still carry that URI. */
        err_t e = replica_get(r->core->store, type, *out, &r->arena, &canon);
        if (e == ERR_NOT_FOUND)
            e = replica_concept_by_uri(r->core->store, slice_text(text), id);
        return e == ERR_NOT_FOUND ? why_set(&r->why, e, "%.150s", text) : e;
    }
    err_t e = *text ? replica_by_prefix(r->core->store, type, text, &r->arena, found, &n) : ERR_NOT_FOUND;
    if (e == ERR_BASE32)
        return why_set(&r->why, e, "%.150s", text);
    if (!e && n != 1)
        e = n ? ERR_AMBIGUOUS : ERR_NOT_FOUND;
    if (e)
        return e == ERR_NOT_FOUND || e == ERR_AMBIGUOUS ? why_set(&r->why, e, "%.150s", text) : e;
    *out = found[0];
    return ERR_OK;
}

err_t req_any_entity(struct req *r, const char *text, enum entity_type *type, struct slice *out)
{
    static const enum entity_type types[] = {ENTITY_RECORD, ENTITY_CONCEPT};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        *type = types[i];
        err_t e = req_entity(r, *type, text, out);
        if (e != ERR_NOT_FOUND && e != ERR_BASE32)
            return e;
    }
    return why_set(&r->why, ERR_NOT_FOUND, "%.150s", text);
}

err_t req_encoded(struct req *r, struct slice text, struct slice *out)
{
    struct buf b;
    buf_init(&b, SHORT_TEXT_BYTES);
    wr_text(&b, text);
    err_t e = b.err ? b.err : arena_copy(&r->arena, buf_slice(&b), out);
    buf_fini(&b);
    return e;
}

err_t req_target(struct req *r, struct slice text, uint8_t out[CONCEPT_BYTES])
{
    char copy[2049];
    struct slice id;
    if (text.len >= sizeof copy)
        return ERR_TEXT_LONG;
    memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    if (text.len == BASE32_LEN(CONCEPT_BYTES) && base32_decode(text, out, CONCEPT_BYTES) == ERR_OK)
        return ERR_OK;
    if (is_uri(copy)) {
        err_t e = req_entity(r, ENTITY_CONCEPT, copy, &id);
        if (e && e != ERR_NOT_FOUND)
            return e;
        if (e)
            return uri_id(text, out);
        memcpy(out, id.at, CONCEPT_BYTES);
        return ERR_OK;
    }
    err_t e = req_entity(r, ENTITY_CONCEPT, copy, &id);
    if (!e)
        memcpy(out, id.at, CONCEPT_BYTES);
    return e;
}

err_t req_ally(struct req *r, const char *text, const struct ally **out)
{
    const struct authority *a = &r->core->authority;
    const struct ally *found = NULL;
    size_t begins = 0, named = 0;
    for (size_t i = 0; *text && i < a->allies_n; i++) {
        char id[BASE32_LEN(ALLY_BYTES) + 1];
        base32_encode(slice_of(a->allies[i].id, ALLY_BYTES), id);
        bool name = slice_equal(a->allies[i].name, slice_text(text)), begin = strncmp(id, text, strlen(text)) == 0;
        if (name || (begin && !named))
            found = &a->allies[i];
        named += name;
        begins += begin;
    }
    if (!found || named > 1 || (!named && begins > 1))
        return why_set(&r->why, found ? ERR_AMBIGUOUS : ERR_ALLY_UNKNOWN, "%.100s", text);
    *out = found;
    return ERR_OK;
}

err_t req_view(struct req *r, enum entity_type type, struct slice entity, struct view *out)
{
    struct slice canon;
    err_t e = replica_get(r->core->store, type, entity, &r->arena, &canon);
    return e ? e : view_read(canon, &r->arena, out);
}

/* ---- answers ---- */

void req_put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value ? value : json_null());
}

json_t *req_id(struct slice id)
{
    char text[BASE32_LEN(SITE_BYTES) + 1] = "";
    if (id.len <= SITE_BYTES)
        base32_encode(id, text);
    return json_string(text);
}

json_t *req_hex(struct slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * HASH_BYTES + 1];
    size_t n = bytes.len < HASH_BYTES ? bytes.len : HASH_BYTES;
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[bytes.at[i] >> 4];
        text[2 * i + 1] = digits[bytes.at[i] & 15];
    }
    return json_stringn(text, 2 * n);
}

json_t *req_dot(const struct dot *dot)
{
    char text[DOT_TEXT_LEN + 1];
    dot_format(dot, text);
    return json_string(text);
}

json_t *req_string(struct slice text)
{
    return json_stringn((const char *)text.at, text.len);
}

json_t *req_u64(uint64_t value)
{
    return json_sprintf("%llu", (unsigned long long)value);
}

json_t *req_time(uint64_t clock)
{
    char text[RFC3339_LEN + 1];
    rfc3339_format(clock_wall(clock), text);
    return json_string(text);
}

json_t *req_value(enum entity_type type, const struct field_info *field, struct slice value)
{
    (void)type;
    return value_is_nil(value) ? json_null() : field_to_json(field, value);
}

void req_put_ally(const struct core *c, json_t *object, struct slice id)
{
    const struct ally *ally = id.len == ALLY_BYTES ? authority_ally(&c->authority, id.at) : NULL;
    req_put(object, "ally", req_id(id));
    req_put(object, "ally_name", ally ? req_string(ally->name) : json_null());
}

void req_put_commit(const struct core *c, json_t *object, const struct commit *commit)
{
    const struct site *site = authority_site(&c->authority, commit->log.site);
    const struct ally *ally = authority_ally_of(&c->authority, commit->log.site);
    req_put(object, "at", req_time(commit->clock));
    req_put(object, "site", req_id(slice_of(commit->log.site, SITE_BYTES)));
    req_put(object, "site_name", site ? req_string(site->name) : json_null());
    req_put_ally(c, object, ally ? slice_of(ally->id, ALLY_BYTES) : slice_text(""));
}

err_t req_put_author(struct req *r, json_t *object, const struct dot *dot)
{
    struct commit *commit = arena_alloc(&r->arena, 1, sizeof *commit);
    int64_t row = 0;
    err_t e = commit ? oplog_by_dot(r->core->store, dot->commit, &row) : ERR_MEMORY;
    if (!e)
        e = oplog_get_row(r->core->store, row, &r->arena, commit);
    if (e)
        return e;
    req_put(object, "dot", req_dot(dot));
    req_put_commit(r->core, object, commit);
    return ERR_OK;
}
