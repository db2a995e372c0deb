/* relays: through whom changes came is noted day by day and told once a month is over, by the daemon's own site, whatever happens in between. */
#include "tests/help/core_world.h"

#include "daemon/core/host.h"
#include "daemon/store/relayed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY_MS    INT64_C(86400000)
#define SEPTEMBER (2026 * 12 + 8) /* in which a world begins: on the 21st */

static const uint8_t *key_of(struct world *w, size_t at)
{
    return w->sites[at].core->own[0].key.pub;
}

/* What site `by` told of its relays, as `at` has it: how many ops; *days of a month and a relay, all of them together. */
static size_t told(struct world *w, size_t at, size_t by, unsigned month, size_t relay, uint32_t *days)
{
    struct arena arena = {0};
    struct replica_op *ops = NULL;
    size_t n = 0, found = 0;
    *days = 0;
    assert_int_equal(
        replica_ops(w->sites[at].core->store, ENTITY_SITE, slice_of(key_of(w, by), SITE_BYTES), &arena, &ops, &n),
        ERR_OK);
    for (size_t i = 0; i < n; i++) {
        struct op op;
        if (ops[i].kind != OP_SITE_RELAYS)
            continue;
        assert_int_equal(op_decode(ops[i].header, NULL, &arena, &op), ERR_OK);
        found++;
        for (size_t k = 0; op.month == month && k < op.relays_n; k++)
            if (memcmp(op.relays[k].site, key_of(w, relay), SITE_BYTES) == 0)
                *days |= op.relays[k].days;
    }
    arena_fini(&arena);
    return found;
}

static void assert_told(struct world *w, size_t by, size_t ops, size_t relay, uint32_t expected)
{
    uint32_t days;
    for (size_t at = 0; at < w->sites_n; at++) {
        assert_int_equal(told(w, at, by, SEPTEMBER, relay, &days), ops);
        assert_int_equal(days, expected);
    }
}

/* Days go by on every wall clock; time itself hardly passes. */
static void days_later(struct world *w, int64_t days)
{
    for (size_t i = 0; i < w->sites_n; i++)
        w->sites[i].skew_ms += days * DAY_MS;
    world_run(w, 3000);
    assert_true(world_settle(w, 120000));
}

/* Sites 0 and 2 reach each other through site 1 alone; what was noted while they joined is forgotten. */
static struct world *through_the_middle(uint64_t seed)
{
    struct world *w = world_alliance(seed, 3);
    world_block(w, 0, 2, true);
    world_cut(w, 0, 2);
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < 3; i++) {
        uint8_t last[SITE_BYTES];
        memset(last, 0xff, sizeof last);
        assert_int_equal(relayed_drop(w->sites[i].core->store, 0, INT64_MAX, last), ERR_OK);
    }
    return w;
}

static void record(struct world *w, size_t at, const char *source)
{
    char id[64];
    world_record(w, at, source, "Jardin", id);
    assert_true(world_settle(w, 60000));
}

static void the_days_of_a_month_are_told_once_it_is_over(void **state)
{
    (void)state;
    struct world *w = through_the_middle(611);
    record(w, 2, "un"); /* on the 21st, twice */
    record(w, 2, "deux");
    days_later(w, 2);
    record(w, 0, "trois"); /* on the 23rd, the other way */
    days_later(w, 4);
    record(w, 2, "quatre"); /* on the 27th */
    assert_told(w, 0, 0, 1, 0);
    days_later(w, 4); /* 1 October */
    assert_told(w, 0, 1, 1, 1u << 20 | 1u << 26);
    assert_told(w, 2, 1, 1, 1u << 22);
    assert_told(w, 1, 0, 0, 0); /* whom both reach got nothing through anybody */
    days_later(w, 1);
    assert_told(w, 0, 1, 1, 1u << 20 | 1u << 26);
    world_verify(w, 1);
    world_free(w);
}

static void neither_a_stop_nor_a_crash_tells_twice_or_forgets(void **state)
{
    (void)state;
    struct world *w = through_the_middle(612);
    record(w, 2, "un");
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    days_later(w, 10);
    assert_told(w, 0, 1, 1, 1u << 20);
    world_stop(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    days_later(w, 1);
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    days_later(w, 1);
    assert_told(w, 0, 1, 1, 1u << 20);
    world_free(w);
}

static void what_an_author_or_its_host_brings_itself_is_no_relaying(void **state)
{
    (void)state;
    struct world *w = world_alliance(613, 2);
    int64_t day;
    json_decref(world_do(w, 0, "site.add", json_pack("{s:s, s:s}", "ally", "Invité", "name", "invite")));
    assert_true(world_settle(w, 60000));
    uint8_t last[SITE_BYTES];
    memset(last, 0xff, sizeof last); /* before it announced whose daemon it has, nobody could know */
    assert_int_equal(relayed_drop(w->sites[1].core->store, 0, INT64_MAX, last), ERR_OK);
    json_decref(world_do(w, 0, "record.write",
                         json_pack("{s:s, s:s, s:[{s:i, s:{s:s, s:s}}]}", "site", "invite", "mode", "add", "lines",
                                   "line", 1, "record", "lang", "fr", "title", "Jardin")));
    json_decref(world_do(w, 0, "record.write",
                         json_pack("{s:s, s:s, s:[{s:i, s:{s:s, s:s}}]}", "site", w->sites[0].name, "mode", "add",
                                   "lines", "line", 1, "record", "lang", "fr", "title", "Jardin")));
    assert_true(world_settle(w, 60000));
    assert_int_equal(relayed_first(w->sites[1].core->store, &day), ERR_NOT_FOUND);
    assert_int_equal(relayed_first(w->sites[0].core->store, &day), ERR_NOT_FOUND);
    days_later(w, 10);
    assert_told(w, 0, 0, 1, 0);
    assert_told(w, 1, 0, 0, 0);
    world_free(w);
}

static void who_may_not_write_tells_when_it_may_again(void **state)
{
    (void)state;
    struct world *w = through_the_middle(614);
    record(w, 0, "un");
    json_decref(world_do(w, 0, "ally.suspend", json_pack("{s:s, s:s}", "ally", w->sites[2].name, "reason", "essai")));
    assert_true(world_settle(w, 60000));
    days_later(w, 10);
    assert_told(w, 2, 0, 1, 0);
    json_decref(world_do(w, 0, "ally.lift", json_pack("{s:s, s:s}", "ally", w->sites[2].name, "reason", "fini")));
    days_later(w, 1);
    assert_told(w, 2, 1, 1, 1u << 20);
    world_free(w);
}

static void months_that_went_by_unseen_are_told_one_by_one(void **state)
{
    (void)state;
    struct world *w = through_the_middle(615);
    uint32_t days;
    record(w, 2, "un");
    world_stop(w, 0);
    struct relayed august = {.day = 20666}; /* 1 August 2026 */
    world_open(w, 0);
    memcpy(august.site, key_of(w, 1), SITE_BYTES);
    assert_int_equal(relayed_put(w->sites[0].core->store, &august), ERR_OK);
    world_close(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 3000);
    assert_int_equal(told(w, 0, 0, SEPTEMBER - 1, 1, &days), 1);
    assert_int_equal(days, 1);
    days_later(w, 60);
    assert_told(w, 0, 2, 1, 1u << 20);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_days_of_a_month_are_told_once_it_is_over),
        cmocka_unit_test(neither_a_stop_nor_a_crash_tells_twice_or_forgets),
        cmocka_unit_test(what_an_author_or_its_host_brings_itself_is_no_relaying),
        cmocka_unit_test(who_may_not_write_tells_when_it_may_again),
        cmocka_unit_test(months_that_went_by_unseen_are_told_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
