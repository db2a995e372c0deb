/* A member's key in the wrong hands: what it says wrongly ends its session, what it says without end is bounded, and the others go on. */
#include "tests/help/core_author.h"

#include "daemon/commons/fold.h"
#include "daemon/core/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct scene {
    struct world *w;
    struct core_author beta; /* played by the test: its core is down */
    uint8_t curve[32];
    uint64_t link;
};

static void fill_hello(const struct scene *s, struct msg *m)
{
    const struct authority *a = &s->w->sites[0].core->authority;
    *m = (struct msg){
        .type = MSG_HELLO, .hello = {.version = PROTOCOL_VERSION, .fold = FOLD_VERSION}
    };
    memcpy(m->hello.alliance, a->alliance, ALLIANCE_BYTES);
    memcpy(m->hello.site, s->beta.key.pub, SITE_BYTES);
    memcpy(m->hello.charter_id, a->charter_id, HASH_BYTES);
    memcpy(m->hello.roster_id, a->roster_id, HASH_BYTES);
    m->hello.roster_number = a->roster_number;
    m->hello.software = slice_text("hostile/1");
}

static void say(struct scene *s, const struct msg *m)
{
    world_outsider_send(s->w, 0, s->link, m);
}

static void greet(struct scene *s)
{
    struct msg m;
    s->link = world_outsider_link(s->w, 0, s->curve);
    fill_hello(s, &m);
    say(s, &m);
}

/* Up to VECTOR: in DIFF, on its side. */
static void enter(struct scene *s)
{
    struct msg charter = {.type = MSG_CHARTER};
    greet(s);
    say(s, &charter);
}

/* Through VECTOR, with the same digest: LIVE. */
static void enter_live(struct scene *s)
{
    enter(s);
    struct msg m = {.type = MSG_VECTOR};
    memcpy(m.vector.inputs, s->w->sites[0].core->inputs, HASH_BYTES);
    say(s, &m);
}

static void open_scene(struct scene *s)
{
    s->w = world_alliance(41, 3);
    core_author_init(&s->beta, s->w, 1, 500);
    memcpy(s->curve, s->w->sites[1].core->own[0].curve, 32);
    world_run(s->w, 3000);
    world_stop(s->w, 1);
    world_add(s->w, "hostile");
    s->w->outsider = s->w->sites_n;
    world_run(s->w, 100);
}

static bool is_there(const struct scene *s)
{
    const struct core *c = s->w->sites[0].core;
    for (size_t i = 0; i < c->peers_n; i++)
        if (c->peers[i].link == s->link)
            return true;
    return false;
}

static const struct peer *peer(const struct scene *s)
{
    const struct core *c = s->w->sites[0].core;
    for (size_t i = 0; i < c->peers_n; i++)
        if (c->peers[i].link == s->link)
            return &c->peers[i];
    return NULL;
}

static void end(struct scene *s)
{
    char id[64], title[64];
    world_record(s->w, 0, "apres", "Après", id);
    world_run(s->w, 1000);
    world_title(s->w, 2, id, title);
    assert_string_equal(title, "Après");
    world_verify(s->w, 0);
    world_free(s->w);
}

static void assert_dismissed(struct scene *s, const char *code)
{
    struct arena arena = {0};
    struct msg bye;
    assert_false(is_there(s));
    assert_true(world_outsider_got(s->w, MSG_BYE, &arena, &bye));
    if (code)
        assert_true(slice_equal(bye.bye.code, slice_text(code)));
    arena_fini(&arena);
    world_outsider_forget(s->w);
}

/* What the BYE asks it to wait; the session is over. */
static uint64_t dismissed_for(struct scene *s, const char *code, const char *reason)
{
    struct arena arena = {0};
    struct msg bye;
    assert_false(is_there(s));
    assert_true(world_outsider_got(s->w, MSG_BYE, &arena, &bye));
    assert_true(slice_equal(bye.bye.code, slice_text(code)));
    assert_true(slice_equal(bye.bye.reason, slice_text(reason)));
    uint64_t wait_s = bye.bye.retry_after_s;
    arena_fini(&arena);
    world_outsider_forget(s->w);
    return wait_s;
}

static uint64_t offend(struct scene *s)
{
    enter_live(s);
    assert_true(is_there(s));
    say(s, &(struct msg){
               .type = MSG_WELCOME, .welcome = {.code = slice_text("ok"), .detail = slice_text("")}
    });
    return dismissed_for(s, "peer_protocol", "WELCOME");
}

static void who_offends_again_and_again_has_to_wait(void **state)
{
    (void)state;
    struct scene s;
    err_t why = ERR_OK;
    open_scene(&s);
    for (int i = 0; i < 4; i++)
        assert_int_equal(offend(&s), 0);
    assert_in_range(offend(&s), 1, 2);
    greet(&s);
    assert_in_range(dismissed_for(&s, "peer_protocol", "penalty"), 1, 2);
    assert_in_range(reach_penalty_s(s.w->sites[0].core, s.beta.key.pub, &why), 1, 2);
    assert_int_equal(why, ERR_PEER_PROTOCOL);
    world_run(s.w, 2100);
    assert_int_equal(reach_penalty_s(s.w->sites[0].core, s.beta.key.pub, &why), 0);
    assert_in_range(offend(&s), 2, 4);
    /* What is long past is forgotten. */
    world_run(s.w, 3601000);
    assert_int_equal(offend(&s), 0);
    end(&s);
}

static void what_does_not_fit_the_session_ends_it(void **state)
{
    (void)state;
    struct scene s;
    struct msg hello;
    open_scene(&s);
    fill_hello(&s, &hello);
    struct msg wrong[] = {
        hello,
        {.type = MSG_WELCOME, .welcome = {.code = slice_text("ok"), .detail = slice_text("")}},
        {.type = MSG_JOIN,    .join = {.request = slice_text("x")}                           },
        {.type = MSG_WANT,    .want = {.incarnation = 3, .first = 1, .last = 2}              }, /* of a site that nobody admitted */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        enter_live(&s);
        assert_true(is_there(&s));
        say(&s, &wrong[i]);
        assert_dismissed(&s, NULL);
    }
    /* Before its turn. */
    s.link = world_outsider_link(s.w, 0, s.curve);
    say(&s, &(struct msg){.type = MSG_VECTOR});
    assert_dismissed(&s, "peer_protocol");
    end(&s);
}

static void a_hello_that_is_not_the_links_own_ends_it(void **state)
{
    (void)state;
    struct scene s;
    struct msg m;
    open_scene(&s);
    s.link = world_outsider_link(s.w, 0, s.curve);
    fill_hello(&s, &m);
    memcpy(m.hello.site, s.w->sites[2].core->own[0].key.pub, SITE_BYTES);
    say(&s, &m);
    assert_dismissed(&s, "peer_key");
    s.link = world_outsider_link(s.w, 0, s.curve);
    fill_hello(&s, &m);
    m.hello.alliance[0] ^= 1;
    say(&s, &m);
    assert_dismissed(&s, "alliance");
    s.link = world_outsider_link(s.w, 0, s.curve);
    fill_hello(&s, &m);
    m.hello.version = 9;
    say(&s, &m);
    assert_dismissed(&s, "version");
    end(&s);
}

static void bytes_that_are_no_message_end_it(void **state)
{
    (void)state;
    static const char *const garbage[] = {"", "\xc1", "\x93\x01", "hello", "\x91\xcd\x27\x0f", "\xdd\xff\xff\xff\xff"};
    struct scene s;
    open_scene(&s);
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
        enter_live(&s);
        core_frame(s.w->sites[0].core, s.link, slice_text(garbage[i]));
        world_run(s.w, 20);
        assert_dismissed(&s, NULL);
    }
    end(&s);
}

static void a_run_of_another_log_ends_it(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    struct buf one = core_author_put(&s.beta, 1, "Un", NULL);
    struct slice commits[] = {buf_slice(&one)};
    struct msg m = {
        .type = MSG_RUN, .run = {.incarnation = 9, .first = 1, .commits = commits, .commits_n = 1, .done = true}
    };
    memcpy(m.run.site, s.beta.key.pub, SITE_BYTES);
    enter_live(&s);
    say(&s, &m);
    assert_dismissed(&s, "peer_protocol");
    buf_fini(&one);
    end(&s);
}

static void a_run_with_a_commit_of_another_place_ends_it(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    struct buf one = core_author_put(&s.beta, 1, "Un", NULL), two = core_author_put(&s.beta, 2, "Deux", NULL);
    struct slice commits[] = {buf_slice(&two)};
    struct msg m = {
        .type = MSG_RUN, .run = {.incarnation = 500, .first = 1, .commits = commits, .commits_n = 1, .done = true}
    };
    memcpy(m.run.site, s.beta.key.pub, SITE_BYTES);
    enter_live(&s);
    say(&s, &m);
    assert_int_equal(dismissed_for(&s, "peer_protocol", "RUN"), 0);
    buf_fini(&one);
    buf_fini(&two);
    end(&s);
}

static size_t wants_here(struct scene *s)
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
    struct scene s;
    open_scene(&s);
    for (size_t i = 0; i < 2; i++) {
        size_t asked = 0;
        struct msg fresh = {.type = MSG_NEW, .fresh = {.head = {.incarnation = 500, .seq = 1000 + i}}};
        struct msg run = {
            .type = MSG_RUN, .run = {.incarnation = 500, .first = firsts[i], .done = true}
        };
        memcpy(fresh.fresh.head.site, s.beta.key.pub, SITE_BYTES);
        memcpy(run.run.site, s.beta.key.pub, SITE_BYTES);
        enter_live(&s);
        world_outsider_forget(s.w);
        say(&s, &fresh);
        for (int step = 0; step < 200; step++) { /* 4 s */
            world_run(s.w, 20);
            if (wants_here(&s)) {
                asked++;
                say(&s, &run);
                say(&s, &fresh);
            }
        }
        assert_true(is_there(&s));
        assert_in_range(asked, 1, 3);
    }
    world_outsider_forget(s.w);
    end(&s);
}

static void disordered_vectors_end_it(void **state)
{
    (void)state;
    struct scene s;
    struct msg_site sites[2] = {0};
    struct msg_head heads[2] = {0};
    open_scene(&s);
    memset(sites[0].site, 9, SITE_BYTES);
    memset(sites[1].site, 8, SITE_BYTES);
    enter(&s);
    say(&s, &(struct msg){
                .type = MSG_VECTOR, .vector = {.level = 1, .sites = sites, .sites_n = 2}
    });
    assert_dismissed(&s, NULL);
    memset(heads[0].site, 9, SITE_BYTES);
    memset(heads[1].site, 8, SITE_BYTES);
    heads[0].incarnation = heads[1].incarnation = heads[0].seq = heads[1].seq = 1;
    enter(&s);
    say(&s, &(struct msg){
                .type = MSG_VECTOR, .vector = {.level = 2, .heads = heads, .heads_n = 2}
    });
    assert_dismissed(&s, NULL);
    end(&s);
}

/* ---- without end ---- */

#define PAGE 8000

static void heads_without_end_are_bounded(void **state)
{
    (void)state;
    struct scene s;
    struct msg_head *heads = calloc(PAGE, sizeof *heads);
    open_scene(&s);
    enter(&s);
    struct msg m = {
        .type = MSG_VECTOR, .vector = {.level = 2, .heads = heads, .heads_n = PAGE, .more = true}
    };
    uint64_t incarnation = 0;
    for (int page = 0; page < 40 && is_there(&s); page++) {
        for (size_t i = 0; i < PAGE; i++) {
            memcpy(heads[i].site, s.beta.key.pub, SITE_BYTES);
            heads[i].incarnation = ++incarnation;
            heads[i].seq = INT64_MAX;
        }
        say(&s, &m);
        assert_true(!is_there(&s) || peer(&s)->logs_n <= 131072);
    }
    assert_false(is_there(&s));
    world_outsider_forget(s.w);
    free(heads);
    end(&s);
}

/* Before the one that compares logs (see the Makefile): how often it was asked. */
int __real_log_compare(const struct log_id *a, const struct log_id *b);
int __wrap_log_compare(const struct log_id *a, const struct log_id *b);
static size_t logs_compared;
int __wrap_log_compare(const struct log_id *a, const struct log_id *b)
{
    logs_compared++;
    return __real_log_compare(a, b);
}

/* Each page below the one before; and then nothing of all that was claimed. */
static size_t say_falling(uint64_t pages)
{
    struct scene s;
    struct msg_head *heads = calloc(PAGE, sizeof *heads);
    open_scene(&s);
    enter(&s);
    size_t before = logs_compared;
    for (uint64_t page = pages; page > 0; page--) {
        struct msg m = {
            .type = MSG_VECTOR, .vector = {.level = 2, .heads = heads, .heads_n = PAGE, .more = page > 1}
        };
        for (size_t i = 0; i < PAGE; i++) {
            memcpy(heads[i].site, s.beta.key.pub, SITE_BYTES);
            heads[i].incarnation = page * PAGE + i;
            heads[i].seq = INT64_MAX;
        }
        say(&s, &m);
        world_outsider_forget(s.w);
    }
    assert_int_equal(peer(&s)->logs_n, pages * PAGE);
    for (size_t i = 1; i < pages * PAGE; i++)
        assert_non_null(known_find(peer(&s), &peer(&s)->logs[i].log));
    struct msg run = {
        .type = MSG_RUN, .run = {.first = 1, .done = true}
    };
    memcpy(run.run.site, s.beta.key.pub, SITE_BYTES);
    for (uint64_t i = 0; i < 40; i++) {
        run.run.incarnation = PAGE + i;
        say(&s, &run);
        world_outsider_forget(s.w);
    }
    free(heads);
    end(&s);
    return logs_compared - before;
}

/* Each is compared with a few hundred others at most, however many there are: not with all of them. */
static void heads_in_falling_order_are_kept_and_found_without_comparing_all(void **state)
{
    (void)state;
    size_t compared = say_falling(12);
    assert_in_range(compared, 12 * PAGE, 12 * PAGE * 200);
}

static void heads_of_sites_that_nobody_admitted_are_not_kept(void **state)
{
    (void)state;
    struct scene s;
    struct msg_head heads[3] = {0};
    open_scene(&s);
    enter(&s);
    for (size_t i = 0; i < 3; i++) {
        heads[i].site[0] = (uint8_t)(i + 1);
        heads[i].incarnation = heads[i].seq = 1;
    }
    say(&s, &(struct msg){
                .type = MSG_VECTOR, .vector = {.level = 2, .heads = heads, .heads_n = 3}
    });
    assert_true(is_there(&s));
    assert_int_equal(peer(&s)->logs_n, 0);
    for (uint64_t i = 1; i < 50; i++) {
        struct msg fresh = {.type = MSG_NEW, .fresh = {.head = {.incarnation = i, .seq = 1}}};
        fresh.fresh.head.site[0] = 77;
        say(&s, &fresh);
    }
    assert_true(is_there(&s));
    assert_int_equal(peer(&s)->logs_n, 0);
    world_outsider_forget(s.w);
    end(&s);
}

static void sites_without_end_are_bounded(void **state)
{
    (void)state;
    struct scene s;
    struct msg_site *sites = calloc(PAGE, sizeof *sites);
    open_scene(&s);
    enter(&s);
    struct msg m = {
        .type = MSG_VECTOR, .vector = {.level = 1, .sites = sites, .sites_n = PAGE, .more = true}
    };
    uint32_t number = 0;
    for (int page = 0; page < 40 && is_there(&s); page++) {
        for (size_t i = 0; i < PAGE; i++, number++) {
            sites[i].site[0] = (uint8_t)(number >> 24);
            sites[i].site[1] = (uint8_t)(number >> 16);
            sites[i].site[2] = (uint8_t)(number >> 8);
            sites[i].site[3] = (uint8_t)number;
        }
        say(&s, &m);
        assert_true(!is_there(&s) || peer(&s)->vector_sites_n <= 131072);
    }
    assert_false(is_there(&s));
    world_outsider_forget(s.w);
    free(sites);
    end(&s);
}

/* It asks and asks, and gives no credit back. */
static void wants_without_credit_are_bounded(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    for (int i = 0; i < 300; i++) {
        char name[16], *text = malloc(20001);
        memset(text, 'x', 20000);
        text[20000] = 0;
        snprintf(name, sizeof name, "w%d", i);
        json_decref(world_do(s.w, 0, "record.write",
                             json_pack("{s:s, s:[{s:i, s:{s:s, s:s, s:s}}]}", "mode", "add", "lines", "line", 1,
                                       "record", "source_id", name, "title", name, "abstract", text)));
        free(text);
    }
    enter_live(&s);
    const struct own *own = &s.w->sites[0].core->own[0];
    struct msg m = {
        .type = MSG_WANT, .want = {.incarnation = own->row.incarnation, .first = 1, .last = 300}
    };
    memcpy(m.want.site, own->key.pub, SITE_BYTES);
    struct buf b;
    buf_init(&b, LIMIT_MESSAGE_BYTES);
    assert_int_equal(msg_encode(&m, &b), ERR_OK);
    for (int i = 0; i < 20000 && is_there(&s); i++)
        core_frame(s.w->sites[0].core, s.link, buf_slice(&b));
    assert_true(!is_there(&s) || peer(&s)->serves_n <= 1024);
    buf_fini(&b);
    for (uint64_t i = 1; i < 20000 && is_there(&s); i++) {
        m.want.incarnation = i;
        buf_init(&b, LIMIT_MESSAGE_BYTES);
        assert_int_equal(msg_encode(&m, &b), ERR_OK);
        core_frame(s.w->sites[0].core, s.link, buf_slice(&b));
        buf_fini(&b);
    }
    assert_true(!is_there(&s) || peer(&s)->serves_n <= 1024);
    world_outsider_forget(s.w);
    end(&s);
}

/* It claims to hold what was not written yet. */
static void nobody_holds_what_is_not_written(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    world_block(s.w, 0, 2, true);
    enter_live(&s);
    const struct own *own = &s.w->sites[0].core->own[0];
    struct msg_head head = {.incarnation = own->row.incarnation, .seq = INT64_MAX};
    memcpy(head.site, own->key.pub, SITE_BYTES);
    say(&s, &(struct msg){
                .type = MSG_ACK, .ack = {.credit = INT64_MAX, .heads = &head, .heads_n = 1}
    });
    world_run(s.w, 12000);
    json_t *r = world_do(s.w, 0, "status", NULL);
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(r, "peers"), i, p)
    {
        assert_true(json_integer_value(json_object_get(p, "behind")) >= 0);
        assert_true(json_integer_value(json_object_get(p, "ahead")) >= 0);
    }
    json_decref(r);
    /* Gone; what is written now nobody can have. */
    core_link_down(s.w->sites[0].core, s.link, ERR_UNREACHABLE);
    world_record(s.w, 0, "neuf", "Neuf", NULL);
    r = world_do(s.w, 0, "status", NULL);
    assert_int_equal(world_number(r, "unheld"), 1);
    json_decref(r);
    world_block(s.w, 0, 2, false);
    world_run(s.w, 20000);
    world_outsider_forget(s.w);
    end(&s);
}

/* One key, many links, never a word. */
static void silent_links_of_one_key_are_few(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    for (int i = 0; i < 100; i++)
        world_outsider_link(s.w, 0, s.curve);
    assert_true(s.w->sites[0].core->peers_n <= 2 * LIMIT_UNKNOWN_LINKS);
    world_outsider_forget(s.w);
    end(&s);
}

/* Bad copies by one peer; the good ones come from another. */
static void a_relay_that_breaks_commits_stops_no_log(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    struct core_twist bad = {.signature = true, .aside = true};
    struct buf broken = core_author_put(&s.beta, 1, "Un", &bad), good = core_author_put(&s.beta, 1, "Un", NULL);
    struct slice commits[] = {buf_slice(&broken)};
    struct msg m = {
        .type = MSG_RUN, .run = {.incarnation = 500, .first = 1, .commits = commits, .commits_n = 1, .done = true}
    };
    memcpy(m.run.site, s.beta.key.pub, SITE_BYTES);
    enter_live(&s);
    say(&s, &m);
    assert_int_equal(core_author_give(s.w, 2, buf_slice(&good), 0), ERR_OK);
    world_run(s.w, 5000);
    char id[64], title[64];
    core_author_record(&s.beta, 1, id);
    world_title(s.w, 0, id, title);
    assert_string_equal(title, "Un");
    buf_fini(&broken);
    buf_fini(&good);
    world_outsider_forget(s.w);
    end(&s);
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
        cmocka_unit_test(heads_without_end_are_bounded),
        cmocka_unit_test(heads_in_falling_order_are_kept_and_found_without_comparing_all),
        cmocka_unit_test(heads_of_sites_that_nobody_admitted_are_not_kept),
        cmocka_unit_test(sites_without_end_are_bounded),
        cmocka_unit_test(wants_without_credit_are_bounded),
        cmocka_unit_test(nobody_holds_what_is_not_written),
        cmocka_unit_test(silent_links_of_one_key_are_few),
        cmocka_unit_test(a_relay_that_breaks_commits_stops_no_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
