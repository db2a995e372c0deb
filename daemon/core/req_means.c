/*
 * req_means: what our ally declares that it gives the alliance for a year. What a charter closed stays as it is.
 */
#include "daemon/core/ingest.h"
#include "daemon/core/req.h"
#include "daemon/ledger/years.h"

err_t req_open_year(struct req *r, int64_t given, unsigned *year)
{
    struct years years;
    if (given < YEAR_FIRST || given > YEAR_LAST)
        return why_set(&r->read.why, ERR_YEAR, "%lld", (long long)given);
    err_t e = years_build(&r->core->authority, &r->read.arena, &years);
    if (!e && (unsigned)given <= years_closed(&years))
        e = why_set(&r->read.why, ERR_YEAR_CLOSED, "%lld <= %u", (long long)given, years_closed(&years));
    if (!e)
        *year = (unsigned)given;
    return e;
}

/* The arguments that are fields, as a declaration's JSON. */
static err_t take_amounts(struct req *r, struct entity_writes *w)
{
    size_t n;
    const struct field_info *fields = means_fields(&n);
    json_t *object = json_object();
    for (size_t i = 0; i < n; i++) {
        json_t *given = json_object_get(r->read.args, fields[i].name);
        if (given)
            json_object_set(object, fields[i].name, given);
    }
    err_t e = object ? fields_from_json(ENTITY_MEANS, object, "", &r->read.arena, w, &r->read.why) : ERR_MEMORY;
    json_decref(object);
    return e;
}

static err_t declare(struct req *r, struct slice entity, struct dot *dot)
{
    struct entity_writes w;
    struct edit edit;
    err_t e = edit_open(r->core, r->own, ENTITY_MEANS, entity, &r->read.arena, &edit);
    if (!e)
        e = take_amounts(r, &w);
    for (size_t i = 0; !e && i < w.fields_n; i++)
        e = edit_field(&edit, w.fields[i].field, w.fields[i].lang, w.fields[i].value, NULL);
    if (!e)
        e = batch_begin(r->core);
    return e ? e : batch_close(r->core, edit_write(&edit, false, dot));
}

err_t req_means_declare(struct req *r)
{
    uint8_t id[MEANS_BYTES];
    unsigned year = 0;
    struct dot dot;
    const struct ally *ally = r->own ? authority_ally_of(&r->core->authority, r->own->key.pub) : NULL;
    err_t e = ally ? req_open_year(r, read_number(&r->read, "year", 0), &year) : ERR_STANDING;
    if (e)
        return e;
    means_entity(id, ally->id, year);
    e = declare(r, slice_of(id, sizeof id), &dot);
    if (e)
        return e;
    say_put(r->read.result, "id", say_id(slice_of(id, sizeof id)));
    say_put(r->read.result, "year", json_integer(year));
    say_put(r->read.result, "dot", say_dot(&dot));
    return ERR_OK;
}
