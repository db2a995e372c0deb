/*
 * exchange_ask: the side whose requests these are. One request waits for what the other has to say; what we have to say goes along with it where it
 * is small and the time is right, else in a second one. Each lane sends the same again until it got an answer; silence is judged by sync.
 */
#include "daemon/core/exchange.h"
#include "daemon/core/sync.h"
#include <jansson.h>

#define OPEN_TIMEOUT_MS 10000
#define PUSH_TIMEOUT_MS 60000
#define WAIT_TIMEOUT_MS (EXCHANGE_HOLD_MS + PUSH_TIMEOUT_MS)
#define AGAIN_MIN_MS    250
#define AGAIN_MAX_MS    4000
#define PATIENCE_MS     900
#define EMPTY_MS        200 /* who answers sooner, and with nothing, does not wait: it is asked at that pace */

/* `bytes` 0: without messages. */
static void post(struct core *c, struct exchange *x, struct exchange_lane *lane, size_t bytes, uint64_t wait_ms,
                 int64_t timeout_ms)
{
    struct slice list[EXCHANGE_LIST];
    struct own *own = exchange_own(c, x->self);
    struct exchange_request r = {.has_session = x->has_session, .received = x->taken, .wait_ms = wait_ms};
    struct buf body;
    if (!own) {
        x->broken = ERR_KEY_MISSING;
        return;
    }
    if (c->founded)
        memcpy(r.alliance, c->authority.alliance, sizeof r.alliance);
    memcpy(r.from, x->self, SITE_BYTES);
    memcpy(r.to, x->site, SITE_BYTES);
    memcpy(r.session, x->session, sizeof r.session);
    c->env.random(c->env.ctx, r.nonce, sizeof r.nonce);
    r.first = x->has_session ? x->first : 0;
    r.messages = list;
    r.messages_n = bytes ? exchange_pick(x, x->first, bytes, bytes > EXCHANGE_SMALL_BYTES, list) : 0;
    buf_init(&body, LIMIT_HTTP_EXCHANGE_BYTES);
    err_t e = exchange_request_encode(&r, &own->key, &body, lane->hash);
    if (e) {
        x->broken = e;
    } else {
        lane->post = ++c->next_post;
        lane->upto = r.first + r.messages_n;
        lane->sent = core_mono(c);
        c->env.post(c->env.ctx, lane->post, x->url, buf_slice(&body), timeout_ms);
    }
    buf_fini(&body);
}

static bool is_free(const struct exchange_lane *lane, struct mono now)
{
    return !lane->post && now.ms >= lane->due.ms;
}

static void cancel(struct core *c, struct exchange_lane *lane)
{
    if (lane->post)
        c->env.unpost(c->env.ctx, lane->post);
    lane->post = 0;
}

void exchange_ask_flush(struct core *c, struct exchange *x, struct mono now)
{
    if (x->over) {
        cancel(c, &x->wait);
        x->gone = x->gone || (!x->push.post && !x->said_n);
    }
    if (x->gone || x->broken)
        return;
    if (!x->has_session) {
        if (is_free(&x->wait, now))
            post(c, x, &x->wait, 0, 0, OPEN_TIMEOUT_MS);
        return;
    }
    if (!x->over && is_free(&x->wait, now))
        post(c, x, &x->wait, !x->push.post && x->said_bytes <= EXCHANGE_SMALL_BYTES ? EXCHANGE_SMALL_BYTES : 0,
             (uint64_t)x->hold_ms, WAIT_TIMEOUT_MS);
    uint64_t covered = x->wait.post ? x->wait.upto : 0;
    if (is_free(&x->push, now) && x->said_n && exchange_end(x) > covered)
        post(c, x, &x->push, EXCHANGE_GIVE_BYTES, 0, PUSH_TIMEOUT_MS);
}

/* The process is about to end, or the link is: requests under way are worth nothing any more. */
void exchange_ask_stop(struct core *c, struct exchange *x)
{
    cancel(c, &x->wait);
    cancel(c, &x->push);
    x->push.due.ms = 0;
}

/* ---- answers ---- */

static struct exchange *find(const struct core *c, uint64_t number, struct exchange_lane **lane)
{
    for (size_t i = 0; i < c->exchanges_n; i++) {
        struct exchange *x = c->exchanges[i];
        *lane = x->wait.post == number ? &x->wait : &x->push;
        if ((*lane)->post == number)
            return x;
    }
    return NULL;
}

/* The same again, later and later. Before there is a session nothing is lost yet: the next address may do better. */
static void lost(struct core *c, struct exchange *x, struct exchange_lane *lane, err_t why)
{
    int64_t waited_ms = core_mono(c).ms - lane->sent.ms;
    unsigned n = lane->failures < 5 ? lane->failures : 5;
    int64_t wait_ms = (int64_t)AGAIN_MIN_MS << n;
    if (!x->has_session) {
        exchange_over(c, x, why && why != ERR_COUNT ? why : ERR_UNREACHABLE);
        return;
    }
    lane->failures++;
    /* A proxy with less patience than we asked for: from now on the answer comes before it gives up. */
    if (lane == &x->wait && waited_ms >= PATIENCE_MS) {
        x->hold_ms = waited_ms / 2 < x->hold_ms ? waited_ms / 2 : x->hold_ms;
        return;
    }
    lane->due.ms = core_mono(c).ms + (wait_ms < AGAIN_MAX_MS ? wait_ms : AGAIN_MAX_MS);
}

/* Nobody signed it: it ends an attempt, and is worth a word to a person. */
static void refused(struct core *c, struct exchange *x, unsigned status, struct slice body)
{
    json_t *problem = json_loadb((const char *)body.at, body.len, JSON_REJECT_DUPLICATES, NULL);
    const char *name = json_string_value(json_object_get(problem, "code"));
    err_t e = err_by_name(name ? name : "");
    char site[SHORT_LEN + 1];
    e = e == ERR_COUNT || !e ? ERR_UNREACHABLE : e;
    core_note(c, JOURNAL_WARN, "http.refused", "site=%s status=%u reason=%s",
              core_short(slice_of(x->site, SITE_BYTES), site), status, err_name(e));
    json_decref(problem);
    exchange_over(c, x, e);
}

static void begin(struct core *c, struct exchange *x, const struct exchange_response *a)
{
    uint8_t curve[32];
    memcpy(x->session, a->session, sizeof x->session);
    x->has_session = x->up = true;
    err_t e = sign_curve_public(x->site, curve);
    if (e)
        exchange_over(c, x, ERR_PEER_KEY);
    else
        sync_link_up(c, x->link, x->site, curve);
}

static void answered(struct core *c, struct exchange *x, struct exchange_lane *lane, const struct exchange_response *a)
{
    int64_t now = core_mono(c).ms;
    bool waited = lane == &x->wait && x->has_session;
    lane->failures = 0;
    x->heard.ms = now;
    if (!x->has_session) {
        begin(c, x, a);
        return;
    }
    if (memcmp(a->session, x->session, sizeof x->session) != 0 || a->received > exchange_end(x)) {
        exchange_over(c, x, ERR_PEER_PROTOCOL);
        return;
    }
    exchange_arrived(x, a->received);
    if (waited && !a->messages_n && a->open && now - lane->sent.ms < EMPTY_MS)
        lane->due.ms = now + EMPTY_MS;
    exchange_take(c, x, a->first, a->messages, a->messages_n);
    if (!a->open)
        exchange_over(c, x, ERR_UNREACHABLE);
}

static bool is_retried(unsigned status)
{
    return status == 0 || status == 408 || status == 429 || status >= 500;
}

void exchange_posted(struct core *c, uint64_t number, unsigned status, err_t why, struct slice body)
{
    struct arena arena = {0};
    struct exchange_response a;
    struct exchange_lane *lane = NULL;
    struct exchange *x = number ? find(c, number, &lane) : NULL;
    if (!x)
        return;
    lane->post = 0;
    if (is_retried(status)) {
        lost(c, x, lane, why);
    } else if (status != 200) {
        refused(c, x, status, body);
    } else {
        err_t e = exchange_response_decode(body, x->site, lane->hash, &arena, &a);
        if (!e)
            answered(c, x, lane, &a);
        else /* a page of something in between, or somebody else's answer */
            lost(c, x, lane, e == ERR_SIGNATURE ? ERR_PEER_KEY : ERR_UNREACHABLE);
    }
    arena_fini(&arena);
}
