/*
 * The network of core_world: links between sites and what travels on them, in a heap of events.
 */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define INCOMING (UINT64_C(1) << 62)

/* ---- the heap ---- */

static bool earlier(const struct world_event *a, const struct world_event *b)
{
    return a->at != b->at ? a->at < b->at : a->serial < b->serial;
}

void world_push(struct world *w, struct world_event *e)
{
    void *array = w->events;
    assert_int_equal(core_grow(&array, w->events_n, &w->events_room, sizeof *w->events), ERR_OK);
    w->events = array;
    e->serial = ++w->serial;
    size_t i = w->events_n++;
    for (; i && earlier(e, &w->events[(i - 1) / 2]); i = (i - 1) / 2)
        w->events[i] = w->events[(i - 1) / 2];
    w->events[i] = *e;
}

static struct world_event pop(struct world *w)
{
    struct world_event first = w->events[0], last = w->events[--w->events_n];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < w->events_n; i = child) {
        if (child + 1 < w->events_n && earlier(&w->events[child + 1], &w->events[child]))
            child++;
        if (!earlier(&w->events[child], &last))
            break;
        w->events[i] = w->events[child];
    }
    w->events[i] = last;
    return first;
}

/* ---- links ---- */

static int64_t travel(struct world *w)
{
    return w->delay + (w->jitter ? (int64_t)world_random(w, (uint64_t)w->jitter + 1) : 0);
}

/* Frames and ends of a link keep their order. */
static void tell(struct world *w, size_t link, unsigned end, struct world_event e)
{
    struct world_link *l = &w->links[link];
    int64_t at = w->now + travel(w);
    l->last[end] = at > l->last[end] ? at : l->last[end];
    e.at = l->last[end];
    e.link = link;
    e.end = end;
    world_push(w, &e);
}

static bool is_held(const struct world *w, size_t link)
{
    for (size_t i = 0; i < w->held_n; i++)
        if (w->held[i].link == link)
            return true;
    return false;
}

static size_t new_link(struct world *w)
{
    for (size_t i = 0; i < w->links_n; i++)
        if (!is_held(w, i) && !w->links[i].open[0] && !w->links[i].open[1] && !w->links[i].waiting[0] &&
            !w->links[i].waiting[1] && w->links[i].last[0] < w->now && w->links[i].last[1] < w->now)
            return i;
    assert_true(w->links_n < WORLD_LINKS);
    return w->links_n++;
}

static size_t make_link(struct world *w, size_t from, uint64_t number, size_t to)
{
    size_t at = new_link(w);
    w->links[at] = (struct world_link){
        .site = {from,                  to                           },
        .link = {number,                INCOMING + ++w->next_incoming},
        .starts = {w->sites[from].starts, w->sites[to].starts          },
        .open = {true,                  true                         }
    };
    return at;
}

static struct world_link *find_link(struct world *w, const struct world_site *s, uint64_t number, size_t *at,
                                    unsigned *end)
{
    for (*at = 0; *at < w->links_n; ++*at)
        for (*end = 0; *end < 2; ++*end) {
            struct world_link *l = &w->links[*at];
            if (l->open[*end] && l->site[*end] == s->at && l->link[*end] == number && l->starts[*end] == s->starts)
                return l;
        }
    return NULL;
}

static size_t site_at(const struct world *w, const char *address)
{
    size_t host = strcspn(address, ".");
    for (size_t i = 0; i < w->sites_n; i++)
        if (strlen(w->sites[i].name) == host && strncmp(address, w->sites[i].name, host) == 0)
            return i;
    return WORLD_SITES;
}

/* ---- what a core asks of its network ---- */

static void net_connect(void *ctx, uint64_t link, const uint8_t site[32], const char *address)
{
    struct world_site *s = ctx;
    struct world *w = s->world;
    size_t to = site_at(w, address);
    if (s->silent)
        return;
    struct world_event refused = {.at = w->now + travel(w),
                                  .kind = WORLD_DOWN,
                                  .link = WORLD_LINKS,
                                  .site = s->at,
                                  .number = link,
                                  .starts = s->starts,
                                  .why = ERR_UNREACHABLE};
    bool there = to < w->sites_n && to != s->at && !w->sites[to].without_zmq && w->sites[to].core &&
                 !w->sites[to].silent && !w->blocked[s->at][to] && !w->muted[s->at][to] && !w->muted[to][s->at];
    if (there && memcmp(core_own(w->sites[to].core)->key.pub, site, SITE_BYTES) != 0) {
        refused.why = ERR_PEER_KEY;
        there = false;
    }
    if (!there) {
        world_push(w, &refused);
        return;
    }
    size_t at = make_link(w, s->at, link, to);
    tell(w, at, 1, (struct world_event){.kind = WORLD_UP});
    tell(w, at, 0, (struct world_event){.kind = WORLD_UP});
}

static void net_send(void *ctx, uint64_t link, struct slice message)
{
    struct world_site *s = ctx;
    struct world *w = s->world;
    size_t at;
    unsigned end;
    struct world_link *l = find_link(w, s, link, &at, &end);
    assert_true(message.len <= LIMIT_MESSAGE_BYTES);
    if (!l || s->silent)
        return;
    struct world_event e = {.kind = WORLD_FRAME};
    buf_init(&e.bytes, LIMIT_MESSAGE_BYTES);
    assert_int_equal(buf_add(&e.bytes, message), ERR_OK);
    l->waiting[!end] += message.len;
    l->most[!end] = l->waiting[!end] > l->most[!end] ? l->waiting[!end] : l->most[!end];
    l->frames++;
    tell(w, at, !end, e);
    if (w->watch)
        world_look_into(w, message);
}

static void net_close(void *ctx, uint64_t link)
{
    struct world_site *s = ctx;
    size_t at;
    unsigned end;
    struct world_link *l = find_link(s->world, s, link, &at, &end);
    if (!l || s->silent)
        return;
    l->open[end] = false;
    tell(s->world, at, !end, (struct world_event){.kind = WORLD_DOWN, .why = ERR_UNREACHABLE});
}

static struct wall env_wall(void *ctx)
{
    const struct world_site *s = ctx;
    return (struct wall){WORLD_START_MS + s->world->now + s->skew_ms};
}

static struct mono env_mono(void *ctx)
{
    const struct world_site *s = ctx;
    return (struct mono){s->world->now};
}

/* splitmix64: a stream a site, so that what one site draws does not depend on the others. */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void env_random(void *ctx, void *out, size_t len)
{
    struct world_site *s = ctx;
    uint8_t *at = out;
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)(draw(&s->random) >> 56);
}

uint64_t world_random(struct world *w, uint64_t below)
{
    return below ? draw(&w->random) % below : 0;
}

static void env_reply(void *ctx, struct slice client, struct slice json)
{
    struct world_site *s = ctx;
    (void)client;
    if (s->silent)
        return;
    json_decref(s->answer);
    s->answer = json_loadb((const char *)json.at, json.len, 0, NULL);
}

static void env_note(void *ctx, enum journal_level level, const char *event, const char *pairs)
{
    struct world_site *s = ctx;
    json_object_set_new(s->notes, event, json_integer(json_integer_value(json_object_get(s->notes, event)) + 1));
    if (getenv("WORLD_NOTES"))
        print_message("%8lld %s %d %s %s\n", (long long)s->world->now, s->name, (int)level, event, pairs);
}

static void env_disk(void *ctx, const char *dir, uint64_t *free_bytes, uint64_t *total_bytes)
{
    (void)ctx, (void)dir;
    *free_bytes = UINT64_C(30000000000);
    *total_bytes = UINT64_C(40000000000);
}

struct env world_env(struct world_site *s)
{
    return (struct env){.ctx = s,
                        .wall = env_wall,
                        .mono = env_mono,
                        .random = env_random,
                        .connect = net_connect,
                        .send = net_send,
                        .close = net_close,
                        .post = world_http_post,
                        .unpost = world_http_unpost,
                        .answer = world_http_answer,
                        .reply = env_reply,
                        .disk = env_disk,
                        .note = env_note};
}

/* ---- what happens ---- */

void world_trace_add(struct world *w, struct slice bytes)
{
    uint8_t next[HASH_BYTES];
    struct slice parts[] = {slice_of(w->trace, HASH_BYTES), bytes};
    hash256(next, parts, 2);
    memcpy(w->trace, next, HASH_BYTES);
}

static void add_trace(struct world *w, const struct world_event *e, size_t site)
{
    uint64_t numbers[] = {(uint64_t)e->at, e->kind, e->link, e->end, site, e->bytes.len};
    struct slice parts[] = {slice_of(w->trace, HASH_BYTES), slice_of(numbers, sizeof numbers), buf_slice(&e->bytes)};
    uint8_t next[HASH_BYTES];
    hash256(next, parts, 3);
    memcpy(w->trace, next, HASH_BYTES);
}

static void outsider_takes(struct world *w, struct world_event *e)
{
    if (e->kind == WORLD_FRAME && w->inbox_n < sizeof w->inbox / sizeof *w->inbox) {
        w->inbox[w->inbox_n++] = e->bytes;
        e->bytes = (struct buf){0};
    }
}

static void link_event(struct world *w, struct world_event *e)
{
    struct world_link *l = &w->links[e->link];
    struct world_site *s = &w->sites[l->site[e->end]];
    bool there = l->open[e->end] && s->starts == l->starts[e->end];
    add_trace(w, e, s->at);
    if (e->kind == WORLD_FRAME)
        l->waiting[e->end] -= e->bytes.len;
    if (!there || (s->at + 1 == w->outsider)) {
        if (there && e->kind == WORLD_DOWN)
            l->open[e->end] = false;
        else if (there)
            outsider_takes(w, e);
        return;
    }
    const struct world_site *other = &w->sites[l->site[!e->end]];
    uint8_t curve[32];
    switch (e->kind) {
    case WORLD_UP:
        if (!other->core || other->starts != l->starts[!e->end])
            break;
        memcpy(curve, core_own(other->core)->curve, sizeof curve);
        core_link_up(s->core, l->link[e->end], e->end == 0 ? core_own(other->core)->key.pub : NULL, curve);
        break;
    case WORLD_DOWN:
        l->open[e->end] = false;
        core_link_down(s->core, l->link[e->end], e->why);
        break;
    case WORLD_FRAME:
        core_frame(s->core, l->link[e->end], buf_slice(&e->bytes));
        break;
    case WORLD_ASKED:
    case WORLD_POSTED:
    default:
        break;
    }
    s->tick_at = w->now;
}

static bool is_muted(const struct world *w, const struct world_event *e)
{
    return e->link < WORLD_LINKS && w->muted[w->links[e->link].site[!e->end]][w->links[e->link].site[e->end]];
}

static void hold(struct world *w, const struct world_event *e)
{
    void *array = w->held;
    assert_int_equal(core_grow(&array, w->held_n, &w->held_room, sizeof *w->held), ERR_OK);
    w->held = array;
    w->held[w->held_n++] = *e;
}

void world_net_step(struct world *w)
{
    struct world_event e = pop(w);
    size_t to = e.link < WORLD_LINKS ? w->links[e.link].site[e.end] : e.site;
    if (is_muted(w, &e)) {
        hold(w, &e);
        return;
    }
    if (w->sites[to].stuck) { /* it will be looked at later: one order for all */
        e.at = w->now + 50;
        world_push(w, &e);
        return;
    }
    if (e.link < WORLD_LINKS)
        link_event(w, &e);
    else if (e.kind == WORLD_ASKED || e.kind == WORLD_POSTED)
        world_http_event(w, &e);
    else if (w->sites[to].core && w->sites[to].starts == e.starts) {
        core_link_down(w->sites[to].core, e.number, e.why);
        w->sites[to].tick_at = w->now;
    }
    buf_fini(&e.bytes);
    if (w->after && w->sites[to].core)
        w->after(w->after_ctx, to);
}

/* ---- breaking things ---- */

/* What may travel again is due now, before all that was sent after it. */
static void let_go(struct world *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->held_n; i++) {
        if (is_muted(w, &w->held[i])) {
            w->held[kept++] = w->held[i];
            continue;
        }
        w->held[i].at = w->now;
        world_push(w, &w->held[i]);
    }
    w->held_n = kept;
}

void world_mute(struct world *w, size_t from, size_t to, bool muted)
{
    w->muted[from][to] = muted;
    let_go(w);
}

static void drop_link(struct world *w, size_t at)
{
    struct world_link *l = &w->links[at];
    for (size_t i = 0; i < w->held_n; i++)
        if (w->held[i].link == at && w->held[i].kind == WORLD_FRAME) {
            l->waiting[w->held[i].end] -= w->held[i].bytes.len;
            buf_clear(&w->held[i].bytes);
            w->held[i].kind = WORLD_DOWN;
            w->held[i].why = ERR_UNREACHABLE;
        }
    for (size_t i = 0; i < w->events_n; i++)
        if (w->events[i].link == at && w->events[i].kind == WORLD_FRAME) {
            l->waiting[w->events[i].end] -= w->events[i].bytes.len;
            buf_clear(&w->events[i].bytes);
            w->events[i].kind = WORLD_DOWN; /* whoever is still there hears of it */
            w->events[i].why = ERR_UNREACHABLE;
        }
    for (unsigned end = 0; end < 2; end++)
        if (l->open[end])
            tell(w, at, end, (struct world_event){.kind = WORLD_DOWN, .why = ERR_UNREACHABLE});
}

static bool joins(const struct world_link *l, size_t a, size_t b)
{
    return (l->site[0] == a && l->site[1] == b) || (l->site[0] == b && l->site[1] == a);
}

void world_cut(struct world *w, size_t a, size_t b)
{
    for (size_t i = 0; i < w->links_n; i++)
        if (joins(&w->links[i], a, b) && (w->links[i].open[0] || w->links[i].open[1]))
            drop_link(w, i);
}

void world_block(struct world *w, size_t a, size_t b, bool blocked)
{
    w->blocked[a][b] = w->blocked[b][a] = blocked;
    if (blocked)
        world_cut(w, a, b);
}

void world_heal(struct world *w)
{
    memset(w->blocked, 0, sizeof w->blocked);
    memset(w->muted, 0, sizeof w->muted);
    let_go(w);
}

void world_lose_links(struct world *w, size_t at)
{
    world_http_lose(w, at);
    for (size_t i = 0; i < w->links_n; i++)
        for (unsigned end = 0; end < 2; end++)
            if (w->links[i].site[end] == at && w->links[i].open[end]) {
                w->links[i].open[end] = false;
                drop_link(w, i);
            }
}

void world_leave_links(struct world *w, size_t at)
{
    for (size_t i = 0; i < w->links_n; i++)
        for (unsigned end = 0; end < 2; end++)
            if (w->links[i].site[end] == at && w->links[i].open[end]) {
                w->links[i].open[end] = false;
                tell(w, i, !end, (struct world_event){.kind = WORLD_DOWN, .why = ERR_UNREACHABLE});
            }
}

size_t world_links_between(const struct world *w, size_t a, size_t b)
{
    size_t n = 0;
    for (size_t i = 0; i < w->links_n; i++)
        n += joins(&w->links[i], a, b) && w->links[i].open[0] && w->links[i].open[1];
    return n;
}

/* ---- the outsider ---- */

uint64_t world_outsider_link(struct world *w, size_t to, const uint8_t curve[32])
{
    assert_true(w->outsider);
    size_t at = make_link(w, w->outsider - 1, w->next_incoming + 1, to);
    core_link_up(w->sites[to].core, w->links[at].link[1], NULL, curve);
    w->sites[to].tick_at = w->now;
    return w->links[at].link[1];
}

void world_outsider_send(struct world *w, size_t to, uint64_t link, const struct msg *m)
{
    struct buf b;
    buf_init(&b, LIMIT_MESSAGE_BYTES);
    assert_int_equal(msg_encode(m, &b), ERR_OK);
    core_frame(w->sites[to].core, link, buf_slice(&b));
    w->sites[to].tick_at = w->now;
    buf_fini(&b);
    world_run(w, w->delay + w->jitter + 1);
}

void world_outsider_forget(struct world *w)
{
    for (size_t i = 0; i < w->inbox_n; i++)
        buf_fini(&w->inbox[i]);
    w->inbox_n = 0;
}

bool world_outsider_got(struct world *w, enum msg_type type, struct arena *arena, struct msg *out)
{
    for (size_t i = w->inbox_n; i-- > 0;) {
        assert_int_equal(msg_decode(buf_slice(&w->inbox[i]), arena, out), ERR_OK);
        if (out->type == type)
            return true;
    }
    return false;
}
