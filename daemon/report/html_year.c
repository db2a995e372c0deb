/* The year as a whole: sentences and numbers, records, added value, reuse, and against the year before. */
#include "daemon/report/html_parts.h"

/* ---- five sentences and three numbers ---- */

static void records_sentence(struct page_parts *p)
{
    const uint64_t *t = p->m->total;
    const char *all = html_num(p->h, (int64_t)t[TOTAL_RECORDS]), *complete = html_num(p->h, (int64_t)t[TOTAL_COMPLETE]);
    uint64_t passed_over = 0;
    for (size_t i = 0; i < p->m->allies_n; i++)
        passed_over += model_records_left_out(&p->m->allies[i]);
    if (!t[TOTAL_PUBLISHED] && !passed_over)
        html_say(p->h, N_("No record was added this year: the common work has {1}, of them complete: {2}."), all,
                 complete, NULL);
    else if (!passed_over)
        html_say_n(p->h, "{1} record was added this year; the common work now has {2}, of them complete: {3}.",
                   "{1} records were added this year; the common work now has {2}, of them complete: {3}.",
                   (int64_t)t[TOTAL_PUBLISHED], all, complete, NULL);
    else
        html_say_n(
            p->h,
            "{1} record was added this year that counts, beside {4} that do not (near copies, beyond a day's cap, gone "
            "again); the common work now has {2}, of them complete: {3}.",
            "{1} records were added this year that count, beside {4} that do not (near copies, beyond a day's cap, "
            "gone "
            "again); the common work now has {2}, of them complete: {3}.",
            (int64_t)t[TOTAL_PUBLISHED], all, complete, html_num(p->h, (int64_t)passed_over), NULL);
}

static uint64_t received(const struct model *m, size_t whose)
{
    uint64_t n = 0;
    for (size_t i = 0; i < m->allies_n; i++)
        n += m->reuse[i * m->allies_n + whose];
    return n;
}

static void name_of(struct page_parts *p, struct slice name, char *out, size_t room)
{
    (void)p;
    size_t n = name.len < room - 1 ? name.len : room - 1;
    memcpy(out, name.at, n);
    out[n] = 0;
}

static void reuse_sentence(struct page_parts *p)
{
    const struct model *m = p->m;
    char name[NAME_MAX_BYTES + 1];
    size_t best = 0;
    for (size_t i = 1; i < m->allies_n; i++)
        if (received(m, i) > received(m, best))
            best = i;
    if (!m->total[TOTAL_REUSED]) {
        html_say(
            p->h,
            N_("Nobody has taken up another ally's work yet: a citation, a translation, an index term would show it."),
            NULL);
        return;
    }
    name_of(p, m->allies[best].name, name, sizeof name);
    html_say_n(p->h, "Once an ally took up the work of another: that of {2}.",
               "{1} times an ally took up the work of another, most often that of {2} ({3}).",
               (int64_t)m->total[TOTAL_REUSED], name, html_num(p->h, (int64_t)received(m, best)), NULL);
}

static void thesaurus_sentence(struct page_parts *p)
{
    const struct model *m = p->m;
    const char *waiting = html_num(p->h, (int64_t)m->thesaurus.waiting);
    if (!m->total[TOTAL_ADOPTED] && m->thesaurus.adopted_own)
        html_say_n(
            p->h,
            "The secretariat adopted what it proposed itself for {1} concept, and nothing of others was adopted; "
            "concepts that wait for a decision: {2}.",
            "The secretariat adopted what it proposed itself for {1} concepts, and nothing of others was adopted; "
            "concepts that wait for a decision: {2}.",
            (int64_t)m->thesaurus.own_concepts, waiting, NULL);
    else if (!m->total[TOTAL_ADOPTED])
        html_say(p->h, N_("Nothing new was adopted into the thesaurus; concepts that wait for a decision: {1}."),
                 waiting, NULL);
    else
        html_say_n(p->h,
                   "{1} contribution to the thesaurus was adopted by others; concepts that wait for a decision: {2}.",
                   "{1} contributions to the thesaurus were adopted by others; concepts that wait for a decision: {2}.",
                   (int64_t)m->total[TOTAL_ADOPTED], waiting, NULL);
}

static void coverage_sentence(struct page_parts *p)
{
    const struct model *m = p->m;
    char name[1024];
    size_t least = 0, untouched = 0;
    for (size_t i = 0; i < m->components_n; i++) {
        untouched += !m->components[i].new_records;
        if (m->components[i].records < m->components[least].records)
            least = i;
    }
    if (!m->components_n) {
        html_say(p->h, N_("The thesaurus has no components yet: what the records cover cannot be told."), NULL);
        return;
    }
    name_of(p, m->components[least].label, name, sizeof name);
    const char *n = html_num(p->h, (int64_t)m->components[least].records);
    if (untouched)
        html_say_n(p->h, "{1} component of the atlas got no record this year; the emptiest is “{2}” (records: {3}).",
                   "{1} components of the atlas got no record this year; the emptiest is “{2}” (records: {3}).",
                   (int64_t)untouched, name, n, NULL);
    else
        html_say(p->h, N_("Every component of the atlas got records this year; the emptiest is “{1}” (records: {2})."),
                 name, n, NULL);
}

static void people_sentence(struct page_parts *p)
{
    const struct model *m = p->m;
    uint64_t complete = 0, late = m->service.late;
    for (size_t i = 0; i < m->newcomers_n; i++)
        complete += m->newcomers[i].month != 0;
    if (m->newcomers_n)
        html_say_n(p->h, "{1} ally is new; with a first complete record: {2}.",
                   "{1} allies are new; with a first complete record: {2}.", (int64_t)m->newcomers_n,
                   html_num(p->h, (int64_t)complete), NULL);
    else if (late)
        html_say_n(p->h, "Nobody new came; the secretariat handled {1} proposal later than agreed.",
                   "Nobody new came; the secretariat handled {1} proposals later than agreed.", (int64_t)late, NULL);
    else if (!m->service.handled)
        html_say(p->h, N_("Nobody new came, and the secretariat handled no proposal of others."), NULL);
    else
        html_say_n(p->h, "Nobody new came; the secretariat handled {1} proposal, none late.",
                   "Nobody new came; the secretariat handled {1} proposals, none late.", (int64_t)m->service.handled,
                   NULL);
}

static void big(struct page_parts *p, const char *number, const char *words)
{
    html_open(p->h, "li");
    html_element(p->h, "b", number);
    html_text(p->h, " ");
    html_text(p->h, part_tr(p, words));
    html_close(p->h, "li");
}

void part_summary(struct page_parts *p)
{
    static void (*const sentences[])(struct page_parts *) = {records_sentence, reuse_sentence, thesaurus_sentence,
                                                             coverage_sentence, people_sentence};
    const struct model *m = p->m;
    const uint64_t *t = m->total;
    html_open(p->h, "section");
    html_attr(p->h, "id", "summary");
    if (m->open)
        html_element_tr(p->h, "p",
                        N_("This year is still open: no charter has closed it, and its figures go on changing."));
    if (m->year_from < m->year)
        html_element_tr(p->h, "p",
                        N_("One charter closed these years together: here “this year” stands for all of them."));
    html_open_class(p->h, "ul", "figures");
    big(p, html_num(p->h, (int64_t)t[TOTAL_PUBLISHED]), N_("records added that count"));
    big(p, t[TOTAL_RECORDS] ? html_share(p->h, t[TOTAL_COMPLETE], t[TOTAL_RECORDS]) : "–",
        N_("of all records are complete"));
    big(p, html_num(p->h, (int64_t)t[TOTAL_REUSED]), N_("reuses of another ally's work"));
    html_close(p->h, "ul");
    html_open_class(p->h, "ul", "lead");
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        html_open(p->h, "li");
        sentences[i](p);
        html_close(p->h, "li");
    }
    html_close(p->h, "ul");
    html_close(p->h, "section");
}

/* ---- records ---- */

static void records_line(struct page_parts *p)
{
    const struct model *m = p->m;
    uint64_t *values = arena_alloc(&p->arena, 2 * m->months_n, sizeof *values);
    struct slice rows[2] = {part_slice(p, N_("this year")), part_slice(p, N_("the year before"))};
    if (!values) {
        p->h->out->err = ERR_MEMORY;
        return;
    }
    for (size_t k = 0; k < m->months_n; k++) {
        for (size_t i = 0; i < m->allies_n; i++)
            values[k] += m->months[i * m->months_n + k];
        values[m->months_n + k] = m->before ? m->before[k] : 0;
    }
    chart_line(p->h,
               &(struct chart){.id = "months",
                               .title = part_tr(p, N_("Records added, month by month")),
                               .desc = part_tr(p, N_("A point a month: how many records all allies together added.")),
                               .corner = part_tr(p, N_("year")),
                               .rows = rows,
                               .columns = p->months,
                               .short_columns = p->short_months,
                               .rows_n = m->before ? 2 : 1,
                               .columns_n = m->months_n,
                               .values = values});
}

void part_records(struct page_parts *p)
{
    const struct model *m = p->m;
    part_open(p, "records", N_("Records by ally and month"));
    part_say(
        p, N_("Records published that count, complete or to complete. A month is that of the change, kept between the "
              "checkpoints around it: nothing can be dated back."));
    records_line(p);
    chart_matrix(
        p->h,
        &(struct chart){.id = "by-month",
                        .title = part_tr(p, N_("Records added, by ally and month")),
                        .desc = part_tr(p, N_("A row for each ally, a column for each month; the darker, the more.")),
                        .corner = part_tr(p, N_("ally")),
                        .rows = p->names,
                        .columns = p->months,
                        .short_columns = p->short_months,
                        .rows_n = m->allies_n,
                        .columns_n = m->months_n,
                        .values = m->months,
                        .total = part_tr(p, N_("all"))});
    part_close(p);
}

/* ---- added value ---- */

static void value_charts(struct page_parts *p, const char *id, const char *title, const char *desc, bool points)
{
    const struct model *m = p->m;
    uint64_t *values = arena_alloc(&p->arena, m->allies_n * LEDGER_KINDS_N + 1, sizeof *values);
    if (!values) {
        p->h->out->err = ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < m->allies_n; i++)
        for (unsigned k = 0; k < LEDGER_KINDS_N; k++)
            values[i * LEDGER_KINDS_N + k] = points ? m->allies[i].kind_points[k] : m->allies[i].count[k];
    static const char *const in_short[LEDGER_KINDS_N] = {
        [LEDGER_RECORD_FULL] = N_("full"),
        [LEDGER_RECORD_PARTIAL] = N_("part."),
        [LEDGER_RECORD_MAINTAINED] = N_("kept"),
        [LEDGER_TRANSLATION] = N_("tr."),
        [LEDGER_THESAURUS] = N_("th."),
        [LEDGER_REUSE_RECEIVED] = N_("reuse"),
        [LEDGER_REVIEW] = N_("rev."),
        [LEDGER_WELCOME] = N_("welc."),
        [LEDGER_SERVICE] = N_("serv."),
        [LEDGER_MEANS] = N_("means"),
    };
    struct slice heads[LEDGER_KINDS_N];
    for (unsigned k = 0; k < LEDGER_KINDS_N; k++)
        heads[k] = part_slice(p, in_short[k]);
    chart_stacked(p->h, &(struct chart){.id = id,
                                        .title = part_tr(p, title),
                                        .desc = part_tr(p, desc),
                                        .corner = part_tr(p, N_("ally")),
                                        .rows = p->names,
                                        .columns = p->kinds,
                                        .heads = heads,
                                        .rows_n = m->allies_n,
                                        .columns_n = LEDGER_KINDS_N,
                                        .values = values,
                                        .total = part_tr(p, N_("all"))});
}

/* One record split in many meets every rule, and shows here. */
static void small(struct page_parts *p)
{
    const struct model *m = p->m;
    bool any = false;
    for (size_t i = 0; i < m->allies_n; i++) {
        if (!m->allies[i].small)
            continue;
        if (!any) {
            html_open(p->h, "p");
            html_say(p->h, N_("Complete records of fewer than {1} words, which count all the same:"),
                     html_num(p->h, FACTS_WORDS_MIN), NULL);
        }
        html_text(p->h, any ? ", " : " ");
        html_name(p->h, m->allies[i].name);
        html_text(p->h, " (");
        html_number(p->h, (int64_t)m->allies[i].small);
        html_text(p->h, ")");
        any = true;
    }
    if (any) {
        html_text(p->h, ".");
        html_close(p->h, "p");
    }
}

/* Who has how many of that kind left out for that reason; nothing where nobody has. */
static void left_out_row(struct page_parts *p, unsigned kind, unsigned why)
{
    const struct model *m = p->m;
    uint64_t sum = 0;
    for (size_t i = 0; i < m->allies_n; i++)
        sum += m->allies[i].left_out[kind][why];
    if (!sum)
        return;
    part_row(p, p->kinds[kind]);
    html_element_tr(p->h, "td", ledger_why_text(why));
    html_cell_number(p->h, (int64_t)sum);
    html_open(p->h, "td");
    bool any = false;
    for (size_t i = 0; i < m->allies_n; i++) {
        if (!m->allies[i].left_out[kind][why])
            continue;
        html_text(p->h, any ? ", " : "");
        html_name(p->h, m->allies[i].name);
        html_text(p->h, "\u00a0(");
        html_number(p->h, (int64_t)m->allies[i].left_out[kind][why]);
        html_text(p->h, ")");
        any = true;
    }
    html_close(p->h, "td");
    part_row_close(p);
}

static void left_out(struct page_parts *p)
{
    static const char *const heads[] = {N_("Kind"), N_("Why it does not count"), N_("How many"), N_("Whose")};
    html_element_tr(p->h, "h3", N_("What does not count, and why"));
    if (!p->m->total[TOTAL_LEFT_OUT]) {
        part_say(p, N_("Nothing was left out."));
        return;
    }
    part_table(p, N_("Contributions that do not count"), heads, sizeof heads / sizeof *heads);
    for (unsigned k = 0; k < LEDGER_KINDS_N; k++)
        for (unsigned y = LEDGER_COUNTS + 1; y < LEDGER_WHYS_N; y++)
            left_out_row(p, k, y);
    part_table_close(p);
}

static bool gives_points(const struct ledger_policy *policy)
{
    bool any = false;
    for (unsigned k = 0; k < LEDGER_KINDS_N; k++)
        any = any || policy->points[k];
    return any;
}

void part_value(struct page_parts *p)
{
    part_open(p, "value", N_("What each ally added"));
    part_say(p, N_("First what was done, kind by kind; then the same in the points of the charter. Nothing counts for "
                   "oneself, and "
                   "there is no single score: the sum of a row adds unlike things."));
    value_charts(p, "value-count", N_("Contributions that count, by ally and kind"),
                 N_("A bar for each ally, a pattern for each kind."), false);
    if (gives_points(&p->m->policy))
        value_charts(p, "value-points", N_("The same in the charter's points"),
                     N_("A bar for each ally, a pattern for each kind."), true);
    else
        part_say(p, N_("The charter gives no points: the contributions stand for themselves."));
    left_out(p);
    small(p);
    part_close(p);
}

/* ---- reuse ---- */

static void rings(struct page_parts *p)
{
    const struct model *m = p->m;
    if (!m->rings_n)
        return;
    part_say(p,
             N_("These pairs received more than half of all their reuses from each other. That may be close work, or a "
                "game: the assembly judges."));
    html_open(p->h, "ul");
    for (size_t i = 0; i < m->rings_n; i++) {
        html_open(p->h, "li");
        html_name(p->h, model_name(m, m->rings[i].a));
        html_text(p->h, " \u2194 ");
        html_name(p->h, model_name(m, m->rings[i].b));
        html_text(p->h, " (");
        html_number(p->h, (int64_t)m->rings[i].a_from_b);
        html_text(p->h, " / ");
        html_number(p->h, (int64_t)m->rings[i].b_from_a);
        html_text(p->h, ")");
        html_close(p->h, "li");
    }
    html_close(p->h, "ul");
}

void part_reuse(struct page_parts *p)
{
    const struct model *m = p->m;
    part_open(p, "reuse", N_("Who reuses whom"));
    part_say(p, N_("An ally reuses another where a record of its own cites, extends, synthesises or translates the "
                   "other's record, or "
                   "is indexed with the other's concept: each once a year."));
    if (m->total[TOTAL_REUSED])
        chart_matrix(p->h, &(struct chart){.id = "reuse-matrix",
                                           .title = part_tr(p, N_("Reuse: row reuses column")),
                                           .desc = part_tr(p, N_("A column has the number of its ally's row. Framed, "
                                                                 "and marked * in the table: both reuse each other.")),
                                           .corner = part_tr(p, N_("who reuses")),
                                           .across = part_tr(p, N_("whose work")),
                                           .amount = part_tr(p, N_("how often")),
                                           .rows = p->names,
                                           .columns = p->names,
                                           .rows_n = m->allies_n,
                                           .columns_n = m->allies_n,
                                           .values = m->reuse,
                                           .marked = m->mutual,
                                           .square = true});
    else
        part_say(p, N_("Nobody has reused another ally's work yet."));
    rings(p);
    part_close(p);
}

/* ---- the year before ---- */

void part_progress(struct page_parts *p)
{
    static const char *const heads[] = {N_("Figure"), N_("This year"), N_("The year before"), N_("Difference")};
    const struct model *m = p->m;
    part_open(p, "progress", N_("Against the year before"));
    if (!m->has_before)
        part_say(p, N_("This is the first year: there is nothing to compare it with."));
    else if (m->open)
        part_say(p, N_("The year before is whole, this one still open."));
    part_table(p, m->has_before ? N_("The same figures for both years") : N_("The year's figures"), heads,
               m->has_before ? 4 : 2);
    for (unsigned i = 0; i < MODEL_TOTALS_N; i++) {
        part_row(p, part_slice(p, model_total_info(i)->label));
        html_cell_number(p->h, (int64_t)m->total[i]);
        if (m->has_before) {
            int64_t difference = (int64_t)m->total[i] - (int64_t)m->total_before[i];
            html_cell_number(p->h, (int64_t)m->total_before[i]);
            html_open_class(p->h, "td", "num");
            html_text(p->h, difference > 0 ? "+" : "");
            html_number(p->h, difference);
            html_close(p->h, "td");
        }
        part_row_close(p);
    }
    part_table_close(p);
    part_close(p);
}
