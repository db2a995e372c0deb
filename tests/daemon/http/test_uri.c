/* The first line of a request: its forms, its query. */
#include "daemon/http/uri.h"
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void both_forms_of_a_target_are_taken_apart(void **state)
{
    static const struct {
        const char *line;
        err_t err;
        const char *path, *query, *host;
    } cases[] = {
        {"/a?b=c?d",          ERR_OK,        "/a",  "b=c?d", NULL    },
        {"/",                 ERR_OK,        "/",   "",      NULL    },
        {"//a",               ERR_OK,        "//a", "",      NULL    },
        {"http://x.y:81/a?q", ERR_OK,        "/a",  "q",     "x.y:81"},
        {"HTTPS://x/",        ERR_OK,        "/",   "",      "x"     },
        {"http://x",          ERR_OK,        "/",   "",      "x"     },
        {"http://x?q",        ERR_OK,        "/",   "q",     "x"     },
        {"http:///a",         ERR_HTTP_PATH, NULL,  NULL,    NULL    },
        {"ftp://x/a",         ERR_HTTP_PATH, NULL,  NULL,    NULL    },
        {"*",                 ERR_HTTP_PATH, NULL,  NULL,    NULL    },
        {"",                  ERR_HTTP_PATH, NULL,  NULL,    NULL    },
        {"a",                 ERR_HTTP_PATH, NULL,  NULL,    NULL    },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct uri u = {.path = NULL};
        char line[64];
        snprintf(line, sizeof line, "%s", cases[i].line);
        err_t e = uri_split(line, &arena, &u);
        if (e != cases[i].err)
            fail_msg("%s: %s", cases[i].line, err_name(e));
        if (!e) {
            assert_string_equal(u.path, cases[i].path);
            assert_string_equal(u.query, cases[i].query);
            assert_string_equal(u.host ? u.host : "", cases[i].host ? cases[i].host : "");
        }
        arena_fini(&arena);
    }
}

static void a_query_is_read_strictly_and_names_what_is_wrong(void **state)
{
    static const struct {
        const char *query;
        err_t err;
        const char *named;
    } cases[] = {
        {"",          ERR_OK,            "" },
        {"a=1&b=2",   ERR_OK,            "" },
        {"&a=1&&",    ERR_OK,            "" },
        {"a",         ERR_OK,            "" },
        {"lang=fr",   ERR_OK,            "" },
        {"%61=1",     ERR_OK,            "" },
        {"c=1",       ERR_HTTP_UNKNOWN,  "c"},
        {"=1",        ERR_HTTP_UNKNOWN,  "" },
        {"a=1&a=1",   ERR_HTTP_TWICE,    "a"},
        {"a=1&%61=2", ERR_HTTP_TWICE,    "a"},
        {"a=%",       ERR_HTTP_ENCODING, "a"},
        {"a=%zz",     ERR_HTTP_ENCODING, "a"},
        {"a=%00",     ERR_HTTP_ENCODING, "a"},
        {"b=%c3",     ERR_HTTP_ENCODING, "b"},
        {"%ff=1",     ERR_HTTP_ENCODING, "?"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct uri_query q = {.n = 77};
        struct why why = {ERR_OK, ""};
        err_t e = uri_query_read(cases[i].query, "a b", &arena, &q, &why);
        if (e != cases[i].err)
            fail_msg("%s: %s", cases[i].query, err_name(e));
        assert_string_equal(why.text, cases[i].named);
        if (e)
            assert_int_equal(q.n, 77); /* outputs only on success */
        arena_fini(&arena);
    }
}

/* For protocols that refuse in their own words. */
static void two_stars_take_all_as_it_stands(void **state)
{
    struct arena arena = {0};
    struct uri_query q;
    struct why why;
    (void)state;
    assert_int_equal(uri_query_read("a=1&z=&a=2", "** a", &arena, &q, &why), ERR_OK);
    assert_int_equal(q.n, 3);
    assert_string_equal(q.at[2].name, "a");
    assert_string_equal(q.at[2].value, "2");
    assert_string_equal(uri_query_value(&q, "a"), "1");
    assert_false(q.unread);
    assert_int_equal(uri_query_read("z=%00&b=1&%ff=2&c=%c3", "** a", &arena, &q, &why), ERR_OK);
    assert_int_equal(q.n, 1);
    assert_string_equal(q.at[0].name, "b");
    assert_true(q.unread);
    assert_int_equal(uri_query_read("z=1&z=2", "*", &arena, &q, &why), ERR_HTTP_TWICE);
    arena_fini(&arena);
}

static void values_are_decoded_once(void **state)
{
    struct arena arena = {0};
    struct uri_query q;
    struct why why;
    (void)state;
    assert_int_equal(uri_query_read("q=a+b%2Bc%2526%3D&x=", "*", &arena, &q, &why), ERR_OK);
    assert_string_equal(uri_query_value(&q, "q"), "a b+c%26=");
    assert_string_equal(uri_query_value(&q, "x"), "");
    assert_null(uri_query_value(&q, "y"));
    arena_fini(&arena);
}

static void there_are_not_endless_parameters(void **state)
{
    struct arena arena = {0};
    struct uri_query q;
    struct why why;
    char text[2048] = "";
    size_t n = 0;
    (void)state;
    for (unsigned i = 0; i <= URI_QUERY_MAX; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "p%u=&", i);
    assert_int_equal(uri_query_read(text, "*", &arena, &q, &why), ERR_HTTP_VALUE);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_of_a_target_are_taken_apart),
        cmocka_unit_test(a_query_is_read_strictly_and_names_what_is_wrong),
        cmocka_unit_test(two_stars_take_all_as_it_stands),
        cmocka_unit_test(values_are_decoded_once),
        cmocka_unit_test(there_are_not_endless_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
