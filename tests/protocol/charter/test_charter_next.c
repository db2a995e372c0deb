/* charter_next: when a charter follows from the one before, who signs, and drafts. */
#include "protocol/charter/charter.h"

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

static err_t check(struct world *w, const struct world_draft *d, size_t signers)
{
    struct charter c = world_sign(w, &d->charter, all, signers);
    return charter_check_next(&c, &d->before);
}

static err_t check_by(struct world *w, const struct world_draft *d, const uint8_t *seeds, size_t n)
{
    struct charter c = world_sign(w, &d->charter, seeds, n);
    return charter_check_next(&c, &d->before);
}

static err_t form(struct world *w, const struct world_draft *d)
{
    struct charter c = world_sign(w, &d->charter, NULL, 0);
    return charter_check_next_form(&c, &d->before);
}

static void two_thirds_of_the_ratified_allies_make_a_charter_valid(void **state)
{
    (void)state;
    static const size_t needed[] = {0, 1, 2, 2, 3, 4, 4};
    for (unsigned v = 1; v <= 6; v++) {
        struct world w;
        world_init(&w, v);
        struct world_draft *d = world_draft(&w, false);
        assert_int_equal(check(&w, d, needed[v]), ERR_OK);
        assert_int_equal(check(&w, d, needed[v] - 1), ERR_CHARTER);
        struct charter c = world_sign(&w, &d->charter, all, 1);
        struct charter_count count = charter_count(&c, &d->before);
        assert_int_equal(count.voters, v);
        assert_int_equal(count.needed, needed[v]);
        assert_int_equal(count.signers, 1);
        world_fini(&w);
    }
}

static void a_charter_follows_from_the_number_the_id_and_the_roster_head_before(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_lift(&w, 2);
    struct world_draft *d = world_draft(&w, false);
    assert_int_equal(check(&w, d, 2), ERR_OK);
    d->charter.number = 2;
    assert_int_equal(check(&w, d, 3), ERR_CHARTER);
    d->charter.number = 1;
    d->charter.prev[0] ^= 1;
    assert_int_equal(check(&w, d, 3), ERR_CHARTER);
    d->charter.prev[0] ^= 1;
    d->charter.roster_id[0] ^= 1;
    assert_int_equal(check(&w, d, 3), ERR_CHARTER);
    d->charter.roster_id[0] ^= 1;
    d->charter.roster_number = 0;
    memset(d->charter.roster_id, 0, HASH_BYTES);
    assert_int_equal(check(&w, d, 3), ERR_CHARTER);
    world_fini(&w);
}

static void an_ally_signs_once_by_whichever_of_its_voting_sites(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 2, 0x22);
    struct world_draft *d = world_draft(&w, false);
    draft_ally(d, &w, 2);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x22}, 2), ERR_CHARTER); /* no vote yet */
    d->sites[1][0].votes = d->sites[1][1].votes = true;
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x21}, 2), ERR_OK);
    world_enact(&w, &d->charter, all, 2);
    d = world_draft(&w, false);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x22}, 2), ERR_OK);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x21, 0x22}, 2), ERR_CHARTER); /* one ally twice */
    world_fini(&w);
}

static void strangers_and_broken_signatures_neither_help_nor_harm(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x77, 0x78}, 3), ERR_CHARTER);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x21, 0x77}, 3), ERR_OK);
    struct charter c = world_sign(&w, &d->charter, all, 3);
    struct charter_signature sigs[3];
    memcpy(sigs, c.signatures, sizeof sigs);
    c.signatures = sigs;
    sigs[0].signature[0] ^= 1;
    assert_int_equal(charter_check_next(&c, &d->before), ERR_OK);
    sigs[1].signature[0] ^= 1;
    assert_int_equal(charter_check_next(&c, &d->before), ERR_CHARTER);
    world_fini(&w);
}

static void a_motion_does_not_stand_for_signatures_yet(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    struct charter c = world_sign(&w, &d->charter, all, 1);
    c.motion = slice_text("motion");
    assert_int_equal(charter_check_next(&c, &d->before), ERR_CHARTER);
    c = world_sign(&w, &d->charter, all, 2);
    c.motion = slice_text("motion");
    assert_int_equal(charter_check_next(&c, &d->before), ERR_OK);
    world_fini(&w);
}

static void suspended_allies_vote_and_provisional_ones_do_not(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    world_suspend(&w, 2, NULL, 0);
    struct world_draft *d = world_draft(&w, false);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x41}, 2), ERR_CHARTER);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x21}, 2), ERR_OK);
    assert_true(charter_voter(&d->charter, &d->before, world_ally(&w, 2)));
    assert_false(charter_voter(&d->charter, &d->before, world_ally(&w, 4)));
    assert_false(charter_voter(&d->charter, &d->before, world_ally(&w, 5)));
    world_fini(&w);
}

static void an_ally_that_the_roster_admitted_in_full_votes(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2);
    world_admit(&w, 3, 0x31);
    struct world_draft *d = world_draft(&w, false);
    assert_int_equal(d->charter.allies_n, 3);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x31}, 2), ERR_OK);
    world_fini(&w);
}

static void a_new_key_signs_only_after_a_charter_has_named_it(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_replace(&w, 2, 0x21, 0x22, NULL, 0);
    struct world_draft *d = world_draft(&w, false);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x22}, 2), ERR_CHARTER);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x21}, 2), ERR_CHARTER);
    assert_int_equal(charter_count(&d->charter, &d->before).voters, 3);
    world_enact(&w, &d->charter, (const uint8_t[]){0x11, 0x31}, 2);
    d = world_draft(&w, false);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x22}, 2), ERR_OK);
    world_fini(&w);
}

static void the_secretariat_does_not_vote_on_its_dismissal(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 4);
    struct charter_role role = {.role = slice_text(ROLE_SECRETARIAT)};
    struct world_draft *d = world_draft(&w, false);
    memcpy(role.ally, world_ally(&w, 2), ALLY_BYTES);
    d->charter.roles = &role;
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x21}, 2), ERR_CHARTER);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x21, 0x31}, 2), ERR_OK); /* 2 of 3, not 3 of 4 */
    struct charter c = world_sign(&w, &d->charter, all, 2);
    assert_int_equal(charter_count(&c, &d->before).voters, 3);
    assert_int_equal(charter_count(&c, &d->before).signers, 1);
    d->charter.roles_n = 0;
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x21, 0x31}, 2), ERR_OK);
    world_fini(&w);
}

static void a_secretariat_that_leaves_does_not_vote_on_it_either(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 4);
    struct world_draft *d = world_draft(&w, false);
    draft_ally(d, &w, 1)->sites_n = 0;
    draft_cut(d, &w, 0x11);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x11, 0x21}, 2), ERR_CHARTER);
    assert_int_equal(check_by(&w, d, (const uint8_t[]){0x21, 0x41}, 2), ERR_OK);
    world_fini(&w);
}

static void where_nobody_is_left_to_vote_nothing_is_valid(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1);
    struct world_draft *d = world_draft(&w, false);
    d->charter.roles_n = 0;
    assert_int_equal(form(&w, d), ERR_OK);
    assert_int_equal(check(&w, d, 1), ERR_CHARTER);
    assert_int_equal(check(&w, d, 0), ERR_CHARTER);
    world_fini(&w);
}

static void a_ratified_ally_is_listed_or_cut(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 3, 0x32);
    struct world_draft *d = world_draft(&w, false);
    draft_drop(d, &w, 3);
    assert_int_equal(form(&w, d), ERR_CHARTER);
    draft_cut(d, &w, 0x31);
    assert_int_equal(form(&w, d), ERR_CHARTER); /* the other site is not */
    draft_cut_at(d, world_head(&w, 0x32, 7, 3));
    assert_int_equal(form(&w, d), ERR_OK);
    world_fini(&w);
}

static void a_provisional_ally_may_be_omitted(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    struct world_draft *d = world_draft(&w, false);
    assert_int_equal(d->charter.allies_n, 3);
    assert_int_equal(form(&w, d), ERR_OK);
    d = world_draft(&w, true);
    assert_int_equal(d->charter.allies_n, 4);
    assert_true(draft_ally(d, &w, 4)->sites[0].votes);
    assert_int_equal(form(&w, d), ERR_OK);
    world_fini(&w);
}

static void a_site_of_a_listed_ally_is_listed_or_cut(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 2, 0x22);
    struct world_draft *d = world_draft(&w, false);
    struct charter_ally *ally = draft_ally(d, &w, 2);
    assert_int_equal(ally->sites_n, 2);
    ally->sites_n = 1;
    const uint8_t gone = memcmp(ally->sites[0].site, world_site(&w, 0x21), SITE_BYTES) == 0 ? 0x22 : 0x21;
    assert_int_equal(form(&w, d), ERR_CHARTER);
    draft_cut(d, &w, gone);
    assert_int_equal(form(&w, d), ERR_OK);
    world_fini(&w);
}

static void a_site_alone_is_not_cut_and_listed_at_once(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    draft_cut_at(d, world_head(&w, 0x21, 4, 9)); /* the end of a role, say: a log of a site that goes on */
    assert_int_equal(form(&w, d), ERR_OK);
    d->charter.cuts_n = 0;
    draft_cut(d, &w, 0x21);
    assert_int_equal(form(&w, d), ERR_CHARTER);
    world_fini(&w);
}

static void a_cut_names_a_site_that_is_known(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    draft_cut(d, &w, 0x77);
    assert_int_equal(form(&w, d), ERR_CHARTER);
    world_fini(&w);
}

static void a_key_does_not_change_its_ally(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    struct charter_site swap = d->sites[1][0];
    d->sites[1][0] = d->sites[2][0];
    d->sites[2][0] = swap;
    assert_int_equal(form(&w, d), ERR_CHARTER);
    world_fini(&w);
}

static void a_key_that_ended_does_not_come_back(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_replace(&w, 2, 0x21, 0x22, NULL, 0);
    struct world_draft *d = world_draft(&w, false);
    assert_int_equal(form(&w, d), ERR_OK);
    d->sites[1][1] = d->sites[1][0];
    memcpy(d->sites[1][1].site, world_site(&w, 0x21), SITE_BYTES);
    draft_ally(d, &w, 2)->sites_n = 2;
    assert_int_equal(form(&w, d), ERR_CHARTER);
    world_fini(&w);
}

static void the_registrar_is_nobodys_site(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    struct world_draft *d = world_draft(&w, false);
    memcpy(d->charter.registrar, world_site(&w, 0xef), SITE_BYTES);
    assert_int_equal(form(&w, d), ERR_OK);
    memcpy(d->charter.registrar, world_site(&w, 0x41), SITE_BYTES);
    assert_int_equal(form(&w, d), ERR_CHARTER);
    world_fini(&w);
}

static void an_ally_that_left_stands_without_sites_and_its_heir_has_some(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 4);
    struct world_draft *d = world_draft(&w, false);
    struct charter_ally *left = draft_ally(d, &w, 3);
    left->sites_n = 0;
    assert_int_equal(form(&w, d), ERR_CHARTER); /* its site is neither listed nor cut */
    draft_cut_at(d, world_head(&w, 0x31, 5, 12));
    assert_int_equal(form(&w, d), ERR_OK);
    left->heir = slice_of(world_ally(&w, 2), ALLY_BYTES);
    assert_int_equal(form(&w, d), ERR_OK);
    left->heir = slice_of(world_ally(&w, 3), ALLY_BYTES);
    assert_int_equal(form(&w, d), ERR_CHARTER);
    left->heir = slice_of(world_ally(&w, 8), ALLY_BYTES);
    assert_int_equal(form(&w, d), ERR_CHARTER);
    left->heir = slice_of(world_ally(&w, 4), ALLY_BYTES);
    draft_ally(d, &w, 4)->sites_n = 0;
    draft_cut(d, &w, 0x41);
    assert_int_equal(form(&w, d), ERR_CHARTER);
    world_fini(&w);
}

static void nobody_leaves_who_never_came(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    struct charter_ally *ghost = &d->allies[d->charter.allies_n++];
    *ghost = (struct charter_ally){.name = slice_text("Ghost")};
    memcpy(ghost->id, world_ally(&w, 8), ALLY_BYTES);
    assert_int_equal(form(&w, d), ERR_CHARTER);
    world_fini(&w);
}

static void cuts_ascend_and_name_a_site_alone_or_its_logs(void **state)
{
    (void)state;
    struct world w;
    struct arena arena = {0};
    struct charter c;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    static const struct {
        struct head heads[2];
        size_t n;
        err_t expect;
    } cases[] = {
        {{{{{1}, 0}, 0, {0}}},                     1, ERR_OK       },
        {{{{{1}, 0}, 0, {0}}, {{{2}, 0}, 0, {0}}}, 2, ERR_OK       },
        {{{{{1}, 0}, 0, {0}}, {{{2}, 5}, 1, {9}}}, 2, ERR_OK       },
        {{{{{1}, 0}, 0, {0}}, {{{1}, 5}, 1, {9}}}, 2, ERR_RANGE    },
        {{{{{1}, 0}, 0, {0}}, {{{1}, 0}, 0, {0}}}, 2, ERR_KEY_ORDER},
        {{{{{2}, 0}, 0, {0}}, {{{1}, 0}, 0, {0}}}, 2, ERR_KEY_ORDER},
        {{{{{1}, 0}, 1, {0}}},                     1, ERR_RANGE    },
        {{{{{1}, 1}, 0, {0}}},                     1, ERR_RANGE    },
        {{{{{1}, 0}, 0, {1}}},                     1, ERR_RANGE    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf body, carried;
        buf_init(&body, LIMIT_CHARTER_BYTES);
        buf_init(&carried, LIMIT_CHARTER_BYTES);
        d->charter.cuts = cases[i].heads;
        d->charter.cuts_n = cases[i].n;
        charter_encode_body(&body, &d->charter);
        charter_encode(&carried, buf_slice(&body), NULL, 0, slice_of(NULL, 0));
        assert_int_equal(charter_decode(buf_slice(&carried), &arena, &c), cases[i].expect);
        buf_fini(&body);
        buf_fini(&carried);
        arena_clear(&arena);
    }
    arena_fini(&arena);
    world_fini(&w);
}

static void a_checkpoint_names_logs_alone(void **state)
{
    (void)state;
    struct world w;
    struct arena arena = {0};
    struct charter c;
    struct buf body, carried;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    struct head alone = world_head(&w, 0x21, 0, 0);
    d->charter.checkpoint = &alone;
    d->charter.checkpoint_n = 1;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    buf_init(&carried, LIMIT_CHARTER_BYTES);
    charter_encode_body(&body, &d->charter);
    charter_encode(&carried, buf_slice(&body), NULL, 0, slice_of(NULL, 0));
    assert_int_equal(charter_decode(buf_slice(&carried), &arena, &c), ERR_RANGE);
    buf_fini(&body);
    buf_fini(&carried);
    arena_fini(&arena);
    world_fini(&w);
}

static void a_draft_keeps_what_is_and_builds_on_the_head(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    world_replace(&w, 2, 0x21, 0x22, NULL, 0);
    struct head point = world_head(&w, 0x11, 3, 40);
    struct authority a = world_build(&w);
    struct charter c;
    assert_int_equal(charter_draft_next(&a, true, &point, 1, &w.arena, &c), ERR_OK);
    assert_int_equal(c.number, 1);
    assert_memory_equal(c.prev, a.charter_id, HASH_BYTES);
    assert_int_equal(c.roster_number, 2);
    assert_memory_equal(c.roster_id, a.roster_id, HASH_BYTES);
    assert_memory_equal(c.registrar, a.registrar, SITE_BYTES);
    assert_true(slice_equal(c.name, a.name));
    assert_int_equal(c.allies_n, 4);
    assert_int_equal(c.roles_n, 1);
    assert_int_equal(c.rules_n, 2);
    assert_int_equal(c.checkpoint_n, 1);
    assert_int_equal(c.cuts_n, 0);
    assert_int_equal(c.allies[1].sites_n, 1); /* the new key alone, with the old one's vote */
    assert_memory_equal(c.allies[1].sites[0].site, world_site(&w, 0x22), SITE_BYTES);
    assert_true(c.allies[1].sites[0].votes);
    struct charter signed_one = world_sign(&w, &c, (const uint8_t[]){0x11, 0x31}, 2);
    assert_int_equal(charter_check_next(&signed_one, &a), ERR_OK);
    authority_fini(&a);
    world_fini(&w);
}

static void a_draft_leaves_out_who_has_left(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    draft_ally(d, &w, 3)->sites_n = 0;
    draft_cut(d, &w, 0x31);
    world_enact(&w, &d->charter, all, 2);
    d = world_draft(&w, true);
    assert_int_equal(d->charter.allies_n, 2);
    assert_int_equal(check(&w, d, 2), ERR_OK);
    world_fini(&w);
}

static void copies_of_a_charter_merge_to_their_valid_signatures(void **state)
{
    (void)state;
    struct world w;
    struct buf out;
    struct charter merged;
    world_init(&w, 4);
    struct world_draft *d = world_draft(&w, false);
    struct charter a = world_sign(&w, &d->charter, (const uint8_t[]){0x11, 0x21, 0x77}, 3);
    struct charter b = world_sign(&w, &d->charter, (const uint8_t[]){0x21, 0x31}, 2);
    struct charter_signature broken[3];
    memcpy(broken, a.signatures, sizeof broken);
    for (size_t i = 0; i < 3; i++)
        if (memcmp(broken[i].site, world_site(&w, 0x21), SITE_BYTES) == 0)
            broken[i].signature[5] ^= 1;
    a.signatures = broken; /* site 21's stands in b alone now */
    buf_init(&out, LIMIT_CHARTER_BYTES);
    assert_int_equal(charter_merge(&a, &b, &d->before, &out), ERR_OK);
    assert_int_equal(charter_decode(buf_slice(&out), &w.arena, &merged), ERR_OK);
    assert_int_equal(merged.signatures_n, 3);
    assert_int_equal(charter_check_next(&merged, &d->before), ERR_OK);
    assert_int_equal(charter_check_next(&a, &d->before), ERR_CHARTER);
    buf_clear(&out);
    assert_int_equal(charter_merge(&a, &b, NULL, &out), ERR_OK);
    assert_int_equal(charter_decode(buf_slice(&out), &w.arena, &merged), ERR_OK);
    assert_int_equal(merged.signatures_n, 4); /* the stranger's too */
    b.id[0] ^= 1;
    assert_int_equal(charter_merge(&a, &b, NULL, &out), ERR_CHARTER);
    buf_fini(&out);
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_thirds_of_the_ratified_allies_make_a_charter_valid),
        cmocka_unit_test(a_charter_follows_from_the_number_the_id_and_the_roster_head_before),
        cmocka_unit_test(an_ally_signs_once_by_whichever_of_its_voting_sites),
        cmocka_unit_test(strangers_and_broken_signatures_neither_help_nor_harm),
        cmocka_unit_test(a_motion_does_not_stand_for_signatures_yet),
        cmocka_unit_test(suspended_allies_vote_and_provisional_ones_do_not),
        cmocka_unit_test(an_ally_that_the_roster_admitted_in_full_votes),
        cmocka_unit_test(a_new_key_signs_only_after_a_charter_has_named_it),
        cmocka_unit_test(the_secretariat_does_not_vote_on_its_dismissal),
        cmocka_unit_test(a_secretariat_that_leaves_does_not_vote_on_it_either),
        cmocka_unit_test(where_nobody_is_left_to_vote_nothing_is_valid),
        cmocka_unit_test(a_ratified_ally_is_listed_or_cut),
        cmocka_unit_test(a_provisional_ally_may_be_omitted),
        cmocka_unit_test(a_site_of_a_listed_ally_is_listed_or_cut),
        cmocka_unit_test(a_site_alone_is_not_cut_and_listed_at_once),
        cmocka_unit_test(a_cut_names_a_site_that_is_known),
        cmocka_unit_test(a_key_does_not_change_its_ally),
        cmocka_unit_test(a_key_that_ended_does_not_come_back),
        cmocka_unit_test(the_registrar_is_nobodys_site),
        cmocka_unit_test(an_ally_that_left_stands_without_sites_and_its_heir_has_some),
        cmocka_unit_test(nobody_leaves_who_never_came),
        cmocka_unit_test(cuts_ascend_and_name_a_site_alone_or_its_logs),
        cmocka_unit_test(a_checkpoint_names_logs_alone),
        cmocka_unit_test(a_draft_keeps_what_is_and_builds_on_the_head),
        cmocka_unit_test(a_draft_leaves_out_who_has_left),
        cmocka_unit_test(copies_of_a_charter_merge_to_their_valid_signatures),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
