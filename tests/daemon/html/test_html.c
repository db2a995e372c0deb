/* Nothing of what others wrote acts in a page. */
#include "daemon/html/html.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct sheet {
    struct buf out;
    struct html h;
};

static void begin(struct sheet *s, const char *lang)
{
    buf_init(&s->out, 65536);
    html_init(&s->h, &s->out, lang);
}

static void expect(struct sheet *s, const char *expected)
{
    assert_int_equal(html_end(&s->h), ERR_OK);
    assert_string_equal(buf_text(&s->out), expected);
    buf_fini(&s->out);
}

static void text_is_escaped_wherever_it_stands(void **state)
{
    struct sheet s;
    (void)state;
    begin(&s, "en");
    html_open(&s.h, "p");
    html_attr(&s.h, "title", "\"><script>alert(1)</script>");
    html_text(&s.h, "<b>&\x01\xff\"");
    html_void(&s.h, "br");
    html_slice(&s.h, slice_text("\xe2\x80\xaegpj"));
    html_close(&s.h, "p");
    expect(
        &s,
        "<p title=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\">&lt;b&gt;&amp;\xef\xbf\xbd\xef\xbf\xbd&quot;<br>"
        "\xe2\x80\xaegpj\xe2\x80\xac</p>\n");
}

static void what_may_not_be_followed_is_text(void **state)
{
    static const char *const bad[] = {"javascript:alert(1)",
                                      "JaVaScRiPt:alert(1)",
                                      "data:text/html,x",
                                      " /records",
                                      "//evil.example",
                                      "/\\evil.example",
                                      "/a\tb",
                                      "\\\\evil",
                                      "records",
                                      "",
                                      "vbscript:x",
                                      "http://",
                                      "https://e.test/a b",
                                      "mailto:",
                                      "mailto:a b",
                                      "file:///x"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sheet s;
        begin(&s, "en");
        html_link(&s.h, bad[i], "x");
        expect(&s, "x");
    }
}

static void a_link_keeps_language_and_prefix_within_the_site(void **state)
{
    struct sheet s;
    (void)state;
    begin(&s, "fr");
    s.h.prefix = "/allied";
    s.h.keep_lang = "fr";
    html_link(&s.h, "/records", "a");
    html_link(&s.h, "/records?q=a&b=\"", "b");
    html_link(&s.h, "/records/x#links", "c");
    html_link(&s.h, "#top", "d");
    html_link(&s.h, "https://e.test/?a=1&b=<>\"'", "e");
    html_link(&s.h, "mailto:a@e.test", "f");
    expect(&s, "<a href=\"/allied/records?lang=fr\">a</a><a href=\"/allied/records?q=a&amp;b=&quot;&amp;lang=fr\">b</a>"
               "<a href=\"/allied/records/x?lang=fr#links\">c</a><a href=\"#top\">d</a>"
               "<a href=\"https://e.test/?a=1&amp;b=&lt;&gt;&quot;'\" rel=\"nofollow noopener noreferrer\">e</a>"
               "<a href=\"mailto:a@e.test\">f</a>");
}

static void a_sentence_takes_texts_at_its_places(void **state)
{
    struct sheet s;
    (void)state;
    begin(&s, "en");
    html_say(&s.h, "{2} <of> {1} and {3}{x}", "<i>", html_num(&s.h, 1234567), NULL);
    expect(&s, "1,234,567 &lt;of&gt; &lt;i&gt; and {x}");
}

static void numbers_and_days_are_written_as_their_language_does(void **state)
{
    struct sheet s;
    (void)state;
    begin(&s, "fr");
    html_number(&s.h, -1234567);
    html_text(&s.h, html_fixed(&s.h, 123456, 2));
    html_text(&s.h, html_share(&s.h, 1, 8));
    html_text(&s.h, html_share(&s.h, 1, 4));
    html_text(&s.h, html_share(&s.h, 2, 3));
    html_text(&s.h, html_share(&s.h, 9999, 10000));
    html_text(&s.h, html_share(&s.h, 10000, 10000));
    html_text(&s.h, html_share(&s.h, 1, 10000));
    html_text(&s.h, html_share(&s.h, 0, 0));
    html_date_of(&s.h, "2026-05-01T01:00:00Z");
    expect(&s, "\xe2\x88\x92"
               "1\xe2\x80\xaf"
               "234\xe2\x80\xaf"
               "567"
               "1\xe2\x80\xaf"
               "234,56"
               "12,5\xe2\x80\xaf%"
               "25\xe2\x80\xaf%"
               "66,7\xe2\x80\xaf%"
               "99,9\xe2\x80\xaf%"
               "100\xe2\x80\xaf%"
               "0,1\xe2\x80\xaf%"
               "0\xe2\x80\xaf%"
               "<time datetime=\"2026-05-01\">1er mai 2026</time>");
    begin(&s, "en");
    html_text(&s.h, html_fixed(&s.h, 5, 2));
    html_number(&s.h, INT64_MIN);
    html_time_of(&s.h, "2026-05-01T01:00:00Z");
    expect(&s, "0.05"
               "\xe2\x88\x92"
               "9,223,372,036,854,775,808<time datetime=\"2026-05-01T01:00:00Z\">1 May 2026, 01:00 UTC</time>");
}

/* ---- what is a mistake of ours ends the program ---- */

static void closes_the_wrong_one(struct html *h)
{
    html_open(h, "p");
    html_open(h, "b");
    html_close(h, "p");
}

static void leaves_one_open(struct html *h)
{
    html_open(h, "p");
    html_end(h);
}

static void writes_a_script(struct html *h)
{
    html_open(h, "script");
}

static void writes_a_handler(struct html *h)
{
    html_open(h, "p");
    html_attr(h, "onclick", "x");
}

static void writes_an_address_unseen(struct html *h)
{
    html_open(h, "a");
    html_attr(h, "href", "javascript:x");
}

static void writes_an_attribute_too_late(struct html *h)
{
    html_open(h, "p");
    html_text(h, "x");
    html_attr(h, "class", "x");
}

static void what_is_wrongly_written_ends_the_program(void **state)
{
    static void (*const wrong[])(struct html *) = {closes_the_wrong_one,     leaves_one_open,
                                                   writes_a_script,          writes_a_handler,
                                                   writes_an_address_unseen, writes_an_attribute_too_late};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            struct sheet s;
            close(STDERR_FILENO);
            signal(SIGABRT, SIG_DFL);
            begin(&s, "en");
            wrong[i](&s.h);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped_wherever_it_stands),
        cmocka_unit_test(what_may_not_be_followed_is_text),
        cmocka_unit_test(a_link_keeps_language_and_prefix_within_the_site),
        cmocka_unit_test(a_sentence_takes_texts_at_its_places),
        cmocka_unit_test(numbers_and_days_are_written_as_their_language_does),
        cmocka_unit_test(what_is_wrongly_written_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
