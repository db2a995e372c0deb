#include "tests/help/core_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define SOURCES  5
#define CONCEPTS 6

void core_history_init(struct core_history *h, struct world *w)
{
    *h = (struct core_history){.w = w, .dots = json_array()};
}

void core_history_fini(struct core_history *h)
{
    json_decref(h->dots);
}

static const char *word(struct world *w)
{
    static const char *const words[] = {"eau", "sol", "commun", "forêt", "quartier", "école", "récit", "marché"};
    return words[world_random(w, sizeof words / sizeof *words)];
}

static json_t *text(struct world *w)
{
    json_t *out = json_object();
    json_object_set_new(out, world_random(w, 3) ? "fr" : "en",
                        json_sprintf("%s %s %d", word(w), word(w), (int)world_random(w, 100)));
    return out;
}

static json_t *uri(struct world *w)
{
    return json_sprintf("http://atlas.test/c/%d", (int)world_random(w, CONCEPTS));
}

/* The id of some record or concept known at that site, or NULL. */
static json_t *some_id(struct world *w, size_t at, const char *list, const char *key)
{
    json_t *r = world_do(w, at, list, json_pack("{s:i, s:b}", "limit", 100, "retired", 1));
    json_t *items = json_object_get(r, key);
    size_t n = json_array_size(items);
    json_t *id = n ? json_object_get(json_array_get(items, (size_t)world_random(w, n)), "id") : NULL;
    json_incref(id);
    json_decref(r);
    return id;
}

static json_t *a_record(struct world *w)
{
    json_t *record =
        json_pack("{s:o, s:o}", "source_id", json_sprintf("s%d", (int)world_random(w, SOURCES)), "title", text(w));
    if (world_random(w, 2))
        json_object_set_new(record, "abstract", text(w));
    if (world_random(w, 2))
        json_object_set_new(record, "date", json_string("2021"));
    if (world_random(w, 2))
        json_object_set_new(record, "concepts", json_pack("[o]", uri(w)));
    return json_pack("{s:i, s:o}", "line", 1, "record", record);
}

static json_t *record_write(struct world *w, size_t at, const char **what)
{
    (void)at;
    *what = "record.write";
    json_t *lines = json_array();
    for (uint64_t n = world_random(w, 3); n < 3; n++)
        json_array_append_new(lines, a_record(w));
    return json_pack("{s:s, s:o}", "mode", world_random(w, 2) ? "add" : "import", "lines", lines);
}

static json_t *record_edit(struct world *w, size_t at, const char **what)
{
    json_t *id = some_id(w, at, "record.list", "records");
    *what = "record.edit";
    json_t *set = json_pack("{s:o}", world_random(w, 2) ? "title" : "limits", text(w));
    return json_pack("{s:o*, s:o, s:b}", "id", id, "set", set, "revive", (int)world_random(w, 2));
}

static json_t *record_retire(struct world *w, size_t at, const char **what)
{
    *what = "record.retire";
    return json_pack("{s:o*, s:s}", "id", some_id(w, at, "record.list", "records"), "reason", "double");
}

static json_t *concept_write(struct world *w, size_t at, const char **what)
{
    *what = "concept.write";
    json_t *concept = json_pack("{s:o, s:o}", "uri", uri(w), "prefLabel", text(w));
    if (world_random(w, 2))
        json_object_set_new(concept, "broader", json_pack("[o]", uri(w)));
    if (world_random(w, 3) == 0)
        json_object_set_new(concept, "altLabel", text(w));
    return json_pack("{s:[{s:i, s:o}], s:s, s:b}", "concepts", "line", 1, "concept", concept, "mode", "add", "adopt",
                     at == 0 && world_random(w, 2));
}

static json_t *concept_edit(struct world *w, size_t at, const char **what)
{
    *what = "concept.edit";
    return json_pack("{s:o*, s:{s:o}, s:b}", "id", some_id(w, at, "concept.list", "concepts"), "set", "prefLabel",
                     text(w), "adopt", at == 0 && world_random(w, 2));
}

static json_t *concept_relate(struct world *w, size_t at, const char **what)
{
    *what = "concept.relate";
    return json_pack("{s:o*, s:s, s:o, s:b}", "id", some_id(w, at, "concept.list", "concepts"), "relation",
                     world_random(w, 2) ? "broader" : "related", "target", uri(w), "remove", world_random(w, 3) == 0);
}

static json_t *concept_adopt(struct world *w, size_t at, const char **what)
{
    *what = "concept.adopt";
    return json_pack("{s:o*}", "id", some_id(w, at, "concept.list", "concepts"));
}

static json_t *means_declare(struct world *w, size_t at, const char **what)
{
    (void)at;
    *what = "means.declare";
    return json_pack("{s:i, s:{s:i, s:s}}", "year", 2026 + (int)world_random(w, 2),
                     world_random(w, 2) ? "money" : "time", "amount", (int)world_random(w, 5), "note",
                     world_random(w, 2) ? word(w) : "");
}

static json_t *conflict_resolve(struct world *w, size_t at, const char **what)
{
    json_t *id = some_id(w, at, "conflicts.list", "conflicts");
    *what = "conflicts.resolve";
    json_t *args = json_pack("{s:o*}", "id", id);
    if (!id)
        return args;
    json_t *shown = world_do(w, at, "conflicts.show", json_pack("{s:O}", "id", id));
    json_t *field = json_array_get(json_object_get(shown, "fields"), 0);
    json_t *value = json_array_get(json_object_get(field, "values"), 0);
    json_object_set(args, "keep", json_object_get(value, "dot"));
    json_decref(shown);
    return args;
}

static json_t *(*const steps[])(struct world *, size_t, const char **) = {
    record_write,  record_write, record_edit,    record_edit,   record_retire,    concept_write,
    concept_write, concept_edit, concept_relate, concept_adopt, conflict_resolve, means_declare,
};

static void keep_dots(struct core_history *h, const json_t *result)
{
    size_t i;
    json_t *item, *dot = json_object_get(result, "dot");
    if (dot)
        json_array_append(h->dots, dot);
    json_array_foreach(json_object_get(result, "ids"), i, item)
    {
        dot = json_object_get(item, "dot");
        if (dot)
            json_array_append(h->dots, dot);
    }
}

json_t *core_history_request(struct world *w, size_t at, const char **what)
{
    return steps[world_random(w, sizeof steps / sizeof *steps)](w, at, what);
}

void core_history_step(struct core_history *h, size_t at)
{
    const char *what = "";
    json_t *args = core_history_request(h->w, at, &what);
    json_t *answer = world_ask(h->w, at, what, args);
    const json_t *error = json_object_get(answer, "error");
    h->asked++;
    assert_non_null(answer);
    if (error) {
        const char *name = json_string_value(json_object_get(error, "name"));
        int number = err_number(err_by_name(name));
        if (number < 1100)
            fail_msg("%s: %s", what, name);
        h->refused++;
    } else {
        keep_dots(h, json_object_get(answer, "result"));
    }
    json_decref(answer);
}

/* ---- afterwards ---- */

static void check_dots(struct core_history *h, size_t at)
{
    size_t i;
    json_t *item;
    json_array_foreach(h->dots, i, item)
    {
        struct dot dot;
        int64_t row;
        assert_int_equal(dot_parse(slice_text(json_string_value(item)), &dot), ERR_OK);
        if (oplog_by_dot(h->w->sites[at].core->store, dot.commit, &row))
            fail_msg("%s is not at %s", json_string_value(item), h->w->sites[at].name);
    }
}

static void check_rebuild(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "rebuild", NULL);
    assert_true(json_is_true(json_object_get(r, "same")));
    json_decref(r);
}

static void check_status(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "status", NULL), *p;
    size_t i;
    assert_int_equal(world_number(r, "held"), 0);
    assert_int_equal(world_number(r, "holes"), 0);
    assert_int_equal(world_number(r, "unheld"), 0);
    json_array_foreach(json_object_get(r, "peers"), i, p)
    {
        const char *state = json_string_value(json_object_get(p, "state"));
        if (strcmp(state, "unreachable") == 0) {
            assert_true(json_is_null(json_object_get(p, "digest_equal")));
            continue;
        }
        assert_string_equal(state, "live");
        assert_true(json_is_true(json_object_get(p, "digest_equal")));
        assert_int_equal(world_number(p, "behind"), 0);
        assert_int_equal(world_number(p, "ahead"), 0);
    }
    json_decref(r);
}

void core_history_check(struct core_history *h)
{
    world_run(h->w, 12000); /* what peers hold is written down now and then */
    assert_true(world_agrees(h->w));
    for (size_t i = 0; i < h->w->sites_n; i++) {
        if (!h->w->sites[i].core)
            continue;
        check_dots(h, i);
        check_status(h->w, i);
        world_verify(h->w, i);
        check_rebuild(h->w, i);
    }
    assert_true(world_agrees(h->w));
}
