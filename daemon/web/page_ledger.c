#include "daemon/web/page_ledger.h"
#include "daemon/html/chart.h"
#include "daemon/ledger/settle.h"
#include "daemon/web/year.h"
#include <inttypes.h>
#include <stdio.h>

static const char *label(struct html *h, size_t kind)
{
    return tr(h->lang, ledger_kind_label((enum ledger_kind)kind));
}

static const json_t *kind_of(const json_t *ally, size_t kind)
{
    return json_object_get(json_object_get(ally, "kinds"), ledger_kind_name((enum ledger_kind)kind));
}

static const char *title_of(const json_t *ledger, const char *lang, struct buf *out)
{
    const char *words = tr(lang, N_("Ledger {1}")), *at = strstr(words, "{1}");
    buf_init(out, 256);
    buf_printf(out, "%.*s%s%s", at ? (int)(at - words) : 0, words, sheet_text(ledger, "period"), at ? at + 3 : "");
    return buf_text(out) ? buf_text(out) : "";
}

/* ---- who added how much ---- */

static void put_count(struct sheet *s, const json_t *ledger, const json_t *ally, size_t kind)
{
    struct html *h = &s->h;
    const json_t *sum = kind_of(ally, kind);
    int64_t count = sheet_number(sum, "count");
    char path[160];
    html_open_class(h, "td", "num");
    if (count || json_object_size(json_object_get(sum, "left_out"))) {
        snprintf(path, sizeof path, "/ledger/%" PRId64 "/%s/%s", sheet_number(ledger, "year"), sheet_text(ally, "ally"),
                 ledger_kind_name((enum ledger_kind)kind));
        html_link(h, path, html_num(h, count));
    } else
        html_text(h, "·");
    html_close(h, "td");
}

static int64_t all_points(const json_t *allies)
{
    int64_t sum = 0;
    size_t i;
    json_t *ally;
    json_array_foreach(allies, i, ally) sum += sheet_number(ally, "points");
    return sum;
}

static void put_total(struct html *h, const json_t *allies)
{
    size_t i;
    json_t *ally;
    html_open_class(h, "tr", "total");
    html_open(h, "th");
    html_attr(h, "scope", "row");
    html_text(h, tr(h->lang, N_("All")));
    html_close(h, "th");
    for (size_t k = 0; k < LEDGER_KINDS_N; k++) {
        int64_t n = 0;
        json_array_foreach(allies, i, ally) n += sheet_number(kind_of(ally, k), "count");
        html_cell_number(h, n);
    }
    html_cell_number(h, all_points(allies));
    html_close(h, "tr");
}

static void put_allies(struct sheet *s, const json_t *ledger)
{
    struct html *h = &s->h;
    const json_t *allies = json_object_get(ledger, "allies");
    size_t i;
    json_t *ally;
    html_open_table(
        h, tr(h->lang, N_("What each ally added to the whole, by kind; a number leads to what it is made of")));
    html_col(h, N_("Ally"));
    for (size_t k = 0; k < LEDGER_KINDS_N; k++)
        html_col_number(h, ledger_kind_label((enum ledger_kind)k));
    html_col_number(h, N_("Points"));
    html_table_body(h);
    json_array_foreach(allies, i, ally)
    {
        html_row(h, slice_text(sheet_text(ally, "ally_name")));
        for (size_t k = 0; k < LEDGER_KINDS_N; k++)
            put_count(s, ledger, ally, k);
        html_cell_number(h, sheet_number(ally, "points"));
        html_close(h, "tr");
    }
    put_total(h, allies);
    html_close_table(h);
}

static void put_chart(struct sheet *s, const json_t *ledger)
{
    struct html *h = &s->h;
    const json_t *allies = json_object_get(ledger, "allies");
    size_t n = json_array_size(allies), i;
    struct arena *arena = request_arena(s->q);
    struct slice *rows = arena_alloc(arena, n, sizeof *rows), columns[LEDGER_KINDS_N];
    uint64_t *values = arena_alloc(arena, n * LEDGER_KINDS_N, sizeof *values);
    json_t *ally;
    if (!n || !rows || !values)
        return;
    json_array_foreach(allies, i, ally)
    {
        rows[i] = slice_text(sheet_text(ally, "ally_name"));
        for (size_t k = 0; k < LEDGER_KINDS_N; k++)
            values[i * LEDGER_KINDS_N + k] = (uint64_t)sheet_number(kind_of(ally, k), "points");
    }
    for (size_t k = 0; k < LEDGER_KINDS_N; k++)
        columns[k] = slice_text(label(h, k));
    chart_stacked(h, &(struct chart){.id = "points",
                                     .title = tr(h->lang, N_("Points by ally and kind")),
                                     .desc = tr(h->lang, N_("A bar for each ally, a piece of it for each kind.")),
                                     .corner = tr(h->lang, N_("Ally")),
                                     .rows = rows,
                                     .columns = columns,
                                     .rows_n = n,
                                     .columns_n = LEDGER_KINDS_N,
                                     .values = values,
                                     .total = tr(h->lang, N_("All"))});
}

/* ---- what does not count ---- */

static int64_t left_out(const json_t *ally, size_t why)
{
    int64_t n = 0;
    for (size_t k = 0; k < LEDGER_KINDS_N; k++)
        n += sheet_number(json_object_get(kind_of(ally, k), "left_out"), ledger_why_name((enum ledger_why)why));
    return n;
}

static int64_t left_out_of_all(const json_t *allies, size_t why)
{
    int64_t n = 0;
    size_t i;
    json_t *ally;
    json_array_foreach(allies, i, ally) n += left_out(ally, why);
    return n;
}

static void put_left_out(struct html *h, const json_t *allies)
{
    bool shown[LEDGER_WHYS_N] = {false}, any = false;
    size_t i;
    json_t *ally;
    for (size_t w = LEDGER_COUNTS + 1; w < LEDGER_WHYS_N; w++)
        any |= shown[w] = left_out_of_all(allies, w) > 0;
    html_element_tr(h, "h2", N_("What does not count, and why"));
    if (!any) {
        html_element_tr(h, "p", N_("All that was written counts."));
        return;
    }
    html_open_table(h, tr(h->lang, N_("Contributions that do not count, by ally and reason")));
    html_col(h, N_("Ally"));
    for (size_t w = 0; w < LEDGER_WHYS_N; w++)
        if (shown[w])
            html_col_number(h, ledger_why_text((enum ledger_why)w));
    html_table_body(h);
    json_array_foreach(allies, i, ally)
    {
        html_row(h, slice_text(sheet_text(ally, "ally_name")));
        for (size_t w = 0; w < LEDGER_WHYS_N; w++)
            if (shown[w])
                html_cell_number(h, left_out(ally, w));
        html_close(h, "tr");
    }
    html_close_table(h);
}

static void put_rings(struct html *h, const json_t *rings)
{
    size_t i;
    json_t *ring;
    json_array_foreach(rings, i, ring)
    {
        const json_t *allies = json_object_get(ring, "allies"), *a = json_array_get(allies, 0),
                     *b = json_array_get(allies, 1);
        html_open_class(h, "p", "box warn");
        html_say(h, N_("{1} and {2} receive most of their reuse from each other: {3} of {4}, and {5} of {6}."),
                 sheet_text(a, "ally_name"), sheet_text(b, "ally_name"), html_num(h, sheet_number(a, "from_other")),
                 html_num(h, sheet_number(a, "received")), html_num(h, sheet_number(b, "from_other")),
                 html_num(h, sheet_number(b, "received")), NULL);
        html_close(h, "p");
    }
}

/* ---- by which rules ---- */

static void put_policy(struct html *h, const json_t *ledger)
{
    html_element_tr(h, "h2", N_("By which rules"));
    html_open(h, "p");
    html_say(h,
             N_("Points and daily caps are those of charter {1}. Nothing counts for oneself; a text that is nearly "
                "another's counts once."),
             html_num(h, sheet_number(ledger, "charter")), NULL);
    html_close(h, "p");
    html_open_table(h, tr(h->lang, N_("The kinds: when each counts, its points, and how many of a day count at most")));
    html_col(h, N_("Kind"));
    html_col(h, N_("Counts when"));
    html_col_number(h, N_("Points each"));
    html_col_number(h, N_("Most a day"));
    html_table_body(h);
    for (size_t k = 0; k < LEDGER_KINDS_N; k++) {
        const json_t *rule = json_object_get(json_object_get(ledger, "policy"), ledger_kind_name((enum ledger_kind)k));
        int64_t cap = sheet_number(rule, "cap");
        html_open_row(h);
        html_text(h, label(h, k));
        html_close(h, "th");
        html_element_tr(h, "td", ledger_kind_when((enum ledger_kind)k));
        html_cell_number(h, sheet_number(rule, "points"));
        html_open_class(h, "td", "num");
        html_text(h, cap ? html_num(h, cap) : "–");
        html_close(h, "td");
        html_close(h, "tr");
    }
    html_close_table(h);
    html_open_class(h, "p", "dim");
    html_say(h, N_("Cut {1}; digest {2}: every site that has the same changes finds the same."),
             sheet_text(ledger, "cut"), sheet_text(ledger, "digest"), NULL);
    html_close(h, "p");
}

static void put_state(struct html *h, const json_t *ledger)
{
    html_open_class(h, "p", "lead");
    if (json_is_true(json_object_get(ledger, "open")))
        html_say(
            h,
            all_points(json_object_get(ledger, "allies"))
                ? N_("This year is open: its figures grow until a charter closes it.")
                : N_("This year is open, and nothing has counted in it yet. The years that are closed stand above."),
            NULL);
    else
        html_say(h, N_("Closed by charter {1}."), html_num(h, sheet_number(ledger, "closed_by")), NULL);
    html_close(h, "p");
}

static void show(struct http_request *q, const json_t *answer)
{
    struct sheet s;
    struct read read;
    struct buf title;
    const json_t *ledger = json_object_get(answer, "result");
    if (year_failed(q, answer) || !web_begin(q, NULL, &read))
        return;
    sheet_open(&s, q, &read,
               &(struct page){.title = title_of(ledger, request_lang(q), &title), .place = PAGE_LEDGER, .wide = true});
    year_links(&s, &read, "/ledger/", sheet_number(ledger, "year"));
    put_state(&s.h, ledger);
    put_allies(&s, ledger);
    put_rings(&s.h, json_object_get(ledger, "rings"));
    put_chart(&s, ledger);
    put_left_out(&s.h, json_object_get(ledger, "allies"));
    put_policy(&s.h, ledger);
    sheet_close(&s, 200);
    buf_fini(&title);
    web_end(q, &read);
}

void page_ledger(struct http_request *q)
{
    int64_t year;
    if (year_of(q, &year))
        ask_scribe(q, "ledger.show", json_pack("{s:I}", "year", (json_int_t)year), show);
}
