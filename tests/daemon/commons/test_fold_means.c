/* fold, view: what an ally declares for a year (PROTOCOL.md §10), and relay days, which no state shows. */
#include "tests/help/fold_at.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct fold_rules by_secretariat = {.adopt_by_secretariat = true};

static void fold_means(struct at *a)
{
    at_fold(a, ENTITY_MEANS, &by_secretariat);
}

static void a_later_declaration_replaces_what_it_has_seen(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_declare(a, 10, 1, MEANS_MONEY, 700, NULL, 0);
    size_t second = at_declare(a, 11, 2, MEANS_MONEY, 900, &first, 1); /* another site of the same ally */
    fold_means(a);
    FIELDS_LIVE(a, second);
    assert_int_equal(a->v.fields[0].field, MEANS_MONEY);
    assert_int_equal(a->v.conflicts, 0);
    at_end(a);
}

static void concurrent_declarations_that_differ_are_a_conflict_and_the_latest_is_shown(void **state)
{
    (void)state;
    struct at *a = at_begin();
    at_declare(a, 10, 1, MEANS_TIME, 60, NULL, 0);
    at_declare(a, 11, 2, MEANS_TIME, 90, NULL, 0);
    fold_means(a);
    FIELDS_LIVE(a, 0, 1);
    assert_true(a->v.fields[0].conflict);
    assert_int_equal(a->v.conflicts, 1);
    assert_ptr_equal(a->v.fields[0].shown, &a->v.fields[0].values[1]);
    at_end(a);
}

static void money_and_time_do_not_meet_and_equal_amounts_agree(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t money = at_declare(a, 10, 1, MEANS_MONEY, 60, NULL, 0);
    at_declare(a, 10, 2, MEANS_TIME, 60, &money, 1);
    at_declare(a, 11, 3, MEANS_TIME, 60, NULL, 0);
    fold_means(a);
    assert_int_equal(a->v.fields_n, 2);
    assert_int_equal(a->v.fields[0].values_n, 1);
    assert_int_equal(a->v.fields[1].values_n, 2);
    assert_int_equal(a->v.conflicts, 0);
    at_end(a);
}

static void another_ally_declares_nothing_here(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t own = at_declare(a, 10, 1, MEANS_MONEY, 700, NULL, 0);
    at_declare(a, 20, 2, MEANS_MONEY, 1, &own, 1);
    fold_means(a);
    FIELDS_LIVE(a, own);
    at_end(a);
}

static void an_erased_declaration_says_nothing_and_does_not_come_back(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_declare(a, 10, 1, MEANS_MONEY, 700, NULL, 0);
    size_t second = at_declare(a, 10, 2, MEANS_MONEY, 900, &first, 1);
    a->o.op[second].state = BODY_ERASED;
    fold_means(a);
    FIELDS_LIVE(a, second);
    assert_null(a->v.fields[0].shown);
    at_end(a);
}

static void relay_days_are_in_no_state(void **state)
{
    (void)state;
    struct at *a = at_begin();
    struct buf without;
    ops_dots(&a->o, OP_SITE_ANNOUNCE, 10, 1, NULL, 0);
    at_fold(a, ENTITY_SITE, &by_secretariat);
    buf_init(&without, FOLD_CANON_MAX);
    buf_append(&without, a->canon.at, a->canon.len);
    ops_dots(&a->o, OP_SITE_RELAYS, 10, 2, NULL, 0);
    at_fold(a, ENTITY_SITE, &by_secretariat);
    assert_true(slice_equal(buf_slice(&without), buf_slice(&a->canon)));
    assert_int_equal(a->v.pending_n, 0);
    buf_fini(&without);
    at_end(a);
}

/* The third worked example of PROTOCOL.md §10. */
static void canonical_bytes_of_means_are_as_the_protocol_says(void **state)
{
    (void)state;
    struct at *a = at_begin();
    struct write_spec money = {.field = MEANS_MONEY, .weight = 120051, .text = "rooms"};
    ops_write(&a->o, OP_MEANS_DECLARE, 10, 1, &money, 1, NULL, 0);
    at_declare(a, 10, 2, MEANS_TIME, 2100, NULL, 0);
    at_declare(a, 11, 3, MEANS_TIME, 2400, NULL, 0);
    fold_means(a);
    at_bytes(a,
             "9404c40a010101010101010107ea9292019192c411b179379e0000000000000000000000010092ce0001d4f2a5726f6f6d73"
             "92029292c41162f36e3c0000000000000000000000010192cd0834c092c411136da6da0000000000000000000000010292cd"
             "0960c090",
             "08c0ede2cef5d442a6ed7d302d8bffa119825b33641c1c26f24b7f75a806e554");
    at_end(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_declaration_replaces_what_it_has_seen),
        cmocka_unit_test(concurrent_declarations_that_differ_are_a_conflict_and_the_latest_is_shown),
        cmocka_unit_test(money_and_time_do_not_meet_and_equal_amounts_agree),
        cmocka_unit_test(another_ally_declares_nothing_here),
        cmocka_unit_test(an_erased_declaration_says_nothing_and_does_not_come_back),
        cmocka_unit_test(relay_days_are_in_no_state),
        cmocka_unit_test(canonical_bytes_of_means_are_as_the_protocol_says),
    };
    return sign_start() == ERR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
