#include "tests/help/op_random.h"

#include "protocol/sign/sign.h"
#include "protocol/wire/wr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ENTITIES 3 /* concepts; records of each ally */

struct making {
    struct op_random *r;
    struct op_author by;
    struct op *op;
    struct buf *body;
};

uint64_t op_random_below(struct op_random *r, uint64_t below)
{
    r->random ^= r->random << 13;
    r->random ^= r->random >> 7;
    r->random ^= r->random << 17;
    return r->random % below;
}

static size_t below(struct making *m, size_t n)
{
    return (size_t)op_random_below(m->r, n);
}

/* ---- entities, texts ---- */

static struct slice bytes_of(struct making *m, size_t n, int fill)
{
    uint8_t *at = arena_alloc(&m->r->arena, n, 1);
    assert_non_null(at);
    memset(at, fill, n);
    return slice_of(at, n);
}

static struct slice record_of(struct making *m, const uint8_t *ally)
{
    struct slice id = bytes_of(m, RECORD_BYTES, 1 + (int)below(m, ENTITIES));
    memcpy((uint8_t *)(uintptr_t)id.at, ally, ALLY_BYTES);
    return id;
}

static struct slice any_record(struct making *m)
{
    return record_of(m, m->r->ally[below(m, m->r->ally_n)]);
}

static struct slice own_record(struct making *m)
{
    return below(m, 8) ? record_of(m, m->by.ally) : any_record(m);
}

static struct slice concept(struct making *m)
{
    return bytes_of(m, CONCEPT_BYTES, 0xc0 + (int)below(m, ENTITIES));
}

static struct slice text(struct making *m)
{
    static const char *const words[] = {"eau", "rivière", "fleuve", "lac", "source", "puits"};
    return slice_text(words[below(m, sizeof words / sizeof *words)]);
}

static struct slice url(struct making *m)
{
    return slice_text(below(m, 2) ? "http://example.org/c" : "https://example.org/d");
}

static struct slice hash_of(struct making *m, struct slice of)
{
    struct slice id = bytes_of(m, CONCEPT_BYTES, 0);
    hash128((uint8_t *)(uintptr_t)id.at, &of, 1);
    return id;
}

/* ---- dots of what was written before ---- */

static bool fits(const struct making *m, const struct op_seen *seen, enum op_kind kind)
{
    return seen->info->kind == kind && memcmp(seen->entity, m->op->entity.at, m->op->entity.len) == 0;
}

/* Up to `most` dots of ops of a kind about the same entity; now and then one that nobody has seen. */
static size_t dots_about(struct making *m, enum op_kind kind, size_t most, const struct dot **out)
{
    struct dot *dots = arena_alloc(&m->r->arena, most + 1, sizeof *dots);
    size_t n = 0, want = below(m, most + 1);
    assert_non_null(dots);
    for (size_t i = m->r->seen_n; i-- > 0 && n < want;)
        if (fits(m, &m->r->seen[i], kind) && below(m, 3))
            dots[n++] = m->r->seen[i].dot;
    if (n < most && below(m, 12) == 0)
        dots[n++] = (struct dot){
            {0xff, (uint8_t)below(m, 256), (uint8_t)below(m, 256)},
            0
        };
    dots_sort(dots, n);
    *out = dots;
    return n;
}

static size_t dots_of_kinds(struct making *m, bool erasable, enum op_kind kind, const struct dot **out)
{
    struct dot *dots = arena_alloc(&m->r->arena, 2, sizeof *dots);
    size_t n = 0, start = m->r->seen_n ? below(m, m->r->seen_n) : 0;
    assert_non_null(dots);
    for (size_t i = 0; i < m->r->seen_n && n < 1; i++) {
        const struct op_seen *seen = &m->r->seen[(start + i) % m->r->seen_n];
        bool own = memcmp(seen->ally, m->by.ally, ALLY_BYTES) == 0;
        if (erasable ? seen->info->erasable && (own || below(m, 6) == 0) : seen->info->kind == (unsigned)kind)
            dots[n++] = seen->dot;
    }
    if (!n)
        dots[n++] = (struct dot){{0xfe}, 0};
    *out = dots;
    return n;
}

/* ---- bodies ---- */

static void one_text(struct making *m)
{
    wr_array(m->body, 1);
    wr_text(m->body, text(m));
}

static struct slice value_text(struct making *m, struct slice given)
{
    struct buf b;
    struct slice out;
    buf_init(&b, 4096);
    wr_text(&b, given);
    assert_int_equal(arena_copy(&m->r->arena, buf_slice(&b), &out), ERR_OK);
    buf_fini(&b);
    return out;
}

static struct slice value_uint(struct making *m, uint64_t n)
{
    struct buf b;
    struct slice out;
    buf_init(&b, 16);
    wr_uint(&b, n);
    assert_int_equal(arena_copy(&m->r->arena, buf_slice(&b), &out), ERR_OK);
    buf_fini(&b);
    return out;
}

static struct slice value_url(struct making *m, struct slice given)
{
    struct buf b;
    struct slice out;
    buf_init(&b, 4096);
    wr_array(&b, 2);
    wr_text(&b, given);
    wr_nil(&b);
    assert_int_equal(arena_copy(&m->r->arena, buf_slice(&b), &out), ERR_OK);
    buf_fini(&b);
    return out;
}

/* One write with its value; what it replaces is of the same kind. */
static void write_one(struct making *m, struct op_write write, struct slice value, enum op_kind kind)
{
    struct op_write *w = arena_alloc(&m->r->arena, 1, sizeof *w);
    assert_non_null(w);
    write.replaces_n = dots_about(m, kind, write.add ? 3 : 2, &write.replaces);
    if (!write.add && !write.replaces_n) { /* a removal removes something */
        struct dot *some = arena_alloc(&m->r->arena, 1, sizeof *some);
        assert_non_null(some);
        some->commit[0] = 0xfd;
        write.replaces = some;
        write.replaces_n = 1;
    }
    *w = write;
    m->op->writes = w;
    m->op->writes_n = 1;
    op_encode_body(m->body, &value, 1);
}

/* ---- one generator a kind ---- */

static void make_LOG_OPEN(struct making *m)
{
    m->op->entity = slice_of(m->by.site, SITE_BYTES);
    wr_array(m->body, 1);
    wr_uint(m->body, below(m, 2));
}

static void make_SITE_ANNOUNCE(struct making *m)
{
    m->op->entity = slice_of(m->by.site, SITE_BYTES);
    m->op->dots_n = dots_about(m, OP_SITE_ANNOUNCE, 3, &m->op->dots);
    wr_array(m->body, 4);
    wr_array(m->body, 0);
    for (int i = 0; i < 3; i++)
        wr_text(m->body, text(m));
}

static void make_SITE_ERASE(struct making *m)
{
    m->op->entity = slice_of(m->by.site, SITE_BYTES);
    m->op->dots_n = dots_of_kinds(m, true, OP_SITE_ERASE, &m->op->dots);
    one_text(m);
}

static void make_SITE_ATTEST(struct making *m)
{
    m->op->entity = slice_of(m->by.site, SITE_BYTES);
    m->op->dots_n = dots_of_kinds(m, false, OP_RECORD_PUT, &m->op->dots);
    wr_array(m->body, 0);
}

static void make_SITE_RELAYS(struct making *m)
{
    size_t n = 1 + below(m, 2);
    struct op_relay *relays = arena_alloc(&m->r->arena, n, sizeof *relays);
    assert_non_null(relays);
    for (size_t i = 0; i < n; i++) {
        memset(relays[i].site, 0x11 * (int)(i + 1), SITE_BYTES);
        relays[i].days = 1u << below(m, 28);
    }
    m->op->entity = slice_of(m->by.site, SITE_BYTES);
    m->op->month = 2026 * 12 + (unsigned)below(m, 12);
    m->op->relays = relays;
    m->op->relays_n = n;
    wr_array(m->body, 0);
}

static void make_RECORD_PUT(struct making *m)
{
    m->op->entity = own_record(m);
    if (below(m, 3) == 0)
        m->op->dots_n = dots_about(m, OP_RECORD_RETIRE, 2, &m->op->dots);
    struct op_write w = {.field = R_TITLE + below(m, 2),
                         .lang = slice_text(below(m, 2) ? "fr" : "en"),
                         .target = slice_text(""),
                         .add = true};
    if (below(m, 4) == 0)
        w.made_from_n = dots_about(m, OP_RECORD_PUT, 1, &w.made_from);
    write_one(m, w, below(m, 6) ? value_text(m, text(m)) : value_nil, OP_RECORD_PUT);
}

static void make_RECORD_INDEX(struct making *m)
{
    m->op->entity = any_record(m);
    struct op_write w = {.lang = slice_text(""), .target = concept(m), .add = below(m, 3) > 0};
    write_one(m, w, w.add && below(m, 2) ? value_uint(m, 1 + below(m, 4)) : value_nil, OP_RECORD_INDEX);
}

static void make_RECORD_RETIRE(struct making *m)
{
    m->op->entity = own_record(m);
    m->op->dots_n = dots_about(m, OP_RECORD_RETIRE, 2, &m->op->dots);
    one_text(m);
}

static void make_RECORD_LINK(struct making *m)
{
    m->op->entity = any_record(m);
    struct slice to = url(m);
    bool outside = below(m, 2);
    struct op_write w = {.field = LINK_CITES + below(m, 2),
                         .lang = slice_text(""),
                         .target = outside ? hash_of(m, to) : any_record(m),
                         .add = below(m, 3) > 0};
    write_one(m, w, outside && w.add ? value_url(m, to) : value_nil, OP_RECORD_LINK);
}

static void make_RECORD_REVIEW(struct making *m)
{
    m->op->entity = any_record(m);
    struct op_write w = {.lang = slice_text(below(m, 2) ? "fr" : "en"), .target = slice_text(""), .add = true};
    write_one(m, w, below(m, 5) ? value_text(m, text(m)) : value_nil, OP_RECORD_REVIEW);
}

static struct slice value_reply(struct making *m, struct slice actor, struct slice given)
{
    struct buf b;
    struct slice out;
    buf_init(&b, 4096);
    wr_array(&b, 2);
    wr_text(&b, actor);
    wr_text(&b, given);
    assert_int_equal(arena_copy(&m->r->arena, buf_slice(&b), &out), ERR_OK);
    buf_fini(&b);
    return out;
}

static void make_RECORD_REPLY(struct making *m)
{
    m->op->entity = any_record(m);
    struct op_write w = {.lang = slice_text(below(m, 2) ? "fr" : "en"),
                         .target = bytes_of(m, REPLY_BYTES, 0xd0 + (int)below(m, ENTITIES)),
                         .add = true};
    write_one(m, w, below(m, 5) ? value_reply(m, slice_text("Ville"), text(m)) : value_nil, OP_RECORD_REPLY);
}

static void make_CONCEPT_PUT(struct making *m)
{
    m->op->entity = concept(m);
    if (below(m, 3) == 0)
        m->op->motive = any_record(m);
    struct op_write w = {
        .field = C_PREF_LABEL, .lang = slice_text(below(m, 2) ? "fr" : "en"), .target = slice_text(""), .add = true};
    write_one(m, w, below(m, 6) ? value_text(m, text(m)) : value_nil, OP_CONCEPT_PUT);
}

static void make_CONCEPT_RELATE(struct making *m)
{
    m->op->entity = concept(m);
    struct slice to = url(m);
    bool outside = below(m, 4) == 0;
    struct op_write w = {.field = outside ? relation_by_name("exactMatch")->number : REL_BROADER + below(m, 2),
                         .lang = slice_text(""),
                         .target = outside ? hash_of(m, to) : concept(m),
                         .add = below(m, 3) > 0};
    write_one(m, w, outside && w.add ? value_text(m, to) : value_nil, OP_CONCEPT_RELATE);
}

static void make_CONCEPT_ADOPT(struct making *m)
{
    static const enum op_kind proposals[] = {OP_CONCEPT_PUT, OP_CONCEPT_RELATE, OP_CONCEPT_MERGE, OP_CONCEPT_RETIRE};
    m->op->entity = concept(m);
    m->op->dots_n = dots_about(m, proposals[below(m, 4)], 3, &m->op->dots);
    if (!m->op->dots_n)
        m->op->dots_n = dots_of_kinds(m, false, OP_CONCEPT_PUT, &m->op->dots);
    wr_array(m->body, 0);
}

static void make_CONCEPT_MERGE(struct making *m)
{
    struct op_write *w = arena_alloc(&m->r->arena, 1, sizeof *w);
    assert_non_null(w);
    m->op->entity = concept(m);
    m->op->target = below(m, 4) ? concept(m) : slice_text(""); /* else undone */
    *w = (struct op_write){.lang = slice_text(""), .target = slice_text(""), .add = true};
    w->replaces_n = dots_about(m, OP_CONCEPT_MERGE, 3, &w->replaces);
    m->op->writes = w;
    m->op->writes_n = 1;
    wr_array(m->body, 0);
}

static void make_CONCEPT_RETIRE(struct making *m)
{
    m->op->entity = concept(m);
    m->op->retired = below(m, 3) > 0;
    struct op_write w = {.lang = slice_text(""), .target = slice_text(""), .add = true};
    write_one(m, w, value_text(m, text(m)), OP_CONCEPT_RETIRE);
}

static struct slice value_amount(struct making *m, uint64_t amount)
{
    struct buf b;
    struct slice out;
    buf_init(&b, 4096);
    wr_array(&b, 2);
    wr_uint(&b, amount);
    if (below(m, 2))
        wr_text(&b, text(m));
    else
        wr_nil(&b);
    assert_int_equal(arena_copy(&m->r->arena, buf_slice(&b), &out), ERR_OK);
    buf_fini(&b);
    return out;
}

static void make_MEANS_DECLARE(struct making *m)
{
    struct slice id = bytes_of(m, MEANS_BYTES, 0);
    const uint8_t *ally = below(m, 8) ? m->by.ally : m->r->ally[below(m, m->r->ally_n)];
    means_entity((uint8_t *)(uintptr_t)id.at, ally, 2026 + (unsigned)below(m, 2));
    m->op->entity = id;
    struct op_write w = {
        .field = MEANS_MONEY + below(m, 2), .lang = slice_text(""), .target = slice_text(""), .add = true};
    write_one(m, w, below(m, 6) ? value_amount(m, 100 * below(m, 4)) : value_nil, OP_MEANS_DECLARE);
}

static const struct generator {
    enum op_kind kind;
    void (*make)(struct making *m);
} generators[] = {
#define X(id, num, name, entity, erasable, who) {OP_##id, make_##id},
    OP_KINDS(X)
#undef X
};
#define KINDS (sizeof generators / sizeof *generators)

/* ---- for the tests ---- */

enum op_kind op_random_kind(size_t n)
{
    return generators[n % KINDS].kind;
}

void op_random_make(struct op_random *r, enum op_kind kind, struct op_author by, struct op *op, struct buf *body)
{
    struct making m = {.r = r, .by = by, .op = op, .body = body};
    arena_clear(&r->arena);
    buf_clear(body);
    *op = (struct op){.info = kind_info(kind), .motive = slice_text(""), .target = slice_text("")};
    for (size_t i = 0; i < KINDS; i++)
        if (generators[i].kind == kind)
            generators[i].make(&m);
    assert_int_equal(body->err, ERR_OK);
    assert_int_not_equal(body->len, 0);
}

void op_random_made(struct op_random *r, const struct op *op, struct op_author by, const uint8_t commit[HASH_BYTES])
{
    if (r->seen_n == OP_RANDOM_SEEN)
        return;
    struct op_seen *seen = &r->seen[r->seen_n++];
    *seen = (struct op_seen){.dot = dot_of(commit, 0), .info = op->info};
    memcpy(seen->entity, op->entity.at, op->entity.len);
    memcpy(seen->ally, by.ally, ALLY_BYTES);
}
