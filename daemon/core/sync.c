#include "daemon/core/sync.h"
#include "daemon/commons/fold.h"
#include "daemon/core/admit.h"
#include "daemon/core/beacons.h"
#include "daemon/core/exchange.h"
#include "daemon/core/ingest.h"
#include "daemon/core/request.h"
#include "protocol/wire/fault.h"
#include <stdio.h>
#include <stdlib.h>

#define PING_EVERY_MS 5000
#define SILENCE_MS    20000
#define STRANGER_MS                                                                                                    \
    30000 /* for HELLO, CHARTER and JOIN, which is answered at once: then it comes back, or nobody invited it */
#define STRANGER_SOON 5000 /* after that a stranger makes room for the next one */
#define HELD_EVERY_MS 10000
#define SETTLE_MS     150 /* digests are told this long after the last change */

/* ---- links ---- */

struct peer *sync_peer(struct core *c, uint64_t link)
{
    for (size_t i = 0; i < c->peers_n; i++)
        if (c->peers[i].link == link)
            return &c->peers[i];
    return NULL;
}

struct peer *sync_peer_of(struct core *c, const uint8_t site[SITE_BYTES])
{
    for (size_t i = 0; i < c->peers_n; i++)
        if (c->peers[i].hello && c->peers[i].has_site && memcmp(c->peers[i].site, site, SITE_BYTES) == 0)
            return &c->peers[i];
    return NULL;
}

static void peer_fini(struct peer *p)
{
    free(p->logs);
    free(p->serves);
    free(p->vector_sites);
    free(p->joins_out);
    free(p->told);
}

void sync_add_traffic(struct traffic *sum, const struct traffic *one)
{
    sum->bytes_in += one->bytes_in;
    sum->bytes_out += one->bytes_out;
    sum->commits_in += one->commits_in;
    sum->commits_again += one->commits_again;
    sum->commit_bytes_in += one->commit_bytes_in;
    sum->commit_bytes_again += one->commit_bytes_again;
}

static void drop(struct core *c, struct peer *p)
{
    known_note_held(c);
    sync_add_traffic(&c->past, &p->traffic);
    peer_fini(p);
    size_t at = (size_t)(p - c->peers);
    memmove(p, p + 1, (c->peers_n - at - 1) * sizeof *p);
    c->peers_n--;
    c->reach_dirty = true;
}

size_t sync_send(struct core *c, struct peer *p, const struct msg *m)
{
    struct buf out;
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    err_t e = msg_encode(m, &out);
    size_t size = out.len;
    if (e)
        core_note(c, JOURNAL_ERROR, "message.unsent", "type=%s reason=%s", msg_name(m->type), err_name(e));
    else
        exchange_send(c, p->link, buf_slice(&out));
    p->traffic.bytes_out += e ? 0 : size;
    buf_fini(&out);
    return e ? 0 : size;
}

void sync_say(struct core *c, void *peer, const struct msg *m)
{
    sync_send(c, peer, m);
}

void sync_bye(struct core *c, struct peer *p, err_t why, const char *detail)
{
    sync_bye_wait(c, p, why, detail, 0);
}

void sync_bye_wait(struct core *c, struct peer *p, err_t why, const char *detail, uint64_t wait_s)
{
    char site[SHORT_LEN + 1] = "-";
    if (p->has_site)
        core_short(slice_of(p->site, SITE_BYTES), site);
    core_note(c, why && why != ERR_STANDING ? JOURNAL_WARN : JOURNAL_INFO, "session.end", "site=%s reason=%s detail=%s",
              site, err_name(why), detail);
    struct msg m = {
        .type = MSG_BYE,
        .bye = {.code = slice_text(err_name(why)), .reason = slice_text(detail), .retry_after_s = wait_s}
    };
    sync_send(c, p, &m);
    exchange_close(c, p->link);
    if (p->has_site && why)
        reach_failed(c, p->site, why);
    drop(c, p);
}

static bool is_stranger(const struct peer *p)
{
    return p->up && !p->member && !p->outgoing;
}

/* Room for one more, made where the oldest of them has had its time. */
static bool room_for_stranger(struct core *c)
{
    struct peer *oldest = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->peers_n; i++) {
        struct peer *p = &c->peers[i];
        if (!is_stranger(p))
            continue;
        n++;
        if (!oldest || p->since.ms < oldest->since.ms)
            oldest = p;
    }
    if (n < LIMIT_UNKNOWN_LINKS)
        return true;
    if (core_mono(c).ms - oldest->since.ms < STRANGER_SOON)
        return false;
    sync_bye(c, oldest, ERR_STANDING, "stranger");
    return true;
}

void sync_move(struct core *c, struct peer *p, enum session_state to)
{
    if (session_move(p->state, to))
        core_note(c, JOURNAL_ERROR, "session.move", "from=%s to=%s", session_state_name(p->state),
                  session_state_name(to));
    else
        p->state = to;
    if (to == SESSION_LIVE && p->state == to)
        reach_live(c, p->site);
}

/* An incoming link that nobody is known behind is one of few. */
static bool is_admitted_curve(const struct core *c, const uint8_t curve[32])
{
    uint8_t known[32];
    for (size_t i = 0; i < c->authority.sites_n; i++)
        if (!c->authority.sites[i].ended && sign_curve_public(c->authority.sites[i].id, known) == ERR_OK &&
            memcmp(known, curve, sizeof known) == 0)
            return true;
    return false;
}

struct peer *sync_new_peer(struct core *c, uint64_t link)
{
    void *array = c->peers;
    err_t e = core_grow(&array, c->peers_n, &c->peers_room, sizeof *c->peers);
    c->peers = array;
    if (e)
        return NULL;
    struct peer *p = &c->peers[c->peers_n++];
    *p = (struct peer){
        .link = link, .state = SESSION_CLOSED, .rtt_ms = -1, .credit = LIMIT_CREDIT_BYTES, .heard = core_mono(c)};
    return p;
}

/* The newest link of a key is the likeliest to be alive: older ones that never said a word make room. */
static void end_silent(struct core *c, const uint8_t curve[32])
{
    struct peer *oldest = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->peers_n; i++) {
        struct peer *p = &c->peers[i];
        if (p->outgoing || p->hello || memcmp(p->curve, curve, sizeof p->curve) != 0)
            continue;
        oldest = oldest ? oldest : p;
        n++;
    }
    if (n >= PEER_LINKS_MAX)
        sync_bye(c, oldest, ERR_OK, "duplicate");
}

void sync_link_up(struct core *c, uint64_t link, const uint8_t *site, const uint8_t curve[32])
{
    struct peer *p = sync_peer(c, link);
    if (!p && !is_admitted_curve(c, curve) && !room_for_stranger(c)) {
        exchange_close(c, link);
        return;
    }
    if (!p) {
        end_silent(c, curve);
        p = sync_new_peer(c, link);
    }
    if (!p)
        return;
    p->outgoing = site != NULL;
    p->up = true;
    p->since = p->heard = core_mono(c);
    memcpy(p->curve, curve, sizeof p->curve);
    sync_move(c, p, SESSION_HELLO);
    hello_say(c, &(struct outlet){sync_say, p});
}

void sync_link_down(struct core *c, uint64_t link, err_t why)
{
    struct peer *p = sync_peer(c, link);
    if (!p)
        return;
    if (p->has_site) {
        char site[SHORT_LEN + 1];
        core_note(c, p->hello ? JOURNAL_INFO : JOURNAL_DEBUG, "link.down", "site=%s reason=%s",
                  core_short(slice_of(p->site, SITE_BYTES), site), err_name(why));
        /* A second attempt beside a session that stands says nothing about reaching that site. */
        if (p->outgoing && (p->hello || !sync_peer_of(c, p->site)))
            reach_failed(c, p->site, why ? why : ERR_UNREACHABLE);
    }
    drop(c, p);
    flow_ask(c);
}

/* ---- PING, BYE, and the table ---- */

void sync_ping(struct core *c, struct peer *p, struct mono now)
{
    if (digests_update(c))
        return;
    struct msg m = {
        .type = MSG_PING, .ping = {.number = ++p->ping_number, .fold = FOLD_VERSION}
    };
    memcpy(m.ping.inputs, c->inputs, HASH_BYTES);
    memcpy(m.ping.state, c->state, HASH_BYTES);
    p->pinged = now;
    sync_send(c, p, &m);
}

static void take_digests(struct peer *p, const struct msg_ping *m)
{
    memcpy(p->theirs.inputs, m->inputs, HASH_BYTES);
    memcpy(p->theirs.state, m->state, HASH_BYTES);
    p->theirs.fold = m->fold;
}

static err_t on_ping(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    take_digests(p, &m->ping);
    if (digests_update(c))
        return ERR_OK;
    struct msg answer = {
        .type = MSG_PONG, .ping = {.number = m->ping.number, .fold = FOLD_VERSION}
    };
    memcpy(answer.ping.inputs, c->inputs, HASH_BYTES);
    memcpy(answer.ping.state, c->state, HASH_BYTES);
    sync_send(c, p, &answer);
    diff_digests(c, p, core_mono(c));
    return ERR_OK;
}

static err_t on_pong(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    take_digests(p, &m->ping);
    if (m->ping.number == p->ping_number)
        p->rtt_ms = core_mono(c).ms - p->pinged.ms;
    request_pong(c, p, m->ping.number);
    diff_digests(c, p, core_mono(c));
    return ERR_OK;
}

/* What of a peer's reasons our status repeats: those that somebody here can do something about. */
static err_t told_cause(struct slice code)
{
    static const err_t causes[] = {ERR_STANDING, ERR_ALLIANCE, ERR_VERSION};
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (slice_equal(code, slice_text(err_name(causes[i]))))
            return causes[i];
    return ERR_UNREACHABLE;
}

static err_t on_bye(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    char site[SHORT_LEN + 1] = "-", quoted[80], text[64] = "";
    size_t n = m->bye.reason.len < sizeof text ? m->bye.reason.len : sizeof text - 1;
    memcpy(text, m->bye.reason.at, n);
    journal_quote(text, quoted, sizeof quoted);
    core_note(c, JOURNAL_INFO, "session.bye", "site=%s reason=%s", core_short(slice_of(p->site, SITE_BYTES), site),
              quoted);
    exchange_close(c, p->link);
    if (p->has_site && m->bye.retry_after_s)
        reach_wait(c, p->site, m->bye.retry_after_s);
    uint8_t lost[SITE_BYTES];
    bool ours = p->outgoing && p->has_site, known = p->has_site, replaced = strcmp(text, "duplicate") == 0;
    memcpy(lost, p->site, SITE_BYTES);
    drop(c, p);
    if (ours && !replaced)
        reach_failed(c, lost, told_cause(m->bye.code));
    if (known && replaced && !reach_has_link(c, lost))
        reach_replaced(c, lost);
    return ERR_OK;
}

static err_t on_hello(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    return hello_take(c, p, &m->hello);
}
static err_t on_charter(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    return hello_charter(c, p, &m->charter);
}
static err_t on_join(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    return hello_join(c, p, &m->join);
}
static err_t on_vouch(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    return hello_vouch(c, p, &m->join);
}
static err_t on_welcome(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    return hello_welcome(c, p, &m->welcome);
}
static err_t on_erase(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)p, (void)bytes;
    return early_erase(c, &m->bins);
}
static err_t on_fork(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)p, (void)bytes;
    return early_fork(c, &m->fork);
}
static err_t on_promise(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)p, (void)bytes;
    return early_promise(c, &m->bins);
}
static err_t on_vector(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    return diff_vector(c, p, &m->vector);
}
static err_t on_want(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    return flow_want(c, p, &m->want);
}
static err_t on_run(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    return flow_run(c, p, &m->run, bytes);
}
static err_t on_ack(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    return flow_ack(c, p, &m->ack);
}
static err_t on_new(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    return flow_new(c, p, &m->fresh, bytes);
}

static err_t on_beacon(struct core *c, struct peer *p, const struct msg *m, size_t bytes)
{
    (void)bytes;
    return beacons_take(c, p, &m->beacon);
}

typedef err_t handler_fn(struct core *c, struct peer *p, const struct msg *m, size_t bytes);
static handler_fn *const handlers[] = {
    [MSG_HELLO] = on_hello,     [MSG_CHARTER] = on_charter, [MSG_VECTOR] = on_vector,   [MSG_WANT] = on_want,
    [MSG_RUN] = on_run,         [MSG_ACK] = on_ack,         [MSG_NEW] = on_new,         [MSG_JOIN] = on_join,
    [MSG_WELCOME] = on_welcome, [MSG_PING] = on_ping,       [MSG_PONG] = on_pong,       [MSG_BYE] = on_bye,
    [MSG_ERASE] = on_erase,     [MSG_FORK] = on_fork,       [MSG_PROMISE] = on_promise, [MSG_VOUCH] = on_vouch,
    [MSG_BEACON] = on_beacon,
};

/* Its membership ended, or its key was replaced, and it goes on as a member would: it may not know yet, and that is no fault of its own. */
static bool lost_standing(const struct core *c, const struct peer *p, enum msg_type type)
{
    enum session_state next;
    return p->hello && !p->member && authority_site(&c->authority, p->site) &&
           session_step(p->state, false, type, &next);
}

/* For a person (PROTOCOL.md §8.3): what was wrong with it, or where it did not belong. */
static void reason_of(struct core *c, struct slice bytes, const struct msg *m, bool decoded, enum session_state at,
                      bool allowed, char out[FAULT_TEXT_MAX])
{
    if (!decoded)
        fault_name(bytes, &c->frame, out);
    else
        snprintf(out, FAULT_TEXT_MAX, "%s%s%s", msg_name(m->type), allowed ? "" : "@",
                 allowed ? "" : session_state_name(at));
}

void sync_frame(struct core *c, uint64_t link, struct slice bytes)
{
    struct peer *p = sync_peer(c, link);
    struct msg m;
    if (!p)
        return;
    p->heard = core_mono(c);
    p->traffic.bytes_in += bytes.len;
    arena_clear(&c->frame);
    err_t e = msg_decode(bytes, &c->frame, &m);
    enum session_state at = p->state, next = at;
    char reason[FAULT_TEXT_MAX];
    bool decoded = !e;
    /* A peer we have not heard of may be one whose charter would tell us: until we stand ourselves, everybody may speak. */
    bool trusted = p->member || !hello_we_stand(c);
    if (!e && !trusted && lost_standing(c, p, m.type)) {
        sync_bye(c, p, ERR_STANDING, authority_replacement(&c->authority, p->site) ? "replaced" : "ended");
        flow_ask(c);
        return;
    }
    if (!e)
        e = session_step(p->state, trusted, m.type, &next);
    bool allowed = !e;
    if (!e) {
        p->state = next;
        e = handlers[m.type](c, p, &m, bytes.len);
    }
    if (e && !ingest_survives(e)) {
        core_note(c, JOURNAL_ERROR, "core.error", "reason=%s", err_name(e));
        c->fatal = e == ERR_DISK ? e : c->fatal;
        if (c->fatal)
            return;
    }
    /* What was dropped here for want of room would never be sent again in this session, nor its credit given back. */
    p = sync_peer(c, link);
    if (e && p) {
        bool offends = p->hello && p->member && ingest_survives(e);
        reason_of(c, bytes, &m, decoded, at, allowed, reason);
        sync_bye_wait(c, p, e, reason, offends ? reach_offended(c, p->site, e) : 0);
    }
    flow_ask(c);
}

/* ---- time ---- */

static void tick_peer(struct core *c, struct peer *p, struct mono now)
{
    bool changed = !c->change_told && now.ms - c->changed.ms >= SETTLE_MS;
    if (p->state >= SESSION_CHARTER && (changed || now.ms - p->pinged.ms >= PING_EVERY_MS))
        sync_ping(c, p, now);
}

/* Pings keep a member's link; a stranger's, whatever it says, would be one of few places for ever. */
static void end_overdue(struct core *c, struct mono now)
{
    for (size_t i = c->peers_n; i-- > 0;) {
        struct peer *p = &c->peers[i];
        if (p->up && now.ms - p->heard.ms >= SILENCE_MS)
            sync_bye(c, p, ERR_TIMEOUT, "silence");
        else if (is_stranger(p) && now.ms - p->since.ms >= STRANGER_MS && hello_we_stand(c))
            sync_bye(c, p, ERR_STANDING, "stranger");
    }
}

void sync_tick(struct core *c, struct mono now)
{
    end_overdue(c, now);
    for (size_t i = 0; i < c->peers_n; i++)
        tick_peer(c, &c->peers[i], now);
    if (!c->change_told && now.ms - c->changed.ms >= SETTLE_MS)
        c->change_told = true;
    c->ask_due = true;
    flow_ask(c);
    if (now.ms - c->held_at.ms >= HELD_EVERY_MS)
        known_note_held(c);
    holes_tick(c, now);
    reach_tick(c, now);
}

void sync_stop(struct core *c)
{
    while (c->peers_n)
        sync_bye(c, &c->peers[c->peers_n - 1], ERR_OK, "stopping");
}

void sync_free(struct core *c)
{
    for (size_t i = 0; i < c->peers_n; i++)
        peer_fini(&c->peers[i]);
    free(c->peers);
    free(c->reach);
}
