/*
 * service: a daemon in this process, asked over its control socket by another thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/cmd/real.h"
#include "daemon/cmd/service.h"
#include "daemon/core/found.h"
#include "peers/control.h"
#include "tests/help/scratch.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS 180
#define PIPELINED   4
#define REQUESTS    (CONNECTIONS * PIPELINED) /* more than the service takes in before it looks at the clock, twice over */

struct client {
    char dir[64];
    pthread_t thread;
    int answers;
    bool done;
};

static size_t answers_in(const char *text)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, "HTTP/1.1 200")); at++)
        n++;
    return n;
}

/* All that comes on one connection until it has answered everything, or a second is quiet. */
static int answered(int fd)
{
    static char text[65536];
    size_t n = 0;
    ssize_t k;
    while (n + 1 < sizeof text && answers_in(text) < PIPELINED &&
           (k = recv(fd, text + n, sizeof text - 1 - n, 0)) > 0) {
        n += (size_t)k;
        text[n] = 0;
    }
    int found = (int)answers_in(text);
    text[0] = 0;
    return found;
}

/* All requests at once; then whatever is answered. */
static void *ask_all(void *arg)
{
    static const char request[] =
        "POST " CONTROL_PATH " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 25\r\n\r\n{\"do\":\"status\",\"args\":{}}";
    struct client *c = arg;
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct timeval quiet = {.tv_sec = 1};
    int fds[CONNECTIONS];
    snprintf(to.sun_path, sizeof to.sun_path, "%s/" CONTROL_SOCKET, c->dir);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        setsockopt(fds[i], SOL_SOCKET, SO_RCVTIMEO, &quiet, sizeof quiet);
        if (connect(fds[i], (struct sockaddr *)&to, sizeof to) == 0)
            for (int k = 0; k < PIPELINED; k++)
                (void)!send(fds[i], request, sizeof request - 1, MSG_NOSIGNAL);
    }
    for (size_t i = 0; i < CONNECTIONS; i++) {
        c->answers += answered(fds[i]);
        close(fds[i]);
    }
    __atomic_store_n(&c->done, true, __ATOMIC_RELEASE);
    return NULL;
}

static void every_request_of_a_burst_is_answered(void **state)
{
    struct client c = {.dir = "/tmp/allied-service-XXXXXX"};
    struct why why = {0};
    struct settings *settings = NULL;
    struct service *service = NULL;
    bool stopped = false;
    (void)state;
    scratch_make(c.dir);
    struct env env = real_env(NULL);
    assert_int_equal(found_alliance(c.dir, &env, "Alliance", "One", "one", &why), ERR_OK);
    static const char *const overrides[] = {"zeromq.listen=127.0.0.1:0"};
    assert_int_equal(settings_load(NULL, overrides, 1, &settings, &why), ERR_OK);
    struct service_options options = {.dir = c.dir, .settings = settings, .lang = "en", .control = true};
    assert_int_equal(service_open(&options, &service, &why), ERR_OK);
    assert_int_equal(pthread_create(&c.thread, NULL, ask_all, &c), 0);
    while (!__atomic_load_n(&c.done, __ATOMIC_ACQUIRE))
        assert_int_equal(service_run(service, 20, &stopped), ERR_OK);
    pthread_join(c.thread, NULL);
    service_close(service);
    settings_free(settings);
    scratch_remove(c.dir);
    assert_int_equal(c.answers, REQUESTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_request_of_a_burst_is_answered)};
    return sign_start() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
