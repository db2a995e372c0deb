/*
 * changes: what was changed in the whole work, commit by commit in this replica's order of arrival. A place in it is named by the commit that stands
 * there, not by a number: a log that is cut back, or a backup put back, would give a number another meaning without a word.
 */
#include "daemon/read/history.h"
#include "daemon/commons/shortage.h"
#include "daemon/store/arrivals.h"
#include "daemon/read/judge.h"
#include "daemon/read/say.h"
#include "daemon/store/aside.h"
#include "protocol/base/base32.h"
#include "protocol/base/clock.h"

#define COMMIT_DOT 16 /* bytes that name a commit */

/* ---- what is asked ---- */

static err_t place_of(struct read *r, const char *key, int64_t *row)
{
    uint8_t dot[COMMIT_DOT];
    const char *text = read_text(r, key);
    if (base32_decode(slice_text(text), dot, sizeof dot))
        return why_set(&r->why, ERR_CURSOR, "%s %.60s", key, text);
    err_t e = oplog_by_dot(r->store, dot, row);
    return e == ERR_NOT_FOUND ? why_set(&r->why, ERR_CURSOR, "%s %.60s", key, text) : e;
}

static err_t bounds_of(struct read *r, struct arrivals_ask *ask)
{
    struct wall since = {0};
    const char *text = read_text(r, "since");
    bool cursor = *read_text(r, "cursor"), before = *read_text(r, "before");
    if (cursor && before)
        return why_set(&r->why, ERR_USAGE, "cursor, before");
    if (*text && rfc3339_read(text, &since))
        return why_set(&r->why, ERR_TIME, "since %.60s", text);
    ask->since = since.ms > 0 ? (uint64_t)since.ms << 16 : 0;
    ask->limit = read_limit(r);
    ask->forward = cursor;
    ask->at = INT64_MAX;
    return cursor || before ? place_of(r, cursor ? "cursor" : "before", &ask->at) : ERR_OK;
}

static err_t logs_of(struct read *r, struct arrivals_ask *ask)
{
    struct log_head *heads = NULL;
    const struct ally *ally = NULL;
    size_t n = 0, kept = 0;
    err_t e = *read_text(r, "ally") ? read_ally(r, read_text(r, "ally"), &ally) : ERR_OK;
    if (!e)
        e = oplog_heads(r->store, &r->arena, &heads, &n);
    int64_t *logs = e ? NULL : arena_alloc(&r->arena, n + 1, sizeof *logs);
    if (e || !logs)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        if (!ally || authority_ally_of(r->authority, heads[i].log.site) == ally)
            logs[kept++] = heads[i].row;
    ask->logs = logs;
    ask->logs_n = kept;
    return ERR_OK;
}

/* ---- one commit ---- */

static struct slice label_of(struct read *r, enum entity_type type, struct slice entity)
{
    struct view v;
    if (type == ENTITY_SITE) {
        const struct site *site = entity.len == SITE_BYTES ? authority_site(r->authority, entity.at) : NULL;
        return site ? site->name : slice_text("");
    }
    if (type == ENTITY_MEANS) {
        char year[8];
        struct slice label = slice_text("");
        snprintf(year, sizeof year, "%u", means_year(entity));
        shortage_note(arena_copy(&r->arena, slice_text(year), &label));
        return label;
    }
    err_t e = type == ENTITY_NONE ? ERR_NOT_FOUND : read_view(r, type, entity, &v);
    shortage_note(e);
    return e ? slice_text("") : view_label(&v, slice_text(r->lang));
}

/* "title@fr" once each; a remove is marked as such. */
static json_t *fields_of(const struct op *op)
{
    json_t *seen = json_object(), *out = json_array();
    for (size_t i = 0; i < op->writes_n; i++) {
        const struct op_write *w = &op->writes[i];
        char name[96];
        snprintf(name, sizeof name, "%s%s%s%.*s", read_adds(op, w) ? "" : "-", read_write_name(op, w),
                 w->lang.len ? "@" : "", (int)(w->lang.len < LANG_MAX ? w->lang.len : LANG_MAX),
                 (const char *)w->lang.at);
        if (!json_object_get(seen, name))
            json_array_append_new(out, json_string(name));
        json_object_set_new(seen, name, json_true());
    }
    json_decref(seen);
    return out;
}

static json_t *op_json(struct read *r, const struct commit *c, size_t index)
{
    static const char *const types[] = {"none", "site", "record", "concept", "means"};
    static const char *const states[] = {
        [BODY_PRESENT] = "present", [BODY_ERASED] = "erased", [BODY_MISSING] = "missing"};
    const struct commit_op *in = &c->ops[index];
    struct replica_op row = {.log = c->log, .seq = c->seq, .clock = c->clock, .header = in->header, .state = in->state};
    struct slice entity = slice_text("");
    struct fold_op fold;
    struct op op;
    memcpy(row.dot.commit, c->id, sizeof row.dot.commit);
    row.dot.index = (uint8_t)index;
    shortage_note(op_peek(in->header, &row.kind, &entity));
    err_t form = op_decode(in->header, row.dot.commit, &r->arena, &op);
    shortage_note(form);
    enum entity_type type = form ? ENTITY_NONE : op.info->entity;
    struct slice label = label_of(r, type, entity);
    judge_op(r->authority, &row, type, entity, &fold);
    json_t *out = json_object();
    say_put(out, "dot", say_dot(&row.dot));
    say_put(out, "kind", form ? json_sprintf("%llu", (unsigned long long)row.kind) : json_string(op.info->name));
    say_put(out, "type", json_string(types[type]));
    say_put(out, "id", say_id(entity));
    say_put(out, "label", label.len ? say_string(label) : json_null());
    say_put(out, "fields", form ? json_array() : fields_of(&op));
    say_put(out, "counts", json_boolean(!form && fold_counts(&fold, entity)));
    say_put(out, "state", json_string(states[in->state]));
    return out;
}

static err_t commit_json(struct read *r, int64_t row, struct commit *c, json_t **out)
{
    err_t e = oplog_get_row(r->store, row, &r->arena, c);
    if (e)
        return e;
    json_t *ops = json_array();
    for (size_t i = 0; i < c->ops_n; i++)
        json_array_append_new(ops, op_json(r, c, i));
    *out = json_object();
    say_put(*out, "commit", say_id(slice_of(c->id, COMMIT_DOT)));
    say_commit(r->authority, *out, c);
    say_put(*out, "clock", say_u64(c->clock));
    say_put(*out, "seq", say_u64(c->seq));
    say_put(*out, "ops", ops);
    return ERR_OK;
}

static err_t put_all(struct read *r, const struct arrivals_ask *ask, const int64_t *rows, size_t n, bool more)
{
    struct commit *c = arena_alloc(&r->arena, 1, sizeof *c);
    struct aside_row *aside = NULL;
    size_t aside_n = 0;
    json_t *changes = json_array(), *one = NULL;
    err_t e = c ? aside_list(r->store, &r->arena, &aside, &aside_n) : ERR_MEMORY;
    for (size_t i = 0; i < n && !e; i++) {
        e = commit_json(r, rows[i], c, &one);
        if (!e)
            json_array_append_new(changes, one);
    }
    const json_t *first = json_array_get(changes, 0), *last = json_array_get(changes, n ? n - 1 : 0);
    say_put(r->result, "next", more && ask->forward ? json_copy(json_object_get(last, "commit")) : json_null());
    say_put(r->result, "older", more && !ask->forward ? json_copy(json_object_get(first, "commit")) : json_null());
    say_put(r->result, "aside", json_integer((json_int_t)aside_n));
    say_put(r->result, "changes", changes);
    return e;
}

err_t read_changes(struct read *r)
{
    struct arrivals_ask ask = {0};
    int64_t *rows = NULL;
    size_t n = 0;
    bool more = false;
    err_t e = bounds_of(r, &ask);
    if (!e)
        e = logs_of(r, &ask);
    if (!e)
        e = arrivals_page(r->store, &ask, &r->arena, &rows, &n, &more);
    if (!e)
        e = put_all(r, &ask, rows, n, more);
    if (e)
        json_object_clear(r->result);
    return e;
}
