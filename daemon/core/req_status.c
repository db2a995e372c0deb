/*
 * req_status: how things stand, and what to do about what is not as it should be.
 */
#include "conf/tr.h"
#include "daemon/commons/fold.h"
#include "daemon/core/announce.h"
#include "daemon/core/asks.h"
#include "daemon/core/beacons.h"
#include "daemon/core/exchange.h"
#include "daemon/core/found.h"
#include "daemon/core/host.h"
#include "daemon/core/own.h"
#include "daemon/core/problems.h"
#include "daemon/core/req.h"
#include "daemon/core/sync.h"
#include "daemon/store/aside.h"
#include "protocol/base/base32.h"
#include <stdio.h>
#include <stdlib.h>

#define PING_TIMEOUT_MS 5000

/* ---- peers ---- */

static const char *state_of(struct core *c, const struct site *site, const struct peer *p, uint64_t behind)
{
    if (!c->serves)
        return "unknown";
    if (!p || !p->hello)
        return p || (reach_wants(c, site) && reach_has_road(c, site->id)) ? "unreachable" : "relayed";
    if (p->state < SESSION_STREAM)
        return "connecting";
    return behind || p->state == SESSION_STREAM ? "syncing" : "live";
}

static json_t *digest_equal(struct core *c, const struct peer *p)
{
    return p && p->state >= SESSION_DIFF ? json_boolean(diff_equal(c, p)) : json_null();
}

/* Of a hosted site, its host's session tells. */
static json_t *peer_json(struct req *r, const struct site *site, struct problems *problems)
{
    struct core *c = r->core;
    uint64_t behind = 0, ahead = 0;
    uint8_t host[SITE_BYTES];
    bool hosted = host_of(c, site->id, host);
    const struct peer *p = sync_peer_of(c, hosted ? host : site->id);
    json_t *out = json_object();
    if (p)
        known_distance(c, p, &behind, &ahead);
    const char *state = state_of(c, site, p, behind);
    err_t cause = p || hosted ? ERR_OK : reach_cause(c, site->id);
    uint64_t penalty_s = p || hosted ? 0 : reach_penalty_s(c, site->id, &cause);
    say_put(out, "name", say_string(site->name));
    req_put_host(r, out, site->id);
    say_ally(&c->authority, out, slice_of(c->authority.allies[site->ally].id, ALLY_BYTES));
    say_put(out, "site", say_id(slice_of(site->id, SITE_BYTES)));
    say_put(out, "state", json_string(state));
    say_put(out, "behind", json_integer((json_int_t)behind));
    say_put(out, "ahead", json_integer((json_int_t)ahead));
    say_put(out, "last_heard_s", p && p->hello ? json_integer((core_mono(c).ms - p->heard.ms) / 1000) : json_null());
    say_put(out, "rtt_ms", p && p->rtt_ms >= 0 ? json_integer(p->rtt_ms) : json_null());
    say_put(out, "transport", json_string(p && exchange_is(c, p->link) ? "http" : "zmq"));
    say_put(out, "digest_equal", digest_equal(c, p));
    say_put(out, "cause", cause ? json_string(err_name(cause)) : json_null());
    say_put(out, "traffic", p ? req_traffic(&p->traffic) : json_null());
    say_put(out, "penalty_s", json_integer((json_int_t)penalty_s));
    if (cause) {
        char name[120];
        problems_name(site->name, name, sizeof name);
        problems_add_err(problems, PROBLEMS_PEER, cause, name, name);
    }
    return out;
}

static void put_peers(struct req *r, struct problems *problems, bool *syncing, bool *missing)
{
    struct core *c = r->core;
    json_t *peers = json_array();
    *syncing = *missing = false;
    for (size_t i = 0; i < c->authority.sites_n; i++) {
        const struct site *site = &c->authority.sites[i];
        if (core_is_own(c, site->id) || site->ended)
            continue;
        json_t *one = peer_json(r, site, problems);
        json_t *equal = json_object_get(one, "digest_equal");
        *syncing |= json_is_false(equal);
        *missing |= c->serves && !json_is_null(json_object_get(one, "cause"));
        say_by_name(peers, one);
    }
    say_put(r->read.result, "peers", peers);
}

/* ---- the site and what it holds ---- */

static void put_site(struct req *r)
{
    struct core *c = r->core;
    const struct own *own = r->own;
    const struct ally *ally = authority_ally_of(&c->authority, own->key.pub);
    struct announcement a;
    char alliance[BASE32_LEN(ALLIANCE_BYTES) + 1];
    base32_encode(slice_of(c->authority.alliance, ALLIANCE_BYTES), alliance);
    say_put(r->read.result, "alliance", c->founded ? say_string(c->authority.name) : json_null());
    say_put(r->read.result, "alliance_id", c->founded ? json_string(alliance) : json_null());
    say_put(r->read.result, "ally", ally ? say_string(ally->name) : json_null());
    say_put(r->read.result, "ally_id", ally ? say_id(slice_of(ally->id, ALLY_BYTES)) : json_null());
    say_put(r->read.result, "site", say_id(slice_of(own->key.pub, SITE_BYTES)));
    say_put(r->read.result, "name", say_string(own->row.name));
    say_put(r->read.result, "charter", json_integer((json_int_t)c->authority.charter_number));
    say_put(r->read.result, "roster", json_integer((json_int_t)c->authority.roster_number));
    say_put(r->read.result, "incarnation", say_u64(own->row.incarnation));
    say_put(r->read.result, "guard", say_string(own->row.guard_path));
    say_put(r->read.result, "registrar", json_boolean(c->is_registrar));
    say_put(r->read.result, "daemon", json_boolean(c->serves));
    json_t *endpoints = json_array();
    if (announce_read(c, own->key.pub, &r->read.arena, &a) == ERR_OK)
        for (size_t i = 0; i < a.endpoints_n; i++)
            json_array_append_new(endpoints, say_string(a.endpoints[i]));
    say_put(r->read.result, "endpoints", endpoints);
}

/* What fell out of the logs. */
static err_t put_aside(struct req *r)
{
    struct aside_row *rows = NULL;
    size_t n = 0;
    err_t e = aside_list(r->core->store, &r->read.arena, &rows, &n);
    say_put(r->read.result, "aside", json_integer((json_int_t)n));
    return e;
}

static err_t put_counts(struct req *r, struct problems *problems)
{
    struct core *c = r->core;
    struct oplog_counts log;
    struct replica_counts all;
    uint64_t unheld = 0;
    char detail[40];
    err_t e = oplog_counts(c->store, &log);
    if (!e)
        e = replica_counts(c->store, &all);
    for (size_t i = 0; i < c->own_n && !e; i++) {
        uint64_t one = 0;
        e = local_unheld(c->store, c->own[i].key.pub, &one);
        unheld += !*read_text(&r->read, "site") || r->own == &c->own[i] ? one : 0;
    }
    if (e)
        return e;
    say_put(r->read.result, "records", json_integer((json_int_t)all.records));
    say_put(r->read.result, "concepts", json_integer((json_int_t)all.concepts));
    say_put(r->read.result, "commits", json_integer((json_int_t)log.commits));
    say_put(r->read.result, "conflicts", json_integer((json_int_t)all.conflicts));
    say_put(r->read.result, "held", json_integer((json_int_t)log.held));
    say_put(r->read.result, "holes", json_integer((json_int_t)log.holes));
    say_put(r->read.result, "unheld", json_integer((json_int_t)unheld));
    snprintf(detail, sizeof detail, "%llu", (unsigned long long)log.held);
    if (log.held)
        problems_add(problems, PROBLEM_LOG_HELD, "", detail);
    snprintf(detail, sizeof detail, "%llu", (unsigned long long)log.holes);
    if (log.holes)
        problems_add(problems, PROBLEM_HOLE, "", detail);
    return ERR_OK;
}

/* Who must act: the secretariat, or whoever is to let us in, whom the inviter named. */
static void put_joining(struct req *r, struct problems *problems)
{
    struct core *c = r->core;
    char words[WORDS_SIZE];
    bool confirm = c->join_wait == ERR_CONFIRM;
    asks_words(core_own(c)->key.pub, words);
    say_put(r->read.result, "join_wait", c->join_wait ? json_string(err_name(c->join_wait)) : json_null());
    say_put(r->read.result, "join_who", json_string(c->join_detail));
    say_put(r->read.result, "join_words", confirm ? json_string(words) : json_null());
    problems_add_err(problems, PROBLEMS_WAIT, c->join_wait ? c->join_wait : ERR_WAITING, c->join_detail,
                     confirm ? words : c->join_detail);
}

static void put_inviter(struct req *r)
{
    struct core *c = r->core;
    struct slice inviter;
    struct peer_address *known = NULL;
    size_t n = 0;
    if (local_get(c->store, SETTING_INVITER, &r->read.arena, &inviter) || inviter.len != SITE_BYTES)
        return;
    say_put(r->read.result, "inviter_reached", json_boolean(sync_peer_of(c, inviter.at) != NULL));
    if (local_addresses(c->store, &r->read.arena, &known, &n) == ERR_OK && n)
        say_put(r->read.result, "inviter_address", say_string(known[0].address));
}

/* A key came back and nothing else: all there is to say is whether anybody answers. */
static void put_recovery(struct req *r, struct problems *problems)
{
    struct core *c = r->core;
    struct peer_address *known = NULL;
    size_t n = 0, reached = 0;
    char text[ADDRESS_MAX_BYTES + 1] = "";
    for (size_t i = 0; i < c->peers_n; i++)
        reached += c->peers[i].hello;
    if (local_addresses(c->store, &r->read.arena, &known, &n) == ERR_OK && n && known[0].address.len < sizeof text)
        memcpy(text, known[0].address.at, known[0].address.len);
    say_put(r->read.result, "inviter_reached", json_boolean(reached > 0));
    say_put(r->read.result, "inviter_address", json_string(text));
    if (!reached)
        problems_add(problems, PROBLEM_RECOVERING, "", text);
}

/* Of what is wrong with a hosted site, its name is told. */
static void put_one(struct problems *problems, struct core *c, const struct own *own)
{
    char name[120] = "", detail[300], words[WORDS_SIZE];
    if (own != c->own)
        problems_name(own->row.name, name, sizeof name);
    err_t why = own_why_not(c, own);
    if (c->founded && why && why != ERR_STANDING && why != ERR_SITE_MOVED)
        problems_add_err(problems, PROBLEMS_WRITING, why, "", name);
    if (own->join_error) {
        snprintf(detail, sizeof detail, "%s%s%s", name, *own->join_detail ? ": " : "", own->join_detail);
        problems_add_err(problems, PROBLEMS_HOSTED, own->join_error, "", detail);
    } else if (own->waits && own->confirm) {
        asks_words(own->key.pub, words);
        snprintf(detail, sizeof detail, "%s: %s", name, words);
        problems_add(problems, PROBLEM_HOSTED_CONFIRM, "", detail);
    } else if (own->waits)
        problems_add(problems, PROBLEM_HOSTED_WAITING, "", name);
}

/* How it is with ourselves: coming in, or a daemon that is not there. */
static void put_self(struct req *r, struct problems *problems)
{
    struct core *c = r->core;
    if (!c->serves && !c->joining)
        problems_add(problems, PROBLEM_STOPPED, "", "");
    if (c->join_error)
        problems_add_err(problems, PROBLEMS_ANSWER, c->join_error, "", c->join_detail);
    else if (c->joining)
        put_joining(r, problems);
    else if (!c->founded)
        put_recovery(r, problems);
}

static const char *overall(const struct core *c, bool syncing, bool missing, bool problems)
{
    if (c->joining)
        return c->join_error ? "refused" : "joining";
    if (!c->serves)
        return "stopped";
    if (!c->founded)
        return "recovering";
    return syncing ? "syncing" : missing || problems ? "degraded" : "ok";
}

/* How long fresh commits of others took to get here, in the last day. */
static void put_propagation(struct req *r)
{
    struct core *c = r->core;
    if (!c->beacons)
        return;
    struct propagation_said said = propagation_say(&c->beacons->propagation, core_mono(c));
    say_put(r->read.result, "propagation",
            said.samples ? json_pack("{s:I, s:I, s:I}", "p50_ms", (json_int_t)said.p50_ms, "p95_ms",
                                     (json_int_t)said.p95_ms, "samples", (json_int_t)said.samples)
                         : json_null());
}

err_t req_status(struct req *r)
{
    struct core *c = r->core;
    bool syncing = false, missing = false;
    json_t *list = json_array();
    struct problems problems;
    problems_init(&problems, r, list);
    known_note_held(c);
    err_t e = digests_update(c);
    put_site(r);
    if (!e)
        e = put_counts(r, &problems);
    if (!e)
        e = put_aside(r);
    for (size_t i = 0; i < c->own_n && !e; i++)
        put_one(&problems, c, &c->own[i]);
    if (!e)
        e = req_site_list(r);
    put_peers(r, &problems, &syncing, &missing);
    req_put_traffic(r);
    put_propagation(r);
    put_self(r, &problems);
    if (!e)
        e = req_put_asks(r);
    problems_put(&problems);
    say_put(r->read.result, "digest", say_hex(slice_of(c->state, HASH_BYTES)));
    say_put(r->read.result, "inputs", say_hex(slice_of(c->inputs, HASH_BYTES)));
    say_put(r->read.result, "fold", json_integer(FOLD_VERSION));
    say_put(r->read.result, "state",
            json_string(overall(c, syncing, missing, c->serves && problems.worst == LEVEL_DEGRADED)));
    if (c->joining)
        put_inviter(r);
    say_put(r->read.result, "join_error", c->join_error ? json_string(err_name(c->join_error)) : json_null());
    say_put(r->read.result, "problems", list);
    return e;
}

/* ---- ping ---- */

/* A site by its name, its ally's name, or the beginning of its id. */
static const struct site *site_named(const struct core *c, const char *text)
{
    const struct authority *a = &c->authority;
    for (size_t i = 0; *text && i < a->sites_n; i++) {
        char id[BASE32_LEN(SITE_BYTES) + 1];
        base32_encode(slice_of(a->sites[i].id, SITE_BYTES), id);
        struct slice ally = a->allies[a->sites[i].ally].name;
        if (slice_equal(a->sites[i].name, slice_text(text)) || slice_equal(ally, slice_text(text)) ||
            strncmp(id, text, strlen(text)) == 0)
            return &a->sites[i];
    }
    return NULL;
}

err_t req_ping(struct req *r)
{
    struct core *c = r->core;
    const struct site *site = site_named(c, read_text(&r->read, "peer"));
    uint8_t host[SITE_BYTES];
    if (site && host_of(c, site->id, host))
        site = authority_site(&c->authority, host);
    if (!site || core_is_own(c, site->id))
        return why_set(&r->read.why, ERR_PEER_UNKNOWN, "%.100s", read_text(&r->read, "peer"));
    if (!c->serves)
        return ERR_NO_DAEMON;
    struct peer *p = sync_peer_of(c, site->id);
    if (!p) {
        err_t cause = reach_cause(c, site->id);
        return why_set(&r->read.why, cause ? cause : ERR_UNREACHABLE, "%.100s", read_text(&r->read, "peer"));
    }
    if (c->pings_n == PENDING_PINGS || r->client.len > sizeof c->pings[0].client)
        return ERR_TIMEOUT;
    struct pending_ping *ping = &c->pings[c->pings_n++];
    memcpy(ping->client, r->client.at, r->client.len);
    ping->client_len = r->client.len;
    ping->link = p->link;
    ping->sent = core_mono(c);
    sync_ping(c, p, ping->sent);
    ping->number = p->ping_number;
    r->later = true;
    return ERR_OK;
}

static void answer_ping(struct core *c, size_t at, json_t *answer)
{
    struct pending_ping ping = c->pings[at];
    memmove(&c->pings[at], &c->pings[at + 1], (c->pings_n - at - 1) * sizeof ping);
    c->pings_n--;
    char *text = json_dumps(answer, JSON_COMPACT);
    if (text)
        c->env.reply(c->env.ctx, slice_of(ping.client, ping.client_len), slice_text(text));
    free(text);
    json_decref(answer);
}

void request_pong(struct core *c, const struct peer *p, uint64_t number)
{
    for (size_t i = c->pings_n; i-- > 0;) {
        if (c->pings[i].link != p->link || c->pings[i].number != number)
            continue;
        const struct site *site = authority_site(&c->authority, p->site);
        answer_ping(c, i,
                    json_pack("{s:i, s:{s:o, s:o, s:I, s:o}}", "exit", 0, "result", "peer",
                              site ? say_string(site->name) : json_null(), "site",
                              say_id(slice_of(p->site, SITE_BYTES)), "rtt_ms",
                              (json_int_t)(core_mono(c).ms - c->pings[i].sent.ms), "digest_equal", digest_equal(c, p)));
    }
}

void request_tick(struct core *c, struct mono now)
{
    for (size_t i = c->pings_n; i-- > 0;)
        if (now.ms - c->pings[i].sent.ms >= PING_TIMEOUT_MS || !sync_peer(c, c->pings[i].link))
            answer_ping(c, i, req_error(ERR_UNREACHABLE, ""));
}
