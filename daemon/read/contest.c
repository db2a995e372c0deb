#include "daemon/read/contest.h"
#include "daemon/commons/shortage.h"
#include "daemon/read/merges.h"
#include "daemon/read/say.h"
#include <stdlib.h>

#define NONE SIZE_MAX

/* ---- ops by their dots ---- */

static int by_dot(const void *a, const void *b)
{
    return dot_compare(&((const struct contest_dot *)a)->dot, &((const struct contest_dot *)b)->dot);
}

static size_t find(const struct contest *c, const struct dot *dot)
{
    const struct contest_dot wanted = {.dot = *dot};
    const struct contest_dot *found = c->n ? bsearch(&wanted, c->by_dot, c->n, sizeof wanted, by_dot) : NULL;
    return found ? found->at : NONE;
}

err_t contest_open(struct read *r, const struct view *v, struct contest *out)
{
    *out = (struct contest){.r = r, .v = v};
    err_t e = replica_ops(r->store, v->type, v->entity, &r->arena, &out->ops, &out->n);
    if (e)
        return e;
    out->decoded = arena_alloc(&r->arena, out->n + 1, sizeof *out->decoded);
    out->by_dot = arena_alloc(&r->arena, out->n + 1, sizeof *out->by_dot);
    if (!out->decoded || !out->by_dot)
        return ERR_MEMORY;
    for (size_t i = 0; i < out->n && e != ERR_MEMORY; i++) {
        e = op_decode(out->ops[i].header, out->ops[i].dot.commit, &r->arena, &out->decoded[i]);
        if (e)
            out->decoded[i] = (struct op){.info = NULL};
        out->by_dot[i] = (struct contest_dot){out->ops[i].dot, i};
    }
    if (out->n)
        qsort(out->by_dot, out->n, sizeof *out->by_dot, by_dot);
    return e == ERR_MEMORY ? e : ERR_OK;
}

/* ---- mine and theirs ---- */

static bool is_register(const struct contest *c, const struct view_key *key)
{
    return key == &c->v->merge || key == &c->v->retire;
}

bool contest_has(const struct contest *c, const struct view_key *key, const struct view_value *value)
{
    return key->conflict && (is_register(c, key) ? value->adopted : value->standing);
}

static bool differ(const struct view_value *a, const struct view_value *b)
{
    return a->retired != b->retired || !slice_equal(a->value, b->value);
}

static bool wrote(const struct contest *c, const struct view_value *value, const struct ally *ally)
{
    size_t at = find(c, &value->dot);
    if (at == NONE)
        return false;
    const struct ally *by = authority_ally_of(c->r->authority, c->ops[at].log.site);
    return ally ? by == ally : memcmp(c->ops[at].log.site, c->r->self, SITE_BYTES) == 0;
}

/* The one value that this site (NULL) or ally wrote. */
static const struct view_value *written_by(const struct contest *c, const struct view_key *key, const struct ally *ally)
{
    const struct view_value *found = NULL;
    for (size_t i = 0; i < key->values_n; i++) {
        const struct view_value *value = &key->values[i];
        if (!contest_has(c, key, value) || !wrote(c, value, ally))
            continue;
        if (found && differ(found, value))
            return NULL;
        found = value;
    }
    return found;
}

const struct view_value *contest_mine(const struct contest *c, const struct view_key *key)
{
    if (!c->r->self)
        return NULL;
    const struct view_value *mine = written_by(c, key, NULL);
    const struct ally *ally = authority_ally_of(c->r->authority, c->r->self);
    return mine || !ally ? mine : written_by(c, key, ally);
}

const struct view_value *contest_theirs(const struct contest *c, const struct view_key *key)
{
    const struct view_value *mine = contest_mine(c, key), *found = NULL;
    for (size_t i = 0; mine && i < key->values_n; i++) {
        const struct view_value *value = &key->values[i];
        if (!contest_has(c, key, value) || !differ(mine, value))
            continue;
        if (found && differ(found, value))
            return NULL;
        found = value;
    }
    return found;
}

/* ---- what they were made from ---- */

static enum op_kind kind_of(const struct contest *c, const struct view_key *key)
{
    return key == &c->v->merge            ? OP_CONCEPT_MERGE
           : key == &c->v->retire         ? OP_CONCEPT_RETIRE
           : c->v->type == ENTITY_CONCEPT ? OP_CONCEPT_PUT
                                          : OP_RECORD_PUT;
}

/* The write of that op at the key; NULL: none. */
static const struct op_write *write_at(const struct contest *c, const struct view_key *key, size_t op)
{
    const struct op *decoded = &c->decoded[op];
    if (!decoded->info || decoded->info->kind != kind_of(c, key))
        return NULL;
    for (size_t i = 0; i < decoded->writes_n; i++)
        if (is_register(c, key) ||
            (decoded->writes[i].field == key->field && slice_equal(decoded->writes[i].lang, key->lang)))
            return &decoded->writes[i];
    return NULL;
}

/* Adds one to `seen` of every op that `from` replaced at the key, be it over others, once. */
static void count_replaced(const struct contest *c, const struct view_key *key, size_t from, size_t *seen,
                           bool *visited, size_t *stack)
{
    size_t depth = 0;
    memset(visited, 0, c->n * sizeof *visited);
    stack[depth++] = from;
    visited[from] = true;
    while (depth) {
        const struct op_write *w = write_at(c, key, stack[--depth]);
        for (size_t i = 0; w && i < w->replaces_n; i++) {
            size_t at = find(c, &w->replaces[i]);
            if (at == NONE || visited[at] || !write_at(c, key, at))
                continue;
            visited[at] = true;
            seen[at]++;
            stack[depth++] = at;
        }
    }
}

static json_t *value_of(const struct contest *c, const struct view_key *key, size_t op)
{
    struct slice *values = NULL, value = value_nil;
    size_t n = 0;
    const struct op *decoded = &c->decoded[op];
    const struct op_write *w = write_at(c, key, op);
    err_t e = c->ops[op].state == BODY_PRESENT ? op_decode_body(decoded, c->ops[op].body, &c->r->arena, &values, &n)
                                               : ERR_HOLE;
    shortage_note(e);
    if (!e && (size_t)(w - decoded->writes) < n)
        value = values[w - decoded->writes];
    if (key == &c->v->retire)
        return read_register_value(c->r, &(struct view_value){.retired = decoded->retired, .value = value}, false);
    if (key == &c->v->merge)
        return decoded->target.len ? read_neighbour(c->r, decoded->target) : json_null();
    return say_value(c->v->type, field_by_number(c->v->type, key->field), value);
}

/* The latest that all replaced; NONE: there is none. */
static err_t common(const struct contest *c, const struct view_key *key, size_t *out)
{
    size_t *seen = arena_alloc(&c->r->arena, c->n + 1, sizeof *seen), values = 0;
    size_t *stack = arena_alloc(&c->r->arena, c->n + 1, sizeof *stack);
    bool *visited = arena_alloc(&c->r->arena, c->n + 1, sizeof *visited);
    if (!seen || !stack || !visited)
        return ERR_MEMORY;
    for (size_t i = 0; i < key->values_n; i++) {
        size_t at = contest_has(c, key, &key->values[i]) ? find(c, &key->values[i].dot) : NONE;
        if (at == NONE)
            continue;
        values++;
        count_replaced(c, key, at, seen, visited, stack);
    }
    *out = NONE;
    for (size_t i = 0; i < c->n; i++)
        if (values && seen[i] == values)
            *out = i;
    return ERR_OK;
}

err_t contest_put_base(const struct contest *c, const struct view_key *key, json_t *out)
{
    size_t at;
    err_t e = common(c, key, &at);
    if (e || at == NONE) {
        say_put(out, "base", json_null());
        return e;
    }
    json_t *base = json_object();
    e = say_author(c->r, base, &c->ops[at].dot);
    say_put(base, "value", value_of(c, key, at));
    say_put(out, "base", base);
    return e;
}
