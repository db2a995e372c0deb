/* How the sites were, as one of them saw it: no other can recompute that, so it stands between two lines that verify looks for. */
#include "daemon/report/html_parts.h"
#include <jansson.h>

#define STRIP_DAYS 90

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void strip(struct page_parts *p, const json_t *sites)
{
    size_t n = json_array_size(sites), i;
    const char *heads[CHART_DAYS] = {[CHART_DAY_UNKNOWN] = part_tr(p, N_("days not known")),
                                     [CHART_DAY_GOOD] = part_tr(p, N_("days well")),
                                     [CHART_DAY_FAIR] = part_tr(p, N_("days degraded")),
                                     [CHART_DAY_BAD] = part_tr(p, N_("days silent for a while")),
                                     [CHART_DAY_BEFORE] = part_tr(p, N_("days before it was there"))};
    uint64_t *values = arena_alloc(&p->arena, n * STRIP_DAYS + 1, sizeof *values);
    struct slice *names = arena_alloc(&p->arena, n + 1, sizeof *names);
    json_t *site;
    if (!values || !names) {
        p->h->out->err = ERR_MEMORY;
        return;
    }
    json_array_foreach(sites, i, site)
    {
        const char *days = text_of(site, "strip");
        names[i] = slice_text(text_of(site, "name"));
        for (size_t k = 0; k < STRIP_DAYS && days[k]; k++)
            values[i * STRIP_DAYS + k] = chart_day_of(days[k]);
    }
    chart_strip(
        p->h,
        &(struct chart){.id = "days",
                        .title = part_tr(p, N_("The last 90 days of each site")),
                        .desc = part_tr(p, N_("A bar a day, today at the right: full height where all was well, lower "
                                              "where the site was degraded, lowest where it was silent for a while, a "
                                              "line where nothing is known, nothing before it was there.")),
                        .corner = part_tr(p, N_("site")),
                        .rows = names,
                        .rows_n = n,
                        .columns_n = STRIP_DAYS,
                        .values = values},
        heads);
}

/* Days well of those that are known. */
static void availability(struct page_parts *p, const char *days)
{
    int64_t known = 0, well = 0;
    for (; *days; days++) {
        known += *days != '-' && *days != '.';
        well += *days == 'o';
    }
    html_open_class(p->h, "td", "num");
    html_number(p->h, well);
    html_text(p->h, " / ");
    html_number(p->h, known);
    html_close(p->h, "td");
}

static void milliseconds(struct page_parts *p, const json_t *value)
{
    html_open_class(p->h, "td", "num");
    if (json_is_integer(value))
        html_say(p->h, N_("{1} s"), html_fixed(p->h, json_integer_value(value) / 100, 1), NULL);
    else
        html_text(p->h, "\u2013");
    html_close(p->h, "td");
}

static void incidents(struct page_parts *p, const json_t *problems)
{
    size_t i;
    json_t *one;
    html_open(p->h, "td");
    json_array_foreach(problems, i, one)
    {
        if (i)
            html_void(p->h, "br");
        html_text(p->h, text_of(one, "text"));
        html_text(p->h, " (");
        html_text(p->h, text_of(one, "code"));
        html_text(p->h, ")");
    }
    html_close(p->h, "td");
}

static void table(struct page_parts *p, const json_t *sites)
{
    static const char *const heads[] = {N_("Site"), N_("Ally"), N_("Days well / known"),
                                        N_("p50"),  N_("p95"),  N_("What it said was wrong")};
    size_t i;
    json_t *site;
    part_table(p, N_("Availability, and how long fresh changes of others took to get there (24 h)"), heads, 6);
    json_array_foreach(sites, i, site)
    {
        part_row(p, slice_text(text_of(site, "name")));
        html_open(p->h, "td");
        html_name(p->h, slice_text(text_of(site, "ally_name")));
        html_close(p->h, "td");
        availability(p, text_of(site, "strip"));
        milliseconds(p, json_object_get(site, "p50_ms"));
        milliseconds(p, json_object_get(site, "p95_ms"));
        incidents(p, json_object_get(site, "problems"));
        part_row_close(p);
    }
    part_table_close(p);
}

void part_local(struct page_parts *p, const struct report_local *local)
{
    const json_t *sites = json_object_get(local->sites, "sites");
    html_text(p->h, "");
    buf_printf(p->h->out, REPORT_LOCAL_OPEN "\n");
    html_open(p->h, "section");
    html_attr(p->h, "id", "local");
    html_open(p->h, "h2");
    html_say(p->h, N_("Sites and synchronisation, as seen from {1}"), local->self, NULL);
    html_close(p->h, "h2");
    part_say(
        p,
        N_("What one site saw of the others on the day of this report. Nobody else can recompute it: it is no part of "
           "the digests, and verifying passes it over."));
    if (json_array_size(sites)) {
        strip(p, sites);
        table(p, sites);
    } else {
        part_say(p, N_("Nothing was heard of any site yet."));
    }
    html_close(p->h, "section");
    buf_printf(p->h->out, REPORT_LOCAL_CLOSE "\n");
}
