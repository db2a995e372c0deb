/* charter and roster acts: vectors, sweeps, round trips. */
#include "protocol/charter/charter.h"

#include "tests/help/charter_vectors.h"
#include "tests/help/op_notation.h"
#include "tests/help/op_sweep.h"
#include "tests/help/op_vectors_charter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

static void stored_vectors_can_be_made_anew(void **state)
{
    (void)state;
    assert_true(vectors_equal(vectors_load_version("charter.json", 2), vectors_charter()));
    assert_true(vectors_equal(vectors_load_version("roster.json", 2), vectors_roster()));
    assert_true(vectors_equal(vectors_load("authority.json"), vectors_authority()));
}

static size_t replay(const char *name, const char *list, verdict_fn verdict)
{
    json_t *file = vectors_load_version(name, 2), *c;
    struct buf carried;
    size_t i;
    buf_init(&carried, LIMIT_CHARTER_BYTES);
    json_array_foreach(json_object_get(file, list), i, c)
    {
        hex_read(json_object_get(c, "carried"), &carried);
        assert_string_equal(verdict(buf_slice(&carried)), json_string_value(json_object_get(c, "result")));
    }
    buf_fini(&carried);
    json_decref(file);
    return i;
}

static void every_vector_gets_its_verdict(void **state)
{
    (void)state;
    assert_true(replay("charter.json", "cases", charter_verdict) > 20);
    assert_true(replay("roster.json", "cases", roster_verdict) > 18);
    assert_true(replay("charter.json", "promises", promise_verdict) > 3);
}

/* Each stored case, read anew, gives what is stored beside it. */
static size_t replay_cases(const json_t *cases, json_t *(*result)(const json_t *stored))
{
    const char *key;
    json_t *c, *value;
    size_t i;
    json_array_foreach(cases, i, c)
    {
        json_t *r = result(c);
        json_object_foreach(r, key, value) if (!json_equal(value, json_object_get(c, key)))
            fail_msg("%s: %s", json_string_value(json_object_get(c, "name")), key);
        assert_true(json_object_size(r) > 0);
        json_decref(r);
    }
    return i;
}

static void every_case_of_several_charters_and_acts_gives_its_result(void **state)
{
    (void)state;
    json_t *charters = vectors_load_version("charter.json", 2), *roster = vectors_load_version("roster.json", 2),
           *authority = vectors_load("authority.json");
    assert_true(replay_cases(json_object_get(charters, "next"), charter_next_result) > 15);
    assert_true(replay_cases(json_object_get(roster, "walks"), roster_walk_result) > 6);
    assert_true(replay_cases(json_object_get(authority, "cases"), authority_result) > 14);
    json_decref(charters);
    json_decref(roster);
    json_decref(authority);
}

static void no_prefix_and_no_flipped_bit_of_a_charter_passes(void **state)
{
    (void)state;
    struct example_charter x;
    struct buf b;
    example_charter(&x);
    buf_init(&b, LIMIT_CHARTER_BYTES);
    example_charter_carried(&x.charter, &b);
    assert_int_equal(sweep_prefixes(buf_slice(&b), charter_verdict), 0);
    assert_int_equal(sweep_flips(buf_slice(&b), charter_verdict), 0);
    buf_fini(&b);
}

static void no_prefix_and_no_flipped_bit_of_an_act_passes(void **state)
{
    (void)state;
    struct example_roster r;
    example_roster(&r);
    for (size_t i = 0; i < EXAMPLE_ACTS; i++) {
        assert_int_equal(sweep_prefixes(buf_slice(&r.acts[i]), roster_verdict), 0);
        if (i != 1) /* the same form as the first */
            assert_int_equal(sweep_flips(buf_slice(&r.acts[i]), roster_verdict), 0);
    }
    example_roster_fini(&r);
}

static void a_charter_is_written_back_byte_for_byte(void **state)
{
    (void)state;
    struct example_charter x;
    struct arena arena = {0};
    struct charter c;
    struct buf b, again;
    example_charter(&x);
    buf_init(&b, LIMIT_CHARTER_BYTES);
    buf_init(&again, LIMIT_CHARTER_BYTES);
    example_charter_carried(&x.charter, &b);
    assert_int_equal(charter_decode(buf_slice(&b), &arena, &c), ERR_OK);
    charter_encode_body(&again, &c);
    assert_true(slice_equal(buf_slice(&again), c.body));
    buf_clear(&again);
    charter_encode(&again, c.body, c.signatures, c.signatures_n, c.motion);
    assert_true(slice_equal(buf_slice(&again), buf_slice(&b)));
    buf_clear(&again);
    charter_encode(&again, c.body, c.signatures, c.signatures_n, slice_text("motion"));
    assert_int_equal(charter_decode(buf_slice(&again), &arena, &c), ERR_OK);
    assert_true(slice_equal(c.motion, slice_text("motion")));
    buf_fini(&b);
    buf_fini(&again);
    arena_fini(&arena);
}

static void a_charter_says_who_is_who(void **state)
{
    (void)state;
    struct example_charter x;
    struct arena arena = {0};
    struct charter c;
    struct buf b;
    example_charter(&x);
    buf_init(&b, LIMIT_CHARTER_BYTES);
    example_charter_carried(&x.charter, &b);
    assert_int_equal(charter_decode(buf_slice(&b), &arena, &c), ERR_OK);
    assert_int_equal(c.allies_n, 2);
    assert_int_equal(c.allies[0].sites_n, 2);
    assert_false(c.allies[0].sites[1].votes);
    assert_int_equal(c.allies[1].heir.len, ALLY_BYTES);
    assert_true(slice_equal(c.name, slice_text("CORETET")));
    assert_true(slice_equal(c.roles[0].role, slice_text(ROLE_SECRETARIAT)));
    assert_int_equal(c.rules[3].rule, 99);
    assert_int_equal(c.scores[0].points, 10);
    assert_int_equal(c.signatures_n, 2);
    buf_fini(&b);
    arena_fini(&arena);
}

static void signatures_are_ascending_and_once_each(void **state)
{
    (void)state;
    struct charter_signature sigs[2] = {
        {{2}, {0}},
        {{1}, {0}}
    };
    struct example_charter x;
    struct buf body, b;
    example_charter(&x);
    buf_init(&body, LIMIT_CHARTER_BYTES);
    buf_init(&b, LIMIT_CHARTER_BYTES);
    charter_encode_body(&body, &x.charter);
    charter_encode(&b, buf_slice(&body), sigs, 2, slice_of(NULL, 0));
    assert_string_equal(charter_verdict(buf_slice(&b)), "key_order");
    sigs[1].site[0] = 2;
    buf_clear(&b);
    charter_encode(&b, buf_slice(&body), sigs, 2, slice_of(NULL, 0));
    assert_string_equal(charter_verdict(buf_slice(&b)), "key_order");
    buf_fini(&body);
    buf_fini(&b);
}

static void acts_are_written_back_byte_for_byte(void **state)
{
    (void)state;
    struct example_roster r;
    struct arena arena = {0};
    struct buf again;
    example_roster(&r);
    buf_init(&again, LIMIT_CHARTER_BYTES);
    for (size_t i = 0; i < EXAMPLE_ACTS; i++) {
        struct roster_act a;
        assert_int_equal(roster_decode(buf_slice(&r.acts[i]), &arena, &a), ERR_OK);
        assert_int_equal(a.number, i + 1);
        assert_memory_equal(a.id, r.ids[i], HASH_BYTES);
        buf_clear(&again);
        roster_encode_body(&again, &a);
        assert_true(slice_equal(buf_slice(&again), a.bytes));
    }
    buf_fini(&again);
    arena_fini(&arena);
    example_roster_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_vectors_can_be_made_anew),
        cmocka_unit_test(every_vector_gets_its_verdict),
        cmocka_unit_test(every_case_of_several_charters_and_acts_gives_its_result),
        cmocka_unit_test(no_prefix_and_no_flipped_bit_of_a_charter_passes),
        cmocka_unit_test(no_prefix_and_no_flipped_bit_of_an_act_passes),
        cmocka_unit_test(a_charter_is_written_back_byte_for_byte),
        cmocka_unit_test(a_charter_says_who_is_who),
        cmocka_unit_test(signatures_are_ascending_and_once_each),
        cmocka_unit_test(acts_are_written_back_byte_for_byte),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
