/*
 * reach: whom to connect to. Every site that charter and roster name and that has an address; while we wait to be admitted, the inviter; before
 * there is a charter, whoever has an address.
 */
#include "daemon/core/announce.h"
#include "daemon/core/found.h"
#include "daemon/core/sync.h"
#include <stdio.h>
#include <stdlib.h>

#define ADDRESSES_MAX 16

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

void reach_done(struct core *c, const uint8_t site[SITE_BYTES])
{
    struct reach *r = entry(c, site);
    if (!r)
        return;
    r->attempts = 0;
    r->cause = ERR_OK;
    r->doubted = false;
    r->due.ms = 0;
}

err_t reach_cause(const struct core *c, const uint8_t site[SITE_BYTES])
{
    const struct reach *r = find(c, site);
    return r ? r->cause : ERR_OK;
}

bool reach_has_link(const struct core *c, const uint8_t site[SITE_BYTES])
{
    for (size_t i = 0; i < c->peers_n; i++)
        if (c->peers[i].has_site && memcmp(c->peers[i].site, site, SITE_BYTES) == 0)
            return true;
    return false;
}

/* What the site itself announced, then what invitations and people told us. */
static size_t addresses_under(struct core *c, const uint8_t site[SITE_BYTES], struct arena *arena,
                              struct slice out[ADDRESSES_MAX])
{
    struct announcement a;
    struct peer_address *known = NULL;
    size_t n = 0, known_n = 0;
    uint8_t host[SITE_BYTES];
    bool announced = announce_read(c, site, arena, &a) == ERR_OK;
    /* Its host's session carries all that is its. */
    if (announced && announce_host(&a, host))
        return 0;
    if (announced)
        for (size_t i = 0; i < a.endpoints_n && n < ADDRESSES_MAX; i++)
            out[n++] = a.endpoints[i];
    if (local_addresses(c->store, arena, &known, &known_n))
        known_n = 0;
    for (size_t i = 0; i < known_n && n < ADDRESSES_MAX; i++)
        if (memcmp(known[i].site, site, SITE_BYTES) == 0)
            out[n++] = known[i].address;
    return n;
}

/* A new key is where the old one was, until it says otherwise. */
static size_t addresses_of(struct core *c, const uint8_t site[SITE_BYTES], struct arena *arena,
                           struct slice out[ADDRESSES_MAX])
{
    size_t n = addresses_under(c, site, arena, out);
    for (const uint8_t *old = site; !n && (old = authority_replaces(&c->authority, old));)
        n = addresses_under(c, old, arena, out);
    return n;
}

static void try_site(struct core *c, const uint8_t site[SITE_BYTES], struct mono now)
{
    struct reach *r = core_is_own(c, site) || reach_has_link(c, site) ? NULL : entry(c, site);
    struct slice addresses[ADDRESSES_MAX];
    struct arena arena = {0};
    char text[ADDRESS_MAX_BYTES + 1];
    if (!r || r->due.ms > now.ms)
        return;
    size_t n = addresses_of(c, site, &arena, addresses);
    if (n) {
        struct slice address = addresses[r->next_address++ % n];
        struct peer *p = address.len <= ADDRESS_MAX_BYTES ? sync_new_peer(c, ++c->next_link) : NULL;
        if (p) {
            memcpy(text, address.at, address.len);
            text[address.len] = 0;
            p->outgoing = p->has_site = true;
            memcpy(p->site, site, SITE_BYTES);
            c->env.connect(c->env.ctx, p->link, site, text);
        }
    }
    arena_fini(&arena);
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
        if (!c->authority.sites[i].ended)
            try_site(c, c->authority.sites[i].id, now);
    arena_clear(&c->frame);
    if (c->joining && local_get(c->store, SETTING_INVITER, &c->frame, &inviter) == ERR_OK && inviter.len == SITE_BYTES)
        try_site(c, inviter.at, now);
}
