/* strict: what allied.conf may look like, and what each mistake is called, with its line. */
#include "conf/strict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>

static struct strict found;
static struct why why;

/* From an exact-size block, so that the sanitizer sees a read past the end. */
static err_t check_bytes(const char *text, size_t len)
{
    char *block = malloc(len ? len : 1);
    assert_non_null(block);
    memcpy(block, text, len);
    memset(&found, 0, sizeof found);
    memset(&why, 0, sizeof why);
    err_t e = strict_check("a.conf", slice_of(block, len), &found, &why);
    free(block);
    return e;
}

static void expect(const char *text, err_t e, const char *where)
{
    assert_string_equal(err_name(check_bytes(text, strlen(text))), err_name(e));
    assert_string_equal(why.text, where);
}

static void every_form_of_the_grammar_is_read(void **state)
{
    (void)state;
    expect("\xef\xbb\xbf# l'en-tête\r\nsite {\r\n name = \"L'Oasis\" // c\n language=fr\n}\n"
           "/* { */ zeromq { listen = '*:5671' announce = {\"a:1\", b:2,} } http{}",
           ERR_OK, "");
    assert_int_equal(found.items_n, 4);
    assert_int_equal(found.items[0].id, SETTING_SITE_NAME);
    assert_int_equal(found.items[0].line, 3);
    assert_int_equal(found.items[0].to - found.items[0].from, 9);
    assert_int_equal(found.items[3].id, SETTING_ZEROMQ_ANNOUNCE);
    assert_int_equal(found.sections_n, 3);
}

static void empty_files_are_fine(void **state)
{
    (void)state;
    expect("", ERR_OK, "");
    expect("\n# nothing", ERR_OK, "");
}

static void unknown_names_come_with_a_guess(void **state)
{
    (void)state;
    expect("zeromq {\n lisen = x\n}", ERR_CONFIG_UNKNOWN, "a.conf:2: zeromq.lisen (zeromq.listen?)");
    expect("http { level = info }", ERR_CONFIG_UNKNOWN, "a.conf:1: http.level (journal.level?)");
    expect("\nstorrage { }", ERR_CONFIG_UNKNOWN, "a.conf:2: storrage (storage { min_free }?)");
    expect("site { qqqqqqqqqq = 1 }", ERR_CONFIG_UNKNOWN, "a.conf:1: site.qqqqqqqqqq");
    expect("site { foo = 1 }", ERR_CONFIG_UNKNOWN, "a.conf:1: site.foo"); /* three letters are near to nothing */
    expect("include(\"x\")", ERR_CONFIG_QUOTE, "a.conf:1: include(");
}

static void repeats_are_refused(void **state)
{
    (void)state;
    expect("site {\n name = a\n name = b\n}", ERR_CONFIG_REPEAT, "a.conf:3: site.name (:2)");
    expect("site { }\nsite { }", ERR_CONFIG_REPEAT, "a.conf:2: site");
}

static void what_is_never_closed_is_named_where_it_opens(void **state)
{
    (void)state;
    expect("\nsite {\n name = a\n", ERR_CONFIG_OPEN, "a.conf:2: site {");
    expect("site {\n name = a\nzeromq {\n}\n", ERR_CONFIG_OPEN, "a.conf:1: site {");
    expect("site {\n name = \"a\n}", ERR_CONFIG_OPEN, "a.conf:2: \"a");
    expect("site {\n name = 'a", ERR_CONFIG_OPEN, "a.conf:2: 'a");
    expect("site {\n name =", ERR_CONFIG_OPEN, "a.conf:2: site.name = ");
    expect("zeromq {\n announce = {\"a:1\",", ERR_CONFIG_OPEN, "a.conf:2: {");
    expect("# x\n/* x\n", ERR_CONFIG_OPEN, "a.conf:2: /*");
}

static void special_characters_need_quotes(void **state)
{
    (void)state;
    expect("zeromq { listen = *:5671 }", ERR_CONFIG_QUOTE, "a.conf:1: *:5671");
    expect("site {\n name = l'Oasis\n}", ERR_CONFIG_QUOTE, "a.conf:2: l'Oasis");
    expect("site {\n name = Maison du vélo\n}", ERR_CONFIG_QUOTE, "a.conf:2: … du");
    expect("site { public_url = http://x.org }", ERR_CONFIG_QUOTE, "a.conf:1: http://x.org");
    expect("site { name = x; }", ERR_CONFIG_QUOTE, "a.conf:1: x;");
}

static void variables_are_not_expanded(void **state)
{
    (void)state;
    expect("storage {\n backup_dir = \"${HOME}/x\"\n}", ERR_CONFIG_DOLLAR, "a.conf:2: \"${");
    expect("storage { backup_dir = ${HOME}/x }", ERR_CONFIG_DOLLAR, "a.conf:1: ${");
    expect("storage { backup_dir = \"\\${HOME}\" }", ERR_OK, "");
    expect("storage { backup_dir = '${HOME}' }", ERR_OK, "");
}

static void invalid_bytes_are_found_with_their_line(void **state)
{
    (void)state;
    expect("site {\n name = \"caf\xe9\"\n}", ERR_CONFIG_UTF8, "a.conf:2: \\xe9");
    expect("site {\n\n name = \"a\x1b[2J\"\n}", ERR_CONFIG, "a.conf:3: \\x1b");
    assert_int_equal(check_bytes("site {\0}", 8), ERR_CONFIG);
}

static void other_mistakes_are_errors_too(void **state)
{
    (void)state;
    static const char *const texts[] = {"site",
                                        "site name = x",
                                        "site \"t\" { }",
                                        "}",
                                        "=",
                                        "site { name }",
                                        "site { name += x }",
                                        "site { name = \"a\"b }",
                                        "site { name = {a} }",
                                        "site { name = \"\\n\" }",
                                        "site { } }",
                                        "zeromq { announce = {,} }",
                                        "zeromq { announce = {a b} }",
                                        "\"site\" { }",
                                        "site { \"name\" = x }",
                                        "name = x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (check_bytes(texts[i], strlen(texts[i])) == ERR_OK)
            fail_msg("passed: %s", texts[i]);
}

static void every_prefix_and_every_flipped_bit_ends_well(void **state)
{
    (void)state;
    char text[] = "# é\nsite { name = \"L'\\\"x\" language = fr }\nzeromq { announce = {'a:1', b:2} } /* x */\n";
    size_t len = sizeof text - 1, passed = 0;
    for (size_t i = 0; i <= len; i++)
        passed += check_bytes(text, i) == ERR_OK;
    assert_true(passed > 0 && passed < len / 2);
    for (size_t bit = 0; bit < len * 8; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        check_bytes(text, len);
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    }
}

static void long_paths_and_words_are_cut_at_characters(void **state)
{
    (void)state;
    char path[300], place[STRICT_PLACE_BYTES];
    memset(path, 'd', sizeof path);
    memcpy(path + 280, "/allied.conf", 13);
    strict_place(path, 4000000000u, place);
    assert_non_null(strstr(place, "/allied.conf:4000000000"));
    expect("site { name = \"éééééééééééééééééééééééééééééééééééééééé", ERR_CONFIG_OPEN,
           "a.conf:1: \"ééééééééééééééééééééééé");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_the_grammar_is_read),
        cmocka_unit_test(empty_files_are_fine),
        cmocka_unit_test(unknown_names_come_with_a_guess),
        cmocka_unit_test(repeats_are_refused),
        cmocka_unit_test(what_is_never_closed_is_named_where_it_opens),
        cmocka_unit_test(special_characters_need_quotes),
        cmocka_unit_test(variables_are_not_expanded),
        cmocka_unit_test(invalid_bytes_are_found_with_their_line),
        cmocka_unit_test(other_mistakes_are_errors_too),
        cmocka_unit_test(every_prefix_and_every_flipped_bit_ends_well),
        cmocka_unit_test(long_paths_and_words_are_cut_at_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
