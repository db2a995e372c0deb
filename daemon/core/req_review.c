/*
 * req_review: reviews of other allies' records, and the right of reply of those whom a record names. Each is its ally's own: nobody else changes it or takes
 * it away, the record's owner neither.
 */
#include "daemon/core/ingest.h"
#include "daemon/core/req.h"
#include "daemon/read/say.h"
#include "daemon/read/judge.h"
#include "protocol/base/utf8.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"

struct say_job {
    struct req *r;
    struct edit edit;
    struct slice lang; /* "": none is named */
    bool retract;
};

/* ---- what is asked ---- */

/* A text of the arguments as it is written. Appends it encoded. */
static err_t put_text(struct req *r, const char *key, size_t most, struct buf *out)
{
    struct buf plain;
    struct slice text = slice_text(read_text(&r->read, key));
    buf_init(&plain, LIMIT_BODY_BYTES * 16);
    err_t e = utf8_plain(text, &plain);
    if (!e && plain.len == 0)
        e = why_set(&r->read.why, ERR_TEXT_EMPTY, "%s", key);
    else if (!e && plain.len > most)
        e = why_set(&r->read.why, ERR_TEXT_LONG, "%s %zu > %zu", key, plain.len, most);
    if (!e)
        wr_text(out, buf_slice(&plain));
    buf_fini(&plain);
    return e ? e : out->err;
}

static err_t open_job(struct req *r, struct say_job *j)
{
    struct slice id;
    const char *lang = read_text(&r->read, "lang");
    *j = (struct say_job){.r = r, .retract = read_flag(&r->read, "retract")};
    j->lang = slice_text(*lang || j->retract ? lang : r->core->language);
    if ((j->lang.len || !j->retract) && !lang_valid(j->lang))
        return why_set(&r->read.why, ERR_LANG, "lang%s%.40s", *lang ? " " : "", lang);
    err_t e = read_entity(&r->read, ENTITY_RECORD, read_text(&r->read, "id"), &id);
    return e ? e : edit_open(r->core, r->own, ENTITY_RECORD, id, &r->read.arena, &j->edit);
}

static bool is_ours(const struct say_job *j, const struct view_key *key, size_t i)
{
    return slice_equal(key->values[i].ally, slice_of(j->edit.ally->id, ALLY_BYTES)) && view_says(key, i);
}

/* What our ally says under these keys, in the language asked for or in all, is taken back. */
static err_t retract(struct say_job *j, const struct view_key *keys, size_t n, struct slice reply)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < n && !e; i++) {
        bool meant = (!j->lang.len || slice_equal(keys[i].lang, j->lang)) && slice_equal(keys[i].target, reply);
        for (size_t k = 0; meant && k < keys[i].values_n && !e; k++)
            if (is_ours(j, &keys[i], k))
                e = edit_say(&j->edit, reply, keys[i].lang, value_nil, NULL);
    }
    return e;
}

static err_t finish(struct say_job *j)
{
    struct dot dot;
    err_t e = batch_begin(j->r->core);
    if (!e)
        e = edit_write(&j->edit, false, &dot);
    if (!e)
        e = batch_end(j->r->core);
    if (e)
        return e;
    say_put(j->r->read.result, "id", say_id(j->edit.entity));
    say_put(j->r->read.result, "dot", say_dot(&dot));
    return ERR_OK;
}

/* ---- reviews ---- */

static err_t write_review(struct say_job *j)
{
    struct buf b;
    struct slice value;
    buf_init(&b, LIMIT_BODY_BYTES * 16);
    err_t e = put_text(j->r, "text", REVIEW_MAX_BYTES, &b);
    e = e ? e : arena_copy(&j->r->read.arena, buf_slice(&b), &value);
    buf_fini(&b);
    return e ? e : edit_say(&j->edit, slice_text(""), j->lang, value, NULL);
}

err_t req_record_review(struct req *r)
{
    struct say_job j;
    err_t e = open_job(r, &j);
    if (!e && !j.retract && judge_owns(&r->core->authority, j.edit.ally, j.edit.entity))
        e = why_set(&r->read.why, ERR_REVIEW_OWN, "%.100s", read_text(&r->read, "id"));
    if (!e)
        e = j.retract ? retract(&j, j.edit.view.reviews, j.edit.view.reviews_n, slice_text("")) : write_review(&j);
    return e ? e : finish(&j);
}

/* ---- replies ---- */

/* Does the first text of an encoded list say that? */
static bool begins_with(struct rd *r, size_t parts, struct slice encoded)
{
    rd_array(r, parts, parts);
    struct slice first = rd_raw(r);
    for (size_t i = 1; i < parts; i++)
        rd_raw(r);
    return r->err == ERR_OK && slice_equal(first, encoded);
}

static bool is_named(const struct view *v, struct slice actor)
{
    const struct view_key *key = view_field(v, R_ACTORS, slice_text(""));
    struct rd r;
    bool found = false;
    if (!key || !key->shown)
        return false;
    rd_init(&r, key->shown->value);
    size_t n = rd_array(&r, 0, SIZE_MAX);
    for (size_t i = 0; i < n && r.err == ERR_OK && !found; i++)
        found = begins_with(&r, 4, actor);
    return found;
}

/* What we have passed on for that actor before keeps its id in all languages; it stays ours to change when the record names nobody so any more. */
static struct slice known_reply(const struct say_job *j, struct slice actor)
{
    const struct view *v = &j->edit.view;
    for (size_t i = 0; i < v->replies_n; i++)
        for (size_t k = 0; k < v->replies[i].values_n; k++) {
            struct rd r;
            rd_init(&r, v->replies[i].values[k].value);
            if (is_ours(j, &v->replies[i], k) && begins_with(&r, 2, actor))
                return v->replies[i].target;
        }
    return slice_text("");
}

static err_t draw(struct say_job *j, struct slice *out)
{
    uint8_t *id = arena_alloc(&j->r->read.arena, 1, REPLY_BYTES);
    if (!id)
        return ERR_MEMORY;
    j->r->core->env.random(j->r->core->env.ctx, id, REPLY_BYTES);
    *out = slice_of(id, REPLY_BYTES);
    return ERR_OK;
}

static err_t write_reply(struct say_job *j, struct slice reply, struct slice actor)
{
    struct buf b;
    struct slice value;
    buf_init(&b, LIMIT_BODY_BYTES * 16);
    wr_array(&b, 2);
    buf_add(&b, actor);
    err_t e = put_text(j->r, "text", REVIEW_MAX_BYTES, &b);
    e = e ? e : arena_copy(&j->r->read.arena, buf_slice(&b), &value);
    buf_fini(&b);
    return e ? e : edit_say(&j->edit, reply, j->lang, value, NULL);
}

static err_t reply(struct say_job *j, struct slice actor)
{
    struct slice id = known_reply(j, actor);
    if (!id.len && !is_named(&j->edit.view, actor))
        return why_set(&j->r->read.why, ERR_ACTOR_UNKNOWN, "%.100s", read_text(&j->r->read, "actor"));
    err_t e = id.len || j->retract ? ERR_OK : draw(j, &id);
    if (!e && j->retract)
        e = id.len ? retract(j, j->edit.view.replies, j->edit.view.replies_n, id) : ERR_OK;
    else if (!e)
        e = write_reply(j, id, actor);
    e = e ? e : finish(j);
    if (!e)
        say_put(j->r->read.result, "reply", say_id(id));
    return e;
}

err_t req_record_reply(struct req *r)
{
    struct say_job j;
    struct buf actor;
    buf_init(&actor, LIMIT_BODY_BYTES * 16);
    err_t e = open_job(r, &j);
    e = e ? e : put_text(r, "actor", ACTOR_MAX_BYTES, &actor);
    e = e ? e : reply(&j, buf_slice(&actor));
    buf_fini(&actor);
    return e;
}
