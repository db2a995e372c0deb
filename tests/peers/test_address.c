#include "peers/address.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *text, *endpoint;
    enum address_use use;
    enum address_kind kind;
    uint16_t port;
} good[] = {
    {"*:5670",              "tcp://*:5670",              ADDRESS_LISTEN, ADDRESS_ANY,  5670 },
    {"127.0.0.1:0",         "tcp://127.0.0.1:0",         ADDRESS_LISTEN, ADDRESS_IPV4, 0    },
    {"[::1]:5670",          "tcp://[::1]:5670",          ADDRESS_LISTEN, ADDRESS_IPV6, 5670 },
    {"[2001:db8::1]:65535", "tcp://[2001:db8::1]:65535", ADDRESS_REACH,  ADDRESS_IPV6, 65535},
    {"192.0.2.1:1",         "tcp://192.0.2.1:1",         ADDRESS_REACH,  ADDRESS_IPV4, 1    },
    {"allies.example:5670", "tcp://allies.example:5670", ADDRESS_REACH,  ADDRESS_NAME, 5670 },
    {"a-1.b2c:5670",        "tcp://a-1.b2c:5670",        ADDRESS_REACH,  ADDRESS_NAME, 5670 },
};

static const struct {
    const char *text;
    enum address_use use;
} bad[] = {
    {"",                       ADDRESS_LISTEN},
    {":5670",                  ADDRESS_LISTEN},
    {"*",                      ADDRESS_LISTEN},
    {"5670",                   ADDRESS_LISTEN},
    {"*:5670",                 ADDRESS_REACH },
    {"a.example:0",            ADDRESS_REACH },
    {"a.example",              ADDRESS_REACH },
    {"a.example:",             ADDRESS_REACH },
    {"a.example:65536",        ADDRESS_REACH },
    {"a.example:99999999999",  ADDRESS_REACH },
    {"a.example:05670",        ADDRESS_REACH },
    {"a.example:+5670",        ADDRESS_REACH },
    {"a.example:5670 ",        ADDRESS_REACH },
    {" a.example:5670",        ADDRESS_REACH },
    {"tcp://a.example:5670",   ADDRESS_REACH },
    {"::1:5670",               ADDRESS_REACH },
    {"[::1:5670",              ADDRESS_REACH },
    {"[]:5670",                ADDRESS_REACH },
    {"[a.example]:5670",       ADDRESS_REACH },
    {"[fe80::1%eth0]:5670",    ADDRESS_REACH },
    {"256.0.0.1:5670",         ADDRESS_REACH },
    {"1.2.3:5670",             ADDRESS_REACH },
    {"a..b:5670",              ADDRESS_REACH },
    {"-a.b:5670",              ADDRESS_REACH },
    {"a-.b:5670",              ADDRESS_REACH },
    {"eth0;192.0.2.1:5670",    ADDRESS_REACH },
    {"caf\xc3\xa9.example:80", ADDRESS_REACH },
};

static void addresses_are_read_and_written_back_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct address a;
        char text[ADDRESS_TEXT_MAX];
        assert_int_equal(address_parse(good[i].text, good[i].use, &a), ERR_OK);
        assert_int_equal(a.kind, good[i].kind);
        assert_int_equal(a.port, good[i].port);
        address_format(&a, text);
        assert_string_equal(text, good[i].text);
        address_endpoint(&a, text);
        assert_string_equal(text, good[i].endpoint);
    }
}

static void what_is_no_address_is_refused_and_nothing_written(void **state)
{
    (void)state;
    struct address a, before;
    memset(&a, 0x5a, sizeof a);
    before = a;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (address_parse(bad[i].text, bad[i].use, &a) != ERR_ADDRESS)
            fail_msg("taken: \"%s\"", bad[i].text);
    assert_memory_equal(&a, &before, sizeof a);
}

static void longest_host_fits_and_one_more_character_does_not(void **state)
{
    (void)state;
    char text[300];
    struct address a;
    for (size_t len = ADDRESS_HOST_MAX; len <= ADDRESS_HOST_MAX + 1; len++) {
        for (size_t i = 0; i < len; i++)
            text[i] = i % 50 == 49 ? '.' : 'a';
        snprintf(text + len, sizeof text - len, ":5670");
        assert_int_equal(address_parse(text, ADDRESS_REACH, &a), len == ADDRESS_HOST_MAX ? ERR_OK : ERR_ADDRESS);
    }
    char out[ADDRESS_TEXT_MAX];
    address_endpoint(&a, out);
    assert_int_equal(strlen(out), strlen("tcp://") + ADDRESS_HOST_MAX + strlen(":5670"));
}

static void web_addresses_are_taken_as_narrowly(void **state)
{
    static const char *const fine[] = {
        "http://allied.example.org",
        "https://allied.example.org/",
        "http://192.0.2.1:8480",
        "https://[2001:db8::1]:443/a/b",
        "https://[2001:db8::1]",
        "https://example.org/allied/~x/",
        "192.0.2.1:5670",
        "a.example:5670",
    };
    static const char *const wrong[] = {
        "",
        "http://",
        "http:///x",
        "ftp://example.org",
        "HTTP://example.org",
        "http://user@example.org",
        "http://user:pass@example.org",
        "http://example.org/?q",
        "http://example.org/#f",
        "http://example.org:0",
        "http://example.org:65536",
        "http://exa mple.org",
        "http://example.org/a b",
        "http://*:80",
        "http://300.1.1.1",
        "https://2001:db8::1/",
        "http://example.org/%2F",
        "example.org",
    };
    char longest[400] = "http://";
    (void)state;
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (address_check(fine[i]))
            fail_msg("refused: %s", fine[i]);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (address_check(wrong[i]) != ERR_ADDRESS)
            fail_msg("taken: %s", wrong[i]);
    for (size_t i = 0; i < ADDRESS_HOST_MAX + 1; i++)
        longest[7 + i] = i % 50 == 49 ? '.' : 'a';
    assert_int_equal(address_check(longest), ERR_ADDRESS);
    longest[7 + ADDRESS_HOST_MAX] = 0;
    assert_int_equal(address_check(longest), ERR_OK);
    assert_true(address_is_url("https://x") && address_is_url("http://x") && !address_is_url("x:80"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_and_written_back_alike),
        cmocka_unit_test(what_is_no_address_is_refused_and_nothing_written),
        cmocka_unit_test(web_addresses_are_taken_as_narrowly),
        cmocka_unit_test(longest_host_fits_and_one_more_character_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
