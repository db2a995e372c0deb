/* The common work: what records are about, the thesaurus's life, discipline. */
#include "daemon/report/html_parts.h"
#include <stdlib.h>

/* ---- coverage ---- */

static struct slice *labels_of(struct page_parts *p, const struct model_place *places, size_t n)
{
    struct slice *labels = arena_alloc(&p->arena, n + 1, sizeof *labels);
    for (size_t i = 0; labels && i < n; i++)
        labels[i] = places[i].label;
    if (!labels)
        p->h->out->err = ERR_MEMORY;
    return labels;
}

/* As the matrix numbers its columns. */
static struct slice *numbers_of(struct page_parts *p, size_t n)
{
    struct slice *numbers = arena_alloc(&p->arena, n + 1, sizeof *numbers);
    for (size_t i = 0; numbers && i < n; i++)
        if (arena_copy(&p->arena, slice_text(html_num(p->h, (int64_t)i + 1)), &numbers[i]))
            return NULL;
    return numbers;
}

/* Names in a list, with the number of records. */
static void list(struct page_parts *p, const struct model_place *places, size_t n, bool gaps)
{
    html_open(p->h, "ul");
    for (size_t i = 0; i < n; i++) {
        if (gaps ? places[i].records > MODEL_GAP : places[i].new_records || !places[i].records)
            continue;
        html_open(p->h, "li");
        html_name(p->h, places[i].label);
        if (gaps && places[i].records)
            html_say_n(p->h, " ({1} record)", " ({1} records)", (int64_t)places[i].records, NULL);
        html_close(p->h, "li");
    }
    html_close(p->h, "ul");
}

static void gaps(struct page_parts *p, const struct model_place *places, size_t n)
{
    size_t gaps = 0, still = 0;
    for (size_t i = 0; i < n; i++) {
        gaps += places[i].records <= MODEL_GAP;
        still += places[i].records && !places[i].new_records;
    }
    if (gaps) {
        html_open(p->h, "p");
        html_say(p->h, N_("Gaps: hardly any record, or none (at most {1})."), html_num(p->h, MODEL_GAP), NULL);
        html_close(p->h, "p");
        list(p, places, n, true);
    }
    if (still) {
        part_say(p, N_("Not touched this year: there are records, and none was added."));
        list(p, places, n, false);
    }
    if (!gaps && !still)
        part_say(p, N_("No gap: each has records, and got new ones this year."));
}

static void bars(struct page_parts *p, const char *id, const char *title, const struct model_place *places, size_t n)
{
    uint64_t *values = arena_alloc(&p->arena, n + 1, sizeof *values);
    struct slice *labels = labels_of(p, places, n), column = part_slice(p, N_("records"));
    if (!values || !labels) {
        p->h->out->err = ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < n; i++)
        values[i] = places[i].records;
    chart_bars(p->h, &(struct chart){.id = id,
                                     .title = part_tr(p, title),
                                     .desc = part_tr(p, N_("A bar for each; a record may lie under several.")),
                                     .corner = part_tr(p, N_("of the atlas")),
                                     .rows = labels,
                                     .columns = &column,
                                     .rows_n = n,
                                     .columns_n = 1,
                                     .values = values});
}

/* Allies down, places across: that fits a page. */
static void by_ally(struct page_parts *p)
{
    const struct model *m = p->m;
    uint64_t *values = arena_alloc(&p->arena, m->allies_n * m->components_n + 1, sizeof *values);
    struct slice *labels = labels_of(p, m->components, m->components_n), *heads = numbers_of(p, m->components_n);
    if (!values || !labels || !heads) {
        p->h->out->err = ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < m->allies_n; i++)
        for (size_t k = 0; k < m->components_n; k++)
            values[i * m->components_n + k] = m->coverage[k * m->allies_n + i];
    chart_matrix(p->h, &(struct chart){.id = "components-by-ally",
                                       .title = part_tr(p, N_("Records by ally and component")),
                                       .desc = part_tr(p, N_("Columns are the components, by their numbers under "
                                                             "the table; the darker, the more records. Empty cells "
                                                             "are gaps.")),
                                       .corner = part_tr(p, N_("ally")),
                                       .rows = p->names,
                                       .columns = labels,
                                       .heads = heads,
                                       .rows_n = m->allies_n,
                                       .columns_n = m->components_n,
                                       .values = values});
}

void part_coverage(struct page_parts *p)
{
    const struct model *m = p->m;
    part_open(p, "coverage", N_("What the records are about"));
    part_say(p, N_("All records of the common work at the end of the year, by the components that their index terms "
                   "lie under, directly or "
                   "through broader concepts, facets and merges."));
    if (m->components_n) {
        bars(p, "components", N_("Records by component"), m->components, m->components_n);
        gaps(p, m->components, m->components_n);
        by_ally(p);
    } else {
        part_say(p, N_("The thesaurus has no components: import the atlas (allied concept import FILE)."));
    }
    if (m->outside) {
        html_open(p->h, "p");
        html_say_n(p->h, "{1} record lies under no component: it has no index term, or none that leads to one.",
                   "{1} records lie under no component: they have no index term, or none that leads to one.",
                   (int64_t)m->outside, NULL);
        html_close(p->h, "p");
    }
    if (m->angles_n) {
        bars(p, "angles", N_("Records by angle"), m->angles, m->angles_n);
        gaps(p, m->angles, m->angles_n);
    }
    part_close(p);
}

/* ---- the thesaurus's life ---- */

void part_thesaurus(struct page_parts *p)
{
    static const char *const heads[] = {N_("Figure"), N_("How many")};
    static const char *const parts[FACT_RETIREMENT + 1] = {NULL,
                                                           N_("labels adopted"),
                                                           N_("translations of labels adopted"),
                                                           N_("notes and definitions adopted"),
                                                           N_("relations adopted"),
                                                           N_("merges adopted"),
                                                           N_("retirements adopted")};
    const struct model_thesaurus *t = &p->m->thesaurus;
    part_open(p, "thesaurus", N_("The thesaurus's life"));
    html_open(p->h, "p");
    if (t->adopted_acts)
        html_say_n(p->h,
                   "From a proposal to its adoption by another ally it took {1} day or less in half of the cases.",
                   "From a proposal to its adoption by another ally it took {1} days or less in half of the cases.",
                   part_days(t->delay_ms), NULL);
    else
        html_say(p->h, N_("No proposal was adopted by another ally's act this year."), NULL);
    html_close(p->h, "p");
    part_table(p, N_("The thesaurus this year"), heads, 2);
    part_number(p, N_("concepts in force at the end"), t->in_force);
    part_number(p, N_("concepts proposed"), t->proposed);
    part_number(p, N_("proposals adopted by an act of another ally"), t->adopted_acts);
    part_number(p, N_("proposals adopted by use: another ally indexed with it"), t->adopted_uses);
    part_number(p, N_("proposals of its own that the secretariat adopted: they count for nobody"), t->adopted_own);
    for (unsigned i = FACT_LABEL; i <= FACT_RETIREMENT; i++)
        part_number(p, parts[i], t->parts[i]);
    part_number(p, N_("concepts merged into others"), t->merged);
    part_number(p, N_("concepts given up"), t->deprecated);
    part_number(p, N_("concepts that wait for a decision at the end"), t->waiting);
    part_table_close(p);
    part_close(p);
}

/* ---- discipline ---- */

static void missed_bars(struct page_parts *p)
{
    const struct model *m = p->m;
    struct slice rows[DISCIPLINE_N], column = part_slice(p, N_("records"));
    uint64_t values[DISCIPLINE_N] = {0};
    size_t n = 0;
    for (unsigned k = 0; k < DISCIPLINE_N; k++) {
        for (size_t i = 0; i < m->allies_n; i++)
            values[n] += m->allies[i].missed[k];
        rows[n] = part_slice(p, report_rule_label(k));
        n += values[n] > 0;
    }
    if (n)
        chart_bars(p->h,
                   &(struct chart){
                       .id = "missed",
                       .title = part_tr(p, N_("What is missing, in how many records")),
                       .desc = part_tr(p, N_("A bar for each rule of the charter's profile that some record misses.")),
                       .corner = part_tr(p, N_("rule")),
                       .rows = rows,
                       .columns = &column,
                       .rows_n = n,
                       .columns_n = 1,
                       .values = values});
}

void part_discipline(struct page_parts *p)
{
    static const char *const heads[] = {N_("Ally"), N_("Records"), N_("Complete"), N_("Share")};
    const struct model *m = p->m;
    part_open(p, "discipline", N_("Discipline"));
    part_say(p, N_("A record is complete where it meets every rule of the charter's profile: a history, the limits, "
                   "who did what, an "
                   "index term, a licence. The others are published as well; what they lack is said, to help."));
    missed_bars(p);
    part_table(p, N_("Records at the end of the year, and how many are complete"), heads, 4);
    for (size_t i = 0; i < m->allies_n; i++) {
        const struct model_ally *a = &m->allies[i];
        part_row(p, a->name);
        html_cell_number(p->h, (int64_t)a->records);
        html_cell_number(p->h, (int64_t)a->complete);
        html_open_class(p->h, "td", "num");
        html_text(p->h, a->records ? html_share(p->h, a->complete, a->records) : "\u2013");
        html_close(p->h, "td");
        part_row_close(p);
    }
    part_table_close(p);
    part_close(p);
}
