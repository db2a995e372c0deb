/* Sessions over HTTP: the same as over ZeroMQ, whatever is lost, late, repeated or forged. */
#include "daemon/core/exchange.h"
#include "daemon/core/sync.h"
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* n sites, reached over HTTP alone; the last one over nothing at all. */
static struct world *alliance(uint64_t seed, size_t n)
{
    static const char *const names[] = {"alpha", "beta", "gamma"};
    struct world *w = world_new(seed);
    for (size_t i = 0; i < n; i++) {
        world_add(w, names[i]);
        w->sites[i].http = w->sites[i].without_zmq = true;
        w->sites[i].outgoing_only = i == n - 1;
        if (i == 0)
            world_found(w, 0);
        else
            world_join(w, i, NULL);
        assert_int_equal(world_start(w, i), ERR_OK);
        world_run(w, 2000);
    }
    assert_true(world_settle(w, 60000));
    return w;
}

static bool has_title(struct world *w, size_t at, const char *id, const char *title)
{
    char found[64] = "";
    json_t *answer = world_ask(w, at, "record.show", json_pack("{s:s}", "id", id));
    bool there = json_object_get(answer, "result") != NULL;
    json_decref(answer);
    if (there)
        world_title(w, at, id, found);
    return strcmp(found, title) == 0;
}

static const char *transport_of(struct world *w, size_t at, char out[8])
{
    json_t *status = world_do(w, at, "status", NULL);
    const json_t *first = json_array_get(json_object_get(status, "peers"), 0);
    snprintf(out, 8, "%s", json_string_value(json_object_get(first, "transport")));
    json_decref(status);
    return out;
}

static void sites_with_http_alone_are_full_members_and_live_at_once(void **state)
{
    (void)state;
    struct world *w = alliance(1, 3);
    char id[64], transport[8];
    for (size_t from = 0; from < 3; from++) {
        char title[16];
        snprintf(title, sizeof title, "title %zu", from);
        world_record(w, from, title, title, id);
        world_run(w, 500);
        for (size_t to = 0; to < 3; to++)
            assert_true(has_title(w, to, id, title));
    }
    assert_string_equal(transport_of(w, 2, transport), "http");
    world_verify(w, 2);
    world_free(w);
}

static void what_is_lost_late_or_overtaken_loses_and_doubles_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct world *w = alliance(seed, 3);
        char id[64], source[16];
        w->http_loss = 150;
        w->delay = 20;
        w->jitter = 300;
        for (size_t i = 0; i < 40; i++) {
            snprintf(source, sizeof source, "s%zu", i);
            world_record(w, i % 3, source, source, id);
            world_run(w, (int64_t)world_random(w, 400));
        }
        w->http_loss = 0;
        assert_true(world_settle(w, 120000));
        for (size_t i = 0; i < 3; i++) {
            json_t *s = world_do(w, i, "status", NULL);
            assert_int_equal(json_integer_value(json_object_get(s, "records")), 40);
            json_decref(s);
            assert_int_equal(world_noted(w, i, "core.error"), 0);
        }
        world_free(w);
    }
}

static void a_site_that_crashes_goes_on_in_a_new_session(void **state)
{
    (void)state;
    struct world *w = alliance(5, 3);
    char id[64];
    world_crash(w, 0);
    world_record(w, 1, "while away", "while away", id);
    world_run(w, 3000);
    assert_int_equal(world_start(w, 0), ERR_OK);
    assert_true(world_settle(w, 120000));
    assert_true(has_title(w, 0, id, "while away"));
    assert_true(has_title(w, 2, id, "while away"));
    world_crash(w, 2);
    world_record(w, 0, "again", "again", id);
    world_run(w, 30000);
    assert_int_equal(world_start(w, 2), ERR_OK);
    assert_true(world_settle(w, 120000));
    assert_true(has_title(w, 2, id, "again"));
    assert_int_equal(w->sites[0].core->exchanges_n, 2); /* old ones are forgotten */
    world_free(w);
}

/* ---- a stranger's requests ---- */

static struct exchange_request opening(struct world *w, const struct sign_key *key)
{
    struct exchange_request r = {.has_session = false};
    memcpy(r.alliance, w->sites[0].core->authority.alliance, ALLIANCE_BYTES);
    memcpy(r.from, key->pub, SITE_BYTES);
    memcpy(r.to, core_own(w->sites[0].core)->key.pub, SITE_BYTES);
    return r;
}

static unsigned ask(struct world *w, const struct exchange_request *r, const struct sign_key *key,
                    struct exchange_response *out, struct arena *arena)
{
    struct buf b;
    uint8_t hash[HASH_BYTES];
    buf_init(&b, LIMIT_HTTP_EXCHANGE_BYTES);
    assert_int_equal(exchange_request_encode(r, key, &b, hash), ERR_OK);
    unsigned status = world_http_raw(w, 0, buf_slice(&b));
    if (status == 200)
        assert_int_equal(exchange_response_decode(buf_slice(&w->raw_answer), r->to, hash, arena, out), ERR_OK);
    buf_fini(&b);
    return status;
}

/* Each begins its session, and makes another stranger leave. */
static void strangers_without_end_leave_nothing_behind(void **state)
{
    (void)state;
    struct world *w = alliance(14, 2);
    struct arena arena = {0};
    struct exchange_response a;
    for (size_t i = 0; i < 300; i++) {
        uint8_t one[SEED_BYTES] = {11, (uint8_t)i, (uint8_t)(i >> 8)};
        struct sign_key k;
        sign_key_from_seed(one, &k);
        struct exchange_request r = opening(w, &k);
        assert_int_equal(ask(w, &r, &k, &a, &arena), 200);
        r.has_session = true;
        memcpy(r.session, a.session, sizeof r.session);
        assert_int_equal(ask(w, &r, &k, &a, &arena), 200);
        arena_clear(&arena);
    }
    assert_true(w->sites[0].core->exchanges_n < 100);
    assert_true(w->sites[0].core->peers_n <= LIMIT_UNKNOWN_LINKS + 1);
    world_run(w, 90000);
    assert_int_equal(w->sites[0].core->exchanges_n, 1);
    assert_true(world_settle(w, 60000));
    arena_fini(&arena);
    world_free(w);
}

static void recorded_requests_sent_again_change_nothing(void **state)
{
    (void)state;
    struct world *w = alliance(6, 2);
    size_t n = w->record_n, answered = 0;
    assert_true(n > 10);
    world_run(w, 60000);
    size_t links = w->sites[0].core->peers_n, exchanges = w->sites[0].core->exchanges_n;
    for (size_t i = 0; i < n; i++) {
        unsigned status = world_http_raw(w, 0, buf_slice(&w->record[i]));
        answered += status == 200;
        assert_true(status == 200 || status == 0 || (status == 403 && w->raw_why == ERR_ALLIANCE) || status == 421);
        world_run(w, 10);
    }
    assert_true(answered > 5);
    world_run(w, 20000); /* a session that was named and never begun is forgotten */
    assert_int_equal(w->sites[0].core->peers_n, links);
    assert_int_equal(w->sites[0].core->exchanges_n, exchanges);
    assert_true(world_settle(w, 60000));
    world_free(w);
}

static void what_nobody_may_ask_is_refused_with_its_code(void **state)
{
    (void)state;
    struct world *w = alliance(7, 2);
    struct arena arena = {0};
    struct exchange_response a;
    struct sign_key key, other;
    uint8_t seed[SEED_BYTES] = {7};
    sign_key_from_seed(seed, &key);
    seed[0] = 8;
    sign_key_from_seed(seed, &other);
    struct exchange_request r = opening(w, &key);
    assert_int_equal(ask(w, &r, &other, &a, &arena), 403);
    assert_int_equal(w->raw_why, ERR_SIGNATURE);
    r.alliance[0] ^= 1;
    assert_int_equal(ask(w, &r, &key, &a, &arena), 403);
    assert_int_equal(w->raw_why, ERR_ALLIANCE);
    r = opening(w, &key);
    r.to[0] ^= 1;
    assert_int_equal(ask(w, &r, &key, &a, &arena), 421);
    assert_int_equal(w->raw_why, ERR_PEER_KEY);
    assert_int_equal(world_http_raw(w, 0, slice_text("")), 400);
    assert_int_equal(w->raw_why, ERR_TRUNCATED);
    assert_int_equal(world_http_raw(w, 0, slice_text("<html>")), 400);
    r = opening(w, &key);
    r.has_session = true; /* one that nobody named */
    assert_int_equal(ask(w, &r, &key, &a, &arena), 200);
    assert_false(a.open);
    assert_int_equal(w->sites[0].core->exchanges_n, 1);
    arena_fini(&arena);
    world_free(w);
}

static void a_stranger_gets_few_sessions_and_a_short_one(void **state)
{
    (void)state;
    struct world *w = alliance(8, 2);
    struct arena arena = {0};
    struct exchange_response a, first;
    struct sign_key key;
    uint8_t seed[SEED_BYTES] = {9};
    sign_key_from_seed(seed, &key);
    struct exchange_request r = opening(w, &key);
    assert_int_equal(ask(w, &r, &key, &first, &arena), 200);
    for (size_t i = 0; i < 200; i++) {
        uint8_t one[SEED_BYTES] = {10, (uint8_t)i};
        struct sign_key k;
        sign_key_from_seed(one, &k);
        struct exchange_request o = opening(w, &k);
        assert_int_equal(ask(w, &o, &k, &a, &arena), 200);
        assert_true(a.open);
    }
    assert_true(w->sites[0].core->exchanges_n <= EXCHANGE_NEW_MAX + 2);
    r.has_session = true;
    memcpy(r.session, first.session, sizeof r.session);
    assert_int_equal(ask(w, &r, &key, &a, &arena), 200);
    assert_false(a.open); /* it made room */
    r = opening(w, &key);
    assert_int_equal(ask(w, &r, &key, &first, &arena), 200);
    r.has_session = true;
    memcpy(r.session, first.session, sizeof r.session);
    assert_int_equal(ask(w, &r, &key, &a, &arena), 200);
    assert_true(a.open && a.messages_n == 1); /* HELLO */
    r.received = 99;                          /* of what was never said */
    assert_int_equal(ask(w, &r, &key, &a, &arena), 200);
    assert_false(a.open);
    assert_true(a.messages_n >= 1); /* BYE is the last */
    world_run(w, 60000);
    assert_int_equal(w->sites[0].core->exchanges_n, 1);
    arena_fini(&arena);
    world_free(w);
}

/* ---- which transport ---- */

static struct world *both(uint64_t seed, bool without_zmq, const char *transport)
{
    struct world *w = world_new(seed);
    world_add(w, "alpha");
    world_add(w, "beta");
    w->sites[0].http = true;
    w->sites[0].without_zmq = without_zmq;
    w->sites[1].outgoing_only = true;
    w->sites[1].transport = transport;
    world_found(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_join(w, 1, NULL);
    assert_int_equal(world_start(w, 1), ERR_OK);
    return w;
}

static void zeromq_is_tried_first_and_again_when_http_took_its_place(void **state)
{
    (void)state;
    char transport[8];
    struct world *w = both(9, false, NULL);
    assert_true(world_settle(w, 60000));
    assert_string_equal(transport_of(w, 1, transport), "zmq");
    assert_int_equal(w->http_requests, 0);
    world_free(w);
    w = both(10, true, "auto");
    assert_true(world_settle(w, 60000));
    assert_string_equal(transport_of(w, 1, transport), "http");
    w->sites[0].without_zmq = false;
    world_run(w, 500000);
    assert_string_equal(transport_of(w, 1, transport), "http");
    world_run(w, 200000);
    assert_string_equal(transport_of(w, 1, transport), "zmq");
    assert_true(world_settle(w, 60000));
    world_free(w);
}

static void a_transport_that_was_chosen_is_the_only_one(void **state)
{
    (void)state;
    char transport[8];
    struct world *w = both(11, false, "http");
    assert_true(world_settle(w, 60000));
    assert_string_equal(transport_of(w, 1, transport), "http");
    world_free(w);
    w = both(12, true, "zmq");
    world_run(w, 60000);
    assert_int_equal(w->http_requests, 0);
    assert_false(w->sites[1].core->founded);
    world_free(w);
}

static void a_proxy_without_patience_is_asked_for_shorter_waits(void **state)
{
    (void)state;
    struct world *w = alliance(13, 2);
    const struct exchange *x = w->sites[1].core->exchanges[0];
    assert_true(x->asks && x->hold_ms == EXCHANGE_HOLD_MS);
    for (int i = 0; i < 30 && !x->wait.post; i++)
        world_run(w, 5);
    world_run(w, 1);
    uint64_t post = x->wait.post;
    int64_t sent = x->wait.sent.ms;
    assert_true(post != 0);
    while (x->wait.post == post && w->now - sent < 2000)
        world_run(w, 50);
    if (x->wait.post == post) {
        core_posted(w->sites[1].core, post, 504, ERR_OK, slice_text("<html>"));
        assert_true(x->hold_ms <= 1100);
    }
    assert_true(world_settle(w, 60000));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sites_with_http_alone_are_full_members_and_live_at_once),
        cmocka_unit_test(what_is_lost_late_or_overtaken_loses_and_doubles_nothing),
        cmocka_unit_test(a_site_that_crashes_goes_on_in_a_new_session),
        cmocka_unit_test(strangers_without_end_leave_nothing_behind),
        cmocka_unit_test(recorded_requests_sent_again_change_nothing),
        cmocka_unit_test(what_nobody_may_ask_is_refused_with_its_code),
        cmocka_unit_test(a_stranger_gets_few_sessions_and_a_short_one),
        cmocka_unit_test(zeromq_is_tried_first_and_again_when_http_took_its_place),
        cmocka_unit_test(a_transport_that_was_chosen_is_the_only_one),
        cmocka_unit_test(a_proxy_without_patience_is_asked_for_shorter_waits),
    };
    return sign_start() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
