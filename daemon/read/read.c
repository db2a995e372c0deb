#include "daemon/read/read.h"
#include "daemon/store/replica_use.h"
#include "daemon/commons/shortage.h"
#include <stdio.h>

static const struct {
    const char *name;
    read_fn *run;
} table[] = {
#define X(name, fn) {name, fn},
    READS_OF_REPLICA(X)
#undef X
};

read_fn *read_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0)
            return table[i].run;
    return NULL;
}

void read_fini(struct read *r)
{
    json_decref(r->result);
    arena_fini(&r->arena);
    r->result = NULL;
}

/* ---- what is asked ---- */

const char *read_text(const struct read *r, const char *key)
{
    const char *text = json_string_value(json_object_get(r->args, key));
    return text ? text : "";
}

bool read_flag(const struct read *r, const char *key)
{
    return json_is_true(json_object_get(r->args, key));
}

int64_t read_number(const struct read *r, const char *key, int64_t fallback)
{
    const json_t *v = json_object_get(r->args, key);
    return json_is_integer(v) ? json_integer_value(v) : fallback;
}

/* RFC 3986 §3.1, and no blank anywhere: "Santé : eau" is what somebody calls it. */
static bool is_uri(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    return n && text[n] == ':' && !strpbrk(text, " \t\r\n");
}

/* PROTOCOL.md §5: a URI made from an id says it; of any other the id is the hash. */
static err_t uri_id(struct slice uri, uint8_t out[CONCEPT_BYTES])
{
    size_t n = strlen(READ_URN);
    bool ours = uri.len == n + BASE32_LEN(CONCEPT_BYTES) && memcmp(uri.at, READ_URN, n) == 0;
    if (!ours || base32_decode(slice_of(uri.at + n, uri.len - n), out, CONCEPT_BYTES))
        hash128(out, &uri, 1);
    return ERR_OK;
}

void read_urn(struct slice concept, char out[READ_URN_BYTES])
{
    char text[BASE32_LEN(CONCEPT_BYTES) + 1];
    base32_encode(concept, text);
    snprintf(out, READ_URN_BYTES, "%s%s", READ_URN, text);
}

err_t read_entity(struct read *r, enum entity_type type, const char *text, struct slice *out)
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
        err_t e = replica_get(r->store, type, *out, &r->arena, &canon);
        if (e == ERR_NOT_FOUND)
            e = replica_concept_by_uri(r->store, slice_text(text), id);
        return e == ERR_NOT_FOUND ? why_set(&r->why, e, "%.150s", text) : e;
    }
    err_t e = *text ? replica_by_prefix(r->store, type, text, &r->arena, found, &n) : ERR_NOT_FOUND;
    if (e == ERR_BASE32)
        return why_set(&r->why, e, "%.150s", text);
    if (!e && n != 1)
        e = n ? ERR_AMBIGUOUS : ERR_NOT_FOUND;
    if (e)
        return e == ERR_NOT_FOUND || e == ERR_AMBIGUOUS ? why_set(&r->why, e, "%.150s", text) : e;
    *out = found[0];
    return ERR_OK;
}

err_t read_any_entity(struct read *r, const char *text, enum entity_type *type, struct slice *out)
{
    static const enum entity_type types[] = {ENTITY_RECORD, ENTITY_CONCEPT};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        *type = types[i];
        err_t e = read_entity(r, *type, text, out);
        if (e != ERR_NOT_FOUND && e != ERR_BASE32)
            return e;
    }
    return why_set(&r->why, ERR_NOT_FOUND, "%.150s", text);
}

err_t read_target(struct read *r, struct slice text, uint8_t out[CONCEPT_BYTES])
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
        err_t e = read_entity(r, ENTITY_CONCEPT, copy, &id);
        if (e && e != ERR_NOT_FOUND)
            return e;
        if (e)
            return uri_id(text, out);
        memcpy(out, id.at, CONCEPT_BYTES);
        return ERR_OK;
    }
    err_t e = read_entity(r, ENTITY_CONCEPT, copy, &id);
    if (!e)
        memcpy(out, id.at, CONCEPT_BYTES);
    return e;
}

err_t read_ally(struct read *r, const char *text, const struct ally **out)
{
    const struct authority *a = r->authority;
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

err_t read_view(struct read *r, enum entity_type type, struct slice entity, struct view *out)
{
    struct slice canon;
    struct adoption a = {.dots = NULL};
    err_t e = replica_get(r->store, type, entity, &r->arena, &canon);
    if (!e && type == ENTITY_CONCEPT)
        e = replica_adoption(r->store, entity, &r->arena, &a);
    return e ? e : view_read_used(canon, a.dots, a.dots_n, &r->arena, out);
}

size_t read_limit(const struct read *r)
{
    int64_t n = read_number(r, "limit", 50);
    return n < 1 ? 1 : n > READ_LIMIT_MAX ? READ_LIMIT_MAX : (size_t)n;
}

struct slice read_label(struct read *r, struct slice concept)
{
    struct view v;
    err_t e = read_view(r, ENTITY_CONCEPT, concept, &v);
    shortage_note(e);
    return e ? slice_text("") : view_label(&v, slice_text(r->lang));
}
