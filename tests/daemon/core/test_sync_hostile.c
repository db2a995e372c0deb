/* A member's key in the wrong hands: what it says wrongly ends its session, and the others go on. */
#include "tests/help/core_hostile.h"

#include "daemon/core/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* What the BYE asks it to wait; the session is over. */
static uint64_t dismissed_for(struct hostile *s, const char *code, const char *reason)
{
    struct arena arena = {0};
    struct msg bye;
    assert_false(hostile_is_there(s));
    assert_true(world_outsider_got(s->w, MSG_BYE, &arena, &bye));
    assert_true(slice_equal(bye.bye.code, slice_text(code)));
    assert_true(slice_equal(bye.bye.reason, slice_text(reason)));
    uint64_t wait_s = bye.bye.retry_after_s;
    arena_fini(&arena);
    world_outsider_forget(s->w);
    return wait_s;
}

static uint64_t offend(struct hostile *s)
{
    hostile_enter_live(s);
    assert_true(hostile_is_there(s));
    hostile_say(s, &(struct msg){
                       .type = MSG_WELCOME, .welcome = {.code = slice_text("ok"), .detail = slice_text("")}
    });
    return dismissed_for(s, "peer_protocol", "WELCOME");
}

static void who_offends_again_and_again_has_to_wait(void **state)
{
    (void)state;
    struct hostile s;
    err_t why = ERR_OK;
    hostile_open(&s);
    for (int i = 0; i < 4; i++)
        assert_int_equal(offend(&s), 0);
    assert_in_range(offend(&s), 1, 2);
    hostile_greet(&s);
    assert_in_range(dismissed_for(&s, "peer_protocol", "penalty"), 1, 2);
    assert_in_range(reach_penalty_s(s.w->sites[0].core, s.beta.key.pub, &why), 1, 2);
    assert_int_equal(why, ERR_PEER_PROTOCOL);
    world_run(s.w, 2100);
    assert_int_equal(reach_penalty_s(s.w->sites[0].core, s.beta.key.pub, &why), 0);
    assert_in_range(offend(&s), 2, 4);
    /* What is long past is forgotten. */
    world_run(s.w, 3601000);
    assert_int_equal(offend(&s), 0);
    hostile_end(&s);
}

static void what_does_not_fit_the_session_ends_it(void **state)
{
    (void)state;
    struct hostile s;
    struct msg hello;
    hostile_open(&s);
    hostile_hello(&s, &hello);
    struct msg wrong[] = {
        hello,
        {.type = MSG_WELCOME, .welcome = {.code = slice_text("ok"), .detail = slice_text("")}},
        {.type = MSG_JOIN,    .join = {.request = slice_text("x")}                           },
        {.type = MSG_WANT,    .want = {.incarnation = 3, .first = 1, .last = 2}              }, /* of a site that nobody admitted */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hostile_enter_live(&s);
        assert_true(hostile_is_there(&s));
        hostile_say(&s, &wrong[i]);
        hostile_dismissed(&s, NULL);
    }
    /* Before its turn. */
    s.link = world_outsider_link(s.w, 0, s.curve);
    hostile_say(&s, &(struct msg){.type = MSG_VECTOR});
    hostile_dismissed(&s, "peer_protocol");
    hostile_end(&s);
}

static void a_hello_that_is_not_the_links_own_ends_it(void **state)
{
    (void)state;
    struct hostile s;
    struct msg m;
    hostile_open(&s);
    s.link = world_outsider_link(s.w, 0, s.curve);
    hostile_hello(&s, &m);
    memcpy(m.hello.site, s.w->sites[2].core->own[0].key.pub, SITE_BYTES);
    hostile_say(&s, &m);
    hostile_dismissed(&s, "peer_key");
    s.link = world_outsider_link(s.w, 0, s.curve);
    hostile_hello(&s, &m);
    m.hello.alliance[0] ^= 1;
    hostile_say(&s, &m);
    hostile_dismissed(&s, "alliance");
    s.link = world_outsider_link(s.w, 0, s.curve);
    hostile_hello(&s, &m);
    m.hello.version = 9;
    hostile_say(&s, &m);
    hostile_dismissed(&s, "version");
    hostile_end(&s);
}

static void bytes_that_are_no_message_end_it(void **state)
{
    (void)state;
    static const char *const garbage[] = {"", "\xc1", "\x93\x01", "hello", "\x91\xcd\x27\x0f", "\xdd\xff\xff\xff\xff"};
    struct hostile s;
    hostile_open(&s);
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
        hostile_enter_live(&s);
        core_frame(s.w->sites[0].core, s.link, slice_text(garbage[i]));
        world_run(s.w, 20);
        hostile_dismissed(&s, NULL);
    }
    hostile_end(&s);
}

static void a_run_of_another_log_ends_it(void **state)
{
    (void)state;
    struct hostile s;
    hostile_open(&s);
    struct buf one = core_author_put(&s.beta, 1, "Un", NULL);
    struct slice commits[] = {buf_slice(&one)};
    struct msg m = {
        .type = MSG_RUN, .run = {.incarnation = 9, .first = 1, .commits = commits, .commits_n = 1, .done = true}
    };
    memcpy(m.run.site, s.beta.key.pub, SITE_BYTES);
    hostile_enter_live(&s);
    hostile_say(&s, &m);
    hostile_dismissed(&s, "peer_protocol");
    buf_fini(&one);
    hostile_end(&s);
}

static void a_run_with_a_commit_of_another_place_ends_it(void **state)
{
    (void)state;
    struct hostile s;
    hostile_open(&s);
    struct buf one = core_author_put(&s.beta, 1, "Un", NULL), two = core_author_put(&s.beta, 2, "Deux", NULL);
    struct slice commits[] = {buf_slice(&two)};
    struct msg m = {
        .type = MSG_RUN, .run = {.incarnation = 500, .first = 1, .commits = commits, .commits_n = 1, .done = true}
    };
    memcpy(m.run.site, s.beta.key.pub, SITE_BYTES);
    hostile_enter_live(&s);
    hostile_say(&s, &m);
    assert_int_equal(dismissed_for(&s, "peer_protocol", "RUN"), 0);
    buf_fini(&one);
    buf_fini(&two);
    hostile_end(&s);
}

static size_t wants_here(struct hostile *s)
{
    struct arena arena = {0};
    struct msg m;
    size_t n = 0;
    while (world_outsider_got(s->w, MSG_WANT, &arena, &m)) {
        world_outsider_forget(s->w);
        n++;
    }
    arena_fini(&arena);
    return n;
}

/* It says that it has much, and answers each WANT with what leads nowhere. */
static void who_gives_nothing_new_is_not_asked_without_end(void **state)
{
    (void)state;
    static const uint64_t firsts[] = {1, 900};
    struct hostile s;
    hostile_open(&s);
    for (size_t i = 0; i < 2; i++) {
        size_t asked = 0;
        struct msg fresh = {.type = MSG_NEW, .fresh = {.head = {.incarnation = 500, .seq = 1000 + i}}};
        struct msg run = {
            .type = MSG_RUN, .run = {.incarnation = 500, .first = firsts[i], .done = true}
        };
        memcpy(fresh.fresh.head.site, s.beta.key.pub, SITE_BYTES);
        memcpy(run.run.site, s.beta.key.pub, SITE_BYTES);
        hostile_enter_live(&s);
        world_outsider_forget(s.w);
        hostile_say(&s, &fresh);
        for (int step = 0; step < 200; step++) { /* 4 s */
            world_run(s.w, 20);
            if (wants_here(&s)) {
                asked++;
                hostile_say(&s, &run);
                hostile_say(&s, &fresh);
            }
        }
        assert_true(hostile_is_there(&s));
        assert_in_range(asked, 1, 3);
    }
    world_outsider_forget(s.w);
    hostile_end(&s);
}

static void disordered_vectors_end_it(void **state)
{
    (void)state;
    struct hostile s;
    struct msg_site sites[2] = {0};
    struct msg_head heads[2] = {0};
    hostile_open(&s);
    memset(sites[0].site, 9, SITE_BYTES);
    memset(sites[1].site, 8, SITE_BYTES);
    hostile_enter(&s);
    hostile_say(&s, &(struct msg){
                        .type = MSG_VECTOR, .vector = {.level = 1, .sites = sites, .sites_n = 2}
    });
    hostile_dismissed(&s, NULL);
    memset(heads[0].site, 9, SITE_BYTES);
    memset(heads[1].site, 8, SITE_BYTES);
    heads[0].incarnation = heads[1].incarnation = heads[0].seq = heads[1].seq = 1;
    hostile_enter(&s);
    hostile_say(&s, &(struct msg){
                        .type = MSG_VECTOR, .vector = {.level = 2, .heads = heads, .heads_n = 2}
    });
    hostile_dismissed(&s, NULL);
    hostile_end(&s);
}

/* Bad copies by one peer; the good ones come from another. */
static void a_relay_that_breaks_commits_stops_no_log(void **state)
{
    (void)state;
    struct hostile s;
    hostile_open(&s);
    struct core_twist bad = {.signature = true, .aside = true};
    struct buf broken = core_author_put(&s.beta, 1, "Un", &bad), good = core_author_put(&s.beta, 1, "Un", NULL);
    struct slice commits[] = {buf_slice(&broken)};
    struct msg m = {
        .type = MSG_RUN, .run = {.incarnation = 500, .first = 1, .commits = commits, .commits_n = 1, .done = true}
    };
    memcpy(m.run.site, s.beta.key.pub, SITE_BYTES);
    hostile_enter_live(&s);
    hostile_say(&s, &m);
    assert_int_equal(core_author_give(s.w, 2, buf_slice(&good), 0), ERR_OK);
    world_run(s.w, 5000);
    char id[64], title[64];
    core_author_record(&s.beta, 1, id);
    world_title(s.w, 0, id, title);
    assert_string_equal(title, "Un");
    buf_fini(&broken);
    buf_fini(&good);
    world_outsider_forget(s.w);
    hostile_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_the_session_ends_it),
        cmocka_unit_test(who_offends_again_and_again_has_to_wait),
        cmocka_unit_test(a_hello_that_is_not_the_links_own_ends_it),
        cmocka_unit_test(bytes_that_are_no_message_end_it),
        cmocka_unit_test(a_run_of_another_log_ends_it),
        cmocka_unit_test(a_run_with_a_commit_of_another_place_ends_it),
        cmocka_unit_test(who_gives_nothing_new_is_not_asked_without_end),
        cmocka_unit_test(disordered_vectors_end_it),
        cmocka_unit_test(a_relay_that_breaks_commits_stops_no_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
