/* evaluate: which charters and acts stand, whatever the order they came in. */
#include "protocol/charter/authority.h"

#include "tests/help/charter_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const uint8_t all[] = {0x11, 0x21, 0x31, 0x41, 0x51, 0x61};

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

static const struct ally *ally(struct world *w, const struct authority *a, unsigned k)
{
    return authority_ally(a, world_ally(w, k));
}

static const struct site *site(struct world *w, const struct authority *a, uint8_t seed)
{
    return authority_site(a, world_site(w, seed));
}

/* Enacts the draft under another name, so that its id is another; the world then is at its place. */
static struct charter enact_named(struct world *w, struct world_draft *d, const char *name, size_t signers)
{
    d->charter.name = slice_text(name);
    return world_enact(w, &d->charter, all, signers);
}

static void valid_charters_are_followed_to_the_newest(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    for (unsigned n = 1; n <= 5; n++)
        enact_named(&w, world_draft(&w, false), n == 5 ? "Newest" : "Older", 2);
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 5);
    assert_int_equal(a.charters_n, 6);
    assert_true(slice_equal(a.name, slice_text("Newest")));
    assert_memory_equal(a.charter_id, w.charter, HASH_BYTES);
    assert_memory_equal(a.alliance, a.charters[0].id, ALLIANCE_BYTES);
    for (size_t n = 1; n < a.charters_n; n++)
        assert_memory_equal(a.charters[n].prev, a.charters[n - 1].id, HASH_BYTES);
    assert_int_equal(a.rivals_n, 0);
    authority_fini(&a);
    world_fini(&w);
}

static void a_charter_that_is_not_complete_is_not_followed(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    enact_named(&w, world_draft(&w, false), "Draft", 1);
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 0);
    authority_fini(&a);
    world_fini(&w);
}

static void signatures_of_several_copies_add_up(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    world_enact(&w, &d->charter, (const uint8_t[]){0x11}, 1);
    world_enact(&w, &d->charter, (const uint8_t[]){0x31}, 1);
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 1);
    authority_fini(&a);
    world_fini(&w);
}

static void a_charter_waits_for_the_acts_to_the_head_it_names(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    world_admit(&w, 5, 0x51);
    enact_named(&w, world_draft(&w, true), "Five", 2);
    w.acts_n = 1;
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 0);
    assert_int_equal(a.roster_number, 1);
    authority_fini(&a);
    w.acts_n = 2;
    a = world_build(&w);
    assert_int_equal(a.charter_number, 1);
    assert_true(ally(&w, &a, 5)->ratified);
    assert_true(site(&w, &a, 0x51)->votes);
    authority_fini(&a);
    world_fini(&w);
}

static void a_provisional_ally_that_a_charter_omits_stays_provisional(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    enact_named(&w, world_draft(&w, false), "Three", 2);
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 1);
    assert_false(ally(&w, &a, 4)->ratified);
    assert_false(ally(&w, &a, 4)->ended);
    assert_non_null(site(&w, &a, 0x41));
    authority_fini(&a);
    enact_named(&w, world_draft(&w, true), "Four", 2);
    a = world_build(&w);
    assert_true(ally(&w, &a, 4)->ratified);
    authority_fini(&a);
    world_fini(&w);
}

static void a_provisional_ally_ends_with_its_last_site(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    world_admit(&w, 4, 0x42);
    struct world_draft *d = world_draft(&w, false);
    draft_cut(d, &w, 0x41);
    enact_named(&w, d, "One cut", 2);
    struct authority a = world_build(&w);
    assert_false(ally(&w, &a, 4)->ended);
    assert_true(site(&w, &a, 0x41)->ended);
    assert_false(site(&w, &a, 0x42)->ended);
    authority_fini(&a);
    d = world_draft(&w, false);
    draft_cut(d, &w, 0x42);
    enact_named(&w, d, "Both cut", 2);
    a = world_build(&w);
    assert_int_equal(a.charter_number, 2);
    assert_true(ally(&w, &a, 4)->ended);
    authority_fini(&a);
    world_fini(&w);
}

static void acts_after_the_head_may_name_the_newest_charter_or_an_earlier_one(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_place founding = world_place(&w);
    enact_named(&w, world_draft(&w, false), "First", 2);
    struct world_place first = world_place(&w);
    world_admit(&w, 4, 0x41);
    memcpy(w.charter, founding.charter, HASH_BYTES); /* a registrar that has not seen it */
    world_admit(&w, 5, 0x51);
    memcpy(w.charter, first.charter, HASH_BYTES);
    world_admit(&w, 6, 0x61);
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 1);
    assert_int_equal(a.roster_number, 3);
    assert_non_null(ally(&w, &a, 6));
    authority_fini(&a);
    enact_named(&w, world_draft(&w, true), "Second", 2); /* forces all three */
    a = world_build(&w);
    assert_int_equal(a.charter_number, 2);
    assert_true(ally(&w, &a, 5)->ratified);
    authority_fini(&a);
    world_fini(&w);
}

static void the_newest_charters_registrar_alone_signs_after_its_head(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_place founding = world_place(&w);
    world_admit(&w, 4, 0x41);
    struct world_place admitted = world_place(&w);
    struct world_draft *d = world_draft(&w, false);
    memcpy(d->charter.registrar, world_site(&w, 0xef), SITE_BYTES);
    enact_named(&w, d, "New registrar", 2);
    struct world_place first = world_place(&w);
    world_return(&w, admitted);
    world_admit(&w, 5, 0x51); /* by the old key, naming the old charter */
    uint8_t old[HASH_BYTES];
    memcpy(old, w.roster_id, HASH_BYTES);
    world_return(&w, first);
    struct authority a = world_build(&w);
    assert_int_equal(a.roster_number, 1); /* even where no other would stand there */
    assert_int_equal(a.voids_n, 1);
    authority_fini(&a);
    w.registrar = 0xef;
    world_admit(&w, 6, 0x61);
    a = world_build(&w);
    assert_int_equal(a.roster_number, 2);
    assert_non_null(ally(&w, &a, 4)); /* forced: by the registrar of the charter it names */
    assert_null(ally(&w, &a, 5));
    assert_non_null(ally(&w, &a, 6));
    assert_int_equal(a.voids_n, 1);
    assert_memory_equal(a.voids[0].id, old, HASH_BYTES);
    assert_int_equal(a.voids[0].why, VOID_REGISTRAR);
    authority_fini(&a);
    memcpy(w.charter, founding.charter, HASH_BYTES);
    world_admit(&w, 7, 0x71); /* by the new key, naming the old charter: nobody's signature */
    a = world_build(&w);
    assert_int_equal(a.roster_number, 2);
    assert_int_equal(a.voids_n, 1);
    authority_fini(&a);
    world_fini(&w);
}

/* Two acts with one predecessor; gives the place after the one with the lower id, and after the higher. */
static void siblings(struct world *w, struct world_place *low, struct world_place *high)
{
    struct world_place base = world_place(w);
    world_admit(w, 4, 0x41);
    *low = world_place(w);
    world_return(w, base);
    world_admit(w, 5, 0x51);
    *high = world_place(w);
    if (memcmp(low->roster_id, high->roster_id, HASH_BYTES) > 0) {
        struct world_place t = *low;
        *low = *high;
        *high = t;
    }
}

static void of_siblings_the_lower_stands_and_the_other_is_shown_as_void(void **state)
{
    (void)state;
    struct world w;
    struct world_place low, high;
    world_init(&w, 3);
    siblings(&w, &low, &high);
    world_return(&w, high);
    world_admit(&w, 6, 0x61); /* after the void one */
    uint8_t after[HASH_BYTES];
    memcpy(after, w.roster_id, HASH_BYTES);
    struct authority a = world_build(&w);
    assert_int_equal(a.roster_number, 1);
    assert_memory_equal(a.roster_id, low.roster_id, HASH_BYTES);
    assert_int_equal(a.voids_n, 2);
    assert_memory_equal(a.voids[0].id, high.roster_id, HASH_BYTES);
    assert_int_equal(a.voids[0].why, VOID_LOWER);
    assert_memory_equal(a.voids[1].id, after, HASH_BYTES);
    assert_int_equal(a.voids[1].why, VOID_FOLLOWS);
    authority_fini(&a);
    world_fini(&w);
}

static void of_siblings_the_one_that_leads_to_the_charters_head_stands(void **state)
{
    (void)state;
    struct world w;
    struct world_place low, high;
    world_init(&w, 3);
    siblings(&w, &low, &high);
    world_return(&w, high);
    world_admit(&w, 6, 0x61);
    enact_named(&w, world_draft(&w, false), "Names the higher", 2);
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 1);
    assert_int_equal(a.roster_number, 2);
    assert_memory_equal(a.acts[0].act.id, high.roster_id, HASH_BYTES);
    assert_int_equal(a.voids_n, 1);
    assert_memory_equal(a.voids[0].id, low.roster_id, HASH_BYTES);
    assert_int_equal(a.voids[0].why, VOID_CHARTER);
    authority_fini(&a);
    world_fini(&w);
}

static void what_one_charter_forced_the_next_does_not_undo(void **state)
{
    (void)state;
    struct world w;
    struct world_place low, high;
    world_init(&w, 3);
    siblings(&w, &low, &high);
    world_return(&w, low);
    enact_named(&w, world_draft(&w, false), "Names the lower", 2);
    struct world_place first = world_place(&w);
    world_return(&w, high);
    world_lift(&w, 2);
    struct world_place other = world_place(&w);
    world_return(&w, first);
    struct world_draft *d = world_draft(&w, false);
    d->charter.roster_number = other.roster_number; /* follows from the higher */
    memcpy(d->charter.roster_id, other.roster_id, HASH_BYTES);
    enact_named(&w, d, "Names what follows from the higher", 3);
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 1);
    assert_memory_equal(a.roster_id, low.roster_id, HASH_BYTES);
    authority_fini(&a);
    world_fini(&w);
}

static void acts_past_a_gap_or_of_an_unknown_charter_wait_and_are_not_void(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    world_admit(&w, 5, 0x51);
    w.acts[0] = slice_text("lost");
    uint8_t charter[HASH_BYTES];
    memcpy(charter, w.charter, HASH_BYTES);
    w.roster_number = 0;
    memset(w.roster_id, 0, HASH_BYTES);
    w.charter[0] ^= 1;
    world_admit(&w, 6, 0x61);
    memcpy(w.charter, charter, HASH_BYTES);
    struct authority a = world_build(&w);
    assert_int_equal(a.roster_number, 0);
    assert_int_equal(a.voids_n, 0);
    authority_fini(&a);
    world_fini(&w);
}

static void an_act_without_effect_says_so(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_lift(&w, 2);
    world_suspend(&w, 2, NULL, 0);
    world_lift(&w, 2);
    world_lift(&w, 9);
    world_replace(&w, 2, 0x21, 0x22, NULL, 0);
    world_replace(&w, 2, 0x21, 0x23, NULL, 0); /* the old key has ended */
    world_replace(&w, 2, 0x31, 0x23, NULL, 0); /* another's */
    struct authority a = world_build(&w);
    static const bool effect[] = {false, true, true, false, true, false, false};
    assert_int_equal(a.acts_n, 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(a.acts[i].effect, effect[i]);
    assert_null(site(&w, &a, 0x23));
    authority_fini(&a);
    world_fini(&w);
}

/* Two complete charters 1; the first is the lower. */
static void rivals(struct world *w, struct charter *low, struct charter *high)
{
    struct world_place base = world_place(w);
    *low = enact_named(w, world_draft(w, false), "One", 3);
    world_return(w, base);
    *high = enact_named(w, world_draft(w, false), "Other", 3);
    world_return(w, base);
    if (memcmp(low->id, high->id, HASH_BYTES) > 0) {
        struct charter t = *low;
        *low = *high;
        *high = t;
    }
}

static void hand_in_chain(struct world *w, const struct charter *first)
{
    struct authority a = world_build(w);
    memcpy(w->chain[0], a.charters[0].id, HASH_BYTES);
    memcpy(w->chain[1], first->id, HASH_BYTES);
    w->chain_n = 2;
    authority_fini(&a);
}

static void of_complete_rivals_the_lower_stands_where_there_is_no_chain_yet(void **state)
{
    (void)state;
    struct world w;
    struct charter low, high;
    world_init(&w, 3);
    rivals(&w, &low, &high);
    struct authority a = world_build(&w);
    assert_memory_equal(a.charter_id, low.id, HASH_BYTES);
    assert_int_equal(a.rivals_n, 1);
    assert_int_equal(a.rivals[0].number, 1);
    assert_memory_equal(a.rivals[0].kept, low.id, HASH_BYTES);
    assert_memory_equal(a.rivals[0].other, high.id, HASH_BYTES);
    authority_fini(&a);
    world_fini(&w);
}

static void of_complete_rivals_a_replica_keeps_its_own(void **state)
{
    (void)state;
    struct world w;
    struct charter low, high;
    world_init(&w, 3);
    rivals(&w, &low, &high);
    hand_in_chain(&w, &high);
    struct authority a = world_build(&w);
    assert_memory_equal(a.charter_id, high.id, HASH_BYTES);
    assert_int_equal(a.rivals_n, 1);
    assert_memory_equal(a.rivals[0].other, low.id, HASH_BYTES);
    authority_fini(&a);
    memcpy(w.chain[1], low.id, HASH_BYTES); /* charter follow */
    a = world_build(&w);
    assert_memory_equal(a.charter_id, low.id, HASH_BYTES);
    authority_fini(&a);
    world_fini(&w);
}

static void a_chain_that_is_not_complete_does_not_hold(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_place base = world_place(&w);
    struct charter weak = enact_named(&w, world_draft(&w, false), "Weak", 1);
    world_return(&w, base);
    struct charter strong = enact_named(&w, world_draft(&w, false), "Strong", 2);
    hand_in_chain(&w, &weak);
    struct authority a = world_build(&w);
    assert_memory_equal(a.charter_id, strong.id, HASH_BYTES);
    assert_int_equal(a.rivals_n, 0);
    authority_fini(&a);
    world_fini(&w);
}

static void children_of_a_rival_are_not_followed(void **state)
{
    (void)state;
    struct world w;
    struct charter low, high;
    world_init(&w, 3);
    rivals(&w, &low, &high);
    hand_in_chain(&w, &high);
    memcpy(w.charter, high.id, HASH_BYTES);
    enact_named(&w, world_draft(&w, false), "Child of the higher", 2);
    w.chain_n = 0;
    struct authority a = world_build(&w);
    assert_memory_equal(a.charter_id, low.id, HASH_BYTES);
    authority_fini(&a);
    w.chain_n = 2;
    a = world_build(&w);
    assert_int_equal(a.charter_number, 2);
    assert_true(slice_equal(a.name, slice_text("Child of the higher")));
    authority_fini(&a);
    world_fini(&w);
}

static void the_alliance_decides_which_charter_founds(void **state)
{
    (void)state;
    struct world one, two;
    struct authority a, b;
    world_init(&one, 2);
    world_init(&two, 3);
    a = world_build(&one);
    one.charters[one.charters_n++] = two.charters[0];
    struct authority_input in = world_input(&one);
    in.alliance = a.alliance;
    assert_int_equal(authority_build_all(&in, &b), ERR_OK);
    assert_memory_equal(b.charter_id, a.charter_id, HASH_BYTES);
    authority_fini(&b);
    in.charters++;
    in.charters_n = 1;
    assert_int_equal(authority_build_all(&in, &b), ERR_ALLIANCE);
    in.charters_n = 0;
    assert_int_equal(authority_build_all(&in, &b), ERR_CHARTER);
    authority_fini(&a);
    world_fini(&one);
    world_fini(&two);
}

static void before_ends_at_the_head_that_a_charter_names(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    struct world_draft *d = world_draft(&w, false);
    struct charter c = world_sign(&w, &d->charter, all, 2);
    world_admit(&w, 5, 0x51);
    struct authority_input in = world_input(&w);
    struct authority a;
    assert_int_equal(authority_build_before(&in, &c, &a), ERR_OK);
    assert_int_equal(a.roster_number, 1);
    assert_null(ally(&w, &a, 5));
    assert_int_equal(charter_check_next(&c, &a), ERR_OK);
    authority_fini(&a);
    c.prev[0] ^= 1;
    assert_int_equal(authority_build_before(&in, &c, &a), ERR_CHARTER);
    c.prev[0] ^= 1;
    c.number = 0;
    assert_int_equal(authority_build_before(&in, &c, &a), ERR_CHARTER);
    c.number = 2;
    assert_int_equal(authority_build_before(&in, &c, &a), ERR_CHARTER);
    c.number = 1;
    c.roster_id[0] ^= 1;
    assert_int_equal(authority_build_before(&in, &c, &a), ERR_CHARTER);
    world_fini(&w);
}

static void an_expelled_ally_stays_known_and_comes_back_with_new_keys_alone(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 4);
    struct world_draft *d = world_draft(&w, false);
    draft_drop(d, &w, 4);
    draft_cut_at(d, world_head(&w, 0x41, 1, 9));
    enact_named(&w, d, "Without four", 3);
    world_admit(&w, 4, 0x42); /* the roster does not bring it back */
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 1);
    assert_true(ally(&w, &a, 4)->ended);
    assert_false(ally(&w, &a, 4)->ratified);
    assert_true(site(&w, &a, 0x41)->ended);
    assert_false(site(&w, &a, 0x41)->votes);
    assert_null(site(&w, &a, 0x42));
    assert_false(a.acts[0].effect);
    authority_fini(&a);
    d = world_draft(&w, true);
    struct charter_ally *back = &d->allies[d->charter.allies_n];
    struct charter_site *key = &d->sites[d->charter.allies_n++][0];
    *back = (struct charter_ally){.name = slice_text("Back"), .sites = key, .sites_n = 1};
    memcpy(back->id, world_ally(&w, 4), ALLY_BYTES);
    *key = (struct charter_site){.name = slice_text("Back"), .votes = true};
    memcpy(key->site, world_site(&w, 0x43), SITE_BYTES);
    enact_named(&w, d, "With four again", 3);
    a = world_build(&w);
    assert_int_equal(a.charter_number, 2);
    assert_true(ally(&w, &a, 4)->ratified);
    assert_false(ally(&w, &a, 4)->ended);
    assert_true(site(&w, &a, 0x41)->ended);
    assert_false(site(&w, &a, 0x43)->ended);
    authority_fini(&a);
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_charters_are_followed_to_the_newest),
        cmocka_unit_test(a_charter_that_is_not_complete_is_not_followed),
        cmocka_unit_test(signatures_of_several_copies_add_up),
        cmocka_unit_test(a_charter_waits_for_the_acts_to_the_head_it_names),
        cmocka_unit_test(a_provisional_ally_that_a_charter_omits_stays_provisional),
        cmocka_unit_test(a_provisional_ally_ends_with_its_last_site),
        cmocka_unit_test(acts_after_the_head_may_name_the_newest_charter_or_an_earlier_one),
        cmocka_unit_test(the_newest_charters_registrar_alone_signs_after_its_head),
        cmocka_unit_test(of_siblings_the_lower_stands_and_the_other_is_shown_as_void),
        cmocka_unit_test(of_siblings_the_one_that_leads_to_the_charters_head_stands),
        cmocka_unit_test(what_one_charter_forced_the_next_does_not_undo),
        cmocka_unit_test(acts_past_a_gap_or_of_an_unknown_charter_wait_and_are_not_void),
        cmocka_unit_test(an_act_without_effect_says_so),
        cmocka_unit_test(of_complete_rivals_the_lower_stands_where_there_is_no_chain_yet),
        cmocka_unit_test(of_complete_rivals_a_replica_keeps_its_own),
        cmocka_unit_test(a_chain_that_is_not_complete_does_not_hold),
        cmocka_unit_test(children_of_a_rival_are_not_followed),
        cmocka_unit_test(the_alliance_decides_which_charter_founds),
        cmocka_unit_test(before_ends_at_the_head_that_a_charter_names),
        cmocka_unit_test(an_expelled_ally_stays_known_and_comes_back_with_new_keys_alone),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
