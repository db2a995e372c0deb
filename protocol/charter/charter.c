/*
 * charter: body and carried form, bytes <-> struct charter, and when a founding charter stands (PROTOCOL.md §7). An ally, or a key, stands
 * in a charter once, and the registrar's key is nobody's site: that is form, since no later rule could mend it.
 */
#include "protocol/charter/charter.h"

#include "protocol/charter/charter_read.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

#include <stdlib.h>

#define CHARTER_VERSION 1

static void read_site(struct rd *r, struct charter_site *s)
{
    rd_array(r, 3, 3);
    rd_fixed(r, s->site, SITE_BYTES);
    s->name = read_name(r);
    s->votes = rd_bool(r);
}

static void read_ally(struct rd *r, struct arena *arena, struct charter_ally *a)
{
    rd_array(r, 5, 5);
    rd_fixed(r, a->id, ALLY_BYTES);
    a->name = read_name(r);
    a->college = (unsigned)rd_uint(r, COLLEGE_MAX);
    a->heir = rd_bin(r, 0, ALLY_BYTES);
    if (a->heir.len != 0 && a->heir.len != ALLY_BYTES)
        rd_fail(r, ERR_RANGE);
    a->sites_n = rd_array(r, 0, SIZE_MAX);
    struct charter_site *sites = read_alloc(r, arena, a->sites_n, sizeof *sites);
    for (size_t i = 0; i < a->sites_n && r->err == ERR_OK; i++)
        read_site(r, &sites[i]);
    a->sites = sites;
}

static void read_allies(struct rd *r, struct arena *arena, struct charter *c)
{
    c->allies_n = rd_array(r, 1, SIZE_MAX);
    struct charter_ally *allies = read_alloc(r, arena, c->allies_n, sizeof *allies);
    for (size_t i = 0; i < c->allies_n && r->err == ERR_OK; i++)
        read_ally(r, arena, &allies[i]);
    c->allies = allies;
}

static void read_roles(struct rd *r, struct arena *arena, struct charter *c)
{
    c->roles_n = rd_array(r, 0, SIZE_MAX);
    struct charter_role *roles = read_alloc(r, arena, c->roles_n, sizeof *roles);
    for (size_t i = 0; i < c->roles_n && r->err == ERR_OK; i++) {
        rd_array(r, 2, 2);
        roles[i].role = read_name(r);
        rd_fixed(r, roles[i].ally, ALLY_BYTES);
    }
    c->roles = roles;
}

static void read_rules(struct rd *r, struct arena *arena, struct charter *c)
{
    c->rules_n = rd_map(r, SIZE_MAX);
    struct charter_rule *rules = read_alloc(r, arena, c->rules_n, sizeof *rules);
    for (size_t i = 0; i < c->rules_n && r->err == ERR_OK; i++) {
        rules[i].rule = rd_uint(r, UINT64_MAX);
        rules[i].value = rd_uint(r, UINT64_MAX);
    }
    c->rules = rules;
}

static void read_scores(struct rd *r, struct arena *arena, struct charter *c)
{
    c->scores_n = rd_array(r, 0, SIZE_MAX);
    struct charter_score *scores = read_alloc(r, arena, c->scores_n, sizeof *scores);
    for (size_t i = 0; i < c->scores_n && r->err == ERR_OK; i++) {
        rd_array(r, 3, 3);
        scores[i].kind = read_name(r);
        scores[i].points = rd_uint(r, INT64_MAX);
        scores[i].cap = rd_uint(r, INT64_MAX);
    }
    c->scores = scores;
}

static void read_body(struct rd *r, struct arena *arena, struct charter *c)
{
    rd_array(r, 13, 13);
    if (rd_uint(r, UINT64_MAX) != CHARTER_VERSION)
        rd_fail(r, ERR_VERSION);
    c->number = rd_uint(r, INT64_MAX);
    rd_fixed(r, c->prev, HASH_BYTES);
    c->name = read_name(r);
    rd_fixed(r, c->text_hash, HASH_BYTES);
    rd_fixed(r, c->registrar, SITE_BYTES);
    read_allies(r, arena, c);
    read_roles(r, arena, c);
    read_rules(r, arena, c);
    read_scores(r, arena, c);
    read_heads(r, arena, &c->checkpoint, &c->checkpoint_n);
    read_cuts(r, arena, &c->cuts, &c->cuts_n);
    rd_array(r, 2, 2);
    c->roster_number = rd_uint(r, INT64_MAX);
    rd_fixed(r, c->roster_id, HASH_BYTES);
}

static int by_ally(const void *a, const void *b)
{
    return memcmp(a, b, ALLY_BYTES);
}

static int by_site(const void *a, const void *b)
{
    return memcmp(a, b, SITE_BYTES);
}

static bool twice(void *keys, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    uint8_t *at = keys;
    qsort(keys, n, size, compare);
    for (size_t i = 1; i < n; i++)
        if (compare(at + (i - 1) * size, at + i * size) == 0)
            return true;
    return false;
}

/* Every ally once; every key once, the registrar's among them. */
static err_t check_unique(const struct charter *c, struct arena *arena)
{
    size_t sites_n = 1;
    for (size_t i = 0; i < c->allies_n; i++)
        sites_n += c->allies[i].sites_n;
    uint8_t *allies = arena_alloc(arena, c->allies_n, ALLY_BYTES);
    uint8_t *sites = arena_alloc(arena, sites_n, SITE_BYTES);
    if (!allies || !sites)
        return ERR_MEMORY;
    uint8_t *at = sites;
    memcpy(at, c->registrar, SITE_BYTES);
    for (size_t i = 0; i < c->allies_n; i++) {
        memcpy(allies + i * ALLY_BYTES, c->allies[i].id, ALLY_BYTES);
        for (size_t k = 0; k < c->allies[i].sites_n; k++)
            memcpy(at += SITE_BYTES, c->allies[i].sites[k].site, SITE_BYTES);
    }
    bool bad = twice(allies, c->allies_n, ALLY_BYTES, by_ally) || twice(sites, sites_n, SITE_BYTES, by_site);
    return bad ? ERR_CHARTER : ERR_OK;
}

static void read_signatures(struct rd *r, struct arena *arena, struct charter *c)
{
    c->signatures_n = rd_array(r, 0, SIZE_MAX);
    struct charter_signature *sigs = read_alloc(r, arena, c->signatures_n, sizeof *sigs);
    for (size_t i = 0; i < c->signatures_n && r->err == ERR_OK; i++) {
        rd_array(r, 2, 2);
        rd_fixed(r, sigs[i].site, SITE_BYTES);
        rd_fixed(r, sigs[i].signature, SIGNATURE_BYTES);
        if (r->err == ERR_OK && i > 0 && by_site(sigs[i - 1].site, sigs[i].site) >= 0)
            rd_fail(r, ERR_KEY_ORDER);
    }
    c->signatures = sigs;
}

static err_t decode_carried(struct slice carried, struct arena *arena, struct charter *c)
{
    struct rd r;
    err_t e = scan(carried, LIMIT_CHARTER_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, carried);
    rd_array(&r, 3, 3);
    c->body = rd_bin(&r, 0, SIZE_MAX);
    read_signatures(&r, arena, c);
    if (!rd_take_nil(&r))
        c->motion = rd_bin(&r, 1, SIZE_MAX);
    return rd_end(&r);
}

err_t charter_decode(struct slice carried, struct arena *arena, struct charter *out)
{
    struct charter c = {0};
    struct rd r;
    err_t e = decode_carried(carried, arena, &c);
    if (!e)
        e = scan(c.body, LIMIT_CHARTER_BYTES, NULL); /* a bin is opaque to the first scan */
    if (e)
        return e;
    rd_init(&r, c.body);
    read_body(&r, arena, &c);
    e = rd_end(&r);
    if (!e)
        e = check_unique(&c, arena);
    if (e)
        return e;
    charter_id(c.body, c.id);
    *out = c;
    return ERR_OK;
}

void charter_id(struct slice body, uint8_t out[HASH_BYTES])
{
    struct slice parts[] = {slice_text(DOMAIN_CHARTER), body};
    hash256(out, parts, 2);
}

/* A signature by a key that is no voting site of this ally, or one that does not verify, counts for nothing and harms nothing: the set grows
 * on its way, and whoever adds rubbish must not be able to unmake a charter. */
static bool ally_signed(const struct charter *c, const struct charter_ally *a)
{
    for (size_t i = 0; i < a->sites_n; i++)
        for (size_t k = 0; a->sites[i].votes && k < c->signatures_n; k++) {
            const struct charter_signature *s = &c->signatures[k];
            if (by_site(s->site, a->sites[i].site) == 0 &&
                sign_check(s->site, DOMAIN_CHARTER, c->body, s->signature) == ERR_OK)
                return true;
        }
    return false;
}

err_t charter_check_founding(const struct charter *c)
{
    if (c->number != 0 || !hash_is_zero(c->prev) || c->roster_number != 0)
        return ERR_CHARTER;
    for (size_t i = 0; i < c->allies_n; i++)
        if (!ally_signed(c, &c->allies[i]))
            return ERR_CHARTER;
    return c->allies_n > 0 ? ERR_OK : ERR_CHARTER;
}

/* ---- writing ---- */

static void write_ally(struct buf *out, const struct charter_ally *a)
{
    wr_array(out, 5);
    wr_bin(out, slice_of(a->id, ALLY_BYTES));
    wr_text(out, a->name);
    wr_uint(out, a->college);
    wr_bin(out, a->heir);
    wr_array(out, a->sites_n);
    for (size_t i = 0; i < a->sites_n; i++) {
        wr_array(out, 3);
        wr_bin(out, slice_of(a->sites[i].site, SITE_BYTES));
        wr_text(out, a->sites[i].name);
        wr_bool(out, a->sites[i].votes);
    }
}

static void write_policy(struct buf *out, const struct charter *c)
{
    wr_array(out, c->roles_n);
    for (size_t i = 0; i < c->roles_n; i++) {
        wr_array(out, 2);
        wr_text(out, c->roles[i].role);
        wr_bin(out, slice_of(c->roles[i].ally, ALLY_BYTES));
    }
    wr_map(out, c->rules_n);
    for (size_t i = 0; i < c->rules_n; i++) {
        wr_uint(out, c->rules[i].rule);
        wr_uint(out, c->rules[i].value);
    }
    wr_array(out, c->scores_n);
    for (size_t i = 0; i < c->scores_n; i++) {
        wr_array(out, 3);
        wr_text(out, c->scores[i].kind);
        wr_uint(out, c->scores[i].points);
        wr_uint(out, c->scores[i].cap);
    }
}

void charter_encode_body(struct buf *out, const struct charter *c)
{
    wr_array(out, 13);
    wr_uint(out, CHARTER_VERSION);
    wr_uint(out, c->number);
    wr_bin(out, slice_of(c->prev, HASH_BYTES));
    wr_text(out, c->name);
    wr_bin(out, slice_of(c->text_hash, HASH_BYTES));
    wr_bin(out, slice_of(c->registrar, SITE_BYTES));
    wr_array(out, c->allies_n);
    for (size_t i = 0; i < c->allies_n; i++)
        write_ally(out, &c->allies[i]);
    write_policy(out, c);
    write_heads(out, c->checkpoint, c->checkpoint_n);
    write_heads(out, c->cuts, c->cuts_n);
    wr_array(out, 2);
    wr_uint(out, c->roster_number);
    wr_bin(out, slice_of(c->roster_id, HASH_BYTES));
}

void charter_encode(struct buf *out, struct slice body, const struct charter_signature *sigs, size_t n,
                    struct slice motion)
{
    wr_array(out, 3);
    wr_bin(out, body);
    wr_array(out, n);
    for (size_t i = 0; i < n; i++) {
        wr_array(out, 2);
        wr_bin(out, slice_of(sigs[i].site, SITE_BYTES));
        wr_bin(out, slice_of(sigs[i].signature, SIGNATURE_BYTES));
    }
    if (motion.len)
        wr_bin(out, motion);
    else
        wr_nil(out);
}
