/*
 * reach: whom to connect to. Every site that charter and roster name and that has an address; while we wait to be admitted, the inviter; before
 * there is a charter, whoever has an address.
 */
#include "daemon/core/announce.h"
#include "daemon/core/exchange.h"
#include "daemon/core/found.h"
#include "daemon/core/own.h"
#include "daemon/core/sync.h"
#include "peers/address.h"
#include "protocol/base/base32.h"
#include <stdio.h>
#include <stdlib.h>

#define OFFENCES_FREE    4       /* a program that is being mended, or one of another age, is no abuse yet */
#define OFFENCES_LAST_MS 3600000 /* after an hour without one they are forgotten */
#define REPLACED_S       30      /* before a machine whose link another one took comes back */
#define TWIN_MS                                                                                                        \
    600000 /* two machines with one key take turns every minute; two links at once are a matter of seconds */
#define ADDRESSES_MAX 16
#define ZMQ_AGAIN_MS  600000 /* a site that was reached over HTTP alone may have become reachable over ZeroMQ */

struct addresses {
    struct slice at[ADDRESSES_MAX];
    size_t n;
};

static struct reach *find(const struct core *c, const uint8_t site[SITE_BYTES])
{
    for (size_t i = 0; i < c->reach_n; i++)
        if (memcmp(c->reach[i].site, site, SITE_BYTES) == 0)
            return &c->reach[i];
    return NULL;
}

static struct reach *entry(struct core *c, const uint8_t site[SITE_BYTES])
{
    struct reach *r = find(c, site);
    if (r)
        return r;
    void *array = c->reach;
    err_t e = core_grow(&array, c->reach_n, &c->reach_room, sizeof *c->reach);
    c->reach = array;
    if (e)
        return NULL;
    r = &c->reach[c->reach_n++];
    *r = (struct reach){.attempts = 0};
    memcpy(r->site, site, SITE_BYTES);
    return r;
}

void reach_failed(struct core *c, const uint8_t site[SITE_BYTES], err_t why)
{
    struct reach *r = entry(c, site);
    uint32_t random = 0;
    if (!r)
        return;
    c->env.random(c->env.ctx, &random, sizeof random);
    /* A peer that stops in the middle of the handshake looks like one that does not know the key we ask for: only twice is an alarm. */
    r->cause = why == ERR_PEER_KEY && !r->doubted ? ERR_UNREACHABLE : why;
    r->doubted = why == ERR_PEER_KEY;
    r->attempts++;
    r->due.ms = core_mono(c).ms + session_backoff_ms(r->attempts, random);
}

void reach_wait(struct core *c, const uint8_t site[SITE_BYTES], uint64_t seconds)
{
    struct reach *r = entry(c, site);
    int64_t until = core_mono(c).ms + (int64_t)seconds * 1000;
    if (r && r->due.ms < until)
        r->due.ms = until;
}

void reach_replaced(struct core *c, const uint8_t site[SITE_BYTES])
{
    struct mono now = core_mono(c);
    struct reach *r = entry(c, site);
    if (!r)
        return;
    /* Once may have been two links of ours that crossed. */
    if (r->replaced_at.ms && now.ms - r->replaced_at.ms < TWIN_MS)
        own_twin(c, TWIN_MS);
    r->replaced_at = now;
    reach_wait(c, site, REPLACED_S);
}

void reach_met(struct core *c, const uint8_t site[SITE_BYTES])
{
    struct reach *r = entry(c, site);
    if (!r)
        return;
    r->cause = ERR_OK;
    r->doubted = false;
    r->next_address = 0;
    r->zmq_tried = core_mono(c);
    /* Who waits to be admitted, or asks with nothing but a key, gets no further than that. */
    if (!hello_we_stand(c))
        reach_live(c, site);
}

void reach_live(struct core *c, const uint8_t site[SITE_BYTES])
{
    struct reach *r = entry(c, site);
    if (!r)
        return;
    r->attempts = 0;
    r->due.ms = 0;
}

err_t reach_cause(const struct core *c, const uint8_t site[SITE_BYTES])
{
    const struct reach *r = find(c, site);
    return r ? r->cause : ERR_OK;
}

uint64_t reach_penalty_s(const struct core *c, const uint8_t site[SITE_BYTES], err_t *offence)
{
    const struct reach *r = find(c, site);
    int64_t left = r ? r->penalty_until.ms - core_mono(c).ms : 0;
    if (left <= 0)
        return 0;
    *offence = r->offence;
    return (uint64_t)(left + 999) / 1000;
}

uint64_t reach_offended(struct core *c, const uint8_t site[SITE_BYTES], err_t why)
{
    struct mono now = core_mono(c);
    struct reach *r = entry(c, site);
    uint32_t random = 0;
    err_t offence = why;
    char text[SHORT_LEN + 1];
    if (!r)
        return 0;
    r->offences = now.ms - r->offended.ms < OFFENCES_LAST_MS ? r->offences + 1 : 1;
    r->offended = now;
    r->offence = why;
    if (r->offences <= OFFENCES_FREE)
        return 0;
    c->env.random(c->env.ctx, &random, sizeof random);
    r->penalty_until.ms = now.ms + session_backoff_ms(r->offences - OFFENCES_FREE, random);
    uint64_t wait_s = reach_penalty_s(c, site, &offence);
    core_note(c, JOURNAL_WARN, "peer.penalty", "site=%s reason=%s offences=%u wait_s=%llu",
              core_short(slice_of(site, SITE_BYTES), text), err_name(why), r->offences, (unsigned long long)wait_s);
    reach_wait(c, site, wait_s);
    return wait_s;
}

bool reach_has_link(const struct core *c, const uint8_t site[SITE_BYTES])
{
    for (size_t i = 0; i < c->peers_n; i++)
        if (c->peers[i].has_site && memcmp(c->peers[i].site, site, SITE_BYTES) == 0)
            return true;
    return false;
}

static bool listed(const char *list, struct slice name)
{
    for (const char *at = list; *at; at += strcspn(at, ","), at += strspn(at, ", ")) {
        size_t n = strcspn(at, ",");
        while (n && at[n - 1] == ' ')
            n--;
        if (slice_equal(slice_of(at, n), name))
            return true;
    }
    return false;
}

bool reach_wants(const struct core *c, const struct site *site)
{
    char id[BASE32_LEN(SITE_BYTES) + 1];
    if (!*c->only)
        return true;
    base32_encode(slice_of(site->id, SITE_BYTES), id);
    return listed(c->only, site->name) || listed(c->only, c->authority.allies[site->ally].name) ||
           listed(c->only, slice_text(id));
}

static bool is_url(struct slice address)
{
    char text[ADDRESS_MAX_BYTES + 1] = "";
    memcpy(text, address.at, address.len);
    return address_is_url(text);
}

static void add(struct addresses *out, struct slice address, bool urls)
{
    for (size_t i = 0; i < out->n; i++)
        if (slice_equal(out->at[i], address))
            return;
    if (out->n < ADDRESSES_MAX && address.len && address.len <= ADDRESS_MAX_BYTES && is_url(address) == urls)
        out->at[out->n++] = address;
}

/* What the site itself announced, then what invitations and people told us: of one transport. */
static void add_under(struct core *c, const uint8_t site[SITE_BYTES], bool urls, struct arena *arena,
                      struct addresses *out)
{
    struct announcement a;
    struct peer_address *known = NULL;
    size_t known_n = 0;
    uint8_t host[SITE_BYTES];
    bool announced = announce_read(c, site, arena, &a) == ERR_OK;
    /* Its host's session carries all that is its. */
    if (announced && announce_host(&a, host))
        return;
    if (announced)
        for (size_t i = 0; i < a.endpoints_n; i++)
            add(out, a.endpoints[i], urls);
    if (local_addresses(c->store, arena, &known, &known_n))
        known_n = 0;
    for (size_t i = 0; i < known_n; i++)
        if (memcmp(known[i].site, site, SITE_BYTES) == 0)
            add(out, known[i].address, urls);
}

/* A new key is where the old one was, until it says otherwise. */
static void add_addresses(struct core *c, const uint8_t site[SITE_BYTES], bool urls, struct arena *arena,
                          struct addresses *out)
{
    size_t before = out->n;
    add_under(c, site, urls, arena, out);
    for (const uint8_t *old = site; out->n == before && (old = authority_replaces(&c->authority, old));)
        add_under(c, old, urls, arena, out);
}

static void connect_to(struct core *c, const uint8_t site[SITE_BYTES], struct slice address)
{
    char text[ADDRESS_MAX_BYTES + 1] = "";
    struct peer *p = sync_new_peer(c, ++c->next_link);
    if (!p)
        return;
    memcpy(text, address.at, address.len);
    p->outgoing = p->has_site = true;
    memcpy(p->site, site, SITE_BYTES);
    if (is_url(address))
        exchange_connect(c, p->link, site, address);
    else
        c->env.connect(c->env.ctx, p->link, site, text);
}

/* Over ZeroMQ first. */
static void usable_addresses(struct core *c, const uint8_t site[SITE_BYTES], struct arena *arena, struct addresses *out)
{
    if (!c->without_zmq)
        add_addresses(c, site, false, arena, out);
    if (!c->without_http)
        add_addresses(c, site, true, arena, out);
}

/* Each failure leads to the next address. */
static void try_site(struct core *c, const uint8_t site[SITE_BYTES], struct mono now)
{
    struct reach *r = core_is_own(c, site) || reach_has_link(c, site) ? NULL : entry(c, site);
    struct addresses all = {.n = 0};
    struct arena arena = {0};
    if (!r || r->due.ms > now.ms)
        return;
    usable_addresses(c, site, &arena, &all);
    if (all.n)
        connect_to(c, site, all.at[r->next_address++ % all.n]);
    arena_fini(&arena);
}

/* Beside a link of ours over HTTP: where it succeeds, both sides keep the newer one. */
static void try_zmq_again(struct core *c, const uint8_t site[SITE_BYTES], struct mono now)
{
    const struct peer *p = sync_peer_of(c, site);
    struct reach *r = p && p->outgoing && exchange_is(c, p->link) ? entry(c, site) : NULL;
    struct addresses all = {.n = 0};
    struct arena arena = {0};
    if (!r || c->without_zmq || now.ms - r->zmq_tried.ms < ZMQ_AGAIN_MS)
        return;
    r->zmq_tried = now;
    add_addresses(c, site, false, &arena, &all);
    if (all.n)
        connect_to(c, site, all.at[0]);
    arena_fini(&arena);
}

bool reach_has_road(struct core *c, const uint8_t site[SITE_BYTES])
{
    struct addresses all = {.n = 0};
    struct arena arena = {0};
    usable_addresses(c, site, &arena, &all);
    arena_fini(&arena);
    return all.n != 0;
}

/* Of an alliance we only know the id yet (a key came back, and nothing else): whoever we have an address of may tell us its charter. */
static void try_addresses(struct core *c, struct mono now)
{
    struct peer_address *known = NULL;
    struct arena arena = {0};
    size_t n = 0;
    if (local_addresses(c->store, &arena, &known, &n))
        n = 0;
    for (size_t i = 0; i < n; i++)
        try_site(c, known[i].site, now);
    arena_fini(&arena);
}

void reach_tick(struct core *c, struct mono now)
{
    struct slice inviter;
    if (!c->serves)
        return;
    if (!c->founded && !c->joining)
        try_addresses(c, now);
    for (size_t i = 0; i < c->authority.sites_n; i++)
        if (!c->authority.sites[i].ended && reach_wants(c, &c->authority.sites[i])) {
            try_site(c, c->authority.sites[i].id, now);
            try_zmq_again(c, c->authority.sites[i].id, now);
        }
    arena_clear(&c->frame);
    if (c->joining && local_get(c->store, SETTING_INVITER, &c->frame, &inviter) == ERR_OK && inviter.len == SITE_BYTES)
        try_site(c, inviter.at, now);
}
