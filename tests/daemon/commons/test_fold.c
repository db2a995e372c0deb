/*
 * fold: each rule of fold.h, on small histories written by hand. Sites 10 … 19 are of the ally that owns the record; sites 90 … of the secretariat.
 */
#include "tests/help/fold_ops.h"
#include "daemon/commons/view.h"
#include "protocol/wire/wr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct fold_rules by_secretariat = {.adopt_by_secretariat = true};
static const struct fold_rules by_two = {.adopt_by_allies = 2};

struct at {
    struct ops o;
    struct arena arena;
    struct buf canon;
    struct view v;
};

static struct at *begin(void)
{
    static struct at a;
    a = (struct at){0};
    ops_init(&a.o);
    return &a;
}

static void fold(struct at *a, enum entity_type type, const struct fold_rules *rules)
{
    uint8_t site[SITE_BYTES];
    struct slice entity = type == ENTITY_RECORD    ? slice_of(a->o.record, RECORD_BYTES)
                          : type == ENTITY_CONCEPT ? slice_of(a->o.concept, CONCEPT_BYTES)
                                                   : slice_of(ops_site(10, site), SITE_BYTES);
    buf_fini(&a->canon);
    ops_fold(a->o.op, a->o.n, type, entity, rules, &a->canon);
    assert_int_equal(view_read(buf_slice(&a->canon), &a->arena, &a->v), ERR_OK);
    assert_int_equal(a->v.type, type);
}

static void end(struct at *a)
{
    buf_fini(&a->canon);
    arena_fini(&a->arena);
    ops_fini(&a->o);
}

static size_t put(struct at *a, unsigned site, uint64_t clock, const char *title, const size_t *names, size_t n)
{
    struct write_spec w = {.field = R_TITLE, .lang = "fr", .text = title, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_RECORD_PUT, site, clock, &w, 1, NULL, 0);
}

static size_t label(struct at *a, unsigned site, uint64_t clock, const char *text, const size_t *names, size_t n)
{
    struct write_spec w = {.field = C_PREF_LABEL, .lang = "fr", .text = text, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_CONCEPT_PUT, site, clock, &w, 1, NULL, 0);
}

static size_t relate(struct at *a, unsigned site, uint64_t clock, unsigned target, bool remove, const size_t *names,
                     size_t n)
{
    struct write_spec w = {.field = REL_BROADER, .target = target, .remove = remove, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_CONCEPT_RELATE, site, clock, &w, 1, NULL, 0);
}

static size_t adopt(struct at *a, unsigned site, uint64_t clock, size_t what)
{
    return ops_dots(&a->o, OP_CONCEPT_ADOPT, site, clock, &what, 1);
}

static size_t index_term(struct at *a, unsigned site, uint64_t clock, unsigned target, bool remove, const size_t *names,
                         size_t n)
{
    struct write_spec w = {.target = target, .remove = remove, .weight = remove ? 0 : 7, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_RECORD_INDEX, site, clock, &w, 1, NULL, 0);
}

/* What is live at the only key of the fields, or sets, by the places of their ops. */
static void live_is(const struct view_key *keys, size_t keys_n, const size_t *places, size_t n)
{
    assert_int_equal(keys_n, n ? 1 : 0);
    if (n == 0)
        return;
    assert_int_equal(keys[0].values_n, n);
    for (size_t i = 0; i < n; i++) {
        struct dot d = ops_dot(places[i]);
        assert_int_equal(dot_compare(&keys[0].values[i].dot, &d), 0);
    }
}
#define FIELDS_LIVE(a, ...)                                                                                            \
    live_is((a)->v.fields, (a)->v.fields_n, (const size_t[]){__VA_ARGS__},                                             \
            sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t))
#define SETS_LIVE(a, ...)                                                                                              \
    live_is((a)->v.sets, (a)->v.sets_n, (const size_t[]){__VA_ARGS__}, sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t))

/* ---- records ---- */

static void a_write_replaces_what_it_names_and_nothing_else(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = put(a, 10, 1, "un", NULL, 0);
    size_t other = put(a, 11, 2, "deux", NULL, 0);
    size_t second = put(a, 10, 3, "trois", &first, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, other, second);
    end(a);
}

static void a_named_dot_that_comes_later_is_dead_on_arrival(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t unseen = 1;
    size_t winner = put(a, 10, 5, "deux", &unseen, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, winner);
    put(a, 11, 9, "un", NULL, 0); /* later in canonical order as well */
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, winner);
    end(a);
}

static void a_dot_named_at_another_key_stays(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = put(a, 10, 1, "un", NULL, 0);
    struct write_spec w = {.field = R_TITLE, .lang = "en", .text = "one", .names = {first}, .names_n = 1};
    ops_write(&a->o, OP_RECORD_PUT, 10, 2, &w, 1, NULL, 0);
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.fields_n, 2);
    assert_non_null(view_field(&a->v, R_TITLE, slice_text("fr")));
    assert_non_null(view_field(&a->v, R_TITLE, slice_text("en")));
    end(a);
}

static void a_replaced_write_goes_on_replacing(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = put(a, 10, 1, "un", NULL, 0);
    size_t second = put(a, 10, 2, "deux", &first, 1);
    size_t third = put(a, 10, 3, "trois", &second, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, third);
    end(a);
}

static void another_allys_put_counts_for_nothing_and_replaces_nothing(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = put(a, 10, 1, "un", NULL, 0);
    put(a, 20, 2, "volé", &first, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, first);
    struct slice record = slice_of(a->o.record, RECORD_BYTES);
    assert_true(fold_counts(&a->o.op[0], record));
    assert_false(fold_counts(&a->o.op[1], record));
    a->o.op[0].standing = false;
    assert_false(fold_counts(&a->o.op[0], record));
    end(a);
}

static void an_op_that_does_not_decode_is_a_no_op(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = put(a, 10, 1, "un", NULL, 0);
    size_t bad = put(a, 10, 2, "deux", &first, 1);
    a->o.op[bad].body = slice_of("\x91\xc3", 2); /* a boolean for a title */
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, first);
    a->o.op[bad].header = slice_of("\x90", 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, first);
    assert_int_equal(a->v.pending_n, 0);
    end(a);
}

static void an_op_filed_under_another_entity_is_a_no_op(void **state)
{
    (void)state;
    struct at *a = begin();
    put(a, 10, 1, "un", NULL, 0);
    a->o.record[RECORD_BYTES - 1] ^= 1;
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.fields_n, 0);
    end(a);
}

static void an_erased_write_is_an_empty_value_and_brings_nothing_back(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = put(a, 10, 1, "un", NULL, 0);
    size_t erased = put(a, 10, 2, "deux", &first, 1);
    a->o.op[erased].state = BODY_ERASED;
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, erased);
    assert_null(a->v.fields[0].shown);
    end(a);
}

static void an_op_without_its_body_waits_and_replaces_nothing(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = put(a, 10, 1, "un", NULL, 0);
    size_t hole = put(a, 10, 2, "deux", &first, 1);
    a->o.op[hole].state = BODY_MISSING;
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, first);
    assert_int_equal(a->v.pending_n, 1);
    a->o.op[hole].state = BODY_PRESENT;
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, hole);
    assert_int_equal(a->v.pending_n, 0);
    end(a);
}

static void an_unknown_kind_of_a_member_waits_and_of_a_stranger_does_not(void **state)
{
    (void)state;
    struct at *a = begin();
    put(a, 10, 1, "un", NULL, 0);
    a->o.op[0].kind = 9999;
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.pending_n, 1);
    a->o.op[0].standing = false;
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.pending_n, 0);
    end(a);
}

static void a_retired_record_is_revived_by_a_put_that_names_the_tombstone(void **state)
{
    (void)state;
    struct at *a = begin();
    put(a, 10, 1, "un", NULL, 0);
    size_t retired = ops_dots(&a->o, OP_RECORD_RETIRE, 10, 2, NULL, 0);
    put(a, 10, 3, "deux", NULL, 0);
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.tombstones_n, 1);
    size_t foreign = retired;
    ops_dots(&a->o, OP_RECORD_RETIRE, 20, 4, &foreign, 1); /* another ally can do neither */
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.tombstones_n, 1);
    ops_dots(&a->o, OP_RECORD_PUT, 10, 5, &retired, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.tombstones_n, 0);
    end(a);
}

static void a_retirement_concurrent_with_a_revival_stays(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t retired = ops_dots(&a->o, OP_RECORD_RETIRE, 10, 1, NULL, 0);
    ops_dots(&a->o, OP_RECORD_RETIRE, 11, 2, NULL, 0);
    ops_dots(&a->o, OP_RECORD_PUT, 10, 3, &retired, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.tombstones_n, 1);
    end(a);
}

static void an_index_term_is_removed_by_its_own_ally_only(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t mine = index_term(a, 20, 1, 5, false, NULL, 0);
    index_term(a, 30, 2, 5, true, &mine, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    SETS_LIVE(a, mine);
    index_term(a, 21, 3, 5, true, &mine, 1); /* another site of the ally */
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    end(a);
}

static void an_add_unseen_by_the_remove_wins(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t seen = index_term(a, 20, 1, 5, false, NULL, 0);
    size_t unseen = index_term(a, 21, 2, 5, false, NULL, 0);
    index_term(a, 20, 3, 5, true, &seen, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    SETS_LIVE(a, unseen);
    end(a);
}

static void a_remove_that_arrives_before_its_add_is_the_same_as_after(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t add = 1;
    index_term(a, 20, 5, 5, true, &add, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    index_term(a, 20, 2, 5, false, NULL, 0);
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    end(a);
}

/* ---- concepts ---- */

static void a_proposal_replaces_its_own_allys_proposals_at_once(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = label(a, 20, 1, "eau", NULL, 0);
    size_t second = label(a, 21, 2, "eaux", &first, 1);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, second);
    end(a);
}

static void a_proposal_replaces_another_allys_only_when_adopted(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = label(a, 20, 1, "eau", NULL, 0);
    size_t second = label(a, 30, 2, "eaux", &first, 1);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, first, second);
    assert_int_equal(a->v.fields[0].values[1].names_n, 1);
    assert_false(a->v.adopted);
    adopt(a, 90, 3, second);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, second);
    assert_true(a->v.adopted);
    end(a);
}

static void a_proposal_leaves_its_own_allys_adopted_value_until_adopted(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = label(a, 20, 1, "eau", NULL, 0);
    adopt(a, 90, 2, first);
    size_t second = label(a, 20, 3, "eaux", &first, 1);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, first, second);
    adopt(a, 90, 4, second);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, second);
    end(a);
}

static void only_the_secretariat_adopts_under_its_rule(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = label(a, 20, 1, "eau", NULL, 0);
    adopt(a, 30, 2, first);
    adopt(a, 40, 3, first);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_false(a->v.adopted);
    adopt(a, 90, 4, first);
    fold(a, ENTITY_CONCEPT, &by_two); /* the three others are k allies */
    assert_true(a->v.adopted);
    end(a);
}

static void the_secretariat_is_one_ally_among_k_without_its_rule(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = label(a, 20, 1, "eau", NULL, 0);
    adopt(a, 90, 2, first);
    fold(a, ENTITY_CONCEPT, &by_two);
    assert_false(a->v.adopted);
    end(a);
}

static void k_allies_are_distinct_standing_and_other_than_the_proposer(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = label(a, 20, 1, "eau", NULL, 0);
    adopt(a, 21, 2, first); /* the proposer's */
    adopt(a, 30, 3, first);
    adopt(a, 31, 4, first); /* the same ally again */
    size_t stranger = adopt(a, 40, 5, first);
    a->o.op[stranger].standing = false;
    fold(a, ENTITY_CONCEPT, &by_two);
    assert_false(a->v.adopted);
    adopt(a, 50, 6, first);
    fold(a, ENTITY_CONCEPT, &by_two);
    assert_true(a->v.adopted);
    end(a);
}

static void an_adoption_that_arrives_before_its_proposal_counts(void **state)
{
    (void)state;
    struct at *a = begin();
    adopt(a, 90, 1, 1);
    label(a, 20, 5, "eau", NULL, 0);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.adopted);
    end(a);
}

static void an_adoption_in_the_same_commit_names_its_siblings(void **state)
{
    (void)state;
    struct at *a = begin();
    struct buf b;
    size_t first = label(a, 90, 1, "eau", NULL, 0);
    size_t second = adopt(a, 90, 1, first);
    a->o.op[second].dot = a->o.op[first].dot;
    a->o.op[second].dot.index = (uint8_t)(a->o.op[first].dot.index + 1);
    struct dot self = {{0}, a->o.op[first].dot.index};
    struct op op = {.info = kind_info(OP_CONCEPT_ADOPT),
                    .entity = slice_of(a->o.concept, CONCEPT_BYTES),
                    .dots = &self,
                    .dots_n = 1};
    buf_init(&b, 4096);
    op_encode_header(&b, &op);
    a->o.op[second].header = buf_slice(&b);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.adopted);
    buf_fini(&b);
    end(a);
}

static void a_removal_not_yet_adopted_is_shown_beside_what_it_would_remove(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t add = relate(a, 20, 1, 5, false, NULL, 0);
    size_t remove = relate(a, 30, 2, 5, true, &add, 1);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    SETS_LIVE(a, add, remove);
    assert_false(a->v.sets[0].values[1].add);
    adopt(a, 90, 3, remove);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    end(a);
}

static void a_removal_by_the_proposer_leaves_nothing(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t add = relate(a, 20, 1, 5, false, NULL, 0);
    relate(a, 21, 2, 5, true, &add, 1);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    end(a);
}

static void a_removal_taken_back_by_its_ally_is_gone(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t add = relate(a, 20, 1, 5, false, NULL, 0);
    size_t remove = relate(a, 30, 2, 5, true, &add, 1);
    relate(a, 31, 3, 5, true, &remove, 1);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    SETS_LIVE(a, add);
    end(a);
}

static void a_field_and_a_relation_of_one_number_do_not_meet(void **state)
{
    (void)state;
    struct at *a = begin();
    struct write_spec uri = {.field = 1, .text = "urn:x:1"},
                      rel = {.field = 1, .target = 3, .names = {0}, .names_n = 1};
    ops_write(&a->o, OP_CONCEPT_PUT, 20, 1, &uri, 1, NULL, 0);
    ops_write(&a->o, OP_CONCEPT_RELATE, 20, 2, &rel, 1, NULL, 0);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, 0);
    SETS_LIVE(a, 1);
    end(a);
}

/* ---- sites, bytes ---- */

static void an_announcement_counts_from_the_site_itself_and_replaces_the_last(void **state)
{
    (void)state;
    struct at *a = begin();
    ops_dots(&a->o, OP_LOG_OPEN, 10, 1, NULL, 0);
    size_t first = ops_dots(&a->o, OP_SITE_ANNOUNCE, 10, 2, NULL, 0);
    size_t second = ops_dots(&a->o, OP_SITE_ANNOUNCE, 10, 3, &first, 1);
    ops_dots(&a->o, OP_SITE_ANNOUNCE, 11, 4, &second, 1); /* another site's, about itself */
    fold(a, ENTITY_SITE, &by_secretariat);
    FIELDS_LIVE(a, second);
    end(a);
}

/* The worked example of PROTOCOL.md §10. */
static void canonical_bytes_are_as_the_protocol_says(void **state)
{
    (void)state;
    struct at *a = begin();
    struct buf want;
    struct dot d;
    uint8_t dot[DOT_BYTES], target[CONCEPT_BYTES], ally[ALLY_BYTES];
    put(a, 10, 1, "Eau", NULL, 0);
    index_term(a, 20, 2, 5, false, NULL, 0);
    fold(a, ENTITY_RECORD, &by_secretariat);
    buf_init(&want, 1024);
    buf_append(&want, "\x96\x02\xc4\x18", 4);
    buf_append(&want, a->o.record, RECORD_BYTES);
    buf_append(&want,
               "\x90\x91\x93\x04\xa2"
               "fr"
               "\x91\x93\xc4\x11",
               11);
    d = ops_dot(0);
    memcpy(dot, d.commit, 16);
    dot[16] = d.index;
    buf_append(&want, dot, sizeof dot);
    buf_append(&want,
               "\xa3"
               "Eau"
               "\x90\x91\x92\xc4\x10",
               9);
    ops_target(5, target);
    buf_append(&want, target, sizeof target);
    buf_append(&want, "\x91\x93\xc4\x11", 4);
    d = ops_dot(1);
    memcpy(dot, d.commit, 16);
    dot[16] = d.index;
    buf_append(&want, dot, sizeof dot);
    memset(ally, 2, sizeof ally);
    buf_append(&want, "\xc4\x08", 2);
    buf_append(&want, ally, sizeof ally);
    buf_append(&want, "\x07\x90", 2);
    assert_int_equal(a->canon.len, want.len);
    assert_memory_equal(a->canon.at, want.at, want.len);
    uint8_t hash[HASH_BYTES];
    const struct slice parts[] = {slice_text(DOMAIN_STATE), buf_slice(&a->canon)};
    hash256(hash, parts, 2);
    assert_memory_equal(hash,
                        "\x99\x18\xbd\x62\x1e\xeb\x15\x1b\x11\x7e\xeb\xa6\x00\xc7\x5a\xa0\x58\x32\x57\x29\xa5\xfa\x3d"
                        "\xea\xe9\x79\x10\x2c\xab\xbd\x16\x04",
                        HASH_BYTES);
    buf_fini(&want);
    end(a);
}

static void a_long_chain_of_edits_folds_fast(void **state)
{
    (void)state;
    struct at *a = begin();
    for (size_t i = 0; i < OPS_MAX; i++) {
        size_t before[4] = {i - 1, i - 2, i - 3, i - 4};
        put(a, 10, i + 1, "x", before, i >= 4 ? 4 : 0);
    }
    for (int i = 0; i < 20; i++) {
        fold(a, ENTITY_RECORD, &by_secretariat);
        FIELDS_LIVE(a, OPS_MAX - 1);
    }
    end(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_replaces_what_it_names_and_nothing_else),
        cmocka_unit_test(a_named_dot_that_comes_later_is_dead_on_arrival),
        cmocka_unit_test(a_dot_named_at_another_key_stays),
        cmocka_unit_test(a_replaced_write_goes_on_replacing),
        cmocka_unit_test(another_allys_put_counts_for_nothing_and_replaces_nothing),
        cmocka_unit_test(an_op_that_does_not_decode_is_a_no_op),
        cmocka_unit_test(an_op_filed_under_another_entity_is_a_no_op),
        cmocka_unit_test(an_erased_write_is_an_empty_value_and_brings_nothing_back),
        cmocka_unit_test(an_op_without_its_body_waits_and_replaces_nothing),
        cmocka_unit_test(an_unknown_kind_of_a_member_waits_and_of_a_stranger_does_not),
        cmocka_unit_test(a_retired_record_is_revived_by_a_put_that_names_the_tombstone),
        cmocka_unit_test(a_retirement_concurrent_with_a_revival_stays),
        cmocka_unit_test(an_index_term_is_removed_by_its_own_ally_only),
        cmocka_unit_test(an_add_unseen_by_the_remove_wins),
        cmocka_unit_test(a_remove_that_arrives_before_its_add_is_the_same_as_after),
        cmocka_unit_test(a_proposal_replaces_its_own_allys_proposals_at_once),
        cmocka_unit_test(a_proposal_replaces_another_allys_only_when_adopted),
        cmocka_unit_test(a_proposal_leaves_its_own_allys_adopted_value_until_adopted),
        cmocka_unit_test(only_the_secretariat_adopts_under_its_rule),
        cmocka_unit_test(the_secretariat_is_one_ally_among_k_without_its_rule),
        cmocka_unit_test(k_allies_are_distinct_standing_and_other_than_the_proposer),
        cmocka_unit_test(an_adoption_that_arrives_before_its_proposal_counts),
        cmocka_unit_test(an_adoption_in_the_same_commit_names_its_siblings),
        cmocka_unit_test(a_removal_not_yet_adopted_is_shown_beside_what_it_would_remove),
        cmocka_unit_test(a_removal_by_the_proposer_leaves_nothing),
        cmocka_unit_test(a_removal_taken_back_by_its_ally_is_gone),
        cmocka_unit_test(a_field_and_a_relation_of_one_number_do_not_meet),
        cmocka_unit_test(an_announcement_counts_from_the_site_itself_and_replaces_the_last),
        cmocka_unit_test(canonical_bytes_are_as_the_protocol_says),
        cmocka_unit_test(a_long_chain_of_edits_folds_fast),
    };
    return sign_start() == ERR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
