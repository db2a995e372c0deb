#include "tests/help/index_world.h"
#include "tests/help/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void open_index(struct index_world *i)
{
    struct why why = {0};
    assert_int_equal(index_open(i->w->sites[0].dir, &i->ix, &why), ERR_OK);
    index_limit(i->ix, 60000); /* machines are slow at times, and answers are to be whole */
}

int index_world_setup(void **state)
{
    struct index_world *i = calloc(1, sizeof *i);
    assert_non_null(i);
    i->w = world_alliance(7, 1);
    open_index(i);
    *state = i;
    return 0;
}

int index_world_teardown(void **state)
{
    struct index_world *i = *state;
    index_close(i->ix);
    world_free(i->w);
    free(i);
    return 0;
}

void index_world_again(struct index_world *i)
{
    index_close(i->ix);
    open_index(i);
}

void index_world_record(struct index_world *i, json_t *fields, char id[64])
{
    world_record_of(i->w, 0, fields, id);
}

void index_world_concept(struct index_world *i, json_t *fields, char id[64])
{
    world_concept_of(i->w, 0, fields, id);
}

void index_world_follow(struct index_world *i)
{
    bool more = true;
    assert_int_equal(index_follow(i->ix, -1, &more), ERR_OK);
    assert_false(more);
}

static json_t *answer(struct index_world *i, const char *what, json_t *args)
{
    struct buf out;
    json_t *request = json_pack("{s:s, s:s, s:o}", "do", what, "lang", "fr", "args", args ? args : json_object());
    char *text = json_dumps(request, JSON_COMPACT);
    buf_init(&out, INDEX_ANSWER_BYTES);
    assert_int_equal(index_answer(i->ix, slice_text(text), &out), ERR_OK);
    json_t *json = json_loadb((const char *)out.at, out.len, 0, NULL);
    assert_non_null(json);
    buf_fini(&out);
    free(text);
    json_decref(request);
    return json;
}

json_t *index_world_ask(struct index_world *i, const char *what, json_t *args)
{
    index_world_follow(i);
    json_t *json = answer(i, what, args), *result = json_incref(json_object_get(json, "result"));
    if (!result || json_object_get(json, "error"))
        print_error("%s: %s\n", what, json_dumps(json, 0));
    assert_non_null(result);
    assert_null(json_object_get(json, "error"));
    json_decref(json);
    return result;
}

void index_world_refused(struct index_world *i, json_t *args, const char *name)
{
    json_t *json = answer(i, "search", args);
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "error"), "name")), name);
    json_decref(json);
}

size_t index_world_count(struct index_world *i, json_t *args)
{
    json_t *r = index_world_ask(i, "search", args);
    size_t total = (size_t)json_integer_value(json_object_get(r, "total"));
    assert_false(json_is_true(json_object_get(r, "partial")));
    json_decref(r);
    return total;
}

size_t index_world_total(struct index_world *i, const char *words)
{
    return index_world_count(i, json_pack("{s:s}", "q", words));
}

bool index_world_has_word(struct index_world *i, const char *folded)
{
    char path[256];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    snprintf(path, sizeof path, "%s/%s", i->w->sites[0].dir, INDEX_NAME);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "CREATE VIRTUAL TABLE temp.v USING fts5vocab('main', 'words', 'instance')", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT 1 FROM v WHERE term = ?", -1, &st, NULL), SQLITE_OK);
    sqlite3_bind_text(st, 1, folded, -1, SQLITE_STATIC);
    bool found = sqlite3_step(st) == SQLITE_ROW;
    sqlite3_finalize(st);
    sqlite3_close(db);
    return found;
}

bool index_world_has_bytes(struct index_world *i, const char *bytes)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    char path[256];
    bool found = false;
    for (size_t k = 0; k < sizeof tails / sizeof *tails; k++) {
        snprintf(path, sizeof path, "%s/%s%s", i->w->sites[0].dir, INDEX_NAME, tails[k]);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        size_t len = store_fixture_size(path);
        uint8_t *at = malloc(len + 1);
        assert_non_null(at);
        assert_int_equal(read(fd, at, len), len);
        close(fd);
        found |= memmem(at, len, bytes, strlen(bytes)) != NULL;
        free(at);
    }
    return found;
}
