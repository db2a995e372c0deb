/*
 * req_republish: what was set aside out of our logs, written again at the operator's word.
 */
#include "daemon/core/req.h"
#include "daemon/core/republish.h"
#include "protocol/base/base32.h"

/* What the operator named: a change, or the beginning of an entity's id; "" means all. */
struct named {
    const char *text;
    bool is_dot;
    struct dot dot;
};

static bool touches(const struct commit *commit, const char *text)
{
    for (size_t i = 0; i < commit->ops_n; i++) {
        char id[BASE32_LEN(SITE_BYTES) + 1] = "";
        uint64_t kind = 0;
        struct slice entity = slice_text("");
        err_t e = op_peek(commit->ops[i].header, &kind, &entity);
        if ((e && e != ERR_UNKNOWN_KIND) || entity.len > SITE_BYTES)
            continue;
        base32_encode(entity, id);
        if (strncmp(id, text, strlen(text)) == 0)
            return true;
    }
    return false;
}

static bool is_named(void *ctx, const struct aside_row *row, const struct commit *commit)
{
    const struct named *named = ctx;
    if (named->is_dot)
        return memcmp(row->dot, named->dot.commit, sizeof row->dot) == 0;
    return !*named->text || touches(commit, named->text);
}

err_t req_record_republish(struct req *r)
{
    struct named named = {.text = read_text(&r->read, "id")};
    struct republished *made = NULL;
    size_t n = 0, known = 0;
    named.is_dot = *named.text && dot_parse(slice_text(named.text), &named.dot) == ERR_OK;
    err_t e = r->own ? republish(r->core, r->own, is_named, &named, &r->read.arena, &made, &n, &known) : ERR_STANDING;
    if (!e && !n)
        e = why_set(&r->read.why, known || !*named.text ? ERR_NOTHING_TO_DO : ERR_NOT_FOUND, "%.100s", named.text);
    if (e)
        return e;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        struct slice text = slice_of(made[i].fresh.commit, sizeof made[i].fresh.commit);
        int64_t row = 0;
        if (oplog_by_dot(r->core->store, text.at, &row) == ERR_OK)
            json_array_append_new(
                list, json_pack("{s:o, s:o}", "old", say_dot(&made[i].old), "new", say_dot(&made[i].fresh)));
    }
    say_put(r->read.result, "republished", list);
    return ERR_OK;
}
