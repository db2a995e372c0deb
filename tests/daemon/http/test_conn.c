/* conn: how long a connection may take, and how many one address may have. */
#include "daemon/http/conn.h"
#include "protocol/base/limits.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage out = {.ss_family = AF_INET};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(&out, &v4, sizeof v4);
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(&out, &v6, sizeof v6);
    else
        fail_msg("%s", text);
    return out;
}

static bool admits(const struct conns *all, const char *text)
{
    struct sockaddr_storage from = address(text);
    return conn_admits(all, (const struct sockaddr *)&from);
}

static void add(struct conns *all, const char *text, int fd)
{
    struct sockaddr_storage from = address(text);
    assert_non_null(conn_add(all, fd, (const struct sockaddr *)&from, (struct mono){0}));
}

static void empty(struct conns *all)
{
    while (all->first)
        conn_remove(all, all->first);
    assert_int_equal(all->n, 0);
}

static void an_address_has_twenty_connections_and_an_ipv6_network_as_well(void **state)
{
    struct conns all = {.first = NULL};
    char text[64];
    (void)state;
    for (unsigned i = 0; i < LIMIT_HTTP_ADDRESS; i++) {
        assert_true(admits(&all, "192.0.2.1"));
        add(&all, "192.0.2.1", -1);
        snprintf(text, sizeof text, "2001:db8:1:2::%x", i + 1);
        assert_true(admits(&all, text));
        add(&all, text, -1);
    }
    assert_false(admits(&all, "192.0.2.1"));
    assert_false(admits(&all, "::ffff:192.0.2.1"));
    assert_false(admits(&all, "2001:db8:1:2:ffff::1"));
    assert_true(admits(&all, "192.0.2.2"));
    assert_true(admits(&all, "2001:db8:1:3::1"));
    conn_remove(&all, all.first->next);
    assert_true(admits(&all, "192.0.2.1"));
    empty(&all);
}

static void a_proxy_on_this_machine_has_as_many_as_there_are(void **state)
{
    struct conns all = {.first = NULL};
    (void)state;
    for (unsigned i = 0; i < LIMIT_HTTP_CONNECTIONS; i++) {
        assert_true(admits(&all, i % 2 ? "127.0.0.1" : "::1"));
        add(&all, i % 2 ? "127.0.0.1" : "::1", -1);
    }
    assert_false(admits(&all, "127.0.0.1"));
    assert_false(admits(&all, "192.0.2.1"));
    empty(&all);
}

static bool is_shut(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void each_step_of_a_request_has_its_time_whatever_drops_in(void **state)
{
    static const struct {
        enum conn_at at;
        int64_t limit_ms;
    } steps[] = {
        {CONN_HEADERS, LIMIT_HTTP_HEADER_MS},
        {CONN_BODY,    LIMIT_HTTP_BODY_MS  },
        {CONN_ANSWER,  LIMIT_HTTP_ANSWER_MS},
        {CONN_IDLE,    LIMIT_HTTP_IDLE_MS  },
    };
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct conns all = {.first = NULL};
        int pair[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        add(&all, "192.0.2.1", pair[0]);
        conn_is_at(all.first, steps[i].at, (struct mono){1000});
        assert_int_equal(send(pair[1], "x", 1, 0), 1);
        conn_end_overdue(&all, (struct mono){999 + steps[i].limit_ms});
        assert_false(is_shut(pair[1]));
        conn_end_overdue(&all, (struct mono){1000 + steps[i].limit_ms});
        assert_true(is_shut(pair[1]));
        empty(&all);
        close(pair[0]);
        close(pair[1]);
    }
}

static void who_waits_for_the_core_is_not_ended(void **state)
{
    struct conns all = {.first = NULL};
    int pair[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    add(&all, "192.0.2.1", pair[0]);
    conn_is_at(all.first, CONN_WAITS, (struct mono){0});
    conn_end_overdue(&all, (struct mono){INT64_C(86400000)});
    assert_false(is_shut(pair[1]));
    empty(&all);
    close(pair[0]);
    close(pair[1]);
}

static void who_hung_up_is_ended_at_once_unless_an_answer_is_on_its_way(void **state)
{
    static const struct {
        enum conn_at at;
        bool ends;
    } steps[] = {
        {CONN_HEADERS, true },
        {CONN_BODY,    true },
        {CONN_IDLE,    true },
        {CONN_WAITS,   false},
        {CONN_ANSWER,  false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct conns all = {.first = NULL};
        int pair[2];
        char byte;
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        add(&all, "192.0.2.1", pair[0]);
        conn_is_at(all.first, steps[i].at, (struct mono){1000});
        assert_int_equal(send(pair[1], "x", 1, 0), 1);
        shutdown(pair[1], SHUT_WR);
        conn_end_overdue(&all, (struct mono){1000});
        assert_false(is_shut(pair[1])); /* there is a byte to read yet */
        assert_int_equal(recv(pair[0], &byte, 1, 0), 1);
        conn_end_overdue(&all, (struct mono){2000});
        assert_int_equal(is_shut(pair[1]), steps[i].ends);
        empty(&all);
        close(pair[0]);
        close(pair[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_twenty_connections_and_an_ipv6_network_as_well),
        cmocka_unit_test(a_proxy_on_this_machine_has_as_many_as_there_are),
        cmocka_unit_test(each_step_of_a_request_has_its_time_whatever_drops_in),
        cmocka_unit_test(who_waits_for_the_core_is_not_ended),
        cmocka_unit_test(who_hung_up_is_ended_at_once_unless_an_answer_is_on_its_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
