#include "daemon/core/edit.h"
#include "daemon/core/own.h"
#include "protocol/wire/wr.h"
#include <stdlib.h>

#define PUT_BODY_BYTES                                                                                                 \
    (LIMIT_BODY_BYTES - 1024) /* what we fill one put with: the array around the values needs room too */
#define PUT_HEADER_WRITES 64
#define OPS_MAX           64

err_t edit_open(struct core *c, struct own *own, enum entity_type type, struct slice entity, struct arena *arena,
                struct edit *out)
{
    struct slice canon;
    memset(out, 0, sizeof *out);
    out->core = c;
    out->own = own;
    out->type = type;
    out->arena = arena;
    memcpy(out->id, entity.at, entity.len);
    out->entity = slice_of(out->id, entity.len);
    out->ally = own ? authority_ally_of(&c->authority, own->key.pub) : NULL;
    if (!out->ally)
        return ERR_STANDING;
    err_t e = replica_get(c->store, type, entity, arena, &canon);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    out->known = true;
    return view_read(canon, arena, &out->view);
}

bool edit_retired(const struct edit *e)
{
    return e->known && e->view.tombstones_n > 0;
}

/* ---- collecting ---- */

static err_t make_room(struct arena *arena, struct op_write **writes, struct slice **values, size_t n, size_t *room)
{
    if (n < *room)
        return ERR_OK;
    size_t more = *room ? *room * 2 : 32;
    struct op_write *w = arena_alloc(arena, more, sizeof *w);
    struct slice *v = arena_alloc(arena, more, sizeof *v);
    if (!w || !v)
        return ERR_MEMORY;
    if (n) {
        memcpy(w, *writes, n * sizeof *w);
        memcpy(v, *values, n * sizeof *v);
    }
    *writes = w;
    *values = v;
    *room = more;
    return ERR_OK;
}

static int compare_dots(const void *a, const void *b)
{
    return dot_compare(a, b);
}

/* The dots at a key that a write of ours names: all of them, or (index terms) those of our own ally. */
static err_t dots_at(struct edit *e, const struct view_key *key, bool own_ally_only, const struct dot **out, size_t *n)
{
    *n = 0;
    *out = NULL;
    if (!key || !key->values_n)
        return ERR_OK;
    struct dot *dots = arena_alloc(e->arena, key->values_n, sizeof *dots);
    if (!dots)
        return ERR_MEMORY;
    for (size_t i = 0; i < key->values_n; i++)
        if (!own_ally_only || slice_equal(key->values[i].ally, slice_of(e->ally->id, ALLY_BYTES)))
            dots[(*n)++] = key->values[i].dot;
    qsort(dots, *n, sizeof *dots, compare_dots);
    *out = dots;
    return ERR_OK;
}

static bool is_nil(struct slice value)
{
    return value.len == 1 && value.at[0] == 0xc0;
}

/* A record's value stands if it is the one shown, without a conflict; a concept's also where it is our ally's own proposal. */
static bool stands(const struct edit *e, const struct view_key *key, struct slice value)
{
    if (!key)
        return is_nil(value);
    if (!key->conflict && (key->shown ? slice_equal(key->shown->value, value) : is_nil(value)))
        return true;
    for (size_t i = 0; i < key->values_n && e->type == ENTITY_CONCEPT; i++)
        if (key->values[i].standing && slice_equal(key->values[i].ally, slice_of(e->ally->id, ALLY_BYTES)))
            return slice_equal(key->values[i].value, value);
    return false;
}

err_t edit_field_over(struct edit *e, const struct field_info *field, struct slice lang, struct slice value,
                      const struct view_key *key)
{
    struct op_write w = {.field = field->number, .lang = lang, .target = slice_text(""), .add = true};
    err_t err = make_room(e->arena, &e->puts, &e->put_values, e->puts_n, &e->puts_room);
    if (!err)
        err = dots_at(e, key, false, &w.replaces, &w.replaces_n);
    if (err)
        return err;
    e->puts[e->puts_n] = w;
    e->put_values[e->puts_n++] = value;
    return ERR_OK;
}

err_t edit_field(struct edit *e, const struct field_info *field, struct slice lang, struct slice value, bool *changed)
{
    const struct view_key *key = e->known ? view_field(&e->view, field->number, lang) : NULL;
    bool same = stands(e, key, value);
    if (changed)
        *changed = !same;
    return same ? ERR_OK : edit_field_over(e, field, lang, value, key);
}

static const struct view_key *find_set(const struct edit *e, unsigned relation, struct slice target)
{
    for (size_t i = 0; e->known && i < e->view.sets_n; i++)
        if (e->view.sets[i].field == relation && slice_equal(e->view.sets[i].target, target))
            return &e->view.sets[i];
    return NULL;
}

/* Index terms are each ally's own; a relation that anybody added is there. */
static bool has_member(const struct edit *e, const struct view_key *key)
{
    for (size_t i = 0; key && i < key->values_n; i++)
        if (key->values[i].add &&
            (e->type == ENTITY_CONCEPT || slice_equal(key->values[i].ally, slice_of(e->ally->id, ALLY_BYTES))))
            return true;
    return false;
}

err_t edit_set(struct edit *e, unsigned relation, struct slice target, bool add, struct slice value, bool *changed)
{
    const struct view_key *key = find_set(e, relation, target);
    bool there = has_member(e, key);
    if (changed)
        *changed = there != add;
    for (size_t i = 0; i < e->sets_n; i++)
        if (e->sets[i].field == relation && slice_equal(e->sets[i].target, target))
            return ERR_OK;
    if (there == add)
        return ERR_OK;
    struct op_write w = {.field = relation, .lang = slice_text(""), .add = add};
    err_t err = make_room(e->arena, &e->sets, &e->set_values, e->sets_n, &e->sets_room);
    if (!err)
        err = arena_copy(e->arena, target, &w.target);
    if (!err && !add)
        err = dots_at(e, key, e->type == ENTITY_RECORD, &w.replaces, &w.replaces_n);
    if (err)
        return err;
    e->sets[e->sets_n] = w;
    e->set_values[e->sets_n++] = value;
    return ERR_OK;
}

bool edit_empty(const struct edit *e)
{
    return !e->puts_n && !e->sets_n && !e->revive;
}

bool edit_may_adopt(const struct core *c, const struct ally *ally)
{
    return authority_rule(&c->authority, RULE_ADOPT_SECRETARIAT) == 1 &&
           authority_has_role(&c->authority, ally->id, ROLE_SECRETARIAT);
}

/* ---- writing ---- */

struct drafts {
    struct op_draft ops[OPS_MAX];
    size_t n;
};

static err_t keep(struct arena *arena, const struct buf *b, struct slice *out)
{
    return b->err ? b->err : arena_copy(arena, buf_slice(b), out);
}

static err_t add_op(struct edit *e, struct drafts *d, const struct op *op, const struct slice *values, size_t n)
{
    struct buf header, body;
    if (d->n == OPS_MAX)
        return ERR_TOO_LARGE;
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    buf_init(&body, LIMIT_BODY_BYTES);
    op_encode_header(&header, op);
    op_encode_body(&body, values, n);
    err_t err = keep(e->arena, &header, &d->ops[d->n].header);
    if (!err)
        err = keep(e->arena, &body, &d->ops[d->n].body);
    d->n += err == ERR_OK;
    buf_fini(&header);
    buf_fini(&body);
    return err;
}

/* How many of the writes from `at` go into one put. */
static size_t fill(const struct edit *e, size_t at)
{
    size_t bytes = 0, n = 0;
    for (; at + n < e->puts_n && n < PUT_HEADER_WRITES; n++) {
        bytes += e->put_values[at + n].len;
        if (n && bytes > PUT_BODY_BYTES)
            break;
    }
    return n;
}

static err_t add_puts(struct edit *e, struct drafts *d)
{
    struct op op = {.info = kind_info(e->type == ENTITY_RECORD ? OP_RECORD_PUT : OP_CONCEPT_PUT),
                    .entity = e->entity,
                    .motive = e->motive};
    size_t at = 0;
    if (e->revive && e->view.tombstones_n) {
        op.dots = e->view.tombstones;
        op.dots_n = e->view.tombstones_n;
    }
    op_writes_sort(e->puts, e->put_values, e->puts_n);
    err_t err = ERR_OK;
    if (e->revive && !e->puts_n)
        err = add_op(e, d, &op, NULL, 0);
    while (at < e->puts_n && !err) {
        op.writes = e->puts + at;
        op.writes_n = fill(e, at);
        err = add_op(e, d, &op, e->put_values + at, op.writes_n);
        at += op.writes_n;
        op.dots_n = 0;
    }
    return err;
}

static err_t add_sets(struct edit *e, struct drafts *d)
{
    struct op op = {.info = kind_info(e->type == ENTITY_RECORD ? OP_RECORD_INDEX : OP_CONCEPT_RELATE),
                    .entity = e->entity,
                    .motive = e->motive};
    op_writes_sort(e->sets, e->set_values, e->sets_n);
    err_t err = ERR_OK;
    for (size_t at = 0; at < e->sets_n && !err; at += op.writes_n) {
        op.writes = e->sets + at;
        op.writes_n = e->sets_n - at < 256 ? e->sets_n - at : 256;
        err = add_op(e, d, &op, e->set_values + at, op.writes_n);
    }
    return err;
}

/* A commit's own dots are named by sixteen zeros: its id is not known before it is signed. */
static err_t add_adoption(struct edit *e, struct drafts *d)
{
    struct dot dots[OPS_MAX] = {
        {{0}, 0}
    };
    struct op op = {.info = kind_info(OP_CONCEPT_ADOPT), .entity = e->entity, .dots = dots, .dots_n = d->n};
    for (size_t i = 0; i < d->n; i++)
        dots[i].index = (uint8_t)i;
    return add_op(e, d, &op, NULL, 0);
}

err_t edit_write(struct edit *e, bool adopt, struct dot *dot)
{
    uint8_t id[HASH_BYTES];
    if (edit_empty(e))
        return ERR_NOTHING_TO_DO;
    struct drafts *d = arena_alloc(e->arena, 1, sizeof *d);
    err_t err = d ? add_puts(e, d) : ERR_MEMORY;
    if (!err)
        err = add_sets(e, d);
    if (!err && adopt)
        err = add_adoption(e, d);
    if (!err)
        err = own_write(e->core, e->own, d->ops, d->n, id);
    if (!err && dot)
        *dot = dot_of(id, 0);
    return err;
}
