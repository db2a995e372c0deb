/*
 * roster: acts, bytes <-> struct roster_act (PROTOCOL.md §7). What follows an act's kind stands in one table; reading and writing walk along
 * the same row.
 */
#include "protocol/charter/charter.h"

#include "protocol/charter/charter_read.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

enum part { END, ALLY, ALLY_NAME, COLLEGE, SITE, OLD_SITE, SITE_NAME, MENTOR, REQUEST, HEADS };
#define PARTS_MAX 8

static const enum part acts[][PARTS_MAX] = {
    [ACT_ADMIT] = {ALLY,       ALLY_NAME, COLLEGE, SITE, SITE_NAME, MENTOR, REQUEST},
    [ACT_SUSPEND] = {ALLY,   HEADS},
    [ACT_LIFT] = {ALLY},
    [ACT_REPLACE_KEY] = {ALLY,   OLD_SITE, SITE, HEADS},
    [ACT_CHECKPOINT] = {HEADS      },
};
#define ACTS_N (sizeof acts / sizeof *acts)

static size_t parts_n(enum act_kind kind)
{
    size_t n = 0;
    while (n < PARTS_MAX && acts[kind][n] != END)
        n++;
    return n;
}

static void read_mentor(struct rd *r, struct roster_act *a)
{
    a->mentor = rd_bin(r, 0, ALLY_BYTES);
    if (a->mentor.len != 0 && a->mentor.len != ALLY_BYTES)
        rd_fail(r, ERR_RANGE);
}

static void read_part(struct rd *r, struct arena *arena, enum part part, struct roster_act *a)
{
    switch (part) {
    case END:
        break;
    case ALLY:
        rd_fixed(r, a->ally, ALLY_BYTES);
        break;
    case ALLY_NAME:
        a->ally_name = read_name(r);
        break;
    case COLLEGE:
        a->college = (unsigned)rd_uint(r, COLLEGE_MAX);
        break;
    case SITE:
        rd_fixed(r, a->site, SITE_BYTES);
        break;
    case OLD_SITE:
        rd_fixed(r, a->old_site, SITE_BYTES);
        break;
    case SITE_NAME:
        a->site_name = read_name(r);
        break;
    case MENTOR:
        read_mentor(r, a);
        break;
    case REQUEST:
        rd_fixed(r, a->request, HASH_BYTES);
        break;
    case HEADS:
        read_heads(r, arena, &a->heads, &a->heads_n);
        break;
    }
}

/* [kind, part …]. An act of a kind to come can't be passed over: what it changes, later acts build on. */
static void read_act(struct rd *r, struct arena *arena, struct roster_act *a)
{
    size_t items = rd_array(r, 1, SIZE_MAX);
    uint64_t kind = rd_uint(r, UINT64_MAX);
    if (r->err == ERR_OK && (kind == 0 || kind >= ACTS_N))
        rd_fail(r, ERR_VERSION);
    if (r->err)
        return;
    a->kind = (enum act_kind)kind;
    size_t n = parts_n(a->kind);
    if (items != 1 + n)
        rd_fail(r, ERR_RANGE);
    for (size_t i = 0; i < n; i++)
        read_part(r, arena, acts[kind][i], a);
}

static err_t read_body(struct slice bytes, struct arena *arena, struct roster_act *a)
{
    struct rd r;
    err_t e = scan(bytes, LIMIT_CHARTER_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, bytes);
    rd_array(&r, 4, 4);
    rd_fixed(&r, a->charter, HASH_BYTES);
    a->number = rd_uint(&r, INT64_MAX);
    rd_fixed(&r, a->prev, HASH_BYTES);
    read_act(&r, arena, a);
    e = rd_end(&r);
    if (e)
        return e;
    return a->number > 0 && (a->number == 1) == hash_is_zero(a->prev) ? ERR_OK : ERR_ROSTER;
}

err_t roster_decode(struct slice carried, struct arena *arena, struct roster_act *out)
{
    struct roster_act a = {0};
    struct rd r;
    err_t e = scan(carried, LIMIT_CHARTER_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, carried);
    rd_array(&r, 2, 2);
    a.bytes = rd_bin(&r, 0, SIZE_MAX);
    rd_fixed(&r, a.signature, SIGNATURE_BYTES);
    e = rd_end(&r);
    if (!e)
        e = read_body(a.bytes, arena, &a);
    if (e)
        return e;
    roster_id(a.bytes, a.id);
    *out = a;
    return ERR_OK;
}

err_t roster_check_signature(const struct roster_act *a, const uint8_t registrar[SITE_BYTES])
{
    return sign_check(registrar, DOMAIN_ROSTER, a->bytes, a->signature);
}

void roster_id(struct slice body, uint8_t out[HASH_BYTES])
{
    struct slice parts[] = {slice_text(DOMAIN_ROSTER), body};
    hash256(out, parts, 2);
}

/* ---- writing ---- */

static void write_part(struct buf *out, enum part part, const struct roster_act *a)
{
    switch (part) {
    case END:
        break;
    case ALLY:
        wr_bin(out, slice_of(a->ally, ALLY_BYTES));
        break;
    case ALLY_NAME:
        wr_text(out, a->ally_name);
        break;
    case COLLEGE:
        wr_uint(out, a->college);
        break;
    case SITE:
        wr_bin(out, slice_of(a->site, SITE_BYTES));
        break;
    case OLD_SITE:
        wr_bin(out, slice_of(a->old_site, SITE_BYTES));
        break;
    case SITE_NAME:
        wr_text(out, a->site_name);
        break;
    case MENTOR:
        wr_bin(out, a->mentor);
        break;
    case REQUEST:
        wr_bin(out, slice_of(a->request, HASH_BYTES));
        break;
    case HEADS:
        write_heads(out, a->heads, a->heads_n);
        break;
    }
}

void roster_encode_body(struct buf *out, const struct roster_act *a)
{
    size_t n = parts_n(a->kind);
    wr_array(out, 4);
    wr_bin(out, slice_of(a->charter, HASH_BYTES));
    wr_uint(out, a->number);
    wr_bin(out, slice_of(a->prev, HASH_BYTES));
    wr_array(out, 1 + n);
    wr_uint(out, a->kind);
    for (size_t i = 0; i < n; i++)
        write_part(out, acts[a->kind][i], a);
}

void roster_encode(struct buf *out, struct slice body, const uint8_t signature[SIGNATURE_BYTES])
{
    wr_array(out, 2);
    wr_bin(out, body);
    wr_bin(out, slice_of(signature, SIGNATURE_BYTES));
}
