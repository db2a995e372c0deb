/*
 * allied watch: every site with how it is, renewed on a terminal every two seconds.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/table.h"
#include "protocol/base/clock.h"
#include <poll.h>
#include <signal.h>
#include <string.h>

#define RENEW_MS    2000
#define NARROW      50 /* columns of a terminal */
#define USUAL       76
#define ROOMY       112
#define STRIP_SHOWN 10 /* days */
#define TEXT_BYTES  256
#define HOME        "\033[H\033[2J" /* an emptied screen, from its upper left corner */

/* ---- cells ---- */

static const struct {
    const char *state, *shown, *sum;
} states[] = {
    {"ok",       N_("well"),      N_("{1} well")     },
    {"degraded", N_("degraded"),  N_("{1} degraded") },
    {"silent",   N_("silent"),    N_("{1} silent")   },
    {"unknown",  N_("not known"), N_("{1} not known")},
};
#define STATES (sizeof states / sizeof *states)

/* A length of time in its largest unit that gives at least two of it. */
static void put_span(const struct out *o, struct buf *to, int64_t s)
{
    static const struct {
        int64_t s;
        const char *shown;
    } units[] = {
        {86400, N_("{1} d")  },
        {3600,  N_("{1} h")  },
        {60,    N_("{1} min")},
        {1,     N_("{1} s")  },
    };
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && s < 2 * units[i].s)
        i++;
    out_fill(to, tr(o->lang, units[i].shown), &(const char *){NUM(s / units[i].s)}, 1);
}

static void show_name(const struct out *o, const json_t *site, struct buf *to)
{
    (void)o;
    buf_printf(to, "%s", pick_either(site, "name", "site"));
}

static void show_state(const struct out *o, const json_t *site, struct buf *to)
{
    for (size_t i = 0; i < STATES; i++)
        if (strcmp(states[i].state, pick_text(site, "state")) == 0)
            buf_printf(to, "%s", tr(o->lang, states[i].shown));
}

static void show_heard(const struct out *o, const json_t *site, struct buf *to)
{
    if (json_is_integer(json_object_get(site, "last_heard_s")))
        put_span(o, to, pick_number(site, "last_heard_s"));
}

static void show_lag(const struct out *o, const json_t *site, struct buf *to)
{
    (void)o;
    if (json_is_integer(json_object_get(site, "behind")))
        buf_printf(to, "%lld%s", pick_number(site, "behind"),
                   json_is_false(json_object_get(site, "digest_equal")) ? " ≠" : "");
}

static void show_disk(const struct out *o, const json_t *site, struct buf *to)
{
    if (json_is_integer(json_object_get(site, "disk_free_pct")))
        out_fill(to, tr(o->lang, N_("{1}%")), &(const char *){NUM(pick_number(site, "disk_free_pct"))}, 1);
}

static void show_backup(const struct out *o, const json_t *site, struct buf *to)
{
    struct wall made, now;
    const char *text = pick_text(site, "last_backup");
    if (*text && rfc3339_read(text, &made) == ERR_OK && rfc3339_read(pick_text(site, "now"), &now) == ERR_OK)
        put_span(o, to, now.ms > made.ms ? (now.ms - made.ms) / 1000 : 0);
    else if (json_is_integer(json_object_get(site, "commits")))
        buf_printf(to, "%s", tr(o->lang, N_("none")));
}

static void show_clock(const struct out *o, const json_t *site, struct buf *to)
{
    long long ms = pick_number(site, "clock_off_ms");
    if (json_is_integer(json_object_get(site, "clock_off_ms"))) {
        buf_printf(to, "%s", ms < -999 ? "-" : ms > 999 ? "+" : "");
        put_span(o, to, (ms < 0 ? -ms : ms) / 1000);
    }
}

static void show_p95(const struct out *o, const json_t *site, struct buf *to)
{
    long long ms = pick_number(site, "p95_ms");
    if (!json_is_integer(json_object_get(site, "p95_ms")))
        return;
    if (ms < 10000)
        out_fill(to, tr(o->lang, N_("{1} ms")), &(const char *){NUM(ms)}, 1);
    else
        put_span(o, to, ms / 1000);
}

static void show_version(const struct out *o, const json_t *site, struct buf *to)
{
    (void)o;
    buf_printf(to, "%s", pick_text(site, "version"));
}

static void show_strip(const struct out *o, const json_t *site, struct buf *to)
{
    const char *strip = pick_text(site, "strip");
    size_t n = strlen(strip);
    (void)o;
    buf_printf(to, "%s", strip + (n > STRIP_SHOWN ? n - STRIP_SHOWN : 0));
}

static const struct shown {
    struct table_column column;
    size_t least; /* columns of a terminal on which it has room */
    void (*show)(const struct out *o, const json_t *site, struct buf *to);
} columns[] = {
    {{N_("site"), false, false},   0,      show_name   },
    {{N_("state"), false, true},   0,      show_state  },
    {{N_("heard"), true, true},    0,      show_heard  },
    {{N_("lag"), true, true},      NARROW, show_lag    },
    {{N_("free"), true, true},     NARROW, show_disk   },
    {{N_("backup"), true, true},   USUAL,  show_backup },
    {{N_("clock"), true, true},    ROOMY,  show_clock  },
    {{N_("p95"), true, true},      USUAL,  show_p95    },
    {{N_("version"), false, true}, ROOMY,  show_version},
    {{N_("10 days"), false, true}, 0,      show_strip  },
};
#define COLUMNS (sizeof columns / sizeof *columns)
_Static_assert(COLUMNS <= TABLE_COLUMNS_MAX, "room for the columns");

/* ---- the whole ---- */

static void sums(const struct out *o, const json_t *sites)
{
    struct buf text;
    buf_init(&text, TEXT_BYTES);
    for (size_t k = 0; k < STATES; k++) {
        size_t i, n = 0;
        json_t *site;
        json_array_foreach(sites, i, site) n += strcmp(pick_text(site, "state"), states[k].state) == 0;
        if (n) {
            buf_printf(&text, "%s", text.len ? ", " : "");
            out_fill(&text, tr(o->lang, states[k].sum), &(const char *){NUM(n)}, 1);
        }
    }
    out_print(o, N_("Sites: {1}"), buf_text(&text) ? buf_text(&text) : "", NULL);
    buf_fini(&text);
}

static bool has_room(const struct out *o, const struct shown *column)
{
    return !o->columns || o->columns >= column->least;
}

static void put_table(const struct out *o, const json_t *result)
{
    struct table_column heads[COLUMNS];
    struct table t;
    size_t i, n = 0;
    json_t *site;
    for (size_t k = 0; k < COLUMNS; k++)
        if (has_room(o, &columns[k]))
            heads[n++] = columns[k].column;
    table_init(&t, heads, n);
    json_array_foreach(json_object_get(result, "sites"), i, site)
    {
        json_object_set(site, "now", json_object_get(result, "now"));
        for (size_t k = 0; k < COLUMNS; k++) {
            struct buf text;
            buf_init(&text, 4096);
            columns[k].show(o, site, &text);
            if (has_room(o, &columns[k]))
                table_cell(&t, text.len && buf_text(&text) ? buf_text(&text) : "—");
            buf_fini(&text);
        }
    }
    table_print(&t, o);
    table_fini(&t);
}

static void problems(const struct out *o, const json_t *site)
{
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(site, "problems"), i, p)
    {
        struct buf text;
        buf_init(&text, 4096);
        if (!i) {
            fputc('\n', o->data);
            out_cell(o, pick_either(site, "name", "site"), STYLE_BOLD, 0);
            fputc('\n', o->data);
        }
        fputs("  ", o->data);
        out_cell(o, pick_text(p, "code"), STYLE_YELLOW, 0);
        out_behind_code(o, &text, pick_text(p, "text"), "");
        out_text(o, buf_text(&text) ? buf_text(&text) : "", 4);
        buf_fini(&text);
    }
}

static void show(const struct out *o, const json_t *result)
{
    const json_t *sites = json_object_get(result, "sites");
    size_t i;
    json_t *site;
    sums(o, sites);
    fputc('\n', o->data);
    put_table(o, result);
    fputc('\n', o->data);
    out_text(
        o,
        tr(o->lang,
           N_("Days, the last one today: o well, d degraded, s silent for a while, - nothing heard, . not yet there.")),
        0);
    json_array_foreach(sites, i, site) problems(o, site);
    if (!pick_true(result, "heard")) {
        fputc('\n', o->data);
        out_text(o, tr(o->lang, N_("No other site is connected: what is shown of them is what they said last.")), 0);
        out_print(o, "  → {1}", "allied status", NULL);
    }
}

static const struct arg_option watch_options[] = {
    {0, "once", NULL, false, N_("one table, and no other")},
};
static const struct arg_form watch_form = {
    "watch",
    "",
    N_("every site and how it is, renewed until Ctrl-C"),
    watch_options,
    sizeof watch_options / sizeof *watch_options,
    0,
    0,
    N_("What each site says of itself, passed on from site to site: also of those that this one never meets.")};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static err_t look(struct cli *cli, bool renews)
{
    json_t *result = NULL;
    err_t e = cli_ask(cli, "sites", json_object(), &result);
    if (!e && cli->out.json)
        out_json(&cli->out, result);
    else if (!e) {
        fputs(renews ? HOME : "", cli->out.data);
        show(&cli->out, result);
    }
    fflush(cli->out.data);
    json_decref(result);
    return e;
}

int cmd_watch(struct cli *cli, int argc, char **argv)
{
    struct args args;
    struct sigaction act = {.sa_handler = on_interrupt}, old;
    int code;
    if (!cli_begin(cli, &watch_form, argc, argv, &args, &code))
        return code;
    bool renews = cli->out.columns && !cli->out.json && !args_flag(&args, "once");
    err_t e = look(cli, renews);
    interrupted = 0;
    if (renews)
        sigaction(SIGINT, &act, &old);
    while (renews && !e && !interrupted) {
        poll(NULL, 0, RENEW_MS);
        e = interrupted ? ERR_OK : look(cli, true);
    }
    if (renews)
        sigaction(SIGINT, &old, NULL);
    return e ? cli_fail(cli, e) : 0;
}
