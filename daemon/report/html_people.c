/* Who came, the secretariat's service, dues. */
#include "daemon/report/figures.h"
#include "daemon/report/html_parts.h"
#include <stdio.h>

void part_newcomers(struct page_parts *p)
{
    static const char *const heads[] = {N_("Ally"), N_("Mentor"), N_("First complete record")};
    const struct model *m = p->m;
    part_open(p, "newcomers", N_("Newcomers"));
    if (!m->newcomers_n) {
        part_say(p, N_("Nobody new came in this year."));
        part_close(p);
        return;
    }
    part_table(p, N_("Allies let in this year"), heads, 3);
    for (size_t i = 0; i < m->newcomers_n; i++) {
        const struct model_newcomer *n = &m->newcomers[i];
        char month[FIGURES_MONTH_BYTES];
        figures_month(n->month, month);
        part_row(p, model_name(m, n->ally));
        html_open(p->h, "td");
        if (n->mentor != SIZE_MAX)
            html_name(p->h, model_name(m, n->mentor));
        else
            html_text(p->h, part_tr(p, N_("nobody named")));
        html_close(p->h, "td");
        html_element(p->h, "td", n->month ? month : part_tr(p, N_("none yet")));
        part_row_close(p);
    }
    part_table_close(p);
    part_close(p);
}

void part_service(struct page_parts *p)
{
    static const char *const heads[] = {N_("Figure"), N_("How many")};
    const struct model *m = p->m;
    const struct model_service *s = &m->service;
    part_open(p, "service", N_("The secretariat's service"));
    html_open(p->h, "p");
    if (m->secretariat == SIZE_MAX) {
        html_say(p->h, N_("No ally is the secretariat."), NULL);
    } else {
        html_say(p->h, N_("Secretariat: "), NULL);
        html_name(p->h, model_name(m, m->secretariat));
        html_text(p->h, ". ");
        html_say(p->h, N_("A proposal is to be handled within {1} days."),
                 html_num(p->h, (int64_t)(s->delay_days ? s->delay_days : SETTLE_DELAY_DAYS)), NULL);
        if (s->handled) {
            html_text(p->h, " ");
            html_say_n(p->h, "Half of those it handled took {1} day or less.",
                       "Half of those it handled took {1} days or less.", part_days(s->delay_ms), NULL);
        }
    }
    html_close(p->h, "p");
    part_table(p, N_("What the secretariat did"), heads, 2);
    part_number(p, N_("proposals handled"), s->handled);
    part_number(p, N_("of these, in time"), s->in_time);
    part_number(p, N_("of these, late"), s->late);
    part_number(p, N_("concepts that wait for a decision at the end"), m->thesaurus.waiting);
    part_number(p, N_("sites let in"), s->admitted);
    part_number(p, N_("charters that came into force"), s->charters);
    part_table_close(p);
    part_close(p);
}

static void command(struct page_parts *p, const char *name, const char *words)
{
    char year[16];
    snprintf(year, sizeof year, "%u", p->m->year);
    html_open(p->h, "li");
    html_open(p->h, "code");
    html_text(p->h, "allied ");
    html_text(p->h, name);
    html_text(p->h, " ");
    html_text(p->h, year);
    html_close(p->h, "code");
    html_text(p->h, " ");
    html_text(p->h, part_tr(p, words));
    html_close(p->h, "li");
}

void part_dues(struct page_parts *p)
{
    part_open(p, "dues", N_("Dues and shares of the costs"));
    part_say(p, N_("They follow from these figures and from files of the assembly's own, so they are statements of "
                   "their own:"));
    html_open(p->h, "ul");
    command(p, "shares", N_("each ally's share of the secretariat's costs, to the cent"));
    command(p, "dues", N_("each ally's dues, by its population and its country's price level"));
    html_close(p->h, "ul");
    part_close(p);
}
