/*
 * One flipped bit anywhere in the database file: verify finds it, or it changes nothing that anybody can read. What can be read is every row of
 * every table, the tables' own definitions, and what the program looks at when it opens the file.
 */
#include "tests/help/core_acts.h"
#include "tests/help/core_history.h"

#include "daemon/core/found.h"
#include "tests/help/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Notes of this machine alone, which nothing signs and nothing derives. */
static const char *const local[] = {"own_sites",  "settings",  "invitations", "joins",   "asks",    "imports",
                                    "peer_heads", "addresses", "feed",        "answers", "beacons", "strip"};

struct image {
    uint8_t *at;
    size_t len;
    char path[256];
};

static void load(const char *path, struct image *out)
{
    out->len = store_fixture_size(path);
    out->at = malloc(out->len);
    assert_non_null(out->at);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, out->at, out->len), out->len);
    close(fd);
    snprintf(out->path, sizeof out->path, "%s", path);
}

static void add_cell(struct buf *out, sqlite3_stmt *st, int i)
{
    const void *at = sqlite3_column_blob(st, i);
    buf_printf(out, "%d %d ", sqlite3_column_type(st, i), sqlite3_column_bytes(st, i));
    if (sqlite3_column_type(st, i) == SQLITE_INTEGER)
        buf_printf(out, "%lld", (long long)sqlite3_column_int64(st, i));
    else if (at)
        buf_append(out, at, (size_t)sqlite3_column_bytes(st, i));
}

/* False where SQLite refuses to read on. */
static bool add_query(sqlite3 *db, const char *sql, struct buf *out)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(st);
        for (int i = 0; rc == SQLITE_ROW && i < sqlite3_column_count(st); i++)
            add_cell(out, st, i);
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE;
}

static bool is_local(const char *name)
{
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        if (strcmp(local[i], name) == 0)
            return true;
    return false;
}

/* Everything that can be read but this machine's own notes. */
static bool dump(const char *path, struct buf *out)
{
    static const char *const tables[] = {"logs",     "commits",   "bodies",   "charters", "roster", "ops",
                                         "entities", "records",   "concepts", "edges",    "totals", "links",
                                         "uses",     "adoptions", "facets",   "facts"};
    sqlite3 *db = NULL;
    char sql[160];
    bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              add_query(db, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name", out) &&
              add_query(db, "PRAGMA user_version", out) && add_query(db, "PRAGMA application_id", out);
    for (size_t i = 0; ok && i < sizeof tables / sizeof *tables; i++) {
        assert_false(is_local(tables[i]));
        snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY 1, 2, 3", tables[i]);
        ok = add_query(db, sql, out);
    }
    /* Numbers are this replica's own. */
    ok = ok && add_query(db, "SELECT type, entity FROM changed ORDER BY 1, 2", out);
    sqlite3_close(db);
    return ok && out->err == ERR_OK;
}

/* A site's directory with some of everything in it, closed, with its WAL in the file. */
static struct world *make_full(struct image *image)
{
    struct world *w = world_alliance(62, 3);
    struct core_history h;
    char path[256];
    core_history_init(&h, w);
    for (int i = 0; i < 60; i++) {
        core_history_step(&h, (size_t)world_random(w, 3));
        world_run(w, 50);
    }
    assert_true(world_settle(w, 60000));
    core_history_fini(&h);
    for (size_t i = 3; i-- > 0;)
        world_stop(w, i);
    snprintf(path, sizeof path, "%s/%s", w->sites[0].dir, DATABASE_NAME);
    load(path, image);
    return w;
}

static void put(const struct image *image, size_t bit)
{
    char beside[270];
    image->at[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    store_fixture_file(image->path, image->at, image->len);
    image->at[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    snprintf(beside, sizeof beside, "%s-wal", image->path);
    unlink(beside);
    snprintf(beside, sizeof beside, "%s-shm", image->path);
    unlink(beside);
}

/* Opened without a daemon, as the command does it. */
static bool is_found(struct world *w)
{
    struct env env = world_env(&w->sites[0]);
    struct core_settings settings = {.language = "fr", .licence = "", .endpoints = "", .url = "", .contact = ""};
    struct why why = {0};
    w->sites[0].starts++;
    if (core_open(w->sites[0].dir, &env, &settings, &w->sites[0].core, &why))
        return true;
    json_t *answer = world_ask(w, 0, "verify", NULL);
    bool ok = json_integer_value(json_object_get(answer, "exit")) == 0 &&
              json_is_true(json_object_get(json_object_get(answer, "result"), "ok"));
    json_decref(answer);
    core_close(w->sites[0].core);
    w->sites[0].core = NULL;
    return !ok;
}

static void check_flip(struct world *w, const struct image *image, struct buf *whole, size_t bit, size_t *missed)
{
    struct buf now;
    buf_init(&now, 64u * 1024 * 1024);
    put(image, bit);
    bool readable = dump(image->path, &now);
    bool same = readable && slice_equal(buf_slice(&now), buf_slice(whole));
    buf_fini(&now);
    if (!same && !is_found(w)) {
        print_message("bit %zu (page %zu, byte %zu) is not found\n", bit, bit / 8 / 8192 + 1, bit / 8 % 8192);
        ++*missed;
    }
}

static void verify_finds_any_flipped_bit_that_can_be_read(void **state)
{
    (void)state;
    struct image image;
    struct buf whole;
    size_t missed = 0;
    struct world *w = make_full(&image);
    int flips = getenv("VERIFY_FLIPS") ? (int)strtol(getenv("VERIFY_FLIPS"), NULL, 10) : 150;
    buf_init(&whole, 64u * 1024 * 1024);
    assert_true(dump(image.path, &whole));
    assert_false(is_found(w));
    for (int i = 0; i < flips; i++)
        check_flip(w, &image, &whole, (size_t)world_random(w, image.len * 8), &missed);
    assert_int_equal(missed, 0);
    buf_fini(&whole);
    free(image.at);
    world_free(w);
}

/* ---- each column of each table, changed by hand ---- */

/* clang-format off */
static const struct {
    const char *what, *sql;
} changes[] = {
    {"logs.site", "UPDATE logs SET site = zeroblob(32) WHERE row = 1"},
    {"logs.incarnation", "UPDATE logs SET incarnation = incarnation - 1 WHERE row = 1"},
    {"logs.seq", "UPDATE logs SET seq = seq + 1 WHERE row = 1"},
    {"logs.seq, back", "UPDATE logs SET seq = seq - 1 WHERE row = 1"},
    {"logs.id", "UPDATE logs SET id = zeroblob(32) WHERE row = 1"},
    {"logs.clock", "UPDATE logs SET clock = clock + 1 WHERE row = 1"},
    {"logs.ops", "UPDATE logs SET ops = ops + 1 WHERE row = 1"},
    {"logs, a row gone", "DELETE FROM logs WHERE row = 1"},
    {"commits.log", "UPDATE commits SET log = 999 WHERE row = 2"},
    {"commits.seq", "UPDATE commits SET seq = seq + 1000 WHERE row = 2"},
    {"commits.dot", "UPDATE commits SET dot = zeroblob(16) WHERE row = 2"},
    {"commits.clock", "UPDATE commits SET clock = clock + 1 WHERE row = 2"},
    {"commits.ops", "UPDATE commits SET ops = ops + 1 WHERE row = 2"},
    {"commits.signature", "UPDATE commits SET signature = zeroblob(64) WHERE row = 2"},
    {"commits.envelope", "UPDATE commits SET envelope = zeroblob(64) WHERE row = 2"},
    {"commits.row", "UPDATE commits SET row = 9999 WHERE row = 2"},
    {"commits, a row gone", "DELETE FROM commits WHERE row = (SELECT max(row) FROM commits)"},
    {"bodies.row", "UPDATE bodies SET row = 9999 * 256 WHERE row = 2 * 256"},
    {"bodies.state", "UPDATE bodies SET state = 3 WHERE row = 2 * 256"},
    {"bodies.state, erased", "UPDATE bodies SET state = 2 WHERE row = 2 * 256"},
    {"bodies.header_at", "UPDATE bodies SET header_at = header_at + 1 WHERE row = 2 * 256"},
    {"bodies.header_at, below 0", "UPDATE bodies SET header_at = -19 WHERE row = 2 * 256"},
    {"bodies.header_len", "UPDATE bodies SET header_len = header_len - 1 WHERE row = 2 * 256"},
    {"bodies.salt", "UPDATE bodies SET salt = zeroblob(16) WHERE row = 2 * 256"},
    {"bodies.body", "UPDATE bodies SET body = zeroblob(5) WHERE row = 2 * 256"},

    {"bodies, one too many", "INSERT INTO bodies VALUES (9999 * 256, 3, 0, 1, NULL, NULL)"},
    {"charters.number", "UPDATE charters SET number = 5"},
    {"charters.id", "UPDATE charters SET id = zeroblob(32)"},
    {"charters.carried", "UPDATE charters SET carried = zeroblob(9)"},
    {"roster.id", "UPDATE roster SET id = zeroblob(32) WHERE number = 2"},
    {"roster.number", "UPDATE roster SET number = 77 WHERE number = 2"},
    {"roster.carried", "UPDATE roster SET carried = zeroblob(9) WHERE number = 2"},
    {"roster, an act gone", "DELETE FROM roster WHERE number = 1"},
    {"ops.type", "UPDATE ops SET type = 9 WHERE row = (SELECT max(row) FROM ops)"},
    {"ops.entity", "UPDATE ops SET entity = zeroblob(24) WHERE type = 2 AND row = (SELECT max(row) FROM ops WHERE type = 2)"},
    {"ops.row", "UPDATE ops SET row = row + 1 WHERE type = 1 AND row = (SELECT max(row) FROM ops WHERE type = 1)"},
    {"ops.kind", "UPDATE ops SET kind = kind + 1 WHERE row = (SELECT max(row) FROM ops)"},
    {"ops, a row gone", "DELETE FROM ops WHERE row = (SELECT max(row) FROM ops)"},
    {"ops, one too many", "INSERT INTO ops VALUES (3, zeroblob(16), 2 * 256, 32)"},
    {"entities.hash", "UPDATE entities SET hash = zeroblob(32) WHERE row = 1"},
    {"entities.canon", "UPDATE entities SET canon = zeroblob(9) WHERE row = 1"},
    {"entities.id", "UPDATE entities SET id = zeroblob(24) WHERE row = (SELECT max(row) FROM entities WHERE type = 2)"},
    {"entities.type", "UPDATE entities SET type = 7 WHERE row = 1"},
    {"entities.id, its length", "UPDATE entities SET id = zeroblob(240) WHERE row = (SELECT max(row) FROM entities WHERE type = 2)"},
    {"entities, a row gone", "DELETE FROM entities WHERE row = 1"},
    {"records.record", "UPDATE records SET record = zeroblob(24) WHERE record = (SELECT max(record) FROM records)"},
    {"records.source_id", "UPDATE records SET source_id = source_id || 'x' WHERE record = (SELECT max(record) FROM records)"},
    {"records.title", "UPDATE records SET title = title || 'x' WHERE record = (SELECT max(record) FROM records)"},
    {"records.updated", "UPDATE records SET updated = updated + 1 WHERE record = (SELECT max(record) FROM records)"},
    {"records.retired", "UPDATE records SET retired = NOT retired WHERE record = (SELECT max(record) FROM records)"},
    {"records.retired, 2", "UPDATE records SET retired = 2 WHERE record = (SELECT max(record) FROM records)"},
    {"records.conflicts", "UPDATE records SET conflicts = conflicts + 1 WHERE record = (SELECT max(record) FROM records)"},
    {"records, a row gone", "DELETE FROM records WHERE record = (SELECT max(record) FROM records)"},
    {"concepts.concept", "UPDATE concepts SET concept = zeroblob(16) WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"concepts.uri", "UPDATE concepts SET uri = uri || 'x' WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"concepts.kind", "UPDATE concepts SET kind = 'angle' WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"concepts.label", "UPDATE concepts SET label = label || 'x' WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"concepts.adopted", "UPDATE concepts SET adopted = NOT adopted WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"concepts.updated", "UPDATE concepts SET updated = updated + 1 WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"concepts.conflicts", "UPDATE concepts SET conflicts = conflicts + 1 WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"concepts, a row gone", "DELETE FROM concepts WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"edges.child", "UPDATE edges SET child = zeroblob(16) WHERE (child, relation, target) = (SELECT child, relation, target FROM edges LIMIT 1)"},
    {"edges.relation", "UPDATE edges SET relation = 6 WHERE (child, relation, target) = (SELECT child, relation, target FROM edges LIMIT 1)"},
    {"edges.target", "UPDATE edges SET target = zeroblob(16) WHERE (child, relation, target) = (SELECT child, relation, target FROM edges LIMIT 1)"},
    {"edges.adopted", "UPDATE edges SET adopted = NOT adopted"},
    {"edges.clock", "UPDATE edges SET clock = clock + 1 WHERE (child, relation, target) = (SELECT child, relation, target FROM edges LIMIT 1)"},
    {"edges.dot", "UPDATE edges SET dot = zeroblob(17)"},
    {"edges, rows gone", "DELETE FROM edges WHERE (child, relation, target) = (SELECT child, relation, target FROM edges LIMIT 1)"},
    {"edges, one too many", "INSERT INTO edges VALUES (zeroblob(16), 1, zeroblob(16), 0, 1, zeroblob(17))"},
    {"concepts.proposer", "UPDATE concepts SET proposer = zeroblob(8) WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"concepts.waiting", "UPDATE concepts SET waiting = waiting + 1 WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"concepts.since", "UPDATE concepts SET since = since + 1 WHERE concept = (SELECT max(concept) FROM concepts)"},
    {"uses.ally", "UPDATE uses SET ally = zeroblob(8) WHERE concept = (SELECT max(concept) FROM uses)"},
    {"uses, rows gone", "DELETE FROM uses WHERE concept = (SELECT max(concept) FROM uses)"},
    {"uses.term", "UPDATE uses SET term = term + 1"},
    {"uses.dot", "UPDATE uses SET dot = zeroblob(17)"},
    {"facts.type", "UPDATE facts SET type = type + 1 WHERE row = (SELECT max(row) FROM facts)"},
    {"facts.entity", "UPDATE facts SET entity = zeroblob(16) WHERE row = (SELECT max(row) FROM facts)"},
    {"facts.term", "UPDATE facts SET term = term + 1 WHERE row = (SELECT max(row) FROM facts)"},
    {"facts.facts", "UPDATE facts SET facts = x'90' WHERE row = (SELECT max(row) FROM facts)"},
    {"facts, a row gone", "DELETE FROM facts WHERE row = (SELECT max(row) FROM facts)"},
    {"adoptions.ally", "UPDATE adoptions SET ally = zeroblob(8)"},
    {"adoptions.dots", "UPDATE adoptions SET dots = zeroblob(17)"},
    {"adoptions, one too many", "INSERT INTO adoptions VALUES (zeroblob(16), zeroblob(8), 1, zeroblob(32), zeroblob(17))"},
    {"totals.digest", "UPDATE totals SET digest = zeroblob(32)"},
    {"totals.records", "UPDATE totals SET records = records + 1"},
    {"totals.concepts", "UPDATE totals SET concepts = concepts + 1"},
    {"totals.conflicts", "UPDATE totals SET conflicts = conflicts + 1"},
};
/* clang-format on */

static bool change(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (rc)
        print_message("%s: %s\n", sql, sqlite3_errmsg(db));
    bool done = rc == SQLITE_OK && sqlite3_changes(db) > 0;
    sqlite3_close(db);
    return done;
}

static void verify_looks_at_every_column(void **state)
{
    (void)state;
    struct image image;
    size_t missed = 0;
    struct world *w = make_full(&image);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        put(&image, 0);
        store_fixture_file(image.path, image.at, image.len);
        if (!change(image.path, changes[i].sql))
            fail_msg("%s: nothing was changed", changes[i].what);
        if (!is_found(w)) {
            print_message("%s is not looked at\n", changes[i].what);
            missed++;
        }
    }
    assert_int_equal(missed, 0);
    free(image.at);
    world_free(w);
}

static void rebuild(struct world *w)
{
    world_open(w, 0);
    json_decref(world_ask(w, 0, "rebuild", NULL));
    core_close(w->sites[0].core);
    w->sites[0].core = NULL;
}

/* What is derived from damaged logs fits them: the logs themselves have to be looked at to the last commit. */
static void a_rebuild_out_of_damaged_logs_hides_nothing(void **state)
{
    (void)state;
    struct image image;
    size_t missed = 0;
    struct world *w = make_full(&image);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *what = changes[i].what;
        if (strncmp(what, "commits", 7) != 0 && strncmp(what, "bodies", 6) != 0)
            continue;
        put(&image, 0);
        store_fixture_file(image.path, image.at, image.len);
        assert_true(change(image.path, changes[i].sql));
        rebuild(w);
        if (!is_found(w)) {
            print_message("%s is not found after a rebuild\n", what);
            missed++;
        }
    }
    assert_int_equal(missed, 0);
    free(image.at);
    world_free(w);
}

static void verify_says_what_and_where(void **state)
{
    (void)state;
    struct image image;
    struct world *w = make_full(&image);
    assert_true(change(image.path, "UPDATE records SET title = title || 'x'"));
    world_open(w, 0);
    json_t *r = world_do(w, 0, "verify", NULL);
    const json_t *first = json_array_get(json_object_get(r, "faults"), 0);
    assert_false(json_is_true(json_object_get(r, "ok")));
    assert_true(world_number(r, "faults_total") > 0);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "verify");
    assert_string_equal(json_string_value(json_object_get(first, "where")), "table records");
    json_decref(r);
    /* Derived: a rebuild mends it. */
    json_decref(world_do(w, 0, "rebuild", NULL));
    world_verify(w, 0);
    free(image.at);
    world_free(w);
}

static void name_registrar(struct charter *next, void *key)
{
    memcpy(next->registrar, ((const struct sign_key *)key)->pub, SITE_BYTES);
}

/* Whoever signs acts now did not sign those of before. */
static void acts_of_a_former_registrar_stay_sound(void **state)
{
    (void)state;
    struct world *w = world_alliance(63, 2);
    struct sign_key key;
    uint8_t seed[SEED_BYTES] = {7};
    sign_key_from_seed(seed, &key);
    struct buf next = core_charter(w, 0, NULL, 0, name_registrar, &key);
    assert_int_equal(core_charter_give(w, 0, buf_slice(&next)), ERR_OK);
    core_agree(w);
    assert_memory_equal(w->sites[1].core->authority.registrar, key.pub, SITE_BYTES);
    assert_int_not_equal(w->sites[1].core->authority.roster_number, 0);
    buf_fini(&next);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acts_of_a_former_registrar_stay_sound),
        cmocka_unit_test(verify_looks_at_every_column),
        cmocka_unit_test(a_rebuild_out_of_damaged_logs_hides_nothing),
        cmocka_unit_test(verify_finds_any_flipped_bit_that_can_be_read),
        cmocka_unit_test(verify_says_what_and_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
