/* What Accept, Accept-Language and If-None-Match ask for. */
#include "daemon/http/accept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void the_type_wanted_most_is_chosen(void **state)
{
    static const char *const types[] = {"application/json", "application/ld+json", "text/html; charset=utf-8", NULL};
    static const struct {
        const char *header;
        int found;
    } cases[] = {
        {NULL,                                                  0 },
        {"",                                                    0 },
        {"*/*",                                                 0 },
        {"application/ld+json",                                 1 },
        {"APPLICATION/LD+JSON",                                 1 },
        {"text/html,application/xhtml+xml,*/*;q=0.8",           2 },
        {"application/json;q=0.5, application/ld+json",         1 },
        {"application/*",                                       0 },
        {"application/*;q=0.1, application/ld+json;q=0.2",      1 },
        {"text/*",                                              2 },
        {"image/png",                                           -1},
        {"application/json;q=0",                                -1},
        {"*/*;q=0.5, application/json;q=0",                     1 },
        {"application/json; q=0.300 , text/html;level=1;q=0.4", 2 },
        {"application/json;q=x",                                -1},
        {"text/html;q=",                                        -1},
        {",,;;q,=/",                                            -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (accept_type(cases[i].header, types) != cases[i].found)
            fail_msg("%s: %d", cases[i].header, accept_type(cases[i].header, types));
}

static void the_language_wanted_most_of_ours_is_chosen(void **state)
{
    static const struct {
        const char *header, *found;
    } cases[] = {
        {NULL,                     NULL},
        {"fr",                     "fr"},
        {"fr-CA,en;q=0.9",         "fr"},
        {"de, en;q=0.3, fr;q=0.7", "fr"},
        {"en, fr",                 "en"},
        {"de",                     NULL},
        {"fr;q=0",                 NULL},
        {"*",                      NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = accept_language(cases[i].header);
        if (!found != !cases[i].found)
            fail_msg("%s: %s", cases[i].header, found);
        if (found)
            assert_string_equal(found, cases[i].found);
    }
}

static void a_tag_is_known_in_every_form_of_the_list(void **state)
{
    (void)state;
    assert_true(accept_matches("\"a.b\"", "\"a.b\""));
    assert_true(accept_matches("W/\"a.b\"", "\"a.b\""));
    assert_true(accept_matches("\"x\", \"a.b\" ,\"y\"", "\"a.b\""));
    assert_true(accept_matches("*", "\"a.b\""));
    assert_false(accept_matches("\"a.bc\"", "\"a.b\""));
    assert_false(accept_matches("a.b", "\"a.b\""));
    assert_false(accept_matches("", "\"a.b\""));
    assert_false(accept_matches(NULL, "\"a.b\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_type_wanted_most_is_chosen),
        cmocka_unit_test(the_language_wanted_most_of_ours_is_chosen),
        cmocka_unit_test(a_tag_is_known_in_every_form_of_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
