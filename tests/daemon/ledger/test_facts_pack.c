/* Facts as they are stored. */
#include "daemon/ledger/facts_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint8_t record[RECORD_BYTES] = {1, 2, 3};

static struct fact some_fact(enum fact_kind kind)
{
    static const uint8_t bytes[300] = {7, 8, 9};
    struct fact f = {
        .kind = kind,
        .type = ENTITY_RECORD,
        .entity = slice_of(record, sizeof record),
        .term = 3,
        .op = {.dot = {{4, 5}, 255}, .log = {{6}, 70000}, .seq = UINT64_MAX, .clock = UINT64_MAX},
        .ally = {1  },
        .other = {2                   },
        .target = slice_of(bytes, kind == FACT_LINK ? RECORD_BYTES : 0),
        .sort = UINT32_MAX,
        .amount = UINT64_MAX,
        .data = slice_of(bytes, kind == FACT_RECORD ? sizeof bytes : 0),
        .made = slice_of(bytes, kind == FACT_RECORD ? 24 : 0)
    };
    return f;
}

static void facts_are_read_as_they_were_packed(void **state)
{
    (void)state;
    struct fact facts[] = {some_fact(FACT_RECORD), some_fact(FACT_LINK), some_fact(FACT_REVIEW)}, read[3];
    struct buf packed;
    buf_init(&packed, 4096);
    facts_pack(facts, 3, &packed);
    assert_int_equal(packed.err, ERR_OK);
    assert_int_equal(facts_packed(buf_slice(&packed)), 3);
    assert_int_equal(facts_unpack(buf_slice(&packed), ENTITY_RECORD, facts[0].entity, 3, read), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        assert_true(fact_equal(&facts[i], &read[i]));
    buf_fini(&packed);
}

static void what_is_cut_or_has_more_behind_it_is_refused(void **state)
{
    (void)state;
    struct fact facts[] = {some_fact(FACT_LINK), some_fact(FACT_REVIEW)}, read[2];
    struct buf packed;
    buf_init(&packed, 4096);
    facts_pack(facts, 2, &packed);
    for (size_t len = 0; len < packed.len; len++) {
        uint8_t *cut = malloc(len + 1);
        assert_non_null(cut);
        memcpy(cut + 1, packed.at, len); /* so that it ends where the block does */
        assert_int_equal(facts_unpack(slice_of(cut + 1, len), ENTITY_RECORD, facts[0].entity, 3, read), ERR_DATABASE);
        free(cut);
    }
    buf_byte(&packed, 0);
    assert_int_equal(facts_unpack(buf_slice(&packed), ENTITY_RECORD, facts[0].entity, 3, read), ERR_DATABASE);
    buf_fini(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_read_as_they_were_packed),
        cmocka_unit_test(what_is_cut_or_has_more_behind_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
