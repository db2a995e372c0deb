/* A page for each ally: its figures, and room for what it has to say about them. */
#include "daemon/report/html_parts.h"
#include <stdio.h>

#define REPLY_LINES 9

static uint64_t left_out(const struct model_ally *a, unsigned kind)
{
    uint64_t n = 0;
    for (unsigned y = LEDGER_COUNTS + 1; y < LEDGER_WHYS_N; y++)
        n += a->left_out[kind][y];
    return n;
}

static void kinds(struct page_parts *p, const struct model_ally *a)
{
    static const char *const heads[] = {N_("Kind"), N_("Counts"), N_("Points"), N_("Left out")};
    part_table(p, N_("What this ally added"), heads, 4);
    for (unsigned k = 0; k < LEDGER_KINDS_N; k++) {
        part_row(p, p->kinds[k]);
        html_cell_number(p->h, (int64_t)a->count[k]);
        html_cell_number(p->h, (int64_t)a->kind_points[k]);
        html_cell_number(p->h, (int64_t)left_out(a, k));
        part_row_close(p);
    }
    part_table_close(p);
}

/* Of a row or a column of the matrix: those with the most, at most five of them. */
static void partners(struct page_parts *p, size_t at, bool by_others, const char *words)
{
    const struct model *m = p->m;
    bool *said = arena_alloc(&p->arena, m->allies_n + 1, sizeof *said);
    bool any = false;
    if (!said) {
        p->h->out->err = ERR_MEMORY;
        return;
    }
    for (unsigned n = 0; n < 5; n++) {
        size_t best = SIZE_MAX;
        uint64_t most = 0;
        for (size_t i = 0; i < m->allies_n; i++) {
            uint64_t v = by_others ? m->reuse[i * m->allies_n + at] : m->reuse[at * m->allies_n + i];
            if (i != at && !said[i] && v > most) {
                best = i;
                most = v;
            }
        }
        if (best == SIZE_MAX)
            break;
        said[best] = true;
        if (!any) {
            html_open(p->h, "p");
            html_text(p->h, part_tr(p, words));
        }
        html_text(p->h, any ? ", " : " ");
        html_name(p->h, m->allies[best].name);
        html_text(p->h, " (");
        html_number(p->h, (int64_t)most);
        html_text(p->h, ")");
        any = true;
    }
    if (any) {
        html_text(p->h, ".");
        html_close(p->h, "p");
    }
}

static void missed(struct page_parts *p, const struct model_ally *a)
{
    bool any = false;
    for (unsigned k = 0; k < DISCIPLINE_N; k++) {
        if (!a->missed[k])
            continue;
        if (!any) {
            html_open(p->h, "p");
            html_text(p->h, part_tr(p, N_("To complete:")));
        }
        html_text(p->h, any ? ", " : " ");
        html_text(p->h, part_tr(p, report_rule_label(k)));
        html_text(p->h, " (");
        html_number(p->h, (int64_t)a->missed[k]);
        html_text(p->h, ")");
        any = true;
    }
    if (any) {
        html_text(p->h, ".");
        html_close(p->h, "p");
    }
}

static void reply(struct page_parts *p)
{
    html_open_class(p->h, "div", "reply");
    html_element_tr(p->h, "h4", N_("The ally's reply"));
    for (unsigned i = 0; i < REPLY_LINES; i++) {
        html_open_class(p->h, "div", "line");
        html_close(p->h, "div");
    }
    html_close(p->h, "div");
}

static void one(struct page_parts *p, size_t at)
{
    const struct model *m = p->m;
    const struct model_ally *a = &m->allies[at];
    char id[32];
    snprintf(id, sizeof id, "ally-%zu", at + 1);
    html_open_class(p->h, "section", "ally");
    html_attr(p->h, "id", id);
    html_open(p->h, "h3");
    html_name(p->h, a->name);
    html_close(p->h, "h3");
    if (!a->in)
        part_say(p, N_("No longer in the alliance at the end of the year."));
    html_open(p->h, "p");
    html_say_n(p->h, "{1} record was added this year that counts; at the end there are {2}, of them complete: {3}.",
               "{1} records were added this year that count; at the end there are {2}, of them complete: {3}.",
               (int64_t)a->published, html_num(p->h, (int64_t)a->records), html_num(p->h, (int64_t)a->complete), NULL);
    html_close(p->h, "p");
    kinds(p, a);
    partners(p, at, true, N_("Its work was taken up by"));
    partners(p, at, false, N_("It took up the work of"));
    missed(p, a);
    reply(p);
    html_close(p->h, "section");
}

void part_allies(struct page_parts *p)
{
    part_open(p, "allies", N_("A page for each ally"));
    part_say(p, N_("With its figures, and room for what it has to say about them."));
    for (size_t i = 0; i < p->m->allies_n; i++)
        one(p, i);
    part_close(p);
}
