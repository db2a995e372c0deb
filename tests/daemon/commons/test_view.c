/*
 * view: defaults, conflicts, labels; and bytes that are not ours.
 */
#include "tests/help/fold_ops.h"
#include "daemon/commons/view.h"
#include "protocol/wire/wr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct fold_rules rules = {.adopt_by_secretariat = true};

struct at {
    struct ops o;
    struct arena arena;
    struct buf canon;
    struct view v;
};

static void look(struct at *a, enum entity_type type)
{
    buf_fini(&a->canon);
    ops_fold(a->o.op, a->o.n, type,
             type == ENTITY_RECORD  ? slice_of(a->o.record, RECORD_BYTES)
             : type == ENTITY_MEANS ? slice_of(a->o.means, MEANS_BYTES)
                                    : slice_of(a->o.concept, CONCEPT_BYTES),
             &rules, &a->canon);
    assert_int_equal(view_read(buf_slice(&a->canon), &a->arena, &a->v), ERR_OK);
}

static void begin(struct at *a)
{
    *a = (struct at){0};
    ops_init(&a->o);
}
static void end(struct at *a)
{
    buf_fini(&a->canon);
    arena_fini(&a->arena);
    ops_fini(&a->o);
}

static size_t text(struct at *a, enum op_kind kind, unsigned site, uint64_t clock, const char *lang, const char *words,
                   const size_t *names, size_t n)
{
    struct write_spec w = {.field = kind == OP_RECORD_PUT ? (unsigned)R_TITLE : (unsigned)C_PREF_LABEL,
                           .lang = lang,
                           .text = words,
                           .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, kind, site, clock, &w, 1, NULL, 0);
}

static void shows(const struct at *a, const char *lang, const char *words, bool conflict)
{
    uint64_t field = a->v.type == ENTITY_RECORD ? (uint64_t)R_TITLE : (uint64_t)C_PREF_LABEL;
    const struct view_key *k = view_field(&a->v, field, slice_text(lang));
    assert_non_null(k);
    assert_int_equal(k->conflict, conflict);
    assert_int_equal(a->v.conflicts, conflict);
    if (!words) {
        assert_null(k->shown);
        return;
    }
    assert_non_null(k->shown);
    assert_true(slice_equal(view_text(k->shown->value), slice_text(words)));
}

static void of_concurrent_values_the_latest_is_shown_and_the_conflict_flagged(void **state)
{
    (void)state;
    struct at a;
    begin(&a);
    text(&a, OP_RECORD_PUT, 11, 5, "fr", "deux", NULL, 0);
    text(&a, OP_RECORD_PUT, 10, 4, "fr", "un", NULL, 0);
    look(&a, ENTITY_RECORD);
    shows(&a, "fr", "deux", true);
    end(&a);
}

static void equal_values_are_no_conflict(void **state)
{
    (void)state;
    struct at a;
    begin(&a);
    text(&a, OP_RECORD_PUT, 10, 4, "fr", "un", NULL, 0);
    text(&a, OP_RECORD_PUT, 11, 5, "fr", "un", NULL, 0);
    look(&a, ENTITY_RECORD);
    shows(&a, "fr", "un", false);
    end(&a);
}

static void an_emptied_field_shows_nothing(void **state)
{
    (void)state;
    struct at a;
    begin(&a);
    size_t first = text(&a, OP_RECORD_PUT, 10, 4, "fr", "un", NULL, 0);
    text(&a, OP_RECORD_PUT, 10, 5, "fr", NULL, &first, 1);
    look(&a, ENTITY_RECORD);
    shows(&a, "fr", NULL, false);
    end(&a);
}

static void an_adopted_value_is_shown_before_a_later_proposal(void **state)
{
    (void)state;
    struct at a;
    begin(&a);
    size_t first = text(&a, OP_CONCEPT_PUT, 20, 1, "fr", "eau", NULL, 0);
    ops_dots(&a.o, OP_CONCEPT_ADOPT, 90, 2, &first, 1);
    text(&a, OP_CONCEPT_PUT, 30, 3, "fr", "eaux", &first, 1);
    look(&a, ENTITY_CONCEPT);
    shows(&a, "fr", "eau", false); /* the proposal names it: a successor, not a rival */
    const struct view_key *k = view_field(&a.v, C_PREF_LABEL, slice_text("fr"));
    assert_false(k->values[0].standing);
    assert_true(k->values[1].standing);
    assert_true(a.v.adopted);
    text(&a, OP_CONCEPT_PUT, 40, 4, "fr", "onde", NULL, 0); /* concurrent with both */
    look(&a, ENTITY_CONCEPT);
    shows(&a, "fr", "eau", true);
    end(&a);
}

static void of_proposals_the_latest_successor_is_shown(void **state)
{
    (void)state;
    struct at a;
    begin(&a);
    size_t first = text(&a, OP_CONCEPT_PUT, 20, 9, "fr", "eau", NULL, 0);
    text(&a, OP_CONCEPT_PUT, 30, 1, "fr", "eaux", &first, 1); /* its clock is behind, yet it has seen the other */
    look(&a, ENTITY_CONCEPT);
    shows(&a, "fr", "eaux", false);
    end(&a);
}

static void index_terms_of_several_allies_are_no_conflict(void **state)
{
    (void)state;
    struct at a;
    begin(&a);
    struct write_spec w = {.target = 4, .weight = 3}, plain = {.target = 4};
    ops_write(&a.o, OP_RECORD_INDEX, 20, 1, &w, 1, NULL, 0);
    ops_write(&a.o, OP_RECORD_INDEX, 30, 2, &plain, 1, NULL, 0);
    look(&a, ENTITY_RECORD);
    assert_int_equal(a.v.sets_n, 1);
    assert_int_equal(a.v.sets[0].values_n, 2);
    assert_false(a.v.sets[0].conflict);
    assert_non_null(a.v.sets[0].shown);
    end(&a);
}

static void a_relation_proposed_to_be_removed_is_still_shown(void **state)
{
    (void)state;
    struct at a;
    begin(&a);
    struct write_spec add = {.field = REL_BROADER, .target = 4};
    struct write_spec remove = {.field = REL_BROADER, .target = 4, .remove = true, .names = {0}, .names_n = 1};
    ops_write(&a.o, OP_CONCEPT_RELATE, 20, 1, &add, 1, NULL, 0);
    ops_write(&a.o, OP_CONCEPT_RELATE, 30, 2, &remove, 1, NULL, 0);
    look(&a, ENTITY_CONCEPT);
    assert_int_equal(a.v.sets_n, 1);
    assert_non_null(a.v.sets[0].shown);
    assert_true(a.v.sets[0].shown->add);
    assert_false(a.v.sets[0].shown->standing);
    assert_int_equal(a.v.conflicts, 0);
    end(&a);
}

static void what_a_translation_was_made_from_is_kept(void **state)
{
    (void)state;
    struct at a;
    begin(&a);
    size_t fr = text(&a, OP_RECORD_PUT, 10, 1, "fr", "eau", NULL, 0);
    struct write_spec w = {.field = R_TITLE, .lang = "en", .text = "water", .made_from = {fr}, .made_from_n = 1};
    ops_write(&a.o, OP_RECORD_PUT, 10, 2, &w, 1, NULL, 0);
    look(&a, ENTITY_RECORD);
    const struct view_key *k = view_field(&a.v, R_TITLE, slice_text("en"));
    struct dot d = ops_dot(fr);
    assert_int_equal(k->values[0].made_from_n, 1);
    assert_int_equal(dot_compare(&k->values[0].made_from[0], &d), 0);
    end(&a);
}

static void labelled(const struct at *a, const char *lang, const char *words)
{
    assert_true(slice_equal(view_label(&a->v, slice_text(lang)), slice_text(words)));
}

static void the_label_falls_back_to_french_then_english_then_any(void **state)
{
    (void)state;
    struct at a;
    begin(&a);
    look(&a, ENTITY_CONCEPT);
    labelled(&a, "fr", "");
    text(&a, OP_CONCEPT_PUT, 20, 1, "bg", "вода", NULL, 0);
    look(&a, ENTITY_CONCEPT);
    labelled(&a, "de", "вода");
    text(&a, OP_CONCEPT_PUT, 20, 2, "en", "water", NULL, 0);
    look(&a, ENTITY_CONCEPT);
    labelled(&a, "de", "water");
    text(&a, OP_CONCEPT_PUT, 20, 3, "fr", "eau", NULL, 0);
    look(&a, ENTITY_CONCEPT);
    labelled(&a, "de", "eau");
    labelled(&a, "bg", "вода");
    end(&a);
}

static void links_stand_in_a_list_of_their_own_and_never_conflict(void **state)
{
    (void)state;
    struct at a;
    begin(&a);
    struct write_spec url = {.field = LINK_CITES, .text = "http://example.org/c"};
    struct write_spec record = {.field = LINK_CITES, .target = 4}, term = {.target = 4};
    ops_write(&a.o, OP_RECORD_LINK, 20, 1, &url, 1, NULL, 0);
    ops_write(&a.o, OP_RECORD_LINK, 30, 2, &url, 1, NULL, 0);
    ops_write(&a.o, OP_RECORD_LINK, 10, 3, &record, 1, NULL, 0);
    ops_write(&a.o, OP_RECORD_INDEX, 10, 4, &term, 1, NULL, 0);
    look(&a, ENTITY_RECORD);
    assert_int_equal(a.v.sets_n, 1);
    assert_int_equal(a.v.links_n, 2);
    for (size_t i = 0; i < 2; i++) {
        bool outside = a.v.links[i].target.len == CONCEPT_BYTES;
        assert_int_equal(a.v.links[i].values_n, outside ? 2 : 1);
        assert_int_equal(a.v.links[i].field, LINK_CITES);
        assert_non_null(a.v.links[i].shown);
    }
    assert_int_equal(a.v.links[0].target.len + a.v.links[1].target.len, CONCEPT_BYTES + RECORD_BYTES);
    assert_int_equal(a.v.conflicts, 0);
    end(&a);
}

static void sweep(struct at *a)
{
    struct view v;
    for (size_t n = 0; n < a->canon.len; n++) {
        uint8_t *exact = malloc(n + 1);
        assert_non_null(exact);
        memcpy(exact, a->canon.at, n);
        assert_int_equal(view_read(slice_of(exact, n), &a->arena, &v), ERR_INTERNAL);
        free(exact);
    }
    for (size_t i = 0; i < a->canon.len * 8; i++) { /* any flip: an error or another view, never a fault */
        a->canon.at[i / 8] ^= (uint8_t)(1u << i % 8);
        uint8_t into[CONCEPT_BYTES];
        if (view_read(buf_slice(&a->canon), &a->arena, &v) == ERR_OK && v.merged_into)
            memcpy(into, v.merged_into, sizeof into); /* all of it can be read */
        a->canon.at[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

static void foreign_bytes_are_an_error(void **state)
{
    (void)state;
    struct at a;
    struct write_spec merge = {.target = 4}, retire = {.text = "double"};
    struct write_spec url = {.field = LINK_CITES, .text = "http://example.org/c"};
    begin(&a);
    text(&a, OP_CONCEPT_PUT, 20, 1, "fr", "eau", NULL, 0);
    size_t merged = ops_write(&a.o, OP_CONCEPT_MERGE, 20, 2, &merge, 1, NULL, 0);
    ops_dots(&a.o, OP_CONCEPT_ADOPT, 90, 3, &merged, 1);
    ops_write(&a.o, OP_CONCEPT_RETIRE, 20, 4, &retire, 1, NULL, 0);
    look(&a, ENTITY_CONCEPT);
    assert_non_null(a.v.merged_into);
    sweep(&a);
    text(&a, OP_RECORD_PUT, 10, 1, "fr", "eau", NULL, 0);
    ops_write(&a.o, OP_RECORD_LINK, 20, 5, &url, 1, NULL, 0);
    look(&a, ENTITY_RECORD);
    assert_int_equal(a.v.links_n, 1);
    sweep(&a);
    struct write_spec means[] = {
        {.field = MEANS_MONEY, .weight = 701},
        {.field = MEANS_TIME,  .weight = 61 }
    };
    ops_write(&a.o, OP_MEANS_DECLARE, 10, 6, means, 2, NULL, 0);
    look(&a, ENTITY_MEANS);
    assert_int_equal(a.v.fields_n, 2);
    sweep(&a);
    end(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_concurrent_values_the_latest_is_shown_and_the_conflict_flagged),
        cmocka_unit_test(equal_values_are_no_conflict),
        cmocka_unit_test(an_emptied_field_shows_nothing),
        cmocka_unit_test(an_adopted_value_is_shown_before_a_later_proposal),
        cmocka_unit_test(of_proposals_the_latest_successor_is_shown),
        cmocka_unit_test(index_terms_of_several_allies_are_no_conflict),
        cmocka_unit_test(a_relation_proposed_to_be_removed_is_still_shown),
        cmocka_unit_test(what_a_translation_was_made_from_is_kept),
        cmocka_unit_test(the_label_falls_back_to_french_then_english_then_any),
        cmocka_unit_test(links_stand_in_a_list_of_their_own_and_never_conflict),
        cmocka_unit_test(foreign_bytes_are_an_error),
    };
    return sign_start() == ERR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
