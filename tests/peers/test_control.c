/* The client's end against what may stand at DATA/control.sock; the daemon's end is in tests/daemon/http/test_owner.c. */
#include "daemon/bus/sockpath.h"
#include "peers/control.h"
#include "protocol/base/limits.h"
#include "tests/help/scratch.h"
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A bound Unix socket that listens or not. */
static int stand_at(const char *dir, bool listens)
{
    char full[4096];
    struct sockpath p;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(full, sizeof full, "%s/%s", dir, CONTROL_SOCKET);
    assert_int_equal(sockpath_open(full, &p), ERR_OK);
    snprintf(at.sun_path, sizeof at.sun_path, "%s", p.path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    if (listens)
        assert_int_equal(listen(fd, 4), 0);
    sockpath_close(&p);
    return fd;
}

static err_t call(const char *dir, long timeout_ms)
{
    struct buf answer;
    buf_init(&answer, 1000);
    err_t err = control_call(dir, slice_text("{}"), timeout_ms, &answer);
    buf_fini(&answer);
    return err;
}

static void no_directory_no_socket_and_a_dead_socket_are_no_daemon_at_once(void **state)
{
    (void)state;
    char dir[64] = "/tmp/allied-bus-XXXXXX", missing[400];
    scratch_make(dir);
    int64_t start = now_ms();
    assert_int_equal(call("/nonexistent/allied", 5000), ERR_NO_DAEMON);
    snprintf(missing, sizeof missing, "%s/%0200d", dir, 1);
    assert_int_equal(call(missing, 5000), ERR_NO_DAEMON);
    assert_int_equal(call(dir, 5000), ERR_NO_DAEMON);
    close(stand_at(dir, false));
    assert_int_equal(call(dir, 5000), ERR_NO_DAEMON);
    assert_true(now_ms() - start < 1000);
    scratch_remove(dir);
}

static void listener_that_says_nothing_is_a_timeout(void **state)
{
    (void)state;
    char dir[64] = "/tmp/allied-bus-XXXXXX";
    scratch_make(dir);
    int fd = stand_at(dir, true);
    int64_t start = now_ms();
    assert_int_equal(call(dir, 150), ERR_TIMEOUT);
    assert_in_range(now_ms() - start, 149, 1500);
    close(fd);
    scratch_remove(dir);
}

static void *leave_after_a_moment(void *listening)
{
    struct pollfd p = {.fd = *(int *)listening, .events = POLLIN};
    while (poll(&p, 1, 5000) == 1) {
        int fd = accept(p.fd, NULL, NULL);
        char byte;
        bool spoke = recv(fd, &byte, 1, 0) == 1;
        close(fd);
        if (spoke)
            break;
    }
    return NULL;
}

static void daemon_that_leaves_before_it_answers_may_have_done_what_was_asked(void **state)
{
    (void)state;
    char dir[64] = "/tmp/allied-bus-XXXXXX";
    pthread_t leaver;
    scratch_make(dir);
    int fd = stand_at(dir, true);
    assert_int_equal(pthread_create(&leaver, NULL, leave_after_a_moment, &fd), 0);
    assert_int_equal(call(dir, 5000), ERR_UNANSWERED);
    assert_int_equal(pthread_join(leaver, NULL), 0);
    close(fd);
    scratch_remove(dir);
}

static void request_past_the_limit_is_refused_before_anything_is_sent(void **state)
{
    (void)state;
    struct buf answer;
    uint8_t byte = 0;
    buf_init(&answer, 10);
    assert_int_equal(control_call("/nonexistent", slice_of(&byte, LIMIT_REQUEST_BYTES + 1), 100, &answer),
                     ERR_TOO_LARGE);
    buf_fini(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_directory_no_socket_and_a_dead_socket_are_no_daemon_at_once),
        cmocka_unit_test(listener_that_says_nothing_is_a_timeout),
        cmocka_unit_test(daemon_that_leaves_before_it_answers_may_have_done_what_was_asked),
        cmocka_unit_test(request_past_the_limit_is_refused_before_anything_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
