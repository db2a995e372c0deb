#include "daemon/report/csv.h"
#include "daemon/report/figures.h"
#include "protocol/base/cell.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

static void row(struct buf *out, const char *section, const char *name, struct slice ally, struct slice other,
                struct slice key, const char *month, const char *value, struct slice label)
{
    const struct slice cells[] = {slice_text(section), slice_text(name),  ally, other, key,
                                  slice_text(month),   slice_text(value), label};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        if (i)
            buf_byte(out, ',');
        cell_put(out, cells[i], ',');
    }
    buf_printf(out, "\r\n");
}

static void about(struct buf *out, const char *name, struct slice text)
{
    row(out, "report", name, slice_text(""), slice_text(""), text, "", "", slice_text(""));
}

static void sum(struct buf *out, const char *name, const uint8_t bytes[HASH_BYTES])
{
    char hex[FIGURES_SUM_BYTES];
    figures_sum(bytes, hex);
    about(out, name, slice_text(hex));
}

static void put(void *ctx, const struct figure *f)
{
    char month[FIGURES_MONTH_BYTES], value[24];
    figures_month(f->month, month);
    snprintf(value, sizeof value, "%" PRIu64, f->value);
    row(ctx, f->section, f->name, f->ally, f->other, f->key, month, value, f->label);
}

static void seen(struct buf *out, const struct report_local *local)
{
    static const char *const figures[] = {"behind", "commits", "unheld", "p50_ms", "p95_ms", "samples"};
    size_t i;
    json_t *site;
    json_array_foreach(json_object_get(local->sites, "sites"), i, site)
    {
        const char *name = json_string_value(json_object_get(site, "name"));
        const char *ally = json_string_value(json_object_get(site, "ally_name"));
        const char *strip = json_string_value(json_object_get(site, "strip"));
        for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
            const json_t *n = json_object_get(site, figures[k]);
            char value[24];
            snprintf(value, sizeof value, "%lld", (long long)json_integer_value(n));
            if (json_is_integer(n))
                row(out, REPORT_LOCAL_ROW, figures[k], slice_text(ally ? ally : ""), slice_text(name ? name : ""),
                    slice_text(""), "", value, slice_text(local->self));
        }
        row(out, REPORT_LOCAL_ROW, "strip", slice_text(ally ? ally : ""), slice_text(name ? name : ""),
            slice_text(strip ? strip : ""), "", "", slice_text(local->self));
    }
}

err_t report_csv(const struct model *m, const struct report_local *local, struct buf *out)
{
    struct buf cut;
    char year[16];
    buf_init(&cut, SIZE_MAX);
    cut_write(&m->cut, &cut);
    snprintf(year, sizeof year, "%u", m->year);
    buf_printf(out, "section,figure,ally,other,key,month,value,label\r\n");
    about(out, "year", slice_text(year));
    about(out, "language", slice_text(m->lang));
    about(out, "alliance", m->alliance);
    about(out, "cut", buf_slice(&cut));
    sum(out, "inputs", m->inputs);
    sum(out, "figures", m->figures);
    figures_each(m, put, out);
    if (local)
        seen(out, local);
    err_t e = cut.err ? cut.err : out->err;
    buf_fini(&cut);
    return e;
}
