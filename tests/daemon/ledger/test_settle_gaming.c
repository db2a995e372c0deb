/* settle: what an ally might try in order to look better than it is. It has no effect, or it is seen. */
#include "tests/help/facts_made.h"

#include "conf/ruleset.def"
#include "protocol/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

/* Five allies with the scores of rule set 1, each with one complete record. */
static void given(struct made *m)
{
    static const struct {
        const char *kind;
        uint64_t points, cap;
    } scores[] = {
#define X(kind, points, cap) {kind, points, cap},
        RULESET_SCORES(X)
#undef X
    };
    made_init(m, 5);
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        enum ledger_kind kind;
        assert_true(ledger_kind_find(slice_text(scores[i].kind), &kind));
        m->policy.points[kind] = scores[i].points;
        m->policy.cap[kind] = scores[i].cap;
    }
    for (unsigned ally = 1; ally <= 5; ally++)
        made_publish(m, ally, 1, 0, FACT_FULL);
}

static uint64_t points(struct made *m, unsigned ally)
{
    return made_settle(m, true)->allies[ally - 1].points;
}

static void citing_oneself_gives_nothing(void **state)
{
    (void)state;
    struct made m;
    given(&m);
    uint64_t before = points(&m, 2);
    made_propose(&m, 2, 1, 0, FACT_STANDS);
    for (unsigned k = 0; k < 50; k++) {
        made_link(&m, 2, 1, 2, 1, k);
        made_index(&m, 2, 1, 1, k);
        made_review(&m, 2, 2, 1, k, k);
        made_adopted(&m, 2, 2, 1, k, FACT_LABEL, k);
    }
    assert_int_equal(points(&m, 2), before);
    assert_int_equal(made_sum(&m, 2, LEDGER_REUSE_RECEIVED)->left_out[LEDGER_SELF], 100);
    made_fini(&m);
}

static void rings_of_two_are_seen(void **state)
{
    (void)state;
    struct made m;
    struct ledger_ring *rings;
    size_t n;
    given(&m);
    for (unsigned k = 2; k < 10; k++) { /* 2 and 3 cite each other all the year */
        made_publish(&m, 2, k, k, FACT_FULL);
        made_publish(&m, 3, k, k, FACT_FULL);
        made_link(&m, 2, k, 3, k, k);
        made_link(&m, 3, k, 2, k, k);
    }
    made_link(&m, 1, 1, 4, 1, 5); /* and 1 and 4 once */
    made_link(&m, 4, 1, 1, 1, 5);
    for (unsigned k = 2; k < 5; k++) {
        made_link(&m, 1, 1, 2, k, k);
        made_link(&m, 5, 1, 3, k, k);
    }
    made_settle(&m, true);
    assert_int_equal(ledger_rings(&m.ledger, &m.world.arena, &rings, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_ptr_equal(rings[0].a, &m.ledger.allies[1]);
    assert_ptr_equal(rings[0].b, &m.ledger.allies[2]);
    assert_int_equal(rings[0].a_from_b, 8);
    assert_int_equal(rings[0].b_from_a, 8);
    for (unsigned k = 0; k < 8; k++) { /* who is read by others too is in no ring */
        made_publish(&m, 2, 20 + k, 20, FACT_FULL);
        made_link(&m, 4, 1, 2, 20 + k, 20);
        made_link(&m, 5, 1, 2, 20 + k, 20);
    }
    made_settle(&m, true);
    assert_int_equal(ledger_rings(&m.ledger, &m.world.arena, &rings, &n), ERR_OK);
    assert_int_equal(n, 0);
    made_fini(&m);
}

static void a_record_split_in_fifty_is_capped_and_told_as_fifty_small_ones(void **state)
{
    (void)state;
    struct made m;
    given(&m);
    for (unsigned k = 2; k < 52; k++)
        made_publish(&m, 2, k, 7, FACT_THIN);
    made_settle(&m, true);
    assert_int_equal(made_sum(&m, 2, LEDGER_RECORD_FULL)->count, 21);
    assert_int_equal(made_sum(&m, 2, LEDGER_RECORD_FULL)->small, 20);
    assert_int_equal(made_sum(&m, 2, LEDGER_RECORD_FULL)->left_out[LEDGER_CAPPED], 30);
    made_fini(&m);
}

static void near_copies_give_nothing_whoever_makes_them(void **state)
{
    (void)state;
    struct made m;
    given(&m);
    uint64_t two = points(&m, 2), three = points(&m, 3);
    for (unsigned k = 2; k < 30; k++) {
        made_publish(&m, 2, k, k, FACT_FULL)->data = made_sketch(&m, 1000 + 200000 + 1, k, 36 + k % 12);
        made_publish(&m, 3, k, k, FACT_FULL)->data = made_sketch(&m, 1000 + 200000 + 1, k, 36 + k % 12);
        made_link(&m, 3, k, 2, 1, k); /* nor do they help others */
        made_link(&m, 1, 1, 3, k, k);
    }
    assert_int_equal(points(&m, 2), two);
    assert_int_equal(points(&m, 3), three);
    made_fini(&m);
}

static void mass_indexing_counts_once_a_concept_and_is_capped(void **state)
{
    (void)state;
    struct made m;
    given(&m);
    made_propose(&m, 2, 0, 0, FACT_STANDS);
    for (unsigned k = 2; k < 300; k++) {
        made_publish(&m, 3, k, k / 20, FACT_PARTIAL);
        made_index(&m, 3, k, 0, k / 20);
    }
    made_settle(&m, true);
    assert_int_equal(made_sum(&m, 2, LEDGER_REUSE_RECEIVED)->count, 1);
    for (unsigned c = 1; c < 100; c++) {
        made_propose(&m, 2, c, 0, FACT_STANDS);
        made_index(&m, 3, 1, c, 30);
    }
    made_settle(&m, true);
    assert_int_equal(made_sum(&m, 2, LEDGER_REUSE_RECEIVED)->count, 21);
    assert_int_equal(made_sum(&m, 2, LEDGER_REUSE_RECEIVED)->left_out[LEDGER_CAPPED], 79);
    made_fini(&m);
}

static bool day_100(void *ctx, const struct head *head, uint64_t *clock)
{
    (void)ctx, (void)head;
    *clock = (uint64_t)(MADE_DAY + 100) * (uint64_t)CLOCK_DAY_MS << 16;
    return true;
}

static void dating_back_evades_no_cap_and_no_earlier_record(void **state)
{
    (void)state;
    struct made m;
    given(&m);
    struct head heads[] = {world_head(&m.world, world_seed(1), 5, 10),
                           world_head(&m.world, world_seed(3), 5, m.seq + 1)};
    made_publish(&m, 3, 2, 90, FACT_FULL)->data = made_sketch(&m, 7, 0, 48); /* the last that the checkpoint covers */
    world_checkpoint(&m.world, world_heads(&m.world, heads, 2), 2);
    made_rebuild(&m, day_100);
    for (unsigned k = 2; k < 62; k++)
        made_publish(&m, 2, k, k, FACT_FULL);
    made_publish(&m, 2, 99, 5, FACT_FULL)->data = made_sketch(&m, 7, 1, 40); /* says it was there before */
    made_settle(&m, true);
    const struct ledger_sum *s = made_sum(&m, 2, LEDGER_RECORD_FULL);
    assert_int_equal(s->count, 20);
    assert_int_equal(s->left_out[LEDGER_CAPPED], 41);
    assert_int_equal(s->left_out[LEDGER_NEAR_COPY], 1);
    assert_int_equal(made_sum(&m, 3, LEDGER_RECORD_FULL)->count, 2);
    made_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(citing_oneself_gives_nothing),
        cmocka_unit_test(rings_of_two_are_seen),
        cmocka_unit_test(a_record_split_in_fifty_is_capped_and_told_as_fifty_small_ones),
        cmocka_unit_test(near_copies_give_nothing_whoever_makes_them),
        cmocka_unit_test(mass_indexing_counts_once_a_concept_and_is_capped),
        cmocka_unit_test(dating_back_evades_no_cap_and_no_earlier_record),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
