/* A member's key in the wrong hands: what it says without end is bounded, and the others go on. */
#include "tests/help/core_hostile.h"

#include "daemon/core/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define PAGE 8000

static void heads_without_end_are_bounded(void **state)
{
    (void)state;
    struct hostile s;
    struct msg_head *heads = calloc(PAGE, sizeof *heads);
    hostile_open(&s);
    hostile_enter(&s);
    struct msg m = {
        .type = MSG_VECTOR, .vector = {.level = 2, .heads = heads, .heads_n = PAGE, .more = true}
    };
    uint64_t incarnation = 0;
    for (int page = 0; page < 40 && hostile_is_there(&s); page++) {
        for (size_t i = 0; i < PAGE; i++) {
            memcpy(heads[i].site, s.beta.key.pub, SITE_BYTES);
            heads[i].incarnation = ++incarnation;
            heads[i].seq = INT64_MAX;
        }
        hostile_say(&s, &m);
        assert_true(!hostile_is_there(&s) || hostile_peer(&s)->logs_n <= 131072);
    }
    assert_false(hostile_is_there(&s));
    world_outsider_forget(s.w);
    free(heads);
    hostile_end(&s);
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
    struct hostile s;
    struct msg_head *heads = calloc(PAGE, sizeof *heads);
    hostile_open(&s);
    hostile_enter(&s);
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
        hostile_say(&s, &m);
        world_outsider_forget(s.w);
    }
    assert_int_equal(hostile_peer(&s)->logs_n, pages * PAGE);
    for (size_t i = 1; i < pages * PAGE; i++)
        assert_non_null(known_find(hostile_peer(&s), &hostile_peer(&s)->logs[i].log));
    struct msg run = {
        .type = MSG_RUN, .run = {.first = 1, .done = true}
    };
    memcpy(run.run.site, s.beta.key.pub, SITE_BYTES);
    for (uint64_t i = 0; i < 40; i++) {
        run.run.incarnation = PAGE + i;
        hostile_say(&s, &run);
        world_outsider_forget(s.w);
    }
    free(heads);
    hostile_end(&s);
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
    struct hostile s;
    struct msg_head heads[3] = {0};
    hostile_open(&s);
    hostile_enter(&s);
    for (size_t i = 0; i < 3; i++) {
        heads[i].site[0] = (uint8_t)(i + 1);
        heads[i].incarnation = heads[i].seq = 1;
    }
    hostile_say(&s, &(struct msg){
                        .type = MSG_VECTOR, .vector = {.level = 2, .heads = heads, .heads_n = 3}
    });
    assert_true(hostile_is_there(&s));
    assert_int_equal(hostile_peer(&s)->logs_n, 0);
    for (uint64_t i = 1; i < 50; i++) {
        struct msg fresh = {.type = MSG_NEW, .fresh = {.head = {.incarnation = i, .seq = 1}}};
        fresh.fresh.head.site[0] = 77;
        hostile_say(&s, &fresh);
    }
    assert_true(hostile_is_there(&s));
    assert_int_equal(hostile_peer(&s)->logs_n, 0);
    world_outsider_forget(s.w);
    hostile_end(&s);
}

static void sites_without_end_are_bounded(void **state)
{
    (void)state;
    struct hostile s;
    struct msg_site *sites = calloc(PAGE, sizeof *sites);
    hostile_open(&s);
    hostile_enter(&s);
    struct msg m = {
        .type = MSG_VECTOR, .vector = {.level = 1, .sites = sites, .sites_n = PAGE, .more = true}
    };
    uint32_t number = 0;
    for (int page = 0; page < 40 && hostile_is_there(&s); page++) {
        for (size_t i = 0; i < PAGE; i++, number++) {
            sites[i].site[0] = (uint8_t)(number >> 24);
            sites[i].site[1] = (uint8_t)(number >> 16);
            sites[i].site[2] = (uint8_t)(number >> 8);
            sites[i].site[3] = (uint8_t)number;
        }
        hostile_say(&s, &m);
        assert_true(!hostile_is_there(&s) || hostile_peer(&s)->vector_sites_n <= 131072);
    }
    assert_false(hostile_is_there(&s));
    world_outsider_forget(s.w);
    free(sites);
    hostile_end(&s);
}

/* It asks and asks, and gives no credit back. */
static void wants_without_credit_are_bounded(void **state)
{
    (void)state;
    struct hostile s;
    hostile_open(&s);
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
    hostile_enter_live(&s);
    const struct own *own = &s.w->sites[0].core->own[0];
    struct msg m = {
        .type = MSG_WANT, .want = {.incarnation = own->row.incarnation, .first = 1, .last = 300}
    };
    memcpy(m.want.site, own->key.pub, SITE_BYTES);
    struct buf b;
    buf_init(&b, LIMIT_MESSAGE_BYTES);
    assert_int_equal(msg_encode(&m, &b), ERR_OK);
    for (int i = 0; i < 20000 && hostile_is_there(&s); i++)
        core_frame(s.w->sites[0].core, s.link, buf_slice(&b));
    assert_true(!hostile_is_there(&s) || hostile_peer(&s)->serves_n <= 1024);
    buf_fini(&b);
    for (uint64_t i = 1; i < 20000 && hostile_is_there(&s); i++) {
        m.want.incarnation = i;
        buf_init(&b, LIMIT_MESSAGE_BYTES);
        assert_int_equal(msg_encode(&m, &b), ERR_OK);
        core_frame(s.w->sites[0].core, s.link, buf_slice(&b));
        buf_fini(&b);
    }
    assert_true(!hostile_is_there(&s) || hostile_peer(&s)->serves_n <= 1024);
    world_outsider_forget(s.w);
    hostile_end(&s);
}

/* It claims to hold what was not written yet. */
static void nobody_holds_what_is_not_written(void **state)
{
    (void)state;
    struct hostile s;
    hostile_open(&s);
    world_block(s.w, 0, 2, true);
    hostile_enter_live(&s);
    const struct own *own = &s.w->sites[0].core->own[0];
    struct msg_head head = {.incarnation = own->row.incarnation, .seq = INT64_MAX};
    memcpy(head.site, own->key.pub, SITE_BYTES);
    hostile_say(&s, &(struct msg){
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
    hostile_end(&s);
}

/* One key, many links, never a word. */
static void silent_links_of_one_key_are_few(void **state)
{
    (void)state;
    struct hostile s;
    hostile_open(&s);
    for (int i = 0; i < 100; i++)
        world_outsider_link(s.w, 0, s.curve);
    assert_true(s.w->sites[0].core->peers_n <= 2 * LIMIT_UNKNOWN_LINKS);
    world_outsider_forget(s.w);
    hostile_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_without_end_are_bounded),
        cmocka_unit_test(heads_in_falling_order_are_kept_and_found_without_comparing_all),
        cmocka_unit_test(heads_of_sites_that_nobody_admitted_are_not_kept),
        cmocka_unit_test(sites_without_end_are_bounded),
        cmocka_unit_test(wants_without_credit_are_bounded),
        cmocka_unit_test(nobody_holds_what_is_not_written),
        cmocka_unit_test(silent_links_of_one_key_are_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
