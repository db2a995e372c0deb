/* How the figures come about, and what proves them. */
#include "daemon/report/figures.h"
#include "daemon/report/html_parts.h"
#include <inttypes.h>
#include <stdio.h>

static void definitions(struct page_parts *p)
{
    static const char *const heads[] = {N_("Kind"), N_("Counts when"), N_("Points each"), N_("At most a day")};
    const struct ledger_policy *policy = &p->m->policy;
    part_table(p, N_("The kinds of contributions, and the charter's points"), heads, 4);
    for (unsigned k = 0; k < LEDGER_KINDS_N; k++) {
        part_row(p, p->kinds[k]);
        html_element_tr(p->h, "td", ledger_kind_when(k));
        html_cell_number(p->h, (int64_t)policy->points[k]);
        html_open_class(p->h, "td", "num");
        if (policy->cap[k])
            html_number(p->h, (int64_t)policy->cap[k]);
        else
            html_text(p->h, "\u2013");
        html_close(p->h, "td");
        part_row_close(p);
    }
    part_table_close(p);
}

static void term(struct page_parts *p, const char *words, const char *value)
{
    html_element_tr(p->h, "dt", words);
    html_open(p->h, "dd");
    html_element(p->h, "code", value);
    html_close(p->h, "dd");
}

static void sum(struct page_parts *p, const char *words, const uint8_t bytes[HASH_BYTES])
{
    char hex[FIGURES_SUM_BYTES];
    figures_sum(bytes, hex);
    term(p, words, hex);
}

static void number(struct page_parts *p, const char *words, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    term(p, words, text);
}

static void proof(struct page_parts *p)
{
    const struct model *m = p->m;
    html_element_tr(p->h, "h3", N_("What proves it"));
    part_say(p, N_("Every figure follows from signed changes that each ally holds a copy of, up to a cut: how far each "
                   "log goes. Whoever "
                   "has a site can recompute this file, byte for byte, and is told which figures differ and why:"));
    html_open(p->h, "p");
    html_element(p->h, "code", part_tr(p, N_("allied report --verify FILE")));
    html_close(p->h, "p");
    html_open(p->h, "dl");
    number(p, N_("Charter in force at the cut"), m->cut.charter);
    number(p, N_("Last act of the roster"), m->cut.roster);
    number(p, N_("Charter whose points and caps apply"), m->policy_charter);
    number(p, N_("Profile of discipline"), m->profile);
    number(p, N_("Logs in the cut"), m->cut.heads_n);
    sum(p, N_("Digest of the cut (BLAKE2b-256)"), m->inputs);
    sum(p, N_("Digest of all figures (BLAKE2b-256)"), m->figures);
    html_close(p->h, "dl");
}

void part_method(struct page_parts *p)
{
    const struct model *m = p->m;
    part_open(p, "method", N_("Method, definitions and proof"));
    part_say(
        p,
        m->open
            ? N_("The year is what lies behind the checkpoint of the charter that closed the last one, whatever clocks "
                 "claim; this one is open, and its cut is what this copy held when the report was made.")
            : N_("The year is what lies between the checkpoints of the charters that closed the year before and this "
                 "one, whatever clocks claim: nothing can be dated back into it, and what comes later changes "
                 "nothing."));
    part_say(p, N_("Nothing counts for oneself. A near copy counts once, for whoever was first. Of one kind, a day's "
                   "contributions "
                   "count up to the charter's cap. What was retired, erased or merged by the end does not count. All "
                   "that is left out is "
                   "listed with its reason."));
    definitions(p);
    proof(p);
    part_close(p);
}
