/* The lattice: what stands at each crossing of components and angles, counted, and counted anew as things change. */
#include "daemon/web/crossings.h"
#include "tests/help/web_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define NONE CROSSINGS_AXIS_MAX

struct atlas_of {
    struct web_side side;
    struct crossings c;
    char ids[8][64];
};

static void refresh(struct atlas_of *a)
{
    struct read read;
    assert_int_equal(reader_begin(a->side.reader, &read), ERR_OK);
    read.lang = "fr";
    assert_int_equal(crossings_refresh(&a->c, &read), ERR_OK);
    reader_end(a->side.reader, &read);
}

static void add(struct atlas_of *a, size_t at, const char *uri, const char *kind, const char *relation, json_t *targets)
{
    json_t *fields = json_pack("{s:s, s:s*, s:{s:s}}", "uri", uri, "kind", kind, "prefLabel", "fr", uri);
    if (relation)
        json_object_set_new(fields, relation, targets);
    world_concept_of(a->side.w, 0, fields, a->ids[at]);
}

static void index_with(struct atlas_of *a, const char *source, json_t *concepts)
{
    char id[64];
    web_side_record(&a->side, 0,
                    json_pack("{s:s, s:s, s:{s:s}, s:o}", "source_id", source, "type", "resource", "title", "fr",
                              source, "concepts", concepts),
                    id);
}

static const struct crossing_concept *concept_of(struct atlas_of *a, size_t at)
{
    uint8_t id[CONCEPT_BYTES];
    assert_int_equal(base32_decode(slice_text(a->ids[at]), id, sizeof id), ERR_OK);
    const struct crossing_concept *found = crossings_find(&a->c, id);
    assert_non_null(found);
    return found;
}

static void expect_cell(struct atlas_of *a, size_t component, size_t angle, unsigned concepts, unsigned records)
{
    const struct crossing_cell *cell = &a->c.cells[component][angle];
    if (cell->concepts != concepts || cell->records != records)
        fail_msg("cell %zu, %zu: %u concepts, %u records", component, angle, cell->concepts, cell->records);
}

static void open_atlas(struct atlas_of *a, uint64_t seed)
{
    *a = (struct atlas_of){.c = {.known = false}};
    web_side_open(&a->side, seed, 1);
    add(a, 0, "http://e.org/c10", "component", "notation", json_pack("[{s:s}]", "value", "10"));
    add(a, 1, "http://e.org/c2", "component", "notation", json_pack("[{s:s}]", "value", "2"));
    add(a, 2, "http://e.org/a", "angle", NULL, NULL);
    add(a, 3, "http://e.org/water", NULL, "facet", json_pack("[s, s]", "http://e.org/c2", "http://e.org/a"));
    add(a, 4, "http://e.org/river", NULL, "broader", json_pack("[s]", "http://e.org/water"));
    add(a, 5, "http://e.org/law", NULL, NULL, NULL);
}

static void close_atlas(struct atlas_of *a)
{
    crossings_close(&a->c);
    web_side_close(&a->side);
}

static void what_lies_below_stands_where_what_is_above_it_does(void **state)
{
    struct atlas_of a;
    (void)state;
    open_atlas(&a, 901);
    index_with(&a, "r1", json_pack("[s, s]", a.ids[3], a.ids[4]));
    index_with(&a, "r2", json_pack("[s]", a.ids[5]));
    refresh(&a);
    assert_int_equal(a.c.components_n, 2);
    assert_int_equal(a.c.angles_n, 1);
    /* By number: 2 before 10. */
    assert_memory_equal(a.c.components[0].id, concept_of(&a, 1)->id, CONCEPT_BYTES);
    expect_cell(&a, 0, 0, 2, 1);
    expect_cell(&a, 1, 0, 0, 0);
    expect_cell(&a, NONE, NONE, 1, 1);
    assert_true(crossings_under(concept_of(&a, 4)->components, 0) &&
                !crossings_under(concept_of(&a, 4)->components, 1));
    assert_true(crossings_under(concept_of(&a, 5)->components, NONE));
    assert_int_equal(concept_of(&a, 4)->records, 1);
    assert_true(concept_of(&a, 3)->top && !concept_of(&a, 4)->top && !concept_of(&a, 5)->top);
    close_atlas(&a);
}

static void what_changes_is_counted_anew(void **state)
{
    struct atlas_of a;
    (void)state;
    open_atlas(&a, 902);
    refresh(&a);
    expect_cell(&a, 0, 0, 2, 0);
    index_with(&a, "r1", json_pack("[s]", a.ids[4]));
    refresh(&a);
    expect_cell(&a, 0, 0, 2, 1);
    json_decref(world_do(a.side.w, 0, "concept.merge",
                         json_pack("{s:s, s:s, s:b}", "id", a.ids[4], "into", a.ids[5], "adopt", 1)));
    refresh(&a);
    /* What was merged counts where its merges end. */
    expect_cell(&a, 0, 0, 1, 0);
    expect_cell(&a, NONE, NONE, 1, 1);
    assert_int_equal(concept_of(&a, 5)->records, 1);
    assert_int_equal(concept_of(&a, 4)->records, 0);
    close_atlas(&a);
}

static void a_colour_is_a_colour_or_one_is_given(void **state)
{
    struct atlas_of a;
    (void)state;
    open_atlas(&a, 903);
    add(&a, 6, "http://e.org/c3", "component", "colour", json_string("#C0392b"));
    add(&a, 7, "http://e.org/c4", "component", "colour", json_string("red;x:url(y)"));
    refresh(&a);
    assert_int_equal(a.c.components_n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(strlen(a.c.components[i].colour), 7);
        assert_int_equal(a.c.components[i].colour[0], '#');
        if (memcmp(a.c.components[i].id, concept_of(&a, 6)->id, CONCEPT_BYTES) == 0)
            assert_string_equal(a.c.components[i].colour, "#C0392b");
    }
    close_atlas(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_below_stands_where_what_is_above_it_does),
        cmocka_unit_test(what_changes_is_counted_anew),
        cmocka_unit_test(a_colour_is_a_colour_or_one_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
