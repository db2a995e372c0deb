/*
 * req_charter_sign: a charter signed, promised never to be signed, followed. Of one number an ally signs one alone, unless promises made the other
 * impossible; so two charters of one number can only both become valid where somebody broke that rule.
 */
#include "daemon/core/admit.h"
#include "daemon/core/ingest.h"
#include "daemon/core/req_charter.h"
#include "daemon/core/sync.h"
#include "daemon/read/roll.h"

static const struct ally *our_ally(const struct req *r)
{
    const struct own *own = r->own;
    return own ? authority_ally_of(&r->core->authority, own->key.pub) : NULL;
}

/* Stores a charter of ours or with our signature, lets it take effect, tells everybody. */
static err_t publish(struct req *r, struct slice carried)
{
    bool fresh = false;
    err_t e = batch_begin(r->core);
    if (e)
        return e;
    e = charters_put(r->core, carried, &fresh);
    if (e) {
        batch_abort(r->core);
        return e;
    }
    e = batch_end(r->core);
    if (!e && fresh)
        e = charters_take_effect(r->core);
    if (!e && fresh)
        sync_tell_roster(r->core);
    return e;
}

static err_t sign_body(struct req *r, struct slice body, struct buf *carried)
{
    const struct own *own = r->own;
    struct charter_signature sig;
    memcpy(sig.site, own->key.pub, SITE_BYTES);
    err_t e = sign_make(&own->key, DOMAIN_CHARTER, body, sig.signature);
    if (!e)
        charter_encode(carried, body, &sig, 1, slice_text(""));
    return e ? e : carried->err;
}

/* What we signed before at that number, each with what it builds on, and every promise: what decides whether we may sign. */
struct ballots {
    struct charter_on *on;
    struct charter *charters;
    struct authority *before;
    size_t n;
    struct promise *promises;
    size_t promises_n;
};

static err_t collect_promises(struct req *r, struct ballots *b)
{
    struct slice *carried = NULL;
    size_t n = 0;
    err_t e = charters_promises(r->core, &r->read.arena, &carried, &n);
    b->promises = e ? NULL : arena_alloc(&r->read.arena, n + 1, sizeof *b->promises);
    for (size_t i = 0; i < n && b->promises; i++)
        if (promise_decode(carried[i], &b->promises[b->promises_n]) == ERR_OK)
            b->promises_n++;
    return !e && !b->promises ? ERR_MEMORY : e;
}

static err_t collect_signed(struct req *r, const struct authority_input *in, const struct charter *candidate,
                            const uint8_t ally[ALLY_BYTES], struct ballots *b)
{
    b->on = arena_alloc(&r->read.arena, in->charters_n + 1, sizeof *b->on);
    b->charters = arena_alloc(&r->read.arena, in->charters_n + 1, sizeof *b->charters);
    b->before = arena_alloc(&r->read.arena, in->charters_n + 1, sizeof *b->before);
    if (!b->on || !b->charters || !b->before)
        return ERR_MEMORY;
    for (size_t i = 0; i < in->charters_n; i++) {
        struct charter *c = &b->charters[b->n];
        struct authority *before = &b->before[b->n];
        err_t e = charter_decode(in->charters[i], &r->read.arena, c);
        if (e)
            return e;
        if (c->number != candidate->number || authority_build_before(in, c, before))
            continue;
        if (charter_signed_by(c, before, ally))
            b->on[b->n] = (struct charter_on){c, before}, b->n++;
        else
            authority_fini(before);
    }
    return ERR_OK;
}

static void ballots_fini(struct ballots *b)
{
    for (size_t i = 0; i < b->n; i++)
        authority_fini(&b->before[i]);
}

/* Only what could be asked of authority_may_sign with all that it wants to know. */
static err_t free_to_sign(struct req *r, const struct authority_input *in, const struct charter_on *on)
{
    struct ballots b = {0};
    const struct ally *ally = our_ally(r);
    err_t e = collect_promises(r, &b);
    if (!e)
        e = collect_signed(r, in, on->charter, ally->id, &b);
    if (!e && !authority_may_sign(ally->id, on, b.on, b.n, b.promises, b.promises_n))
        e = why_set(&r->read.why, ERR_SIGNED_RIVAL, "%llu", (unsigned long long)on->charter->number);
    ballots_fini(&b);
    return e;
}

/* A signature by a site without a vote, or of an ally without one, counts for nobody. */
static bool has_vote(const struct req *r, const struct charter_on *on)
{
    const struct site *site = authority_site(on->before, r->own->key.pub);
    return site && site->votes && !site->ended &&
           charter_voter(on->charter, on->before, on->before->allies[site->ally].id);
}

err_t req_charter_may_sign(struct req *r, const struct charter *candidate)
{
    struct authority_input in;
    struct authority before = {0};
    if (!our_ally(r))
        return ERR_STANDING;
    err_t e = roll_input(r->read.store, &r->read.arena, &in);
    if (!e)
        e = authority_build_before(&in, candidate, &before);
    if (e)
        return why_set(&r->read.why, e, "%llu", (unsigned long long)candidate->number);
    struct charter_on on = {candidate, &before};
    e = charter_check_next_form(candidate, &before);
    if (!e && !has_vote(r, &on))
        e = why_set(&r->read.why, ERR_WHO, "%s", "charter.sign");
    if (!e && candidate->number <= r->core->authority.charter_number)
        e = why_set(&r->read.why, ERR_SIGNED_RIVAL, "%llu", (unsigned long long)candidate->number);
    if (!e)
        e = free_to_sign(r, &in, &on);
    authority_fini(&before);
    return e;
}

err_t req_charter_sign_and_tell(struct req *r, struct slice body)
{
    struct buf carried;
    err_t e = admit_knows_roster(r->core);
    buf_init(&carried, LIMIT_CHARTER_BYTES + 65536);
    if (!e)
        e = sign_body(r, body, &carried);
    if (!e)
        e = publish(r, buf_slice(&carried));
    buf_fini(&carried);
    return e;
}

err_t req_charter_sign(struct req *r)
{
    struct charter c;
    err_t e = req_charter_named(r, &c);
    if (!e && req_charter_in_chain(r->core, &c))
        e = why_set(&r->read.why, ERR_NOTHING_TO_DO, "%.100s", read_text(&r->read, "id"));
    if (!e)
        e = req_charter_may_sign(r, &c);
    if (!e)
        e = req_charter_sign_and_tell(r, c.body);
    return e ? e : req_charter_answer(r, c.id);
}

/* ---- promising never to sign ---- */

static err_t may_promise(struct req *r, const struct charter *c)
{
    struct authority_input in;
    struct authority before = {0};
    const struct ally *ally = our_ally(r);
    if (!ally)
        return ERR_STANDING;
    err_t e = roll_input(r->read.store, &r->read.arena, &in);
    if (!e)
        e = authority_build_before(&in, c, &before);
    if (e)
        return why_set(&r->read.why, e, "%llu", (unsigned long long)c->number);
    struct charter_on on = {c, &before};
    if (!has_vote(r, &on))
        e = why_set(&r->read.why, ERR_WHO, "%s", "charter.refuse");
    else if (!authority_may_promise(ally->id, &on, charter_signed_by(c, &before, ally->id)))
        e = why_set(&r->read.why, ERR_SIGNED_RIVAL, "%llu", (unsigned long long)c->number);
    authority_fini(&before);
    return e;
}

static err_t make_promise(struct req *r, const struct charter *c, struct buf *carried)
{
    struct buf body;
    uint8_t signature[SIGNATURE_BYTES];
    const struct own *own = r->own;
    buf_init(&body, PROMISE_MAX_BYTES);
    promise_encode_body(&body, c->id, own->key.pub);
    err_t e = body.err ? body.err : sign_make(&own->key, DOMAIN_PROMISE, buf_slice(&body), signature);
    if (!e)
        promise_encode(carried, buf_slice(&body), signature);
    buf_fini(&body);
    return e ? e : carried->err;
}

static err_t keep_promise(struct req *r, struct slice carried)
{
    err_t e = batch_begin(r->core);
    if (e)
        return e;
    e = charters_promise(r->core, carried);
    if (!e)
        return batch_end(r->core);
    batch_abort(r->core);
    return e;
}

err_t req_charter_refuse(struct req *r)
{
    struct charter c;
    struct buf carried;
    buf_init(&carried, PROMISE_MAX_BYTES);
    err_t e = req_charter_named(r, &c);
    if (!e)
        e = may_promise(r, &c);
    if (!e)
        e = admit_knows_roster(r->core);
    if (!e)
        e = make_promise(r, &c, &carried);
    if (!e)
        e = keep_promise(r, buf_slice(&carried));
    for (size_t i = 0; !e && i < r->core->peers_n; i++)
        if (r->core->peers[i].member && r->core->peers[i].state >= SESSION_DIFF)
            early_tell(r->core, &(struct outlet){sync_say, &r->core->peers[i]});
    buf_fini(&carried);
    return e ? e : req_charter_answer(r, c.id);
}

/* ---- following ---- */

static bool is_rival(const struct core *c, const uint8_t id[HASH_BYTES])
{
    for (size_t i = 0; i < c->authority.rivals_n; i++)
        if (memcmp(c->authority.rivals[i].other, id, HASH_BYTES) == 0)
            return true;
    return false;
}

static err_t choose_chain(struct core *c, const struct charter *to)
{
    struct buf chain;
    buf_init(&chain, 1024 * 1024);
    for (size_t i = 0; i < to->number && i < c->authority.charters_n; i++)
        buf_append(&chain, c->authority.charters[i].id, HASH_BYTES);
    buf_append(&chain, to->id, HASH_BYTES);
    err_t e = chain.err ? chain.err : local_set(c->store, SETTING_CHAIN, buf_slice(&chain));
    buf_fini(&chain);
    return e;
}

/* Of two complete rivals: the operator goes over to the other one. Its number's chain is replaced, and what follows is judged anew. */
err_t req_charter_follow(struct req *r)
{
    struct charter c;
    err_t e = req_charter_named(r, &c);
    if (!e && !is_rival(r->core, c.id))
        e = why_set(&r->read.why, req_charter_in_chain(r->core, &c) ? ERR_NOTHING_TO_DO : ERR_CHARTER, "%.100s",
                    read_text(&r->read, "id"));
    if (!e)
        e = choose_chain(r->core, &c);
    if (!e)
        e = charters_take_effect(r->core);
    if (!e)
        sync_tell_roster(r->core);
    return e ? e : req_charter_put(r, r->read.result, &c, false);
}
