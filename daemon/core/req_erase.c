/*
 * req_erase: asking that the words of an op go everywhere, and seeing where they have gone. Who may ask is judged here only so that nobody asks in vain: whether
 * it counts is erase.c's to say, on every replica alike.
 */
#include "daemon/core/erase.h"
#include "daemon/core/own.h"
#include "daemon/core/req.h"
#include "daemon/store/erased.h"

#define ERASE_DOTS_MAX 256 /* of one request */

/* ---- asking ---- */

/* A commit of a log, or one that was set aside. In the arena. */
static err_t find_commit(struct req *r, const struct dot *dot, struct commit **out)
{
    int64_t row = 0;
    struct slice carried;
    *out = arena_alloc(&r->read.arena, 1, sizeof **out);
    if (!*out)
        return ERR_MEMORY;
    err_t e = oplog_by_dot(r->core->store, dot->commit, &row);
    if (!e)
        return oplog_get_row(r->core->store, row, &r->read.arena, *out);
    if (e == ERR_NOT_FOUND)
        e = aside_get(r->core->store, dot->commit, &r->read.arena, &carried);
    return e ? e : commit_decode(carried, *out);
}

static bool is_erasable(const struct commit_op *op)
{
    uint64_t kind = 0;
    struct slice entity;
    const struct kind_info *info;
    err_t e = op_peek(op->header, &kind, &entity);
    return e == ERR_UNKNOWN_KIND || (!e && (info = kind_info(kind)) && info->erasable);
}

static err_t may_ask(struct req *r, const uint8_t author[SITE_BYTES])
{
    const struct authority *a = &r->core->authority;
    const struct ally *ours = authority_ally_of(a, r->own->key.pub);
    if (!ours)
        return ERR_STANDING;
    bool may = ours == authority_ally_of(a, author) || authority_has_role(a, ours->id, ROLE_DATA_PROTECTION);
    return may ? ERR_OK : ERR_WHO;
}

/* *fresh: nobody who may has asked for it yet. */
static err_t check_dot(struct req *r, const char *text, struct dot *dot, bool *fresh)
{
    struct commit *commit = NULL;
    err_t e = dot_parse(slice_text(text), dot);
    if (!e)
        e = find_commit(r, dot, &commit);
    if (!e && dot->index >= commit->ops_n)
        e = ERR_NOT_FOUND;
    if (!e)
        e = may_ask(r, commit->log.site);
    if (!e && !is_erasable(&commit->ops[dot->index]))
        e = ERR_NOT_ERASABLE;
    if (e)
        return why_set(&r->read.why, e, "%.100s", text);
    *fresh = !erase_is_due(r->core, dot, commit->log.site);
    return ERR_OK;
}

static err_t read_dots(struct req *r, struct dot *dots, size_t *n)
{
    json_t *given = json_object_get(r->read.args, "dots"), *item;
    size_t i;
    err_t e = json_array_size(given) == 0               ? why_set(&r->read.why, ERR_USAGE_MISSING, "%s", "DOT")
              : json_array_size(given) > ERASE_DOTS_MAX ? why_set(&r->read.why, ERR_ITEMS, "%s", "dots")
                                                        : ERR_OK;
    *n = 0;
    json_array_foreach(given, i, item)
    {
        bool fresh = false, twice = false;
        e = e ? e : check_dot(r, json_is_string(item) ? json_string_value(item) : "", &dots[*n], &fresh);
        for (size_t k = 0; !e && k < *n; k++)
            twice |= dot_compare(&dots[k], &dots[*n]) == 0;
        *n += !e && fresh && !twice;
    }
    return e || *n ? e : why_set(&r->read.why, ERR_NOTHING_TO_DO, "%.60s", json_string_value(json_array_get(given, 0)));
}

static err_t write_erase(struct req *r, struct dot *dots, size_t n, struct slice reason, uint8_t id[HASH_BYTES])
{
    struct own *own = r->own;
    struct op op = {
        .info = kind_info(OP_SITE_ERASE), .entity = slice_of(own->key.pub, SITE_BYTES), .dots = dots, .dots_n = n};
    struct buf body;
    dots_sort(dots, n);
    buf_init(&body, LIMIT_BODY_BYTES);
    op_encode_body(&body, &reason, 1);
    err_t e = body.err ? body.err : own_write_alone(r->core, own, &op, buf_slice(&body), id);
    buf_fini(&body);
    return e;
}

err_t req_erase(struct req *r)
{
    struct slice reason;
    uint8_t id[HASH_BYTES];
    size_t n = 0;
    struct dot *dots = arena_alloc(&r->read.arena, ERASE_DOTS_MAX, sizeof *dots);
    if (!dots)
        return ERR_MEMORY;
    if (!*read_text(&r->read, "reason"))
        return why_set(&r->read.why, ERR_USAGE_MISSING, "%s", "--reason");
    err_t e = read_dots(r, dots, &n);
    if (!e)
        e = req_encoded(r, slice_text(read_text(&r->read, "reason")), &reason);
    if (e == ERR_TOO_LARGE)
        e = why_set(&r->read.why, ERR_TEXT_LONG, "%s", "reason");
    if (!e)
        e = write_erase(r, dots, n, reason, id);
    if (e)
        return e;
    erase_tick(r->core);
    struct dot own = dot_of(id, 0);
    json_t *erased = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(erased, say_dot(&dots[i]));
    say_put(r->read.result, "dot", say_dot(&own));
    say_put(r->read.result, "erased", erased);
    return ERR_OK;
}

/* ---- who has, and who has not ---- */

static void put_sites(struct req *r, json_t *out, const struct dot *target, size_t *waiting_n)
{
    const struct authority *a = &r->core->authority;
    json_t *attested = json_array(), *waiting = json_array();
    *waiting_n = 0;
    for (size_t i = 0; i < a->sites_n; i++) {
        bool done = erased_is_attested(r->core->store, target, a->sites[i].id);
        if (!done && a->sites[i].ended)
            continue;
        *waiting_n += !done;
        json_array_append_new(done ? attested : waiting, say_string(a->sites[i].name));
    }
    say_put(out, "attested", attested);
    say_put(out, "waiting", waiting);
}

static err_t put_erasure(struct req *r, json_t *out, const struct erasure *e, bool *open)
{
    const struct authority *a = &r->core->authority;
    const struct site *by = authority_site(a, e->by.site);
    const struct ally *ally = authority_ally_of(a, e->by.site);
    struct commit *commit = NULL;
    size_t waiting = 0;
    err_t err = find_commit(r, &e->target, &commit);
    if (err && err != ERR_NOT_FOUND)
        return err;
    bool known = !err && e->target.index < commit->ops_n;
    bool due = known && erase_is_due(r->core, &e->target, commit->log.site);
    say_put(out, "dot", say_dot(&e->target));
    say_put(out, "site", say_id(slice_of(e->by.site, SITE_BYTES)));
    say_put(out, "site_name", by ? say_string(by->name) : json_null());
    say_ally(&r->core->authority, out, ally ? slice_of(ally->id, ALLY_BYTES) : slice_text(""));
    say_put(out, "counts", json_boolean(due));
    say_put(out, "erased", json_boolean(known && commit->ops[e->target.index].state == BODY_ERASED));
    put_sites(r, out, &e->target, &waiting);
    *open = due && waiting;
    return ERR_OK;
}

err_t req_erasures_list(struct req *r, json_t *list, size_t *open_n)
{
    struct erasure *all = NULL;
    size_t n = 0;
    *open_n = 0;
    err_t e = r->core->erase.any ? erased_list(r->core->store, NULL, &r->read.arena, &all, &n) : ERR_OK;
    for (size_t i = 0; i < n && !e; i++) {
        bool open = false;
        if (i && dot_compare(&all[i - 1].target, &all[i].target) == 0)
            continue;
        json_t *one = json_object();
        e = put_erasure(r, one, &all[i], &open);
        *open_n += open;
        json_array_append_new(list, one);
    }
    return e;
}

err_t req_erasures(struct req *r)
{
    json_t *list = json_array();
    size_t open = 0;
    err_t e = req_erasures_list(r, list, &open);
    say_put(r->read.result, "erasures", list);
    say_put(r->read.result, "open", json_integer((json_int_t)open));
    return e;
}
