/*
 * discipline: the rules of the profiles.
 */
#include "daemon/commons/discipline.h"
#include "protocol/wire/wr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define KEYS 16
struct at { /* a record's view, made by hand */
    struct view v;
    struct view_key keys[KEYS];
    struct view_value values[KEYS];
    struct buf bytes[KEYS];
    struct view_key term;
};

static const struct discipline_terms known = {0, 0};

static struct buf *add(struct at *a, unsigned field, const char *lang)
{
    size_t i = a->v.fields_n++;
    assert_true(i < KEYS);
    buf_init(&a->bytes[i], 1 << 20);
    a->keys[i] = (struct view_key){.field = field, .lang = slice_text(lang)};
    a->v.fields = a->keys;
    return &a->bytes[i];
}

static void add_text(struct at *a, unsigned field, const char *lang, const char *text)
{
    wr_text(add(a, field, lang), slice_text(text));
}

static void add_actor(struct at *a, const char *role)
{
    struct buf *b = add(a, R_ACTORS, "");
    wr_array(b, 1);
    wr_array(b, 4);
    wr_text(b, slice_text("Ville"));
    if (role)
        wr_text(b, slice_text(role));
    else
        wr_nil(b);
    wr_text(b, slice_text("commune"));
    wr_nil(b);
}

static bool missed(struct at *a, const char *code)
{
    struct discipline d;
    bool found = false;
    for (size_t i = 0; i < a->v.fields_n; i++) {
        a->values[i].value = buf_slice(&a->bytes[i]);
        a->keys[i].shown = &a->values[i];
    }
    discipline_check(&a->v, DISCIPLINE_CORETET, &known, &d);
    for (size_t i = 0; i < d.missed_n; i++)
        found |= strcmp(d.missed[i]->code, code) == 0;
    return found;
}

static void end(struct at *a)
{
    for (size_t i = 0; i < KEYS; i++)
        buf_fini(&a->bytes[i]);
}

static void a_complete_experience_misses_nothing(void **state)
{
    (void)state;
    struct at a = {0};
    struct discipline d;
    add_text(&a, R_TYPE, "", "experience");
    add_text(&a, R_ABSTRACT, "fr", "x");
    add_text(&a, R_HISTORY, "fr", "x");
    add_text(&a, R_LIMITS, "fr", "x");
    add_text(&a, R_LICENCE, "", "cc-by-4.0");
    add_actor(&a, "porteur");
    a.v.sets = &a.term;
    a.v.sets_n = 1;
    assert_false(missed(&a, "abstract"));
    discipline_check(&a.v, DISCIPLINE_CORETET, &known, &d);
    assert_int_equal(d.missed_n, 0);
    assert_int_equal(d.met_n, DISCIPLINE_N);
    end(&a);
}

static void an_empty_experience_is_told_kindly_what_is_missing(void **state)
{
    (void)state;
    struct at a = {0};
    struct discipline d;
    add_text(&a, R_TYPE, "", "experience");
    assert_true(missed(&a, "abstract"));
    discipline_check(&a.v, DISCIPLINE_CORETET, &known, &d);
    assert_int_equal(d.missed_n, DISCIPLINE_N - 3); /* it is not too long, and no term is a wrong one */
    for (size_t i = 0; i < d.missed_n; i++)
        assert_true(strlen(d.missed[i]->sentence) > 20);
    end(&a);
}

static void record_without_limits_is_flagged_only_if_an_experience(void **state)
{
    (void)state;
    struct at a = {0};
    struct discipline d;
    add_text(&a, R_TYPE, "", "experience");
    assert_true(missed(&a, "limits"));
    assert_true(missed(&a, "history"));
    end(&a);
    a = (struct at){0};
    add_text(&a, R_TYPE, "", "analysis");
    assert_false(missed(&a, "limits"));
    assert_false(missed(&a, "history"));
    discipline_check(&a.v, DISCIPLINE_CORETET, &known, &d);
    assert_int_equal(d.met_n + d.missed_n, DISCIPLINE_N - 4); /* and there are no terms */
    end(&a);
}

static void an_actor_without_a_role_is_not_enough(void **state)
{
    (void)state;
    struct at a = {0};
    add_actor(&a, NULL);
    assert_true(missed(&a, "actor"));
    end(&a);
    a = (struct at){0};
    add_actor(&a, "maire");
    assert_false(missed(&a, "actor"));
    end(&a);
}

static void a_licence_must_be_an_spdx_identifier(void **state)
{
    (void)state;
    struct at a = {0};
    add_text(&a, R_LICENCE, "", "Public Domain");
    assert_true(missed(&a, "licence"));
    assert_true(discipline_licence_known(slice_text("CC-BY-SA-4.0")));
    assert_true(discipline_licence_known(slice_text("etalab-2.0")));
    assert_false(discipline_licence_known(slice_text("CC-BY")));
    assert_false(discipline_licence_known(slice_text("")));
    end(&a);
}

static void length_is_counted_in_characters_over_the_texts_of_one_language(void **state)
{
    (void)state;
    struct at a = {0};
    char *text = calloc(1, 2 * 6000 + 1);
    assert_non_null(text);
    for (size_t i = 0; i < 6000; i++)
        memcpy(text + 2 * i, "é", 2);
    add_text(&a, R_ABSTRACT, "fr", text);
    add_text(&a, R_HISTORY, "fr", text);
    add_text(&a, R_HISTORY, "en", text);
    assert_false(missed(&a, "length")); /* 12,000 in French, 24,000 bytes */
    struct buf *b = add(&a, R_NOTES, "fr");
    wr_array(b, 1);
    wr_text(b, slice_text("x"));
    assert_true(missed(&a, "length"));
    free(text);
    end(&a);
}

static void terms_that_the_thesaurus_lacks_or_gave_up_are_told(void **state)
{
    (void)state;
    struct at a = {0};
    struct discipline d;
    a.v.sets = &a.term;
    a.v.sets_n = 1;
    assert_false(missed(&a, "concept"));
    discipline_check(&a.v, DISCIPLINE_CORETET, &(struct discipline_terms){1, 0}, &d);
    assert_string_equal(d.missed[2]->code, "concept_known");
    discipline_check(&a.v, DISCIPLINE_CORETET, &(struct discipline_terms){0, 1}, &d);
    assert_string_equal(d.missed[2]->code, "concept_current");
    discipline_check(&a.v, DISCIPLINE_CORETET, NULL, &d); /* nobody looked */
    assert_int_equal(d.met_n + d.missed_n, DISCIPLINE_N - 4);
    end(&a);
}

static void a_profile_says_what_is_asked_and_an_unknown_one_asks_as_the_last(void **state)
{
    (void)state;
    struct at a = {0};
    struct discipline d;
    struct buf text;
    buf_init(&text, 1024);
    add_text(&a, R_TYPE, "", "experience");
    assert_true(missed(&a, "abstract"));
    discipline_check(&a.v, 0, &known, &d);
    assert_int_equal(d.met_n + d.missed_n, 0);
    assert_true(d.known);
    discipline_check(&a.v, 77, &known, &d);
    assert_int_equal(d.missed_n, DISCIPLINE_N - 3);
    assert_false(d.known);
    assert_int_equal(d.profile, 77);
    discipline_say(&d, d.met[0], "en", &text);
    assert_non_null(strstr(buf_text(&text), "12000 characters"));
    buf_fini(&text);
    end(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_that_the_thesaurus_lacks_or_gave_up_are_told),
        cmocka_unit_test(a_profile_says_what_is_asked_and_an_unknown_one_asks_as_the_last),
        cmocka_unit_test(a_complete_experience_misses_nothing),
        cmocka_unit_test(an_empty_experience_is_told_kindly_what_is_missing),
        cmocka_unit_test(record_without_limits_is_flagged_only_if_an_experience),
        cmocka_unit_test(an_actor_without_a_role_is_not_enough),
        cmocka_unit_test(a_licence_must_be_an_spdx_identifier),
        cmocka_unit_test(length_is_counted_in_characters_over_the_texts_of_one_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
