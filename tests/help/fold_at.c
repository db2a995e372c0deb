/*
 * fold_at: see fold_at.h.
 */
#include "tests/help/fold_at.h"
#include "tests/help/op_notation.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct at *at_begin(void)
{
    static struct at a;
    a = (struct at){0};
    ops_init(&a.o);
    return &a;
}

void at_fold(struct at *a, enum entity_type type, const struct fold_rules *rules)
{
    uint8_t site[SITE_BYTES];
    struct slice entity = type == ENTITY_RECORD    ? slice_of(a->o.record, RECORD_BYTES)
                          : type == ENTITY_CONCEPT ? slice_of(a->o.concept, CONCEPT_BYTES)
                          : type == ENTITY_MEANS   ? slice_of(a->o.means, MEANS_BYTES)
                                                   : slice_of(ops_site(10, site), SITE_BYTES);
    buf_fini(&a->canon);
    ops_fold(a->o.op, a->o.n, type, entity, rules, &a->canon);
    assert_int_equal(view_read(buf_slice(&a->canon), &a->arena, &a->v), ERR_OK);
    assert_int_equal(a->v.type, type);
}

void at_end(struct at *a)
{
    buf_fini(&a->canon);
    arena_fini(&a->arena);
    ops_fini(&a->o);
}

size_t at_put(struct at *a, unsigned site, uint64_t clock, const char *title, const size_t *names, size_t n)
{
    struct write_spec w = {.field = R_TITLE, .lang = "fr", .text = title, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_RECORD_PUT, site, clock, &w, 1, NULL, 0);
}

size_t at_label(struct at *a, unsigned site, uint64_t clock, const char *text, const size_t *names, size_t n)
{
    struct write_spec w = {.field = C_PREF_LABEL, .lang = "fr", .text = text, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_CONCEPT_PUT, site, clock, &w, 1, NULL, 0);
}

size_t at_relate(struct at *a, unsigned site, uint64_t clock, unsigned target, bool remove, const size_t *names,
                 size_t n)
{
    struct write_spec w = {.field = REL_BROADER, .target = target, .remove = remove, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_CONCEPT_RELATE, site, clock, &w, 1, NULL, 0);
}

size_t at_adopt(struct at *a, unsigned site, uint64_t clock, size_t what)
{
    return ops_dots(&a->o, OP_CONCEPT_ADOPT, site, clock, &what, 1);
}

size_t at_index(struct at *a, unsigned site, uint64_t clock, unsigned target, bool remove, const size_t *names,
                size_t n)
{
    struct write_spec w = {.target = target, .remove = remove, .weight = remove ? 0 : 7, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_RECORD_INDEX, site, clock, &w, 1, NULL, 0);
}

/* What is live at the only key of the fields, or sets, by the places of their ops. */
void at_live(const struct view_key *keys, size_t keys_n, const size_t *places, size_t n)
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
size_t at_link(struct at *a, unsigned site, uint64_t clock, unsigned record, bool remove, const size_t *names, size_t n)
{
    struct write_spec w = {.field = LINK_CITES, .target = record, .remove = remove, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_RECORD_LINK, site, clock, &w, 1, NULL, 0);
}
/* What the example says, in hexadecimal; blanks between. */
void at_bytes(const struct at *a, const char *hex, const char *hash_hex)
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

size_t at_declare(struct at *a, unsigned site, uint64_t clock, unsigned what, unsigned amount, const size_t *names,
                  size_t n)
{
    struct write_spec w = {.field = what, .weight = amount + 1, .names_n = n};
    if (n)
        memcpy(w.names, names, n * sizeof *names);
    return ops_write(&a->o, OP_MEANS_DECLARE, site, clock, &w, 1, NULL, 0);
}
