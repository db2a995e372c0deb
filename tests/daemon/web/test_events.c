/* Server-sent events over a replica: what comes, and where a stream goes on. */
#include "daemon/web/events.h"
#include "tests/help/web_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *step_at(struct web_side *s, struct events *e, int64_t ms)
{
    struct read read;
    struct buf out;
    assert_int_equal(reader_begin(s->reader, &read), ERR_OK);
    read.lang = "fr";
    buf_init(&out, WEB_SIDE_TEXT);
    assert_int_equal(events_step(e, &read, (struct mono){ms}, &out), ERR_OK);
    web_side_keep(s, &out);
    reader_end(s->reader, &read);
    return s->text;
}

static const char *step(struct web_side *s, struct events *e)
{
    return step_at(s, e, 1000);
}

static struct events stream(const char *place, const char *types)
{
    struct events e = {.begun = false};
    snprintf(e.place, sizeof e.place, "%s", place);
    assert_int_equal(events_types(types, &e.types), ERR_OK);
    return e;
}

static void what_changes_is_told_once(void **state)
{
    struct web_side s;
    char id[64];
    (void)state;
    web_side_open(&s, 601, 1);
    world_record(s.w, 0, "r0", "Avant", id);
    struct events e = stream("", NULL);
    assert_int_equal(web_side_count(step(&s, &e), "event:"), 0);
    assert_int_equal(web_side_count(s.text, "retry: 3000\n\n"), 1);
    assert_string_equal(step(&s, &e), "");
    world_record(s.w, 0, "r1", "Un\njardin", id);
    assert_int_equal(web_side_count(step(&s, &e), "event: record\n"), 1);
    assert_non_null(strstr(s.text, id));
    assert_non_null(strstr(s.text, "\"label\":\"Un\\njardin\""));
    assert_non_null(strstr(s.text, "\"title@fr\""));
    assert_int_equal(web_side_count(s.text, "\nid: "), 1);
    assert_string_equal(step(&s, &e), "");
    json_decref(world_do(s.w, 0, "record.retire", json_pack("{s:s}", "id", id)));
    assert_int_equal(web_side_count(step(&s, &e), "event: retired\n"), 1);
    web_side_close(&s);
}

static void a_stream_goes_on_exactly_behind_its_place(void **state)
{
    struct web_side s;
    char ids[70][64], source[16];
    (void)state;
    web_side_open(&s, 602, 1);
    world_record(s.w, 0, "first", "first", ids[0]);
    struct events e = stream("", NULL);
    step(&s, &e);
    for (size_t i = 0; i < 70; i++) {
        snprintf(source, sizeof source, "r%zu", i);
        world_record(s.w, 0, source, source, ids[i]);
    }
    size_t n = 0;
    for (struct events again = stream(e.place, NULL); *step(&s, &again); again = stream(again.place, NULL)) {
        size_t got = web_side_count(s.text, "event: record\n");
        for (size_t i = n; i < n + got; i++)
            assert_non_null(strstr(s.text, ids[i]));
        n += got;
        if (!got)
            break;
    }
    assert_int_equal(n, 70);
    /* The same without breaking off. */
    n = 0;
    while (*step(&s, &e))
        n += web_side_count(s.text, "event: record\n");
    assert_int_equal(n, 70);
    web_side_close(&s);
}

static void a_place_that_is_not_known_is_said_and_left(void **state)
{
    static const char *const places[] = {"nonsense", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "\r\n"};
    struct web_side s;
    char id[64];
    (void)state;
    web_side_open(&s, 603, 1);
    world_record(s.w, 0, "r0", "Avant", id);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct events e = stream(places[i], NULL);
        assert_int_equal(web_side_count(step(&s, &e), "event: reset\ndata: {}\nid: "), 1);
        assert_int_equal(web_side_count(s.text, "event:"), 1);
        assert_string_equal(step(&s, &e), "");
    }
    web_side_close(&s);
}

static void types_are_chosen_and_the_place_moves_on_all_the_same(void **state)
{
    struct web_side s;
    unsigned types;
    char id[64];
    (void)state;
    web_side_open(&s, 604, 1);
    world_record(s.w, 0, "r0", "Avant", id);
    struct events e = stream("", "concept,retired");
    step(&s, &e);
    struct events before = e;
    world_record(s.w, 0, "r1", "Un jardin", id);
    assert_int_equal(web_side_count(step(&s, &e), "event:"), 0);
    assert_int_equal(strncmp(s.text, "id: ", 4), 0);
    assert_string_not_equal(e.place, before.place);
    json_decref(world_do(s.w, 0, "record.retire", json_pack("{s:s}", "id", id)));
    assert_int_equal(web_side_count(step(&s, &e), "event: retired\n"), 1);
    assert_int_equal(events_types("record,,", &types), ERR_HTTP_VALUE);
    assert_int_equal(events_types("drop", &types), ERR_HTTP_VALUE);
    web_side_close(&s);
}

static void a_silent_stream_beats(void **state)
{
    struct web_side s;
    (void)state;
    web_side_open(&s, 605, 1);
    struct events e = stream("", NULL);
    step_at(&s, &e, 1000);
    assert_string_equal(step_at(&s, &e, 1000 + EVENTS_BEAT_MS - 1), "");
    assert_string_equal(step_at(&s, &e, 1000 + EVENTS_BEAT_MS), ":\n\n");
    assert_string_equal(step_at(&s, &e, 1001 + EVENTS_BEAT_MS), "");
    web_side_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changes_is_told_once),
        cmocka_unit_test(a_stream_goes_on_exactly_behind_its_place),
        cmocka_unit_test(a_place_that_is_not_known_is_said_and_left),
        cmocka_unit_test(types_are_chosen_and_the_place_moves_on_all_the_same),
        cmocka_unit_test(a_silent_stream_beats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
