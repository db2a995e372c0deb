#include "daemon/core/asks.h"
#include "daemon/core/admit.h"
#include "daemon/core/ingest.h"

#define REFUSED_MAX 32 /* of those that are remembered */
#define DAY_MS      INT64_C(86400000)

void asks_words(const uint8_t site[SITE_BYTES], char out[WORDS_SIZE])
{
    uint8_t hash[HASH_BYTES];
    struct slice key = slice_of(site, SITE_BYTES);
    hash256(hash, &key, 1);
    words_encode(slice_of(hash, WORDS_BYTES), out);
}

static bool is_invited(const struct ask *a)
{
    return memcmp(a->secret_key, a->site, SITE_BYTES) != 0;
}

/* ---- taking ---- */

static bool is_over(struct core *c, const struct ask *a)
{
    return core_wall(c).ms - a->since_ms > ASK_DAYS * DAY_MS || authority_site(&c->authority, a->site);
}

/* Makes room: what is over goes, then the oldest that were refused. */
static err_t tidy(struct core *c, const struct ask *all, size_t n)
{
    size_t refused = 0;
    err_t e = ERR_OK;
    for (size_t i = 0; i < n; i++)
        refused += all[i].refused;
    for (size_t i = 0; i < n && !e; i++) {
        bool over = is_over(c, &all[i]), old = all[i].refused && refused > REFUSED_MAX;
        refused -= all[i].refused && (over || old);
        if (over || old)
            e = local_drop_ask(c->store, &all[i]);
    }
    return e;
}

static err_t room_for(struct core *c, const struct ask *all, size_t n, const struct ask *one)
{
    size_t uninvited = 0, by_code = 0;
    for (size_t i = 0; i < n; i++) {
        if (all[i].refused || is_over(c, &all[i]))
            continue;
        uninvited += !is_invited(&all[i]);
        by_code += memcmp(all[i].secret_key, one->secret_key, SITE_BYTES) == 0;
    }
    if (is_invited(one))
        return by_code < LIMIT_ASKS_CODE ? ERR_OK : ERR_INVITE_USED;
    return uninvited < LIMIT_ASKS ? ERR_OK : ERR_ASK_FULL;
}

static const struct ask *same(const struct ask *all, size_t n, const struct ask *one)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(all[i].secret_key, one->secret_key, SITE_BYTES) == 0 &&
            memcmp(all[i].site, one->site, SITE_BYTES) == 0)
            return &all[i];
    return NULL;
}

static err_t store_ask(struct core *c, const struct ask *all, size_t n, const struct ask *one)
{
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = tidy(c, all, n);
    return batch_close(c, e ? e : local_put_ask(c->store, one));
}

/* Who asks again under another name is the same, and waits since it first came. */
static err_t keep(struct core *c, struct ask *one)
{
    struct arena arena = {0};
    struct ask *all = NULL;
    size_t n = 0;
    err_t e = local_asks(c->store, &arena, &all, &n);
    const struct ask *known = e ? NULL : same(all, n, one);
    if (known && known->refused)
        e = ERR_ASK_REFUSED;
    else if (!e && !known)
        e = room_for(c, all, n, one);
    if (known)
        one->since_ms = known->since_ms;
    if (!e && (!known || !slice_equal(known->message, one->message)))
        e = store_ask(c, all, n, one);
    arena_fini(&arena);
    return e;
}

err_t asks_take(struct core *c, const struct msg_join *m, const struct join_request *r, struct why *why)
{
    const struct ally *ally = authority_ally_of(&c->authority, core_own(c)->key.pub);
    struct ask one = {.since_ms = core_wall(c).ms};
    struct msg whole = {.type = MSG_JOIN, .join = *m};
    struct buf message;
    buf_init(&message, LIMIT_MESSAGE_BYTES);
    memcpy(one.secret_key, r->secret_key, SITE_BYTES);
    memcpy(one.site, r->site, SITE_BYTES);
    err_t e = msg_encode(&whole, &message);
    one.message = buf_slice(&message);
    if (!e)
        e = keep(c, &one);
    buf_fini(&message);
    struct slice name = ally ? ally->name : slice_text("");
    return why_set(why, e ? e : ERR_CONFIRM, "%.*s", (int)(name.len < 100 ? name.len : 100), (const char *)name.at);
}

/* ---- looking ---- */

static err_t read_ask(const struct ask *a, struct arena *arena, struct waiting_site *out)
{
    *out = (struct waiting_site){.ask = *a};
    err_t e = msg_decode(a->message, arena, &out->m);
    if (!e)
        e = out->m.type == MSG_JOIN ? join_decode(out->m.join.request, &out->r) : ERR_DATABASE;
    asks_words(a->site, out->words);
    return e;
}

err_t asks_list(struct core *c, struct arena *arena, struct waiting_site **out, size_t *n)
{
    struct ask *all = NULL;
    size_t total = 0;
    err_t e = local_asks(c->store, arena, &all, &total);
    *n = 0;
    *out = e ? NULL : arena_alloc(arena, total + 1, sizeof **out);
    if (e || !*out)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < total && !e; i++)
        if (!all[i].refused && !is_over(c, &all[i]))
            e = read_ask(&all[i], arena, &(*out)[(*n)++]);
    for (size_t i = 0; i < *n && !e; i++)
        for (size_t k = 0; k < *n; k++)
            (*out)[i].rivals += k != i && memcmp((*out)[k].ask.secret_key, (*out)[i].ask.secret_key, SITE_BYTES) == 0;
    return e;
}

err_t asks_find(struct core *c, const char *text, struct arena *arena, struct waiting_site *out, struct why *why)
{
    struct waiting_site *all = NULL;
    size_t n = 0, named = 0, at = 0;
    err_t e = asks_list(c, arena, &all, &n);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(all[i].words, text) == 0) {
            *out = all[i];
            return ERR_OK;
        }
        if (slice_equal(all[i].r.ally_name, slice_text(text))) {
            at = i;
            named++;
        }
    }
    /* Of two that have one code, the words alone tell which is the right one. */
    if (named > 1 || (named == 1 && all[at].rivals))
        return why_set(why, ERR_AMBIGUOUS, "%.100s", text);
    if (!named)
        return why_set(why, ERR_ASK_WORDS, "%.100s", text);
    *out = all[at];
    return ERR_OK;
}

/* ---- deciding ---- */

static err_t invitation_of(struct core *c, const struct waiting_site *w, struct arena *arena, struct invitation *out)
{
    if (is_invited(&w->ask))
        return local_invitation(c->store, w->ask.secret_key, arena, out);
    *out = (struct invitation){.ally_name = w->r.ally_name, .expires_ms = w->ask.since_ms};
    memcpy(out->secret_key, w->ask.secret_key, SITE_BYTES);
    return ERR_OK;
}

/* It, and where it had an invitation all others that have the same. */
static err_t drop(struct core *c, const struct waiting_site *w)
{
    struct arena arena = {0};
    struct ask *all = NULL;
    size_t n = 0;
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = local_asks(c->store, &arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++)
        if (memcmp(all[i].secret_key, w->ask.secret_key, SITE_BYTES) == 0)
            e = local_drop_ask(c->store, &all[i]);
    e = batch_close(c, e);
    arena_fini(&arena);
    return e;
}

err_t asks_admit(struct core *c, const struct waiting_site *w, struct why *why)
{
    struct arena arena = {0};
    struct invitation row;
    err_t e = invitation_of(c, w, &arena, &row);
    if (!e)
        e = c->is_registrar ? admit_let_in(c, &w->m.join, &w->r, core_own(c)->key.pub, &row, why)
                            : admit_pass_on(c, &w->m.join, &w->r, &row, w->ask.since_ms, why);
    err_t dropped = !e || e == ERR_WAITING ? drop(c, w) : ERR_OK;
    arena_fini(&arena);
    return dropped ? dropped : e;
}

err_t asks_refuse(struct core *c, const struct waiting_site *w)
{
    struct ask one = w->ask;
    err_t e = batch_begin(c);
    one.refused = true;
    return e ? e : batch_close(c, local_put_ask(c->store, &one));
}
