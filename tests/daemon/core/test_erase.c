/* What was erased is nowhere: in no table, in no raw byte of the files, on no site, whatever came first; and nobody erases who may not. */
#include "tests/help/core_acts.h"
#include "tests/help/core_erasing.h"

#include "daemon/core/erase.h"
#include "daemon/core/ingest.h"
#include "daemon/core/own.h"
#include "daemon/store/query.h"
#include "tests/help/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void an_erased_text_is_nowhere_on_any_site(void **state)
{
    (void)state;
    struct world *w = world_alliance(81, 3);
    char id[64];
    struct dot dot = erasing_write(w, 1, id);
    core_agree(w);
    for (size_t i = 0; i < 3; i++)
        assert_true(erasing_in_tables(w, i));
    assert_int_not_equal(erasing_rows(w, 1, "SELECT count(*) FROM imports"), 0);
    erasing_ask(w, 1, dot);
    assert_int_equal(erasing_rows(w, 1, "SELECT count(*) FROM attests"), 0); /* not before the flush */
    core_agree(w);
    world_run(w, 3000);
    for (size_t i = 0; i < 3; i++) {
        erasing_gone(w, i);
        assert_int_equal(erasing_rows(w, i, "SELECT count(*) FROM attests"), 3);
    }
    assert_int_equal(erasing_rows(w, 1, "SELECT count(*) FROM imports"), 0);
    core_agree(w);
    world_free(w);
}

static void an_erasure_travels_ahead_of_data_to_a_newcomer(void **state)
{
    (void)state;
    struct world *w = world_alliance(82, 2);
    char id[64];
    struct dot dot = erasing_write(w, 1, id);
    core_agree(w);
    erasing_ask(w, 1, dot);
    core_agree(w);
    size_t late = world_add(w, "late");
    world_join(w, late, NULL);
    assert_int_equal(world_start(w, late), ERR_OK);
    for (int i = 0; i < 100; i++) {
        world_run(w, 50);
        assert_false(erasing_on_disk(w, late));
    }
    core_agree(w);
    erasing_gone(w, late);
    world_free(w);
}

/* A peer that was away has the body still: who knows of the erasure takes it from nobody. */
static void a_body_to_be_erased_never_comes_in(void **state)
{
    (void)state;
    struct world *w = world_alliance(83, 2);
    struct core_author a, asker;
    core_author_init(&a, w, 1, 77);
    core_author_init(&asker, w, 1, 78);
    struct buf secret = core_author_put(&a, 1, SECRET, NULL);
    struct dot dot = dot_of(a.prev, 0);
    struct op op = {
        .info = kind_info(OP_SITE_ERASE), .entity = slice_of(a.log.site, SITE_BYTES), .dots = &dot, .dots_n = 1};
    struct buf erase = core_author_op(&asker, &op, slice_of((const uint8_t[]){0x91, 0xa0}, 2));
    struct core *c = w->sites[0].core;
    world_block(w, 0, 1, true);
    assert_int_equal(batch_begin(c), ERR_OK);
    assert_int_equal(erase_ahead(c, buf_slice(&erase)), ERR_OK);
    assert_int_equal(batch_end(c), ERR_OK);
    assert_int_equal(core_author_give(w, 0, buf_slice(&secret), 7), ERR_OK);
    assert_int_equal(core_author_give(w, 0, buf_slice(&secret), 8), ERR_OK);
    assert_false(erasing_on_disk(w, 0));
    /* A hole until the erasure itself is in; a rebuild does not forget what was told. */
    assert_int_equal(erasing_rows(w, 0, "SELECT count(*) FROM bodies WHERE state = 3"), 1);
    json_decref(world_do(w, 0, "rebuild", NULL));
    assert_int_equal(erasing_rows(w, 0, "SELECT count(*) FROM erasures WHERE early = 1"), 1);
    assert_int_equal(core_author_give(w, 0, buf_slice(&erase), 7), ERR_OK);
    assert_int_equal(erasing_rows(w, 0, "SELECT count(*) FROM bodies WHERE state = 2"), 1);
    assert_int_equal(erasing_rows(w, 0, "SELECT count(*) FROM erasures WHERE early = 1"), 0);
    world_heal(w);
    core_agree(w);
    erasing_gone(w, 0);
    erasing_gone(w, 1);
    buf_fini(&secret);
    buf_fini(&erase);
    world_free(w);
}

/* Told ahead, and never written into a log: once both know the same, the body is asked for again. */
static void an_erasure_told_and_never_written_erases_nothing(void **state)
{
    (void)state;
    struct world *w = world_alliance(84, 3);
    struct core_author a, asker;
    core_author_init(&a, w, 1, 77);
    core_author_init(&asker, w, 1, 78);
    struct buf secret = core_author_put(&a, 1, "Texte", NULL);
    struct dot dot = dot_of(a.prev, 0);
    struct op op = {
        .info = kind_info(OP_SITE_ERASE), .entity = slice_of(a.log.site, SITE_BYTES), .dots = &dot, .dots_n = 1};
    struct buf erase = core_author_op(&asker, &op, slice_of((const uint8_t[]){0x91, 0xa0}, 2));
    struct core *c = w->sites[0].core;
    assert_int_equal(batch_begin(c), ERR_OK);
    assert_int_equal(erase_ahead(c, buf_slice(&erase)), ERR_OK);
    assert_int_equal(batch_end(c), ERR_OK);
    assert_int_equal(core_author_give(w, 2, buf_slice(&secret), 7), ERR_OK);
    core_agree(w);
    for (size_t i = 0; i < 3; i++) {
        char id[64], title[64];
        core_author_record(&a, 1, id);
        world_title(w, i, id, title);
        assert_string_equal(title, "Texte");
    }
    assert_int_equal(erasing_rows(w, 0, "SELECT count(*) FROM erasures"), 0);
    buf_fini(&secret);
    buf_fini(&erase);
    world_free(w);
}

static void nobody_erases_who_may_not_and_control_ops_stay(void **state)
{
    (void)state;
    struct world *w = world_alliance(85, 2);
    char id[64], title[64];
    struct dot dot = erasing_write(w, 1, id);
    core_agree(w);
    erasing_ask(w, 0, dot);                    /* another ally, without the role */
    erasing_ask(w, 1, erasing_last_dot(w, 0)); /* and a site.erase, of another ally */
    struct dot own = erasing_last_dot(w, 1);
    erasing_ask(w, 1, own); /* its own site.erase: a control op */
    core_agree(w);
    assert_int_equal(erasing_rows(w, 0, "SELECT count(*) FROM bodies WHERE state <> 1"), 0);
    /* A newcomer, who hears of the erasures first, sees it the same way. */
    size_t late = world_add(w, "late");
    world_join(w, late, NULL);
    assert_int_equal(world_start(w, late), ERR_OK);
    core_agree(w);
    world_title(w, late, id, title);
    assert_string_equal(title, SECRET);
    world_free(w);
}

static void add_role(struct charter *c, void *ctx)
{
    static struct charter_role roles[4];
    const struct core_author *to = ctx;
    size_t n = c->roles_n;
    memcpy(roles + 1, c->roles, n * sizeof *roles);
    roles[0] = (struct charter_role){.role = slice_text(ROLE_DATA_PROTECTION)};
    memcpy(roles[0].ally, to->ally, ALLY_BYTES);
    c->roles = roles;
    c->roles_n = n + 1;
}

static void the_data_protection_role_erases_what_others_wrote(void **state)
{
    (void)state;
    struct world *w = world_alliance(86, 3);
    char id[64];
    struct core_author officer;
    struct dot dot = erasing_write(w, 1, id);
    core_author_init(&officer, w, 2, 5);
    core_agree(w);
    struct buf charter = core_charter(w, 0, NULL, 0, add_role, &officer);
    assert_int_equal(core_charter_give(w, 0, buf_slice(&charter)), ERR_OK);
    assert_int_equal(w->sites[0].core->authority.charter_number, 1);
    core_agree(w);
    erasing_ask(w, 2, dot);
    core_agree(w);
    world_run(w, 3000);
    for (size_t i = 0; i < 3; i++)
        erasing_gone(w, i);
    buf_fini(&charter);
    world_free(w);
}

/* Voided by a fork of the log that asked, after only one site had erased: who has the body gives it back. */
static void a_voided_erasure_leaves_a_hole_that_peers_fill(void **state)
{
    (void)state;
    struct world *w = world_alliance(87, 2);
    struct core_author a, asker;
    char id[64], title[64];
    core_author_init(&a, w, 1, 77);
    core_author_init(&asker, w, 1, 78);
    struct buf text = core_author_put(&a, 1, "Texte", NULL);
    assert_int_equal(core_author_give(w, 0, buf_slice(&text), 7), ERR_OK);
    core_agree(w);
    world_block(w, 0, 1, true);
    struct core_author twin = asker;
    struct dot dot = dot_of(a.prev, 0);
    struct op op = {
        .info = kind_info(OP_SITE_ERASE), .entity = slice_of(a.log.site, SITE_BYTES), .dots = &dot, .dots_n = 1};
    struct buf erase = core_author_op(&asker, &op, slice_of((const uint8_t[]){0x91, 0xa0}, 2));
    struct buf rival = core_author_put(&twin, 9, "Rival", NULL);
    assert_int_equal(core_author_give(w, 0, buf_slice(&erase), 7), ERR_OK);
    assert_int_equal(erasing_rows(w, 0, "SELECT count(*) FROM bodies WHERE state = 2"), 1);
    assert_int_equal(core_author_give(w, 0, buf_slice(&rival), 7), ERR_FORK);
    assert_int_equal(erasing_rows(w, 0, "SELECT count(*) FROM bodies WHERE state = 3"), 1);
    world_heal(w);
    core_agree(w);
    core_author_record(&a, 1, id);
    world_title(w, 0, id, title);
    assert_string_equal(title, "Texte");
    buf_fini(&text);
    buf_fini(&erase);
    buf_fini(&rival);
    world_free(w);
}

/* Aside, in a proof, and in a proof that a peer shows once more with the body in it. */
static void erased_texts_leave_proofs_and_what_was_set_aside(void **state)
{
    (void)state;
    struct world *w = world_alliance(88, 2);
    struct core_author a, asker;
    core_author_init(&a, w, 1, 77);
    core_author_init(&asker, w, 1, 78);
    struct core_author twin = a;
    struct buf one = core_author_put(&a, 1, SECRET, NULL), two = core_author_put(&twin, 1, "Autre", NULL);
    assert_int_equal(core_author_give(w, 0, buf_slice(&one), 7), ERR_OK);
    assert_int_equal(core_author_give(w, 0, buf_slice(&two), 7), ERR_FORK);
    core_agree(w);
    assert_true(erasing_in_tables(w, 1));
    struct dot dot = dot_of(a.prev, 0);
    struct op op = {
        .info = kind_info(OP_SITE_ERASE), .entity = slice_of(a.log.site, SITE_BYTES), .dots = &dot, .dots_n = 1};
    struct buf erase = core_author_op(&asker, &op, slice_of((const uint8_t[]){0x91, 0xa0}, 2));
    assert_int_equal(core_author_give(w, 0, buf_slice(&erase), 7), ERR_OK);
    core_agree(w);
    world_run(w, 3000);
    erasing_gone(w, 0);
    erasing_gone(w, 1);
    assert_int_equal(core_author_give(w, 0, buf_slice(&one), 7), ERR_FORK);
    erasing_gone(w, 0);
    buf_fini(&one);
    buf_fini(&two);
    buf_fini(&erase);
    world_free(w);
}

static void an_older_copy_of_a_site_is_purged_again(void **state)
{
    (void)state;
    struct world *w = world_alliance(89, 2);
    char id[64], old[160];
    struct dot dot = erasing_write(w, 1, id);
    core_agree(w);
    world_copy(w, 0, old);
    erasing_ask(w, 1, dot);
    core_agree(w);
    world_stop(w, 0);
    world_restore(w, 0, old);
    assert_true(erasing_on_disk(w, 0));
    assert_int_equal(world_start(w, 0), ERR_OK);
    core_agree(w);
    world_run(w, 3000);
    erasing_gone(w, 0);
    /* A crash between COMMIT and flush: the next start makes up for it. */
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    core_agree(w);
    erasing_gone(w, 0);
    world_free(w);
}

/* What stands in its own file, made by another thread. */
static err_t index_says;
static uint64_t index_round;

static err_t index_clean(void *ctx, uint64_t round)
{
    (void)ctx;
    index_round = round;
    return index_says;
}

static void a_site_attests_only_once_its_index_is_clean(void **state)
{
    (void)state;
    struct world *w = world_alliance(84, 2);
    char id[64];
    struct dot dot = erasing_write(w, 1, id);
    core_agree(w);
    index_says = ERR_WAITING;
    w->sites[0].core->env.index_clean = index_clean;
    erasing_ask(w, 1, dot);
    core_agree(w);
    world_run(w, 3000);
    uint64_t round = index_round;
    assert_true(round > 0);
    erasing_gone(w, 0);
    assert_int_equal(erasing_rows(w, 1, "SELECT count(*) FROM attests"), 1);
    index_says = ERR_DISK_FULL; /* and so it cannot say for now */
    world_run(w, 3000);
    assert_int_equal(erasing_rows(w, 1, "SELECT count(*) FROM attests"), 1);
    index_says = ERR_OK;
    world_run(w, 3000);
    assert_int_equal(index_round, round);
    assert_int_equal(erasing_rows(w, 1, "SELECT count(*) FROM attests"), 2);
    core_agree(w);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_erased_text_is_nowhere_on_any_site),
        cmocka_unit_test(an_erasure_travels_ahead_of_data_to_a_newcomer),
        cmocka_unit_test(a_body_to_be_erased_never_comes_in),
        cmocka_unit_test(an_erasure_told_and_never_written_erases_nothing),
        cmocka_unit_test(nobody_erases_who_may_not_and_control_ops_stay),
        cmocka_unit_test(the_data_protection_role_erases_what_others_wrote),
        cmocka_unit_test(a_voided_erasure_leaves_a_hole_that_peers_fill),
        cmocka_unit_test(erased_texts_leave_proofs_and_what_was_set_aside),
        cmocka_unit_test(an_older_copy_of_a_site_is_purged_again),
        cmocka_unit_test(a_site_attests_only_once_its_index_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
