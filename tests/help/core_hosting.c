#include "tests/help/core_hosting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

json_t *hosting_add_args(const char *ally, const char *name, const char *code)
{
    return json_pack("{s:s, s:s, s:s}", "ally", ally, "name", name, "code", code);
}

void hosting_add(struct world *w, size_t at, const char *ally, const char *name, const char *code, const char *state)
{
    json_t *r = world_do(w, at, "site.add", hosting_add_args(ally, name, code));
    assert_string_equal(json_string_value(json_object_get(r, "state")), state);
    assert_string_equal(json_string_value(json_object_get(r, "name")), name);
    json_decref(r);
}

json_t *hosting_record_args(const char *site, const char *source_id, const char *title)
{
    return json_pack("{s:s, s:s, s:[{s:i, s:{s:s, s:s}}]}", "site", site, "mode", "add", "lines", "line", 1, "record",
                     "source_id", source_id, "title", title);
}

void hosting_write(struct world *w, size_t at, const char *site, const char *source_id, char id[64])
{
    json_t *r = world_do(w, at, "record.write", hosting_record_args(site, source_id, source_id));
    const char *made = json_string_value(json_object_get(json_array_get(json_object_get(r, "ids"), 0), "id"));
    assert_non_null(made);
    if (id)
        snprintf(id, 64, "%s", made);
    json_decref(r);
}

void hosting_owner(struct world *w, size_t at, const char *id, const char *ally)
{
    json_t *r = world_do(w, at, "record.show", json_pack("{s:s}", "id", id));
    assert_string_equal(json_string_value(json_object_get(r, "ally_name")), ally);
    json_decref(r);
}

const json_t *hosting_named(const json_t *list, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        const char *its = json_string_value(json_object_get(one, "name"));
        if (its && strcmp(its, name) == 0)
            return one;
    }
    return NULL;
}

void hosting_state(struct world *w, size_t at, const char *name, const char *state, const char *error)
{
    json_t *r = world_do(w, at, "site.list", NULL);
    const json_t *one = hosting_named(json_object_get(r, "sites"), name);
    assert_non_null(one);
    assert_string_equal(json_string_value(json_object_get(one, "state")), state);
    const char *told = json_string_value(json_object_get(one, "join_error"));
    assert_string_equal(told ? told : "", error);
    json_decref(r);
}

void hosting_end(struct world *w)
{
    assert_true(world_settle(w, 60000));
    assert_int_equal(w->forks, 0);
    for (size_t i = 0; i < w->sites_n; i++)
        if (w->sites[i].core)
            world_verify(w, i);
    world_free(w);
}
