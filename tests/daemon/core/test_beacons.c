/* What sites say of their health: over relays, on wrong clocks, by liars, for 90 days, through restarts. */
#include "daemon/core/beacons.h"
#include "daemon/core/sync.h"
#include "protocol/base/base32.h"
#include "protocol/base/limits.h"
#include "tests/help/core_hosting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <cmocka.h>

#define MINUTE_MS INT64_C(60000)

static struct world *watched(uint64_t seed, size_t n)
{
    struct world *w = world_alliance(seed, n);
    w->beacons = w->watch = true;
    for (size_t i = 0; i < n; i++) {
        world_stop(w, i);
        assert_int_equal(world_start(w, i), ERR_OK);
    }
    assert_true(world_settle(w, 30000));
    return w;
}

/* What one site tells of another; the caller frees it. */
static json_t *seen(struct world *w, size_t by, size_t of)
{
    char id[BASE32_LEN(SITE_BYTES) + 1];
    json_t *result = world_do(w, by, "sites", NULL), *one, *found = NULL;
    size_t i;
    base32_encode(slice_of(core_own(w->sites[of].core)->key.pub, SITE_BYTES), id);
    json_array_foreach(json_object_get(result, "sites"), i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "site")), id) == 0)
            found = json_incref(one);
    }
    json_decref(result);
    assert_non_null(found);
    return found;
}

static void is(struct world *w, size_t by, size_t of, const char *key, const char *expected)
{
    json_t *one = seen(w, by, of);
    const char *found = json_string_value(json_object_get(one, key));
    if (!found || strcmp(found, expected) != 0)
        fail_msg("%s: %s, not %s", key, found ? found : "null", expected);
    json_decref(one);
}

static int64_t number(struct world *w, size_t by, size_t of, const char *key)
{
    json_t *one = seen(w, by, of);
    const json_t *n = json_object_get(one, key);
    int64_t value = json_is_integer(n) ? json_integer_value(n) : -1;
    json_decref(one);
    return value;
}

static const struct beacon_row *row(struct world *w, size_t by, size_t of)
{
    const struct beacon_row *r = beacons_of(w->sites[by].core, core_own(w->sites[of].core)->key.pub);
    assert_non_null(r);
    return r;
}

/* ---- what arrives ---- */

static void a_beacon_reaches_a_site_two_hops_away(void **state)
{
    (void)state;
    struct world *w = watched(1, 4);
    char id[64];
    world_block(w, 0, 2, true);
    world_block(w, 0, 3, true);
    world_block(w, 1, 3, true);
    world_record(w, 0, "a", "A", id);
    assert_true(world_settle(w, 30000));
    world_run(w, 3 * MINUTE_MS);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++) {
            is(w, i, k, "state", "ok");
            is(w, i, k, "version", "allied/" ALLIED_VERSION);
            json_t *one = seen(w, i, k);
            assert_true(json_is_true(json_object_get(one, "digest_equal")));
            json_decref(one);
            assert_int_equal(number(w, i, k, "behind"), 0);
            assert_int_equal(number(w, i, k, "disk_free_pct"), 75);
            assert_in_range(number(w, i, k, "last_heard_s"), 0, 70);
            if (i != k)
                assert_in_range(number(w, i, k, "clock_off_ms") + 10000, 0, 20000);
        }
    world_free(w);
}

static void what_a_site_cannot_reach_is_told_as_it_last_was_and_then_as_silent(void **state)
{
    (void)state;
    struct world *w = watched(2, 3);
    world_run(w, 2 * MINUTE_MS);
    is(w, 0, 2, "state", "ok");
    const struct beacon_row *before = row(w, 0, 2);
    uint64_t last = before->said.number;
    world_block(w, 0, 2, true);
    world_block(w, 1, 2, true);
    world_run(w, MINUTE_MS);
    is(w, 0, 2, "state", "ok");
    world_run(w, 3 * MINUTE_MS);
    is(w, 0, 2, "state", "silent");
    assert_int_equal(row(w, 0, 2)->said.number, last);
    /* That one hears nobody, and says of nobody that he is silent. */
    is(w, 2, 0, "state", "unknown");
    world_heal(w);
    world_run(w, 6 * MINUTE_MS);
    is(w, 0, 2, "state", "ok");
    is(w, 2, 0, "state", "ok");
    world_free(w);
}

static void a_newcomer_is_told_how_old_a_beacon_is_that_others_kept(void **state)
{
    (void)state;
    struct world *w = watched(3, 3);
    world_run(w, 2 * MINUTE_MS);
    world_stop(w, 1);
    world_block(w, 0, 2, true);
    world_run(w, 10 * MINUTE_MS);
    world_stop(w, 0);
    assert_int_equal(world_start(w, 1), ERR_OK);
    world_run(w, 4 * MINUTE_MS);
    /* 1 was away while 0 was there, 0 is gone: what 2 keeps of it is from before. */
    json_t *result = world_do(w, 1, "sites", NULL), *one;
    size_t i;
    json_array_foreach(json_object_get(result, "sites"), i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "name")), "alpha") == 0) {
            assert_string_equal(json_string_value(json_object_get(one, "state")), "silent");
            assert_true(json_integer_value(json_object_get(one, "last_heard_s")) > 600);
        }
    }
    json_decref(result);
    world_free(w);
}

static void a_change_is_told_at_once_and_no_more_often_than_every_ten_seconds(void **state)
{
    (void)state;
    struct world *w = watched(4, 2);
    world_run(w, 2 * MINUTE_MS);
    uint64_t before = row(w, 0, 1)->said.number;
    char id[64];
    world_record(w, 1, "a", "A", id);
    world_run(w, 25000);
    is(w, 0, 1, "state", "ok");
    assert_int_equal(row(w, 0, 1)->said.commits, row(w, 1, 1)->said.commits);
    uint64_t after = row(w, 0, 1)->said.number;
    assert_true(after > before && after - before >= 10000);
    for (int i = 0; i < 60; i++) {
        snprintf(id, sizeof id, "r%d", i);
        world_record(w, 1, id, "B", id);
        world_run(w, 1000);
    }
    assert_in_range(w->beacons_n, 1, 100);
    world_free(w);
}

static void how_long_commits_take_is_told(void **state)
{
    (void)state;
    struct world *w = watched(5, 2);
    char id[64];
    world_run(w, 2 * MINUTE_MS);
    assert_int_equal(number(w, 0, 1, "samples"), 0);
    assert_int_equal(number(w, 0, 1, "p50_ms"), -1);
    w->delay = 400;
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "r%d", i);
        world_record(w, 0, id, "B", id);
        world_run(w, 2000);
    }
    world_run(w, 2 * MINUTE_MS);
    assert_int_equal(number(w, 0, 1, "samples"), 20);
    assert_in_range(number(w, 0, 1, "p50_ms"), 400, 460);
    assert_in_range(number(w, 0, 1, "p95_ms"), 400, 460);
    /* Who fetches what he missed counts none of it. */
    world_block(w, 0, 1, true);
    world_record(w, 0, "late", "C", id);
    world_run(w, 5 * MINUTE_MS);
    world_heal(w);
    world_run(w, 10 * MINUTE_MS);
    assert_int_equal(number(w, 0, 1, "samples"), 20);
    world_free(w);
}

static void a_hosted_site_has_a_beacon_of_its_own_that_its_host_says(void **state)
{
    (void)state;
    struct world *w = watched(15, 3);
    world_block(w, 0, 2, true);
    hosting_add(w, 0, "Petite", "petite", "", "member");
    assert_true(world_settle(w, 30000));
    world_run(w, 2 * MINUTE_MS);
    assert_int_equal(w->sites[0].core->own_n, 2);
    const struct sign_key *key = &w->sites[0].core->own[1].key;
    for (size_t i = 1; i < 3; i++) {
        const struct beacon_row *r = beacons_of(w->sites[i].core, key->pub);
        assert_non_null(r);
        assert_int_equal(beacons_health(w->sites[i].core, r), HEALTH_OK);
        assert_memory_equal(r->host, w->sites[0].core->own[0].key.pub, SITE_BYTES);
        assert_true(r->measured);
    }
    world_free(w);
}

/* ---- clocks ---- */

static void a_wrong_clock_is_seen_and_shown_for_that_site_alone(void **state)
{
    (void)state;
    struct world *w = watched(6, 3);
    world_block(w, 0, 2, true);
    world_run(w, 2 * MINUTE_MS);
    w->sites[2].skew_ms = 5 * MINUTE_MS;
    world_run(w, 3 * MINUTE_MS);
    for (size_t i = 0; i < 2; i++) {
        is(w, i, 2, "state", "degraded");
        assert_in_range(number(w, i, 2, "clock_off_ms"), 5 * MINUTE_MS - 10000, 5 * MINUTE_MS);
        is(w, i, 1 - i, "state", "ok");
    }
    /* Behind, over a relay: by the stream of them, not by one that may be old. */
    w->sites[2].skew_ms = -5 * MINUTE_MS;
    world_run(w, 4 * MINUTE_MS);
    for (size_t i = 0; i < 2; i++) {
        is(w, i, 2, "state", "degraded");
        assert_in_range(-number(w, i, 2, "clock_off_ms"), 5 * MINUTE_MS, 5 * MINUTE_MS + 10000);
    }
    /* That one sees both others off the same way: it is his own. */
    int64_t off = 0;
    assert_true(beacons_our_clock_is_off(w->sites[2].core, &off));
    assert_in_range(-off, 5 * MINUTE_MS - 10000, 5 * MINUTE_MS + 10000);
    assert_false(beacons_our_clock_is_off(w->sites[0].core, &off));
    /* Put right, its beacons go on, though its clock says less than they said before. */
    w->sites[2].skew_ms = 0;
    world_run(w, 3 * MINUTE_MS);
    is(w, 0, 2, "state", "ok");
    world_free(w);
}

/* ---- liars ---- */

/* As if the site `from` had sent it to the site `to`. */
static void say_as(struct world *w, size_t to, size_t from, const struct msg *m)
{
    struct buf bytes;
    buf_init(&bytes, LIMIT_MESSAGE_BYTES);
    assert_int_equal(msg_encode(m, &bytes), ERR_OK);
    for (size_t i = 0; i < w->links_n; i++)
        for (unsigned end = 0; end < 2; end++)
            if (w->links[i].open[end] && w->links[i].site[end] == to && w->links[i].site[!end] == from) {
                core_frame(w->sites[to].core, w->links[i].link[end], buf_slice(&bytes));
                buf_fini(&bytes);
                return;
            }
    fail_msg("no link");
}

struct lie {
    struct beacon b;
    const struct sign_key *key;
    struct buf bytes;
    struct msg m;
};

static void lie_make(struct lie *l)
{
    buf_clear(&l->bytes);
    assert_int_equal(beacon_encode(&l->b, &l->bytes), ERR_OK);
    l->m = (struct msg){.type = MSG_BEACON, .beacon = {.beacon = buf_slice(&l->bytes)}};
    assert_int_equal(sign_make(l->key, DOMAIN_BEACON, buf_slice(&l->bytes), l->m.beacon.signature), ERR_OK);
}

/* A true one of site `of`, a minute on. */
static void lie_begin(struct lie *l, struct world *w, size_t by, size_t of)
{
    l->b = row(w, by, of)->said;
    l->b.number += 60000;
    l->key = &core_own(w->sites[of].core)->key;
    buf_init(&l->bytes, BEACON_MAX_BYTES);
    lie_make(l);
}

static bool is_connected(struct world *w, size_t a, size_t b)
{
    return sync_peer_of(w->sites[a].core, core_own(w->sites[b].core)->key.pub) != NULL;
}

static void what_is_forged_foreign_or_malformed_ends_the_session_of_who_says_it(void **state)
{
    (void)state;
    static const char *const codes[] = {"signature", "signature", "alliance", "type"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct world *w = watched(7, 3);
        struct lie l;
        world_run(w, 2 * MINUTE_MS);
        lie_begin(&l, w, 0, 2);
        uint64_t before = row(w, 0, 2)->said.number;
        if (i == 0)
            l.m.beacon.signature[5] ^= 1;
        if (i == 1) /* signed, by another */
            l.key = &core_own(w->sites[1].core)->key;
        if (i == 2)
            l.b.alliance[0] ^= 1;
        if (i == 1 || i == 2)
            lie_make(&l);
        if (i == 3)
            l.m.beacon.beacon = slice_text("x");
        size_t ends = world_noted(w, 0, "session.end");
        say_as(w, 0, 1, &l.m);
        assert_int_equal(world_noted(w, 0, "session.end"), ends + 1);
        assert_false(is_connected(w, 0, 1));
        assert_int_equal(row(w, 0, 2)->said.number, before);
        buf_fini(&l.bytes);
        world_free(w);
    }
}

static void what_is_older_known_of_a_stranger_or_of_a_later_form_is_passed_over(void **state)
{
    (void)state;
    struct world *w = watched(8, 3);
    struct lie l;
    struct sign_key stranger;
    uint8_t seed[SEED_BYTES] = {9};
    world_run(w, 2 * MINUTE_MS);
    uint64_t before = row(w, 0, 2)->said.number;
    lie_begin(&l, w, 0, 2);
    l.b.number = before - 1;
    l.b.commits = 12345;
    lie_make(&l);
    say_as(w, 0, 1, &l.m);
    l.b.number = before; /* the same number with another content */
    lie_make(&l);
    say_as(w, 0, 1, &l.m);
    assert_int_equal(row(w, 0, 2)->said.number, before);
    assert_true(row(w, 0, 2)->said.commits != 12345);
    sign_key_from_seed(seed, &stranger);
    l.key = &stranger;
    l.b.number = before + 60000;
    memcpy(l.b.site, stranger.pub, SITE_BYTES);
    lie_make(&l);
    say_as(w, 0, 1, &l.m);
    assert_null(beacons_of(w->sites[0].core, stranger.pub));
    l.bytes.at[1 + 2] = 2; /* [1, …: dc 0013 01 */
    l.m.beacon.beacon = buf_slice(&l.bytes);
    say_as(w, 0, 1, &l.m);
    assert_true(is_connected(w, 0, 1));
    buf_fini(&l.bytes);
    world_free(w);
}

static void a_flood_of_one_site_is_taken_in_small_doses_and_noted(void **state)
{
    (void)state;
    struct world *w = watched(9, 3);
    struct lie l;
    world_run(w, 2 * MINUTE_MS);
    lie_begin(&l, w, 0, 2);
    uint64_t first = l.b.number, frames = w->beacons_n;
    for (int i = 0; i < 2000; i++) {
        l.b.number++;
        lie_make(&l);
        say_as(w, 0, 1, &l.m);
    }
    assert_in_range(row(w, 0, 2)->said.number, first + 1, first + 3);
    assert_in_range(world_noted(w, 0, "beacon.passed_over"), 1, 12);
    world_run(w, 1000);
    assert_true(w->beacons_n - frames < 30);
    assert_true(is_connected(w, 0, 1));
    buf_fini(&l.bytes);
    world_free(w);
}

static void a_site_that_lost_count_goes_on_behind_what_others_know(void **state)
{
    (void)state;
    struct world *w = watched(10, 2);
    struct lie l;
    world_run(w, 2 * MINUTE_MS);
    /* Its clock was years ahead, somebody kept what it said then, and its own memory of it is gone. */
    lie_begin(&l, w, 0, 1);
    l.b.number += INT64_C(900000000000);
    lie_make(&l);
    world_cut(w, 0, 1);
    world_run(w, MINUTE_MS);
    say_as(w, 0, 1, &l.m);
    assert_int_equal(row(w, 0, 1)->said.number, l.b.number);
    world_run(w, 4 * MINUTE_MS);
    assert_true(row(w, 0, 1)->said.number > l.b.number || row(w, 1, 1)->said.number < l.b.number);
    world_cut(w, 0, 1); /* the next session tells it */
    world_run(w, 4 * MINUTE_MS);
    assert_true(row(w, 1, 1)->said.number > l.b.number);
    assert_int_equal(row(w, 0, 1)->said.number, row(w, 1, 1)->said.number);
    is(w, 0, 1, "state", "ok");
    buf_fini(&l.bytes);
    world_free(w);
}

static void nobody_gets_one_who_does_not_say_that_he_takes_them(void **state)
{
    (void)state;
    struct world *w = watched(11, 2);
    struct core *c = w->sites[0].core;
    assert_true(c->peers_n == 1 && c->peers[0].takes_beacons);
    c->peers[0].takes_beacons = false;
    uint64_t before = row(w, 1, 0)->said.number;
    world_run(w, 5 * MINUTE_MS);
    assert_int_equal(row(w, 1, 0)->said.number, before);
    is(w, 0, 1, "state", "ok");
    world_free(w);
}

/* ---- many ---- */

static void a_mesh_carries_each_beacon_little_more_often_than_there_are_sites(void **state)
{
    (void)state;
    enum { N = 6 };
    struct world *w = watched(12, N);
    world_run(w, 5 * MINUTE_MS);
    size_t n = w->beacons_n, bytes = w->beacon_bytes;
    world_run(w, 10 * MINUTE_MS);
    n = w->beacons_n - n;
    bytes = w->beacon_bytes - bytes;
    /* Ten minutes: each site tells each other one ten times. */
    assert_in_range(n, 10 * N * (N - 1), 11 * N * (N - 1));
    assert_true(bytes / n < 400);
    /* A link breaks for good: what went over it comes another way, though others had been told to leave it out. */
    world_block(w, 0, 1, true);
    world_run(w, 6 * MINUTE_MS);
    is(w, 0, 1, "state", "ok");
    is(w, 1, 0, "state", "ok");
    world_free(w);
}

/* ---- days ---- */

/* A day goes by for everybody, of which some minutes are lived through. */
static void day(struct world *w, int64_t ms)
{
    for (size_t i = 0; i < w->sites_n; i++)
        w->sites[i].skew_ms += CLOCK_DAY_MS;
    world_run(w, ms);
}

/* Site 1 alone. */
static void part(struct world *w)
{
    world_block(w, 0, 1, true);
    world_block(w, 2, 1, true);
}

static void the_strip_tells_the_worst_of_each_of_ninety_days(void **state)
{
    (void)state;
    struct world *w = watched(13, 3);
    char strip[STRIP_DAYS + 1];
    world_run(w, 2 * MINUTE_MS);
    for (int d = 1; d < 100; d++) {
        if (d == 50) { /* not a word all day long */
            part(w);
            day(w, 6 * MINUTE_MS);
            world_heal(w);
            day(w, 10 * MINUTE_MS);
            d++;
        }
        day(w, 2 * MINUTE_MS);
        if (d == 60) { /* away for a while */
            part(w);
            world_run(w, 6 * MINUTE_MS);
            world_heal(w);
            world_run(w, 6 * MINUTE_MS);
        }
        if (d == 70) { /* a wrong clock for a while */
            w->sites[1].skew_ms += 3 * MINUTE_MS;
            world_run(w, 2 * MINUTE_MS);
            w->sites[1].skew_ms -= 3 * MINUTE_MS;
            world_run(w, 2 * MINUTE_MS);
        }
        if (d == 80) {
            world_stop(w, 0);
            assert_int_equal(world_start(w, 0), ERR_OK);
            world_run(w, 2 * MINUTE_MS);
        }
    }
    memset(strip, 'o', STRIP_DAYS);
    strip[STRIP_DAYS] = 0;
    strip[STRIP_DAYS - 1 - 50] = '-';
    strip[STRIP_DAYS - 1 - 39] = 's';
    strip[STRIP_DAYS - 1 - 29] = 'd';
    is(w, 0, 1, "strip", strip);
    world_free(w);
}

static void the_sites_stand_by_name_and_nothing_is_said_of_days_before_them(void **state)
{
    (void)state;
    struct world *w = watched(19, 4);
    char strip[STRIP_DAYS + 1];
    const char *last = "";
    size_t i;
    json_t *one;
    world_run(w, 2 * MINUTE_MS);
    memset(strip, '.', STRIP_DAYS);
    memcpy(strip + STRIP_DAYS - 1, "o", 2);
    is(w, 0, 1, "strip", strip);
    json_t *result = world_do(w, 3, "sites", NULL);
    json_array_foreach(json_object_get(result, "sites"), i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        if (strcasecmp(last, name) > 0)
            fail_msg("%s before %s", last, name);
        last = name;
    }
    json_decref(result);
    world_free(w);
}

static void what_was_said_outlives_a_restart(void **state)
{
    (void)state;
    struct world *w = watched(14, 2);
    world_run(w, 3 * MINUTE_MS);
    uint64_t before = row(w, 0, 1)->said.number;
    world_block(w, 0, 1, true);
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 1000);
    is(w, 0, 1, "version", "allied/" ALLIED_VERSION);
    is(w, 0, 1, "state", "ok"); /* it was heard of less than three minutes ago */
    assert_in_range(before - row(w, 0, 1)->said.number, 0, 2 * MINUTE_MS);
    json_t *one = seen(w, 0, 1);
    assert_int_equal(json_string_value(json_object_get(one, "strip"))[STRIP_DAYS - 1], 'o');
    json_decref(one);
    /* As a command, without a daemon: told, and called neither well nor silent. */
    world_close(w, 0);
    world_open(w, 0);
    is(w, 0, 1, "state", "unknown");
    is(w, 0, 1, "version", "allied/" ALLIED_VERSION);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_beacon_reaches_a_site_two_hops_away),
        cmocka_unit_test(what_a_site_cannot_reach_is_told_as_it_last_was_and_then_as_silent),
        cmocka_unit_test(a_newcomer_is_told_how_old_a_beacon_is_that_others_kept),
        cmocka_unit_test(a_change_is_told_at_once_and_no_more_often_than_every_ten_seconds),
        cmocka_unit_test(how_long_commits_take_is_told),
        cmocka_unit_test(a_hosted_site_has_a_beacon_of_its_own_that_its_host_says),
        cmocka_unit_test(a_wrong_clock_is_seen_and_shown_for_that_site_alone),
        cmocka_unit_test(what_is_forged_foreign_or_malformed_ends_the_session_of_who_says_it),
        cmocka_unit_test(what_is_older_known_of_a_stranger_or_of_a_later_form_is_passed_over),
        cmocka_unit_test(a_flood_of_one_site_is_taken_in_small_doses_and_noted),
        cmocka_unit_test(a_site_that_lost_count_goes_on_behind_what_others_know),
        cmocka_unit_test(nobody_gets_one_who_does_not_say_that_he_takes_them),
        cmocka_unit_test(a_mesh_carries_each_beacon_little_more_often_than_there_are_sites),
        cmocka_unit_test(the_strip_tells_the_worst_of_each_of_ninety_days),
        cmocka_unit_test(the_sites_stand_by_name_and_nothing_is_said_of_days_before_them),
        cmocka_unit_test(what_was_said_outlives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
