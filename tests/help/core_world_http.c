/*
 * The HTTP of core_world: requests and answers are events, each with its own travel time, so that they overtake each other; some get lost.
 */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int64_t travel(struct world *w)
{
    return w->delay + (w->jitter ? (int64_t)world_random(w, (uint64_t)w->jitter + 1) : 0);
}

static bool is_lost(struct world *w)
{
    return w->http_loss && world_random(w, 1000) < w->http_loss;
}

static size_t site_at(const struct world *w, const char *url)
{
    const char *name = strstr(url, "://") + 3;
    size_t n = strcspn(name, ".");
    for (size_t i = 0; i < w->sites_n; i++)
        if (strlen(w->sites[i].name) == n && strncmp(name, w->sites[i].name, n) == 0)
            return i;
    return WORLD_SITES;
}

static struct world_post *new_post(struct world *w)
{
    for (size_t i = 0; i < WORLD_POSTS; i++)
        if (!w->posts[i].open)
            return &w->posts[i];
    fail_msg("more than %d requests are under way", WORLD_POSTS);
    return NULL;
}

/* The answer, or that there is none, on its way back. */
static void give(struct world *w, struct world_post *p, unsigned status, err_t why, struct slice body)
{
    struct world_event e = {.at = w->now + travel(w), .kind = WORLD_POSTED, .link = WORLD_LINKS, .site = p->from};
    e.number = p->post;
    e.starts = p->starts;
    e.status = status;
    e.why = why;
    p->open = false;
    w->http_bytes += body.len;
    buf_init(&e.bytes, LIMIT_HTTP_EXCHANGE_BYTES);
    assert_int_equal(buf_add(&e.bytes, body), ERR_OK);
    if (p->from == WORLD_SITES) {
        w->raw_status = status;
        w->raw_why = why;
        buf_fini(&w->raw_answer);
        w->raw_answer = e.bytes;
        return;
    }
    if (status && is_lost(w)) {
        e.status = 0;
        e.why = ERR_UNREACHABLE;
        buf_clear(&e.bytes);
    }
    world_push(w, &e);
}

void world_http_post(void *ctx, uint64_t post, const char *url, struct slice body, int64_t timeout_ms)
{
    struct world_site *s = ctx;
    struct world *w = s->world;
    size_t to = site_at(w, url);
    struct world_post *p = new_post(w);
    (void)timeout_ms;
    *p = (struct world_post){.open = true, .from = s->at, .to = to, .post = post, .starts = s->starts};
    p->ticket = ++w->tickets;
    bool there = to < w->sites_n && to != s->at && w->sites[to].core && !w->sites[to].silent && !w->blocked[s->at][to];
    if (s->silent) {
        p->open = false;
        return;
    }
    if (!there || is_lost(w)) {
        give(w, p, 0, ERR_UNREACHABLE, slice_text(""));
        return;
    }
    p->to_starts = w->sites[to].starts;
    w->http_bytes += body.len;
    w->http_requests++;
    struct world_event e = {.at = w->now + travel(w), .kind = WORLD_ASKED, .link = WORLD_LINKS, .site = to};
    e.number = p->ticket;
    e.starts = p->to_starts;
    buf_init(&e.bytes, LIMIT_HTTP_EXCHANGE_BYTES);
    assert_int_equal(buf_add(&e.bytes, body), ERR_OK);
    if (w->record_n < WORLD_RECORDED) {
        buf_init(&w->record[w->record_n], LIMIT_HTTP_EXCHANGE_BYTES);
        buf_add(&w->record[w->record_n++], body);
    }
    world_push(w, &e);
}

void world_http_unpost(void *ctx, uint64_t post)
{
    struct world_site *s = ctx;
    for (size_t i = 0; i < WORLD_POSTS; i++) {
        struct world_post *p = &s->world->posts[i];
        if (p->open && p->from == s->at && p->starts == s->starts && p->post == post)
            p->open = false;
    }
}

void world_http_answer(void *ctx, uint64_t ticket, unsigned status, err_t why, struct slice body)
{
    struct world_site *s = ctx;
    for (size_t i = 0; i < WORLD_POSTS; i++) {
        struct world_post *p = &s->world->posts[i];
        if (p->open && p->to == s->at && p->ticket == ticket && !s->silent)
            give(s->world, p, status, why, body);
    }
}

/* A process that is gone answers nothing any more: who asked hears it when the connection breaks. */
void world_http_lose(struct world *w, size_t at)
{
    for (size_t i = 0; i < WORLD_POSTS; i++)
        if (w->posts[i].open && w->posts[i].to == at)
            give(w, &w->posts[i], 0, ERR_UNREACHABLE, slice_text(""));
        else if (w->posts[i].open && w->posts[i].from == at)
            w->posts[i].open = false;
}

void world_http_event(struct world *w, struct world_event *e)
{
    struct world_site *s = &w->sites[e->site];
    if (!s->core || s->starts != e->starts)
        return;
    if (e->kind == WORLD_ASKED)
        core_exchange(s->core, e->number, buf_slice(&e->bytes));
    else
        core_posted(s->core, e->number, e->status, e->why, buf_slice(&e->bytes));
    s->tick_at = w->now;
}

unsigned world_http_raw(struct world *w, size_t to, struct slice body)
{
    struct world_post *p = new_post(w);
    *p = (struct world_post){.open = true, .from = WORLD_SITES, .to = to, .ticket = ++w->tickets};
    w->raw_status = 0;
    core_exchange(w->sites[to].core, p->ticket, body);
    return w->raw_status;
}

void world_http_forget(struct world *w)
{
    for (size_t i = 0; i < w->record_n; i++)
        buf_fini(&w->record[i]);
    buf_fini(&w->raw_answer);
    w->record_n = 0;
}
