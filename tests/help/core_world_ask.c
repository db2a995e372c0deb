/*
 * What is asked of the sites of core_world.
 */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

json_t *world_ask(struct world *w, size_t at, const char *what, json_t *args)
{
    struct world_site *s = &w->sites[at];
    json_t *request = json_pack("{s:s, s:s, s:o}", "do", what, "lang", "en", "args", args ? args : json_object());
    assert_non_null(request);
    assert_non_null(s->core);
    setenv("RUNTIME_DIRECTORY", s->machine, 1);
    char *text = json_dumps(request, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(s->answer);
    s->answer = NULL;
    core_request(s->core, slice_text("test"), slice_text(text));
    free(text);
    json_decref(request);
    if (strcmp(what, "status") != 0)
        s->tick_at = w->now;
    json_t *answer = s->answer;
    s->answer = NULL;
    if (w->after)
        w->after(w->after_ctx, at);
    return answer;
}

json_t *world_do(struct world *w, size_t at, const char *what, json_t *args)
{
    json_t *answer = world_ask(w, at, what, args);
    if (json_integer_value(json_object_get(answer, "exit")) != 0 || !answer) {
        char *text = answer ? json_dumps(answer, 0) : NULL;
        fail_msg("%s at %s: %s", what, w->sites[at].name, text ? text : "no answer");
    }
    json_t *result = json_incref(json_object_get(answer, "result"));
    json_decref(answer);
    return result;
}

void world_refused(struct world *w, size_t at, const char *what, json_t *args, const char *name)
{
    json_t *answer = world_ask(w, at, what, args);
    const json_t *error = json_object_get(answer, "error");
    const char *given = json_string_value(json_object_get(error, "name"));
    if (!given || strcmp(given, name) != 0) {
        char *text = answer ? json_dumps(answer, 0) : NULL;
        fail_msg("%s: %s was expected: %s", what, name, text ? text : "no answer");
    }
    assert_int_equal(json_integer_value(json_object_get(answer, "exit")), err_exit(err_by_name(name)));
    json_decref(answer);
}

size_t world_noted(const struct world *w, size_t at, const char *event)
{
    return (size_t)json_integer_value(json_object_get(w->sites[at].notes, event));
}

uint64_t world_number(const json_t *result, const char *key)
{
    const json_t *v = json_object_get(result, key);
    assert_true(json_is_integer(v));
    return (uint64_t)json_integer_value(v);
}

/* Takes args. */
static void write_one(struct world *w, size_t at, const char *what, json_t *args, char id[64])
{
    json_t *r = world_do(w, at, what, args);
    const char *text = json_string_value(json_object_get(json_array_get(json_object_get(r, "ids"), 0), "id"));
    if (!text)
        fail_msg("%s: %s", what, json_dumps(r, 0));
    if (id)
        snprintf(id, 64, "%s", text);
    json_decref(r);
}

void world_record_of(struct world *w, size_t at, json_t *fields, char id[64])
{
    assert_non_null(fields);
    write_one(w, at, "record.write",
              json_pack("{s:s, s:[{s:i, s:o}]}", "mode", "add", "lines", "line", 1, "record", fields), id);
}

void world_concept_of(struct world *w, size_t at, json_t *fields, char id[64])
{
    assert_non_null(fields);
    write_one(
        w, at, "concept.write",
        json_pack("{s:s, s:[{s:i, s:o}], s:b}", "mode", "add", "concepts", "line", 1, "concept", fields, "adopt", 1),
        id);
}

void world_record(struct world *w, size_t at, const char *source_id, const char *title, char id[64])
{
    world_record_of(w, at, json_pack("{s:s, s:s}", "source_id", source_id, "title", title), id);
}

void world_title(struct world *w, size_t at, const char *id, char title[64])
{
    json_t *r = world_do(w, at, "record.show", json_pack("{s:s}", "id", id));
    const char *text = json_string_value(json_object_get(json_object_get(r, "title"), "fr"));
    snprintf(title, 64, "%s", text ? text : "");
    json_decref(r);
}

void world_title_is(struct world *w, size_t at, const char *id, const char *expected)
{
    char title[64];
    world_title(w, at, id, title);
    assert_string_equal(title, expected);
}

void world_retitle(struct world *w, size_t at, const char *id, const char *title)
{
    json_decref(world_do(w, at, "record.edit", json_pack("{s:s, s:{s:{s:s}}}", "id", id, "set", "title", "fr", title)));
}

void world_status_is(struct world *w, size_t at, const char *key, const char *expected)
{
    json_t *r = world_do(w, at, "status", NULL);
    const char *found = json_string_value(json_object_get(r, key));
    assert_string_equal(found ? found : "", expected);
    json_decref(r);
}

bool world_has_problem(struct world *w, size_t at, const char *name)
{
    json_t *r = world_do(w, at, "status", NULL), *one;
    size_t i;
    bool found = false;
    json_array_foreach(json_object_get(r, "problems"), i, one) found =
        found || strcmp(json_string_value(json_object_get(one, "name")), name) == 0;
    json_decref(r);
    return found;
}

size_t world_allies(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "allies", NULL);
    size_t n = json_array_size(json_object_get(r, "allies"));
    json_decref(r);
    return n;
}

void world_verify(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "verify", NULL);
    if (!json_is_true(json_object_get(r, "ok"))) {
        char *text = json_dumps(r, 0);
        fail_msg("verify at %s: %s", w->sites[at].name, text);
    }
    json_decref(r);
}
