/*
 * req_token: the tokens by which programs write over HTTP, each as one of the sites here.
 */
#include "daemon/core/ingest.h"
#include "daemon/core/req.h"
#include "daemon/read/say.h"
#include "daemon/store/tokens.h"
#include "protocol/base/base32.h"
#include "protocol/base/utf8.h"

#define NAME_MOST 60 /* bytes */

static const struct {
    const char *name;
    unsigned bit;
} scopes[] = {
    {"records",  TOKEN_RECORDS },
    {"concepts", TOKEN_CONCEPTS},
    {"admin",    TOKEN_ADMIN   },
};

static err_t read_scopes(struct req *r, unsigned *out)
{
    const char *list = read_text(&r->read, "scope");
    unsigned found = 0;
    for (const char *at = list; *at; at += *at == ',') {
        size_t n = strcspn(at, ","), i = 0;
        while (i < 3 && !slice_equal(slice_of(at, n), slice_text(scopes[i].name)))
            i++;
        if (i == 3)
            return why_set(&r->read.why, ERR_TOKEN_SCOPES, "%.*s", n < 60 ? (int)n : 60, at);
        found |= scopes[i].bit;
        at += n;
    }
    if (!found)
        return why_set(&r->read.why, ERR_TOKEN_SCOPES, "--scope");
    *out = found;
    return ERR_OK;
}

static err_t read_name(struct req *r, struct slice *out)
{
    struct slice name = slice_text(read_text(&r->read, "name"));
    bool good = name.len && name.len <= NAME_MOST && utf8_valid(name);
    for (size_t i = 0; i < name.len && good; i++)
        good = name.at[i] >= 0x20 && name.at[i] != 0x7f;
    *out = name;
    return good ? ERR_OK : why_set(&r->read.why, ERR_NAME, "%.60s", read_text(&r->read, "name"));
}

static void put_time(json_t *out, const char *key, int64_t ms)
{
    char text[RFC3339_LEN + 1];
    rfc3339_format((struct wall){ms}, text);
    say_put(out, key, ms ? json_string(text) : json_null());
}

static json_t *token_json(const struct token *t)
{
    json_t *out = json_object(), *list = json_array();
    char day[RFC3339_LEN + 1];
    for (size_t i = 0; i < 3; i++)
        if (t->scopes & scopes[i].bit)
            json_array_append_new(list, json_string(scopes[i].name));
    rfc3339_format((struct wall){t->used_day * CLOCK_DAY_MS}, day);
    say_put(out, "name", say_string(t->name));
    say_put(out, "site", say_string(t->site));
    say_put(out, "scopes", list);
    put_time(out, "created", t->created_ms);
    say_put(out, "used", t->used_day ? json_stringn(day, 10) : json_null());
    put_time(out, "expires", t->expires_ms);
    return out;
}

err_t req_token_create(struct req *r)
{
    uint8_t random[TOKEN_BYTES];
    char text[TOKEN_TEXT_MAX] = "";
    int64_t seconds = read_number(&r->read, "expires_s", 0), now = core_wall(r->core).ms;
    struct token t = {
        .site = r->own->row.name, .created_ms = now, .expires_ms = seconds > 0 ? now + seconds * 1000 : 0};
    err_t e = read_name(r, &t.name);
    if (!e)
        e = read_scopes(r, &t.scopes);
    if (e)
        return e;
    r->core->env.random(r->core->env.ctx, random, sizeof random);
    token_make(random, text, &t);
    e = batch_begin(r->core);
    if (!e)
        e = batch_close(r->core, tokens_put(r->core->store, &t));
    if (e == ERR_TOKEN_KNOWN)
        why_set(&r->read.why, e, "%.60s", read_text(&r->read, "name"));
    if (!e) {
        json_decref(r->read.result);
        r->read.result = token_json(&t);
        say_put(r->read.result, "token", json_string(text));
    }
    sign_wipe(random, sizeof random);
    sign_wipe(text, sizeof text);
    return e;
}

/* All of them; where a site is named, its own. */
err_t req_token_list(struct req *r)
{
    struct token *all = NULL;
    size_t n = 0;
    bool one = *read_text(&r->read, "site") != 0;
    json_t *list = json_array();
    err_t e = tokens_list(r->core->store, &r->read.arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++)
        if (!one || slice_equal(all[i].site, r->own->row.name))
            json_array_append_new(list, token_json(&all[i]));
    say_put(r->read.result, "tokens", list);
    return e;
}

err_t req_token_revoke(struct req *r)
{
    struct slice name = slice_text(read_text(&r->read, "name"));
    err_t e = batch_begin(r->core);
    if (!e)
        e = batch_close(r->core, tokens_drop(r->core->store, r->own->row.name, name));
    say_put(r->read.result, "name", json_string(read_text(&r->read, "name")));
    return e == ERR_NOT_FOUND ? why_set(&r->read.why, e, "%.60s", read_text(&r->read, "name")) : e;
}

/* The HTTP thread saw it used, the first time that day. */
err_t req_token_used(struct req *r)
{
    uint8_t id[TOKEN_ID_BYTES];
    err_t e = base32_decode(slice_text(read_text(&r->read, "id")), id, sizeof id);
    if (!e)
        e = batch_begin(r->core);
    return e ? e : batch_close(r->core, tokens_used(r->core->store, id, core_wall(r->core).ms / CLOCK_DAY_MS));
}
