/*
 * The index's thread, asked from both sides.
 */
#include "daemon/index/loop.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include "tests/help/index_world.h"
#include "tests/help/store_fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 20000

struct play {
    struct index_world *i;
    struct bus *bus;
    struct bus_end *core, *core_other, *http, *http_other;
    pthread_t thread;
    struct buf in;
};

static void *run(void *arg)
{
    struct play *p = arg;
    loop_run(p->core_other, p->http, p->i->w->sites[0].dir);
    return NULL;
}

/* The next message's number; what follows it is in *r. */
static uint64_t hear(struct play *p, struct bus_end *end, struct rd *r)
{
    assert_int_equal(bus_recv(end, WAIT_MS, &p->in), ERR_OK);
    rd_init(r, buf_slice(&p->in));
    rd_array(r, 1, 8);
    return rd_uint(r, UINT32_MAX);
}

static void open_play(struct play *p, struct index_world *i)
{
    struct rd r;
    *p = (struct play){.i = i};
    index_close(i->ix); /* the thread's alone */
    i->ix = NULL;
    buf_init(&p->in, LIMIT_REQUEST_BYTES);
    assert_int_equal(bus_open(&p->bus), ERR_OK);
    assert_int_equal(bus_attach(p->bus, "index", true, &p->core), ERR_OK);
    assert_int_equal(bus_attach(p->bus, "index", false, &p->core_other), ERR_OK);
    assert_int_equal(bus_attach(p->bus, "search", true, &p->http), ERR_OK);
    assert_int_equal(bus_attach(p->bus, "search", false, &p->http_other), ERR_OK);
    assert_int_equal(pthread_create(&p->thread, NULL, run, p), 0);
    assert_int_equal(hear(p, p->core, &r), BUS_LISTENING);
}

static void say(struct bus_end *end, uint64_t event, uint64_t number, struct slice first, struct slice json)
{
    struct buf b;
    buf_init(&b, 65536);
    bool http = event == BUS_HTTP, request = event == BUS_REQUEST;
    wr_array(&b, http ? 4 : request ? 3 : event == BUS_CLEAN ? 2 : 1);
    wr_uint(&b, event);
    if (http || event == BUS_CLEAN)
        wr_uint(&b, number);
    if (http)
        wr_uint(&b, BUS_HTTP_REQUEST);
    if (request)
        wr_bin(&b, first);
    if (http || request)
        wr_bin(&b, json);
    assert_int_equal(bus_send(end, buf_slice(&b)), ERR_OK);
    buf_fini(&b);
}

static void close_play(struct play *p)
{
    say(p->core, BUS_STOP, 0, slice_text(""), slice_text(""));
    pthread_join(p->thread, NULL);
    bus_detach(p->core);
    bus_detach(p->core_other);
    bus_detach(p->http);
    bus_detach(p->http_other);
    bus_close(p->bus);
    buf_fini(&p->in);
}

static size_t total_of(struct slice json)
{
    json_t *answer = json_loadb((const char *)json.at, json.len, 0, NULL);
    json_t *total = json_object_get(json_object_get(answer, "result"), "total");
    size_t n = json_is_integer(total) ? (size_t)json_integer_value(total) : 9999;
    json_decref(answer);
    return n;
}

#define SEARCH slice_text("{\"do\":\"search\",\"args\":{\"q\":\"moulin\"}}")

static size_t ask_core(struct play *p)
{
    struct rd r;
    say(p->core, BUS_REQUEST, 0, slice_text("client-7"), SEARCH);
    assert_int_equal(hear(p, p->core, &r), BUS_REPLY);
    assert_true(slice_equal(rd_bin(&r, 0, 256), slice_text("client-7")));
    struct slice json = rd_bin(&r, 0, LIMIT_REQUEST_BYTES);
    assert_int_equal(rd_end(&r), ERR_OK);
    return total_of(json);
}

static size_t ask_http(struct play *p)
{
    struct rd r;
    say(p->http_other, BUS_HTTP, 42, slice_text(""), SEARCH);
    assert_int_equal(hear(p, p->http_other, &r), BUS_HTTP_ANSWER);
    assert_int_equal(rd_uint(&r, UINT64_MAX), 42);
    assert_int_equal(rd_uint(&r, 999), 200);
    rd_text(&r, 64);
    struct slice json = rd_bin(&r, 0, LIMIT_REQUEST_BYTES);
    assert_int_equal(rd_end(&r), ERR_OK);
    return total_of(json);
}

static void write_one(struct index_world *i)
{
    char id[64];
    index_world_record(i,
                       json_pack("{s:s, s:s, s:s, s:s}", "lang", "fr", "type", "experience", "title", "Moulin à eau",
                                 "abstract", "secretissime"),
                       id);
}

static void eventually(struct play *p, size_t (*ask)(struct play *p), size_t expected)
{
    size_t n = 0;
    for (int tries = 0; tries < 500 && (n = ask(p)) != expected; tries++)
        usleep(10000);
    assert_int_equal(n, expected);
}

static void what_changed_is_found_from_both_sides(void **state)
{
    struct index_world *i = *state;
    struct play p;
    write_one(i);
    open_play(&p, i);
    eventually(&p, ask_core, 1);
    eventually(&p, ask_http, 1);
    write_one(i);
    say(p.core, BUS_CHANGED, 0, slice_text(""), slice_text(""));
    eventually(&p, ask_http, 2);
    close_play(&p);
}

static void a_round_of_erasing_is_answered_once_it_is_clean(void **state)
{
    struct index_world *i = *state;
    struct play p;
    struct rd r;
    write_one(i);
    open_play(&p, i);
    eventually(&p, ask_core, 1);
    assert_true(index_world_has_bytes(i, "secretissime"));
    json_t *list = world_do(i->w, 0, "record.list", NULL);
    const char *id = json_string_value(json_object_get(json_array_get(json_object_get(list, "records"), 0), "id"));
    json_decref(
        world_do(i->w, 0, "record.edit", json_pack("{s:s, s:{s:{s:s}}}", "id", id, "set", "abstract", "fr", "rien")));
    json_decref(list);
    say(p.core, BUS_CLEAN, 3, slice_text(""), slice_text(""));
    assert_int_equal(hear(&p, p.core, &r), BUS_CLEANED);
    assert_int_equal(rd_uint(&r, UINT64_MAX), 3);
    assert_false(index_world_has_bytes(i, "secretissime"));
    assert_false(index_world_has_word(i, "secretissime"));
    assert_int_equal(ask_core(&p), 1);
    close_play(&p);
}

/* A directory stands where the file should: nothing can be made there, and the thread goes on. */
static void without_an_index_it_answers_and_tries_again(void **state)
{
    struct index_world *i = *state;
    struct play p;
    struct rd r;
    char path[256], below[300];
    index_close(i->ix);
    i->ix = NULL;
    assert_int_equal(index_remove(i->w->sites[0].dir), ERR_OK);
    snprintf(path, sizeof path, "%s/%s", i->w->sites[0].dir, INDEX_NAME);
    snprintf(below, sizeof below, "%s/x", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(mkdir(below, 0700), 0);
    open_play(&p, i);
    assert_int_equal(hear(&p, p.core, &r), BUS_TROUBLE);
    assert_int_equal(ask_core(&p), 9999);
    assert_int_equal(ask_http(&p), 9999);
    rmdir(below);
    rmdir(path);
    write_one(i);
    eventually(&p, ask_http, 1); /* who asks opens it again */
    close_play(&p);
}

/* The replica cannot be read: nothing is followed, and nothing that was erased stays in a file that nobody can use. */
static void what_cannot_be_followed_is_erased_as_well(void **state)
{
    struct index_world *i = *state;
    struct play p;
    struct rd r;
    char path[256], aside[300];
    write_one(i);
    json_decref(index_world_ask(i, "search", json_pack("{s:s}", "q", "secretissime")));
    snprintf(path, sizeof path, "%s/allied.db", i->w->sites[0].dir);
    snprintf(aside, sizeof aside, "%s.aside", path);
    assert_true(index_exists(i->w->sites[0].dir));
    assert_int_equal(rename(path, aside), 0);
    open_play(&p, i);
    assert_int_equal(hear(&p, p.core, &r), BUS_TROUBLE);
    say(p.core, BUS_CLEAN, 5, slice_text(""), slice_text(""));
    assert_int_equal(hear(&p, p.core, &r), BUS_CLEANED);
    assert_int_equal(rd_uint(&r, UINT64_MAX), 5);
    assert_false(index_exists(i->w->sites[0].dir));
    close_play(&p);
    assert_int_equal(rename(aside, path), 0);
}

static void a_foreign_message_changes_nothing(void **state)
{
    struct index_world *i = *state;
    struct play p;
    static const uint8_t bad[][4] = {
        {0xc1 },
        {0x91,  0x04},
        {0x92,     0x04, 0xc4},
        {0x80}
    };
    write_one(i);
    open_play(&p, i);
    for (size_t k = 0; k < 4; k++) {
        assert_int_equal(bus_send(p.core, slice_of(bad[k], 1 + k % 3)), ERR_OK);
        assert_int_equal(bus_send(p.http_other, slice_of(bad[k], 1 + k % 3)), ERR_OK);
    }
    eventually(&p, ask_core, 1);
    close_play(&p);
}

#define T(name) cmocka_unit_test_setup_teardown(name, index_world_setup, index_world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_changed_is_found_from_both_sides),       T(a_round_of_erasing_is_answered_once_it_is_clean),
        T(without_an_index_it_answers_and_tries_again), T(what_cannot_be_followed_is_erased_as_well),
        T(a_foreign_message_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
