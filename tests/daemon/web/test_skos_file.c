/* The thesaurus as a file that is made while it is taken: of one state, once for all who take it. */
#include "daemon/web/skos_file.h"
#include "tests/help/web_side.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/core/found.h"

struct side {
    struct web_side web;
    struct skos_files files;
    char database[256];
};

static void write_concepts(struct side *s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        char uri[40], label[40];
        snprintf(uri, sizeof uri, "urn:x:%zu", i);
        snprintf(label, sizeof label, "<b>%zu</b> \"&\" ]]>", i);
        json_decref(world_do(s->web.w, 0, "concept.write",
                             json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}}}]}", "mode", "add", "concepts", "line", 1,
                                       "concept", "uri", uri, "prefLabel", "fr", label)));
    }
}

static void open_side(struct side *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    web_side_open(&s->web, seed, 1);
    snprintf(s->database, sizeof s->database, "%s/" DATABASE_NAME, s->web.w->sites[0].dir);
    write_concepts(s, 0, 2 * SKOS_FILE_CONCEPTS + 5);
}

static void close_side(struct side *s)
{
    skos_files_close(&s->files);
    web_side_close(&s->web);
}

static struct skos_state state_of(struct side *s)
{
    struct read read;
    struct skos_state state;
    assert_int_equal(reader_begin(s->web.reader, &read), ERR_OK);
    assert_int_equal(skos_state(read.store, &state), ERR_OK);
    reader_end(s->web.reader, &read);
    return state;
}

static struct skos_file *join(struct side *s, enum skos_format format)
{
    struct skos_state state = state_of(s);
    struct skos_file *f = NULL;
    assert_int_equal(skos_file_join(&s->files, s->database, &state, format, (struct mono){0}, &f), ERR_OK);
    return f;
}

/* One taking of at most `most` bytes at `now_ms`, added to the text; whether it was the last. */
static bool take(struct skos_file *f, int64_t now_ms, uint64_t *at, size_t most, struct buf *out)
{
    bool ends = false;
    assert_int_equal(skos_file_read(f, (struct mono){now_ms}, at, most, out, &ends), ERR_OK);
    return ends;
}

static struct buf take_all(struct skos_file *f)
{
    struct buf out;
    uint64_t at = 0;
    buf_init(&out, WEB_SIDE_TEXT);
    while (!take(f, 0, &at, 1000, &out))
        ;
    return out;
}

static void a_file_has_every_concept_in_each_format(void **state)
{
    static const char *const parts[SKOS_FORMATS] = {"\"<b>", "#prefLabel> \"<b>", ">&lt;b"};
    struct side s;
    (void)state;
    open_side(&s, 701);
    for (enum skos_format i = 0; i < SKOS_FORMATS; i++) {
        struct skos_file *f = join(&s, i);
        struct buf out = take_all(f);
        assert_int_equal(web_side_count(web_side_keep(&s.web, &out), parts[i]), 2 * SKOS_FILE_CONCEPTS + 5);
        skos_file_leave(f);
    }
    close_side(&s);
}

/* What is written meanwhile is in the next file, and both are whole. */
static void a_file_is_of_one_state(void **state)
{
    struct side s;
    struct buf early;
    uint64_t at = 0;
    char before[40], after[40];
    (void)state;
    open_side(&s, 702);
    struct skos_state old = state_of(&s);
    struct skos_file *f = join(&s, SKOS_NTRIPLES);
    buf_init(&early, WEB_SIDE_TEXT);
    assert_false(take(f, 0, &at, 100, &early));
    write_concepts(&s, 1000, 1003);
    struct skos_file *next = join(&s, SKOS_NTRIPLES);
    assert_ptr_not_equal(next, f);
    while (!take(f, 0, &at, 1000, &early))
        ;
    assert_int_equal(web_side_count(web_side_keep(&s.web, &early), "#prefLabel>"), 2 * SKOS_FILE_CONCEPTS + 5);
    struct buf late = take_all(next);
    assert_int_equal(web_side_count(web_side_keep(&s.web, &late), "#prefLabel>"), 2 * SKOS_FILE_CONCEPTS + 8);
    struct skos_state fresh = state_of(&s);
    skos_tag(&old, SKOS_NTRIPLES, before);
    skos_tag(&fresh, SKOS_NTRIPLES, after);
    assert_string_not_equal(before, after);
    skos_file_leave(f);
    skos_file_leave(next);
    close_side(&s);
}

static void who_comes_later_gets_the_same_file(void **state)
{
    struct side s;
    char id[64], before[40], after[40];
    (void)state;
    open_side(&s, 703);
    struct skos_state old = state_of(&s);
    struct skos_file *one = join(&s, SKOS_TURTLE);
    world_record(s.web.w, 0, "r1", "a record is no concept", id);
    struct skos_file *two = join(&s, SKOS_TURTLE);
    assert_ptr_equal(one, two);
    struct skos_state same = state_of(&s);
    skos_tag(&old, SKOS_TURTLE, before);
    skos_tag(&same, SKOS_TURTLE, after);
    assert_string_equal(before, after);
    struct buf a = take_all(one), b = take_all(two);
    assert_true(slice_equal(buf_slice(&a), buf_slice(&b)));
    buf_fini(&a);
    buf_fini(&b);
    skos_file_leave(one);
    skos_file_leave(two);
    close_side(&s);
}

/* The replica's log cannot be copied into its file as long as somebody keeps an old state. */
static void a_slow_client_does_not_keep_a_state_for_long(void **state)
{
    struct side s;
    struct buf out;
    uint64_t at = 0;
    (void)state;
    open_side(&s, 704);
    struct skos_file *f = join(&s, SKOS_TURTLE);
    buf_init(&out, WEB_SIDE_TEXT);
    assert_false(take(f, 0, &at, 10, &out));
    assert_false(take(f, SKOS_FILE_PATIENCE_MS + 1, &at, 10, &out));
    assert_true(take(f, 0, &at, WEB_SIDE_TEXT, &out)); /* it is whole: one taking gives the rest */
    buf_fini(&out);
    skos_file_leave(f);
    close_side(&s);
}

/* Can the whole log be copied into the file? Not while anybody keeps an old state. */
static bool log_is_free(struct side *s)
{
    sqlite3 *db = NULL;
    int left = -1, copied = -1;
    assert_int_equal(sqlite3_open(s->database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, &left, &copied), SQLITE_OK);
    sqlite3_close(db);
    assert_true(left >= 0);
    return left == copied;
}

static void who_leaves_early_keeps_no_state(void **state)
{
    struct side s;
    struct buf out;
    uint64_t at = 0;
    (void)state;
    open_side(&s, 705);
    struct skos_file *one = join(&s, SKOS_TURTLE), *two = join(&s, SKOS_TURTLE);
    buf_init(&out, WEB_SIDE_TEXT);
    skos_file_leave(two); /* a HEAD takes nothing at all */
    assert_false(take(one, 0, &at, 10, &out));
    write_concepts(&s, 1000, 1001);
    assert_false(log_is_free(&s));
    skos_file_leave(one);
    assert_true(log_is_free(&s));
    buf_fini(&out);
    one = join(&s, SKOS_TURTLE);
    out = take_all(one);
    assert_int_equal(web_side_count(web_side_keep(&s.web, &out), "\"<b>"), 2 * SKOS_FILE_CONCEPTS + 6);
    skos_file_leave(one);
    close_side(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_has_every_concept_in_each_format),
        cmocka_unit_test(a_file_is_of_one_state),
        cmocka_unit_test(who_comes_later_gets_the_same_file),
        cmocka_unit_test(a_slow_client_does_not_keep_a_state_for_long),
        cmocka_unit_test(who_leaves_early_keeps_no_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
