/*
 * What a newer program writes: ops of kinds that nobody here knows. They are stored, relayed, counted among what was acknowledged, and wait.
 */
#include "tests/sim/sim.h"

#include "daemon/core/ingest.h"
#include "daemon/core/own.h"
#include "protocol/wire/wr.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define KINDS_FROM 900

/* About a record of its own, a concept, itself, or something that has no kind of entity yet. */
static void some_entity(struct sim *s, const struct core *c, struct buf *out)
{
    static const size_t lens[] = {RECORD_BYTES, CONCEPT_BYTES, SITE_BYTES, 8, 20};
    uint8_t id[SITE_BYTES];
    memset(id, (int)sim_random(s, 3), sizeof id);
    memcpy(id, authority_ally_of(&c->authority, c->own[0].key.pub)->id, ALLY_BYTES);
    wr_bin(out, slice_of(id, lens[sim_random(s, sizeof lens / sizeof *lens)]));
}

static void make_header(struct sim *s, const struct core *c, struct buf *out)
{
    size_t more = (size_t)sim_random(s, 3);
    wr_array(out, 2 + more);
    wr_uint(out, KINDS_FROM + sim_random(s, 4));
    some_entity(s, c, out);
    for (size_t i = 0; i < more; i++)
        wr_text(out, slice_text("de demain"));
    assert_int_equal(out->err, ERR_OK);
}

static err_t write_op(struct core *c, struct slice header, struct slice body, struct dot *dot)
{
    uint8_t id[HASH_BYTES];
    struct op_draft op = {.header = header, .body = body};
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = own_write(c, &c->own[0], &op, 1, id);
    if (e) {
        batch_abort(c);
        return e;
    }
    e = batch_end(c);
    if (!e)
        memcpy(dot->commit, id, sizeof dot->commit);
    return e;
}

void newer_write(struct sim *s, size_t at)
{
    struct core *c = s->w->sites[at].core;
    struct buf header, body;
    struct dot dot = {.index = 0};
    if (!c->founded || !authority_site(&c->authority, c->own[0].key.pub))
        return;
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    buf_init(&body, LIMIT_BODY_BYTES);
    make_header(s, c, &header);
    wr_array(&body, 1);
    wr_text(&body, slice_text("valeur"));
    err_t e = write_op(c, buf_slice(&header), buf_slice(&body), &dot);
    sim_say(s, "an op of tomorrow at %s: %s", s->w->sites[at].name, err_name(e));
    if (!e && !s->w->sites[at].silent) {
        sim_acknowledged(s, at, &dot);
        s->counts->newer++;
    }
    buf_fini(&header);
    buf_fini(&body);
    s->w->sites[at].tick_at = s->w->now;
    s->w->after(s->w->after_ctx, at);
}
