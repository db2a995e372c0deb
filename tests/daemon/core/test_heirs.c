/* An ally that leaves may name an heir, whose sites own its records from then on; without one they are read-only (DESIGN §3 "Standing"). */
#include "tests/help/core_acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ALLIES 4

struct scene {
    struct world *w;
    struct core_author a[ALLIES]; /* a log of each ally's, beside its own */
};

static void open_scene(struct scene *s, uint64_t seed)
{
    s->w = world_alliance(seed, ALLIES);
    for (size_t i = 0; i < ALLIES; i++)
        core_author_init(&s->a[i], s->w, i, 77);
}

/* ---- charters ---- */

struct leaving {
    struct scene *s;
    int heir_of[ALLIES];   /* whom each ally names; -1: nobody */
    bool leaves[ALLIES];   /* listed, without a site any more */
    bool expelled[ALLIES]; /* listed no more */
    struct head heads[2 * ALLIES];
    size_t heads_n;
};

static struct leaving nobody_leaves(struct scene *s)
{
    struct leaving x = {.s = s};
    for (size_t i = 0; i < ALLIES; i++)
        x.heir_of[i] = -1;
    return x;
}

static void change(struct charter *c, void *ctx)
{
    struct leaving *x = ctx;
    struct charter_ally *allies = (struct charter_ally *)(uintptr_t)c->allies;
    size_t kept = 0;
    for (size_t i = 0; i < c->allies_n; i++) {
        size_t k = 0;
        while (memcmp(allies[i].id, x->s->a[k].ally, ALLY_BYTES) != 0)
            k++;
        if (x->heir_of[k] >= 0)
            allies[i].heir = slice_of(x->s->a[x->heir_of[k]].ally, ALLY_BYTES);
        if (x->leaves[k])
            allies[i].sites_n = 0;
        if (!x->expelled[k])
            allies[kept++] = allies[i];
    }
    c->allies_n = kept;
    c->cuts = x->heads;
    c->cuts_n = x->heads_n;
}

static int by_log(const void *a, const void *b)
{
    return log_compare(&((const struct head *)a)->log, &((const struct head *)b)->log);
}

/* Whoever leaves does so with all it wrote so far. */
static void cut_here(struct leaving *x)
{
    struct arena arena = {0};
    struct log_head *heads = NULL;
    size_t n = 0;
    assert_int_equal(oplog_heads(x->s->w->sites[0].core->store, &arena, &heads, &n), ERR_OK);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < ALLIES; k++)
            if ((x->leaves[k] || x->expelled[k]) && heads[i].seq &&
                memcmp(heads[i].log.site, x->s->a[k].log.site, SITE_BYTES) == 0) {
                x->heads[x->heads_n] = (struct head){.log = heads[i].log, .seq = heads[i].seq};
                memcpy(x->heads[x->heads_n++].id, heads[i].id, HASH_BYTES);
            }
    qsort(x->heads, x->heads_n, sizeof *x->heads, by_log);
    arena_fini(&arena);
}

static void enact(struct leaving *x)
{
    struct world *w = x->s->w;
    uint64_t before = w->sites[0].core->authority.charter_number;
    cut_here(x);
    struct buf charter = core_charter(w, 0, NULL, 0, change, x);
    assert_int_equal(core_charter_give(w, 0, buf_slice(&charter)), ERR_OK);
    assert_int_equal(w->sites[0].core->authority.charter_number, before + 1);
    buf_fini(&charter);
    world_run(w, 20000);
    for (size_t i = 0; i < ALLIES; i++)
        if ((x->leaves[i] || x->expelled[i]) && w->sites[i].core)
            world_stop(w, i);
    core_agree(w);
}

/* ---- what they write ---- */

static void write_own(struct scene *s, size_t by, const char *title, char id[64])
{
    assert_int_equal(core_author_tell(&s->a[by], s->w, 0, 1, title, NULL), ERR_OK);
    core_author_record(&s->a[by], 1, id);
    core_agree(s->w);
}

static void assert_title(struct scene *s, const char *id, const char *expected)
{
    for (size_t i = 0; i < ALLIES; i++) {
        char title[64];
        if (!s->w->sites[i].core)
            continue;
        world_title(s->w, i, id, title);
        assert_string_equal(title, expected);
    }
}

static void edits(struct scene *s, size_t by, const char *id, const char *title)
{
    json_decref(world_do(s->w, by, "record.edit", json_pack("{s:s, s:{s:s}}", "id", id, "set", "title", title)));
    core_agree(s->w);
}

static void may_not_edit(struct scene *s, size_t by, const char *id)
{
    world_refused(s->w, by, "record.edit", json_pack("{s:s, s:{s:s}}", "id", id, "set", "title", "Mien"), "not_ours");
}

/* Signed all the same: it is in every log, and counts nowhere. */
static void writes_in_vain(struct scene *s, size_t by, size_t owner, const char *id, const char *shown)
{
    struct core_author as = s->a[by];
    memcpy(as.ally, s->a[owner].ally, ALLY_BYTES); /* whose record it writes about */
    assert_int_equal(core_author_tell(&as, s->w, 0, 1, "Intrus", NULL), ERR_OK);
    memcpy(as.ally, s->a[by].ally, ALLY_BYTES);
    s->a[by] = as;
    core_agree(s->w);
    assert_title(s, id, shown);
}

/* ---- the tests ---- */

/* Ally 3 has written, and names its heir (-1: nobody); the charter of that may be changed further. */
static struct leaving begin_with_heir(struct scene *s, uint64_t seed, char id[64], int heir)
{
    open_scene(s, seed);
    write_own(s, 3, "Avant", id);
    struct leaving named = nobody_leaves(s);
    named.heir_of[3] = heir;
    enact(&named);
    return named;
}

static void the_heirs_sites_own_the_records_of_an_ally_that_left(void **state)
{
    (void)state;
    struct scene s;
    char id[64];
    begin_with_heir(&s, 101, id, 1);
    /* Named is not left: the ally's records are still its own alone. */
    may_not_edit(&s, 1, id);
    writes_in_vain(&s, 1, 3, id, "Avant");
    edits(&s, 3, id, "Encore à soi");
    struct leaving leaves = nobody_leaves(&s);
    leaves.heir_of[3] = 1;
    leaves.leaves[3] = true;
    enact(&leaves);
    /* What its heir had written in vain counts from now on; it says nothing of what it replaces, so both stand. */
    json_t *r = world_do(s.w, 2, "record.show", json_pack("{s:s}", "id", id));
    assert_int_equal(world_number(r, "conflicts"), 1);
    json_decref(r);
    may_not_edit(&s, 2, id);
    edits(&s, 1, id, "Chez l'héritier");
    assert_title(&s, id, "Chez l'héritier");
    writes_in_vain(&s, 2, 3, id, "Chez l'héritier");
    json_decref(world_do(s.w, 1, "record.retire", json_pack("{s:s, s:s}", "id", id, "reason", "repris ailleurs")));
    core_agree(s.w);
    r = world_do(s.w, 0, "record.list", json_pack("{s:i}", "limit", 100));
    assert_int_equal(json_array_size(json_object_get(r, "records")), 0);
    json_decref(r);
    world_free(s.w);
}

static void without_an_heir_the_records_are_read_only(void **state)
{
    (void)state;
    /* It left and named nobody; it was expelled, and whom it had named has nothing of it. */
    for (int expelled = 0; expelled < 2; expelled++) {
        struct scene s;
        char id[64];
        struct leaving leaves = begin_with_heir(&s, 102, id, expelled ? 1 : -1);
        leaves.leaves[3] = !expelled;
        leaves.expelled[3] = expelled;
        enact(&leaves);
        for (size_t i = 0; i < 3; i++) {
            may_not_edit(&s, i, id);
            writes_in_vain(&s, i, 3, id, "Avant");
            world_refused(s.w, i, "record.retire", json_pack("{s:s, s:s}", "id", id, "reason", "x"), "not_ours");
        }
        world_free(s.w);
    }
}

/* Nor may the one that left write on, whatever its clock says. */
static void who_left_owns_nothing_any_more(void **state)
{
    (void)state;
    struct scene s;
    char id[64];
    struct leaving leaves = begin_with_heir(&s, 103, id, 2);
    leaves.leaves[3] = true;
    enact(&leaves);
    assert_int_equal(core_author_tell(&s.a[3], s.w, 1, 1, "Après", NULL), ERR_CUT);
    core_agree(s.w);
    assert_title(&s, id, "Avant");
    world_free(s.w);
}

/* The heir leaves too, and names one of its own: the records go on to that one; what is the heir's own goes with them. */
static void an_heirs_heir_inherits(void **state)
{
    (void)state;
    struct scene s;
    char id[64], own[64];
    open_scene(&s, 104);
    write_own(&s, 3, "De delta", id);
    write_own(&s, 2, "De gamma", own);
    struct leaving leaves = nobody_leaves(&s);
    leaves.heir_of[3] = 2;
    leaves.heir_of[2] = 1;
    enact(&leaves);
    leaves.leaves[3] = true;
    enact(&leaves);
    edits(&s, 2, id, "Chez gamma");
    may_not_edit(&s, 1, id);
    leaves.heads_n = 0;
    leaves.leaves[2] = true;
    leaves.leaves[3] = false; /* it is gone already */
    enact(&leaves);
    edits(&s, 1, id, "Chez bêta");
    edits(&s, 1, own, "Aussi");
    assert_title(&s, id, "Chez bêta");
    assert_title(&s, own, "Aussi");
    may_not_edit(&s, 0, id);
    world_free(s.w);
}

/* The charter comes last to one site and first to another: both judge alike. */
static void an_heirs_writes_count_whenever_the_charter_arrives(void **state)
{
    (void)state;
    struct scene s;
    char id[64];
    struct leaving leaves = begin_with_heir(&s, 105, id, 1);
    /* Site 2 hears of nothing while the ally leaves and its heir writes; then of the writing before the charter. */
    for (size_t i = 0; i < ALLIES; i++)
        if (i != 2)
            world_block(s.w, 2, i, true);
    leaves.leaves[3] = true;
    cut_here(&leaves);
    struct buf charter = core_charter(s.w, 0, NULL, 0, change, &leaves);
    assert_int_equal(core_charter_give(s.w, 0, buf_slice(&charter)), ERR_OK);
    world_run(s.w, 20000);
    world_stop(s.w, 3);
    struct core_author heir = s.a[1];
    memcpy(heir.ally, s.a[3].ally, ALLY_BYTES);
    struct buf written = core_author_put(&heir, 1, "Hérité", NULL);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&written), 7), ERR_OK);
    assert_int_equal(core_author_give(s.w, 2, buf_slice(&written), 7), ERR_OK);
    char title[64];
    world_title(s.w, 2, id, title);
    assert_string_equal(title, "Avant");
    assert_int_equal(core_charter_give(s.w, 2, buf_slice(&charter)), ERR_OK);
    world_heal(s.w);
    core_agree(s.w);
    for (size_t i = 0; i < 3; i++) {
        json_t *r = world_do(s.w, i, "record.show", json_pack("{s:s}", "id", id));
        assert_int_equal(world_number(r, "conflicts"), 1);
        json_decref(r);
    }
    buf_fini(&charter);
    buf_fini(&written);
    world_free(s.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_heirs_sites_own_the_records_of_an_ally_that_left),
        cmocka_unit_test(without_an_heir_the_records_are_read_only),
        cmocka_unit_test(who_left_owns_nothing_any_more),
        cmocka_unit_test(an_heirs_heir_inherits),
        cmocka_unit_test(an_heirs_writes_count_whenever_the_charter_arrives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
