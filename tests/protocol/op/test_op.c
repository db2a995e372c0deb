/* op: headers, bodies and fields against their vectors; round trips; sweeps. */
#include "protocol/op/op.h"

#include "tests/help/op_notation.h"
#include "tests/help/op_sweep.h"
#include "tests/help/op_vectors.h"
#include "tests/help/wire_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *text_of(const json_t *c, const char *key)
{
    return json_string_value(json_object_get(c, key));
}

static void stored_vectors_can_be_made_anew(void **state)
{
    (void)state;
    assert_true(vectors_equal(vectors_load("op.json"), vectors_op()));
}

static void every_op_gets_its_verdict(void **state)
{
    (void)state;
    json_t *file = vectors_load("op.json"), *c;
    struct buf header, body;
    size_t i;
    buf_init(&header, 1u << 16);
    buf_init(&body, 1u << 16);
    json_array_foreach(json_object_get(file, "ops"), i, c)
    {
        hex_read(json_object_get(c, "header"), &header);
        hex_read(json_object_get(c, "body"), &body);
        assert_string_equal(op_verdict(buf_slice(&header), buf_slice(&body)), text_of(c, "result"));
    }
    assert_true(i > 50);
    buf_fini(&header);
    buf_fini(&body);
    json_decref(file);
}

static void every_field_value_gets_its_verdict(void **state)
{
    (void)state;
    json_t *file = vectors_load("op.json"), *c;
    struct buf value;
    size_t i;
    buf_init(&value, 1u << 16);
    json_array_foreach(json_object_get(file, "fields"), i, c)
    {
        enum entity_type of = strcmp(text_of(c, "of"), "record") == 0 ? ENTITY_RECORD : ENTITY_CONCEPT;
        hex_read(json_object_get(c, "value"), &value);
        uint8_t *exact = wire_exact(value.at, value.len);
        err_t e = field_check(of, field_by_name(of, text_of(c, "field")), slice_of(exact, value.len));
        assert_string_equal(err_name(e), text_of(c, "result"));
        free(exact);
    }
    assert_true(i > 60);
    buf_fini(&value);
    json_decref(file);
}

/* "ok" where the header decodes and is written back as the same bytes; what decodes and is not, stops the test. */
static const char *round_trip(struct slice header)
{
    struct arena arena = {0};
    struct op op;
    struct buf again;
    err_t e = op_decode(header, NULL, &arena, &op);
    if (e == ERR_OK) {
        buf_init(&again, LIMIT_ENVELOPE_BYTES);
        op_encode_header(&again, &op);
        assert_true(slice_equal(buf_slice(&again), header));
        buf_fini(&again);
    }
    arena_fini(&arena);
    return err_name(e);
}

static void what_decodes_is_written_back_byte_for_byte(void **state)
{
    (void)state;
    json_t *file = vectors_load("op.json"), *c;
    struct buf header;
    size_t i, good = 0;
    buf_init(&header, 1u << 16);
    json_array_foreach(json_object_get(file, "ops"), i, c)
    {
        if (strcmp(text_of(c, "result"), "ok") != 0)
            continue;
        hex_read(json_object_get(c, "header"), &header);
        assert_string_equal(round_trip(buf_slice(&header)), "ok");
        assert_int_equal(sweep_prefixes(buf_slice(&header), round_trip), 0);
        sweep_flips(buf_slice(&header), round_trip); /* some name another op; none may read two ways */
        good++;
    }
    assert_int_equal(good, 30);
    buf_fini(&header);
    json_decref(file);
}

static struct slice swept_header;

static const char *body_verdict(struct slice body)
{
    return op_verdict(swept_header, body);
}

static void no_prefix_of_a_body_passes(void **state)
{
    (void)state;
    json_t *file = vectors_load("op.json"), *c;
    struct buf header, body;
    size_t i;
    buf_init(&header, 1u << 16);
    buf_init(&body, 1u << 16);
    json_array_foreach(json_object_get(file, "ops"), i, c)
    {
        if (strcmp(text_of(c, "result"), "ok") != 0)
            continue;
        hex_read(json_object_get(c, "header"), &header);
        hex_read(json_object_get(c, "body"), &body);
        swept_header = buf_slice(&header);
        assert_int_equal(sweep_prefixes(buf_slice(&body), body_verdict), 0);
        sweep_flips(buf_slice(&body), body_verdict);
    }
    buf_fini(&header);
    buf_fini(&body);
    json_decref(file);
}

static void decode(const char *text, const uint8_t *self, struct buf *bytes, struct arena *arena, struct op *op)
{
    buf_init(bytes, 1u << 16);
    notation(bytes, text);
    assert_int_equal(op_decode(buf_slice(bytes), self, arena, op), ERR_OK);
}

static void own_dots_get_the_commits_name_and_stay_in_order(void **state)
{
    (void)state;
    uint8_t self[16];
    struct arena arena = {0};
    struct buf bytes;
    struct op op;
    memset(self, 0x77, sizeof self);
    decode("[18, 'x:a1*24', ['x:0000000000000000000000000000000002', 'x:0101010101010101010101010101010100',"
           " 'x:9999999999999999999999999999999900']]",
           self, &bytes, &arena, &op);
    assert_int_equal(op.dots_n, 3);
    assert_int_equal(op.dots[0].commit[0], 0x01);
    assert_memory_equal(op.dots[1].commit, self, sizeof self);
    assert_int_equal(op.dots[1].index, 2);
    assert_int_equal(op.dots[2].commit[0], 0x99);
    buf_fini(&bytes);
    arena_fini(&arena);
}

static void a_header_says_what_it_touches(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf bytes;
    struct op op;
    decode("[33, 'x:c1*16', [[1, 'x:02*16', false, ['x:0101010101010101010101010101010100']]], 'x:b1*24']", NULL,
           &bytes, &arena, &op);
    assert_int_equal(op.info->kind, OP_CONCEPT_RELATE);
    assert_int_equal(op.info->who, WHO_PROPOSAL);
    assert_int_equal(op.writes_n, 1);
    assert_int_equal(op.writes[0].field, REL_BROADER);
    assert_false(op.writes[0].add);
    assert_int_equal(op.writes[0].target.len, CONCEPT_BYTES);
    assert_int_equal(op.writes[0].replaces_n, 1);
    assert_int_equal(op.motive.len, RECORD_BYTES);
    buf_fini(&bytes);
    arena_fini(&arena);
}

static void a_merge_and_a_retirement_are_registers_without_a_key(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf bytes, retired;
    struct op op;
    decode("[35, 'x:c1*16', 'x:02*16', ['x:0101010101010101010101010101010100'], 'x:b1*24']", NULL, &bytes, &arena,
           &op);
    assert_int_equal(op.info->who, WHO_PROPOSAL);
    assert_int_equal(op.target.len, CONCEPT_BYTES);
    assert_int_equal(op.writes_n, 1);
    assert_int_equal(op.writes[0].target.len, 0); /* so that merges into different concepts replace each other */
    assert_int_equal(op.writes[0].replaces_n, 1);
    assert_true(op.writes[0].add);
    assert_int_equal(op.motive.len, RECORD_BYTES);
    decode("[36, 'x:c1*16', true, [], 'x:']", NULL, &retired, &arena, &op);
    assert_true(op.retired);
    assert_int_equal(op.writes_n, 1);
    buf_fini(&bytes);
    buf_fini(&retired);
    arena_fini(&arena);
}

static void relay_days_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf bytes;
    struct op op;
    decode("[5, 'x:5a*32', 24289, [['x:01*32', 5], ['x:02*32', 268435456]]]", NULL, &bytes, &arena, &op);
    assert_int_equal(op.month, 2024 * 12 + 1);
    assert_int_equal(op.relays_n, 2);
    assert_int_equal(op.relays[0].days, 1 | 4);
    assert_int_equal(op.relays[1].site[0], 2);
    assert_int_equal(op.relays[1].days, 1u << 28); /* 29 February 2024 */
    assert_int_equal(op.writes_n + op.dots_n, 0);
    buf_fini(&bytes);
    arena_fini(&arena);
}

static void a_declaration_is_of_an_ally_and_a_year(void **state)
{
    (void)state;
    static const uint8_t ally[ALLY_BYTES] = {0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1};
    uint8_t id[MEANS_BYTES];
    struct arena arena = {0};
    struct buf bytes;
    struct op op;
    decode("[48, 'x:a1a1a1a1a1a1a1a107ea', [[1, ['x:0101010101010101010101010101010100']], [2, []]]]", NULL, &bytes,
           &arena, &op);
    means_entity(id, ally, 2026);
    assert_true(slice_equal(op.entity, slice_of(id, sizeof id)));
    assert_int_equal(means_year(op.entity), 2026);
    assert_int_equal(op.info->who, WHO_OWNER);
    assert_true(op.info->erasable);
    assert_int_equal(op.writes_n, 2);
    assert_int_equal(op.writes[0].field, MEANS_MONEY);
    assert_int_equal(op.writes[0].replaces_n, 1);
    assert_true(op.writes[1].add);
    buf_fini(&bytes);
    arena_fini(&arena);
}

static void values_stand_beside_their_writes(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf bytes, body;
    struct op op;
    struct slice *values;
    size_t n;
    decode("[16, 'x:a1*24', [[4, 'en', [], []], [4, 'fr', [], []]], []]", NULL, &bytes, &arena, &op);
    buf_init(&body, 1u << 16);
    notation(&body, "['One', null]");
    assert_int_equal(op_decode_body(&op, buf_slice(&body), &arena, &values, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_true(slice_equal(values[0], slice_text("\xa3One")));
    assert_true(slice_equal(values[1], slice_text("\xc0")));
    struct buf again;
    buf_init(&again, 1u << 16);
    op_encode_body(&again, values, n);
    assert_true(slice_equal(buf_slice(&again), buf_slice(&body)));
    buf_fini(&again);
    buf_fini(&body);
    buf_fini(&bytes);
    arena_fini(&arena);
}

static void peeking_names_kind_and_entity_of_kinds_to_come(void **state)
{
    (void)state;
    struct buf bytes;
    uint64_t kind = 0;
    struct slice entity = {0};
    buf_init(&bytes, 1u << 16);
    notation(&bytes, "[999, 'x:01020304', {'1': 2}]");
    assert_int_equal(op_peek(buf_slice(&bytes), &kind, &entity), ERR_UNKNOWN_KIND);
    assert_int_equal(kind, 999);
    assert_int_equal(entity.len, 4);
    buf_clear(&bytes);
    notation(&bytes, "[16, 'x:a1*24', 'anything']");
    assert_int_equal(op_peek(buf_slice(&bytes), &kind, &entity), ERR_OK);
    assert_int_equal(kind, OP_RECORD_PUT);
    assert_int_equal(entity.len, RECORD_BYTES);
    buf_clear(&bytes);
    notation(&bytes, "[16, 'x:a1*23']");
    assert_int_equal(op_peek(buf_slice(&bytes), &kind, &entity), ERR_RANGE);
    buf_fini(&bytes);
}

static void sorting_takes_the_values_along(void **state)
{
    (void)state;
    struct op_write w[] = {
        {.field = 5, .lang = slice_text("fr")},
        {.field = 4, .lang = slice_text("fr")},
        {.field = 4, .lang = slice_text("en")}
    };
    struct slice v[] = {slice_text("5fr"), slice_text("4fr"), slice_text("4en")};
    op_writes_sort(w, v, 3);
    assert_true(slice_equal(v[0], slice_text("4en")) && slice_equal(v[1], slice_text("4fr")) &&
                slice_equal(v[2], slice_text("5fr")));
    assert_true(op_write_compare(&w[0], &w[1]) < 0 && op_write_compare(&w[1], &w[2]) < 0);
    op_writes_sort(w, NULL, 3);
}

static void tables_can_be_asked_by_number_and_by_name(void **state)
{
    (void)state;
    size_t records, concepts;
    record_fields(&records);
    concept_fields(&concepts);
    assert_int_equal(records, 23);
    assert_int_equal(concepts, 15);
    assert_string_equal(field_by_number(ENTITY_RECORD, R_TITLE)->name, "title");
    assert_int_equal(field_by_name(ENTITY_CONCEPT, "prefLabel")->number, C_PREF_LABEL);
    assert_null(field_by_number(ENTITY_SITE, 1));
    assert_null(field_by_name(ENTITY_RECORD, "prefLabel"));
    assert_true(relation_by_name("exactMatch")->match);
    assert_false(relation_by_number(REL_BROADER)->match);
    assert_null(relation_by_name("narrower"));
    assert_string_equal(link_by_number(LINK_SYNTHESISES)->name, "synthesises");
    assert_int_equal(link_by_name("cites")->number, LINK_CITES);
    assert_null(link_by_name("broader"));
    assert_null(link_by_number(6));
    assert_null(kind_info(6));
    assert_null(kind_info(37)); /* kept for local maps */
    assert_int_equal(kind_info(OP_RECORD_REPLY)->who, WHO_ANY_OWN);
    assert_false(kind_info(OP_LOG_OPEN)->erasable);
    assert_int_equal(entity_bytes(ENTITY_SITE), SITE_BYTES);
    assert_int_equal(entity_bytes(ENTITY_MEANS), MEANS_BYTES);
    assert_string_equal(field_by_number(ENTITY_MEANS, MEANS_TIME)->name, "time");
    assert_null(field_by_number(ENTITY_MEANS, 3));
}

static void language_tags_have_one_form(void **state)
{
    (void)state;
    static const char *const good[] = {"fr", "und", "pt-br", "zh-hans-cn", "de-1996", "en-x-a"};
    static const char *const bad[] = {"",      "f",     "FR",        "fr-",          "-fr", "fr--ca",
                                      "fr_CA", "fr-BR", "abcdefghi", "fr-abcdefghi", "1a"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(lang_valid(slice_text(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(lang_valid(slice_text(bad[i])));
}

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_vectors_can_be_made_anew),
        cmocka_unit_test(every_op_gets_its_verdict),
        cmocka_unit_test(every_field_value_gets_its_verdict),
        cmocka_unit_test(what_decodes_is_written_back_byte_for_byte),
        cmocka_unit_test(no_prefix_of_a_body_passes),
        cmocka_unit_test(own_dots_get_the_commits_name_and_stay_in_order),
        cmocka_unit_test(a_header_says_what_it_touches),
        cmocka_unit_test(a_merge_and_a_retirement_are_registers_without_a_key),
        cmocka_unit_test(relay_days_come_out_as_they_went_in),
        cmocka_unit_test(a_declaration_is_of_an_ally_and_a_year),
        cmocka_unit_test(values_stand_beside_their_writes),
        cmocka_unit_test(peeking_names_kind_and_entity_of_kinds_to_come),
        cmocka_unit_test(sorting_takes_the_values_along),
        cmocka_unit_test(tables_can_be_asked_by_number_and_by_name),
        cmocka_unit_test(language_tags_have_one_form),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
