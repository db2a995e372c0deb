/*
 * req_once: how a request that writes ends: with its answer kept, where the client may send it again.
 */
#include "daemon/core/ingest.h"
#include "daemon/core/refold.h"
#include "daemon/core/req.h"
#include "daemon/store/once.h"
#include "protocol/base/base32.h"
#include <stdlib.h>

#define ONCE_KEY_MAX 200

/* ---- what was asked before ---- */

static err_t request_hash(const struct req *r, const char *name, uint8_t out[ONCE_BYTES])
{
    json_t *args = json_copy((json_t *)(uintptr_t)r->read.args);
    if (args)
        json_object_del(args, "once");
    char *text = args ? json_dumps(args, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(args);
    if (!text)
        return ERR_MEMORY;
    struct slice parts[] = {slice_of(name, strlen(name) + 1), slice_text(text)};
    hash128(out, parts, 2);
    free(text);
    return ERR_OK;
}

/* A key is its client's own: another token, or another site, may use the same. */
static void key_hash(const struct req *r, const json_t *once, const char *key, uint8_t out[ONCE_BYTES])
{
    const char *by = json_string_value(json_object_get(once, "by"));
    by = by ? by : "";
    struct slice parts[] = {slice_of(r->own->key.pub, SITE_BYTES), slice_of(by, strlen(by) + 1), slice_text(key)};
    hash128(out, parts, 3);
}

/* Of a key as the HTTP thread hands it on: what its client gave, without the number of the part. */
static int given_bytes(const char *key)
{
    const char *part = strrchr(key, '#');
    return part ? (int)(part - key) : (int)strlen(key);
}

static err_t give_again(struct req *r, const struct once *before)
{
    json_t *answer =
        json_loadb((const char *)before->answer.at, before->answer.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    int bad = answer ? json_object_update(r->read.result, answer) : -1;
    json_decref(answer);
    say_put(r->read.result, "again", json_true());
    return bad ? ERR_MEMORY : ERR_OK;
}

err_t req_once(struct req *r, const char *name, bool *again)
{
    const json_t *asked = json_object_get(r->read.args, "once");
    const char *key = json_string_value(json_object_get(asked, "key"));
    *again = false;
    if (!asked)
        return ERR_OK;
    if (!r->own || !key || !*key || strlen(key) > ONCE_KEY_MAX)
        return why_set(&r->read.why, ERR_USAGE, "once");
    struct once *now = arena_alloc(&r->read.arena, 1, sizeof *now);
    err_t e = now ? request_hash(r, name, now->request) : ERR_MEMORY;
    if (e)
        return e;
    key_hash(r, asked, key, now->key);
    now->at_ms = core_wall(r->core).ms;
    struct once before = *now;
    e = once_get(r->core->store, now->at_ms - ONCE_KEEP_MS, &r->read.arena, &before);
    if (e == ERR_NOT_FOUND) {
        r->once = now;
        return ERR_OK;
    }
    if (!e && memcmp(before.request, now->request, ONCE_BYTES) != 0)
        e = why_set(&r->read.why, ERR_ONCE_OTHER, "%.*s", given_bytes(key), key);
    *again = !e;
    return e ? e : give_again(r, &before);
}

/* ---- the end ---- */

err_t req_end(struct req *r, err_t e)
{
    if (!e && r->once) {
        char *text = json_dumps(r->read.result, JSON_COMPACT | JSON_REAL_PRECISION(9));
        r->once->answer = slice_text(text ? text : "");
        e = text ? once_put(r->core->store, r->once) : ERR_MEMORY;
        free(text);
    }
    e = batch_close(r->core, e);
    if (e)
        json_object_clear(r->read.result);
    return e;
}

/* ---- versions ---- */

static bool is_one_of(const char *versions, const uint8_t now[VERSION_BYTES])
{
    uint8_t meant[VERSION_BYTES];
    for (size_t n; *versions; versions += n) {
        versions += strspn(versions, " ");
        n = strcspn(versions, " ");
        if (base32_decode(slice_of(versions, n), meant, sizeof meant) == ERR_OK &&
            memcmp(now, meant, sizeof meant) == 0)
            return true;
    }
    return false;
}

err_t req_if_match(struct req *r, enum entity_type type, struct slice entity)
{
    const json_t *asked = json_object_get(r->read.args, "if_match");
    uint8_t now[VERSION_BYTES];
    if (!asked)
        return ERR_OK;
    const char *text = json_string_value(asked) ? json_string_value(asked) : "";
    err_t e = replica_version(r->core->store, type, entity, now);
    if (e || strcmp(text, "*") == 0)
        return e;
    return is_one_of(text, now) ? ERR_OK : why_set(&r->read.why, ERR_STALE, "%.100s", read_text(&r->read, "id"));
}

err_t req_if_match_line(struct req *r, enum entity_type type, struct slice entity)
{
    uint8_t now[VERSION_BYTES];
    bool new = read_flag(&r->read, "if_none");
    err_t e = new ? replica_version(r->core->store, type, entity, now) : req_if_match(r, type, entity);
    if (new ? !e : e == ERR_NOT_FOUND)
        return why_set(&r->read.why, ERR_STALE, "%s", "");
    return new &&e == ERR_NOT_FOUND ? ERR_OK : e;
}

err_t req_put_version(struct req *r, json_t *out, enum entity_type type, struct slice entity)
{
    uint8_t version[VERSION_BYTES];
    err_t e = refold_now(r->core, type, entity);
    if (!e)
        e = replica_version(r->core->store, type, entity, version);
    if (!e)
        say_put(out, "version", say_id(slice_of(version, sizeof version)));
    return e;
}
