/* tr: sentences in French, compiled in, and the rules of plural forms. */
#include "conf/plural.h"
#include "conf/settings.h"
#include "conf/tr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>

static void differs(const char *msgid, const char *where)
{
    /* Names alone are the same in every language. */
    if (*msgid && strcmp(msgid, tr("fr", msgid)) == 0)
        fail_msg("%s has no French: %s", where, msgid);
    assert_ptr_equal(tr("en", msgid), msgid);
}

static void spaces_that_must_not_break_do_not(void **state)
{
    (void)state;
    assert_string_equal(tr("fr", "What to do:"), "À faire\u00a0:");
    assert_string_equal(tr("fr", "{1} %"), "{1}\u00a0%");
}

static void every_error_and_setting_speaks_french(void **state)
{
    (void)state;
    for (unsigned i = 0; i < (unsigned)ERR_COUNT; i++) {
        differs(err_what((err_t)i), err_name((err_t)i));
        differs(err_next((err_t)i), err_name((err_t)i));
    }
    for (unsigned i = 0; i < SETTING_COUNT; i++)
        differs(setting_meaning((enum setting)i), setting_name((enum setting)i));
}

static void unknown_sentences_and_languages_stay_english(void **state)
{
    (void)state;
    static const char odd[] = "no sentence of ours";
    assert_ptr_equal(tr("fr", odd), odd);
    assert_ptr_equal(tr("xx", err_what(ERR_DISK_FULL)), err_what(ERR_DISK_FULL));
    assert_ptr_equal(tr(NULL, odd), odd);
    assert_string_equal(tr("fr", ""), ""); /* not the file's header */
}

static void regions_and_encodings_do_not_hide_a_language(void **state)
{
    (void)state;
    const char *french = tr("fr", err_what(ERR_DISK_FULL));
    assert_string_equal(french, "le disque est plein");
    static const char *const same[] = {"fr_FR.UTF-8", "fr-CA", "FR", "fr@euro"};
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(tr(same[i], err_what(ERR_DISK_FULL)), french);
    assert_ptr_equal(tr("fro", err_what(ERR_DISK_FULL)), err_what(ERR_DISK_FULL));
}

static void english_numbers_take_two_forms(void **state)
{
    (void)state;
    assert_string_equal(tr_n("en", "one", "many", 1), "one");
    assert_string_equal(tr_n("en", "one", "many", 0), "many");
    assert_string_equal(tr_n("fr", "no such one", "many", 2), "many");
}

static unsigned long form(const char *rule, unsigned long n)
{
    return plural_form(slice_text(rule), n);
}

static void plural_rules_are_computed(void **state)
{
    (void)state;
    static const char french[] = "Language: fr\nPlural-Forms: nplurals=2; plural=(n > 1);\n";
    static const char polish[] = "plural=n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2;";
    assert_int_equal(form(french, 0), 0);
    assert_int_equal(form(french, 1), 0);
    assert_int_equal(form(french, 2), 1);
    assert_int_equal(form(polish, 1), 0);
    assert_int_equal(form(polish, 3), 1);
    assert_int_equal(form(polish, 13), 2);
    assert_int_equal(form(polish, 22), 1);
    assert_int_equal(form("plural=!(n-1)+2*3", 1), 7);
    assert_int_equal(form("plural=10-2-3", 0), 5);
}

static void broken_plural_rules_give_the_first_form(void **state)
{
    (void)state;
    char deep[300];
    memset(deep, '(', sizeof deep);
    memcpy(deep, "plural=", 7);
    assert_int_equal(plural_form(slice_of(deep, sizeof deep), 5), 0);
    assert_int_equal(form("", 5), 0);
    assert_int_equal(form("plural=n >", 5), 0);
    assert_int_equal(form("plural=n%0", 5), 0);
    assert_int_equal(form("plural=(n", 5), 0);
}

static void the_language_is_chosen_in_order(void **state)
{
    (void)state;
    unsetenv("LC_ALL");
    unsetenv("LC_MESSAGES");
    setenv("LANG", "C.UTF-8", 1);
    assert_string_equal(tr_choose(NULL, NULL), "en");
    assert_string_equal(tr_choose(NULL, "fr"), "fr");
    assert_string_equal(tr_choose("en", "fr"), "en");
    setenv("LANG", "fr_FR.UTF-8", 1);
    assert_string_equal(tr_choose(NULL, "en"), "fr");
    setenv("LC_ALL", "en_GB.UTF-8", 1);
    assert_string_equal(tr_choose("", "fr"), "en");
    setenv("LC_ALL", "xx_XX", 1);
    assert_string_equal(tr_choose("zz", "en"), "fr");
}

static void languages_that_can_be_shown_are_known(void **state)
{
    (void)state;
    assert_true(tr_has("fr"));
    assert_true(tr_has("en_US"));
    assert_false(tr_has("C"));
    assert_false(tr_has(""));
    assert_false(tr_has(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spaces_that_must_not_break_do_not),
        cmocka_unit_test(every_error_and_setting_speaks_french),
        cmocka_unit_test(unknown_sentences_and_languages_stay_english),
        cmocka_unit_test(regions_and_encodings_do_not_hide_a_language),
        cmocka_unit_test(english_numbers_take_two_forms),
        cmocka_unit_test(plural_rules_are_computed),
        cmocka_unit_test(broken_plural_rules_give_the_first_form),
        cmocka_unit_test(the_language_is_chosen_in_order),
        cmocka_unit_test(languages_that_can_be_shown_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
