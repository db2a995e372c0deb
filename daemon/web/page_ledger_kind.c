/* /ledger/{year}/{ally}/{kind}: what a number of the ledger is made of. */
#include "daemon/ledger/settle.h"
#include "daemon/web/page_ledger.h"
#include "daemon/web/year.h"
#include <inttypes.h>
#include <stdio.h>

#define ENTRIES 100 /* of a page */

/* A record or a concept leads to its page. */
static void put_thing(struct sheet *s, const json_t *thing)
{
    struct html *h = &s->h;
    const char *type = sheet_text(thing, "type"), *id = sheet_text(thing, "id"), *title = sheet_text(thing, "title");
    bool concept = strcmp(type, "concept") == 0, link = concept || strcmp(type, "record") == 0;
    if (link)
        html_open_link(h, slice_text(sheet_path(s->q, concept ? "/concepts/" : "/records/", id, "")));
    if (*title)
        html_name(h, slice_text(title));
    else
        html_text(h, link ? id : "–");
    if (link)
        html_close(h, "a");
}

static const char *why_of(const json_t *entry)
{
    for (size_t w = 0; w < LEDGER_WHYS_N; w++)
        if (strcmp(ledger_why_name((enum ledger_why)w), sheet_text(entry, "why")) == 0)
            return ledger_why_text((enum ledger_why)w);
    return "";
}

static void put_entry(struct sheet *s, const json_t *entry)
{
    struct html *h = &s->h;
    const json_t *same = json_object_get(entry, "same");
    html_open(h, "tr");
    html_open(h, "td");
    html_date_of(h, sheet_text(entry, "day"));
    html_close(h, "td");
    html_open(h, "td");
    put_thing(s, entry);
    html_close(h, "td");
    html_open(h, "td");
    html_name(h, slice_text(*sheet_text(entry, "other_name") ? sheet_text(entry, "other_name") : "–"));
    html_close(h, "td");
    html_cell_number(h, sheet_number(entry, "count"));
    html_open(h, "td");
    html_text(h, *why_of(entry) ? tr(h->lang, why_of(entry)) : "");
    if (json_is_object(same)) {
        html_text(h, " ");
        put_thing(s, same);
    }
    html_close(h, "td");
    html_open(h, "td");
    html_element(h, "code", sheet_text(entry, "dot"));
    html_close(h, "td");
    html_close(h, "tr");
}

static void put_entries(struct sheet *s, const json_t *ledger)
{
    struct html *h = &s->h;
    size_t i;
    json_t *entry;
    html_open_table(h,
                    tr(h->lang, N_("Each contribution, in the ledger’s order, down to the change that it rests on")));
    html_col(h, N_("Day"));
    html_col(h, N_("What"));
    html_col(h, N_("Other ally"));
    html_col_number(h, N_("Counts"));
    html_col(h, N_("Why"));
    html_col(h, N_("Change"));
    html_table_body(h);
    json_array_foreach(json_object_get(ledger, "entries"), i, entry) put_entry(s, entry);
    html_close_table(h);
}

static void put_pages(struct sheet *s, const json_t *ledger, int64_t offset)
{
    struct html *h = &s->h;
    char at[24];
    if (!offset && !json_is_integer(json_object_get(ledger, "next")))
        return;
    html_open_class(h, "nav", "pages");
    html_attr_tr(h, "aria-label", N_("Pages of the list"));
    if (offset) {
        snprintf(at, sizeof at, "%" PRId64, offset > ENTRIES ? offset - ENTRIES : 0);
        html_link(h, sheet_address(s->q, "offset", at), tr(h->lang, N_("Earlier ones")));
        html_text(h, " ");
    }
    if (json_is_integer(json_object_get(ledger, "next"))) {
        snprintf(at, sizeof at, "%" PRId64, sheet_number(ledger, "next"));
        html_link(h, sheet_address(s->q, "offset", at), tr(h->lang, N_("Later ones")));
    }
    html_close(h, "nav");
}

static void show(struct http_request *q, const json_t *answer)
{
    struct sheet s;
    struct read read;
    int64_t offset = 0;
    enum ledger_kind kind = LEDGER_KINDS_N;
    char path[32];
    struct buf title;
    const json_t *ledger = json_object_get(answer, "result"),
                 *ally = json_array_get(json_object_get(ledger, "allies"), 0);
    if (year_failed(q, answer) || !web_begin(q, NULL, &read))
        return;
    request_number(q, "offset", 0, INT32_MAX, 0, &offset);
    ledger_kind_find(slice_text(sheet_text(ledger, "kind")), &kind);
    buf_init(&title, 4096);
    buf_printf(&title, "%s – %s", sheet_text(ally, "ally_name"),
               kind < LEDGER_KINDS_N ? tr(request_lang(q), ledger_kind_label(kind)) : "");
    sheet_open(
        &s, q, &read,
        &(struct page){
            .title = buf_text(&title) ? buf_text(&title) : "", .place = PAGE_LEDGER, .wide = true, .noindex = true});
    html_open_class(&s.h, "p", "lead");
    snprintf(path, sizeof path, "/ledger/%" PRId64, sheet_number(ledger, "year"));
    html_open_link(&s.h, slice_text(path));
    html_say(&s.h, N_("Ledger {1}"), sheet_text(ledger, "period"), NULL);
    html_close(&s.h, "a");
    if (kind < LEDGER_KINDS_N) {
        html_text(&s.h, tr(s.h.lang, N_(": ")));
        html_text(&s.h, tr(s.h.lang, ledger_kind_when(kind)));
    }
    html_close(&s.h, "p");
    put_entries(&s, ledger);
    put_pages(&s, ledger, offset);
    sheet_close(&s, 200);
    buf_fini(&title);
    web_end(q, &read);
}

void page_ledger_kind(struct http_request *q)
{
    int64_t year, offset;
    err_t e = request_number(q, "offset", 0, INT32_MAX, 0, &offset);
    if (e)
        answer_error(q, e, NULL);
    else if (year_of(q, &year))
        ask_scribe(q, "ledger.show",
                   json_pack("{s:I, s:s, s:s, s:I, s:I}", "year", (json_int_t)year, "ally", request_part(q, "ally"),
                             "explain", request_part(q, "kind"), "offset", (json_int_t)offset, "limit",
                             (json_int_t)ENTRIES),
                   show);
}
