#include "daemon/scribe/scribe_report.h"
#include "daemon/ledger/years.h"
#include "daemon/read/say.h"
#include "daemon/report/csv.h"
#include "daemon/report/html.h"
#include "daemon/scribe/scribe.h"

static err_t write_as(const char *form, const struct model *m, const struct report_local *local, const char *lang,
                      struct buf *out)
{
    if (strcmp(form, "html") == 0)
        return report_html(m, local, lang, out);
    if (strcmp(form, "csv") == 0)
        return report_csv(m, local, out);
    if (strcmp(form, "json") == 0)
        return report_json(m, local, out);
    struct html h;
    html_init(&h, out, lang);
    report_body(&h, m, local);
    return html_end(&h);
}

static err_t put(struct read *r, const struct model *m)
{
    struct buf text, title;
    struct report_local local = {json_object_get(r->args, "sites"), read_text(r, "self")};
    buf_init(&text, SCRIBE_ANSWER_BYTES);
    buf_init(&title, 4096);
    err_t e = write_as(read_text(r, "form"), m, local.sites ? &local : NULL, r->lang, &text);
    report_title(m, r->lang, &title);
    e = e ? e : title.err;
    if (!e) {
        say_put(r->result, "year", json_integer(m->year));
        say_put(r->result, "open", json_boolean(m->open));
        say_put(r->result, "title", say_string(buf_slice(&title)));
        say_put(r->result, "now", json_incref(json_object_get(local.sites, "now")));
        say_put(r->result, "text", json_stringn_nocheck((const char *)text.at, text.len));
    }
    buf_fini(&title);
    buf_fini(&text);
    return e;
}

err_t scribe_report(struct read *r)
{
    struct model m;
    int64_t year = read_number(r, "year", 0);
    err_t e = year < 0 || year > YEARS_LABEL_MAX ? ERR_YEAR : model_make(r, (unsigned)year, NULL, r->lang, &m);
    if (e)
        return e;
    e = put(r, &m);
    model_fini(&m);
    return e;
}
