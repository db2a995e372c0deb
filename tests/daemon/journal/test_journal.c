/* journal: lines that no value can forge, as text and as JSON, and a file that is replaced in time. */
#include "daemon/journal/journal.h"
#include "tests/help/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct wall now = {INT64_C(1795297260000)};
static char *line;
static size_t line_len;

/* The line that one note writes; the caller frees it. */
static char *note(const char *format, const char *event, const char *pairs)
{
    struct journal *j = NULL;
    FILE *echo = open_memstream(&line, &line_len);
    assert_non_null(echo);
    assert_int_equal(journal_open(NULL, echo, "info", format, &j, NULL), ERR_OK);
    journal_note(j, now, JOURNAL_WARN, event, pairs);
    journal_close(j);
    fclose(echo);
    return line;
}

static void expect_text(const char *pairs, const char *wanted)
{
    char *got = note("text", "peer_down", pairs);
    assert_string_equal(got, wanted);
    free(got);
}

static void a_line_is_time_level_event_and_pairs(void **state)
{
    (void)state;
    expect_text("peer=abc behind=3", "2026-11-21T21:41:00Z warn peer_down peer=abc behind=3\n");
    expect_text("", "2026-11-21T21:41:00Z warn peer_down\n");
    expect_text(NULL, "2026-11-21T21:41:00Z warn peer_down\n");
}

static void hostile_pairs_stay_on_one_line(void **state)
{
    (void)state;
    expect_text("name=a\nb=1", "2026-11-21T21:41:00Z warn peer_down name=a b=1\n");
    expect_text("name=\"a\nlevel=error\x1b[2J",
                "2026-11-21T21:41:00Z warn peer_down name=\"a\\nlevel=error\\x1b[2J\"\n");
    expect_text("no key here", "2026-11-21T21:41:00Z warn peer_down text=no text=key text=here\n");
    expect_text("k=caf\xe9", "2026-11-21T21:41:00Z warn peer_down k=\"caf\\xe9\"\n");
}

static void quote(const char *value, const char *wanted)
{
    char out[64];
    journal_quote(value, out, sizeof out);
    assert_string_equal(out, wanted);
}

static void values_are_quoted_where_they_need_it(void **state)
{
    (void)state;
    quote("plain-1.2:x/é", "plain-1.2:x/é");
    quote("", "\"\"");
    quote("two words", "\"two words\"");
    quote("a\"b\\c\nd\re\tf", "\"a\\\"b\\\\c\\nd\\re\\tf\"");
    quote("\x01\x7f", "\"\\x01\\x7f\"");
    quote("\xc2\x9b"
          "31m",
          "\"\\xc2\\x9b31m\""); /* a control of eight bits */
    quote("\xe2\x80\xae"
          "gpj",
          "\"\\xe2\\x80\\xaegpj\"");              /* right to left */
    quote("\xe2\x80\xa8", "\"\\xe2\\x80\\xa8\""); /* a separator of lines */
    quote("a=b", "\"a=b\"");
}

static void what_does_not_fit_is_cut_and_still_closed(void **state)
{
    (void)state;
    char out[8];
    for (size_t size = 0; size <= sizeof out; size++) {
        memset(out, 'Z', sizeof out);
        journal_quote("a\n\xc3\xa9 \x01", out, size);
        for (size_t i = size; i < sizeof out; i++)
            assert_int_equal(out[i], 'Z');
        if (size >= 3) {
            size_t len = strlen(out);
            assert_true(len < size && out[0] == '"' && out[len - 1] == '"');
        }
    }
    assert_string_equal(out, "\"a\\n\xc3\xa9\"");
}

static void json_lines_are_json_with_the_values_taken_back(void **state)
{
    (void)state;
    static const char hostile[] = "a \"b\"\\ \n\x01 \xe2\x80\xa8 é";
    char quoted[128], pairs[200];
    journal_quote(hostile, quoted, sizeof quoted);
    snprintf(pairs, sizeof pairs, "peer=x reason=%s bad=\xff", quoted);
    char *got = note("json", "drop\"ped", pairs);
    assert_ptr_equal(strchr(got, '\n'), got + strlen(got) - 1);
    json_t *o = json_loads(got, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(o);
    assert_string_equal(json_string_value(json_object_get(o, "time")), "2026-11-21T21:41:00Z");
    assert_string_equal(json_string_value(json_object_get(o, "level")), "warn");
    assert_string_equal(json_string_value(json_object_get(o, "event")), "drop\"ped");
    assert_string_equal(json_string_value(json_object_get(o, "bad")), "\xef\xbf\xbd");
    /* U+2028 stands as three replaced bytes: it must not reach a reader as a line of its own. */
    assert_non_null(strstr(json_string_value(json_object_get(o, "reason")), "a \"b\"\\ \n\x01 "));
    json_decref(o);
    free(got);
}

static void an_endless_event_is_one_bounded_line_of_json(void **state)
{
    (void)state;
    size_t size = 200000;
    char *pairs = malloc(size);
    assert_non_null(pairs);
    memset(pairs, 'x', size);
    for (size_t i = 0; i + 10 < size; i += 10)
        memcpy(pairs + i, " k=\x01", 4);
    pairs[size - 1] = 0;
    char *got = note("json", "e", pairs);
    assert_true(strlen(got) < 17000 && got[strlen(got) - 2] == '}');
    free(got);
    free(pairs);
}

static void quieter_levels_are_left_out(void **state)
{
    (void)state;
    struct journal *j = NULL;
    FILE *echo = open_memstream(&line, &line_len);
    assert_int_equal(journal_open(NULL, echo, "warn", "text", &j, NULL), ERR_OK);
    journal_note(j, now, JOURNAL_INFO, "quiet", "");
    journal_note(j, now, JOURNAL_ERROR, "loud", "");
    journal_close(j);
    fclose(echo);
    assert_null(strstr(line, "quiet"));
    assert_non_null(strstr(line, "error loud"));
    free(line);
}

static void unknown_levels_and_lost_directories_are_errors(void **state)
{
    (void)state;
    struct journal *j = NULL;
    struct why why;
    assert_int_equal(journal_open(NULL, NULL, "loud", "text", &j, &why), ERR_CONFIG_CHOICE);
    assert_int_equal(journal_open(NULL, NULL, "info", "xml", &j, &why), ERR_CONFIG_CHOICE);
    assert_int_equal(journal_open("/nonexistent", NULL, "info", "text", &j, &why), ERR_FILE);
    assert_string_equal(why.text, "/nonexistent/journal");
    assert_null(j);
    journal_close(NULL);
}

#define NOTES 600

static void *note_much(void *j)
{
    char pairs[2000];
    memset(pairs, 'v', sizeof pairs);
    memcpy(pairs, "k=", 2);
    pairs[sizeof pairs - 1] = 0;
    for (int i = 0; i < NOTES; i++)
        journal_note(j, now, JOURNAL_INFO, "much", pairs);
    return NULL;
}

static void the_file_is_replaced_at_its_size_and_no_line_is_torn(void **state)
{
    (void)state;
    char dir[] = "/tmp/allied-journal-XXXXXX", path[64], old[64], text[4096];
    struct journal *j = NULL;
    struct stat st;
    pthread_t threads[4];
    size_t lines = 0;
    scratch_make(dir);
    snprintf(path, sizeof path, "%s/journal", dir);
    snprintf(old, sizeof old, "%s/journal.1", dir);
    assert_int_equal(journal_open(dir, NULL, "info", "text", &j, NULL), ERR_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, note_much, j), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    journal_close(j);
    assert_int_equal(stat(old, &st), 0);
    assert_true(st.st_size <= 4 * 1024 * 1024 && st.st_size > 4 * 1024 * 1024 - 4096);
    assert_int_equal(st.st_mode & 07, 0);
    for (int i = 0; i < 2; i++) {
        FILE *f = fopen(i ? path : old, "r");
        assert_non_null(f);
        for (; fgets(text, sizeof text, f); lines++)
            assert_int_equal(strlen(text), 32 + 1999);
        fclose(f);
    }
    assert_int_equal(lines, 4 * NOTES);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_time_level_event_and_pairs),
        cmocka_unit_test(hostile_pairs_stay_on_one_line),
        cmocka_unit_test(values_are_quoted_where_they_need_it),
        cmocka_unit_test(what_does_not_fit_is_cut_and_still_closed),
        cmocka_unit_test(json_lines_are_json_with_the_values_taken_back),
        cmocka_unit_test(an_endless_event_is_one_bounded_line_of_json),
        cmocka_unit_test(quieter_levels_are_left_out),
        cmocka_unit_test(unknown_levels_and_lost_directories_are_errors),
        cmocka_unit_test(the_file_is_replaced_at_its_size_and_no_line_is_torn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
