/* By what name the site is asked, and from whose page. */
#include "daemon/http/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void open_gate(struct gate *g)
{
    static const char *const texts[] = {"https://fiches.example.org/allied/",
                                        "Other.example:8443, [2001:db8::7]:80 http://third.example.", "127.0.0.1:8480",
                                        NULL, ""};
    assert_int_equal(gate_open(g, texts, sizeof texts / sizeof *texts), ERR_OK);
}

static void names_addresses_and_localhost_are_known(void **state)
{
    static const char *const known[] = {
        "fiches.example.org", "FICHES.example.org:443", "fiches.example.org.",
        "other.example",      "other.example:1",        "third.example",
        "127.0.0.1",          "127.0.0.1:8480",         "10.1.2.3:80",
        "[::1]:8480",         "[2001:db8::9]",          "localhost",
        "localhost:9",
    };
    static const char *const unknown[] = {
        "",
        "evil.example",
        "fiches.example.org.evil.example",
        "xfiches.example.org",
        "example.org",
        "fiches.example.org:x",
        "fiches.example.org:123456",
        "[fiches.example.org]",
        "[::1",
        "localhost.evil.example",
        "1.2.3.4.example",
        "fiches.example.org/",
        "a@fiches.example.org",
        ":80",
    };
    struct gate g;
    (void)state;
    open_gate(&g);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!gate_knows(&g, known[i]))
            fail_msg("%s is not known", known[i]);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if (gate_knows(&g, unknown[i]))
            fail_msg("%s is known", unknown[i]);
    assert_false(gate_knows(&g, NULL));
    gate_close(&g);
}

static void only_the_sites_own_pages_write(void **state)
{
    static const struct {
        bool admitted;
        const char *host, *origin, *fetch_site;
    } cases[] = {
        {true,  "fiches.example.org", NULL,                         NULL         },
        {true,  "fiches.example.org", "https://fiches.example.org", "same-origin"},
        {true,  "127.0.0.1:8480",     "https://fiches.example.org", NULL         },
        {true,  "127.0.0.1:8480",     "http://127.0.0.1:8480",      NULL         },
        {true,  "127.0.0.1:8480",     NULL,                         "none"       },
        {false, "127.0.0.1:8480",     "http://127.0.0.1:3000",      NULL         },
        {false, "127.0.0.1:8480",     "http://localhost:8480",      NULL         },
        {false, "fiches.example.org", "https://evil.example",       NULL         },
        {false, "fiches.example.org", "null",                       NULL         },
        {false, "fiches.example.org", "",                           NULL         },
        {false, "fiches.example.org", NULL,                         "cross-site" },
        {false, "fiches.example.org", NULL,                         "same-site"  },
        {false, "other.example:8443", "https://other.example",      NULL         },
        {true,  "x",                  "https://other.example:8443", NULL         },
        {false, NULL,                 "http://evil.example",        NULL         },
    };
    struct gate g;
    (void)state;
    open_gate(&g);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (gate_admits(&g, cases[i].host, cases[i].origin, cases[i].fetch_site) != cases[i].admitted)
            fail_msg("case %zu", i);
    gate_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_addresses_and_localhost_are_known),
        cmocka_unit_test(only_the_sites_own_pages_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
