/* Patterns of paths: what fits, what its parts are. */
#include "daemon/http/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct route rows[] = {
    {.method = "GET",  .path = "/r",                 .suffixes = ""             },
    {.method = "POST", .path = "/r",                 .suffixes = ""             },
    {.method = "POST", .path = "/r:batch",           .suffixes = ""             },
    {.method = "GET",  .path = "/r/{id}",            .suffixes = ".json .jsonld"},
    {.method = "PUT",  .path = "/r/{id}",            .suffixes = ""             },
    {.method = "GET",  .path = "/r/{id}/history",    .suffixes = ""             },
    {.method = "PUT",  .path = "/by/{source...}",    .suffixes = ""             },
    {.method = "GET",  .path = "/feeds/{name}.atom", .suffixes = ""             },
};
static const struct routes all = {rows, sizeof rows / sizeof *rows};

static err_t find(const char *method, const char *path, struct arena *arena, struct route_found *out, char allow[64])
{
    *arena = (struct arena){0};
    *out = (struct route_found){.n = 0};
    return route_find(&all, method, path, arena, out, allow);
}

static void a_path_finds_its_row_and_its_parts_decoded(void **state)
{
    static const struct {
        const char *method, *path;
        int row;
        const char *part, *suffix;
    } cases[] = {
        {"GET",  "/r",               0, NULL,           ""       },
        {"HEAD", "/r",               0, NULL,           ""       },
        {"POST", "/r:batch",         2, NULL,           ""       },
        {"GET",  "/r/abc",           3, "abc",          ""       },
        {"GET",  "/r/abc.json",      3, "abc",          ".json"  },
        {"GET",  "/r/abc.jsonld",    3, "abc",          ".jsonld"},
        {"GET",  "/r/.json",         3, ".json",        ""       },
        {"GET",  "/r/a%2Fb",         3, "a/b",          ""       },
        {"GET",  "/r/a%3fb%23+",     3, "a?b#+",        ""       },
        {"GET",  "/r/%C3%A9",        3, "é",           ""       },
        {"PUT",  "/r/abc.json",      4, "abc.json",     ""       },
        {"GET",  "/r/abc/history",   5, "abc",          ""       },
        {"PUT",  "/by/a/b%2Fc/../d", 6, "a/b/c/../d",   ""       },
        {"PUT",  "/by/http://x.y/z", 6, "http://x.y/z", ""       },
        {"GET",  "/feeds/all.atom",  7, "all",          ""       },
        {"GET",  "/feeds/a.b.atom",  7, "a.b",          ""       },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct route_found f;
        char allow[64];
        err_t e = find(cases[i].method, cases[i].path, &arena, &f, allow);
        if (e || f.route != &rows[cases[i].row])
            fail_msg("%s %s: %s", cases[i].method, cases[i].path, err_name(e));
        assert_string_equal(f.suffix, cases[i].suffix);
        assert_int_equal(f.n, cases[i].part ? 1 : 0);
        if (cases[i].part)
            assert_string_equal(f.parts[0].value, cases[i].part);
        arena_fini(&arena);
    }
}

static void what_fits_no_row_is_refused(void **state)
{
    static const struct {
        const char *method, *path;
        err_t err;
        const char *allow;
    } cases[] = {
        {"GET",    "/",            ERR_HTTP_PATH,     ""               },
        {"GET",    "/r/",          ERR_HTTP_PATH,     ""               },
        {"GET",    "/rr",          ERR_HTTP_PATH,     ""               },
        {"GET",    "/r/a/b",       ERR_HTTP_PATH,     ""               },
        {"GET",    "/%72",         ERR_HTTP_PATH,     ""               },
        {"GET",    "/feeds/.atom", ERR_HTTP_PATH,     ""               },
        {"GET",    "/feeds/all",   ERR_HTTP_PATH,     ""               },
        {"PUT",    "/by/",         ERR_HTTP_PATH,     ""               },
        {"DELETE", "/r",           ERR_HTTP_METHOD,   "GET, HEAD, POST"},
        {"DELETE", "/r/abc",       ERR_HTTP_METHOD,   "GET, HEAD, PUT" },
        {"GET",    "/r/a%00",      ERR_HTTP_ENCODING, NULL             },
        {"GET",    "/r/a%0a",      ERR_HTTP_ENCODING, NULL             },
        {"GET",    "/r/a%7f",      ERR_HTTP_ENCODING, NULL             },
        {"GET",    "/r/a%",        ERR_HTTP_ENCODING, NULL             },
        {"GET",    "/r/a%2",       ERR_HTTP_ENCODING, NULL             },
        {"GET",    "/r/a%zz",      ERR_HTTP_ENCODING, NULL             },
        {"GET",    "/r/%C0%AF",    ERR_HTTP_ENCODING, NULL             },
        {"GET",    "/r/%ED%A0%80", ERR_HTTP_ENCODING, NULL             },
        {"GET",    "/r/\xff",      ERR_HTTP_ENCODING, NULL             },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct route_found f;
        char allow[64];
        err_t e = find(cases[i].method, cases[i].path, &arena, &f, allow);
        if (e != cases[i].err)
            fail_msg("%s %s: %s", cases[i].method, cases[i].path, err_name(e));
        if (cases[i].allow)
            assert_string_equal(allow, cases[i].allow);
        assert_null(f.route);
        arena_fini(&arena);
    }
}

static void a_list_has_its_words_whole(void **state)
{
    (void)state;
    assert_true(route_lists("a bc  d", slice_text("bc")));
    assert_true(route_lists("a bc  d", slice_text("d")));
    assert_false(route_lists("a bc", slice_text("b")));
    assert_false(route_lists("", slice_text("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_finds_its_row_and_its_parts_decoded),
        cmocka_unit_test(what_fits_no_row_is_refused),
        cmocka_unit_test(a_list_has_its_words_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
