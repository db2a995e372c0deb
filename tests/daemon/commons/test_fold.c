/*
 * fold: each rule of fold.h, on small histories written by hand. Sites 10 … 19 are of the ally that owns the record; sites 90 … of the secretariat.
 */
#include "tests/help/fold_ops.h"
#include "tests/help/op_notation.h"
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

/* ---- links ---- */

static size_t link_to(struct at *a, unsigned site, uint64_t clock, unsigned record, bool remove, const size_t *names,
                      size_t n)
{
    struct write_spec w = {.field = LINK_CITES, .target = record, .remove = remove, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_RECORD_LINK, site, clock, &w, 1, NULL, 0);
}
#define LINKS_LIVE(a, ...)                                                                                             \
    live_is((a)->v.links, (a)->v.links_n, (const size_t[]){__VA_ARGS__},                                               \
            sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t))

static void a_link_is_any_allys_and_removed_by_its_own_ally_only(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t mine = link_to(a, 20, 1, 5, false, NULL, 0);
    link_to(a, 30, 2, 5, true, &mine, 1);
    link_to(a, 10, 3, 5, true, &mine, 1); /* not even the record's owner */
    fold(a, ENTITY_RECORD, &by_secretariat);
    LINKS_LIVE(a, mine);
    link_to(a, 21, 4, 5, true, &mine, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.links_n, 0);
    end(a);
}

static void a_link_added_anew_unseen_by_its_removal_stays(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t seen = link_to(a, 20, 1, 5, false, NULL, 0);
    size_t unseen = link_to(a, 21, 2, 5, false, NULL, 0);
    link_to(a, 20, 3, 5, true, &seen, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    LINKS_LIVE(a, unseen);
    end(a);
}

static void one_target_under_two_relations_is_two_links(void **state)
{
    (void)state;
    struct at *a = begin();
    struct write_spec w[] = {
        {.field = LINK_CITES,   .text = "http://example.org/c"},
        {.field = LINK_EXTENDS, .text = "http://example.org/c"}
    };
    ops_write(&a->o, OP_RECORD_LINK, 20, 1, w, 2, NULL, 0);
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.links_n, 2);
    assert_int_equal(a->v.links[0].field, LINK_CITES);
    assert_int_equal(a->v.links[1].field, LINK_EXTENDS);
    assert_int_equal(a->v.links[0].target.len, CONCEPT_BYTES);
    assert_true(slice_equal(a->v.links[0].shown->value, slice_text("\x92\xb4http://example.org/c\xc0")));
    end(a);
}

static void a_link_and_a_field_of_one_number_do_not_meet(void **state)
{
    (void)state;
    struct at *a = begin();
    struct write_spec type = {.field = R_TYPE, .text = "experience"};
    size_t field = ops_write(&a->o, OP_RECORD_PUT, 10, 1, &type, 1, NULL, 0);
    size_t cites = link_to(a, 10, 2, 5, false, &field, 1);
    fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, field);
    LINKS_LIVE(a, cites);
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

/* ---- merges, retirements ---- */

/* `into` 0 undoes. */
static size_t merge(struct at *a, unsigned site, uint64_t clock, unsigned into, const size_t *names, size_t n)
{
    struct write_spec w = {.target = into, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_CONCEPT_MERGE, site, clock, &w, 1, NULL, 0);
}

static size_t retire(struct at *a, unsigned site, uint64_t clock, bool retired, const char *reason, const size_t *names,
                     size_t n)
{
    struct write_spec w = {.remove = !retired, .text = reason, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_CONCEPT_RETIRE, site, clock, &w, 1, NULL, 0);
}

/* Where the concept is merged; 0: nowhere. */
static void merged_is(struct at *a, unsigned into)
{
    uint8_t target[CONCEPT_BYTES];
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    ops_target(into, target);
    assert_int_equal(a->v.merged_into != NULL, into != 0);
    if (into)
        assert_memory_equal(a->v.merged_into, target, CONCEPT_BYTES);
}

static void a_merge_does_nothing_until_it_is_adopted(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t proposed = merge(a, 20, 1, 5, NULL, 0);
    merged_is(a, 0);
    assert_int_equal(a->v.merge.values_n, 1);
    assert_false(a->v.merge.conflict);
    adopt(a, 30, 2, proposed); /* not by a rule */
    merged_is(a, 0);
    adopt(a, 90, 3, proposed);
    merged_is(a, 5);
    assert_false(a->v.adopted); /* the concept itself is not for that */
    end(a);
}

static void merges_into_different_concepts_replace_each_other(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = merge(a, 20, 1, 5, NULL, 0);
    size_t second = merge(a, 21, 2, 6, &first, 1);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    live_is(&a->v.merge, 1, &second, 1);
    adopt(a, 90, 3, second);
    merged_is(a, 6);
    end(a);
}

static void an_adopted_merge_outlives_another_proposed_over_it(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = merge(a, 20, 1, 5, NULL, 0);
    adopt(a, 90, 2, first);
    size_t second = merge(a, 30, 3, 6, &first, 1);
    merged_is(a, 5);
    assert_int_equal(a->v.merge.values[1].names_n, 1);
    adopt(a, 90, 4, second);
    merged_is(a, 6);
    assert_int_equal(a->v.merge.values_n, 1);
    assert_false(a->v.merge.conflict);
    end(a);
}

static void two_adopted_concurrent_merges_are_a_conflict_with_one_default(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t later = merge(a, 30, 7, 6, NULL, 0);
    size_t first = merge(a, 20, 1, 5, NULL, 0);
    adopt(a, 90, 8, first);
    adopt(a, 91, 9, later);
    merged_is(a, 6); /* the latest in canonical order */
    assert_true(a->v.merge.conflict);
    assert_int_equal(a->v.conflicts, 1);
    size_t both[] = {first, later};
    adopt(a, 90, 11, merge(a, 20, 10, 5, both, 2));
    merged_is(a, 5);
    assert_int_equal(a->v.conflicts, 0);
    end(a);
}

static void two_adopted_merges_into_one_concept_are_no_conflict(void **state)
{
    (void)state;
    struct at *a = begin();
    adopt(a, 90, 3, merge(a, 20, 1, 5, NULL, 0));
    adopt(a, 90, 4, merge(a, 30, 2, 5, NULL, 0));
    merge(a, 40, 5, 6, NULL, 0); /* nor is what nobody adopted */
    merged_is(a, 5);
    assert_false(a->v.merge.conflict);
    end(a);
}

static void a_merge_is_undone_by_an_adopted_empty_one(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = merge(a, 20, 1, 5, NULL, 0);
    adopt(a, 90, 2, first);
    size_t undone = merge(a, 20, 3, 0, &first, 1);
    merged_is(a, 5); /* its own ally's, yet adopted */
    adopt(a, 90, 4, undone);
    merged_is(a, 0);
    assert_int_equal(a->v.merge.values_n, 1);
    assert_null(a->v.merge.shown);
    end(a);
}

static void a_retirement_deprecates_once_adopted_and_is_taken_back_likewise(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = retire(a, 20, 1, true, "vieux", NULL, 0);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_false(a->v.deprecated);
    adopt(a, 90, 2, first);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.deprecated);
    assert_true(slice_equal(view_text(a->v.retire.shown->value), slice_text("vieux")));
    size_t back = retire(a, 30, 3, false, "", &first, 1);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.deprecated);
    adopt(a, 90, 4, back);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_false(a->v.deprecated);
    assert_int_equal(a->v.retire.values_n, 1);
    end(a);
}

static void retirements_for_different_reasons_are_no_conflict(void **state)
{
    (void)state;
    struct at *a = begin();
    adopt(a, 90, 3, retire(a, 20, 1, true, "vieux", NULL, 0));
    adopt(a, 90, 4, retire(a, 30, 2, true, "double", NULL, 0));
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_false(a->v.retire.conflict);
    adopt(a, 90, 6, retire(a, 40, 5, false, "", NULL, 0));
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.retire.conflict);
    assert_int_equal(a->v.conflicts, 1);
    assert_false(a->v.deprecated);
    end(a);
}

static void a_merge_and_a_retirement_do_not_replace_each_other(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t merged = merge(a, 20, 1, 5, NULL, 0);
    size_t retired = retire(a, 20, 2, true, "", &merged, 1);
    adopt(a, 90, 3, merged);
    adopt(a, 90, 4, retired);
    merged_is(a, 5);
    assert_true(a->v.deprecated);
    end(a);
}

/* ---- erasures ---- */

static void erased_index_terms_links_and_relations_are_gone(void **state)
{
    (void)state;
    struct at *a = begin();
    a->o.op[index_term(a, 20, 1, 5, false, NULL, 0)].state = BODY_ERASED;
    a->o.op[link_to(a, 20, 2, 5, false, NULL, 0)].state = BODY_ERASED;
    a->o.op[relate(a, 20, 3, 5, false, NULL, 0)].state = BODY_ERASED;
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.sets_n + a->v.links_n + a->v.pending_n, 0);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_int_equal(a->v.sets_n + a->v.pending_n, 0);
    end(a);
}

static void an_erased_add_or_removal_still_replaces_what_it_names(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = index_term(a, 20, 1, 5, false, NULL, 0);
    a->o.op[index_term(a, 20, 2, 5, false, &first, 1)].state = BODY_ERASED;
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    size_t link = link_to(a, 20, 3, 5, false, NULL, 0);
    a->o.op[link_to(a, 20, 4, 5, true, &link, 1)].state = BODY_ERASED;
    fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.links_n, 0);
    end(a);
}

static void an_erased_retirement_keeps_the_concept_deprecated_and_loses_its_reason(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t retired = retire(a, 20, 1, true, "untel", NULL, 0);
    adopt(a, 90, 2, retired);
    a->o.op[retired].state = BODY_ERASED;
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.deprecated);
    assert_true(slice_equal(a->v.retire.shown->value, slice_text("\xc0")));
    end(a);
}

static void a_merge_has_nothing_to_erase_and_waits_where_somebody_says_so(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t merged = merge(a, 20, 1, 5, NULL, 0);
    adopt(a, 90, 2, merged);
    a->o.op[merged].state = BODY_ERASED;
    merged_is(a, 0);
    assert_int_equal(a->v.pending_n, 1);
    end(a);
}

static void erasing_and_attesting_change_nothing_of_the_site_itself(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t announced = ops_dots(&a->o, OP_SITE_ANNOUNCE, 10, 1, NULL, 0);
    fold(a, ENTITY_SITE, &by_secretariat);
    struct buf before = a->canon;
    a->canon = (struct buf){0};
    ops_dots(&a->o, OP_SITE_ERASE, 10, 2, &announced, 1);
    ops_dots(&a->o, OP_SITE_ATTEST, 10, 3, &announced, 1);
    a->o.op[1].state = a->o.op[2].state = BODY_MISSING; /* not even as pending */
    fold(a, ENTITY_SITE, &by_secretariat);
    assert_true(slice_equal(buf_slice(&before), buf_slice(&a->canon)));
    buf_fini(&before);
    end(a);
}

static void an_erasure_is_written_by_the_site_that_it_names(void **state)
{
    (void)state;
    struct at *a = begin();
    ops_dots(&a->o, OP_SITE_ERASE, 10, 1, (size_t[]){0}, 1);
    ops_dots(&a->o, OP_SITE_ATTEST, 10, 2, (size_t[]){0}, 1);
    uint8_t own[SITE_BYTES], other[SITE_BYTES];
    for (size_t i = 0; i < 2; i++) {
        assert_true(fold_counts(&a->o.op[i], slice_of(ops_site(10, own), SITE_BYTES)));
        assert_false(fold_counts(&a->o.op[i], slice_of(ops_site(11, other), SITE_BYTES)));
    }
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

/* ---- the worked examples of PROTOCOL.md §10 ---- */

/* What the example says, in hexadecimal; blanks between. */
static void bytes_are(const struct at *a, const char *hex, const char *hash_hex)
{
    struct buf want;
    uint8_t hash[HASH_BYTES];
    const struct slice parts[] = {slice_text(DOMAIN_STATE), buf_slice(&a->canon)};
    buf_init(&want, 4096);
    hex_append(hex, &want);
    assert_int_equal(a->canon.len, want.len);
    assert_memory_equal(a->canon.at, want.at, want.len);
    buf_clear(&want);
    hex_append(hash_hex, &want);
    hash256(hash, parts, 2);
    assert_memory_equal(hash, want.at, HASH_BYTES);
    buf_fini(&want);
}

static void canonical_bytes_are_as_the_protocol_says(void **state)
{
    (void)state;
    struct at *a = begin();
    put(a, 10, 1, "Eau", NULL, 0);
    index_term(a, 20, 2, 5, false, NULL, 0);
    struct write_spec url = {.field = LINK_CITES, .text = "http://example.org/c"};
    ops_write(&a->o, OP_RECORD_LINK, 20, 3, &url, 1, NULL, 0);
    fold(a, ENTITY_RECORD, &by_secretariat);
    bytes_are(a,
              "9702c4180101010101010101aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa90919304a266729193c411b179379e00000000000000"
              "000000000100a3456175909192c410057777777777777777777777777777779193c41162f36e3c0000000000000000000000"
              "0101c408020202020202020207919301c4104ef2eba40a3e67f67bd151f119ec92d09193c411136da6da0000000000000000"
              "0000000102c408020202020202020292b4687474703a2f2f6578616d706c652e6f72672f63c090",
              "ce1c99a19f1eb9a48001b4e641263fb423c684ab6fba6574430ec47d7f09f1c6");
    end(a);
}

static void canonical_bytes_of_a_concept_are_as_the_protocol_says(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t merged = merge(a, 20, 1, 5, NULL, 0);
    adopt(a, 90, 2, merged);
    merge(a, 30, 3, 0, &merged, 1);
    retire(a, 20, 4, true, "double", NULL, 0);
    fold(a, ENTITY_CONCEPT, &by_secretariat);
    bytes_are(a,
              "9703c410cccccccccccccccccccccccccccccccc90909295c411b179379e00000000000000000000000100c4080202020202"
              "020202c390c4100577777777777777777777777777777795c411136da6da00000000000000000000000102c4080303030303"
              "030303c291c411b179379e00000000000000000000000100c4009196c411c4e6dd7800000000000000000000000100c40802"
              "02020202020202c290c3a6646f75626c6590",
              "b5819f40aad28e32d39ac3f289386866eedc28dd53f3f2b59937b24dc94857a7");
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
        cmocka_unit_test(a_link_is_any_allys_and_removed_by_its_own_ally_only),
        cmocka_unit_test(a_link_added_anew_unseen_by_its_removal_stays),
        cmocka_unit_test(one_target_under_two_relations_is_two_links),
        cmocka_unit_test(a_link_and_a_field_of_one_number_do_not_meet),
        cmocka_unit_test(a_merge_does_nothing_until_it_is_adopted),
        cmocka_unit_test(merges_into_different_concepts_replace_each_other),
        cmocka_unit_test(an_adopted_merge_outlives_another_proposed_over_it),
        cmocka_unit_test(two_adopted_concurrent_merges_are_a_conflict_with_one_default),
        cmocka_unit_test(two_adopted_merges_into_one_concept_are_no_conflict),
        cmocka_unit_test(a_merge_is_undone_by_an_adopted_empty_one),
        cmocka_unit_test(a_retirement_deprecates_once_adopted_and_is_taken_back_likewise),
        cmocka_unit_test(retirements_for_different_reasons_are_no_conflict),
        cmocka_unit_test(a_merge_and_a_retirement_do_not_replace_each_other),
        cmocka_unit_test(erased_index_terms_links_and_relations_are_gone),
        cmocka_unit_test(an_erased_add_or_removal_still_replaces_what_it_names),
        cmocka_unit_test(an_erased_retirement_keeps_the_concept_deprecated_and_loses_its_reason),
        cmocka_unit_test(a_merge_has_nothing_to_erase_and_waits_where_somebody_says_so),
        cmocka_unit_test(erasing_and_attesting_change_nothing_of_the_site_itself),
        cmocka_unit_test(an_erasure_is_written_by_the_site_that_it_names),
        cmocka_unit_test(canonical_bytes_are_as_the_protocol_says),
        cmocka_unit_test(canonical_bytes_of_a_concept_are_as_the_protocol_says),
        cmocka_unit_test(a_long_chain_of_edits_folds_fast),
    };
    return sign_start() == ERR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
