#include "daemon/core/charters.h"
#include "daemon/core/admit.h"
#include "daemon/core/erase.h"
#include "daemon/core/flood.h"
#include "daemon/core/found.h"
#include "daemon/core/ingest.h"
#include "daemon/core/refold.h"
#include "daemon/core/registrar.h"
#include "daemon/core/rotate.h"
#include "daemon/core/signed.h"
#include "daemon/core/standing.h"
#include "daemon/core/sync.h"
#include "daemon/core/tally.h"
#include "daemon/read/roll.h"
#include "protocol/base/base32.h"
#include <stdlib.h>

#define CANDIDATES_MAX  64 /* charters kept beside the chain: drafts and rivals */
#define OTHERS_MAX      64 /* charters of one message that say nothing new, though not byte for byte what we have */
#define EFFECT_AGAIN_MS 1000
#define REKEYED_MS      300           /* whoever asked for a new key has his answer by then */
#define PAGE_BYTES      (768u * 1024) /* of one CHARTER message */

/* ---- what we hold ---- */

/* Of two complete rivals each replica keeps the one it had: so the chain is noted as soon as it grows. */
static err_t note_chain(struct core *c, struct arena *arena)
{
    struct buf chain;
    struct slice known;
    buf_init(&chain, c->authority.charters_n * HASH_BYTES + 1);
    for (size_t i = 0; i < c->authority.charters_n; i++)
        buf_append(&chain, c->authority.charters[i].id, HASH_BYTES);
    err_t e = chain.err;
    /* Looking must work on a full disk: nothing is written where nothing changed. */
    if (!e && (local_get(c->store, SETTING_CHAIN, arena, &known) || !slice_equal(known, buf_slice(&chain))))
        e = local_set(c->store, SETTING_CHAIN, buf_slice(&chain));
    buf_fini(&chain);
    return e;
}

static void tell_alarms(struct core *c)
{
    for (size_t i = c->alarmed_rivals; i < c->authority.rivals_n; i++)
        core_note(c, JOURNAL_ERROR, "charter.rivals", "number=%llu", (unsigned long long)c->authority.rivals[i].number);
    for (size_t i = c->alarmed_voids; i < c->authority.voids_n; i++)
        core_note(c, JOURNAL_WARN, "roster.void", "number=%llu why=%d",
                  (unsigned long long)c->authority.voids[i].number, (int)c->authority.voids[i].why);
    c->alarmed_rivals = c->authority.rivals_n;
    c->alarmed_voids = c->authority.voids_n;
}

static err_t evaluate(struct core *c, struct arena *arena)
{
    struct authority_input in;
    struct authority fresh = {0};
    err_t e = roll_input(c->store, arena, &in);
    if (e || !in.charters_n)
        return e;
    e = authority_build_all(&in, &fresh);
    if (e)
        return e;
    e = tally_ready(&c->tally, &fresh);
    if (e) {
        authority_fini(&fresh);
        return e;
    }
    authority_fini(&c->authority);
    c->authority = fresh;
    c->tally.years.authority = &c->authority;
    c->founded = true;
    c->digests_known = false;
    c->reach_dirty = true;
    registrar_load(c);
    tell_alarms(c);
    return note_chain(c, arena);
}

err_t charters_load(struct core *c)
{
    struct arena arena = {0};
    struct slice pending;
    err_t e = local_get(c->store, SETTING_JOIN_REQUEST, &arena, &pending);
    if (!e || e == ERR_NOT_FOUND) {
        c->joining = e == ERR_OK;
        admit_refused(c, &arena);
        e = evaluate(c, &arena);
    }
    arena_fini(&arena);
    return e;
}

/* ---- after a change ---- */

static err_t apply_standing(struct core *c, bool refold)
{
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = standing_apply(c);
    if (!e && !refold)
        e = tally_after_acts(c);
    return batch_close(c, e ? e : erase_judge_all(c));
}

/* Charter and roster head that logs and folds were last brought to: numbers, then ids. */
#define EFFECT_BYTES (2 * 8 + 2 * HASH_BYTES)

static void effect_now(const struct core *c, uint8_t out[EFFECT_BYTES])
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t)(c->authority.charter_number >> (56 - 8 * i));
        out[8 + i] = (uint8_t)(c->authority.roster_number >> (56 - 8 * i));
    }
    memcpy(out + 16, c->authority.charter_id, HASH_BYTES);
    memcpy(out + 16 + HASH_BYTES, c->authority.roster_id, HASH_BYTES);
}

static err_t note_effect(struct core *c)
{
    uint8_t now[EFFECT_BYTES];
    effect_now(c, now);
    return local_set(c->store, SETTING_EFFECT, slice_of(now, sizeof now));
}

/* Roles, rules and heirs are the charter's: where it changed, every fold may look different now. */
static err_t apply(struct core *c, bool refold)
{
    uint64_t ops = 0, entities = 0;
    err_t e = apply_standing(c, refold);
    if (!e && refold)
        e = refold_all(c, &ops, &entities);
    if (!e)
        e = note_effect(c);
    if (!e)
        c->tally.moved = SIZE_MAX;
    return e;
}

/* What went backwards is a damage, for verify to find: no log is cut because of it. */
err_t charters_catch_up(struct core *c)
{
    struct arena arena = {0};
    struct slice known;
    uint8_t now[EFFECT_BYTES];
    bool due = c->founded, charter = false;
    effect_now(c, now);
    err_t e = c->founded ? local_get(c->store, SETTING_EFFECT, &arena, &known) : ERR_NOT_FOUND;
    if (!e && known.len == sizeof now) {
        due = memcmp(known.at, now, sizeof now) != 0 && memcmp(known.at, now, 16) <= 0;
        charter = memcmp(known.at + 16, now + 16, HASH_BYTES) != 0;
    }
    arena_fini(&arena);
    if (e && e != ERR_NOT_FOUND)
        return e;
    if (due)
        return apply(c, charter);
    c->tally.moved = SIZE_MAX;
    return ERR_OK;
}

static err_t took_effect(struct core *c, err_t e)
{
    c->effect_due = e != ERR_OK;
    c->effect_at = (struct mono){core_mono(c).ms + EFFECT_AGAIN_MS};
    c->erase.flush |= c->erase.any; /* who may attest has changed */
    flow_forgive(c);
    c->joins_due = true;
    if (!e && !c->rekeyed.ms && rotate_due(c))
        c->rekeyed.ms = core_mono(c).ms + REKEYED_MS;
    c->changed = core_mono(c);
    c->change_told = false;
    return e;
}

err_t charters_take_effect(struct core *c)
{
    uint8_t charter[HASH_BYTES];
    bool founded = c->founded;
    if (c->effect_due)
        return charters_settle(c);
    memcpy(charter, c->authority.charter_id, HASH_BYTES);
    err_t e = charters_load(c);
    if (!e && founded)
        e = apply(c, memcmp(charter, c->authority.charter_id, HASH_BYTES) != 0);
    return took_effect(c, e);
}

/* What was in effect before the attempt that failed stands in the store alone. */
err_t charters_settle(struct core *c)
{
    if (!c->effect_due)
        return ERR_OK;
    err_t e = charters_load(c);
    return took_effect(c, e ? e : charters_catch_up(c));
}

/* The peer that sent it knows that it did, and nothing would bring it up again. */
void charters_tick(struct core *c, struct mono now)
{
    if (!c->effect_due || now.ms < c->effect_at.ms)
        return;
    err_t e = charters_settle(c);
    core_note(c, e ? JOURNAL_WARN : JOURNAL_INFO, "charter.effect", "reason=%s", err_name(e));
    if (!e)
        sync_tell_roster(c);
}

/* ---- what peers send ---- */

/* Somebody who stands must have signed it: else strangers could fill the store. */
static bool is_backed(const struct core *c, const struct charter *charter)
{
    for (size_t i = 0; i < charter->signatures_n; i++) {
        const struct site *site = authority_site(&c->authority, charter->signatures[i].site);
        if (site && !site->ended &&
            sign_check(charter->signatures[i].site, DOMAIN_CHARTER, charter->body, charter->signatures[i].signature) ==
                ERR_OK)
            return true;
    }
    return false;
}

static err_t find_known(struct core *c, const uint8_t id[HASH_BYTES], struct arena *arena, struct charter *out,
                        size_t *total)
{
    struct slice *all = NULL;
    size_t n = 0;
    err_t e = rolls_charters(c->store, arena, &all, &n);
    *total = n;
    for (size_t i = 0; i < n && !e; i++) {
        e = charter_decode(all[i], arena, out);
        if (!e && memcmp(out->id, id, HASH_BYTES) == 0)
            return ERR_OK;
    }
    return e ? e : ERR_NOT_FOUND;
}

static err_t merge(struct core *c, const struct charter *known, const struct charter *came, bool *fresh)
{
    struct buf both;
    buf_init(&both, LIMIT_CHARTER_BYTES);
    err_t e = charter_merge(known, came, &c->authority, &both);
    if (!e)
        e = rolls_set_charter(c->store, known->id, buf_slice(&both), fresh);
    buf_fini(&both);
    return e;
}

/* *known_whole: it is here byte for byte. A charter is checked with many signatures: one that says nothing new must not cost them again. */
static err_t put_charter(struct core *c, struct slice carried, bool *fresh, bool *known_whole)
{
    struct arena arena = {0};
    struct charter came, known;
    const uint8_t *alliance = NULL;
    size_t total = 0;
    *fresh = *known_whole = false;
    err_t e = roll_alliance(c->store, &arena, &alliance);
    if (!e)
        e = charter_decode(carried, &arena, &came);
    if (!e && rolls_has_charter(c->store, came.id, carried)) {
        arena_fini(&arena);
        *known_whole = true;
        return ERR_OK;
    }
    if (!e && came.number == 0)
        e = charter_check_founding(&came);
    if (!e && came.number == 0 && memcmp(came.id, alliance, ALLIANCE_BYTES) != 0)
        e = ERR_ALLIANCE;
    if (!e && came.number > 0 && c->founded && !is_backed(c, &came))
        e = ERR_CHARTER;
    if (!e) {
        e = find_known(c, came.id, &arena, &known, &total);
        if (e == ERR_OK)
            e = merge(c, &known, &came, fresh);
        else if (e == ERR_NOT_FOUND)
            e = total < c->authority.charters_n + CANDIDATES_MAX
                    ? rolls_put_charter(c->store, came.id, came.number, carried, fresh)
                    : ERR_OK;
    }
    arena_fini(&arena);
    return e;
}

err_t charters_put(struct core *c, struct slice carried, bool *fresh)
{
    bool known_whole;
    return put_charter(c, carried, fresh, &known_whole);
}

/* One document that stands on nothing we know must not stop the others; a message full of them ends the session. */
static err_t pass_over(struct core *c, const char *what, size_t *others)
{
    core_note(c, JOURNAL_WARN, "charter.passed", "what=%s", what);
    return ++*others > OTHERS_MAX ? ERR_ITEMS : ERR_OK;
}

static err_t put_acts(struct core *c, const struct msg_charter *m, bool *news)
{
    err_t e = ERR_OK;
    size_t others = 0;
    for (size_t i = 0; i < m->acts_n && !e; i++) {
        struct roster_act act;
        bool fresh = false;
        e = roster_decode(m->acts[i], &c->frame, &act);
        if (!e && rolls_has_act(c->store, act.id))
            continue;
        if (!e && !signed_by_registrar(&c->authority, &act)) {
            e = pass_over(c, "act", &others);
            continue;
        }
        if (!e)
            e = rolls_put_act(c->store, act.id, act.number, m->acts[i], &fresh);
        *news |= fresh;
    }
    return e;
}

static err_t put_charters(struct core *c, const struct msg_charter *m, bool *news)
{
    err_t e = ERR_OK;
    size_t others = 0;
    for (size_t i = 0; i < m->charters_n && !e; i++) {
        bool fresh = false, known_whole = false;
        e = put_charter(c, m->charters[i], &fresh, &known_whole);
        if (e == ERR_CHARTER && c->founded) {
            e = pass_over(c, "charter", &others);
            continue;
        }
        *news |= fresh;
        others += !fresh && !known_whole;
        if (!e && others > OTHERS_MAX)
            e = ERR_ITEMS;
    }
    return e;
}

/* Charters first, in effect before the acts are looked at: their registrars are what acts are checked with. */
err_t charters_take(struct core *c, const struct msg_charter *m, bool *news)
{
    bool charters = false, acts = false;
    *news = false;
    err_t e = m->charters_n ? batch_begin(c) : ERR_OK;
    if (m->charters_n && !e)
        e = batch_close(c, put_charters(c, m, &charters));
    if (!e && charters)
        e = charters_take_effect(c);
    if (!e && m->acts_n) {
        e = batch_begin(c);
        e = e ? e : batch_close(c, put_acts(c, m, &acts));
    }
    if (!e && acts)
        e = charters_take_effect(c);
    *news = charters || acts;
    return e ? e : admit_finish(c);
}

/* ---- telling ---- */

/* One page: charters while there are any, then acts. */
static void say_page(struct core *c, const struct outlet *to, const struct authority_input *in, size_t *charter,
                     size_t *act)
{
    struct msg m = {
        .type = MSG_CHARTER, .charter = {.charters = in->charters + *charter, .acts = in->acts + *act}
    };
    size_t bytes = 0;
    while (*charter < in->charters_n && (!bytes || bytes + in->charters[*charter].len <= PAGE_BYTES)) {
        bytes += in->charters[(*charter)++].len + 8;
        m.charter.charters_n++;
    }
    while (*charter == in->charters_n && *act < in->acts_n && (!bytes || bytes + in->acts[*act].len <= PAGE_BYTES)) {
        bytes += in->acts[(*act)++].len + 8;
        m.charter.acts_n++;
    }
    m.charter.more = *charter < in->charters_n || *act < in->acts_n;
    to->say(c, to->to, &m);
}

void charters_tell(struct core *c, const struct outlet *to, bool empty)
{
    struct arena arena = {0};
    struct authority_input in = {0};
    size_t charter = 0, act = 0;
    if (!empty && roll_input(c->store, &arena, &in))
        in = (struct authority_input){0};
    do
        say_page(c, to, &in, &charter, &act);
    while (charter < in.charters_n || act < in.acts_n);
    arena_fini(&arena);
}

/* ---- finding ---- */

err_t charters_find(struct core *c, const char *text, struct arena *arena, struct charter *out)
{
    struct slice *all = NULL;
    size_t n = 0, found = 0;
    struct charter one;
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    bool numbered = *text && !*end;
    if (numbered && number < c->authority.charters_n)
        return find_known(c, c->authority.charters[number].id, arena, out, &n);
    err_t e = rolls_charters(c->store, arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++) {
        char id[BASE32_LEN(HASH_BYTES) + 1];
        e = charter_decode(all[i], arena, &one);
        if (e)
            break;
        base32_encode(slice_of(one.id, HASH_BYTES), id);
        if (!*text || (numbered ? one.number != number : strncmp(id, text, strlen(text)) != 0))
            continue;
        *out = one;
        found++;
    }
    return e ? e : found == 1 ? ERR_OK : found ? ERR_AMBIGUOUS : ERR_NOT_FOUND;
}

/* ---- promises ---- */

err_t charters_promises(struct core *c, struct arena *arena, struct slice **out, size_t *n)
{
    return rolls_promises(c->store, arena, out, n);
}

err_t charters_promise(struct core *c, struct slice carried)
{
    struct promise p;
    bool fresh = false, keep = false;
    err_t e = promise_decode(carried, &p);
    if (!e && !authority_site(&c->authority, p.site))
        e = ERR_STANDING;
    if (!e)
        e = promise_check(&p);
    if (!e)
        e = flood_promise(c, &p, &keep);
    return e || !keep ? e : rolls_put_promise(c->store, p.charter, p.site, carried, &fresh);
}
