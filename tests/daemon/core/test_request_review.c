/* Reviews and the right of reply: whose they are, who may take them back, and that every site shows them. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void import(struct world *w, const char *source, const char *actor, char id[64])
{
    json_t *r = world_do(w, 0, "record.write",
                         json_pack("{s:s, s:[{s:i, s:{s:s, s:s, s:s, s:[{s:s, s:s}]}}]}", "mode", "import", "lines",
                                   "line", 1, "record", "source_id", source, "lang", "fr", "title", "Jardin", "actors",
                                   "name", actor, "role", "porteur"));
    assert_int_equal(world_number(r, "rejected"), 0);
    snprintf(id, 64, "%s", json_string_value(json_object_get(json_array_get(json_object_get(r, "ids"), 0), "id")));
    json_decref(r);
}

static json_t *said(struct world *w, size_t at, const char *id, const char *list, size_t n)
{
    json_t *r = world_do(w, at, "record.show", json_pack("{s:s}", "id", id));
    json_t *found = json_incref(json_object_get(r, list));
    json_decref(r);
    assert_int_equal(json_array_size(found), n);
    return found;
}

static const char *of(const json_t *list, size_t i, const char *key)
{
    const char *text = json_string_value(json_object_get(json_array_get(list, i), key));
    return text ? text : "";
}

static void shows(struct world *w, size_t at, const char *id, const char *list, size_t n)
{
    json_decref(said(w, at, id, list, n));
}

static json_t *review(const char *id, const char *lang, const char *text)
{
    return json_pack("{s:s, s:s, s:s}", "id", id, "lang", lang, "text", text);
}

static json_t *reply(const char *id, const char *actor, const char *text)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "id", id, "actor", actor, "lang", "fr", "text", text);
}

static void a_review_is_its_allys_own_and_shown_everywhere(void **state)
{
    (void)state;
    struct world *w = world_alliance(411, 3);
    char id[64];
    import(w, "un", "Ville", id);
    assert_true(world_settle(w, 60000));
    json_decref(world_do(w, 1, "record.review", review(id, "fr", "Clair\xe2\x80\xae et utile")));
    json_decref(world_do(w, 1, "record.review", review(id, "en", "Clear")));
    json_decref(world_do(w, 2, "record.review", review(id, "fr", "Trop court")));
    assert_true(world_settle(w, 60000));
    json_t *r = said(w, 0, id, "reviews", 3);
    assert_string_equal(of(r, 0, "lang"), "en");
    assert_string_equal(of(r, 1, "text"), "Clair et utile");
    assert_string_equal(of(r, 1, "ally_name"), w->sites[1].name);
    assert_string_equal(of(r, 2, "text"), "Trop court");
    json_decref(r);
    /* Said again it takes the place of the first; one's own record one does not review; nor is another's review to be taken back. */
    json_decref(world_do(w, 1, "record.review", review(id, "fr", "Utile")));
    world_refused(w, 1, "record.review", review(id, "fr", "Utile"), "nothing_to_do");
    world_refused(w, 0, "record.review", review(id, "fr", "x"), "review_own");
    world_refused(w, 0, "record.review", json_pack("{s:s, s:b}", "id", id, "retract", 1), "nothing_to_do");
    world_refused(w, 1, "record.review", review(id, "fr", "\xe2\x80\xae"), "text_empty");
    world_refused(w, 1, "record.review", review(id, "?", "x"), "lang");
    json_decref(world_do(w, 1, "record.review", json_pack("{s:s, s:b, s:s}", "id", id, "retract", 1, "lang", "en")));
    assert_true(world_settle(w, 60000));
    shows(w, 2, id, "reviews", 2);
    json_decref(world_do(w, 1, "record.review", json_pack("{s:s, s:b}", "id", id, "retract", 1)));
    assert_true(world_settle(w, 60000));
    shows(w, 0, id, "reviews", 1);
    r = world_do(w, 0, "rebuild", NULL);
    assert_true(json_is_true(json_object_get(r, "same")));
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

static void whom_a_record_names_answers_and_its_owner_cannot_remove_it(void **state)
{
    (void)state;
    struct world *w = world_alliance(412, 2);
    char id[64], dot[64];
    import(w, "un", "Ville", id);
    assert_true(world_settle(w, 60000));
    world_refused(w, 1, "record.reply", reply(id, "Personne", "Non"), "actor_unknown");
    world_refused(w, 1, "record.reply", reply(id, "", "Non"), "text_empty");
    json_t *r = world_do(w, 1, "record.reply", reply(id, "Ville", "Ce ne fut pas ainsi"));
    snprintf(dot, sizeof dot, "%s", json_string_value(json_object_get(r, "dot")));
    json_decref(r);
    assert_true(world_settle(w, 60000));
    r = said(w, 0, id, "replies", 1);
    assert_string_equal(of(r, 0, "actor"), "Ville");
    assert_string_equal(of(r, 0, "ally_name"), w->sites[1].name);
    json_decref(r);
    /* The record names somebody else by now: the reply stays, and stays its ally's to change. */
    import(w, "un", "Commune", id);
    world_refused(w, 0, "record.reply", json_pack("{s:s, s:s, s:b}", "id", id, "actor", "Commune", "retract", 1),
                  "nothing_to_do");
    assert_true(world_settle(w, 60000));
    shows(w, 0, id, "replies", 1);
    json_decref(world_do(w, 1, "record.reply", reply(id, "Ville", "Pas ainsi")));
    assert_true(world_settle(w, 60000));
    r = said(w, 0, id, "replies", 1);
    assert_string_equal(of(r, 0, "text"), "Pas ainsi");
    json_decref(r);
    /* Words and name go from every site. */
    json_decref(world_do(w, 1, "erase", json_pack("{s:[s], s:s}", "dots", dot, "reason", "demandé")));
    json_decref(world_do(w, 1, "record.reply", json_pack("{s:s, s:s, s:b}", "id", id, "actor", "Ville", "retract", 1)));
    assert_true(world_settle(w, 60000));
    shows(w, 0, id, "replies", 0);
    r = world_do(w, 0, "record.history", json_pack("{s:s}", "id", id));
    char *text = json_dumps(r, 0);
    assert_non_null(strstr(text, "\"record.reply\""));
    assert_null(strstr(text, "Ce ne fut pas ainsi"));
    free(text);
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_review_is_its_allys_own_and_shown_everywhere),
        cmocka_unit_test(whom_a_record_names_answers_and_its_owner_cannot_remove_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
