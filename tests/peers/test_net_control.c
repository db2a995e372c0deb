/* The control socket of a network thread. */
#include "protocol/wire/wr.h"
#include "tests/help/bus_say.h"
#include "tests/help/net_side.h"
#include "tests/help/scratch.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct call {
    const char *dir;
    err_t err;
    struct buf answer;
};

static void *call_thread(void *arg)
{
    struct call *c = arg;
    c->err = control_call(c->dir, slice_text("{\"what\":\"status\"}"), NET_SIDE_WAIT_MS, &c->answer);
    return NULL;
}

static void say_reply(struct net_side *a, struct slice json)
{
    struct buf b;
    buf_init(&b, json.len + 512);
    wr_array(&b, 3);
    wr_uint(&b, BUS_REPLY);
    wr_bin(&b, a->client);
    wr_bin(&b, json);
    bus_say(a->core, &b);
}

static void one_call(const char *dir, size_t answer_len)
{
    struct net_side a;
    struct stat st;
    pthread_t thread;
    char path[4096];
    struct call c = {.dir = dir};
    uint8_t *json = malloc(answer_len);
    memset(json, 'x', answer_len);
    buf_init(&c.answer, 64u << 20);
    snprintf(path, sizeof path, "%s/%s", dir, CONTROL_SOCKET);
    net_side_start(&a, 1, "", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777 & ~0700u, 0);
    assert_int_equal(pthread_create(&thread, NULL, call_thread, &c), 0);
    net_side_expect(&a, BUS_REQUEST);
    assert_true(slice_equal(a.bytes, slice_text("{\"what\":\"status\"}")));
    say_reply(&a, slice_of(json, answer_len));
    pthread_join(thread, NULL);
    assert_int_equal(c.err, ERR_OK);
    assert_true(slice_equal(buf_slice(&c.answer), slice_of(json, answer_len)));
    net_side_stop(&a);
    assert_int_not_equal(stat(path, &st), 0);
    assert_int_equal(control_call(dir, slice_text("{}"), NET_SIDE_WAIT_MS, &c.answer), ERR_NO_DAEMON);
    buf_fini(&c.answer);
    free(json);
}

static void control_socket_answers_at_short_and_very_long_paths(void **state)
{
    (void)state;
    char dir[64] = "/tmp/allied-net-XXXXXX", deep[512];
    scratch_make(dir);
    one_call(dir, 10);
    one_call(dir, 20u << 20);
    snprintf(deep, sizeof deep, "%s/%0150d", dir, 7);
    assert_int_equal(mkdir(deep, 0700), 0);
    one_call(deep, 10);
    assert_int_equal(rmdir(deep), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void daemon_that_goes_away_is_told_at_once_not_by_a_timeout(void **state)
{
    (void)state;
    struct net_side a;
    pthread_t thread;
    char dir[64] = "/tmp/allied-net-XXXXXX", path[128];
    struct call c = {.dir = dir};
    scratch_make(dir);
    buf_init(&c.answer, 1024);
    snprintf(path, sizeof path, "%s/%s", dir, CONTROL_SOCKET);
    net_side_start(&a, 1, "", path);
    assert_int_equal(pthread_create(&thread, NULL, call_thread, &c), 0);
    net_side_expect(&a, BUS_REQUEST);
    net_side_stop(&a);
    pthread_join(thread, NULL);
    assert_int_equal(c.err, ERR_UNANSWERED);
    buf_fini(&c.answer);
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_socket_answers_at_short_and_very_long_paths),
        cmocka_unit_test(daemon_that_goes_away_is_told_at_once_not_by_a_timeout),
    };
    if (sign_start())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
