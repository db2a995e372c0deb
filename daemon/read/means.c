/*
 * means: what allies declared that they give for a year, each with who said so; where sites of one ally said different things at the same time, all of it.
 */
#include "daemon/ledger/years.h"
#include "daemon/read/read.h"
#include "daemon/read/say.h"

struct listing {
    struct read *r;
    const struct ally *ally; /* NULL: of all */
    unsigned year;           /* 0: every one */
    unsigned closed;
    json_t *list;
    unsigned conflicts;
};

static err_t said(struct listing *l, const struct field_info *field, const struct view_value *v, json_t **out)
{
    *out = field_to_json(field, v->value);
    if (!json_is_object(*out))
        return ERR_OK;
    return say_author(l->r, *out, &v->dot);
}

static err_t put_others(struct listing *l, const struct field_info *field, const struct view_key *key, json_t *out)
{
    json_t *others = json_array();
    err_t e = ERR_OK;
    for (size_t i = 0; i < key->values_n && !e; i++) {
        json_t *one = NULL;
        if (&key->values[i] == key->shown || !key->values[i].standing)
            continue;
        e = said(l, field, &key->values[i], &one);
        json_array_append_new(others, one ? one : json_null());
    }
    say_put(out, "others", others);
    return e;
}

/* Where the latest of several takes a declaration back, the earlier ones are no default, but they stand against it. */
static err_t put_field(struct listing *l, const struct view *v, const struct field_info *field, json_t *out)
{
    const struct view_key *key = view_field(v, field->number, slice_text(""));
    json_t *one = NULL;
    err_t e = key && key->shown ? said(l, field, key->shown, &one) : ERR_OK;
    if (!e && key && key->conflict && json_is_object(one))
        e = put_others(l, field, key, one);
    l->conflicts += key && key->conflict;
    say_put(out, field->name, one);
    return e;
}

static err_t put_one(struct listing *l, struct slice entity, struct slice canon)
{
    size_t n;
    const struct field_info *fields = means_fields(&n);
    struct view v;
    unsigned year = means_year(entity);
    if ((l->year && l->year != year) || (l->ally && memcmp(l->ally->id, entity.at, ALLY_BYTES) != 0))
        return ERR_OK;
    err_t e = view_read(canon, &l->r->arena, &v);
    if (e || v.fields_n == 0) /* nothing in it counts, or can be read yet */
        return e;
    json_t *one = json_object();
    say_put(one, "id", say_id(entity));
    say_ally(l->r->authority, one, slice_of(entity.at, ALLY_BYTES));
    say_put(one, "year", json_integer(year));
    say_put(one, "closed", json_boolean(year <= l->closed));
    for (size_t i = 0; i < n && !e; i++)
        e = put_field(l, &v, &fields[i], one);
    json_array_append_new(l->list, one);
    return e;
}

static err_t put_all(struct listing *l)
{
    enum entity_type type = ENTITY_MEANS;
    struct slice entity = slice_text(""), canon;
    err_t e = ERR_OK;
    while (!e) {
        e = replica_next(l->r->store, &type, &entity, &l->r->arena, &canon);
        if (!e && type != ENTITY_MEANS)
            break;
        if (!e)
            e = put_one(l, entity, canon);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

err_t read_means_list(struct read *r)
{
    struct listing l = {.r = r, .list = json_array()};
    struct years years;
    int64_t year = read_number(r, "year", 0);
    say_put(r->result, "means", l.list);
    if (year && (year < YEAR_FIRST || year > YEAR_LAST))
        return why_set(&r->why, ERR_YEAR, "%lld", (long long)year);
    l.year = (unsigned)year;
    err_t e = *read_text(r, "ally") ? read_ally(r, read_text(r, "ally"), &l.ally) : ERR_OK;
    if (!e)
        e = years_build(r->authority, &r->arena, &years);
    if (e)
        return e;
    l.closed = years_closed(&years);
    e = put_all(&l);
    say_put(r->result, "closed", l.closed ? json_integer(l.closed) : json_null());
    say_put(r->result, "conflicts", json_integer(l.conflicts));
    return e;
}
