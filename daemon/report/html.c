#include "daemon/html/page.h"
#include "daemon/report/figures.h"
#include "daemon/report/html_parts.h"
#include "protocol/base/markup.h"
#include <stdio.h>

#define DAY_MS 86400000u

/* ---- what sections share ---- */

const char *part_tr(const struct page_parts *p, const char *msgid)
{
    return tr(p->h->lang, msgid);
}

struct slice part_slice(const struct page_parts *p, const char *msgid)
{
    return slice_text(part_tr(p, msgid));
}

void part_open(struct page_parts *p, const char *id, const char *heading)
{
    html_open(p->h, "section");
    html_attr(p->h, "id", id);
    html_element_tr(p->h, "h2", heading);
}

void part_close(struct page_parts *p)
{
    html_close(p->h, "section");
}

void part_say(struct page_parts *p, const char *msgid)
{
    html_element_tr(p->h, "p", msgid);
}

void part_table(struct page_parts *p, const char *caption, const char *const *heads, size_t heads_n)
{
    html_open_table(p->h, tr(p->h->lang, caption));
    for (size_t i = 0; i < heads_n; i++)
        html_col(p->h, heads[i]);
    html_table_body(p->h);
}

void part_table_close(struct page_parts *p)
{
    html_close_table(p->h);
}

void part_row(struct page_parts *p, struct slice head)
{
    html_row(p->h, head);
}

void part_row_close(struct page_parts *p)
{
    html_close(p->h, "tr");
}

void part_number(struct page_parts *p, const char *words, uint64_t n)
{
    part_row(p, part_slice(p, words));
    html_cell_number(p->h, (int64_t)n);
    part_row_close(p);
}

int64_t part_days(uint64_t ms)
{
    return ms ? (int64_t)((ms + DAY_MS - 1) / DAY_MS) : 1;
}

static err_t prepare(struct page_parts *p)
{
    const struct model *m = p->m;
    bool one_year = m->first_month / 12 == (m->first_month + m->months_n - 1) / 12;
    p->names = arena_alloc(&p->arena, m->allies_n + 1, sizeof *p->names);
    p->months = arena_alloc(&p->arena, m->months_n, sizeof *p->months);
    p->short_months = arena_alloc(&p->arena, m->months_n, sizeof *p->short_months);
    if (!p->names || !p->months || !p->short_months)
        return ERR_MEMORY;
    for (size_t i = 0; i < m->allies_n; i++)
        p->names[i] = m->allies[i].name;
    for (unsigned k = 0; k < LEDGER_KINDS_N; k++)
        p->kinds[k] = part_slice(p, ledger_kind_label(k));
    for (size_t k = 0; k < m->months_n; k++) {
        char text[FIGURES_MONTH_BYTES];
        figures_month(m->first_month + (unsigned)k, text);
        if (arena_copy(&p->arena, slice_text(one_year ? text + 5 : text), &p->months[k]) ||
            arena_copy(&p->arena, slice_text(text + 5), &p->short_months[k]))
            return ERR_MEMORY;
    }
    return ERR_OK;
}

/* ---- in this order ---- */

static void contents(struct page_parts *p)
{
    static const struct {
        const char *to, *words;
    } places[] = {
        {"#records",    N_("Records")                      },
        {"#value",      N_("What each ally added")         },
        {"#reuse",      N_("Who reuses whom")              },
        {"#coverage",   N_("What the records are about")   },
        {"#thesaurus",  N_("The thesaurus's life")         },
        {"#discipline", N_("Discipline")                   },
        {"#newcomers",  N_("Newcomers")                    },
        {"#service",    N_("The secretariat's service")    },
        {"#dues",       N_("Dues and shares of the costs") },
        {"#progress",   N_("Against the year before")      },
        {"#allies",     N_("A page for each ally")         },
        {"#method",     N_("Method, definitions and proof")},
    };
    html_open_class(p->h, "nav", "contents");
    html_attr_tr(p->h, "aria-label", N_("In this report"));
    html_open(p->h, "ul");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        html_open(p->h, "li");
        html_link(p->h, places[i].to, part_tr(p, places[i].words));
        html_close(p->h, "li");
    }
    html_close(p->h, "ul");
    html_close(p->h, "nav");
}

void report_body(struct html *h, const struct model *m, const struct report_local *local)
{
    struct page_parts p = {.h = h, .m = m};
    err_t e = prepare(&p);
    if (!e) {
        part_summary(&p);
        contents(&p);
        part_records(&p);
        part_value(&p);
        part_reuse(&p);
        part_coverage(&p);
        part_thesaurus(&p);
        part_discipline(&p);
        part_newcomers(&p);
        part_service(&p);
        if (local)
            part_local(&p, local);
        part_dues(&p);
        part_progress(&p);
        part_method(&p);
        part_allies(&p);
    } else if (!h->out->err) {
        h->out->err = e;
    }
    arena_fini(&p.arena);
}

/* ---- a file ---- */

void report_title(const struct model *m, const char *lang, struct buf *out)
{
    bool several = m->year_from < m->year;
    const char *words = tr(lang, several ? N_("Report on the years {1}") : N_("Report on {1}")),
               *at = strstr(words, "{1}");
    size_t before = at ? (size_t)(at - words) : strlen(words);
    buf_append(out, words, before);
    if (several)
        buf_printf(out, "%u\u2013", m->year_from);
    buf_printf(out, "%u%s \u2013 ", m->year, at ? at + 3 : "");
    buf_add(out, m->alliance);
}

static void meta(struct html *h, const char *name, const char *value)
{
    html_void(h, "meta");
    html_attr(h, "name", name);
    html_attr(h, "content", value);
    html_text(h, "\n");
}

static void hex(struct html *h, const char *name, const uint8_t sum[HASH_BYTES])
{
    char text[FIGURES_SUM_BYTES];
    figures_sum(sum, text);
    meta(h, name, text);
}

static void head(struct html *h, const struct model *m, const char *title)
{
    struct buf cut;
    char year[16];
    struct slice sheet = page_style();
    buf_init(&cut, SIZE_MAX);
    cut_write(&m->cut, &cut);
    snprintf(year, sizeof year, "%u", m->year);
    html_open(h, "head");
    html_void(h, "meta");
    html_attr(h, "charset", "utf-8");
    html_text(h, "\n");
    meta(h, "viewport", "width=device-width, initial-scale=1");
    meta(h, "generator", "allied");
    meta(h, "allied-report", year);
    meta(h, "allied-language", h->lang);
    meta(h, "allied-cut", cut.err ? "" : buf_text(&cut));
    hex(h, "allied-inputs", m->inputs);
    hex(h, "allied-figures", m->figures);
    html_element(h, "title", title);
    buf_printf(h->out, "<style>\n"); /* ours: the writer has no such element */
    buf_add(h->out, sheet);
    buf_printf(h->out, "</style>\n");
    html_close(h, "head");
    if (cut.err && !h->out->err)
        h->out->err = cut.err;
    buf_fini(&cut);
}

err_t report_html(const struct model *m, const struct report_local *local, const char *lang, struct buf *out)
{
    struct html h;
    struct buf title;
    buf_init(&title, 4096);
    report_title(m, lang, &title);
    html_init(&h, out, lang);
    buf_printf(out, "<!DOCTYPE html>\n");
    html_open(&h, "html");
    html_attr(&h, "lang", lang);
    head(&h, m, title.err ? "" : buf_text(&title));
    html_open(&h, "body");
    html_open_class(&h, "main", "report");
    html_element(&h, "h1", title.err ? "" : buf_text(&title));
    report_body(&h, m, local);
    html_close(&h, "main");
    html_close(&h, "body");
    html_close(&h, "html");
    buf_fini(&title);
    return html_end(&h);
}
