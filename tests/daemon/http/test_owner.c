/* The daemon's end of DATA/control.sock: the owner's requests, and the API without a token. The client's end alone is in tests/peers/test_control.c. */
#include "peers/control.h"
#include "protocol/wire/wr.h"
#include "tests/help/bus_say.h"
#include "tests/help/http_side.h"
#include "tests/help/scratch.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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
    c->err = control_call(c->dir, slice_text("{\"do\":\"status\"}"), HTTP_SIDE_WAIT_MS, &c->answer);
    return NULL;
}

static void start(struct http_side *s, const char *dir, char path[4096])
{
    snprintf(path, 4096, "%s/%s", dir, CONTROL_SOCKET);
    http_side_start(s, &(struct http_options){.control = path}, NULL);
}

static void one_call(const char *dir, size_t answer_len)
{
    struct http_side s;
    struct stat st;
    pthread_t thread;
    char path[4096], text[64];
    struct call c = {.dir = dir};
    char *json = malloc(answer_len + 1);
    memset(json, 'x', answer_len);
    json[answer_len] = 0;
    buf_init(&c.answer, 64u << 20);
    start(&s, dir, path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777 & ~0700u, 0);
    assert_int_equal(pthread_create(&thread, NULL, call_thread, &c), 0);
    assert_int_equal(http_side_next(&s, text, sizeof text), BUS_HTTP);
    assert_int_equal(s.what, BUS_HTTP_REQUEST);
    assert_true(slice_equal(s.body, slice_text("{\"do\":\"status\"}")));
    http_side_answer(&s, 200, ERR_OK, json);
    pthread_join(thread, NULL);
    assert_int_equal(c.err, ERR_OK);
    assert_true(slice_equal(buf_slice(&c.answer), slice_text(json)));
    http_side_stop(&s);
    assert_int_not_equal(stat(path, &st), 0);
    assert_int_equal(control_call(dir, slice_text("{}"), HTTP_SIDE_WAIT_MS, &c.answer), ERR_NO_DAEMON);
    buf_fini(&c.answer);
    free(json);
}

static void it_answers_at_short_and_very_long_paths(void **state)
{
    (void)state;
    char dir[64] = "/tmp/allied-http-XXXXXX", deep[512];
    scratch_make(dir);
    one_call(dir, 10);
    one_call(dir, 20u << 20);
    snprintf(deep, sizeof deep, "%s/%0150d", dir, 7);
    assert_int_equal(mkdir(deep, 0700), 0);
    one_call(deep, 10);
    assert_int_equal(rmdir(deep), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void a_daemon_that_ends_is_told_at_once_not_by_a_timeout(void **state)
{
    (void)state;
    struct http_side s;
    pthread_t thread;
    char dir[64] = "/tmp/allied-http-XXXXXX", path[4096], text[64];
    struct call c = {.dir = dir};
    scratch_make(dir);
    buf_init(&c.answer, 1024);
    start(&s, dir, path);
    assert_int_equal(pthread_create(&thread, NULL, call_thread, &c), 0);
    assert_int_equal(http_side_next(&s, text, sizeof text), BUS_HTTP);
    http_side_stop(&s);
    pthread_join(thread, NULL);
    assert_int_equal(c.err, ERR_UNANSWERED);
    buf_fini(&c.answer);
    assert_int_equal(rmdir(dir), 0);
}

/* A request by this socket, and the status of its answer; `out` gets it. */
static unsigned ask(const char *path, const char *request, char *out, size_t size)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    http_side_say(fd, request);
    unsigned status = http_side_hear(fd, out, size);
    close(fd);
    return status;
}

static void the_owners_requests_are_for_the_socket_alone(void **state)
{
    (void)state;
    struct http_side s;
    char dir[64] = "/tmp/allied-http-XXXXXX", path[4096], out[4096];
    static const char request[] =
        "POST /control HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    scratch_make(dir);
    start(&s, dir, path);
    assert_int_equal(http_side_ask(&s, request, out, sizeof out), 404);
    assert_int_equal(ask(path, "GET /control HTTP/1.1\r\nHost: localhost\r\n\r\n", out, sizeof out), 405);
    assert_int_equal(
        ask(path,
            "POST /control HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", out,
            sizeof out),
        415);
    assert_int_equal(ask(path, "GET /openapi.json HTTP/1.1\r\nHost: any.name.at.all\r\n\r\n", out, sizeof out), 200);
    assert_null(strstr(out, "/control"));
    http_side_stop(&s);
    scratch_remove(dir);
}

/* Two servers give out tickets: an answer must not reach the other's request. */
static void answers_reach_the_one_who_asked(void **state)
{
    (void)state;
    struct http_side s;
    pthread_t thread;
    char dir[64] = "/tmp/allied-http-XXXXXX", path[4096], text[64], out[4096];
    struct call c = {.dir = dir};
    scratch_make(dir);
    buf_init(&c.answer, 1024);
    start(&s, dir, path);
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_int_equal(http_side_next(&s, text, sizeof text), BUS_HTTP);
    uint64_t ready = s.ticket;
    assert_int_equal(s.what, BUS_HTTP_READY);
    assert_int_equal(pthread_create(&thread, NULL, call_thread, &c), 0);
    assert_int_equal(http_side_next(&s, text, sizeof text), BUS_HTTP);
    assert_int_equal(s.what, BUS_HTTP_REQUEST);
    assert_int_not_equal(s.ticket, ready);
    http_side_answer(&s, 200, ERR_OK, "{\"exit\":0}");
    pthread_join(thread, NULL);
    assert_true(slice_equal(buf_slice(&c.answer), slice_text("{\"exit\":0}")));
    s.ticket = ready;
    http_side_answer(&s, 200, ERR_OK, "");
    assert_int_equal(http_side_hear(fd, out, sizeof out), 200);
    assert_non_null(strstr(out, "ready"));
    close(fd);
    buf_fini(&c.answer);
    http_side_stop(&s);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_answers_at_short_and_very_long_paths),
        cmocka_unit_test(a_daemon_that_ends_is_told_at_once_not_by_a_timeout),
        cmocka_unit_test(the_owners_requests_are_for_the_socket_alone),
        cmocka_unit_test(answers_reach_the_one_who_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
