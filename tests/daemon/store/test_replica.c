#include "tests/help/store_fixture.h"

#include "daemon/store/query.h"
#include "daemon/store/replica.h"
#include "protocol/base/base32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* ids of 24 bytes, with an owner's 8 in front */
#define RECORD_A  slice_of("ally-one0123456789abcdef", 24)
#define RECORD_B  slice_of("ally-one1123456789abcdef", 24)
#define RECORD_C  slice_of("ally-two0123456789abcdef", 24)
#define CONCEPT_A slice_of("concept-a-------", 16)
#define CONCEPT_B slice_of("concept-b-------", 16)

static void ops_come_in_canonical_order(void **state)
{
    struct store_fixture *f = *state;
    struct store_author early, late;
    struct replica_op *ops = NULL;
    size_t n = 99;
    assert_int_equal(replica_ops(f->s, ENTITY_RECORD, RECORD_A, &f->arena, &ops, &n), ERR_OK);
    assert_int_equal(n, 0);
    store_author_init(&early, 1, 42);
    store_author_init(&late, 2, 42);
    late.clock += UINT64_C(1) << 40;
    int64_t second = store_author_put(&late, f->s, 2);
    int64_t first = store_author_put(&early, f->s, 3);
    assert_int_equal(replica_file(f->s, second * 256 + 1, ENTITY_RECORD, RECORD_A, 17), ERR_OK);
    assert_int_equal(replica_file(f->s, first * 256 + 2, ENTITY_RECORD, RECORD_A, 16), ERR_OK);
    assert_int_equal(replica_file(f->s, first * 256, ENTITY_RECORD, RECORD_A, 16), ERR_OK);
    assert_int_equal(replica_file(f->s, first * 256, ENTITY_RECORD, RECORD_A, 16), ERR_OK); /* again: nothing */
    assert_int_equal(replica_file(f->s, first * 256 + 1, ENTITY_RECORD, RECORD_B, 16), ERR_OK);
    assert_int_equal(replica_file(f->s, second * 256, ENTITY_CONCEPT, RECORD_A, 32), ERR_OK);
    assert_int_equal(replica_ops(f->s, ENTITY_RECORD, RECORD_A, &f->arena, &ops, &n), ERR_OK);
    assert_int_equal(n, 3);
    assert_int_equal(ops[0].row, first * 256);
    assert_int_equal(ops[1].row, first * 256 + 2);
    assert_int_equal(ops[2].row, second * 256 + 1);
    assert_int_equal(ops[2].kind, 17);
    assert_int_equal(ops[1].clock, early.clock);
    assert_int_equal(ops[1].seq, 1);
    assert_int_equal(log_compare(&ops[1].log, &early.log), 0);
    assert_memory_equal(ops[1].dot.commit, early.prev, 16);
    assert_int_equal(ops[1].dot.index, 2);
}

static void at_one_clock_sites_are_ordered_by_their_key(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a, b;
    struct replica_op *ops = NULL;
    size_t n = 0;
    store_author_init(&a, 1, 42);
    store_author_init(&b, 2, 42);
    bool a_first = memcmp(a.log.site, b.log.site, SITE_BYTES) < 0;
    int64_t rows[] = {store_author_put(&a, f->s, 1), store_author_put(&b, f->s, 1)};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(replica_file(f->s, rows[a_first ? 1 - i : i] * 256, ENTITY_RECORD, RECORD_A, 16), ERR_OK);
    assert_int_equal(replica_ops(f->s, ENTITY_RECORD, RECORD_A, &f->arena, &ops, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_true(memcmp(ops[0].log.site, ops[1].log.site, SITE_BYTES) < 0);
}

static void an_op_brings_its_header_and_the_body_as_it_is_now(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct replica_op *ops = NULL;
    size_t n = 0;
    int64_t row = 0;
    store_author_init(&a, 1, 42);
    struct store_commit *m = store_author_commit(&a, 3, 300);
    m->c.ops[1].state = BODY_ERASED;
    m->c.ops[2].state = BODY_MISSING;
    assert_int_equal(oplog_put(f->s, &m->c, &row), ERR_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(replica_file(f->s, row * 256 + i, ENTITY_RECORD, RECORD_A, 16), ERR_OK);
    assert_int_equal(replica_ops(f->s, ENTITY_RECORD, RECORD_A, &f->arena, &ops, &n), ERR_OK);
    assert_int_equal(n, 3);
    for (int i = 0; i < 3; i++)
        assert_true(slice_equal(ops[i].header, m->c.ops[i].header));
    assert_int_equal(ops[0].state, BODY_PRESENT);
    assert_true(slice_equal(ops[0].body, m->c.ops[0].body));
    assert_int_equal(ops[1].state, BODY_ERASED);
    assert_int_equal(ops[1].body.len, 0);
    assert_int_equal(ops[2].state, BODY_MISSING);
    assert_int_equal(oplog_fill(f->s, row * 256 + 2, m->salt[2], m->c.ops[2].body), ERR_OK);
    assert_int_equal(replica_ops(f->s, ENTITY_RECORD, RECORD_A, &f->arena, &ops, &n), ERR_OK);
    assert_int_equal(ops[2].state, BODY_PRESENT);
    assert_true(slice_equal(ops[2].body, m->c.ops[2].body));
    store_commit_free(m);
}

static void put(struct store_fixture *f, enum entity_type type, struct slice id, const char *canon)
{
    assert_int_equal(replica_put(f->s, type, id, slice_text(canon)), ERR_OK);
}

static void assert_digest(struct store_fixture *f, const char *const *canons, size_t n)
{
    uint8_t want[HASH_BYTES] = {0}, got[HASH_BYTES], hash[HASH_BYTES];
    for (size_t i = 0; i < n; i++) {
        struct slice parts[] = {slice_text(DOMAIN_STATE), slice_text(canons[i])};
        hash256(hash, parts, 2);
        sum256_add(want, hash);
    }
    assert_int_equal(replica_digest(f->s, got), ERR_OK);
    assert_memory_equal(got, want, HASH_BYTES);
}

static void the_digest_is_the_sum_of_what_stands_now(void **state)
{
    struct store_fixture *f = *state;
    static const char *const end[] = {"z", "b", "c"};
    assert_digest(f, end, 0);
    put(f, ENTITY_RECORD, RECORD_A, "a");
    put(f, ENTITY_RECORD, RECORD_B, "b");
    put(f, ENTITY_RECORD, RECORD_B, "b"); /* the same again */
    put(f, ENTITY_RECORD, RECORD_A, "other");
    put(f, ENTITY_CONCEPT, CONCEPT_A, "c");
    put(f, ENTITY_RECORD, RECORD_A, "z");
    assert_digest(f, end, 3);
    store_fixture_again(f, STORE_WRITE);
    assert_digest(f, end, 3);
    put(f, ENTITY_CONCEPT, CONCEPT_A, "");
    static const char *const emptied[] = {"", "z", "b"};
    assert_digest(f, emptied, 3);
}

static void the_digest_does_not_depend_on_the_order(void **state)
{
    struct store_fixture *f = *state, other;
    uint8_t one[HASH_BYTES], two[HASH_BYTES];
    put(f, ENTITY_RECORD, RECORD_A, "a");
    put(f, ENTITY_RECORD, RECORD_B, "b");
    put(f, ENTITY_CONCEPT, CONCEPT_A, "c");
    store_fixture_open(&other);
    put(&other, ENTITY_CONCEPT, CONCEPT_A, "c");
    put(&other, ENTITY_RECORD, RECORD_B, "x");
    put(&other, ENTITY_RECORD, RECORD_A, "a");
    put(&other, ENTITY_RECORD, RECORD_B, "b");
    assert_int_equal(replica_digest(f->s, one), ERR_OK);
    assert_int_equal(replica_digest(other.s, two), ERR_OK);
    assert_memory_equal(one, two, HASH_BYTES);
    put(&other, ENTITY_RECORD, RECORD_B, "B");
    assert_int_equal(replica_digest(other.s, two), ERR_OK);
    assert_memory_not_equal(one, two, HASH_BYTES);
    store_fixture_close(&other);
}

static void entities_are_walked_by_type_then_id(void **state)
{
    struct store_fixture *f = *state;
    static const char *const want[] = {"site", "a", "c", "concept"};
    enum entity_type type = ENTITY_NONE;
    struct slice id = {0}, canon;
    put(f, ENTITY_CONCEPT, CONCEPT_A, "concept");
    put(f, ENTITY_RECORD, RECORD_C, "c");
    put(f, ENTITY_RECORD, RECORD_A, "a");
    put(f, ENTITY_SITE, slice_of("12345678901234567890123456789012", 32), "site");
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(replica_next(f->s, &type, &id, &f->arena, &canon), ERR_OK);
        assert_true(slice_equal(canon, slice_text(want[i])));
    }
    assert_int_equal(type, ENTITY_CONCEPT);
    assert_int_equal(replica_next(f->s, &type, &id, &f->arena, &canon), ERR_NOT_FOUND);
    assert_int_equal(replica_get(f->s, ENTITY_RECORD, RECORD_C, &f->arena, &canon), ERR_OK);
    assert_true(slice_equal(canon, slice_text("c")));
    assert_int_equal(replica_get(f->s, ENTITY_RECORD, RECORD_B, &f->arena, &canon), ERR_NOT_FOUND);
}

static void put_record(struct store_fixture *f, struct slice id, bool retired, unsigned conflicts)
{
    struct record_row r = {.record = id,
                           .source_id = slice_text("42"),
                           .title = slice_text("Un titre"),
                           .updated = 9,
                           .retired = retired,
                           .conflicts = conflicts};
    assert_int_equal(replica_put_record(f->s, &r), ERR_OK);
}

static void put_concept(struct store_fixture *f, struct slice id, const char *uri, unsigned conflicts)
{
    struct concept_row c = {
        id, slice_text(uri), slice_text("angle"), slice_text("eau"), true, false, 9, conflicts, slice_text(""), 0, 0};
    assert_int_equal(replica_put_concept(f->s, &c, NULL, 0), ERR_OK);
}

static void assert_counts(struct store_fixture *f, uint64_t records, uint64_t concepts, uint64_t conflicts)
{
    struct replica_counts got;
    assert_int_equal(replica_counts(f->s, &got), ERR_OK);
    assert_int_equal(got.records, records);
    assert_int_equal(got.concepts, concepts);
    assert_int_equal(got.conflicts, conflicts);
}

static void counters_follow_each_change(void **state)
{
    struct store_fixture *f = *state;
    assert_counts(f, 0, 0, 0);
    put_record(f, RECORD_A, false, 0);
    put_record(f, RECORD_B, false, 2);
    put_concept(f, CONCEPT_A, "urn:a", 1);
    assert_counts(f, 2, 1, 2);
    put_record(f, RECORD_B, false, 1);
    put_concept(f, CONCEPT_A, "urn:a", 0);
    assert_counts(f, 2, 1, 1);
    put_record(f, RECORD_B, true, 1); /* retired: neither it nor its conflict */
    assert_counts(f, 1, 1, 0);
    put_record(f, RECORD_B, false, 0);
    put_record(f, RECORD_B, false, 0);
    put_concept(f, CONCEPT_B, "urn:b", 0);
    assert_counts(f, 2, 2, 0);
}

static void concepts_are_listed_and_found_by_uri(void **state)
{
    struct store_fixture *f = *state;
    struct slice none = {0};
    struct concept_row *c = NULL;
    uint8_t id[CONCEPT_BYTES];
    size_t n = 0;
    put_concept(f, CONCEPT_B, "urn:b", 4);
    put_concept(f, CONCEPT_A, "", 0);
    assert_int_equal(replica_concepts(f->s, NULL, none, 10, &f->arena, &c, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_true(slice_equal(c[1].concept, CONCEPT_B));
    assert_true(slice_equal(c[1].uri, slice_text("urn:b")));
    assert_true(slice_equal(c[1].kind, slice_text("angle")));
    assert_true(slice_equal(c[1].label, slice_text("eau")));
    assert_true(c[1].adopted);
    assert_int_equal(c[1].conflicts, 4);
    assert_int_equal(replica_concepts(f->s, NULL, CONCEPT_A, 10, &f->arena, &c, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(replica_concept_by_uri(f->s, slice_text("urn:b"), id), ERR_OK);
    assert_memory_equal(id, CONCEPT_B.at, CONCEPT_BYTES);
    assert_int_equal(replica_concept_by_uri(f->s, slice_text("urn:none"), id), ERR_NOT_FOUND);
    assert_int_equal(replica_concept_by_uri(f->s, none, id), ERR_NOT_FOUND);
}

static void edges_come_in_the_order_in_which_cycles_are_broken(void **state)
{
    struct store_fixture *f = *state;
    struct concept_row a = {.concept = CONCEPT_A}, b = {.concept = CONCEPT_B};
    struct edge_row of_a[] = {
        {CONCEPT_A, 1, CONCEPT_B, false, 5, {{1}, 200}},
        {CONCEPT_A, 2, CONCEPT_B, true,  9, {{2}, 0}  },
    };
    struct edge_row of_b[] = {
        {CONCEPT_B, 1, CONCEPT_A, false, 4, {{3}, 0}},
        {CONCEPT_B, 2, CONCEPT_A, false, 5, {{0}, 7}}
    };
    struct edge_row *e = NULL;
    size_t n = 0;
    assert_int_equal(replica_put_concept(f->s, &a, of_a, 2), ERR_OK);
    assert_int_equal(replica_put_concept(f->s, &b, of_b, 2), ERR_OK);
    assert_int_equal(replica_edges(f->s, 2, &f->arena, &e, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_true(e[0].adopted);
    assert_int_equal(e[1].dot.index, 7);
    assert_int_equal(replica_edges(f->s, 1, &f->arena, &e, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_int_equal(e[0].clock, 4);
    assert_int_equal(e[1].dot.index, 200);
    assert_int_equal(e[1].dot.commit[0], 1);
    assert_true(slice_equal(e[1].child, CONCEPT_A));
    assert_true(slice_equal(e[1].target, CONCEPT_B));
    assert_int_equal(replica_put_concept(f->s, &a, of_a, 1), ERR_OK); /* the other is gone */
    assert_int_equal(replica_edges(f->s, 2, &f->arena, &e, &n), ERR_OK);
    assert_int_equal(n, 1);
}

static void the_edges_of_one_concept_come_from_both_ends(void **state)
{
    struct store_fixture *f = *state;
    struct concept_row a = {.concept = CONCEPT_A}, b = {.concept = CONCEPT_B};
    struct edge_row of_a[] = {
        {CONCEPT_A, 1, CONCEPT_A, false, 6, {{4}, 0}}, /* a hostile one to itself comes once */
        {CONCEPT_A, 1, CONCEPT_B, false, 5, {{1}, 0}},
        {CONCEPT_A, 2, CONCEPT_B, true,  9, {{2}, 0}},
    };
    struct edge_row of_b[] = {
        {CONCEPT_B, 1, CONCEPT_A, true, 7, {{3}, 0}}
    };
    struct edge_row *e = NULL;
    struct slice *targets = NULL;
    size_t n = 0;
    assert_int_equal(replica_put_concept(f->s, &a, of_a, 3), ERR_OK);
    assert_int_equal(replica_put_concept(f->s, &b, of_b, 1), ERR_OK);
    assert_int_equal(replica_edges_of(f->s, 1, CONCEPT_A, &f->arena, &e, &n), ERR_OK);
    assert_int_equal(n, 3);
    assert_int_equal(e[0].clock, 7);
    assert_int_equal(e[1].clock, 5);
    assert_int_equal(e[2].clock, 6);
    assert_int_equal(replica_edges_of(f->s, 2, CONCEPT_B, &f->arena, &e, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(replica_targets(f->s, 1, CONCEPT_A, &f->arena, &targets, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_true(slice_equal(targets[0], CONCEPT_A));
    assert_true(slice_equal(targets[1], CONCEPT_B));
}

static int64_t changes(struct store_fixture *f)
{
    return sqlite3_total_changes64(f->s->db);
}

/* The row of the concept itself is one change. */
static void edges_are_written_where_one_of_them_is_another_alone(void **state)
{
    struct store_fixture *f = *state;
    struct concept_row a = {.concept = CONCEPT_A};
    const struct edge_row before[] = {
        {CONCEPT_A, 1, CONCEPT_B, false, 5, {{1}, 0}},
        {CONCEPT_A, 2, CONCEPT_B, true,  9, {{2}, 0}},
    };
    const struct edge_row others[] = {
        {CONCEPT_A, 3, CONCEPT_B, true,  9, {{2}, 0}},
        {CONCEPT_A, 2, CONCEPT_A, true,  9, {{2}, 0}},
        {CONCEPT_A, 2, CONCEPT_B, false, 9, {{2}, 0}},
        {CONCEPT_A, 2, CONCEPT_B, true,  8, {{2}, 0}},
        {CONCEPT_A, 2, CONCEPT_B, true,  9, {{3}, 0}},
        {CONCEPT_A, 2, CONCEPT_B, true,  9, {{2}, 1}},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct edge_row after[] = {before[0], others[i]};
        struct edge_row *e = NULL;
        size_t n = 0;
        assert_int_equal(replica_put_concept(f->s, &a, before, 2), ERR_OK);
        int64_t once = changes(f);
        assert_int_equal(replica_put_concept(f->s, &a, before, 2), ERR_OK);
        assert_int_equal(changes(f), once + 1);
        assert_int_equal(replica_put_concept(f->s, &a, after, 2), ERR_OK);
        assert_int_equal(replica_edges_of(f->s, others[i].relation, CONCEPT_A, &f->arena, &e, &n), ERR_OK);
        assert_int_equal(n, 1);
        assert_true(slice_equal(e->target, others[i].target));
        assert_int_equal(e->adopted, others[i].adopted);
        assert_int_equal(e->clock, others[i].clock);
        assert_int_equal(dot_compare(&e->dot, &others[i].dot), 0);
    }
    assert_int_equal(replica_put_concept(f->s, &a, before, 1), ERR_OK);
    int64_t once = changes(f);
    assert_int_equal(replica_put_concept(f->s, &a, before, 2), ERR_OK); /* one more */
    assert_int_equal(changes(f), once + 1 + 1 + 2);
}

static void assert_linked(struct store_fixture *f, struct slice target, size_t n)
{
    struct link_back *back = NULL;
    size_t got = 99;
    assert_int_equal(replica_links_to(f->s, target, &f->arena, &back, &got), ERR_OK);
    assert_int_equal(got, n);
}

static void links_are_written_where_one_of_them_is_another_alone(void **state)
{
    struct store_fixture *f = *state;
    const struct link_row one[] = {
        {1, RECORD_B},
        {2, RECORD_B}
    };
    const struct link_row other[] = {
        {1, RECORD_B},
        {2, RECORD_C}
    };
    put_record(f, RECORD_A, false, 0);
    assert_int_equal(replica_put_links(f->s, RECORD_A, one, 2), ERR_OK);
    int64_t once = changes(f);
    assert_int_equal(replica_put_links(f->s, RECORD_A, one, 2), ERR_OK);
    assert_int_equal(changes(f), once);
    assert_linked(f, RECORD_B, 2);
    assert_int_equal(replica_put_links(f->s, RECORD_A, other, 2), ERR_OK);
    assert_linked(f, RECORD_B, 1);
    assert_linked(f, RECORD_C, 1);
    assert_int_equal(replica_put_links(f->s, RECORD_A, one, 1), ERR_OK);
    assert_linked(f, RECORD_C, 0);
    assert_int_equal(replica_put_links(f->s, RECORD_A, one + 1, 1), ERR_OK);
    struct link_back *back = NULL;
    size_t n = 0;
    assert_int_equal(replica_links_to(f->s, RECORD_B, &f->arena, &back, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(back->link, 2);
    assert_int_equal(replica_put_links(f->s, RECORD_A, NULL, 0), ERR_OK);
    assert_linked(f, RECORD_B, 0);
}

static void conflicts_list_records_then_concepts(void **state)
{
    struct store_fixture *f = *state;
    struct conflict_row *c = NULL;
    size_t n = 0;
    put_concept(f, CONCEPT_A, "urn:a", 1);
    put_record(f, RECORD_C, false, 2);
    put_record(f, RECORD_B, true, 2); /* retired */
    put_record(f, RECORD_A, false, 0);
    assert_int_equal(replica_conflicts(f->s, &f->arena, &c, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_int_equal(c[0].type, ENTITY_RECORD);
    assert_true(slice_equal(c[0].entity, RECORD_C));
    assert_true(slice_equal(c[0].label, slice_text("Un titre")));
    assert_int_equal(c[0].conflicts, 2);
    assert_int_equal(c[1].type, ENTITY_CONCEPT);
    assert_true(slice_equal(c[1].label, slice_text("eau")));
}

static void each_prefix_of_an_id_finds_it(void **state)
{
    struct store_fixture *f = *state;
    char text[BASE32_LEN(RECORD_BYTES) + 1], prefix[sizeof text];
    struct slice found[2];
    size_t n = 0;
    put(f, ENTITY_RECORD, RECORD_A, "a");
    put(f, ENTITY_RECORD, RECORD_B, "b");
    put(f, ENTITY_CONCEPT, CONCEPT_A, "c");
    base32_encode(RECORD_B, text);
    for (size_t len = 1; len < sizeof text; len++) {
        snprintf(prefix, sizeof prefix, "%.*s", (int)len, text);
        assert_int_equal(replica_by_prefix(f->s, ENTITY_RECORD, prefix, &f->arena, found, &n), ERR_OK);
        /* The two differ in their ninth byte, "0" and "1": in its last bit, the 72nd. */
        assert_int_equal(n, len * 5 < 72 ? 2 : 1);
        assert_true(slice_equal(found[n - 1], RECORD_B));
    }
}

static void a_prefix_of_nothing_and_a_malformed_one_differ(void **state)
{
    struct store_fixture *f = *state;
    struct slice found[2];
    size_t n = 9;
    char longer[BASE32_LEN(RECORD_BYTES) + 2];
    memset(longer, 'a', sizeof longer);
    longer[sizeof longer - 1] = 0;
    put(f, ENTITY_RECORD, RECORD_A, "a");
    assert_int_equal(replica_by_prefix(f->s, ENTITY_RECORD, "7", &f->arena, found, &n), ERR_OK);
    assert_int_equal(n, 0);
    assert_int_equal(replica_by_prefix(f->s, ENTITY_RECORD, "", &f->arena, found, &n), ERR_BASE32);
    assert_int_equal(replica_by_prefix(f->s, ENTITY_RECORD, "M", &f->arena, found, &n), ERR_BASE32);
    assert_int_equal(replica_by_prefix(f->s, ENTITY_RECORD, "m1", &f->arena, found, &n), ERR_BASE32);
    assert_int_equal(replica_by_prefix(f->s, ENTITY_RECORD, longer, &f->arena, found, &n), ERR_BASE32);
    longer[sizeof longer - 3] = '7'; /* a whole id whose left-over bits are not zero */
    longer[sizeof longer - 2] = 0;
    assert_int_equal(replica_by_prefix(f->s, ENTITY_RECORD, longer, &f->arena, found, &n), ERR_BASE32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
        T(ops_come_in_canonical_order),
        T(at_one_clock_sites_are_ordered_by_their_key),
        T(an_op_brings_its_header_and_the_body_as_it_is_now),
        T(the_digest_is_the_sum_of_what_stands_now),
        T(the_digest_does_not_depend_on_the_order),
        T(entities_are_walked_by_type_then_id),
        T(counters_follow_each_change),
        T(concepts_are_listed_and_found_by_uri),
        T(edges_come_in_the_order_in_which_cycles_are_broken),
        T(the_edges_of_one_concept_come_from_both_ends),
        T(edges_are_written_where_one_of_them_is_another_alone),
        T(links_are_written_where_one_of_them_is_another_alone),
        T(conflicts_list_records_then_concepts),
        T(each_prefix_of_an_id_finds_it),
        T(a_prefix_of_nothing_and_a_malformed_one_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
