/*
 * exchange_answer: the side that is asked. A session is named first and begins with the request that names it: what somebody recorded and sends again
 * changes nothing.
 */
#include "daemon/core/exchange.h"
#include "daemon/core/sync.h"

/* ---- answering ---- */

static void answer(struct core *c, const struct exchange_response *r, const uint8_t self[SITE_BYTES], uint64_t ticket,
                   const uint8_t hash[HASH_BYTES])
{
    struct own *own = exchange_own(c, self);
    struct buf body;
    buf_init(&body, LIMIT_HTTP_EXCHANGE_BYTES);
    err_t e = own ? exchange_response_encode(r, &own->key, hash, &body) : ERR_KEY_MISSING;
    c->env.answer(c->env.ctx, ticket, e ? 503 : 200, e ? ERR_UNANSWERED : ERR_OK, buf_slice(&body));
    buf_fini(&body);
}

/* Everything they do not have, as far as it fits, or what is small. */
static void give(struct core *c, struct exchange *x, uint64_t ticket, const uint8_t hash[HASH_BYTES], uint64_t received,
                 bool all)
{
    struct slice list[EXCHANGE_LIST];
    uint64_t end = exchange_end(x);
    struct exchange_response r = {.first = received > x->first && received <= end ? received : x->first,
                                  .messages = list};
    size_t rest = x->said_bytes;
    r.messages_n = all || rest <= EXCHANGE_SMALL_BYTES ? exchange_pick(x, r.first, EXCHANGE_GIVE_BYTES, all, list) : 0;
    r.received = x->taken;
    r.open = !x->over || r.first + r.messages_n < end;
    memcpy(r.session, x->session, sizeof r.session);
    if (x->given < r.first + r.messages_n)
        x->given = r.first + r.messages_n;
    answer(c, &r, x->self, ticket, hash);
}

static void release(struct core *c, struct exchange *x)
{
    uint64_t ticket = x->held.ticket;
    x->held.ticket = 0;
    if (ticket)
        give(c, x, ticket, x->held.hash, x->held.received, true);
}

void exchange_answer_flush(struct core *c, struct exchange *x, struct mono now)
{
    if (x->held.ticket && (x->over || exchange_end(x) > x->given || now.ms >= x->held.until.ms))
        release(c, x);
}

/* ---- naming a session ---- */

static bool is_new(const struct exchange *x)
{
    return !x->asks && !x->up && !x->over;
}

/* Room for one more: the oldest of the same site goes, or of those nobody knows. */
static void make_room(struct core *c, const uint8_t from[SITE_BYTES])
{
    struct exchange *same = NULL, *stranger = NULL;
    size_t same_n = 0, strangers_n = 0;
    for (size_t i = 0; i < c->exchanges_n; i++) {
        struct exchange *x = c->exchanges[i];
        if (!is_new(x))
            continue;
        if (memcmp(x->site, from, SITE_BYTES) == 0 && same_n++ == 0)
            same = x;
        if (!core_admits(c, x->site) && strangers_n++ == 0)
            stranger = x;
    }
    if (same_n >= EXCHANGE_NEW_SITE)
        same->over = same->gone = true;
    else if (strangers_n >= EXCHANGE_NEW_MAX && !core_admits(c, from))
        stranger->over = stranger->gone = true;
}

static void name_session(struct core *c, const struct exchange_request *r, uint64_t ticket,
                         const uint8_t hash[HASH_BYTES])
{
    make_room(c, r->from);
    bool full = c->exchanges_n >= EXCHANGE_MAX && !core_admits(c, r->from);
    struct exchange *x = full ? NULL : exchange_new(c, ++c->next_link);
    if (!x) {
        c->env.answer(c->env.ctx, ticket, 503, ERR_UNANSWERED, slice_text(""));
        return;
    }
    memcpy(x->self, r->to, SITE_BYTES);
    memcpy(x->site, r->from, SITE_BYTES);
    c->env.random(c->env.ctx, x->session, sizeof x->session);
    x->has_session = true;
    give(c, x, ticket, hash, 0, false);
}

/* ---- being asked ---- */

static struct exchange *find(const struct core *c, const struct exchange_request *r)
{
    for (size_t i = 0; i < c->exchanges_n; i++) {
        struct exchange *x = c->exchanges[i];
        if (!x->asks && !x->gone && memcmp(x->session, r->session, sizeof x->session) == 0 &&
            memcmp(x->site, r->from, SITE_BYTES) == 0 && memcmp(x->self, r->to, SITE_BYTES) == 0)
            return x;
    }
    return NULL;
}

static void begin(struct core *c, struct exchange *x)
{
    uint8_t curve[32];
    x->up = true;
    if (sign_curve_public(x->site, curve))
        x->over = x->gone = true;
    else
        sync_link_up(c, x->link, NULL, curve);
}

static void take(struct core *c, struct exchange *x, const struct exchange_request *r)
{
    if (r->received > exchange_end(x)) {
        struct peer *p = sync_peer(c, x->link);
        if (p)
            sync_bye(c, p, ERR_PEER_PROTOCOL, "received");
        return;
    }
    exchange_arrived(x, r->received);
    exchange_take(c, x, r->first, r->messages, r->messages_n);
}

static void in_session(struct core *c, const struct exchange_request *r, uint64_t ticket,
                       const uint8_t hash[HASH_BYTES])
{
    struct exchange *x = find(c, r);
    struct exchange_response unknown = {.open = false};
    if (!x) {
        memcpy(unknown.session, r->session, sizeof unknown.session);
        answer(c, &unknown, r->to, ticket, hash);
        return;
    }
    x->heard = core_mono(c);
    if (!x->up)
        begin(c, x);
    if (!x->over)
        take(c, x, r);
    if (!r->wait_ms || x->over || exchange_end(x) > r->received) {
        give(c, x, ticket, hash, r->received, r->wait_ms != 0);
        return;
    }
    release(c, x);
    x->held.ticket = ticket;
    memcpy(x->held.hash, hash, HASH_BYTES);
    x->held.received = r->received;
    x->held.until.ms = x->heard.ms + (int64_t)(r->wait_ms < EXCHANGE_HOLD_MS ? r->wait_ms : (uint64_t)EXCHANGE_HOLD_MS);
}

static bool is_of_another(const struct core *c, const uint8_t alliance[ALLIANCE_BYTES])
{
    static const uint8_t none[ALLIANCE_BYTES];
    return c->founded && memcmp(alliance, none, sizeof none) != 0 &&
           memcmp(alliance, c->authority.alliance, ALLIANCE_BYTES) != 0;
}

static void refuse(struct core *c, uint64_t ticket, unsigned status, err_t why)
{
    core_note(c, JOURNAL_DEBUG, "http.refuse", "status=%u reason=%s", status, err_name(why));
    c->env.answer(c->env.ctx, ticket, status, why, slice_text(""));
}

void exchange_asked(struct core *c, uint64_t ticket, struct slice body)
{
    struct arena arena = {0};
    struct exchange_request r;
    uint8_t hash[HASH_BYTES];
    err_t e = exchange_request_decode(body, &arena, &r, hash);
    if (e == ERR_MEMORY)
        refuse(c, ticket, 503, ERR_UNANSWERED);
    else if (e)
        refuse(c, ticket, e == ERR_SIGNATURE ? 403 : e == ERR_TOO_LARGE ? 413 : 400, e);
    else if (!exchange_own(c, r.to))
        refuse(c, ticket, 421, ERR_PEER_KEY);
    else if (is_of_another(c, r.alliance))
        refuse(c, ticket, 403, ERR_ALLIANCE);
    else if (r.has_session)
        in_session(c, &r, ticket, hash);
    else
        name_session(c, &r, ticket, hash);
    arena_fini(&arena);
}
