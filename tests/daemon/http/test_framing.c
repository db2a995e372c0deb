/* framing: a request whose end a proxy may see elsewhere. */
#include "daemon/http/framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static bool clear(const char *const headers[][2], size_t n)
{
    struct framing f = {.lengths = 0};
    for (size_t i = 0; i < n; i++)
        framing_take(&f, headers[i][0], headers[i][1]);
    return framing_is_clear(&f);
}
#define CLEAR(...)                                                                                                     \
    clear((const char *const[][2]){__VA_ARGS__}, sizeof((const char *const[][2]){__VA_ARGS__}) / sizeof(char *[2]))

static void one_length_or_chunks_or_neither_is_clear(void **state)
{
    (void)state;
    assert_true(clear(NULL, 0));
    assert_true(CLEAR({"Host", "x"}, {"content-length", "0"}));
    assert_true(CLEAR({"Content-Length", "2097152"}));
    assert_true(CLEAR({"Transfer-Encoding", "Chunked"}));
}

static void a_length_said_twice_or_in_two_ways_is_not(void **state)
{
    (void)state;
    assert_false(CLEAR({"Content-Length", "5"}, {"content-length", "5"}));
    assert_false(CLEAR({"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}));
    assert_false(CLEAR({"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}));
    assert_false(CLEAR({"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "identity"}));
}

static void a_length_that_is_no_number_or_an_unknown_coding_is_not(void **state)
{
    static const char *const lengths[] = {"", NULL, "-1", "+5", "0x5", "5 5", "5, 5", "5 "};
    static const char *const codings[] = {"gzip", "gzip, chunked", "chunked ", "xchunked", "identity", ""};
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        assert_false(CLEAR({"Content-Length", lengths[i]}));
    for (size_t i = 0; i < sizeof codings / sizeof *codings; i++)
        assert_false(CLEAR({"Transfer-Encoding", codings[i]}));
}

static void a_name_that_is_no_token_is_not(void **state)
{
    (void)state;
    assert_false(CLEAR({"Content-Length ", "5"}));
    assert_false(CLEAR({"X\tY", "5"}));
    assert_false(CLEAR({"", "5"}));
    assert_true(CLEAR({"X-Forwarded-For", "::1"}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_length_or_chunks_or_neither_is_clear),
        cmocka_unit_test(a_length_said_twice_or_in_two_ways_is_not),
        cmocka_unit_test(a_length_that_is_no_number_or_an_unknown_coding_is_not),
        cmocka_unit_test(a_name_that_is_no_token_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
