#include "daemon/read/record.h"
#include "daemon/read/say.h"

json_t *read_missed(const struct read *r, const struct discipline *d, size_t i)
{
    struct buf text;
    buf_init(&text, 1024);
    discipline_say(d, d->missed[i], r->lang, &text);
    json_t *out = say_string(buf_slice(&text));
    buf_fini(&text);
    return out;
}

/* Terms are looked up for the count alone. */
static err_t standing_of(struct read *r, const struct view *v, struct discipline_terms *terms)
{
    err_t e = ERR_OK;
    *terms = (struct discipline_terms){0, 0};
    for (size_t i = 0; i < v->sets_n && !e; i++) {
        json_t *one = json_object();
        e = read_put_term(r, one, v->sets[i].target, terms);
        json_decref(one);
    }
    return e;
}

/* The records that this one translates and whose texts moved on. */
static err_t moved_of(struct read *r, const struct view *v, json_t *to)
{
    struct replica_op *ops = NULL;
    size_t n = 0;
    err_t e = ERR_OK;
    for (size_t i = 0; i < v->links_n && !e; i++) {
        json_t *changed = json_array();
        if (v->links[i].field == LINK_TRANSLATES && !ops)
            e = replica_ops(r->store, ENTITY_RECORD, v->entity, &r->arena, &ops, &n);
        e = e ? e : read_moved(r, v, ops, n, &v->links[i], changed);
        if (json_array_size(changed))
            json_array_append_new(to, json_pack("{s:o, s:O}", "id", say_id(v->links[i].target), "changed", changed));
        json_decref(changed);
    }
    return e;
}

static err_t check_one(struct read *r, const struct record_row *row, json_t *records, json_t *texts)
{
    struct view v;
    struct discipline d;
    struct discipline_terms terms;
    json_t *missed = json_array(), *stale = json_array(), *moved = json_array();
    err_t e = read_view(r, ENTITY_RECORD, row->record, &v);
    e = e ? e : standing_of(r, &v, &terms);
    e = e ? e : moved_of(r, &v, moved);
    if (!e)
        read_stale(&v, stale);
    if (!e)
        discipline_check(&v, authority_rule(r->authority, RULE_PROFILE), &terms, &d);
    for (size_t i = 0; !e && i < d.missed_n; i++) {
        json_array_append_new(missed, json_string(d.missed[i]->code));
        if (!json_object_get(texts, d.missed[i]->code))
            say_put(texts, d.missed[i]->code, read_missed(r, &d, i));
    }
    if (!e && json_array_size(missed) + json_array_size(stale) + json_array_size(moved)) {
        json_t *out = read_record_row(r, row);
        json_object_set(out, "missed", missed);
        json_object_set(out, "stale", stale);
        json_object_set(out, "moved", moved);
        json_array_append_new(records, out);
    }
    json_decref(missed);
    json_decref(stale);
    json_decref(moved);
    return e;
}

err_t read_record_check(struct read *r)
{
    struct record_row *rows = NULL;
    size_t n = 0;
    json_t *records = json_array(), *texts = json_object();
    err_t e = read_record_page(r, &rows, &n);
    for (size_t i = 0; i < n && !e; i++)
        e = check_one(r, &rows[i], records, texts);
    say_put(r->result, "checked", json_integer((json_int_t)n));
    say_put(r->result, "records", records);
    say_put(r->result, "texts", texts);
    return e;
}
