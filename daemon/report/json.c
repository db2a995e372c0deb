#include "daemon/report/csv.h"
#include "daemon/report/figures.h"
#include "protocol/base/utf8.h"
#include <jansson.h>

static void text(json_t *object, const char *key, struct slice value)
{
    if (value.len)
        json_object_set_new(object, key, json_stringn((const char *)value.at, value.len));
}

static void sum(json_t *object, const char *key, const uint8_t bytes[HASH_BYTES])
{
    char hex[FIGURES_SUM_BYTES];
    figures_sum(bytes, hex);
    json_object_set_new(object, key, json_string(hex));
}

static void put(void *ctx, const struct figure *f)
{
    json_t *one = json_object();
    char month[FIGURES_MONTH_BYTES];
    figures_month(f->month, month);
    text(one, "section", slice_text(f->section));
    text(one, "figure", slice_text(f->name));
    text(one, "ally", f->ally);
    text(one, "other", f->other);
    text(one, "key", f->key);
    text(one, "month", slice_text(month));
    json_object_set_new(one, "value", json_integer(f->value <= INT64_MAX ? (json_int_t)f->value : INT64_MAX));
    text(one, "label", f->label);
    json_array_append_new(ctx, one);
}

static json_t *seen(const struct report_local *local)
{
    json_t *out = json_object();
    json_object_set_new(out, "seen_from", json_string(local->self));
    json_object_set(out, "sites", json_object_get(local->sites, "sites"));
    return out;
}

err_t report_json(const struct model *m, const struct report_local *local, struct buf *out)
{
    json_t *all = json_object(), *figures = json_array();
    struct buf cut;
    buf_init(&cut, SIZE_MAX);
    cut_write(&m->cut, &cut);
    json_object_set_new(all, "report", json_integer((json_int_t)m->year));
    text(all, "language", slice_text(m->lang));
    text(all, "alliance", m->alliance);
    text(all, "cut", buf_slice(&cut));
    sum(all, "inputs", m->inputs);
    sum(all, "figures_digest", m->figures);
    figures_each(m, put, figures);
    json_object_set_new(all, "figures", figures);
    if (local)
        json_object_set_new(all, "local", seen(local));
    int failed = json_dump_callback(all, utf8_json_piece, out, JSON_INDENT(1));
    buf_byte(out, '\n');
    json_decref(all);
    err_t e = cut.err ? cut.err : out->err ? out->err : failed ? ERR_MEMORY : ERR_OK;
    buf_fini(&cut);
    return e;
}
