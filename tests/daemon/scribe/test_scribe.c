/* The scribe answers readings by their names, on a connection of its own. */
#include "daemon/scribe/scribe.h"
#include "daemon/core/found.h"
#include "daemon/scribe/scribe_report.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include "tests/help/core_world.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 8000

struct side {
    struct bus *bus;
    struct bus_end *core, *other, *asked, *asks;
    char path[256];
    pthread_t thread;
    struct buf in;
    uint64_t ticket;
};

static void *run(void *arg)
{
    struct side *s = arg;
    scribe_run(s->other, s->asked, s->path);
    return NULL;
}

static uint64_t next(struct side *s, struct bus_end *end, struct rd *r)
{
    assert_int_equal(bus_recv(end, WAIT_MS, &s->in), ERR_OK);
    rd_init(r, buf_slice(&s->in));
    rd_array(r, 2, 5);
    return rd_uint(r, UINT32_MAX);
}

static void begin(struct side *s, const char *dir)
{
    struct rd r;
    *s = (struct side){.ticket = 0};
    snprintf(s->path, sizeof s->path, "%s/" DATABASE_NAME, dir);
    buf_init(&s->in, SCRIBE_ANSWER_BYTES + 4096);
    assert_int_equal(bus_open(&s->bus), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "scribe", true, &s->core), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "scribe", false, &s->other), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "asked", true, &s->asked), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "asked", false, &s->asks), ERR_OK);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
    assert_int_equal(next(s, s->core, &r), BUS_LISTENING);
}

static void end(struct side *s)
{
    struct buf b;
    buf_init(&b, 64);
    wr_array(&b, 1);
    wr_uint(&b, BUS_STOP);
    assert_int_equal(bus_send(s->core, buf_slice(&b)), ERR_OK);
    pthread_join(s->thread, NULL);
    buf_fini(&b);
    buf_fini(&s->in);
    bus_detach(s->core);
    bus_detach(s->other);
    bus_detach(s->asked);
    bus_detach(s->asks);
    bus_close(s->bus);
}

/* The status; *out (may be NULL) gets the answer. */
static unsigned ask(struct side *s, const char *request, json_t **out)
{
    struct buf b;
    struct rd r;
    buf_init(&b, LIMIT_REQUEST_BYTES);
    wr_array(&b, 4);
    wr_uint(&b, BUS_HTTP);
    wr_uint(&b, ++s->ticket);
    wr_uint(&b, BUS_HTTP_REQUEST);
    wr_bin(&b, slice_text(request));
    assert_int_equal(bus_send(s->asks, buf_slice(&b)), ERR_OK);
    buf_fini(&b);
    assert_int_equal(next(s, s->asks, &r), BUS_HTTP_ANSWER);
    assert_int_equal(rd_uint(&r, UINT64_MAX), s->ticket);
    unsigned status = (unsigned)rd_uint(&r, 999);
    rd_text(&r, 64);
    struct slice body = rd_bin(&r, 0, SIZE_MAX);
    assert_int_equal(rd_end(&r), ERR_OK);
    if (out)
        *out = json_loadb((const char *)body.at, body.len, 0, NULL);
    return status;
}

static void expect_error(struct side *s, const char *request, const char *name)
{
    json_t *answer = NULL;
    assert_int_equal(ask(s, request, &answer), 200);
    assert_string_equal(json_string_value(json_object_get(json_object_get(answer, "error"), "name")), name);
    json_decref(answer);
}

static void readings_are_answered_as_the_replica_is_now(void **state)
{
    struct side s;
    struct world *w = world_alliance(901, 1);
    char id[64];
    json_t *answer = NULL;
    (void)state;
    begin(&s, w->sites[0].dir);
    for (size_t n = 1; n <= 2; n++) {
        world_record(w, 0, n == 1 ? "r1" : "r2", "Un jardin", id);
        assert_int_equal(ask(&s, "{\"do\":\"record.list\",\"lang\":\"fr\",\"args\":{}}", &answer), 200);
        assert_int_equal(json_array_size(json_object_get(json_object_get(answer, "result"), "records")), n);
        json_decref(answer);
    }
    expect_error(&s, "{\"do\":\"record.show\",\"args\":{\"id\":\"zzzzzzzzzzzzzzzzzzzzzzzzzy\"}}", "not_found");
    expect_error(&s, "{\"do\":\"record.write\"}", "usage"); /* it writes nothing */
    expect_error(&s, "{}", "usage");
    assert_int_equal(ask(&s, "no json", NULL), 503);
    end(&s);
    world_free(w);
}

static json_t *report(struct side *s, const char *form)
{
    char request[128];
    json_t *answer = NULL;
    snprintf(request, sizeof request, "{\"do\":\"report\",\"lang\":\"fr\",\"args\":{\"year\":0,\"form\":\"%s\"}}",
             form);
    assert_int_equal(ask(s, request, &answer), 200);
    json_t *text = json_incref(json_object_get(json_object_get(answer, "result"), "text"));
    assert_true(json_string_length(text) > 0);
    json_decref(answer);
    return text;
}

static void a_page_of_the_report_is_the_one_that_is_there_and_made_anew_behind_it(void **state)
{
    struct side s;
    struct world *w = world_alliance(902, 1);
    char id[64];
    (void)state;
    world_record(w, 0, "r1", "Un jardin", id);
    begin(&s, w->sites[0].dir);
    json_t *page = report(&s, REPORT_PAGE), *file = report(&s, "json"), *later = NULL;
    world_record(w, 0, "r2", "Un four à pain", id);
    json_t *next_page = report(&s, REPORT_PAGE), *next_file = report(&s, "json");
    assert_true(json_equal(page, next_page));
    assert_false(json_equal(file, next_file)); /* a file is as of now */
    for (int i = 0; i < 100 && (!later || json_equal(page, later)); i++) {
        json_decref(later);
        usleep(20000);
        later = report(&s, REPORT_PAGE);
    }
    assert_false(json_equal(page, later));
    json_decref(page);
    json_decref(file);
    json_decref(next_page);
    json_decref(next_file);
    json_decref(later);
    end(&s);
    world_free(w);
}

static void what_is_not_there_yet_is_an_error_that_passes(void **state)
{
    struct side s;
    (void)state;
    begin(&s, "/nonexistent");
    expect_error(&s, "{\"do\":\"record.list\"}", "no_data");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readings_are_answered_as_the_replica_is_now),
        cmocka_unit_test(a_page_of_the_report_is_the_one_that_is_there_and_made_anew_behind_it),
        cmocka_unit_test(what_is_not_there_yet_is_an_error_that_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
