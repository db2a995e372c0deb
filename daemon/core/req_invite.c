#include "daemon/core/admit.h"
#include "daemon/core/found.h"
#include "daemon/core/req.h"

#define EXPIRES_DEFAULT_S 604800
#define EXPIRES_MAX_S     (366 * 86400)

static err_t join_addresses(struct req *r, struct buf *out)
{
    const json_t *list = json_object_get(r->args, "addresses");
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)list, i, item)
        buf_printf(out, "%s%s", i ? " " : "", json_is_string(item) ? json_string_value(item) : "");
    if (!out->len)
        buf_printf(out, "%s", r->core->endpoints);
    return out->err;
}

err_t req_invite(struct req *r)
{
    struct buf code, addresses, ally = {0};
    char words[64] = "";
    int64_t expires_s = req_number(r, "expires_s", EXPIRES_DEFAULT_S);
    expires_s = expires_s < 1 ? 1 : expires_s > EXPIRES_MAX_S ? EXPIRES_MAX_S : expires_s;
    struct wall expires = {core_wall(r->core).ms + expires_s * 1000};
    char expires_text[RFC3339_LEN + 1];
    buf_init(&code, 8192);
    buf_init(&addresses, 4096);
    err_t e = join_addresses(r, &addresses);
    if (!e)
        e = found_name(req_text(r, "ally"), &ally, "NAME", &r->why);
    if (!e)
        e = admit_invite(r->core, buf_text(&ally), expires.ms, buf_text(&addresses), &code, words, sizeof words,
                         &r->why);
    if (!e) {
        rfc3339_format(expires, expires_text);
        req_put(r->result, "code", req_string(buf_slice(&code)));
        req_put(r->result, "words", json_string(words));
        req_put(r->result, "expires", json_string(expires_text));
        req_put(r->result, "ally", json_string(buf_text(&ally)));
    }
    buf_fini(&ally);
    buf_wipe(&code);
    buf_fini(&addresses);
    return e;
}
