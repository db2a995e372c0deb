#include "tests/help/store_fixture.h"

#include "daemon/store/changed.h"
#include "daemon/store/replica.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define RECORD_A  slice_of("ally-one0123456789abcdef", 24)
#define RECORD_B  slice_of("ally-one1123456789abcdef", 24)
#define CONCEPT_A slice_of("concept-a-------", 16)

static void put(struct store_fixture *f, enum entity_type type, struct slice id, const char *canon)
{
    assert_int_equal(replica_put(f->s, type, id, slice_text(canon)), ERR_OK);
}

static uint64_t last(struct store_fixture *f)
{
    struct changed_state state;
    assert_int_equal(changed_state(f->s, &state), ERR_OK);
    return state.last;
}

static size_t since(struct store_fixture *f, enum entity_type type, uint64_t after, struct changed_row **rows)
{
    size_t n = 99;
    assert_int_equal(changed_since(f->s, type, after, 10, &f->arena, rows, &n), ERR_OK);
    return n;
}

static void entities_stand_by_their_latest_change(void **state)
{
    struct store_fixture *f = *state;
    struct changed_row *rows = NULL;
    assert_int_equal(last(f), 0);
    put(f, ENTITY_RECORD, RECORD_A, "one");
    put(f, ENTITY_CONCEPT, CONCEPT_A, "one");
    put(f, ENTITY_RECORD, RECORD_B, "one");
    put(f, ENTITY_RECORD, RECORD_A, "two");
    assert_int_equal(last(f), 4);
    assert_int_equal(since(f, ENTITY_RECORD, 0, &rows), 2);
    assert_true(slice_equal(rows[0].entity, RECORD_B) && rows[0].number == 3);
    assert_true(slice_equal(rows[1].entity, RECORD_A) && rows[1].number == 4);
    assert_int_equal(since(f, ENTITY_RECORD, 3, &rows), 1);
    assert_int_equal(since(f, ENTITY_RECORD, 4, &rows), 0);
    assert_int_equal(since(f, ENTITY_CONCEPT, 0, &rows), 1);
}

static void what_stays_the_same_has_not_changed(void **state)
{
    struct store_fixture *f = *state;
    put(f, ENTITY_RECORD, RECORD_A, "one");
    put(f, ENTITY_RECORD, RECORD_A, "one");
    assert_int_equal(last(f), 1);
}

static void what_is_gone_has_changed(void **state)
{
    struct store_fixture *f = *state;
    struct changed_row *rows = NULL;
    put(f, ENTITY_RECORD, RECORD_A, "one");
    assert_int_equal(replica_drop(f->s, ENTITY_RECORD, RECORD_A), ERR_OK);
    assert_int_equal(since(f, ENTITY_RECORD, 1, &rows), 1);
    assert_true(slice_equal(rows[0].entity, RECORD_A) && rows[0].number == 2);
}

static void tables_made_anew_are_another_generation(void **state)
{
    struct store_fixture *f = *state;
    struct changed_state before, after;
    put(f, ENTITY_RECORD, RECORD_A, "one");
    assert_int_equal(changed_state(f->s, &before), ERR_OK);
    assert_int_equal(store_begin(f->s), ERR_OK);
    assert_int_equal(store_drop_derived(f->s), ERR_OK);
    assert_int_equal(store_commit(f->s), ERR_OK);
    assert_int_equal(changed_state(f->s, &after), ERR_OK);
    assert_memory_not_equal(before.generation, after.generation, GENERATION_BYTES);
    assert_int_equal(after.last, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(entities_stand_by_their_latest_change),
        T(what_stays_the_same_has_not_changed),
        T(what_is_gone_has_changed),
        T(tables_made_anew_are_another_generation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
