/* What others wrote stands in XML as text and as nothing else. */
#include "daemon/web/xml.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FFFD "\xef\xbf\xbd"
#define RLO  "\xe2\x80\xae"
#define PDF  "\xe2\x80\xac"
#define LRI  "\xe2\x81\xa6"
#define PDI  "\xe2\x81\xa9"

static void expect_text(struct slice in, const char *expected)
{
    struct buf out;
    buf_init(&out, 4096);
    xml_text(&out, in);
    assert_int_equal(out.err, ERR_OK);
    assert_string_equal(buf_text(&out), expected);
    buf_fini(&out);
}

static void markup_becomes_text(void **state)
{
    (void)state;
    expect_text(slice_text("<script>alert(\"x\")</script> & ]]>"),
                "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; ]]&gt;");
    expect_text(slice_text("&amp; <!-- -->"), "&amp;amp; &lt;!-- --&gt;");
    expect_text(slice_text(""), "");
    expect_text(slice_text("C\xc5\x93ur \xf0\x9f\x8c\xb1\n\t."), "C\xc5\x93ur \xf0\x9f\x8c\xb1\n\t.");
    expect_text(slice_text("a\r\nb"), "a&#13;\nb");
}

static void what_xml_forbids_is_replaced(void **state)
{
    (void)state;
    expect_text(slice_of("a\0b\x1b[31m\x7f", 9), "a" FFFD "b" FFFD "[31m" FFFD);
    expect_text(slice_text("\xef\xbf\xbe\xef\xbf\xbf."), FFFD FFFD ".");
    expect_text(slice_text("\xc2\x85."), FFFD ".");
    expect_text(slice_text("\xff"
                           "a\xc3"),
                FFFD "a" FFFD);
    expect_text(slice_text("\xc0\xaf"), FFFD FFFD);                   /* overlong */
    expect_text(slice_text("\xed\xa0\x80"), FFFD FFFD FFFD);          /* a surrogate */
    expect_text(slice_text("\xf4\x90\x80\x80"), FFFD FFFD FFFD FFFD); /* past U+10FFFF */
}

static void a_text_turns_nothing_around_that_stands_behind_it(void **state)
{
    (void)state;
    expect_text(slice_text(RLO "gpj.exe"), RLO "gpj.exe" PDF);
    expect_text(slice_text(LRI "a" RLO "b"), LRI "a" RLO "b" PDF PDI);
    expect_text(slice_text(LRI "a" PDI "b"), LRI "a" PDI "b");
    expect_text(slice_text(PDI "a" PDF), "a"); /* it closes nothing of what stands before it either */
}

static void attributes_and_elements_keep_to_their_place(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 4096);
    xml_raw(&out, "<a");
    xml_attribute(&out, "term", slice_text("x\" onclick=\"y"));
    xml_raw(&out, "/>");
    xml_element(&out, "b", slice_text("fr"), slice_text("<"));
    xml_element(&out, "c", slice_text(""), slice_text("d"));
    assert_string_equal(buf_text(&out), "<a term=\"x&quot; onclick=&quot;y\"/><b xml:lang=\"fr\">&lt;</b>\n<c>d</c>\n");
    buf_fini(&out);
}

static void only_addresses_of_the_web_are_followed(void **state)
{
    static const char *const good[] = {"http://a.example/", "HTTPS://b.example/x?y#z"};
    static const char *const bad[] = {
        "javascript:alert(1)", "data:text/html,x",   "http://", "http:/x", "", "ftp://a", "http://a b", "http://a\n",
        " http://a",           "JavaScript:http://x"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(xml_is_link(slice_text(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(xml_is_link(slice_text(bad[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_becomes_text),
        cmocka_unit_test(what_xml_forbids_is_replaced),
        cmocka_unit_test(a_text_turns_nothing_around_that_stands_behind_it),
        cmocka_unit_test(attributes_and_elements_keep_to_their_place),
        cmocka_unit_test(only_addresses_of_the_web_are_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
