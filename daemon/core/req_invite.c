#include "daemon/core/admit.h"
#include "daemon/core/found.h"
#include "daemon/core/req.h"
#include "daemon/core/roster.h"
#include "protocol/base/base32.h"

#define EXPIRES_DEFAULT_S 604800
#define EXPIRES_MAX_S     (366 * 86400)

err_t req_addresses(struct req *r, struct buf *out)
{
    buf_init(out, 4096);
    const json_t *list = json_object_get(r->read.args, "addresses");
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)list, i, item)
        buf_printf(out, "%s%s", i ? " " : "", json_is_string(item) ? json_string_value(item) : "");
    if (!out->len)
        buf_printf(out, "%s", r->core->endpoints);
    return out->err;
}

/* Two allies of one name could not be told apart by anybody; the ally's site is named, so that one sees who it is. */
err_t req_ally_is_new(struct req *r, struct slice name)
{
    const struct authority *a = &r->core->authority;
    for (size_t i = 0; i < a->sites_n; i++) {
        char id[BASE32_LEN(SITE_BYTES) + 1];
        struct slice site = a->sites[i].name;
        if (!slice_equal(a->allies[a->sites[i].ally].name, name))
            continue;
        base32_encode(slice_of(a->sites[i].id, SITE_BYTES), id);
        return why_set(&r->read.why, ERR_ALLY_KNOWN, "%.*s: %.*s %.10s…", (int)(name.len < 60 ? name.len : 60),
                       (const char *)name.at, (int)(site.len < 60 ? site.len : 60), (const char *)site.at, id);
    }
    return ERR_OK;
}

struct wall req_expires(struct req *r)
{
    int64_t s = read_number(&r->read, "expires_s", EXPIRES_DEFAULT_S);
    s = s < 1 ? 1 : s > EXPIRES_MAX_S ? EXPIRES_MAX_S : s;
    return (struct wall){core_wall(r->core).ms + s * 1000};
}

/* Whose daemon must run before anybody comes in by it; null where that is ours. */
static void put_registrar(struct req *r)
{
    char who[120];
    roster_secretariat(r->core, who, sizeof who);
    say_put(r->read.result, "waits_for", r->core->is_registrar ? json_null() : json_string(who));
}

err_t req_invite(struct req *r)
{
    struct buf code, addresses, ally = {0};
    char words[64] = "";
    struct wall expires = req_expires(r);
    char expires_text[RFC3339_LEN + 1];
    buf_init(&code, 8192);
    err_t e = req_addresses(r, &addresses);
    if (!e)
        e = found_name(read_text(&r->read, "ally"), &ally, "NAME", &r->read.why);
    if (!e && !read_flag(&r->read, "again"))
        e = req_ally_is_new(r, buf_slice(&ally));
    struct invitation invitation = {
        .ally_name = buf_slice(&ally), .expires_ms = expires.ms, .confirm = read_flag(&r->read, "confirm")};
    if (!e)
        e = admit_invite(r->core, &invitation, buf_text(&addresses), &code, words, sizeof words, &r->read.why);
    if (!e) {
        rfc3339_format(expires, expires_text);
        say_put(r->read.result, "code", say_string(buf_slice(&code)));
        say_put(r->read.result, "words", json_string(words));
        say_put(r->read.result, "expires", json_string(expires_text));
        say_put(r->read.result, "ally", json_string(buf_text(&ally)));
        say_put(r->read.result, "confirm", json_boolean(invitation.confirm));
        put_registrar(r);
    }
    buf_fini(&ally);
    buf_wipe(&code);
    buf_fini(&addresses);
    return e;
}

err_t req_ally_card(struct req *r)
{
    struct buf code, addresses;
    buf_init(&code, 8192);
    err_t e = req_addresses(r, &addresses);
    if (!e)
        e = admit_card(r->core, buf_text(&addresses), &code, &r->read.why);
    if (!e)
        say_put(r->read.result, "card", say_string(buf_slice(&code)));
    buf_fini(&code);
    buf_fini(&addresses);
    return e;
}
