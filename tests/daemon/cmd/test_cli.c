/* Whole command lines: usage, errors, and those of the alliance, the service and care. */
#include "tests/help/cli_played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- usage ---- */

static void a_mistyped_command_is_guessed(void **state)
{
    (void)state;
    ENDS(64, "", "did you mean allied status?", "statsu");
    ENDS(64, "", "did you mean allied status?", "stat");
    ENDS(64, "", "did you mean allied record import?", "record", "imprt", "x");
    ENDS(64, "", "did you mean --dry-run?", "record", "import", "--dryrun", "x");
    ENDS(64, "", "see: allied record import --help", "record", "import", "--dryrun", "x");
    struct said said = played_run("xyzzy", NULL);
    assert_int_equal(said.code, 64);
    assert_null(strstr(said.err, "did you mean"));
    played_forget(&said);
    assert_int_equal(json_array_size(played.asked), 0);
}

static void usage_errors_name_the_word(void **state)
{
    (void)state;
    ENDS(64, "", "ALLIED-1619", "record");
    ENDS(64, "", "record import FILE", "record", "import");
    ENDS(64, "", "extra", "status", "extra");
    ENDS(64, "", "--map FILE", "record", "import", "x", "--map");
    ENDS(64, "", "--map (2×)", "record", "import", "x", "--map", "a", "--map", "b");
    ENDS(64, "", "--limit 0", "record", "list", "--limit", "0");
    ENDS(64, "", "--limit 12x", "record", "list", "--limit=12x");
    ENDS(64, "", "--timeout 0", "--timeout", "0", "status");
    ENDS(64, "", "--color red", "--color=red", "status");
    ENDS(64, "", "--lang xx", "status", "--lang", "xx");
    ENDS(64, "", "-z", "status", "-qz");
    ENDS(64, "", "--json=yes", "status", "--json=yes");
    assert_int_equal(json_array_size(played.asked), 0);
}

static void help_speaks_both_languages_and_goes_to_stdout(void **state)
{
    (void)state;
    ENDS(0, "experience records", "", "--help");
    ENDS(0, "--map FILE", "", "record", "import", "--help");
    ENDS(0, "--map FILE", "", "help", "record", "import");
    ENDS(0, "record retire ID", "", "record", "--help");
    ENDS(0, "allied 0.1.0", "", "--version");
    ENDS(0, "put in records", "", "record", "import", "--help");
    ENDS(0, "enregistrer des fiches", "", "--lang", "fr", "record", "import", "--help");
    ENDS(0, "enregistrer des fiches", "", "record", "import", "--help", "--lang", "fr");
    struct said fr = played_run("--help", "--lang", "fr", NULL);
    assert_int_equal(fr.code, 0);
    assert_null(strstr(fr.out, "experience records"));
    assert_string_equal(fr.err, "");
    played_forget(&fr);
}

static void an_error_is_json_where_json_was_asked_for(void **state)
{
    (void)state;
    played.refuse = ERR_NOT_FOUND;
    played.detail = "zz";
    struct said said = played_run("record", "show", "zz", "--json", NULL);
    assert_int_equal(said.code, 1);
    json_t *whole = json_loads(said.out, 0, NULL), *e = json_object_get(whole, "error");
    assert_non_null(e);
    assert_string_equal(json_string_value(json_object_get(e, "code")), "ALLIED-1210");
    assert_string_equal(json_string_value(json_object_get(e, "name")), "not_found");
    assert_string_equal(json_string_value(json_object_get(e, "detail")), "zz");
    played_has(json_string_value(json_object_get(e, "next")), "allied record list");
    assert_string_equal(said.err, "");
    json_decref(whole);
    played_forget(&said);
    ENDS(64, "\"name\":\"usage\"", "", "record", "list", "--bogus", "--json");
    ENDS(64, "did you mean allied status?", "", "statsu", "--json");
    ENDS(1, "", "allied: ALLIED-1210 : rien ne porte cet identifiant : zz\n", "record", "show", "zz", "--lang", "fr");
    ENDS(1, "", "allied: ALLIED-1210: nothing has this id: zz\n  → list what there is", "record", "show", "zz");
}

static void exit_codes_are_the_errors_own(void **state)
{
    (void)state;
    static const err_t errors[] = {ERR_UNREACHABLE, ERR_STALE,   ERR_NOT_OURS, ERR_NO_DAEMON,
                                   ERR_WAITING,     ERR_RETIRED, ERR_AMBIGUOUS};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        played.refuse = errors[i];
        ENDS(err_exit(errors[i]), "", "allied: ALLIED-", "record", "show", "a");
    }
    played.closed = ERR_NO_DATA;
    ENDS(1, "", played.dir, "status");
}

static void ping_needs_a_daemon(void **state)
{
    (void)state;
    played.answer = "{\"peer\":\"b\",\"rtt_ms\":3,\"digest_equal\":true}";
    ENDS(0, "b answered in 3 ms", "", "ping", "b");
    played.no_daemon = true;
    ENDS(69, "", "ALLIED-1506", "ping", "b");
}

/* ---- care ---- */

static void status_tells_by_its_exit_code(void **state)
{
    (void)state;
    played.answer = "{\"name\":\"A\",\"state\":\"ok\",\"digest\":\"00ff\",\"records\":3,\"peers\":[{\"name\":\"B\","
                    "\"state\":\"live\",\"digest_equal\":true}]}";
    ENDS(0, "all is well", "", "status");
    played.answer = "{\"name\":\"A\",\"state\":\"degraded\",\"problems\":[{\"code\":\"ALLIED-1501\",\"text\":\"t\","
                    "\"who\":\"w\",\"action\":\"do\"}]}";
    ENDS(2, "→ do (w)", "", "status");
    ENDS(2, "\"degraded\"", "", "status", "--json");
}

static void verify_shows_faults_and_fails(void **state)
{
    (void)state;
    played.answer = "{\"ok\":true,\"commits\":2,\"signatures\":2,\"digest\":\"aa\",\"faults\":[]}";
    ENDS(0, "Everything matches", "", "verify");
    played.answer = "{\"ok\":false,\"commits\":2,\"signatures\":1,\"digest\":\"aa\",\"faults\":[{\"where\":\"commit "
                    "2\",\"code\":\"ALLIED-1113\",\"name\":\"signature\"}]}";
    ENDS(1, "commit 2: ALLIED-1113: a signature does not match", "ALLIED-1406", "verify");
    ENDS(1, "\"ok\":false", "", "verify", "--json");
}

static void the_invitation_code_is_the_last_line_of_stdout(void **state)
{
    (void)state;
    played.answer = "{\"code\":\"allied:xyz\",\"words\":\"w\",\"expires\":\"2026-11-28T00:00:00Z\"}";
    struct said said = played_run("invite", "B", "--expires", "12h", NULL);
    assert_int_equal(said.code, 0);
    assert_string_equal(said.out, "allied:xyz\n");
    played_forget(&said);
    played_asked_last("invite", "{\"ally\":\"B\",\"expires_s\":43200}");
    ENDS(64, "", "--expires soon", "invite", "B", "--expires", "soon");
}

static void the_journal_is_cut_to_what_was_asked(void **state)
{
    (void)state;
    FILE_OF("journal.1", "2026-11-20T10:00:00Z info start a=1\n");
    FILE_OF("journal", "2026-11-21T10:00:00Z warn drop a=2\n2026-11-21T11:00:00Z info stop a=3\n");
    ENDS(0, "a=1\n2026-11-21T10:00:00Z warn drop a=2\n2026-11-21T11", "", "journal");
    struct said said = played_run("journal", "-n", "1", NULL);
    assert_string_equal(said.out, "2026-11-21T11:00:00Z info stop a=3\n");
    played_forget(&said);
    said = played_run("journal", "--since", "2026-11-21", "--level", "warn", NULL);
    assert_string_equal(said.out, "2026-11-21T10:00:00Z warn drop a=2\n");
    played_forget(&said);
    ENDS(64, "", "--since noon", "journal", "--since", "noon");
}

static void the_configuration_is_checked_shown_and_set(void **state)
{
    (void)state;
    ENDS(0, ": right", "", "config", "check", "--config", FILE_OF("allied.conf", ""));
    ENDS(0, "is set", "", "config", "set", "site.name", "Chez nous");
    ENDS(0, "is set", "storage.backup_dir is not used yet", "config", "set", "storage.backup_dir", "/var/backups");
    ENDS(0, ": right", "storage.backup_dir is not used yet", "config", "check");
    ENDS(0, "\"unused\":[\"site.name\",\"storage.backup_dir\"]", "", "config", "check", "--json");
    ENDS(0, "\"used\":false", "", "config", "show", "storage.backup_dir", "--json");
    ENDS(0, "not used yet", "", "config", "show");
    ENDS(0, "Chez nous\n", "", "config", "show", "site.name");
    ENDS(0, "autre\n", "", "config", "show", "site.name", "-o", "site.name=autre");
    ENDS(78, "", "zeromq.listen", "config", "show", "zeromq.lisen");
    FILE_OF("allied.conf", "site { nmae = \"x\" }\n");
    ENDS(78, "", "allied.conf", "config", "check");
    ENDS(78, "", "ALLIED-16", "status");
    assert_int_equal(json_array_size(played.asked), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, played_setup, played_teardown)
    const struct CMUnitTest tests[] = {
        T(a_mistyped_command_is_guessed),
        T(usage_errors_name_the_word),
        T(help_speaks_both_languages_and_goes_to_stdout),
        T(an_error_is_json_where_json_was_asked_for),
        T(exit_codes_are_the_errors_own),
        T(ping_needs_a_daemon),
        T(status_tells_by_its_exit_code),
        T(verify_shows_faults_and_fails),
        T(the_invitation_code_is_the_last_line_of_stdout),
        T(the_journal_is_cut_to_what_was_asked),
        T(the_configuration_is_checked_shown_and_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
