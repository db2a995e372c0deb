/* How commits flow: credit, resume, stuck peers, two links at once. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t status_number(struct world *w, size_t at, const char *key)
{
    json_t *r = world_do(w, at, "status", NULL);
    uint64_t n = world_number(r, key);
    json_decref(r);
    return n;
}

/* `n` records of about `bytes` each. */
static void write_much(struct world *w, size_t at, size_t n, size_t bytes)
{
    char *text = malloc(bytes + 1);
    assert_non_null(text);
    for (size_t done = 0; done < n;) {
        json_t *lines = json_array();
        for (size_t i = 0; i < 50 && done < n; i++, done++) {
            for (size_t k = 0; k < bytes; k++)
                text[k] = (char)('a' + world_random(w, 26));
            text[bytes] = 0;
            json_array_append_new(lines, json_pack("{s:i, s:{s:o, s:s, s:s}}", "line", (int)done, "record", "source_id",
                                                   json_sprintf("n%zu", done), "title", "Long", "abstract", text));
        }
        json_decref(world_do(w, at, "record.write", json_pack("{s:s, s:o}", "mode", "add", "lines", lines)));
    }
    free(text);
}

static size_t most_waiting(const struct world *w, size_t to)
{
    size_t most = 0;
    for (size_t i = 0; i < w->links_n; i++)
        for (unsigned end = 0; end < 2; end++)
            if (w->links[i].site[end] == to && w->links[i].most[end] > most)
                most = w->links[i].most[end];
    return most;
}

/* Two sites, the second cut off while the first writes 10 MB. */
static struct world *full_and_empty(void)
{
    struct world *w = world_alliance(31, 2);
    world_crash(w, 1);
    world_run(w, 1000);
    write_much(w, 0, 400, 26000);
    return w;
}

static void ten_megabytes_pass_through_four_of_credit(void **state)
{
    (void)state;
    struct world *w = full_and_empty();
    w->delay = 200; /* much is under way at once */
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_true(world_settle(w, 60000));
    size_t most = most_waiting(w, 1);
    assert_true(most > 1024u * 1024);
    assert_true(most <= LIMIT_CREDIT_BYTES + LIMIT_MESSAGE_BYTES);
    assert_int_equal(status_number(w, 1, "records"), 400);
    world_verify(w, 1);
    world_free(w);
}

static size_t waiting_now(const struct world *w)
{
    size_t sum = 0;
    for (size_t i = 0; i < w->links_n; i++)
        sum += w->links[i].waiting[0] + w->links[i].waiting[1];
    return sum;
}

/* Eight peers with four megabytes of credit each, all of whom want everything at once; nothing of it has arrived yet. */
static void what_many_peers_fetch_at_once_is_bounded_in_all_and_none_gets_nothing(void **state)
{
    (void)state;
    enum { SITES = 9 };
    struct world *w = world_alliance(33, SITES);
    for (size_t i = 1; i < SITES; i++)
        world_crash(w, i);
    world_run(w, 1000);
    write_much(w, 0, 170, 26000);
    w->delay = 2000;
    for (size_t i = 1; i < SITES; i++) {
        for (size_t k = 1; k < i; k++)
            world_block(w, i, k, true);
        assert_int_equal(world_start(w, i), ERR_OK);
    }
    size_t most = 0, served = 0;
    for (int i = 0; i < 2000 && served < SITES - 1; i++) {
        world_run(w, 10);
        size_t now = waiting_now(w);
        most = now > most ? now : most;
        served = 0;
        for (size_t k = 1; k < SITES; k++)
            served += most_waiting(w, k) >= LIMIT_RUN_BYTES / 2;
    }
    assert_int_equal(served, SITES - 1);
    assert_true(most > LIMIT_SENT_BYTES / 2);
    assert_true(most <= LIMIT_SENT_BYTES + SITES * LIMIT_RUN_BYTES * 2);
    world_free(w);
}

static void a_crash_in_the_middle_of_a_fill_goes_on_from_what_is_durable(void **state)
{
    (void)state;
    struct world *w = full_and_empty();
    w->delay = 30;
    assert_int_equal(world_start(w, 1), ERR_OK);
    uint64_t before = 0;
    for (int i = 0; i < 400 && before < 100; i++) {
        world_run(w, 10);
        before = status_number(w, 1, "records");
    }
    assert_true(before >= 100 && before < 400);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_int_equal(status_number(w, 1, "records"), before);
    size_t bytes = 0;
    for (size_t i = 0; i < w->links_n; i++)
        w->links[i].frames = 0;
    assert_true(world_settle(w, 60000));
    assert_int_equal(status_number(w, 1, "records"), 400);
    for (size_t i = 0; i < w->links_n; i++)
        bytes += w->links[i].frames * LIMIT_RUN_BYTES;
    assert_true(bytes > 0);
    world_verify(w, 1);
    world_free(w);
}

static void a_stuck_peer_takes_no_more_than_its_credit_and_delays_nobody(void **state)
{
    (void)state;
    struct world *w = world_alliance(32, 3);
    w->sites[2].stuck = true;
    write_much(w, 0, 400, 26000);
    world_run(w, 5000);
    assert_int_equal(status_number(w, 1, "records"), 400);
    assert_true(most_waiting(w, 2) <= LIMIT_CREDIT_BYTES + LIMIT_MESSAGE_BYTES);
    w->sites[2].stuck = false;
    assert_true(world_settle(w, 60000));
    assert_int_equal(status_number(w, 2, "records"), 400);
    world_free(w);
}

/* It said what it has and was asked for it; then it stands still. Another has it too. */
static void a_peer_that_stops_while_it_is_asked_delays_a_log_by_seconds_only(void **state)
{
    (void)state;
    struct world *w = world_alliance(33, 3);
    world_crash(w, 1);
    write_much(w, 0, 60, 26000);
    world_run(w, 3000);
    assert_int_equal(status_number(w, 2, "records"), 60);
    world_block(w, 0, 1, true);
    assert_int_equal(world_start(w, 1), ERR_OK);
    /* Stop gamma the moment beta has asked it. */
    bool asked = false;
    for (int i = 0; i < 2000 && !asked; i++) {
        world_run(w, 1);
        const struct core *c = w->sites[1].core;
        for (size_t k = 0; k < c->peers_n; k++)
            for (size_t l = 0; l < c->peers[k].logs_n; l++)
                asked |= c->peers[k].logs[l].asked > 30;
    }
    assert_true(asked);
    w->sites[2].stuck = true;
    world_heal(w);
    int64_t start = w->now;
    while (status_number(w, 1, "records") < 60 && w->now - start < 60000)
        world_run(w, 100);
    assert_true(w->now - start <= 8000);
    w->sites[2].stuck = false;
    assert_true(world_settle(w, 60000));
    world_free(w);
}

static void two_links_at_once_between_two_sites_become_one(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct world *w = world_alliance(seed, 2);
        w->jitter = 60;
        for (int round = 0; round < 4; round++) {
            world_crash(w, 0);
            world_crash(w, 1);
            world_run(w, 500);
            assert_int_equal(world_start(w, 0), ERR_OK);
            assert_int_equal(world_start(w, 1), ERR_OK);
            assert_true(world_settle(w, 20000));
            world_run(w, 3000);
            assert_int_equal(world_links_between(w, 0, 1), 1);
            assert_true(world_agrees(w));
        }
        world_free(w);
    }
}

static void a_fresh_record_is_everywhere_at_once(void **state)
{
    (void)state;
    struct world *w = world_alliance(34, 4);
    char id[64], title[64];
    world_run(w, 3000);
    world_record(w, 2, "neuf", "Neuf", id);
    world_run(w, 3 * w->delay);
    for (size_t i = 0; i < 4; i++) {
        world_title(w, i, id, title);
        assert_string_equal(title, "Neuf");
    }
    world_free(w);
}

/* What nobody else holds yet is said; a restart does not forget what was held. */
static void status_counts_what_no_peer_holds(void **state)
{
    (void)state;
    struct world *w = world_alliance(35, 2);
    world_run(w, 12000);
    assert_int_equal(status_number(w, 1, "unheld"), 0);
    world_block(w, 0, 1, true);
    world_run(w, 100);
    for (int i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "u%d", i);
        world_record(w, 1, name, name, NULL);
    }
    assert_int_equal(status_number(w, 1, "unheld"), 3);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_int_equal(status_number(w, 1, "unheld"), 3);
    world_heal(w);
    assert_true(world_settle(w, 400000));
    world_run(w, 12000);
    assert_int_equal(status_number(w, 1, "unheld"), 0);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_int_equal(status_number(w, 1, "unheld"), 0);
    world_free(w);
}

static void peer_of(struct world *w, size_t at, const char *name, json_t **status, json_t **out)
{
    size_t i;
    json_t *p;
    *status = world_do(w, at, "status", NULL);
    *out = NULL;
    json_array_foreach(json_object_get(*status, "peers"), i, p)
    {
        if (strcmp(json_string_value(json_object_get(p, "name")), name) == 0)
            *out = p;
    }
    assert_non_null(*out);
}

static void status_tells_behind_and_ahead(void **state)
{
    (void)state;
    struct world *w = world_alliance(36, 2);
    json_t *status, *p;
    world_block(w, 0, 1, true);
    world_run(w, 100);
    write_much(w, 0, 100, 26000);
    world_record(w, 1, "a", "A", NULL);
    world_record(w, 1, "b", "B", NULL);
    peer_of(w, 0, "beta", &status, &p);
    assert_string_equal(json_string_value(json_object_get(p, "state")), "unreachable");
    assert_true(json_is_null(json_object_get(p, "digest_equal")));
    json_decref(status);
    w->delay = 100;
    world_heal(w);
    bool seen = false;
    for (int i = 0; i < 40000 && !seen; i++) {
        world_run(w, 10);
        peer_of(w, 1, "alpha", &status, &p);
        uint64_t behind = world_number(p, "behind"), ahead = world_number(p, "ahead");
        assert_true(behind <= 100 && ahead <= 2);
        seen = behind > 50;
        if (seen)
            assert_false(json_is_true(json_object_get(p, "digest_equal")));
        json_decref(status);
    }
    assert_true(seen);
    assert_true(world_settle(w, 60000));
    peer_of(w, 1, "alpha", &status, &p);
    assert_int_equal(world_number(p, "behind"), 0);
    assert_int_equal(world_number(p, "ahead"), 0);
    assert_string_equal(json_string_value(json_object_get(status, "state")), "ok");
    json_decref(status);
    world_free(w);
}

static void a_ping_is_answered_with_its_time(void **state)
{
    (void)state;
    struct world *w = world_alliance(37, 2);
    assert_null(world_ask(w, 0, "ping", json_pack("{s:s}", "peer", "beta")));
    world_run(w, 4 * w->delay);
    json_t *answer = w->sites[0].answer, *r = json_object_get(answer, "result");
    assert_int_equal(world_number(r, "rtt_ms"), 2 * w->delay);
    assert_true(json_is_true(json_object_get(r, "digest_equal")));
    world_refused(w, 0, "ping", json_pack("{s:s}", "peer", "nobody"), "peer_unknown");
    world_refused(w, 0, "ping", json_pack("{s:s}", "peer", "alpha"), "peer_unknown");
    w->sites[1].stuck = true;
    assert_null(world_ask(w, 0, "ping", json_pack("{s:s}", "peer", "beta")));
    world_run(w, 6000);
    assert_string_equal(json_string_value(json_object_get(json_object_get(w->sites[0].answer, "error"), "name")),
                        "unreachable");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_megabytes_pass_through_four_of_credit),
        cmocka_unit_test(what_many_peers_fetch_at_once_is_bounded_in_all_and_none_gets_nothing),
        cmocka_unit_test(a_crash_in_the_middle_of_a_fill_goes_on_from_what_is_durable),
        cmocka_unit_test(a_stuck_peer_takes_no_more_than_its_credit_and_delays_nobody),
        cmocka_unit_test(a_peer_that_stops_while_it_is_asked_delays_a_log_by_seconds_only),
        cmocka_unit_test(two_links_at_once_between_two_sites_become_one),
        cmocka_unit_test(a_fresh_record_is_everywhere_at_once),
        cmocka_unit_test(status_counts_what_no_peer_holds),
        cmocka_unit_test(status_tells_behind_and_ahead),
        cmocka_unit_test(a_ping_is_answered_with_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
