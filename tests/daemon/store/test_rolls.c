#include "tests/help/store_fixture.h"

#include "daemon/store/rolls.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void charters_come_back_by_number_then_id(void **state)
{
    struct store_fixture *f = *state;
    uint8_t low[HASH_BYTES] = {1}, high[HASH_BYTES] = {2}, first[HASH_BYTES] = {0xff};
    struct slice *all = NULL;
    size_t n = 99;
    bool fresh = false;
    assert_int_equal(rolls_charters(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 0);
    assert_int_equal(rolls_put_charter(f->s, high, 1, slice_text("rival high"), &fresh), ERR_OK);
    assert_int_equal(rolls_put_charter(f->s, first, 0, slice_text("founding"), &fresh), ERR_OK);
    assert_int_equal(rolls_put_charter(f->s, low, 1, slice_text("rival low"), &fresh), ERR_OK);
    assert_true(fresh);
    store_fixture_again(f, STORE_READ);
    assert_int_equal(rolls_charters(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 3);
    assert_true(slice_equal(all[0], slice_text("founding")));
    assert_true(slice_equal(all[1], slice_text("rival low")));
    assert_true(slice_equal(all[2], slice_text("rival high")));
}

static void a_known_charter_is_left_alone(void **state)
{
    struct store_fixture *f = *state;
    uint8_t id[HASH_BYTES] = {1};
    struct slice *all = NULL;
    size_t n = 0;
    bool fresh = false;
    assert_int_equal(rolls_put_charter(f->s, id, 0, slice_text("first"), &fresh), ERR_OK);
    assert_true(fresh);
    assert_int_equal(rolls_put_charter(f->s, id, 0, slice_text("second"), &fresh), ERR_OK);
    assert_false(fresh);
    assert_int_equal(rolls_charters(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_true(slice_equal(all[0], slice_text("first")));
}

static void acts_stand_apart_from_charters(void **state)
{
    struct store_fixture *f = *state;
    uint8_t id[HASH_BYTES] = {1}, other[HASH_BYTES] = {2};
    struct slice *all = NULL;
    size_t n = 0;
    bool fresh = false;
    assert_int_equal(rolls_put_charter(f->s, id, 0, slice_text("charter"), &fresh), ERR_OK);
    assert_int_equal(rolls_put_act(f->s, other, 2, slice_text("second act"), &fresh), ERR_OK);
    assert_int_equal(rolls_put_act(f->s, id, 1, slice_text("first act"), &fresh), ERR_OK);
    assert_true(fresh);
    assert_int_equal(rolls_put_act(f->s, id, 1, slice_text("first act"), &fresh), ERR_OK);
    assert_false(fresh);
    assert_int_equal(rolls_acts(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_true(slice_equal(all[0], slice_text("first act")));
    assert_true(slice_equal(all[1], slice_text("second act")));
}

static void a_number_past_63_bits_is_out_of_range(void **state)
{
    struct store_fixture *f = *state;
    uint8_t id[HASH_BYTES] = {1};
    bool fresh = true;
    assert_int_equal(rolls_put_charter(f->s, id, UINT64_MAX, slice_text("c"), &fresh), ERR_RANGE);
    assert_true(fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
        T(charters_come_back_by_number_then_id),
        T(a_known_charter_is_left_alone),
        T(acts_stand_apart_from_charters),
        T(a_number_past_63_bits_is_out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
