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
#include "tests/help/scratch.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#define REQUESTS 700 /* more than the service takes in before it looks at the clock, twice over */

struct client {
    char dir[64];
    pthread_t thread;
    int answers;
    bool done;
};

/* All requests at once; then whatever is answered until a second is quiet. */
static void *ask_all(void *arg)
{
    static const char request[] = "{\"do\":\"status\",\"args\":{}}";
    struct client *c = arg;
    char endpoint[128];
    int quiet_ms = 1000, linger = 0;
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_DEALER);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/" CONTROL_NAME, c->dir);
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &quiet_ms, sizeof quiet_ms);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    if (zmq_connect(socket, endpoint) == 0) {
        for (int i = 0; i < REQUESTS; i++)
            zmq_send(socket, request, sizeof request - 1, 0);
        while (c->answers < REQUESTS && zmq_recv(socket, NULL, 0, 0) >= 0)
            c->answers++;
    }
    zmq_close(socket);
    zmq_ctx_term(context);
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
