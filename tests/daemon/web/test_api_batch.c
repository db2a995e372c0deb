/* Batches over real sockets, with the test in the core's place: how lines go to it in parts, and what comes of each. */
#include "daemon/web/routes.h"
#include "tests/help/http_side.h"
#include "tests/help/web_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define OUT_MAX (256u * 1024)

static err_t any_token(struct http_request *q, const char *token, struct http_principal *out)
{
    (void)q;
    (void)token;
    *out = (struct http_principal){.name = "t", .site = "alpha", .scopes = 1u << HTTP_RECORDS};
    return ERR_OK;
}

static void start(struct http_side *s)
{
    static struct http_site site;
    struct http_options options = {.site = &site};
    site = (struct http_site){.routes = routes_all(), .token = any_token};
    http_side_start(s, &options, NULL);
}

/* Sends a batch; the connection, on which its answer will come. */
static int send_batch(struct http_side *s, const char *body)
{
    char head[256];
    int fd = http_side_dial(s, "127.0.0.1");
    snprintf(
        head, sizeof head,
        "POST /api/v1/records:batch HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer t\r\n"
        "Content-Type: application/x-ndjson\r\nContent-Length: %zu\r\n\r\n",
        strlen(body));
    http_side_say(fd, head);
    http_side_say(fd, body);
    return fd;
}

/* The next part that the core is asked for. */
static json_t *next_part(struct http_side *s)
{
    char text[64];
    assert_int_equal(http_side_next(s, text, sizeof text), BUS_HTTP);
    assert_int_equal(s->what, BUS_HTTP_REQUEST);
    json_t *request = json_loadb((const char *)s->body.at, s->body.len, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(request, "do")), "record.write");
    json_t *lines = json_incref(json_object_get(json_object_get(request, "args"), "lines"));
    json_decref(request);
    return lines;
}

/* Answers it: all were added. How many there were; *first is the number of the first. */
static size_t take_part(struct http_side *s, json_int_t *first)
{
    json_t *lines = next_part(s), *ids = json_array(), *one;
    size_t i, n = json_array_size(lines);
    *first = json_integer_value(json_object_get(json_array_get(lines, 0), "line"));
    json_array_foreach(lines, i, one)
    {
        json_array_append_new(
            ids, json_pack("{s:O, s:s, s:s}", "line", json_object_get(one, "line"), "id", "aaaa", "outcome", "added"));
    }
    json_t *answer = json_pack("{s:i, s:{s:o, s:[]}}", "exit", 0, "result", "ids", ids, "errors");
    char *text = json_dumps(answer, JSON_COMPACT);
    http_side_answer(s, 200, ERR_OK, text);
    free(text);
    json_decref(answer);
    json_decref(lines);
    return n;
}

static void refuse_part(struct http_side *s, const char *name)
{
    char text[256];
    json_decref(next_part(s));
    snprintf(text, sizeof text,
             "{\"exit\": 1, \"error\": {\"code\": \"ALLIED-1003\", \"name\": \"%s\", \"detail\": \"\"}}", name);
    http_side_answer(s, 200, ERR_OK, text);
}

static char *many_lines(size_t n)
{
    struct buf body;
    buf_init(&body, n * 32 + 1);
    for (size_t i = 0; i < n; i++)
        buf_printf(&body, "{\"source_id\": \"s%zu\"}\n", i);
    char *text = strdup(buf_text(&body));
    buf_fini(&body);
    return text;
}

struct sent { /* a batch of 450 lines, of which the first 200 were taken */
    struct http_side side;
    int fd;
    char *out, *body;
};

static void begin(struct sent *b)
{
    json_int_t first = 0;
    b->out = malloc(OUT_MAX);
    b->body = many_lines(450);
    start(&b->side);
    b->fd = send_batch(&b->side, b->body);
    assert_int_equal(take_part(&b->side, &first), 200);
    assert_int_equal(first, 1);
}

static void end(struct sent *b)
{
    close(b->fd);
    http_side_stop(&b->side);
    free(b->body);
    free(b->out);
}

static void lines_go_to_the_core_in_parts(void **state)
{
    (void)state;
    struct sent b;
    json_int_t first = 0;
    begin(&b);
    assert_int_equal(take_part(&b.side, &first), 200);
    assert_int_equal(first, 201);
    assert_int_equal(take_part(&b.side, &first), 50);
    assert_int_equal(http_side_hear(b.fd, b.out, OUT_MAX), 200);
    assert_int_equal(web_side_count(b.out, "\"outcome\":\"added\""), 450);
    assert_non_null(strstr(b.out, "Content-Type: application/x-ndjson"));
    end(&b);
}

static void lines_that_are_none_do_not_reach_the_core(void **state)
{
    (void)state;
    struct http_side s;
    json_int_t first = 0;
    char *out = malloc(OUT_MAX);
    start(&s);
    int fd = send_batch(&s, "{\n\n[1]\n{\"a\": 1, \"a\": 2}\r\n  \n{\"source_id\": \"s\"}");
    assert_int_equal(take_part(&s, &first), 1);
    assert_int_equal(first, 6);
    assert_int_equal(http_side_hear(fd, out, OUT_MAX), 200);
    assert_int_equal(web_side_count(out, "\"outcome\":\"rejected\""), 3);
    assert_int_equal(web_side_count(out, "\"name\":\"json\""), 3);
    assert_true(strstr(out, "\"line\":4") < strstr(out, "\"line\":6"));
    close(fd);
    fd = send_batch(&s, "{\n{\n");
    assert_int_equal(http_side_hear(fd, out, OUT_MAX), 200);
    assert_int_equal(web_side_count(out, "\"outcome\":\"rejected\""), 2);
    close(fd);
    http_side_stop(&s);
    free(out);
}

static void a_part_that_fails_is_told_line_by_line_with_all_behind_it(void **state)
{
    (void)state;
    struct sent b;
    begin(&b);
    refuse_part(&b.side, "disk_full");
    assert_int_equal(http_side_hear(b.fd, b.out, OUT_MAX), 200);
    assert_int_equal(web_side_count(b.out, "\"outcome\":\"added\""), 200);
    assert_int_equal(web_side_count(b.out, "\"outcome\":\"failed\""), 250);
    assert_int_equal(web_side_count(b.out, "\"name\":\"disk_full\""), 250);
    end(&b);
}

static void a_batch_of_which_nothing_went_in_is_a_problem(void **state)
{
    (void)state;
    struct http_side s;
    char *out = malloc(OUT_MAX), *body = many_lines(3);
    start(&s);
    int fd = send_batch(&s, body);
    refuse_part(&s, "standing");
    assert_int_equal(http_side_hear(fd, out, OUT_MAX), 403);
    assert_non_null(strstr(out, "application/problem+json"));
    close(fd);
    http_side_stop(&s);
    free(body);
    free(out);
}

/* What it kept goes with it: the sanitizer would say. */
static void a_client_that_goes_away_leaves_nothing_behind(void **state)
{
    (void)state;
    struct sent b;
    begin(&b);
    json_decref(next_part(&b.side));
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_go_to_the_core_in_parts),
        cmocka_unit_test(lines_that_are_none_do_not_reach_the_core),
        cmocka_unit_test(a_part_that_fails_is_told_line_by_line_with_all_behind_it),
        cmocka_unit_test(a_batch_of_which_nothing_went_in_is_a_problem),
        cmocka_unit_test(a_client_that_goes_away_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
