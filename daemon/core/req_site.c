/*
 * req_site: the sites whose daemon this is.
 */
#include "daemon/core/admit.h"
#include "daemon/core/found.h"
#include "daemon/core/host.h"
#include "daemon/core/move.h"
#include "daemon/core/own.h"
#include "daemon/core/req.h"

static const char *state_of(const struct core *c, const struct own *own)
{
    const struct site *site = authority_site(&c->authority, own->key.pub);
    if (own->waits || !site)
        return own->join_error || (own == c->own && c->join_error) ? "refused" : "waiting";
    if (own->moving)
        return "moving";
    return own_may_write(c, own) ? "member" : "readonly";
}

/* One of the sites whose daemon this is, as site.list gives it: a new object. */
static err_t own_json(struct req *r, const struct own *own, json_t **out)
{
    struct core *c = r->core;
    const struct ally *ally = authority_ally_of(&c->authority, own->key.pub);
    bool first = own == c->own;
    uint64_t unheld = 0;
    err_t e = local_unheld(c->store, own->key.pub, &unheld);
    if (e)
        return e;
    json_t *one = json_object();
    say_put(one, "name", say_string(own->row.name));
    say_put(one, "site", say_id(slice_of(own->key.pub, SITE_BYTES)));
    say_put(one, "ally", ally ? say_string(ally->name) : json_null());
    say_put(one, "ally_id", ally ? say_id(slice_of(ally->id, ALLY_BYTES)) : json_null());
    say_put(one, "hosted_by", first ? json_null() : say_string(c->own[0].row.name));
    say_put(one, "incarnation", say_u64(own->row.incarnation));
    say_put(one, "unheld", json_integer((json_int_t)unheld));
    say_put(one, "state", json_string(state_of(c, own)));
    say_put(one, "join_error", own->join_error ? json_string(err_name(own->join_error)) : json_null());
    say_put(one, "join_detail", json_string(own->join_error ? own->join_detail : ""));
    *out = one;
    return ERR_OK;
}

/* Those that were here: under which key they go on. */
static err_t put_moved(struct req *r, json_t *sites)
{
    struct setting_row *rows = NULL;
    size_t n = 0;
    err_t e = local_settings(r->core->store, SETTING_SITE_MOVED, &r->read.arena, &rows, &n);
    for (size_t i = 0; i < n && !e; i++) {
        const struct ally *ally =
            rows[i].value.len == SITE_BYTES ? authority_ally_of(&r->core->authority, rows[i].value.at) : NULL;
        json_array_append_new(sites,
                              json_pack("{s:o, s:o, s:o, s:o, s:i, s:s}", "name", say_string(rows[i].name), "site",
                                        say_id(rows[i].value), "ally", ally ? say_string(ally->name) : json_null(),
                                        "hosted_by", json_null(), "unheld", 0, "state", "moved"));
    }
    return e;
}

err_t req_site_list(struct req *r)
{
    json_t *sites = json_array();
    err_t e = ERR_OK;
    for (size_t i = 0; i < r->core->own_n && !e; i++) {
        json_t *one = NULL;
        e = own_json(r, &r->core->own[i], &one);
        json_array_append_new(sites, one);
    }
    if (!e)
        e = put_moved(r, sites);
    say_put(r->read.result, "sites", sites);
    return e;
}

/* The ally's name out of the code, where none is given. */
static err_t read_code(struct req *r, struct invite *invite, struct buf *ally)
{
    char given[NAME_MAX_BYTES + 1] = "";
    const char *name = read_text(&r->read, "ally"), *code = read_text(&r->read, "code");
    err_t e = *code ? invite_decode(slice_text(code), &r->read.arena, invite) : ERR_OK;
    if (e)
        return why_set(&r->read.why, e, "%.40s", code);
    if (invite->ally_name.len <= NAME_MAX_BYTES)
        memcpy(given, invite->ally_name.at, invite->ally_name.len);
    return found_name(*name ? name : given, ally, "NAME", &r->read.why);
}

err_t req_site_add(struct req *r)
{
    struct invite invite = {.ally_name = slice_text("")};
    struct buf ally = {0};
    const char *name = read_text(&r->read, "name");
    bool code = *read_text(&r->read, "code") != 0;
    err_t e = read_code(r, &invite, &ally);
    const struct own *there = core_own_named(r->core, slice_text(name));
    if (!e && !code && !there && r->core->is_registrar && !read_flag(&r->read, "again"))
        e = req_ally_is_new(r, buf_slice(&ally));
    struct host_site in = {.ally = buf_slice(&ally), .name = name, .invite = code ? &invite : NULL};
    if (!e)
        e = host_add(r->core, &in, &r->read.why);
    /* It may have moved the sites. */
    r->own = core_own(r->core);
    struct own *own = core_own_named(r->core, slice_text(name));
    json_t *one = NULL;
    if (!e && own)
        e = own_json(r, own, &one);
    if (one) {
        json_object_update(r->read.result, one);
        json_decref(one);
    }
    if (!e && json_is_null(json_object_get(r->read.result, "ally")))
        say_put(r->read.result, "ally", json_string(buf_text(&ally)));
    sign_wipe(&invite, sizeof invite);
    buf_fini(&ally);
    return e;
}

err_t req_site_remove(struct req *r)
{
    say_put(r->read.result, "name", say_string(r->own->row.name));
    err_t e = host_remove(r->core, r->own, &r->read.why);
    r->own = core_own(r->core);
    if (e)
        json_object_clear(r->read.result);
    return e;
}

/* ---- moving ---- */

err_t req_site_move(struct req *r)
{
    struct buf code, addresses = {0};
    struct wall expires = req_expires(r);
    char text[RFC3339_LEN + 1];
    buf_init(&code, 8192);
    const struct ally *ally = authority_ally_of(&r->core->authority, r->own->key.pub);
    bool cancel = read_flag(&r->read, "cancel");
    err_t e = cancel ? move_cancel(r->core, r->own, &r->read.why) : req_addresses(r, &addresses);
    if (!e && !cancel)
        e = move_offer(r->core, r->own, expires.ms, buf_text(&addresses) ? buf_text(&addresses) : "", &code,
                       &r->read.why);
    if (!e) {
        rfc3339_format(expires, text);
        say_put(r->read.result, "name", say_string(r->own->row.name));
        say_put(r->read.result, "ally", ally ? say_string(ally->name) : json_null());
        say_put(r->read.result, "code", cancel ? json_null() : say_string(buf_slice(&code)));
        say_put(r->read.result, "expires", cancel ? json_null() : json_string(text));
    }
    buf_wipe(&code);
    buf_fini(&addresses);
    return e;
}
