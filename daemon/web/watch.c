#include "daemon/web/watch.h"
#include "daemon/html/chart.h"
#include "daemon/web/state.h"
#include <stdlib.h>

#define STRIP_MOST   90
#define CLOCK_BAD_MS 2000 /* from here on a person should look at it; PROTOCOL.md bounds what is accepted */

static const struct {
    const char *state, *class, *words;
} states[] = {
    {"ok",       "good", N_("well")         },
    {"degraded", "warn", N_("degraded")     },
    {"silent",   "bad",  N_("silent")       },
    {"unknown",  NULL,   N_("nothing heard")},
};

static void put_state(struct html *h, const char *state)
{
    size_t i = 0;
    while (i + 1 < sizeof states / sizeof *states && strcmp(states[i].state, state) != 0)
        i++;
    html_open_class(h, "td", states[i].class);
    html_text(h, tr(h->lang, states[i].words));
    html_close(h, "td");
}

void watch_ago(struct html *h, const json_t *seconds)
{
    int64_t n = json_integer_value(seconds);
    html_open_class(h, "td", "num");
    if (!json_is_integer(seconds))
        html_text(h, "–");
    else if (n < 120)
        html_say(h, N_("{1} s"), html_num(h, n), NULL);
    else if (n < 7200)
        html_say(h, N_("{1} min"), html_num(h, n / 60), NULL);
    else if (n < 172800)
        html_say(h, N_("{1} h"), html_num(h, n / 3600), NULL);
    else
        html_say(h, N_("{1} d"), html_num(h, n / 86400), NULL);
    html_close(h, "td");
}

/* ---- cells ---- */

static void put_number(struct html *h, const json_t *value)
{
    html_open_class(h, "td", "num");
    html_text(h, json_is_integer(value) ? html_num(h, json_integer_value(value)) : "–");
    html_close(h, "td");
}

static void put_share(struct html *h, const json_t *percent)
{
    html_open_class(h, "td", "num");
    if (json_is_integer(percent))
        html_say(h, N_("{1} %"), html_num(h, json_integer_value(percent)), NULL);
    else
        html_text(h, "–");
    html_close(h, "td");
}

static void put_backup(struct html *h, const json_t *site)
{
    const char *when = sheet_text(site, "last_backup");
    html_open(h, "td");
    if (*when)
        html_date_of(h, when);
    else /* who said how it is, and named none, has none */
        html_text(h, json_is_integer(json_object_get(site, "commits")) ? tr(h->lang, N_("none")) : "–");
    html_close(h, "td");
}

static void put_clock(struct html *h, const json_t *off)
{
    int64_t ms = json_integer_value(off);
    html_open_class(h, "td", llabs(ms) >= CLOCK_BAD_MS ? "num bad" : "num");
    if (json_is_integer(off))
        html_say(h, N_("{1} ms"), html_num(h, ms), NULL);
    else
        html_text(h, "–");
    html_close(h, "td");
}

/* Half of what others write is there after this long, and all but a twentieth after that. */
static void put_pace(struct html *h, const json_t *site)
{
    html_open_class(h, "td", "num");
    if (json_is_integer(json_object_get(site, "p50_ms")))
        html_say(h, N_("{1} / {2} ms"), html_num(h, sheet_number(site, "p50_ms")),
                 html_num(h, sheet_number(site, "p95_ms")), NULL);
    else
        html_text(h, "–");
    html_close(h, "td");
}

static const char *name_of(const json_t *site)
{
    const char *name = sheet_text(site, "name");
    return *name ? name : sheet_text(site, "site");
}

static void put_site(struct html *h, const json_t *site)
{
    const char *version = sheet_text(site, "version");
    html_open_row(h);
    html_name(h, slice_text(name_of(site)));
    if (json_is_true(json_object_get(site, "own"))) {
        html_text(h, " ");
        html_element_tr(h, "small", N_("(this one)"));
    }
    html_close(h, "th");
    html_open(h, "td");
    html_name(h, slice_text(sheet_text(site, "ally_name")));
    html_close(h, "td");
    put_state(h, sheet_text(site, "state"));
    watch_ago(h, json_object_get(site, "last_heard_s"));
    html_element(h, "td", *version ? version : "–");
    put_number(h, json_object_get(site, "behind"));
    put_share(h, json_object_get(site, "disk_free_pct"));
    put_backup(h, site);
    put_clock(h, json_object_get(site, "clock_off_ms"));
    put_pace(h, site);
    html_close(h, "tr");
}

static void put_table(struct html *h, const json_t *sites)
{
    static const struct html_column columns[] = {
        {N_("Site"),        false},
        {N_("Ally"),        false},
        {N_("State"),       false},
        {N_("Last heard"),  true },
        {N_("Version"),     false},
        {N_("It lacks"),    true },
        {N_("Free disk"),   true },
        {N_("Last backup"), false},
        {N_("Clock"),       true },
        {N_("Propagation"), true },
    };
    size_t i;
    json_t *one;
    html_open_table(
        h,
        tr(h->lang, N_("All sites as they say they are. It lacks: commits that are here and not there. Clock: theirs "
                       "minus ours. Propagation: how long half, and 95 of "
                       "100, of what others write takes to get there.")));
    html_columns(h, columns, sizeof columns / sizeof *columns);
    html_table_body(h);
    json_array_foreach(sites, i, one) put_site(h, one);
    html_close_table(h);
}

/* ---- what each has to mend ---- */

static void put_problems(struct html *h, const json_t *sites)
{
    size_t i, k, n = 0;
    json_t *site, *one;
    json_array_foreach(sites, i, site) n += json_array_size(json_object_get(site, "problems"));
    if (!n)
        return;
    html_element_tr(h, "h2", N_("What the sites say is not as it should be"));
    html_open_class(h, "ul", "plain");
    json_array_foreach(sites, i, site) json_array_foreach(json_object_get(site, "problems"), k, one)
    {
        const char *text = sheet_text(one, "text");
        html_open_class(h, "li", "box warn");
        html_open(h, "strong");
        html_name(h, slice_text(name_of(site)));
        html_close(h, "strong");
        html_text(h, tr(h->lang, N_(": ")));
        html_text(h, *text ? text : sheet_text(one, "code"));
        html_text(h, " ");
        html_element(h, "small", sheet_text(one, "code"));
        if (*sheet_text(one, "action")) {
            html_text(h, " → ");
            state_advice(h, sheet_text(one, "action"));
        }
        html_close(h, "li");
    }
    html_close(h, "ul");
}

/* ---- 90 days ---- */

static const char *day_text(const struct html *h, const char *day, char out[HTML_DATE_BYTES])
{
    struct wall t;
    if (rfc3339_read(day, &t) != ERR_OK)
        return day;
    html_date_text(h->lang, t, out);
    return out;
}

static void put_strip(struct sheet *s, const json_t *sites, const char *first, const char *last)
{
    struct html *h = &s->h;
    size_t n = json_array_size(sites), i;
    struct slice *names = arena_alloc(request_arena(s->q), n, sizeof *names);
    uint64_t *days = arena_alloc(request_arena(s->q), n * STRIP_MOST, sizeof *days);
    struct slice *columns = arena_alloc(request_arena(s->q), STRIP_MOST, sizeof *columns);
    const char *heads[CHART_DAYS] = {[CHART_DAY_UNKNOWN] = tr(h->lang, N_("nothing heard")),
                                     [CHART_DAY_GOOD] = tr(h->lang, N_("well")),
                                     [CHART_DAY_FAIR] = tr(h->lang, N_("degraded")),
                                     [CHART_DAY_BAD] = tr(h->lang, N_("silent")),
                                     [CHART_DAY_BEFORE] = tr(h->lang, N_("not yet there"))};
    char from[HTML_DATE_BYTES], until[HTML_DATE_BYTES];
    json_t *site;
    if (!names || !days || !columns || !n)
        return;
    json_array_foreach(sites, i, site)
    {
        const char *strip = sheet_text(site, "strip");
        size_t length = strlen(strip);
        names[i] = slice_text(name_of(site));
        for (size_t k = 0; k < STRIP_MOST; k++)
            days[i * STRIP_MOST + k] = k < length ? chart_day_of(strip[k]) : CHART_DAY_UNKNOWN;
    }
    html_element_tr(h, "h2", N_("The last 90 days"));
    html_open(h, "p");
    html_say(h, N_("From {1} to {2}, a mark a day (UTC): the worst of the day."), day_text(h, first, from),
             day_text(h, last, until), NULL);
    html_close(h, "p");
    struct chart c = {.id = "days",
                      .title = tr(h->lang, N_("The state of each site, day by day")),
                      .desc = tr(h->lang, N_("The lower the bar the worse: well, degraded, silent; a line where "
                                             "nothing was heard, nothing before the site was there.")),
                      .corner = tr(h->lang, N_("Site")),
                      .rows = names,
                      .rows_n = n,
                      .columns = columns,
                      .columns_n = STRIP_MOST,
                      .values = days};
    chart_strip(h, &c, heads);
}

void watch_show(struct sheet *s, const json_t *answer)
{
    const json_t *sites = json_object_get(answer, "sites"), *days = json_object_get(answer, "days");
    const char *first = json_string_value(json_array_get(days, 0)), *last = json_string_value(json_array_get(days, 1));
    html_element_tr(&s->h, "h2", N_("How the sites are"));
    put_table(&s->h, sites);
    put_problems(&s->h, sites);
    if (first && last)
        put_strip(s, sites, first, last);
}
