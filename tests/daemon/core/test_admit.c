/* Invite, ask, be admitted; and what a stranger may say. */
#include "tests/help/core_world.h"

#include "daemon/core/found.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static json_t *status(struct world *w, size_t at)
{
    return world_do(w, at, "status", NULL);
}

static void assert_joining(struct world *w, size_t at, const char *error)
{
    json_t *r = status(w, at);
    const char *given = json_string_value(json_object_get(r, "join_error"));
    assert_string_equal(json_string_value(json_object_get(r, "state")), error ? "refused" : "joining");
    if (error)
        assert_string_equal(given ? given : "", error);
    else
        assert_null(given);
    json_decref(r);
}

static void an_invited_site_is_admitted_and_fetches_everything(void **state)
{
    (void)state;
    struct world *w = world_alliance(71, 2);
    char id[64], title[64];
    world_record(w, 1, "s1", "Avant", id);
    char *code = world_invite(w, "gamma", 3600);
    size_t at = world_newcomer(w, "gamma", code);
    assert_true(world_settle(w, 30000));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(world_allies(w, i), 3);
    world_title(w, at, id, title);
    assert_string_equal(title, "Avant");
    world_record(w, at, "s1", "Bonjour", id);
    world_run(w, 1000);
    world_title(w, 0, id, title);
    assert_string_equal(title, "Bonjour");
    free(code);
    world_free(w);
}

static void a_used_invitation_admits_nobody_else(void **state)
{
    (void)state;
    struct world *w = world_alliance(72, 1);
    char *code = world_invite(w, "beta", 3600);
    world_newcomer(w, "beta", code);
    assert_true(world_settle(w, 30000));
    size_t thief = world_newcomer(w, "voleur", code);
    world_run(w, 10000);
    assert_joining(w, thief, "invite_used");
    assert_int_equal(world_allies(w, 0), 2);
    free(code);
    world_free(w);
}

static void an_expired_invitation_admits_nobody(void **state)
{
    (void)state;
    struct world *w = world_alliance(73, 1);
    char *code = world_invite(w, "beta", 60);
    world_run(w, 61000);
    size_t late = world_add(w, "beta");
    assert_int_equal(world_join_code(w, late, code), ERR_INVITE_EXPIRED);
    w->sites[late].skew_ms = -3600000; /* a clock that does not know; the secretariat's decides */
    assert_int_equal(world_join_code(w, late, code), ERR_OK);
    assert_int_equal(world_start(w, late), ERR_OK);
    world_run(w, 10000);
    assert_joining(w, late, "invite_expired");
    assert_int_equal(world_allies(w, 0), 1);
    free(code);
    world_free(w);
}

/* The secretariat's disk is of before the invitation. */
static void an_unknown_invitation_admits_nobody(void **state)
{
    (void)state;
    struct world *w = world_alliance(74, 1);
    char copy[160];
    world_copy(w, 0, copy);
    char *code = world_invite(w, "beta", 3600);
    world_crash(w, 0);
    world_restore(w, 0, copy);
    assert_int_equal(world_start(w, 0), ERR_OK);
    size_t at = world_newcomer(w, "beta", code);
    world_run(w, 10000);
    assert_joining(w, at, "invite_unknown");
    free(code);
    world_free(w);
}

static void an_answer_that_was_lost_is_given_again(void **state)
{
    (void)state;
    struct world *w = world_alliance(75, 1);
    char *code = world_invite(w, "beta", 3600);
    w->delay = 100;
    size_t at = world_newcomer(w, "beta", code);
    /* Cut the moment the secretariat has admitted it. */
    for (int i = 0; i < 5000 && world_allies(w, 0) == 1; i++)
        world_run(w, 5);
    assert_int_equal(world_allies(w, 0), 2);
    world_cut(w, 0, at);
    world_crash(w, at);
    assert_int_equal(world_start(w, at), ERR_OK);
    assert_joining(w, at, NULL);
    assert_true(world_settle(w, 60000));
    assert_int_equal(world_allies(w, 0), 2);
    json_t *r = status(w, at);
    assert_string_equal(json_string_value(json_object_get(r, "state")), "ok");
    json_decref(r);
    free(code);
    world_free(w);
}

static void what_is_invited_has_a_name_and_finds_an_address(void **state)
{
    (void)state;
    struct world *w = world_alliance(76, 1);
    world_refused(w, 0, "invite", json_pack("{s:s}", "ally", ""), "name");
    world_refused(w, 0, "invite", json_pack("{s:s, s:[s]}", "ally", "gamma", "addresses", "nowhere"), "address");
    world_free(w);
}

static void an_admission_survives_a_crash_of_the_secretariat(void **state)
{
    (void)state;
    struct world *w = world_alliance(77, 1);
    char *code = world_invite(w, "beta", 3600);
    size_t at = world_newcomer(w, "beta", code);
    for (int i = 0; i < 5000 && world_allies(w, 0) == 1; i++)
        world_run(w, 1);
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    assert_int_equal(world_allies(w, 0), 2);
    assert_true(world_settle(w, 120000));
    world_verify(w, 0);
    world_verify(w, at);
    free(code);
    world_free(w);
}

/* ---- strangers ---- */

struct stranger {
    struct world *w;
    struct sign_key key;
    uint8_t curve[32];
    uint64_t link;
};

static void new_stranger(struct stranger *s, uint8_t number)
{
    uint8_t seed[SEED_BYTES];
    memset(seed, 100 + number, sizeof seed);
    sign_key_from_seed(seed, &s->key);
    assert_int_equal(sign_curve_public(s->key.pub, s->curve), ERR_OK);
    s->link = world_outsider_link(s->w, 0, s->curve);
}

static bool is_there(const struct stranger *s)
{
    const struct core *c = s->w->sites[0].core;
    for (size_t i = 0; i < c->peers_n; i++)
        if (c->peers[i].link == s->link)
            return true;
    return false;
}

static void say_hello(struct stranger *s)
{
    struct msg m = {
        .type = MSG_HELLO, .hello = {.version = PROTOCOL_VERSION, .software = slice_text("x")}
    };
    memcpy(m.hello.alliance, s->w->sites[0].core->authority.alliance, ALLIANCE_BYTES);
    memcpy(m.hello.site, s->key.pub, SITE_BYTES);
    world_outsider_send(s->w, 0, s->link, &m);
}

static void open_strangers(struct stranger *s, size_t n)
{
    s->w = world_alliance(78, n);
    world_add(s->w, "stranger");
    s->w->outsider = s->w->sites_n;
}

static void a_stranger_may_say_hello_charter_and_join_alone(void **state)
{
    (void)state;
    struct stranger s;
    struct arena arena = {0};
    struct msg got;
    open_strangers(&s, 1);
    struct msg_head head = {.incarnation = 1, .seq = 1};
    memcpy(head.site, s.w->sites[0].core->own[0].key.pub, SITE_BYTES);
    struct msg want = {
        .type = MSG_WANT, .want = {.incarnation = 1, .first = 1, .last = 9}
    };
    memcpy(want.want.site, head.site, SITE_BYTES);
    const struct msg forbidden[] = {
        {.type = MSG_VECTOR                                              },
        want,
        { .type = MSG_NEW,                                         .fresh = {.head = head}},
        { .type = MSG_ACK,                                            .ack = {.credit = 5}},
        { .type = MSG_WELCOME, .welcome = {.code = slice_text("ok"), .detail = slice_text("")}},
    };
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        new_stranger(&s, (uint8_t)i);
        say_hello(&s);
        world_outsider_send(s.w, 0, s.link, &(struct msg){.type = MSG_CHARTER});
        assert_true(is_there(&s));
        /* Nothing but greeting and charter came. */
        assert_false(world_outsider_got(s.w, MSG_VECTOR, &arena, &got));
        assert_false(world_outsider_got(s.w, MSG_RUN, &arena, &got));
        assert_false(world_outsider_got(s.w, MSG_NEW, &arena, &got));
        world_outsider_send(s.w, 0, s.link, &forbidden[i]);
        assert_false(is_there(&s));
        world_outsider_forget(s.w);
    }
    arena_fini(&arena);
    world_free(s.w);
}

static void a_join_that_nobody_signed_is_refused(void **state)
{
    (void)state;
    struct stranger s;
    struct arena arena = {0};
    struct msg got, join = {.type = MSG_JOIN};
    struct buf request;
    open_strangers(&s, 1);
    new_stranger(&s, 1);
    say_hello(&s);
    world_outsider_send(s.w, 0, s.link, &(struct msg){.type = MSG_CHARTER});
    struct join_request r = {.ally_name = slice_text("Faux"), .site_name = slice_text("faux")};
    memcpy(r.alliance, s.w->sites[0].core->authority.alliance, ALLIANCE_BYTES);
    memcpy(r.site, s.key.pub, SITE_BYTES);
    buf_init(&request, LIMIT_ENVELOPE_BYTES);
    join_encode(&r, &request);
    join.join.request = buf_slice(&request);
    world_outsider_send(s.w, 0, s.link, &join);
    assert_true(world_outsider_got(s.w, MSG_WELCOME, &arena, &got) || !is_there(&s));
    if (is_there(&s))
        assert_false(slice_equal(got.welcome.code, slice_text("ok")));
    assert_int_equal(world_allies(s.w, 0), 1);
    buf_fini(&request);
    arena_fini(&arena);
    world_free(s.w);
}

static void strangers_are_few_and_members_come_in_beside_them(void **state)
{
    (void)state;
    struct stranger s;
    open_strangers(&s, 2);
    world_crash(s.w, 1);
    world_run(s.w, 500);
    for (uint8_t i = 0; i < 60; i++) {
        new_stranger(&s, i);
        say_hello(&s);
    }
    size_t n = 0;
    const struct core *c = s.w->sites[0].core;
    for (size_t i = 0; i < c->peers_n; i++)
        n += !c->peers[i].member && !c->peers[i].outgoing;
    assert_int_equal(n, LIMIT_UNKNOWN_LINKS);
    s.w->sites[1].outgoing_only = true;
    assert_int_equal(world_start(s.w, 1), ERR_OK);
    world_run(s.w, 3000);
    assert_int_equal(world_links_between(s.w, 0, 1), 1);
    assert_true(world_agrees(s.w));
    /* Those who say no more go. */
    world_run(s.w, 30000);
    n = 0;
    for (size_t i = 0; i < c->peers_n; i++)
        n += !c->peers[i].member && !c->peers[i].outgoing;
    assert_int_equal(n, 0);
    world_free(s.w);
}

static size_t count_strangers(const struct world *w)
{
    const struct core *c = w->sites[0].core;
    size_t n = 0;
    for (size_t i = 0; i < c->peers_n; i++)
        n += !c->peers[i].member && !c->peers[i].outgoing;
    return n;
}

static void ping_all(struct stranger *all, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_there(&all[i]))
            world_outsider_send(all[i].w, 0, all[i].link, &(struct msg){.type = MSG_PING});
    world_outsider_forget(all[0].w);
}

static void a_stranger_who_pings_for_ever_has_his_time_and_no_more(void **state)
{
    (void)state;
    struct stranger all[LIMIT_UNKNOWN_LINKS], late;
    open_strangers(&all[0], 1);
    struct world *w = all[0].w;
    for (uint8_t i = 0; i < LIMIT_UNKNOWN_LINKS; i++) {
        all[i].w = w;
        new_stranger(&all[i], i);
        say_hello(&all[i]);
    }
    late.w = w;
    new_stranger(&late, 50);
    assert_false(is_there(&late));
    for (int s = 0; s < 6; s++) {
        world_run(w, 1000);
        ping_all(all, LIMIT_UNKNOWN_LINKS);
    }
    assert_int_equal(count_strangers(w), LIMIT_UNKNOWN_LINKS);
    /* Who comes now gets the place of the one who had it longest. */
    new_stranger(&late, 51);
    assert_true(is_there(&late));
    assert_false(is_there(&all[0]));
    assert_int_equal(count_strangers(w), LIMIT_UNKNOWN_LINKS);
    for (int s = 0; s < 25; s++) {
        world_run(w, 1000);
        ping_all(all, LIMIT_UNKNOWN_LINKS);
    }
    for (size_t i = 0; i < LIMIT_UNKNOWN_LINKS; i++)
        assert_false(is_there(&all[i]));
    world_free(w);
}

/* Before the one that checks signatures (see the Makefile): how often it was asked. */
err_t __real_sign_check(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                        const uint8_t sig[SIGNATURE_BYTES]);
err_t __wrap_sign_check(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                        const uint8_t sig[SIGNATURE_BYTES]);
static size_t signatures_checked;
err_t __wrap_sign_check(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                        const uint8_t sig[SIGNATURE_BYTES])
{
    signatures_checked++;
    return __real_sign_check(pub, domain, bytes, sig);
}

/* What was checked once costs no signatures again, and there is an end to it. */
static void charters_and_acts_said_again_and_again_end_a_strangers_session(void **state)
{
    enum { COPIES = 2000 };
    (void)state;
    struct stranger s;
    struct arena arena = {0};
    struct slice *charters, *acts, many[COPIES];
    size_t n;
    open_strangers(&s, 2);
    struct core *c = s.w->sites[0].core;
    assert_int_equal(rolls_charters(c->store, &arena, &charters, &n), ERR_OK);
    assert_int_equal(rolls_acts(c->store, &arena, &acts, &n), ERR_OK);
    assert_true(n > 0);
    new_stranger(&s, 1);
    say_hello(&s);
    size_t checked = signatures_checked;
    assert_int_not_equal(checked, 0); /* it is counted */
    for (size_t round = 0; round < 30; round++) {
        struct msg m = {.type = MSG_CHARTER};
        for (size_t i = 0; i < COPIES; i++)
            many[i] = round % 2 ? charters[0] : acts[0];
        m.charter.charters = m.charter.acts = many;
        *(round % 2 ? &m.charter.charters_n : &m.charter.acts_n) = COPIES;
        world_outsider_send(s.w, 0, s.link, &m);
        assert_true(is_there(&s));
    }
    assert_int_equal(signatures_checked, checked);
    for (size_t i = 0; i < 3; i++)
        world_outsider_send(s.w, 0, s.link, &(struct msg){.type = MSG_CHARTER});
    assert_false(is_there(&s));
    arena_fini(&arena);
    world_free(s.w);
}

static void join_is_said_once_in_a_session(void **state)
{
    (void)state;
    struct stranger s;
    open_strangers(&s, 1);
    new_stranger(&s, 1);
    say_hello(&s);
    struct msg join = {.type = MSG_JOIN, .join = {.request = slice_text("x")}};
    world_outsider_send(s.w, 0, s.link, &join);
    assert_true(is_there(&s));
    world_outsider_send(s.w, 0, s.link, &join);
    assert_false(is_there(&s));
    world_free(s.w);
}

/* ---- founding ---- */

static void names_and_directories_are_checked_before_anything_is_made(void **state)
{
    (void)state;
    struct world *w = world_new(79);
    struct why why = {0};
    size_t at = world_add(w, "alpha");
    struct env env = world_env(&w->sites[at]);
    const char *dir = w->sites[at].dir;
    setenv("RUNTIME_DIRECTORY", w->sites[at].machine, 1);
    assert_int_equal(found_alliance(dir, &env, "", "Ally", "site", &why), ERR_NAME);
    assert_int_equal(found_alliance(dir, &env, "Commons", "", "site", &why), ERR_NAME);
    assert_int_equal(found_alliance(dir, &env, "Commons", "A\nB", "site", &why), ERR_NAME);
    assert_int_equal(found_alliance(dir, &env, "Commons", "Ally", "../site", &why), ERR_SITE_NAME);
    assert_int_equal(found_alliance(dir, &env, "Commons", "Ally", "registrar", &why), ERR_SITE_NAME);
    assert_int_equal(found_alliance(dir, &env, "Commons", "Ally", "site", &why), ERR_OK);
    assert_int_equal(found_alliance(dir, &env, "Commons", "Ally", "site", &why), ERR_DATA_EXISTS);
    int one = -1, two = -1;
    assert_int_equal(found_lock(dir, &one, &why), ERR_OK);
    assert_int_equal(found_lock(dir, &two, &why), ERR_LOCKED);
    close(one);
    assert_int_equal(found_lock("/dev/shm/allied-nowhere", &two, &why), ERR_NO_DATA);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_invited_site_is_admitted_and_fetches_everything),
        cmocka_unit_test(a_used_invitation_admits_nobody_else),
        cmocka_unit_test(an_expired_invitation_admits_nobody),
        cmocka_unit_test(an_unknown_invitation_admits_nobody),
        cmocka_unit_test(an_answer_that_was_lost_is_given_again),
        cmocka_unit_test(what_is_invited_has_a_name_and_finds_an_address),
        cmocka_unit_test(an_admission_survives_a_crash_of_the_secretariat),
        cmocka_unit_test(a_stranger_may_say_hello_charter_and_join_alone),
        cmocka_unit_test(a_join_that_nobody_signed_is_refused),
        cmocka_unit_test(strangers_are_few_and_members_come_in_beside_them),
        cmocka_unit_test(a_stranger_who_pings_for_ever_has_his_time_and_no_more),
        cmocka_unit_test(charters_and_acts_said_again_and_again_end_a_strangers_session),
        cmocka_unit_test(join_is_said_once_in_a_session),
        cmocka_unit_test(names_and_directories_are_checked_before_anything_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
