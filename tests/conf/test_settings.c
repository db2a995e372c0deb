/* settings: defaults, files, overrides, and the words for what is wrong. Real files in a directory of the test's own. */
#include "conf/settings.h"
#include "conf/value.h"
#include "tests/help/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/allied-settings-XXXXXX";
static char path[64];
static struct settings *s;
static struct why why;

static int make_dir(void **state)
{
    (void)state;
    scratch_make(dir);
    snprintf(path, sizeof path, "%s/allied.conf", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    scratch_remove(dir);
    return 0;
}

static err_t load(const char *text, const char *override)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    s = NULL;
    memset(&why, 0, sizeof why);
    return settings_load(path, &override, override ? 1 : 0, &s, &why);
}

static void expect(const char *text, const char *override, err_t e, const char *where)
{
    err_t got = load(text, override);
    assert_string_equal(err_name(got), err_name(e));
    const char *shown = strstr(why.text, "allied.conf");
    assert_string_equal(shown ? shown : why.text, where);
    assert_null(s);
    assert_int_equal(err_exit(e), 78);
}

static void defaults_are_what_the_table_says(void **state)
{
    (void)state;
    assert_int_equal(settings_load(NULL, NULL, 0, &s, NULL), ERR_OK);
    assert_string_equal(settings_get(s, SETTING_ZEROMQ_LISTEN), "*:5670");
    assert_string_equal(settings_get(s, SETTING_HTTP_LISTEN), "127.0.0.1:8480");
    assert_string_equal(settings_get(s, SETTING_SITE_LICENCE), "CC-BY-SA-4.0");
    assert_string_equal(settings_get(s, SETTING_SITE_NAME), "");
    assert_int_equal(settings_number(s, SETTING_PEERS_ALERT_AFTER), 3600);
    assert_int_equal(settings_number(s, SETTING_STORAGE_MIN_FREE), 200 * 1024 * 1024);
    assert_int_equal(settings_number(s, SETTING_STORAGE_BACKUP_KEEP), 7);
    assert_int_equal(settings_number(s, SETTING_HTTP_PUBLIC_READ), 1);
    for (unsigned i = 0; i < SETTING_COUNT; i++)
        assert_true(settings_is_default(s, (enum setting)i));
    settings_free(s);
    settings_free(NULL);
}

static void a_file_and_overrides_are_read_in_this_order(void **state)
{
    (void)state;
    assert_int_equal(load("site { name = \"L'Oasis \\\"été\\\" \\${HOME}\" language = fr }\r\n"
                          "zeromq { listen = \"*:5671\" announce = {\"a.org:1\", \"[::1]:2\"} }\n"
                          "peers { alert_after = 30m }",
                          "peers.alert_after=2d"),
                     ERR_OK);
    assert_string_equal(settings_get(s, SETTING_SITE_NAME), "L'Oasis \"été\" ${HOME}");
    assert_string_equal(settings_get(s, SETTING_ZEROMQ_LISTEN), "*:5671");
    assert_string_equal(settings_get(s, SETTING_ZEROMQ_ANNOUNCE), "a.org:1, [::1]:2");
    assert_int_equal(settings_number(s, SETTING_PEERS_ALERT_AFTER), 2 * 86400);
    assert_false(settings_is_default(s, SETTING_SITE_LANGUAGE));
    assert_true(settings_is_default(s, SETTING_HTTP_LISTEN));
    settings_free(s);
}

static void overrides_may_hold_what_a_file_must_quote(void **state)
{
    (void)state;
    const char *const overrides[] = {"zeromq.listen=*:5671", "site.name=l'Oasis = ${HOME}", "http.listen="};
    assert_int_equal(settings_load(NULL, overrides, 3, &s, NULL), ERR_OK);
    assert_string_equal(settings_get(s, SETTING_ZEROMQ_LISTEN), "*:5671");
    assert_string_equal(settings_get(s, SETTING_SITE_NAME), "l'Oasis = ${HOME}");
    assert_string_equal(settings_get(s, SETTING_HTTP_LISTEN), "");
    settings_free(s);
}

static void a_wrong_value_names_file_line_and_form(void **state)
{
    (void)state;
    expect("\npeers {\n alert_after = soon\n}", NULL, ERR_CONFIG_DURATION,
           "allied.conf:3: peers.alert_after = \"soon\"");
    expect("http { public_read = yes }", NULL, ERR_CONFIG_BOOL, "allied.conf:1: http.public_read = \"yes\"");
    expect("storage { min_free = 2T }", NULL, ERR_CONFIG_SIZE, "allied.conf:1: storage.min_free = \"2T\"");
    expect("storage { backup_keep = -1 }", NULL, ERR_CONFIG_NUMBER,
           "allied.conf:1: storage.backup_keep = \"-1\" (1..3650)");
    expect("peers { transport = tcp }", NULL, ERR_CONFIG_CHOICE,
           "allied.conf:1: peers.transport = \"tcp\" (zmq|http|auto)");
    expect("http { listen = \"localhost\" }", NULL, ERR_ADDRESS, "allied.conf:1: http.listen = \"localhost\"");
    expect("zeromq { announce = {\"a:1\", \"*:2\"} }", NULL, ERR_ADDRESS,
           "allied.conf:1: zeromq.announce = \"a:1, *:2\" (address)");
    expect("site { public_url = \"example.org\" }", NULL, ERR_CONFIG_URL,
           "allied.conf:1: site.public_url = \"example.org\" (http|https)");
    expect("site { language = \"de\" }", NULL, ERR_CONFIG_CHOICE, "allied.conf:1: site.language = \"de\"");
}

static void a_mistake_of_form_comes_through_with_its_line(void **state)
{
    (void)state;
    expect("zeromq {\n listen = *:5671\n}", NULL, ERR_CONFIG_QUOTE, "allied.conf:2: *:5671");
    expect("zeromq {\n lisen = x\n}", NULL, ERR_CONFIG_UNKNOWN, "allied.conf:2: zeromq.lisen (zeromq.listen?)");
}

static void overrides_are_checked_like_the_file(void **state)
{
    (void)state;
    const char *const twice[] = {"site.name=a", "site.name=b"};
    expect("", "zeromq.lisen=x", ERR_CONFIG_UNKNOWN, "-o zeromq.lisen (zeromq.listen?)");
    expect("", "peers.alert_after=5x", ERR_CONFIG_DURATION, "-o peers.alert_after = \"5x\"");
    expect("", "site.name", ERR_CONFIG, "-o site.name");
    expect("", "site.name=caf\xe9", ERR_CONFIG_UTF8, "-o site.name");
    expect("", "site.name=a\nb", ERR_CONFIG_VALUE, "-o site.name");
    assert_int_equal(settings_load(NULL, twice, 2, &s, &why), ERR_CONFIG_REPEAT);
}

static void secrets_are_refused_and_not_shown(void **state)
{
    (void)state;
    expect("alerts { smtp = \"smtp://me:hunter2@mail.org\" }", NULL, ERR_CONFIG_SECRET, "allied.conf:1: alerts.smtp");
    expect("", "http.tls_key=-----BEGIN PRIVATE KEY-----", ERR_CONFIG_SECRET, "-o http.tls_key");
    assert_int_equal(load("alerts { smtp = \"smtp://me@mail.org:587\" }", NULL), ERR_OK);
    settings_free(s);
}

static void files_that_cannot_be_read_are_an_error(void **state)
{
    (void)state;
    assert_int_equal(settings_load("/nonexistent/allied.conf", NULL, 0, &s, &why), ERR_FILE);
    assert_string_equal(why.text, "/nonexistent/allied.conf");
    assert_int_equal(settings_load(dir, NULL, 0, &s, &why), ERR_FILE);
}

static void addresses_are_checked_closely(void **state)
{
    (void)state;
    static const char *const good[] = {"*:5670",     "", "127.0.0.1:0", "[::1]:8480", "h-1.example.org:65535",
                                       "localhost:1"};
    static const char *const bad[] = {"*",           ":1",     "a:",      "a:65536",   "a:000001",
                                      "300.1.1.1:1", "::1:80", "[::1:80", "[x]:80",    "a b:1",
                                      "-a:1",        "a:1x",   "a:-1",    "tcp://a:1", "a/b:1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (value_check(SETTING_ADDRESS, "", good[i], NULL) != ERR_OK)
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (value_check(SETTING_ADDRESS, "", bad[i], NULL) != ERR_ADDRESS)
            fail_msg("passed: %s", bad[i]);
}

static void numbers_do_not_overflow(void **state)
{
    (void)state;
    int64_t n = -1;
    assert_int_equal(value_check(SETTING_SIZE, "", "99999999999999G", &n), ERR_CONFIG_SIZE);
    assert_int_equal(value_check(SETTING_SIZE, "", "999999999999999999999", &n), ERR_CONFIG_SIZE);
    assert_int_equal(value_check(SETTING_DURATION, "", "", &n), ERR_CONFIG_DURATION);
    assert_int_equal(value_check(SETTING_NUMBER, "1..10", "11", &n), ERR_CONFIG_NUMBER);
    assert_int_equal(n, -1);
    assert_int_equal(value_check(SETTING_SIZE, "", "3K", &n), ERR_OK);
    assert_int_equal(n, 3072);
}

static void mail_addresses_look_like_some(void **state)
{
    (void)state;
    assert_int_equal(value_check(SETTING_LIST, "mail", "a@b.org, c@d.fr", NULL), ERR_OK);
    assert_int_equal(value_check(SETTING_LIST, "mail", "a b@c", NULL), ERR_CONFIG_VALUE);
    assert_int_equal(value_check(SETTING_LIST, "mail", "nobody", NULL), ERR_CONFIG_VALUE);
}

/* The sample shows each setting with its default, so that it cannot fall behind the table; with its comments taken off, it is valid. */
static void the_sample_names_every_setting_with_its_default(void **state)
{
    (void)state;
    char text[32 * 1024], bare[32 * 1024];
    size_t at = 0;
    FILE *f = fopen("conf/allied.conf.sample", "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    for (const char *p = text; *p; p++) {
        if (p[0] == '#' && p[1] != ' ')
            continue; /* "#name = value" is a setting, "# words" a comment */
        bare[at++] = *p;
    }
    bare[at] = 0;
    assert_int_equal(load(text, NULL), ERR_OK);
    settings_free(s);
    if (load(bare, NULL) != ERR_OK)
        fail_msg("%s %s", err_name(why.code), why.text);
    for (unsigned i = 0; i < SETTING_COUNT; i++) {
        if (settings_is_default(s, (enum setting)i))
            fail_msg("not in the sample: %s", setting_name((enum setting)i));
        assert_string_equal(settings_get(s, (enum setting)i), setting_fallback((enum setting)i));
        const char *entry = strstr(text, setting_meaning((enum setting)i));
        assert_non_null(entry);
        const char *note = strstr(entry, "# Not used yet: "), *line = strstr(entry, "\n    #"), *end = line;
        while (end && end[6] == ' ')
            end = strstr(end + 1, "\n    #");
        assert_non_null(end);
        if ((note && note < end) == setting_used((enum setting)i))
            fail_msg("used or unused? the sample errs on %s", setting_name((enum setting)i));
    }
    settings_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_what_the_table_says),
        cmocka_unit_test(a_file_and_overrides_are_read_in_this_order),
        cmocka_unit_test(overrides_may_hold_what_a_file_must_quote),
        cmocka_unit_test(a_wrong_value_names_file_line_and_form),
        cmocka_unit_test(a_mistake_of_form_comes_through_with_its_line),
        cmocka_unit_test(overrides_are_checked_like_the_file),
        cmocka_unit_test(secrets_are_refused_and_not_shown),
        cmocka_unit_test(files_that_cannot_be_read_are_an_error),
        cmocka_unit_test(addresses_are_checked_closely),
        cmocka_unit_test(numbers_do_not_overflow),
        cmocka_unit_test(mail_addresses_look_like_some),
        cmocka_unit_test(the_sample_names_every_setting_with_its_default),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
