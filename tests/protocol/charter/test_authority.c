/* authority: what charter and roster say, in whatever order they arrive. */
#include "protocol/charter/authority.h"

#include "tests/help/op_vectors_charter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

struct fixture {
    struct example_charter x;
    struct buf charter;
    struct example_roster roster;
    struct slice acts[EXAMPLE_ACTS];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f || sign_start() != ERR_OK)
        return 1;
    example_charter(&f->x);
    buf_init(&f->charter, LIMIT_CHARTER_BYTES);
    example_charter_carried(&f->x.charter, &f->charter);
    example_roster(&f->roster);
    for (size_t i = 0; i < EXAMPLE_ACTS; i++)
        f->acts[i] = buf_slice(&f->roster.acts[i]);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    buf_fini(&f->charter);
    example_roster_fini(&f->roster);
    free(f);
    return 0;
}

static struct authority build(const struct fixture *f, const struct slice *acts, size_t n)
{
    struct authority a;
    assert_int_equal(authority_build(buf_slice(&f->charter), acts, n, NULL, &a), ERR_OK);
    return a;
}

static const struct ally *ally(const struct authority *a, uint8_t byte)
{
    uint8_t id[ALLY_BYTES];
    memset(id, byte, sizeof id);
    return authority_ally(a, id);
}

static const struct site *site(const struct authority *a, uint8_t seed)
{
    struct sign_key key;
    seeded_key(seed, &key);
    return authority_site(a, key.pub);
}

static void the_charter_alone_names_allies_sites_roles_and_rules(void **state)
{
    const struct fixture *f = *state;
    struct authority a = build(f, NULL, 0);
    assert_int_equal(a.allies_n, 2);
    assert_int_equal(a.sites_n, 3);
    assert_true(ally(&a, 0xb1)->ratified);
    assert_true(site(&a, 0x11)->votes);
    assert_false(site(&a, 0x12)->votes);
    assert_ptr_equal(authority_ally_of(&a, site(&a, 0x22)->id), ally(&a, 0xb2));
    assert_null(site(&a, 0x33));
    assert_null(ally(&a, 0xb3));
    assert_true(authority_has_role(&a, ally(&a, 0xb1)->id, ROLE_SECRETARIAT));
    assert_false(authority_has_role(&a, ally(&a, 0xb2)->id, ROLE_SECRETARIAT));
    assert_int_equal(authority_rule(&a, RULE_ADOPT_ALLIES), 2);
    assert_int_equal(authority_rule(&a, RULE_VOTE), 0);
    assert_int_equal(a.roster_number, 0);
    authority_fini(&a);
    authority_fini(&a);
}

static void an_admission_is_full_until_three_allies_are_ratified(void **state)
{
    const struct fixture *f = *state;
    struct authority a = build(f, f->acts, 2);
    assert_true(ally(&a, 0xb3)->ratified);
    assert_true(site(&a, 0x33)->votes);
    assert_false(ally(&a, 0xb4)->ratified);
    assert_false(site(&a, 0x44)->votes);
    assert_true(slice_equal(site(&a, 0x44)->name, slice_text("Fourth")));
    assert_int_equal(a.roster_number, 2);
    assert_ptr_equal(authority_admission(&a, ally(&a, 0xb3)->id), &a.acts[0].act);
    assert_ptr_equal(authority_admission(&a, ally(&a, 0xb4)->id), &a.acts[1].act);
    authority_fini(&a);
}

static void a_suspension_lasts_until_it_is_lifted(void **state)
{
    const struct fixture *f = *state;
    struct authority a = build(f, f->acts, 3);
    assert_true(ally(&a, 0xb3)->suspended);
    assert_false(ally(&a, 0xb4)->suspended);
    authority_fini(&a);
    a = build(f, f->acts, 4);
    assert_false(ally(&a, 0xb3)->suspended);
    authority_fini(&a);
}

static void a_new_key_gets_the_ally_but_no_vote(void **state)
{
    const struct fixture *f = *state;
    struct authority a = build(f, f->acts, EXAMPLE_ACTS);
    assert_ptr_equal(authority_ally_of(&a, site(&a, 0x34)->id), ally(&a, 0xb3));
    assert_false(site(&a, 0x34)->votes);
    assert_false(site(&a, 0x33)->votes);
    assert_int_equal(a.roster_number, EXAMPLE_ACTS);
    assert_memory_equal(a.roster_id, f->roster.ids[EXAMPLE_ACTS - 1], HASH_BYTES);
    authority_fini(&a);
}

static void expect_same(const struct authority *a, const struct authority *b)
{
    assert_int_equal(a->roster_number, b->roster_number);
    assert_memory_equal(a->roster_id, b->roster_id, HASH_BYTES);
    assert_int_equal(a->allies_n, b->allies_n);
    assert_int_equal(a->sites_n, b->sites_n);
    for (size_t i = 0; i < a->sites_n; i++) {
        assert_memory_equal(a->sites[i].id, b->sites[i].id, SITE_BYTES);
        assert_int_equal(a->sites[i].votes, b->sites[i].votes);
        assert_memory_equal(a->allies[a->sites[i].ally].id, b->allies[b->sites[i].ally].id, ALLY_BYTES);
        assert_true(i == 0 || memcmp(a->sites[i - 1].id, a->sites[i].id, SITE_BYTES) < 0);
    }
}

static void order_and_number_of_arrivals_do_not_show(void **state)
{
    const struct fixture *f = *state;
    struct authority straight = build(f, f->acts, EXAMPLE_ACTS);
    uint32_t seed = 1;
    for (size_t round = 0; round < 50; round++) {
        struct slice acts[2 * EXAMPLE_ACTS];
        for (size_t i = 0; i < 2 * EXAMPLE_ACTS; i++)
            acts[i] = f->acts[i % EXAMPLE_ACTS];
        for (size_t i = 2 * EXAMPLE_ACTS - 1; i > 0; i--) {
            seed = seed * 1664525u + 1013904223u;
            size_t k = (seed >> 8) % (i + 1);
            struct slice t = acts[i];
            acts[i] = acts[k];
            acts[k] = t;
        }
        struct authority a = build(f, acts, 2 * EXAMPLE_ACTS);
        expect_same(&straight, &a);
        authority_fini(&a);
    }
    authority_fini(&straight);
}

static void acts_past_a_gap_wait(void **state)
{
    const struct fixture *f = *state;
    struct slice acts[] = {f->acts[0], f->acts[2], f->acts[3]};
    struct authority a = build(f, acts, 3);
    assert_int_equal(a.roster_number, 1);
    assert_int_equal(a.allies_n, 3);
    authority_fini(&a);
}

static void of_siblings_the_lower_id_stands(void **state)
{
    const struct fixture *f = *state;
    struct buf rival;
    struct roster_act act = {.number = 2};
    memcpy(act.charter, f->roster.charter, HASH_BYTES);
    memcpy(act.prev, f->roster.ids[0], HASH_BYTES);
    example_admit(&act, 0xb5, 0x55, "Rival");
    buf_init(&rival, LIMIT_CHARTER_BYTES);
    example_act(&act, 0xee, &rival);
    bool rival_lower = memcmp(act.id, f->roster.ids[1], HASH_BYTES) < 0;
    for (int swap = 0; swap < 2; swap++) {
        struct slice acts[] = {f->acts[0], swap ? f->acts[1] : buf_slice(&rival),
                               swap ? buf_slice(&rival) : f->acts[1]};
        struct authority a = build(f, acts, 3);
        assert_int_equal(a.roster_number, 2);
        assert_int_equal(ally(&a, 0xb5) != NULL, rival_lower);
        assert_int_equal(ally(&a, 0xb4) != NULL, !rival_lower);
        authority_fini(&a);
    }
    buf_fini(&rival);
}

static void an_act_signed_by_another_counts_for_nothing(void **state)
{
    const struct fixture *f = *state;
    struct buf forged;
    buf_init(&forged, LIMIT_CHARTER_BYTES);
    for (uint8_t n = 0; n < 8; n++) { /* some of these ids are lower than the true act's */
        struct roster_act act = {.number = 1};
        memcpy(act.charter, f->roster.charter, HASH_BYTES);
        example_admit(&act, (uint8_t)(0xc0 + n), 0x66, "Forged");
        example_act(&act, 0x11, &forged);
        struct slice acts[] = {buf_slice(&forged), f->acts[0]};
        struct authority a = build(f, acts, 2);
        assert_null(site(&a, 0x66));
        assert_non_null(site(&a, 0x33));
        authority_fini(&a);
    }
    buf_fini(&forged);
}

static void an_act_without_sense_keeps_its_place_and_has_no_effect(void **state)
{
    const struct fixture *f = *state;
    static const struct {
        uint8_t ally, site;
    } taken[] = {
        {0xb6, 0x22},
        {0xb6, 0xee}
    };
    for (size_t i = 0; i < 2; i++) {
        struct buf first, second;
        struct roster_act act = {.number = 1}, lift = {.number = 2, .kind = ACT_LIFT, .ally = {0xff}};
        memcpy(act.charter, f->roster.charter, HASH_BYTES);
        memcpy(lift.charter, f->roster.charter, HASH_BYTES);
        example_admit(&act, taken[i].ally, taken[i].site, "Taken");
        buf_init(&first, LIMIT_CHARTER_BYTES);
        buf_init(&second, LIMIT_CHARTER_BYTES);
        example_act(&act, 0xee, &first);
        memcpy(lift.prev, act.id, HASH_BYTES);
        example_act(&lift, 0xee, &second);
        struct slice acts[] = {buf_slice(&first), buf_slice(&second)};
        struct authority a = build(f, acts, 2);
        assert_int_equal(a.roster_number, 2);
        assert_int_equal(a.allies_n, 2);
        assert_int_equal(a.sites_n, 3);
        authority_fini(&a);
        buf_fini(&first);
        buf_fini(&second);
    }
}

static void a_further_site_of_an_ally_publishes_without_a_vote(void **state)
{
    const struct fixture *f = *state;
    struct buf b;
    struct roster_act act = {.number = 1};
    memcpy(act.charter, f->roster.charter, HASH_BYTES);
    example_admit(&act, 0xb2, 0x23, "Second house");
    buf_init(&b, LIMIT_CHARTER_BYTES);
    example_act(&act, 0xee, &b);
    struct slice acts[] = {buf_slice(&b)};
    struct authority a = build(f, acts, 1);
    assert_int_equal(a.allies_n, 2);
    assert_ptr_equal(authority_ally_of(&a, site(&a, 0x23)->id), ally(&a, 0xb2));
    assert_false(site(&a, 0x23)->votes);
    assert_null(authority_admission(&a, ally(&a, 0xb2)->id)); /* it founded the alliance: nobody accompanied it */
    authority_fini(&a);
    buf_fini(&b);
}

static void what_does_not_decode_or_belongs_elsewhere_is_left_out(void **state)
{
    const struct fixture *f = *state;
    struct buf b;
    struct roster_act act = {.number = 1, .charter = {9}};
    example_admit(&act, 0xb7, 0x77, "Elsewhere");
    buf_init(&b, LIMIT_CHARTER_BYTES);
    example_act(&act, 0xee, &b);
    struct slice acts[] = {slice_text("rubbish"), slice_of(NULL, 0), buf_slice(&b), f->acts[0]};
    struct authority a = build(f, acts, 4);
    assert_int_equal(a.roster_number, 1);
    assert_non_null(site(&a, 0x33));
    assert_null(site(&a, 0x77));
    authority_fini(&a);
    buf_fini(&b);
}

static void an_authority_outlives_the_bytes_it_was_built_from(void **state)
{
    const struct fixture *f = *state;
    struct buf charter, act;
    struct authority a;
    buf_init(&charter, LIMIT_CHARTER_BYTES);
    buf_init(&act, LIMIT_CHARTER_BYTES);
    buf_add(&charter, buf_slice(&f->charter));
    buf_add(&act, f->acts[0]);
    struct slice acts[] = {buf_slice(&act)};
    assert_int_equal(authority_build(buf_slice(&charter), acts, 1, NULL, &a), ERR_OK);
    buf_wipe(&charter);
    buf_wipe(&act);
    assert_true(slice_equal(a.name, slice_text("CORETET")));
    assert_true(slice_equal(ally(&a, 0xb3)->name, slice_text("Third")));
    assert_true(slice_equal(site(&a, 0x11)->name, slice_text("Citego")));
    authority_fini(&a);
}

static void another_alliance_and_a_charter_that_does_not_stand_are_refused(void **state)
{
    const struct fixture *f = *state;
    uint8_t other[ALLIANCE_BYTES] = {1};
    struct authority a;
    assert_int_equal(authority_build(buf_slice(&f->charter), NULL, 0, other, &a), ERR_ALLIANCE);
    assert_int_equal(authority_build(buf_slice(&f->charter), NULL, 0, f->roster.charter, &a), ERR_OK);
    authority_fini(&a);
    assert_int_equal(authority_build(slice_text("rubbish"), NULL, 0, NULL, &a), ERR_CHARTER);
    struct buf unsigned_one, body;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    buf_init(&unsigned_one, LIMIT_CHARTER_BYTES);
    charter_encode_body(&body, &f->x.charter);
    charter_encode(&unsigned_one, buf_slice(&body), NULL, 0, slice_of(NULL, 0));
    assert_int_equal(authority_build(buf_slice(&unsigned_one), NULL, 0, NULL, &a), ERR_CHARTER);
    buf_fini(&unsigned_one);
    buf_fini(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_charter_alone_names_allies_sites_roles_and_rules),
        cmocka_unit_test(an_admission_is_full_until_three_allies_are_ratified),
        cmocka_unit_test(a_suspension_lasts_until_it_is_lifted),
        cmocka_unit_test(a_new_key_gets_the_ally_but_no_vote),
        cmocka_unit_test(order_and_number_of_arrivals_do_not_show),
        cmocka_unit_test(acts_past_a_gap_wait),
        cmocka_unit_test(of_siblings_the_lower_id_stands),
        cmocka_unit_test(an_act_signed_by_another_counts_for_nothing),
        cmocka_unit_test(an_act_without_sense_keeps_its_place_and_has_no_effect),
        cmocka_unit_test(a_further_site_of_an_ally_publishes_without_a_vote),
        cmocka_unit_test(what_does_not_decode_or_belongs_elsewhere_is_left_out),
        cmocka_unit_test(an_authority_outlives_the_bytes_it_was_built_from),
        cmocka_unit_test(another_alliance_and_a_charter_that_does_not_stand_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
