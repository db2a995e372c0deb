/* days: which checkpoint covers an op first, what time it has, and the day on which an op counts. */
#include "daemon/ledger/days.h"

#include "protocol/base/clock.h"
#include "tests/help/charter_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const uint8_t all[] = {0x11, 0x21, 0x31};

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

static uint64_t at(uint64_t day)
{
    return (day * (uint64_t)CLOCK_DAY_MS + 1000) << 16;
}

/* The commit with seq n was written on day n. */
static bool day_is_seq(void *ctx, const struct head *head, uint64_t *clock)
{
    (void)ctx;
    *clock = at(head->seq);
    return true;
}

static bool unknown(void *ctx, const struct head *head, uint64_t *clock)
{
    (void)ctx, (void)head, (void)clock;
    return false;
}

static void enact(struct world *w, const struct head *heads, size_t n)
{
    struct world_draft *d = world_draft(w, true);
    d->charter.checkpoint = world_heads(w, heads, n);
    d->charter.checkpoint_n = n;
    world_enact(w, &d->charter, all, sizeof all);
}

static struct fact_op op(struct world *w, uint8_t seed, uint64_t seq, uint64_t day)
{
    struct head h = world_head(w, seed, 5, seq);
    return (struct fact_op){.log = h.log, .seq = seq, .clock = at(day)};
}

/*
 * Checkpoints: 0 of charter 0 · 1 of an act: secretariat to 20, ally 2 to 4 · 2 of charter 1: secretariat to 50, ally 2 to 9 ·
 * 3 of charter 2: ally 2 to 12, nothing of the secretariat's
 */
static void grow(struct world *w)
{
    world_init(w, 3);
    struct head first[] = {world_head(w, 0x11, 5, 20), world_head(w, 0x21, 5, 4)};
    struct head second[] = {world_head(w, 0x11, 5, 50), world_head(w, 0x21, 5, 9), world_head(w, 0x31, 5, 900)};
    struct head third[] = {world_head(w, 0x21, 5, 12)};
    world_admit(w, 4, 0x41);
    world_checkpoint(w, first, 2);
    enact(w, second, 3);
    enact(w, third, 1);
}

static void built(days_clock_fn *clock, void (*check)(struct world *w, const struct days *d))
{
    struct world w;
    grow(&w);
    struct authority a = world_build(&w);
    struct days d;
    assert_int_equal(days_build(&a, clock, NULL, &w.arena, &d), ERR_OK);
    check(&w, &d);
    authority_fini(&a);
    world_fini(&w);
}

static size_t span(struct world *w, const struct days *d, uint8_t seed, uint64_t seq)
{
    struct fact_op o = op(w, seed, seq, 1);
    return days_span(d, &o.log, o.seq);
}

static void spans_are(struct world *w, const struct days *d)
{
    assert_int_equal(d->points_n, 4);
    assert_int_equal(span(w, d, 0x21, 1), 1);
    assert_int_equal(span(w, d, 0x21, 4), 1);
    assert_int_equal(span(w, d, 0x21, 5), 2);
    assert_int_equal(span(w, d, 0x21, 9), 2);
    assert_int_equal(span(w, d, 0x21, 12), 3);
    assert_int_equal(span(w, d, 0x21, 13), 4);
    assert_int_equal(span(w, d, 0x31, 1), 2);
    assert_int_equal(span(w, d, 0x11, 51), 4);
    assert_int_equal(span(w, d, 0x41, 1), 4);
}

static void the_first_checkpoint_that_covers_an_op_is_its_span(void **state)
{
    (void)state;
    built(day_is_seq, spans_are);
    built(NULL, spans_are);
    built(unknown, spans_are);
}

static unsigned day(struct world *w, const struct days *d, uint8_t seed, uint64_t seq, uint64_t claimed)
{
    struct fact_op o = op(w, seed, seq, claimed);
    return days_day(d, &o);
}

static void days_are_kept(struct world *w, const struct days *d)
{
    assert_int_equal(day(w, d, 0x21, 4, 7), 7);
    assert_int_equal(day(w, d, 0x21, 4, 33), 20); /* the secretariat's head in the act */
    assert_int_equal(day(w, d, 0x21, 5, 7), 20);  /* dated back before a checkpoint that does not cover it */
    assert_int_equal(day(w, d, 0x21, 5, 33), 33);
    assert_int_equal(day(w, d, 0x31, 5, 400), 50); /* ally 3's own head, with a clock of day 900, is no witness */
    assert_int_equal(day(w, d, 0x21, 12, 3), 50);
    assert_int_equal(day(w, d, 0x21, 12, 400), 400); /* a checkpoint without the secretariat bounds nothing */
    assert_int_equal(day(w, d, 0x21, 13, 3), 50);
    assert_int_equal(day(w, d, 0x21, 13, 400), 400);
}

static void a_day_is_kept_between_the_checkpoints_around_it(void **state)
{
    (void)state;
    built(day_is_seq, days_are_kept);
}

static void days_are_as_claimed(struct world *w, const struct days *d)
{
    assert_int_equal(day(w, d, 0x21, 5, 7), 7);
    assert_int_equal(day(w, d, 0x31, 5, 400), 400);
}

static void without_known_clocks_a_day_is_the_one_claimed(void **state)
{
    (void)state;
    built(unknown, days_are_as_claimed);
    built(NULL, days_are_as_claimed);
}

static void a_checkpoint_is_never_before_the_one_before(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct head first[] = {world_head(&w, 0x11, 5, 50)},
                second[] = {world_head(&w, 0x11, 6, 30), world_head(&w, 0x21, 5, 4)};
    enact(&w, first, 1);
    enact(&w, second, 2);
    struct authority a = world_build(&w);
    struct days d;
    assert_int_equal(days_build(&a, day_is_seq, NULL, &w.arena, &d), ERR_OK);
    assert_int_equal(day(&w, &d, 0x21, 4, 40), 50);
    assert_int_equal(day(&w, &d, 0x21, 4, 60), 50);
    authority_fini(&a);
    world_fini(&w);
}

static void what_a_later_checkpoint_covers_as_well_stays_where_it_was(void **state)
{
    (void)state;
    struct world w;
    grow(&w);
    struct head lower[] = {world_head(&w, 0x21, 5, 2)};
    world_checkpoint(&w, lower, 1);
    struct authority a = world_build(&w);
    struct days d;
    assert_int_equal(days_build(&a, day_is_seq, NULL, &w.arena, &d), ERR_OK);
    assert_int_equal(d.points_n, 5);
    assert_int_equal(span(&w, &d, 0x21, 2), 1);
    assert_int_equal(span(&w, &d, 0x21, 12), 3);
    authority_fini(&a);
    world_fini(&w);
}

static void an_alliance_without_checkpoints_has_one_open_span(void **state)
{
    (void)state;
    struct authority a = {0};
    struct arena arena = {0};
    struct days d;
    assert_int_equal(days_build(&a, day_is_seq, NULL, &arena, &d), ERR_OK);
    struct fact_op o = {.seq = 1, .clock = at(20000)};
    assert_int_equal(days_span(&d, &o.log, 1), 0);
    assert_int_equal(days_day(&d, &o), 20000);
    arena_fini(&arena);
}

static void months_and_quarters_are_those_of_the_calendar(void **state)
{
    (void)state;
    assert_int_equal(days_month(0), 1970 * 12);
    assert_int_equal(days_month(20512), 2026 * 12 + 1);  /* 2026-02-28 */
    assert_int_equal(days_month(20513), 2026 * 12 + 2);  /* 2026-03-01 */
    assert_int_equal(days_quarter(20512), 2026 * 4);     /* January to March */
    assert_int_equal(days_quarter(20543), 2026 * 4);     /* 2026-03-31 */
    assert_int_equal(days_quarter(20544), 2026 * 4 + 1); /* 2026-04-01 */
    assert_int_equal(days_quarter(20818), 2026 * 4 + 3); /* 2026-12-31 */
    assert_int_equal(days_month(19782), 2024 * 12 + 1);  /* 2024-02-29 */
}

static void every_month_begins_where_the_one_before_ends(void **state)
{
    (void)state;
    for (unsigned day = 0, month = DAYS_MONTH_MIN - 1; day < 90000; day++) {
        if (days_month(day) == month)
            continue;
        assert_int_equal(days_month(day), ++month);
        assert_int_equal(days_first(month), day);
    }
}

static void the_ledgers_order_is_by_span_then_as_ops_are_ordered(void **state)
{
    (void)state;
    struct fact_op a = {.clock = 5, .seq = 2}, b = {.clock = 5, .seq = 3};
    assert_true(days_compare(&a, 2, &b, 1) > 0);
    assert_true(days_compare(&a, 1, &b, 1) < 0);
    b.clock = 4;
    assert_true(days_compare(&a, 1, &b, 1) > 0);
    b = a;
    assert_int_equal(days_compare(&a, 1, &b, 1), 0);
    b.dot.index = 1;
    assert_true(days_compare(&a, 1, &b, 1) < 0);
    a.log.incarnation = 9;
    assert_true(days_compare(&a, 1, &b, 1) > 0);
    b.log.site[0] = 1;
    assert_true(days_compare(&a, 1, &b, 1) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_checkpoint_that_covers_an_op_is_its_span),
        cmocka_unit_test(a_day_is_kept_between_the_checkpoints_around_it),
        cmocka_unit_test(without_known_clocks_a_day_is_the_one_claimed),
        cmocka_unit_test(a_checkpoint_is_never_before_the_one_before),
        cmocka_unit_test(what_a_later_checkpoint_covers_as_well_stays_where_it_was),
        cmocka_unit_test(an_alliance_without_checkpoints_has_one_open_span),
        cmocka_unit_test(months_and_quarters_are_those_of_the_calendar),
        cmocka_unit_test(every_month_begins_where_the_one_before_ends),
        cmocka_unit_test(the_ledgers_order_is_by_span_then_as_ops_are_ordered),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
