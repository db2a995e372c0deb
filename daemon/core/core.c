#include "daemon/core/admit.h"
#include "daemon/core/charters.h"
#include "daemon/core/announce.h"
#include "daemon/core/beacons.h"
#include "daemon/core/erase.h"
#include "daemon/core/exchange.h"
#include "daemon/core/found.h"
#include "daemon/core/host.h"
#include "daemon/core/joins.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/move.h"
#include "daemon/core/own.h"
#include "daemon/core/refold.h"
#include "daemon/core/relays.h"
#include "daemon/core/republish.h"
#include "daemon/core/rotate.h"
#include "daemon/core/request.h"
#include "daemon/commons/shortage.h"
#include "daemon/core/sync.h"
#include "daemon/core/tally.h"
#include "daemon/store/oplog.h"
#include "protocol/base/base32.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TICK_MS      500 /* when nothing presses */
#define TICK_SOON_MS 50  /* while digests settle or an author is waited for */

bool core_is_own(const struct core *c, const uint8_t site[SITE_BYTES])
{
    for (size_t i = 0; i < c->own_n; i++)
        if (memcmp(c->own[i].key.pub, site, SITE_BYTES) == 0)
            return true;
    return false;
}

struct own *core_own_named(struct core *c, struct slice name)
{
    for (size_t i = 0; i < c->own_n; i++)
        if (slice_equal(c->own[i].row.name, name))
            return &c->own[i];
    return NULL;
}

bool core_was_own(const struct core *c, const uint8_t site[SITE_BYTES])
{
    const struct roster_act *act = NULL;
    for (const uint8_t *at = site; at; at = act ? act->site : NULL) {
        if (core_is_own(c, at))
            return true;
        act = authority_replacement(&c->authority, at);
    }
    return false;
}

void core_note(const struct core *c, enum journal_level level, const char *event, const char *format, ...)
{
    char pairs[512];
    va_list args;
    va_start(args, format);
    vsnprintf(pairs, sizeof pairs, format, args);
    va_end(args);
    c->env.note(c->env.ctx, level, event, pairs);
}

const char *core_short(struct slice id, char out[SHORT_LEN + 1])
{
    char text[BASE32_LEN(SITE_BYTES) + 1] = "";
    if (id.len <= SITE_BYTES)
        base32_encode(id, text);
    memcpy(out, text, SHORT_LEN);
    out[SHORT_LEN] = 0;
    return out;
}

err_t core_grow(void **array, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return ERR_OK;
    size_t more = *room ? *room * 2 : 8;
    void *grown = reallocarray(*array, more, size);
    if (!grown)
        return ERR_MEMORY;
    *array = grown;
    *room = more;
    return ERR_OK;
}

/* ---- open and close ---- */

static char *copy_text(const char *text, err_t *e)
{
    char *copy = strdup(text ? text : "");
    if (!copy)
        *e = ERR_MEMORY;
    return copy;
}

static err_t copy_settings(struct core *c, const char *dir, const struct core_settings *s)
{
    err_t e = ERR_OK;
    c->dir = copy_text(dir, &e);
    c->language = copy_text(s->language, &e);
    c->licence = copy_text(s->licence, &e);
    c->endpoints = copy_text(s->endpoints, &e);
    c->url = copy_text(s->url, &e);
    c->contact = copy_text(s->contact, &e);
    c->only = copy_text(s->only, &e);
    c->serves = s->serves;
    c->alert_after_ms = s->alert_after_s * 1000;
    c->min_free_bytes = s->min_free_bytes > 0 ? (uint64_t)s->min_free_bytes : 0;
    c->without_zmq = s->transport && strcmp(s->transport, "http") == 0;
    c->without_http = s->transport && strcmp(s->transport, "zmq") == 0;
    return e;
}

static err_t open_store(struct core *c, struct why *why)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", c->dir, DATABASE_NAME) >= (int)sizeof path)
        return why_set(why, ERR_FILE, "%.150s", c->dir);
    return store_open(path, STORE_WRITE, &c->store, why);
}

err_t core_open(const char *dir, const struct env *env, const struct core_settings *settings, struct core **out,
                struct why *why)
{
    struct core *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_MEMORY;
    shortage_watch();
    c->env = *env;
    c->change_told = c->republish_due = c->joins_due = true;
    err_t e = copy_settings(c, dir, settings);
    if (!e)
        e = open_store(c, why);
    if (!e)
        e = own_open(c, why);
    if (!e)
        keyfile_done(dir);
    if (!e)
        own_settle(c);
    if (!e)
        e = charters_load(c);
    if (!e)
        e = rotate_finish(c, NULL, why);
    if (!e)
        e = host_open(c);
    if (!e)
        e = move_open(c);
    if (!e)
        e = refold_if_older(c);
    if (!e)
        e = charters_catch_up(c);
    if (!e)
        e = admit_finish(c);
    if (!e && settings->beacons)
        e = beacons_open(c);
    if (e) {
        core_close(c);
        return why->code ? e : why_set(why, e, "%.150s", dir);
    }
    *out = c;
    return ERR_OK;
}

void core_close(struct core *c)
{
    if (!c)
        return;
    if (c->store)
        known_note_held(c);
    beacons_close(c);
    sync_free(c);
    exchange_free(c);
    own_close(c);
    sign_key_wipe(&c->registrar);
    tally_end(&c->tally);
    authority_fini(&c->authority);
    if (c->store)
        store_close(c->store);
    arena_fini(&c->arena);
    arena_fini(&c->scratch);
    arena_fini(&c->frame);
    free(c->batch.touched);
    free(c->batch.slots);
    free(c->batch.grown);
    free(c->erase.due);
    free(c->fresh_forks);
    free(c->floods);
    char *texts[] = {c->dir, c->language, c->licence, c->endpoints, c->url, c->contact, c->only};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    free(c);
}

/* ---- events ---- */

void core_link_up(struct core *c, uint64_t link, const uint8_t *site, const uint8_t curve[32])
{
    sync_link_up(c, link, site, curve);
    exchange_flush(c);
}

void core_link_down(struct core *c, uint64_t link, err_t why)
{
    sync_link_down(c, link, why);
    exchange_flush(c);
}

void core_frame(struct core *c, uint64_t link, struct slice message)
{
    sync_frame(c, link, message);
    exchange_flush(c);
}

void core_posted(struct core *c, uint64_t post, unsigned status, err_t why, struct slice body)
{
    exchange_posted(c, post, status, why, body);
    exchange_flush(c);
}

void core_exchange(struct core *c, uint64_t ticket, struct slice body)
{
    exchange_asked(c, ticket, body);
    exchange_flush(c);
}

/* Ready is who can be read and written and takes part: not yet admitted, or without its charter, a site is not. */
void core_ready(struct core *c, uint64_t ticket)
{
    err_t coming = c->join_error ? c->join_error : c->join_wait ? c->join_wait : ERR_WAITING;
    err_t e = c->joining ? coming : !c->founded ? ERR_RESTORED : !hello_we_stand(c) ? ERR_STANDING : core_fatal(c);
    c->env.answer(c->env.ctx, ticket, e ? 503 : 200, e, slice_text(""));
}

/* An answer with something left out would read as a whole one: it is not given. */
static bool give(struct core *c, struct slice client, const json_t *answer)
{
    char *text = json_dumps(answer, JSON_COMPACT | JSON_REAL_PRECISION(9));
    bool whole = text && !shortage_seen();
    if (whole)
        c->env.reply(c->env.ctx, client, slice_text(text));
    free(text);
    return whole;
}

/* What was written stays written: whoever is told "no memory left" would do it again. */
static void give_shortage(struct core *c, struct slice client, bool wrote)
{
    char text[160];
    err_t e = wrote ? ERR_UNANSWERED : ERR_MEMORY;
    snprintf(text, sizeof text, "{\"exit\":%d,\"error\":{\"code\":\"ALLIED-%d\",\"name\":\"%s\",\"detail\":\"\"}}",
             err_exit(e), err_number(e), err_name(e));
    c->env.reply(c->env.ctx, client, slice_text(text));
}

void core_request(struct core *c, struct slice client, struct slice bytes)
{
    int64_t before = 0, after = 0;
    bool asked = false, later = false;
    charters_tick(c, core_mono(c)); /* what it is judged by */
    shortage_clear();
    shortage_note(oplog_last_row(c->store, &before));
    json_t *request = shortage_seen() ? NULL : shortage_load(bytes), *answer = NULL;
    arena_clear(&c->frame);
    asked = !shortage_seen();
    if (asked) {
        answer = request_run(c, client, request);
        later = !answer && !shortage_seen();
    }
    if (!later && (!answer || !give(c, client, answer)))
        give_shortage(c, client, asked && (oplog_last_row(c->store, &after) || after != before));
    json_decref(answer);
    json_decref(request);
    exchange_flush(c);
}

static bool is_settling(const struct core *c)
{
    return !c->change_told || c->joining;
}

static void announce(struct core *c)
{
    for (size_t i = 0; c->serves && c->founded && i < c->own_n; i++) {
        struct own *own = &c->own[i];
        if (own->announced || own->moving || !authority_site(&c->authority, own->key.pub))
            continue;
        err_t e = announce_write(c, own);
        own->announced = true;
        if (e)
            core_note(c, JOURNAL_WARN, "announce.failed", "reason=%s", err_name(e));
    }
}

struct mono core_tick(struct core *c)
{
    struct mono now = core_mono(c);
    move_tick(c);
    host_tick(c, now);
    announce(c);
    charters_tick(c, now);
    erase_tick(c);
    republish_tick(c);
    relays_tick(c);
    sync_tick(c, now);
    joins_tick(c);
    beacons_tick(c, now);
    request_tick(c, now);
    exchange_flush(c);
    return (struct mono){now.ms + (is_settling(c) ? TICK_SOON_MS : TICK_MS)};
}

void core_stop(struct core *c)
{
    known_note_held(c);
    sync_stop(c);
    exchange_stop(c);
}

bool core_rekeyed(const struct core *c)
{
    return c->rekeyed.ms && core_mono(c).ms >= c->rekeyed.ms;
}

const uint8_t *core_curve(const struct core *c)
{
    return c->own[0].curve;
}

uint64_t core_commits(const struct core *c)
{
    return c->commits;
}

void core_index_is(struct core *c, err_t trouble)
{
    c->index_trouble = trouble;
}

err_t core_fatal(const struct core *c)
{
    /* An fsync may fail in the middle of a request too, long before its COMMIT. */
    return !c->fatal && c->store && store_is_dead(c->store) ? ERR_DISK : c->fatal;
}
