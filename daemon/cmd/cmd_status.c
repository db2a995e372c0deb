/*
 * allied status, ping: how this site is, in words a person can act on.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/site.h"
#include "daemon/cmd/table.h"
#include <string.h>

static const struct {
    const char *state, *shown;
    enum out_style style;
    int exit_code;
} states[] = {
    {"ok",         N_("all is well"),            STYLE_GREEN,  0},
    {"syncing",    N_("catching up"),            STYLE_YELLOW, 0},
    {"degraded",   N_("degraded"),               STYLE_YELLOW, 2},
    {"readonly",   N_("read-only"),              STYLE_RED,    2},
    {"stopped",    N_("stopped"),                STYLE_RED,    2},
    {"joining",    N_("waiting to be admitted"), STYLE_YELLOW, 2},
    {"refused",    N_("was not admitted"),       STYLE_RED,    2},
    {"recovering", N_("looking for an ally"),    STYLE_YELLOW, 2},
};

static size_t state_row(const char *state)
{
    size_t i = 0;
    while (i < sizeof states / sizeof *states && strcmp(states[i].state, state) != 0)
        i++;
    return i;
}

static void counts(const struct out *o, const json_t *r)
{
    static const struct {
        const char *key, *label;
        bool only_if_any;
    } rows[] = {
        {"records",   N_("records"),        false},
        {"concepts",  N_("concepts"),       false},
        {"commits",   N_("commits"),        false},
        {"conflicts", N_("conflicts"),      true },
        {"held",      N_("logs held"),      true },
        {"holes",     N_("holes"),          true },
        {"unheld",    N_("not copied yet"), true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!rows[i].only_if_any || pick_number(r, rows[i].key))
            out_pair(o, rows[i].label, NUM(pick_number(r, rows[i].key)));
}

/* What a peer's state is called; a state of a newer daemon stays as it is. */
static const char *peer_state(const struct out *o, const char *state)
{
    static const struct {
        const char *state, *shown;
    } names[] = {
        {"live",        N_("live")          },
        {"syncing",     N_("catching up")   },
        {"connecting",  N_("connecting")    },
        {"unreachable", N_("unreachable")   },
        {"relayed",     N_("through others")},
        {"unknown",     N_("not known")     },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].state, state) == 0)
            return tr(o->lang, names[i].shown);
    return state;
}

static const char *in_sync(const struct out *o, const json_t *peer)
{
    const json_t *equal = json_object_get(peer, "digest_equal");
    if (json_is_true(equal))
        return tr(o->lang, N_("equal"));
    return json_is_false(equal) ? tr(o->lang, N_("differs")) : "?";
}

static void peers(const struct out *o, const json_t *r)
{
    static const struct table_column columns[] = {
        {N_("peer"),      false, false},
        {N_("state"),     false, true },
        {N_("behind"),    true,  true },
        {N_("ahead"),     true,  true },
        {N_("heard (s)"), true,  true },
        {N_("digest"),    false, true },
        {N_("cause"),     false, false}
    };
    struct table t;
    size_t i;
    json_t *p;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(r, "peers"), i, p)
    {
        const json_t *heard = json_object_get(p, "last_heard_s");
        const char *cause = pick_text(p, "cause");
        err_t known = err_by_name(cause);
        table_cell(&t, pick_either(p, "name", "site"));
        table_cell(&t, peer_state(o, pick_text(p, "state")));
        table_cell(&t, NUM(pick_number(p, "behind")));
        table_cell(&t, NUM(pick_number(p, "ahead")));
        table_cell(&t, json_is_integer(heard) ? NUM(json_integer_value(heard)) : "—");
        table_cell(&t, in_sync(o, p));
        if (*pick_text(p, "hosted_by")) {
            struct buf text;
            buf_init(&text, 4096);
            out_fill(&text, tr(o->lang, N_("hosted by {1}")), &(const char *){pick_text(p, "hosted_by")}, 1);
            table_cell(&t, buf_text(&text));
            buf_fini(&text);
        } else
            table_cell(&t, known != ERR_COUNT && known != ERR_OK ? tr(o->lang, err_what(known)) : cause);
    }
    if (t.cells_n)
        fputc('\n', o->data);
    table_print(&t, o);
    table_fini(&t);
}

/* A site that is alone has nobody who holds a copy. */
static void alone(const struct out *o, const json_t *r)
{
    if (!pick_true(r, "registrar") || json_array_size(json_object_get(r, "peers")))
        return;
    fputc('\n', o->data);
    out_print(o, N_("No other site yet: nobody holds a copy."), NULL);
    out_print(o, "  → {1}", "allied invite NAME", NULL);
}

static void asking(const struct out *o, const json_t *r)
{
    size_t n = json_array_size(json_object_get(r, "asking"));
    if (!n)
        return;
    fputc('\n', o->data);
    out_print(o, N_("Sites that wait to be let in here: {1}"), NUM(n), NULL);
    out_print(o, "  → {1}", "allied ally list", NULL);
}

static void problems(const struct out *o, const json_t *r)
{
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(r, "problems"), i, p)
    {
        fputc('\n', o->data);
        out_cell(o, pick_text(p, "code"), STYLE_YELLOW, 0);
        struct buf text;
        buf_init(&text, 4096);
        out_behind_code(o, &text, pick_text(p, "text"), pick_text(p, "detail"));
        out_text(o, buf_text(&text) ? buf_text(&text) : pick_text(p, "text"), 4);
        buf_fini(&text);
        /* Whoever reads this need not be told that it is they. */
        bool other = *pick_text(p, "who") && strcmp(pick_text(p, "role"), "you") != 0 &&
                     strcmp(pick_text(p, "who"), pick_text(p, "detail")) != 0;
        if (*pick_text(p, "action"))
            out_print(o, other ? N_("  → {1} ({2})") : "  → {1}", pick_text(p, "action"), pick_text(p, "who"), NULL);
    }
}

static void show(const struct out *o, const json_t *r)
{
    size_t row = state_row(pick_text(r, "state"));
    bool known = row < sizeof states / sizeof *states;
    out_cell(o, pick_text(r, "name"), STYLE_BOLD, 0);
    fputs("  ", o->data);
    out_cell(o, known ? tr(o->lang, states[row].shown) : pick_text(r, "state"), known ? states[row].style : STYLE_PLAIN,
             0);
    fputs("\n\n", o->data);
    struct buf charter;
    buf_init(&charter, 256);
    pick_show(&charter, json_object_get(r, "charter"));
    out_pair(o, N_("alliance"), pick_text(r, "alliance"));
    out_pair(o, N_("charter"), buf_text(&charter) ? buf_text(&charter) : "");
    out_pair(o, N_("ally"), pick_text(r, "ally"));
    out_pair_cut(o, N_("site"), pick_text(r, "site"));
    buf_fini(&charter);
    counts(o, r);
    out_pair_cut(o, N_("digest"), pick_text(r, "digest"));
    if (json_array_size(json_object_get(r, "sites")) > 1) {
        fputc('\n', o->data);
        site_table(o, r);
    }
    peers(o, r);
    alone(o, r);
    asking(o, r);
    problems(o, r);
}

static const struct arg_form status_form = {
    "status",
    "",
    N_("how this site is, and what to do"),
    NULL,
    0,
    0,
    0,
    N_("Exit code 0: well, or catching up; 2: degraded, read-only, stopped, or not admitted yet.")};

int cmd_status(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &status_form, argc, argv, &args, &code))
        return code;
    json_t *result = NULL;
    err_t err = cli_ask(cli, "status", json_object(), &result);
    if (err) {
        json_decref(result);
        return cli_fail(cli, err);
    }
    size_t row = state_row(pick_text(result, "state"));
    if (cli->out.json)
        out_json(&cli->out, result);
    else
        show(&cli->out, result);
    json_decref(result);
    return row < sizeof states / sizeof *states ? states[row].exit_code : 2;
}

static void show_ping(const struct out *o, const json_t *r)
{
    out_print(o, N_("{1} answered in {2} ms; digests: {3}"), pick_either(r, "peer", "site"),
              NUM(pick_number(r, "rtt_ms")), in_sync(o, r), NULL);
}

static const struct arg_form ping_form = {"ping", "PEER", N_("ask a peer for an answer"), NULL, 0, 1, 1, NULL};

int cmd_ping(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &ping_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "ping", json_pack("{s:s}", "peer", args.operands[0]), show_ping);
}
