/*
 * Backups as the core makes and takes them: what was erased stays erased whichever came first, nothing unsigned comes in, and what is refused leaves the
 * directory as it was. The file's own form is test_archive.c's; the commands are tests/cluster/test_restore.py's.
 */
#include "tests/help/core_acts.h"
#include "tests/help/core_erasing.h"

#include "daemon/core/backup.h"
#include "daemon/core/charters.h"
#include "daemon/core/found.h"
#include "daemon/core/refold.h"
#include "daemon/store/archive.h"
#include "tests/help/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct backup_options options(const struct world *w, const char *dir, const char *path)
{
    return (struct backup_options){.dir = dir, .path = path, .with_keys = true, .now = {WORLD_START_MS + w->now}};
}

static void make(struct world *w, size_t at, char path[160])
{
    json_t *facts = NULL;
    struct why why = {0};
    snprintf(path, 160, "%s/backup-%d", w->root, (int)w->copies++);
    struct backup_options o = options(w, w->sites[at].dir, path);
    if (backup_make(&o, &facts, &why))
        fail_msg("%s: %s", err_name(why.code), why.text);
    json_decref(facts);
}

static err_t take(struct world *w, size_t at, const char *path, json_t **facts, struct why *why)
{
    struct backup_options o = options(w, w->sites[at].dir, path);
    return backup_restore(&o, facts, why);
}

/* How many texts were left out. */
static int64_t restore(struct world *w, size_t at, const char *path)
{
    json_t *facts = NULL;
    struct why why = {0};
    if (take(w, at, path, &facts, &why))
        fail_msg("%s: %s", err_name(why.code), why.text);
    int64_t erased = json_integer_value(json_object_get(facts, "erased"));
    json_decref(facts);
    return erased;
}

/* ---- clocks ---- */

static void a_clock_gone_astray_forbids_no_backup(void **state)
{
    (void)state;
    static const int64_t clocks[] = {INT64_MIN, -1, CLOCK_MAX_MS + 1, INT64_MAX};
    struct world *w = world_alliance(97, 2);
    char path[160];
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        json_t *facts = NULL;
        struct why why = {0};
        snprintf(path, sizeof path, "%s/astray-%zu", w->root, i);
        struct backup_options o = options(w, w->sites[1].dir, path);
        o.now.ms = clocks[i];
        assert_int_equal(backup_make(&o, &facts, &why), ERR_OK);
        json_decref(facts);
        assert_int_equal(backup_look(path, &facts, &why), ERR_OK);
        json_decref(facts);
    }
    world_free(w);
}

/* ---- erasures ---- */

static err_t look(void *ctx, struct slice bytes)
{
    return buf_add(ctx, bytes);
}

/* Every part's bytes, as they were before they were packed. */
static bool in_backup(const char *path)
{
    struct archive *a = NULL;
    struct buf all;
    buf_init(&all, 64u << 20);
    assert_int_equal(archive_open(open(path, O_RDONLY | O_CLOEXEC), &a), ERR_OK);
    for (size_t i = 0; i < archive_manifest(a)->parts_n; i++)
        assert_int_equal(archive_next(a, look, &all), ERR_OK);
    assert_int_equal(archive_end(a), ERR_OK);
    archive_close(a);
    bool found = erasing_in_bytes(buf_slice(&all));
    buf_fini(&all);
    return found;
}

static void a_backup_made_after_an_erasure_holds_no_trace_of_it(void **state)
{
    (void)state;
    struct world *w = world_alliance(91, 2);
    char id[64], before[160], after[160];
    struct dot dot = erasing_write(w, 1, id);
    core_agree(w);
    make(w, 0, before);
    make(w, 1, before);
    assert_true(in_backup(before)); /* so that the look can fail */
    erasing_ask(w, 1, dot);
    core_agree(w);
    for (size_t i = 0; i < 2; i++) {
        make(w, i, after);
        assert_false(in_backup(after));
    }
    world_free(w);
}

/* The author's own site and another's; what came after the backup comes back, what was erased does not. */
static void a_backup_made_before_an_erasure_does_not_bring_it_back(void **state)
{
    (void)state;
    for (size_t at = 0; at < 2; at++) {
        struct world *w = world_alliance(92, 3);
        char id[64], path[160], other[64];
        struct dot dot = erasing_write(w, 1, id);
        core_agree(w);
        make(w, at, path);
        erasing_ask(w, 1, dot);
        core_agree(w);
        world_record(w, 1, "plus-tard", "Plus tard", other);
        core_agree(w);
        world_stop(w, at);
        assert_int_equal(restore(w, at, path), 1);
        erasing_gone(w, at);
        /* Alone, it knows that something is to be kept out, and shows nothing of it. */
        world_open(w, at);
        erasing_gone(w, at);
        assert_int_equal(erasing_rows(w, at, "SELECT count(*) FROM bodies WHERE state = 3"), 1);
        assert_int_equal(erasing_rows(w, at, "SELECT count(*) FROM erasures WHERE early = 1"), 1);
        world_close(w, at);
        assert_int_equal(world_start(w, at), ERR_OK);
        core_agree(w);
        world_run(w, 3000);
        for (size_t i = 0; i < 3; i++) {
            erasing_gone(w, i);
            assert_int_equal(erasing_rows(w, i, "SELECT count(*) FROM bodies WHERE state = 2"), 1);
        }
        char title[64];
        world_title(w, at, other, title);
        assert_string_equal(title, "Plus tard");
        world_free(w);
    }
}

/* What a fork took out of its log is kept aside, and in the proof. */
static void what_was_erased_aside_and_in_a_proof_stays_out_as_well(void **state)
{
    (void)state;
    struct world *w = world_alliance(93, 2);
    struct core_author a, asker;
    char path[160];
    static const struct core_twist aside = {.aside = true};
    core_author_init(&a, w, 1, 77);
    core_author_init(&asker, w, 1, 78);
    struct buf other = core_author_put(&a, 1, "Autre branche", &aside), secret = core_author_put(&a, 1, SECRET, NULL);
    struct dot dot = dot_of(a.prev, 0);
    assert_int_equal(core_author_give(w, 0, buf_slice(&secret), 7), ERR_OK);
    assert_int_equal(core_author_give(w, 0, buf_slice(&other), 7), ERR_FORK);
    core_agree(w);
    make(w, 0, path);
    assert_true(in_backup(path));
    struct op op = {
        .info = kind_info(OP_SITE_ERASE), .entity = slice_of(a.log.site, SITE_BYTES), .dots = &dot, .dots_n = 1};
    struct buf erase = core_author_op(&asker, &op, slice_of((const uint8_t[]){0x91, 0xa0}, 2));
    assert_int_equal(core_author_give(w, 0, buf_slice(&erase), 7), ERR_OK);
    core_agree(w);
    erasing_gone(w, 0);
    world_stop(w, 0);
    assert_int_equal(restore(w, 0, path), 1);
    erasing_gone(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    core_agree(w);
    erasing_gone(w, 0);
    buf_fini(&other);
    buf_fini(&secret);
    buf_fini(&erase);
    world_free(w);
}

/* With nothing left of the site that knew, its peers tell it before anything else. */
static void on_an_empty_disk_peers_tell_what_was_erased(void **state)
{
    (void)state;
    struct world *w = world_alliance(94, 2);
    char id[64], path[160];
    struct dot dot = erasing_write(w, 1, id);
    core_agree(w);
    make(w, 1, path);
    erasing_ask(w, 1, dot);
    core_agree(w);
    world_stop(w, 1);
    store_fixture_remove_tree(w->sites[1].dir);
    assert_int_equal(mkdir(w->sites[1].dir, 0700), 0);
    assert_int_equal(restore(w, 1, path), 0);
    assert_int_equal(world_start(w, 1), ERR_OK);
    core_agree(w);
    world_run(w, 3000);
    erasing_gone(w, 0);
    erasing_gone(w, 1);
    world_free(w);
}

/* ---- signatures ---- */

/* A site with some of everything that is signed. */
static struct world *full_world(uint64_t seed)
{
    struct world *w = world_alliance(seed, 2);
    struct core_author a;
    struct buf body, promise;
    uint8_t signature[SIGNATURE_BYTES];
    bool fresh = false;
    static const struct core_twist aside = {.aside = true};
    core_author_init(&a, w, 1, 77);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(core_author_tell(&a, w, 0, i, "Titre", NULL), ERR_OK);
    struct buf other = core_author_put(&a, 1, "Autre branche", &aside), one = core_author_put(&a, 1, "Une", NULL);
    assert_int_equal(core_author_give(w, 0, buf_slice(&one), 7), ERR_OK);
    assert_int_equal(core_author_give(w, 0, buf_slice(&other), 7), ERR_FORK);
    buf_init(&body, PROMISE_MAX_BYTES);
    buf_init(&promise, PROMISE_MAX_BYTES);
    promise_encode_body(&body, (const uint8_t[HASH_BYTES]){9}, a.key.pub);
    assert_int_equal(sign_make(&a.key, DOMAIN_PROMISE, buf_slice(&body), signature), ERR_OK);
    promise_encode(&promise, buf_slice(&body), signature);
    assert_int_equal(rolls_put_promise(w->sites[0].core->store, (const uint8_t[HASH_BYTES]){9}, a.key.pub,
                                       buf_slice(&promise), &fresh),
                     ERR_OK);
    buf_fini(&other);
    buf_fini(&one);
    buf_fini(&body);
    buf_fini(&promise);
    return w;
}

/* The last byte but `from_end`, another; what copy_check recomputes is left as it was. */
static void exec_on(const char *dir, const char *sql)
{
    char path[256];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/%s", dir, DATABASE_NAME);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_not_equal(sqlite3_changes(db), 0);
    sqlite3_close(db);
}

#define FLIP(column, at)                                                                                               \
    column " = CAST(substr(" column ", 1, " at " - 1) || CASE WHEN substr(" column ", " at ", 1) = x'01' THEN x'02' "  \
           "ELSE x'01' END || substr(" column ", " at " + 1) AS BLOB)"
#define LAST(column) FLIP(column, "length(" column ")")

static const struct forgery {
    const char *sql, *where; /* NULL: nothing is forged */
} forgeries[] = {
    {NULL,                                   NULL                             },
    {"UPDATE commits SET " FLIP("signature", "20") " WHERE seq = 1",            "log "},
    {"UPDATE commits SET " FLIP("envelope",                                      "10") " WHERE seq = 1",                                   "log "},
    {"UPDATE bodies SET " LAST("body") " WHERE state = 1",                                "commitment"                              },
    {"UPDATE aside SET " FLIP("carried","20"),"table aside"},
    {"UPDATE forks SET " FLIP("a",                                       "20"),                                                              "table forks"},
    {"UPDATE forks SET seq = seq + 1",           "table forks"},
    {"UPDATE charters SET " FLIP("carried",                                      "length(carried) - 5"),                                        "table charters"},
    {"UPDATE roster SET " LAST("carried"),                                      "table roster"                                  },
    {"UPDATE promises SET " LAST("carried"),                      "table promises"               },
};

static void nothing_unsigned_comes_out_of_a_backup(void **state)
{
    (void)state;
    struct world *w = full_world(95);
    char whole[160], path[160];
    world_stop(w, 0);
    world_copy(w, 0, whole);
    for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
        struct why why = {0};
        json_t *facts = NULL;
        struct backup_options o = options(w, w->sites[0].dir, path);
        world_restore(w, 0, whole);
        if (forgeries[i].sql)
            exec_on(w->sites[0].dir, forgeries[i].sql);
        make(w, 0, path);
        world_restore(w, 0, whole);
        err_t e = backup_restore(&o, &facts, &why);
        json_decref(facts);
        if (e != (forgeries[i].sql ? ERR_BACKUP_UNSIGNED : ERR_OK) ||
            (forgeries[i].sql && !strstr(why.text, forgeries[i].where)))
            fail_msg("%s: %s: %s", forgeries[i].sql ? forgeries[i].sql : "untouched", err_name(e), why.text);
    }
    world_free(w);
}

/* In the site itself, verify finds the same, each and all at once; what it needs to be opened at all is left out. */
static void verify_finds_each_of_them_too(void **state)
{
    (void)state;
    struct world *w = full_world(98);
    char whole[160];
    world_stop(w, 0);
    world_copy(w, 0, whole);
    for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
        if (forgeries[i].sql && strcmp(forgeries[i].where, "table charters") == 0)
            continue;
        world_restore(w, 0, whole);
        if (forgeries[i].sql)
            exec_on(w->sites[0].dir, forgeries[i].sql);
        world_open(w, 0);
        json_t *r = world_do(w, 0, "verify", NULL);
        char *faults = json_dumps(json_object_get(r, "faults"), JSON_COMPACT);
        if (json_is_true(json_object_get(r, "ok")) != !forgeries[i].sql ||
            (forgeries[i].sql && !strstr(faults, forgeries[i].where)))
            fail_msg("%s: %s", forgeries[i].sql ? forgeries[i].sql : "untouched", faults);
        free(faults);
        json_decref(r);
        world_close(w, 0);
    }
    world_restore(w, 0, whole);
    size_t found = 0, n = 0;
    for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++)
        if (forgeries[i].sql && strcmp(forgeries[i].where, "table charters") != 0 && ++n)
            exec_on(w->sites[0].dir, forgeries[i].sql);
    world_open(w, 0);
    json_t *r = world_do(w, 0, "verify", NULL);
    char *faults = json_dumps(json_object_get(r, "faults"), JSON_COMPACT);
    for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++)
        found += forgeries[i].sql && strstr(faults, forgeries[i].where);
    assert_int_equal(found, n);
    free(faults);
    json_decref(r);
    world_free(w);
}

static void what_is_refused_leaves_the_directory_as_it_was(void **state)
{
    (void)state;
    struct world *w = full_world(96);
    char path[160], beside[200];
    struct why why = {0};
    struct stat st;
    json_t *facts = NULL;
    make(w, 0, path);
    world_stop(w, 0);
    world_copy(w, 0, beside);
    exec_on(w->sites[0].dir, forgeries[3].sql);
    make(w, 0, path);
    world_restore(w, 0, beside);
    assert_int_equal(take(w, 0, path, &facts, &why), ERR_BACKUP_UNSIGNED);
    assert_null(facts);
    snprintf(beside, sizeof beside, "%s/restoring", w->sites[0].dir);
    assert_int_not_equal(lstat(beside, &st), 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    core_agree(w);
    world_free(w);
}

/* ---- versions ---- */

static void of_a_newer_program_none_is_taken(void **state)
{
    (void)state;
    struct world *w = full_world(97);
    char path[160];
    struct why why = {0};
    json_t *facts = NULL;
    uint8_t newer[] = {255, 1};
    assert_int_equal(local_set(w->sites[0].core->store, SETTING_FOLD, slice_of(newer, sizeof newer)), ERR_OK);
    make(w, 0, path);
    world_stop(w, 0);
    assert_int_equal(take(w, 0, path, &facts, &why), ERR_BACKUP_NEWER);
    assert_null(facts);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_gone_astray_forbids_no_backup),
        cmocka_unit_test(a_backup_made_after_an_erasure_holds_no_trace_of_it),
        cmocka_unit_test(a_backup_made_before_an_erasure_does_not_bring_it_back),
        cmocka_unit_test(what_was_erased_aside_and_in_a_proof_stays_out_as_well),
        cmocka_unit_test(on_an_empty_disk_peers_tell_what_was_erased),
        cmocka_unit_test(nothing_unsigned_comes_out_of_a_backup),
        cmocka_unit_test(verify_finds_each_of_them_too),
        cmocka_unit_test(what_is_refused_leaves_the_directory_as_it_was),
        cmocka_unit_test(of_a_newer_program_none_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
