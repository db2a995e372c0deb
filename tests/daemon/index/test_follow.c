/*
 * The index follows the replica: what is found is what stands there now, however the index came to be where it is.
 */
#include "tests/help/index_world.h"
#include "tests/help/store_fixture.h"

#include "protocol/base/base32.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void path_of(struct index_world *i, char path[256])
{
    snprintf(path, 256, "%s/%s", i->w->sites[0].dir, INDEX_NAME);
}

static void record(struct index_world *i, const char *title, const char *abstract, const char *concept, char id[64])
{
    json_t *r =
        json_pack("{s:s, s:s, s:s, s:s}", "lang", "fr", "type", "experience", "title", title, "abstract", abstract);
    if (concept)
        json_object_set_new(r, "concepts", json_pack("[s]", concept));
    index_world_record(i, r, id);
}

static void concept(struct index_world *i, const char *label, json_t *more, char id[64])
{
    json_t *c = more ? more : json_object();
    json_object_set_new(c, "prefLabel", json_pack("{s:s}", "fr", label));
    index_world_concept(i, c, id);
}

static void edit(struct index_world *i, const char *what, const char *id, json_t *set)
{
    json_decref(world_do(i->w, 0, what, json_pack("{s:s, s:o, s:b}", "id", id, "set", set, "adopt", 1)));
}

static size_t under(struct index_world *i, const char *concept_id, bool exact)
{
    return index_world_count(i, json_pack("{s:s, s:b}", "concept", concept_id, "exact", (int)exact));
}

/* All that stands in the index but the rows' numbers. */
static char *dump(struct index_world *i)
{
    static const char *const queries[] = {
        "SELECT hex(record), updated, type, country, date_from, date_to, langs, hex(terms), title, subtitle, abstract, "
        "body, people, "
        "place, labels FROM docs JOIN words ON words.rowid = docs.row ORDER BY 1",
        "SELECT folded, type, hex(entity), what, lang, label FROM names ORDER BY 1, 2, 3, 4, 5, 6",
        "SELECT count(*) FROM words",
        "SELECT count(*) FROM due",
    };
    char path[256];
    struct buf out;
    sqlite3 *db = NULL;
    buf_init(&out, 16u * 1024 * 1024);
    path_of(i, path);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    for (size_t k = 0; k < sizeof queries / sizeof *queries; k++) {
        sqlite3_stmt *st = NULL;
        assert_int_equal(sqlite3_prepare_v2(db, queries[k], -1, &st, NULL), SQLITE_OK);
        while (sqlite3_step(st) == SQLITE_ROW)
            for (int c = 0; c < sqlite3_column_count(st); c++)
                buf_printf(&out, "%s%s", (const char *)sqlite3_column_text(st, c),
                           c + 1 < sqlite3_column_count(st) ? "|" : "\n");
        sqlite3_finalize(st);
    }
    sqlite3_close(db);
    char *text = strdup(buf_text(&out));
    buf_fini(&out);
    return text;
}

/* What was followed step by step is what is made at once. */
static void same_as_made_anew(struct index_world *i)
{
    index_world_follow(i);
    char *followed = dump(i);
    index_close(i->ix);
    i->ix = NULL;
    assert_int_equal(index_remove(i->w->sites[0].dir), ERR_OK);
    index_world_again(i);
    index_world_follow(i);
    char *made = dump(i);
    assert_string_equal(followed, made);
    free(followed);
    free(made);
}

static void a_word_of_the_thesaurus_finds_what_is_indexed_with_it(void **state)
{
    struct index_world *i = *state;
    char c[64], id[64];
    concept(i, "Cantine scolaire",
            json_pack("{s:{s:[s], s:[s]}, s:{s:[s]}}", "altLabel", "fr", "Réfectoires", "de", "Schulkantine",
                      "hiddenLabel", "fr", "kantine"),
            c);
    record(i, "Manger à l'école", "Des repas", c, id);
    record(i, "Autre", "chose", NULL, id);
    assert_int_equal(index_world_total(i, "refectoire"), 1);
    assert_int_equal(index_world_total(i, "schulkantine"), 1);
    assert_int_equal(index_world_total(i, "kantine repas"), 1);
    assert_int_equal(index_world_total(i, "schulkantine chose"), 0);
    edit(i, "concept.edit", c, json_pack("{s:{s:[s]}}", "altLabel", "fr", "Restaurant d'enfants"));
    assert_int_equal(index_world_total(i, "refectoire"), 0);
    assert_int_equal(index_world_total(i, "restaurants"), 1);
    same_as_made_anew(i);
}

static void a_concept_stands_for_what_lies_below_and_beside_it(void **state)
{
    struct index_world *i = *state;
    char top[64], middle[64], low[64], beside[64], id[64];
    concept(i, "Énergie", NULL, top);
    concept(i, "Énergie renouvelable", json_pack("{s:[s]}", "broader", top), middle);
    concept(i, "Solaire", json_pack("{s:[s]}", "broader", middle), low);
    concept(i, "Climat", json_pack("{s:[s]}", "related", top), beside);
    edit(i, "concept.edit", top, json_pack("{s:{s:[s]}}", "altLabel", "fr", "Énergies"));
    json_decref(
        world_do(i->w, 0, "concept.relate",
                 json_pack("{s:s, s:s, s:s}", "id", top, "relation", "broader", "target", low))); /* closes a cycle */
    record(i, "Un", "toit", low, id);
    record(i, "Deux", "vent", middle, id);
    record(i, "Trois", "ciel", beside, id);
    assert_int_equal(under(i, top, false), 3);
    assert_int_equal(under(i, top, true), 0);
    assert_int_equal(under(i, middle, false), 2);
    assert_int_equal(under(i, middle, true), 1);
    assert_int_equal(under(i, low, false), 1);
    assert_int_equal(under(i, beside, false), 1);
    /* What is only beside it comes last. */
    json_t *r = index_world_ask(i, "search", json_pack("{s:s}", "concept", top));
    assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(r, "records"), 2), "title")),
                        "Trois");
    json_decref(r);
}

static void merges_lead_to_one_concept(void **state)
{
    struct index_world *i = *state;
    char one[64], two[64], id[64];
    concept(i, "Vélo", NULL, one);
    concept(i, "Bicyclette", NULL, two);
    record(i, "Un", "atelier", one, id);
    index_world_follow(i);
    assert_int_equal(under(i, two, false), 0);
    json_decref(world_do(i->w, 0, "concept.merge", json_pack("{s:s, s:s, s:b}", "id", one, "into", two, "adopt", 1)));
    assert_int_equal(under(i, two, false), 1);
    assert_int_equal(under(i, one, true), 1);
    assert_int_equal(index_world_total(i, "bicyclettes"), 1);
    json_t *r = index_world_ask(i, "search", json_pack("{s:s}", "q", "atelier"));
    json_t *facet = json_array_get(json_object_get(json_object_get(r, "facets"), "concept"), 0);
    assert_string_equal(json_string_value(json_object_get(facet, "value")), two);
    json_decref(r);
    r = index_world_ask(i, "suggest", json_pack("{s:s}", "q", "velo"));
    json_t *suggested = json_array_get(json_object_get(r, "suggestions"), 0);
    assert_string_equal(json_string_value(json_object_get(suggested, "id")), two);
    assert_string_equal(json_string_value(json_object_get(suggested, "text")), "Vélo");
    json_decref(r);
    edit(i, "concept.edit", two, json_pack("{s:{s:s}}", "prefLabel", "fr", "Draisienne"));
    assert_int_equal(index_world_total(i, "draisiennes"), 1);
    same_as_made_anew(i);
    json_decref(world_do(i->w, 0, "concept.merge", json_pack("{s:s, s:b, s:b}", "id", one, "undo", 1, "adopt", 1)));
    assert_int_equal(under(i, two, false), 0);
    assert_int_equal(index_world_total(i, "draisiennes"), 0);
}

static void suggestions_begin_with_what_was_typed(void **state)
{
    struct index_world *i = *state;
    char id[64];
    concept(i, "Économie sociale", json_pack("{s:{s:[s]}}", "altLabel", "fr", "Tiers secteur"), id);
    for (int k = 0; k < 12; k++) {
        char title[64];
        snprintf(title, sizeof title, "L’économie du quartier %c", 'a' + k);
        record(i, title, "x", NULL, id);
    }
    json_t *r = index_world_ask(i, "suggest", json_pack("{s:s}", "q", "ÉCO"));
    json_t *list = json_object_get(r, "suggestions");
    assert_int_equal(json_array_size(list), 10);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "kind")), "concept");
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "kind")), "record");
    json_decref(r);
    r = index_world_ask(i, "suggest", json_pack("{s:s}", "q", "tiers s"));
    json_t *first = json_array_get(json_object_get(r, "suggestions"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "match")), "altLabel");
    assert_string_equal(json_string_value(json_object_get(first, "label")), "Économie sociale");
    json_decref(r);
    static const char *const none[] = {"", " ", "sociale", "zzz"};
    for (size_t k = 0; k < sizeof none / sizeof *none; k++) {
        r = index_world_ask(i, "suggest", json_pack("{s:s}", "q", none[k]));
        assert_int_equal(json_array_size(json_object_get(r, "suggestions")), 0);
        json_decref(r);
    }
}

static void what_is_edited_retired_or_revived_is_found_as_it_is_now(void **state)
{
    struct index_world *i = *state;
    char id[64];
    record(i, "Ancien titre", "texte", NULL, id);
    assert_int_equal(index_world_total(i, "ancien"), 1);
    edit(i, "record.edit", id, json_pack("{s:{s:s}}", "title", "fr", "Nouveau titre"));
    assert_int_equal(index_world_total(i, "ancien"), 0);
    assert_int_equal(index_world_total(i, "nouveau"), 1);
    json_decref(world_do(i->w, 0, "record.retire", json_pack("{s:s, s:s}", "id", id, "reason", "x")));
    assert_int_equal(index_world_total(i, ""), 0);
    json_decref(world_do(i->w, 0, "record.edit", json_pack("{s:s, s:{}, s:b}", "id", id, "set", "revive", 1)));
    assert_int_equal(index_world_total(i, "nouveau"), 1);
    same_as_made_anew(i);
}

static void a_rebuilt_replica_has_an_equal_index(void **state)
{
    struct index_world *i = *state;
    char c[64], id[64];
    concept(i, "Eau", NULL, c);
    record(i, "Rivière", "au fil de l'eau", c, id);
    index_world_follow(i);
    char *before = dump(i);
    json_decref(world_do(i->w, 0, "rebuild", NULL));
    index_world_follow(i);
    char *after = dump(i);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_int_equal(index_world_total(i, "eaux"), 1);
}

static void short_steps_come_to_the_same_end(void **state)
{
    struct index_world *i = *state;
    char c[64], id[64], title[32];
    bool more = true;
    concept(i, "Commun", NULL, c);
    for (int k = 0; k < 150; k++) {
        snprintf(title, sizeof title, "Fiche %d", k);
        record(i, title, "texte", k % 2 ? c : NULL, id);
    }
    edit(i, "concept.edit", c, json_pack("{s:{s:[s]}}", "altLabel", "fr", "Bien partagé"));
    size_t steps = 0;
    for (; more; steps++) {
        assert_int_equal(index_follow(i->ix, 0, &more), ERR_OK);
        if (steps % 10 == 0)
            index_world_again(i); /* killed in between: what was committed is there */
    }
    assert_true(steps > 10);
    assert_int_equal(index_world_total(i, "partages"), 75);
    same_as_made_anew(i);
}

static void an_index_that_does_not_fit_is_made_anew(void **state)
{
    struct index_world *i = *state;
    char path[256], id[64];
    path_of(i, path);
    record(i, "Un titre", "texte", NULL, id);
    index_world_follow(i);
    char *whole = dump(i);
    for (int damage = 0; damage < 6; damage++) {
        static const char zeros[20000] = "";
        sqlite3 *db = NULL;
        index_close(i->ix);
        i->ix = NULL;
        FILE *f = fopen(path, "r+");
        assert_non_null(f);
        if (damage == 0)
            assert_int_equal(ftruncate(fileno(f), 5000), 0);
        else if (damage == 1)
            assert_int_equal(fwrite("not a database", 1, 14, f), 14);
        else if (damage == 2)
            assert_int_equal(fseek(f, 8192, SEEK_SET) + (int)fwrite(zeros, 1, sizeof zeros, f), (int)sizeof zeros);
        else if (damage == 3)
            assert_int_equal(ftruncate(fileno(f), 0), 0);
        fclose(f);
        if (damage >= 4) {
            assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
            assert_int_equal(
                sqlite3_exec(db, damage == 4 ? "PRAGMA user_version = 999" : "UPDATE standing SET records = 1000", NULL,
                             NULL, NULL),
                SQLITE_OK);
            sqlite3_close(db);
        }
        index_world_again(i);
        record(i, "Un", "de plus", NULL, id);
        assert_int_equal(index_world_total(i, "titre"), 1);
        assert_int_equal(index_world_total(i, "plus"), (size_t)damage + 1);
    }
    free(whole);
    same_as_made_anew(i);
}

static void damage_in_the_middle_of_work_is_mended(void **state)
{
    struct index_world *i = *state;
    char path[256], id[64];
    static const char zeros[8192] = "";
    path_of(i, path);
    for (int k = 0; k < 40; k++)
        record(i, "Un titre", "texte", NULL, id);
    index_world_follow(i);
    index_world_again(i);
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    long end = ftell(f);
    for (long at = 8192; at < end; at += 8192) {
        fseek(f, at, SEEK_SET);
        assert_int_equal(fwrite(zeros, 1, sizeof zeros, f), sizeof zeros);
    }
    fclose(f);
    record(i, "Un titre", "texte", NULL, id);
    bool more = true;
    for (int k = 0; k < 3 && more; k++)
        assert_int_equal(index_follow(i->ix, -1, &more), ERR_OK);
    assert_int_equal(index_world_total(i, "titre"), 41);
}

static void what_was_erased_leaves_no_byte(void **state)
{
    struct index_world *i = *state;
    char id[64], keep[64];
    record(i, "Xylophonique secretissime", "ici", NULL, id);
    for (int k = 0; k < 30; k++)
        record(i, "Autre fiche", "reste", NULL, keep);
    index_world_follow(i);
    assert_true(index_world_has_word(i, "xylophonique"));
    assert_true(index_world_has_bytes(i, "secretissime"));
    edit(i, "record.edit", id, json_pack("{s:{s:s}}", "title", "fr", "Rien"));
    assert_int_equal(index_clean(i->ix), ERR_OK);
    assert_false(index_world_has_word(i, "xylophonique"));
    assert_false(index_world_has_bytes(i, "ylophonique"));
    assert_false(index_world_has_bytes(i, "ecretissime"));
    assert_int_equal(index_world_total(i, "autre"), 30);
    assert_int_equal(index_clean(i->ix), ERR_OK);
    same_as_made_anew(i);
    index_close(i->ix);
    i->ix = NULL;
    assert_int_equal(index_clean_in(i->w->sites[0].dir), ERR_OK);
    assert_int_equal(index_remove(i->w->sites[0].dir), ERR_OK);
    assert_int_equal(index_clean_in(i->w->sites[0].dir), ERR_OK);
    assert_false(index_exists(i->w->sites[0].dir));
    index_world_again(i);
}

/* ---- counts, against a plain model ---- */

#define MODEL 120
struct model {
    char id[64];
    int type, country, year, lang, concept;
    bool word;
};
static const char *const types[] = {"experience", "analysis", "proposal"};
static const char *const countries[] = {"FR", "BE", "SN"};
static const char *const langs[] = {"fr", "en", "de"};

static void write_model(struct index_world *i, struct model *m, char concepts[3][64], uint64_t *seed)
{
#define PICK(n) ((int)((*seed = *seed * 6364136223846793005u + 1442695040888963407u) >> 33) % (n))
    char date[16];
    *m = (struct model){.type = PICK(3),
                        .country = PICK(3),
                        .year = 2010 + PICK(5),
                        .lang = PICK(3),
                        .concept = PICK(3),
                        .word = PICK(2) == 0};
    snprintf(date, sizeof date, "%d-0%d", m->year, 1 + PICK(9));
    json_t *r = json_pack("{s:s, s:s, s:{s:s}, s:{s:s}, s:s, s:[s]}", "type", types[m->type], "lang", langs[m->lang],
                          "title", langs[m->lang], m->word ? "Moulin" : "Grange", "place", "country",
                          countries[m->country], "date", date, "concepts", concepts[m->concept]);
    json_object_set_new(r, "abstract", json_pack("{s:s}", langs[m->lang], "texte"));
    index_world_record(i, r, m->id);
}

static size_t counted(json_t *result, const char *facet, const char *value)
{
    size_t k;
    json_t *v;
    json_array_foreach(json_object_get(json_object_get(result, "facets"), facet), k, v)
    {
        if (strcmp(json_string_value(json_object_get(v, "value")), value) == 0)
            return (size_t)json_integer_value(json_object_get(v, "count"));
    }
    return 0;
}

static void facets_are_counted_as_a_plain_walk_counts_them(void **state)
{
    struct index_world *i = *state;
    struct model *all = calloc(MODEL, sizeof *all);
    char concepts[3][64];
    uint64_t seed = 42;
    assert_non_null(all);
    for (int k = 0; k < 3; k++) {
        char label[16];
        snprintf(label, sizeof label, "Concept %d", k);
        concept(i, label, NULL, concepts[k]);
    }
    for (int k = 0; k < MODEL; k++)
        write_model(i, &all[k], concepts, &seed);
    for (int round = 0; round < 24; round++) {
        bool word = round & 1;
        int type = round % 4 - 1, year = round & 2 ? 2012 : 0, con = round & 4 ? round % 3 : -1;
        json_t *args = json_pack("{s:s}", "q", word ? "moulins" : "");
        char since[8];
        snprintf(since, sizeof since, "%d", year);
        if (type >= 0)
            json_object_set_new(args, "type", json_string(types[type]));
        if (year)
            json_object_set_new(args, "since", json_string(since));
        if (con >= 0)
            json_object_set_new(args, "concept", json_string(concepts[con]));
        json_t *r = index_world_ask(i, "search", args);
        size_t total = 0, by_type[3] = {0}, by_country[3] = {0}, by_lang[3] = {0}, by_concept[3] = {0},
               by_year[5] = {0};
        for (int k = 0; k < MODEL; k++) {
            const struct model *m = &all[k];
            if ((word && !m->word) || (type >= 0 && m->type != type) || (year && m->year < year) ||
                (con >= 0 && m->concept != con))
                continue;
            total++;
            by_type[m->type]++;
            by_country[m->country]++;
            by_lang[m->lang]++;
            by_concept[m->concept]++;
            by_year[m->year - 2010]++;
        }
        assert_int_equal(json_integer_value(json_object_get(r, "total")), total);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(counted(r, "type", types[k]), by_type[k]);
            assert_int_equal(counted(r, "country", countries[k]), by_country[k]);
            assert_int_equal(counted(r, "lang", langs[k]), by_lang[k]);
            assert_int_equal(counted(r, "concept", concepts[k]), by_concept[k]);
        }
        for (int k = 0; k < 5; k++) {
            char y[8];
            snprintf(y, sizeof y, "%d", 2010 + k);
            assert_int_equal(counted(r, "year", y), by_year[k]);
        }
        json_decref(r);
    }
    free(all);
}

#define T(name) cmocka_unit_test_setup_teardown(name, index_world_setup, index_world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_word_of_the_thesaurus_finds_what_is_indexed_with_it),
        T(a_concept_stands_for_what_lies_below_and_beside_it),
        T(merges_lead_to_one_concept),
        T(suggestions_begin_with_what_was_typed),
        T(what_is_edited_retired_or_revived_is_found_as_it_is_now),
        T(a_rebuilt_replica_has_an_equal_index),
        T(short_steps_come_to_the_same_end),
        T(an_index_that_does_not_fit_is_made_anew),
        T(damage_in_the_middle_of_work_is_mended),
        T(what_was_erased_leaves_no_byte),
        T(facets_are_counted_as_a_plain_walk_counts_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
