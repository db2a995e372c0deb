/* Bundles between sites that never meet: what goes over, what is kept out, what is missing, what is refused. */
#include "tests/help/core_world.h"

#include "protocol/base/base32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* All messages of a bundle of a site: what stands before the RUNs, then one RUN after the other. */
static json_t *bundle_of(struct world *w, size_t at)
{
    json_t *head = world_do(w, at, "bundle.head", NULL);
    json_t *all = json_copy(json_object_get(head, "messages"));
    assert_true(json_is_null(json_object_get(head, "next")));
    json_decref(head);
    struct arena arena = {0};
    size_t i, n = json_array_size(all);
    for (i = 0; i < n; i++) {
        struct buf bytes;
        struct msg m;
        buf_init(&bytes, LIMIT_MESSAGE_BYTES);
        assert_int_equal(base32_decode_buf(slice_text(json_string_value(json_array_get(all, i))), &bytes), ERR_OK);
        assert_int_equal(msg_decode(buf_slice(&bytes), &arena, &m), ERR_OK);
        for (size_t k = 0; m.type == MSG_VECTOR && k < m.vector.heads_n; k++) {
            char author[BASE32_LEN(SITE_BYTES) + 1];
            base32_encode(slice_of(m.vector.heads[k].site, SITE_BYTES), author);
            json_t *run = world_do(w, at, "bundle.run",
                                   json_pack("{s:s, s:o, s:i, s:I}", "author", author, "incarnation",
                                             json_sprintf("%llu", (unsigned long long)m.vector.heads[k].incarnation),
                                             "first", 1, "last", (json_int_t)m.vector.heads[k].seq));
            assert_int_equal(world_number(run, "commits"), m.vector.heads[k].seq);
            json_array_extend(all, json_object_get(run, "messages"));
            json_decref(run);
        }
        buf_fini(&bytes);
    }
    arena_fini(&arena);
    return all;
}

struct took {
    uint64_t added, known, refused, lacks;
};

/* Gives the messages but one to a site. */
static struct took take_all(struct world *w, size_t at, const json_t *messages, size_t but)
{
    struct took out = {0};
    size_t i;
    json_t *one;
    json_array_foreach(messages, i, one)
    {
        json_t *r = i == but ? NULL : world_do(w, at, "bundle.take", json_pack("{s:O}", "message", one));
        if (r) {
            out.added += world_number(r, "added");
            out.known += world_number(r, "known");
            out.refused += json_object_get(r, "refused") != NULL;
        }
        json_decref(r);
        r = world_ask(w, at, "bundle.lacks", json_pack("{s:O}", "message", one));
        out.lacks += json_array_size(json_object_get(json_object_get(r, "result"), "lacks"));
        json_decref(r);
    }
    return out;
}

#define ALL SIZE_MAX

/* The longest message: of much written in one log, its RUN. */
static size_t longest(const json_t *messages)
{
    size_t found = 0;
    for (size_t i = 1; i < json_array_size(messages); i++)
        if (json_string_length(json_array_get(messages, i)) > json_string_length(json_array_get(messages, found)))
            found = i;
    return found;
}

static void carries_to_a_site_without_network_what_it_lacks(void **state)
{
    (void)state;
    struct world *w = world_alliance(61, 3);
    char id[64], title[64];
    world_stop(w, 2);
    world_record(w, 0, "s1", "Jardin", id);
    world_record(w, 1, "s2", "Verger", id);
    assert_true(world_settle(w, 10000));
    json_t *bundle = bundle_of(w, 0);
    world_open(w, 2);
    struct took got = take_all(w, 2, bundle, ALL);
    assert_int_equal(got.added, 2);
    assert_int_equal(got.refused, 0);
    world_title(w, 2, id, title);
    assert_string_equal(title, "Verger");
    assert_true(world_agrees(w));
    got = take_all(w, 2, bundle, ALL);
    assert_int_equal(got.added, 0);
    assert_true(got.known >= 2);
    assert_int_equal(got.lacks, 0);
    world_verify(w, 2);
    json_decref(bundle);
    world_free(w);
}

static void a_bundle_with_a_hole_says_what_is_missing(void **state)
{
    (void)state;
    struct world *w = world_alliance(62, 2);
    char id[64], source[16];
    world_stop(w, 1);
    for (int i = 0; i < 40; i++) {
        snprintf(source, sizeof source, "s%d", i);
        world_record(w, 0, source, "Jardin", id);
    }
    json_t *bundle = bundle_of(w, 0);
    world_open(w, 1);
    struct took got = take_all(w, 1, bundle, longest(bundle));
    json_t *vector = NULL;
    size_t i, lacks = 0;
    json_array_foreach(bundle, i, vector)
    {
        json_t *r = world_ask(w, 1, "bundle.lacks", json_pack("{s:O}", "message", vector));
        lacks += json_array_size(json_object_get(json_object_get(r, "result"), "lacks"));
        json_decref(r);
    }
    assert_int_equal(lacks, 1);
    assert_false(world_agrees(w));
    got = take_all(w, 1, bundle, ALL);
    assert_true(got.added > 0);
    assert_true(world_agrees(w));
    json_decref(bundle);
    world_free(w);
}

static void what_was_erased_does_not_come_back_in_an_old_bundle(void **state)
{
    (void)state;
    struct world *w = world_alliance(63, 3);
    char id[64];
    world_stop(w, 2);
    world_record(w, 0, "s1", "A name nobody may see", id);
    json_t *old = bundle_of(w, 0);
    json_t *r = world_do(w, 0, "record.history", json_pack("{s:s}", "id", id));
    json_t *dot = json_object_get(json_array_get(json_object_get(r, "history"), 0), "dot");
    json_decref(world_do(w, 0, "erase", json_pack("{s:[O], s:s}", "dots", dot, "reason", "asked")));
    json_decref(r);
    assert_true(world_settle(w, 10000));
    json_t *fresh = bundle_of(w, 1);
    world_open(w, 2);
    take_all(w, 2, fresh, ALL);
    take_all(w, 2, old, ALL);
    char title[64];
    world_title(w, 2, id, title);
    assert_string_equal(title, "");
    world_verify(w, 2);
    json_decref(old);
    json_decref(fresh);
    world_free(w);
}

static void another_alliance_and_what_has_no_place_in_a_bundle_are_refused(void **state)
{
    (void)state;
    struct world *w = world_alliance(64, 1), *other = world_alliance(65, 1);
    json_t *bundle = bundle_of(other, 0);
    world_refused(w, 0, "bundle.take", json_pack("{s:O}", "message", json_array_get(bundle, 0)), "alliance");
    world_refused(w, 0, "bundle.take", json_pack("{s:O}", "message", json_array_get(bundle, 1)), "alliance");
    world_refused(w, 0, "bundle.take", json_pack("{s:s}", "message", "!"), "base32");
    world_refused(w, 0, "bundle.take", NULL, "usage");
    world_refused(w, 0, "bundle.take", json_pack("{s:s}", "message", "aa"), "type");
    world_refused(w, 0, "bundle.lacks", json_pack("{s:O}", "message", json_array_get(bundle, 0)), "peer_protocol");
    world_refused(w, 0, "bundle.run", json_pack("{s:s, s:s}", "author", "x", "incarnation", "y"), "usage");
    json_decref(bundle);
    world_free(other);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_to_a_site_without_network_what_it_lacks),
        cmocka_unit_test(a_bundle_with_a_hole_says_what_is_missing),
        cmocka_unit_test(what_was_erased_does_not_come_back_in_an_old_bundle),
        cmocka_unit_test(another_alliance_and_what_has_no_place_in_a_bundle_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
