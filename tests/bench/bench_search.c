/*
 * bench_search: what the index of a site's directory costs, beside SQLite's own full-text search over the same words. Makes the index anew.
 *   bench_search DIR  → {"records", "make_s", "make_cpu_s", "raw_make_s", "raw_make_cpu_s", "bytes", "search_us": [p50, p95], "raw_us": [p50, p95],
 *                        "filtered_us": [p50, p95], "suggest_us": [p50, p95], "found"}
 * Microseconds are of CPU. search: two words, the answer as JSON with snippets and facets; raw: the same question ranked, without either; found: how many records, p50.
 */
#include "daemon/index/index.h"
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define ROUNDS 6

static const char *const words[] = {
    "énergie cantine",       "vallée montagne",    "recherche enquête", "cœur patrimoine",
    "déchets compost",       "habitants quartier", "marché paysan",     "budget participatif",
    "funding research",      "jardin partagé",     "canteen local",     "river forest",
    "apprentissage mémoire", "charte accord",      "semences sols",     "mobilités vélos"};
#define WORDS (sizeof words / sizeof *words)
#define RUNS  (WORDS * ROUNDS)

static int64_t now_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench_search: %s\n", what);
    exit(1);
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void put(json_t *out, const char *name, int64_t *us, size_t n)
{
    qsort(us, n, sizeof *us, ascending);
    json_object_set_new(out, name, json_pack("[I, I]", (json_int_t)us[n / 2], (json_int_t)us[n * 95 / 100]));
}

/* How many were found. */
static int64_t ask(struct index *ix, const char *what, json_t *args, struct buf *answer)
{
    json_t *request = json_pack("{s:s, s:s, s:o}", "do", what, "lang", "fr", "args", args);
    char *text = json_dumps(request, 0);
    if (!text || index_answer(ix, slice_text(text), answer))
        fail("no answer");
    free(text);
    json_decref(request);
    json_t *json = json_loadb((const char *)answer->at, answer->len, 0, NULL),
           *result = json_object_get(json, "result");
    int64_t total = json_integer_value(json_object_get(result, "total"));
    if (!result || json_is_true(json_object_get(result, "partial")))
        fail("a search without a whole result");
    json_decref(json);
    return total;
}

/* Of CPU: what else runs on the machine is not the index's. */
static int64_t cpu_us(void)
{
    return now_us(CLOCK_PROCESS_CPUTIME_ID);
}

static void searches(struct index *ix, json_t *out)
{
    static int64_t plain[RUNS], filtered[RUNS], suggested[RUNS], found[RUNS];
    struct buf answer;
    buf_init(&answer, INDEX_ANSWER_BYTES);
    for (size_t i = 0; i < RUNS; i++) {
        const char *q = words[i % WORDS];
        int64_t begin = cpu_us();
        found[i] = ask(ix, "search", json_pack("{s:s}", "q", q), &answer);
        plain[i] = cpu_us() - begin;
        begin = cpu_us();
        ask(ix, "search", json_pack("{s:s, s:s, s:s, s:s}", "q", q, "since", "2015", "until", "2020", "in_lang", "fr"),
            &answer);
        filtered[i] = cpu_us() - begin;
        begin = cpu_us();
        ask(ix, "suggest", json_pack("{s:s%}", "q", q, (size_t)(3 + i % 4)), &answer);
        suggested[i] = cpu_us() - begin;
    }
    buf_fini(&answer);
    put(out, "search_us", plain, RUNS);
    put(out, "filtered_us", filtered, RUNS);
    put(out, "suggest_us", suggested, RUNS);
    qsort(found, RUNS, sizeof *found, ascending);
    json_object_set_new(out, "found", json_integer(found[RUNS / 2]));
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(db));
    return st;
}

/* The folded words, as the index has them: '"a" "b"' of the question's plain words does for a raw cost. */
static void raw_searches(sqlite3 *db, json_t *out)
{
    static int64_t took[RUNS];
    static const char *const plain[] = {
        "energie cantine",       "vallee montagne",   "recherche enquete", "coeur patrimoine",
        "dechet compost",        "habitant quartier", "marche paysan",     "budget participatif",
        "funding research",      "jardin partage",    "canteen local",     "river forest",
        "apprentissage memoire", "charte accord",     "semence sol",       "mobilite velo"};
    sqlite3_stmt *st = prepare(db, "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 20");
    for (size_t i = 0; i < RUNS; i++) {
        int64_t begin = cpu_us();
        sqlite3_bind_text(st, 1, plain[i % WORDS], -1, SQLITE_STATIC);
        while (sqlite3_step(st) == SQLITE_ROW)
            ;
        sqlite3_reset(st);
        took[i] = cpu_us() - begin;
    }
    sqlite3_finalize(st);
    put(out, "raw_us", took, RUNS);
}

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(db));
}

/* The same folded words into a table of the same form, in a file of its own. */
static void raw_make(sqlite3 *db, const char *dir, json_t *out)
{
    char sql[4200];
    snprintf(sql, sizeof sql, "ATTACH '%s/bench.fts' AS raw", dir);
    run(db, sql);
    run(db, "PRAGMA raw.synchronous = OFF");
    run(db, "CREATE VIRTUAL TABLE raw.w USING fts5(title, subtitle, abstract, body, people, place, labels, tokenize = "
            "'ascii')");
    int64_t begin = now_us(CLOCK_MONOTONIC), cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
    run(db, "INSERT INTO raw.w SELECT * FROM main.words");
    json_object_set_new(out, "raw_make_s", json_real((double)(now_us(CLOCK_MONOTONIC) - begin) / 1e6));
    json_object_set_new(out, "raw_make_cpu_s", json_real((double)(now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e6));
}

static void make(const char *dir, struct index **ix, json_t *out)
{
    struct why why = {0};
    bool more = false;
    if (index_remove(dir) || index_open(dir, ix, &why))
        fail(why.text);
    index_limit(*ix, 60000); /* what else runs on the machine ends no search of the bench */
    int64_t begin = now_us(CLOCK_MONOTONIC), cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
    if (index_follow(*ix, -1, &more))
        fail("the replica cannot be followed");
    json_object_set_new(out, "make_s", json_real((double)(now_us(CLOCK_MONOTONIC) - begin) / 1e6));
    json_object_set_new(out, "make_cpu_s", json_real((double)(now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e6));
}

int main(int argc, char **argv)
{
    char path[4096];
    struct index *ix = NULL;
    struct stat st;
    sqlite3 *db = NULL;
    json_t *out = json_object();
    if (argc != 2)
        fail("usage: bench_search DIR");
    make(argv[1], &ix, out);
    searches(ix, out);
    index_close(ix);
    snprintf(path, sizeof path, "%s/%s", argv[1], INDEX_NAME);
    if (stat(path, &st) || sqlite3_open(path, &db) != SQLITE_OK)
        fail(path);
    json_object_set_new(out, "bytes", json_integer((json_int_t)st.st_size));
    sqlite3_stmt *count = prepare(db, "SELECT count(*) FROM docs");
    sqlite3_step(count);
    json_object_set_new(out, "records", json_integer(sqlite3_column_int64(count, 0)));
    sqlite3_finalize(count);
    raw_searches(db, out);
    raw_make(db, argv[1], out);
    sqlite3_close(db);
    snprintf(path, sizeof path, "%s/bench.fts", argv[1]);
    remove(path);
    json_dumpf(out, stdout, JSON_COMPACT);
    puts("");
    json_decref(out);
    return 0;
}
