#include "daemon/web/page_report.h"
#include "daemon/web/year.h"
#include <inttypes.h>
#include <stdio.h>

static const struct form {
    const char *suffix, *form, *type;
    bool file; /* to be kept rather than shown */
} forms[] = {
    {"",      "body", NULL,                       false},
    {".csv",  "csv",  "text/csv; charset=utf-8",  true },
    {".json", "json", "application/json",         false},
    {".html", "html", "text/html; charset=utf-8", true },
};

static const struct form *form_of(const struct http_request *q)
{
    size_t i = 0;
    while (i + 1 < sizeof forms / sizeof *forms && strcmp(forms[i].suffix, request_suffix(q)) != 0)
        i++;
    return &forms[i];
}

/* ---- one year ---- */

static void put_file(struct html *h, int64_t year, const char *suffix, const char *words)
{
    char path[48];
    snprintf(path, sizeof path, "/report/%" PRId64 "%s", year, suffix);
    html_open(h, "li");
    html_link(h, path, tr(h->lang, words));
    html_close(h, "li");
}

/* The scribe may have given the one that was there, and be making the next. */
static void put_when(struct html *h, const char *when)
{
    html_open_class(h, "p", "dim");
    html_text(h, tr(h->lang, N_("As of:")));
    html_text(h, " ");
    html_time_of(h, when);
    html_text(h, ". ");
    html_text(h, tr(h->lang, N_("What was written since is there when the page is read again.")));
    html_close(h, "p");
}

static void show_page(struct http_request *q, const json_t *result)
{
    struct sheet s;
    struct read read;
    int64_t year = sheet_number(result, "year");
    const json_t *text = json_object_get(result, "text");
    if (!web_begin(q, NULL, &read))
        return;
    sheet_open(&s, q, &read, &(struct page){.title = sheet_text(result, "title"), .place = PAGE_REPORT, .wide = true});
    year_links(&s, &read, "/report/", year);
    html_open_class(&s.h, "ul", "files");
    put_file(&s.h, year, ".html", N_("To keep and print (HTML)"));
    put_file(&s.h, year, ".csv", N_("For a spreadsheet (CSV)"));
    put_file(&s.h, year, ".json", N_("For programs (JSON)"));
    html_close(&s.h, "ul");
    put_when(&s.h, sheet_text(result, "now"));
    html_open_class(&s.h, "div", "report");
    html_made(&s.h, slice_of(json_string_value(text), json_string_length(text)));
    html_close(&s.h, "div");
    sheet_close(&s, 200);
    web_end(q, &read);
}

static void show(struct http_request *q, const json_t *answer)
{
    char name[80];
    const struct form *form = form_of(q);
    const json_t *result = json_object_get(answer, "result"), *text = json_object_get(result, "text");
    if (year_failed(q, answer))
        return;
    if (!form->type) {
        show_page(q, result);
        return;
    }
    snprintf(name, sizeof name, "attachment; filename=\"report-%" PRId64 "-%s%s\"", sheet_number(result, "year"),
             request_lang(q), form->suffix);
    if (form->file)
        answer_header(q, "Content-Disposition", name);
    answer_cache(q, "no-cache");
    answer_body(q, 200, form->type, slice_of(json_string_value(text), json_string_length(text)));
}

/* As this site sees the others: that is a part of the report. */
static void ask_report(struct http_request *q, const json_t *answer)
{
    int64_t year = 0;
    size_t i;
    json_t *one, *sites = json_object_get(answer, "result");
    const char *self = "";
    if (answer_failed(q, answer) || !year_of(q, &year))
        return;
    json_array_foreach(json_object_get(sites, "sites"), i, one) if (json_is_true(json_object_get(one, "own")) && !*self)
        self = sheet_text(one, "name");
    ask_scribe(q, "report",
               json_pack("{s:I, s:s, s:s, s:O}", "year", (json_int_t)year, "form", form_of(q)->form, "self", self,
                         "sites", sites),
               show);
}

void page_report(struct http_request *q)
{
    int64_t year;
    if (year_of(q, &year))
        ask_core(q, "sites", NULL, ask_report);
}
