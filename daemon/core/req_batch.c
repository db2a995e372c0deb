#include "daemon/core/req_batch.h"
#include "conf/tr.h"
#include "daemon/core/ingest.h"

/* Is this one line's fault, so that the others go on, or would every line meet it (a guard, a lock, the machine)? */
static bool is_line_error(err_t e)
{
    return err_number(e) >= 1100 && err_number(e) < 1300; /* bytes, records and concepts: err.h's families */
}

/* `why` names the field first, and what is wrong with its value behind a space. */
static json_t *line_error(const struct req *r, const json_t *line, err_t e, const char *why)
{
    size_t field = strcspn(why, " ");
    const char *detail = why + field + strspn(why + field, " ");
    return json_pack("{s:O, s:s%, s:s, s:o, s:s, s:s}", "line", line ? line : json_null(), "field", why, field,
                     "detail", detail, "code", json_sprintf("ALLIED-%d", err_number(e)), "name", err_name(e), "text",
                     tr(r->read.lang, err_what(e)));
}

static void start(struct tally *t)
{
    *t = (struct tally){.errors = json_array(), .ids = json_array(), .unknown = json_object()};
}

static void put(struct req *r, struct tally *t)
{
    say_put(r->read.result, "added", json_integer(t->added));
    say_put(r->read.result, "updated", json_integer(t->updated));
    say_put(r->read.result, "unchanged", json_integer(t->unchanged));
    say_put(r->read.result, "rejected", json_integer(t->rejected));
    say_put(r->read.result, "errors", t->errors);
    say_put(r->read.result, "ids", t->ids);
    say_put(r->read.result, "unknown", t->unknown);
}

void tally_unknown(struct tally *t, const struct entity_writes *w)
{
    for (size_t i = 0; i < w->unknown_n; i++) {
        json_int_t n = json_integer_value(json_object_get(t->unknown, w->unknown[i]));
        json_object_set_new(t->unknown, w->unknown[i], json_integer(n + 1));
    }
}

err_t tally_line(struct req *r, struct tally *t, const json_t *line, const struct edit *edit, const struct dot *dot)
{
    int64_t *count = edit_empty(edit) ? &t->unchanged : edit->known ? &t->updated : &t->added;
    const char *outcome = count == &t->unchanged ? "unchanged" : count == &t->updated ? "updated" : "added";
    (*count)++;
    json_t *named =
        json_pack("{s:O, s:o, s:s}", "line", line ? line : json_null(), "id", say_id(edit->entity), "outcome", outcome);
    if (dot)
        say_put(named, "dot", say_dot(dot));
    json_array_append_new(t->ids, named);
    bool there = dot || edit->known;
    return there && read_flag(&r->read, "versions") ? req_put_version(r, named, edit->type, edit->entity) : ERR_OK;
}

static err_t all_lines(struct req *r, const json_t *list, const char *item, req_batch_fn *write, void *ctx,
                       struct tally *t)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < json_array_size(list) && !e; i++) {
        const json_t *at = json_array_get(list, i), *line = json_object_get(at, "line");
        const json_t *object = json_object_get(at, item);
        r->read.why = (struct why){0};
        err_t one = json_is_object(object) ? write(r, line, object, ctx, t) : ERR_JSON;
        if (one && !is_line_error(one))
            e = one;
        else if (one) {
            t->rejected++;
            json_array_append_new(t->errors, line_error(r, line, one, r->read.why.code == one ? r->read.why.text : ""));
        }
    }
    return e;
}

err_t req_batch_list(struct req *r, const char *key, const json_t **out)
{
    *out = json_object_get(r->read.args, key);
    bool fits = json_is_array(*out) && json_array_size(*out) <= REQUEST_LINES_MAX;
    return fits ? ERR_OK : why_set(&r->read.why, ERR_USAGE, "%s", key);
}

err_t req_batch(struct req *r, const json_t *list, const char *item, req_batch_fn *write, void *ctx)
{
    struct tally t;
    err_t e = batch_begin(r->core);
    if (e)
        return e;
    start(&t);
    e = all_lines(r, list, item, write, ctx, &t);
    put(r, &t);
    return req_end(r, e);
}
