/*
 * describe: an authority as one msgpack value, for tests and for whoever must know whether two are equal. Lists in the order that evaluation gave
 * them, which does not depend on the order of arrival.
 */
#include "protocol/charter/authority.h"

#include "protocol/wire/wr.h"

static void put_id(struct buf *out, const uint8_t *id, size_t len)
{
    wr_bin(out, slice_of(id, len));
}

static void put_heads(struct buf *out, const struct head *heads, size_t n)
{
    wr_array(out, n);
    for (size_t i = 0; i < n; i++) {
        wr_array(out, 4);
        put_id(out, heads[i].log.site, SITE_BYTES);
        wr_uint(out, heads[i].log.incarnation);
        wr_uint(out, heads[i].seq);
        put_id(out, heads[i].id, HASH_BYTES);
    }
}

static void put_allies(struct buf *out, const struct authority *a)
{
    wr_array(out, a->allies_n);
    for (size_t i = 0; i < a->allies_n; i++) {
        const struct ally *ally = &a->allies[i];
        wr_array(out, 7);
        put_id(out, ally->id, ALLY_BYTES);
        wr_text(out, ally->name);
        wr_uint(out, ally->college);
        wr_bool(out, ally->ratified);
        wr_bool(out, ally->suspended);
        wr_bool(out, ally->ended);
        wr_bin(out, ally->heir);
    }
}

static void put_sites(struct buf *out, const struct authority *a)
{
    wr_array(out, a->sites_n);
    for (size_t i = 0; i < a->sites_n; i++) {
        const struct site *s = &a->sites[i];
        wr_array(out, 6);
        put_id(out, s->id, SITE_BYTES);
        wr_text(out, s->name);
        put_id(out, a->allies[s->ally].id, ALLY_BYTES);
        wr_bool(out, s->votes);
        wr_bool(out, s->vote_due);
        wr_bool(out, s->ended);
    }
}

static void put_chain(struct buf *out, const struct authority *a)
{
    wr_array(out, a->charters_n);
    for (size_t i = 0; i < a->charters_n; i++)
        wr_bin(out, a->charters[i].body);
    wr_array(out, a->acts_n);
    for (size_t i = 0; i < a->acts_n; i++) {
        wr_array(out, 2);
        wr_bin(out, a->acts[i].act.bytes);
        wr_bool(out, a->acts[i].effect);
    }
}

static void put_cuts(struct buf *out, const struct authority *a)
{
    wr_array(out, a->cuts_n);
    for (size_t i = 0; i < a->cuts_n; i++) {
        wr_array(out, 4);
        wr_bool(out, a->cuts[i].suspension);
        put_id(out, a->cuts[i].ally, ALLY_BYTES);
        put_id(out, a->cuts[i].site, SITE_BYTES);
        put_heads(out, a->cuts[i].heads, a->cuts[i].heads_n);
    }
    put_heads(out, a->checkpoints, a->checkpoints_n);
}

static void put_alarms(struct buf *out, const struct authority *a)
{
    wr_array(out, a->voids_n);
    for (size_t i = 0; i < a->voids_n; i++) {
        wr_array(out, 3);
        wr_uint(out, a->voids[i].number);
        put_id(out, a->voids[i].id, HASH_BYTES);
        wr_uint(out, a->voids[i].why);
    }
    wr_array(out, a->rivals_n);
    for (size_t i = 0; i < a->rivals_n; i++) {
        wr_array(out, 3);
        wr_uint(out, a->rivals[i].number);
        put_id(out, a->rivals[i].kept, HASH_BYTES);
        put_id(out, a->rivals[i].other, HASH_BYTES);
    }
}

void authority_describe(const struct authority *a, struct buf *out)
{
    wr_array(out, 11);
    put_id(out, a->alliance, ALLIANCE_BYTES);
    put_id(out, a->charter_id, HASH_BYTES);
    put_id(out, a->registrar, SITE_BYTES);
    put_id(out, a->roster_id, HASH_BYTES);
    put_allies(out, a);
    put_sites(out, a);
    put_chain(out, a);
    put_cuts(out, a);
    put_alarms(out, a);
}
