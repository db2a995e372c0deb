/*
 * allied doctor: what a person who comes to help would look at, one after the other: this machine, this site, the others. What is wrong is what status says (problems.def),
 * and what only shows by trying: files, ports, addresses.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/probe.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROBE_MS     2000
#define DETAIL_BYTES 4096

struct doctor {
    struct cli *cli;
    const char *peer;           /* the only one that is looked at; NULL: all */
    json_t *status;             /* NULL: there is none */
    json_t *known;              /* peers.known */
    json_t *told;               /* of status's problems, those that a check has told */
    json_t *problems, *checked; /* of the check at hand; all checks */
    struct buf detail;
};

/* ---- what is found ---- */

static void find(struct doctor *d, err_t e, const char *detail)
{
    const char *lang = d->cli->lang;
    json_array_append_new(d->problems,
                          json_pack("{s:o, s:s, s:s, s:s, s:s, s:s}", "code", json_sprintf("ALLIED-%d", err_number(e)),
                                    "name", err_name(e), "text", tr(lang, err_what(e)), "detail", detail, "role", "you",
                                    "action", tr(lang, err_next(e))));
}

static void say(struct doctor *d, const char *text)
{
    buf_printf(&d->detail, "%s%s", d->detail.len ? ", " : "", text);
}

/* Those of status whose name, or whose group, is among the words. */
static void take(struct doctor *d, const char *words)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(d->status, "problems"), i, one)
    {
        const char *names[] = {pick_text(one, "problem"), pick_text(one, "of")};
        bool mine = !*words;
        for (size_t k = 0; k < 2 && !mine; k++)
            for (const char *at = words; *at && !mine; at += strcspn(at, " "), at += *at == ' ')
                mine = strlen(names[k]) == strcspn(at, " ") && strncmp(at, names[k], strlen(names[k])) == 0;
        if (!mine || json_object_get(d->told, names[0]))
            continue;
        json_array_append(d->problems, one);
    }
    json_array_foreach(d->problems, i, one) json_object_set_new(d->told, pick_text(one, "problem"), json_true());
}

/* ---- this machine ---- */

static void check_config(struct doctor *d)
{
    err_t e = cli_settings(d->cli);
    if (e)
        find(d, e, d->cli->why.text);
    else
        say(d, *d->cli->config ? d->cli->config : tr(d->cli->lang, N_("no file: every setting has its default")));
}

static void check_data(struct doctor *d)
{
    char path[CLI_PATH_MAX + 16];
    struct stat st;
    const char *data = d->cli->data;
    snprintf(path, sizeof path, "%s/allied.db", data);
    say(d, data);
    if (stat(path, &st))
        find(d, errno == EACCES ? ERR_OWNER : ERR_NO_DATA, data);
    else if (access(data, W_OK) || access(path, W_OK))
        find(d, geteuid() == st.st_uid ? ERR_READ_ONLY : ERR_OWNER, data);
}

static void check_daemon(struct doctor *d)
{
    err_t e = cli_ask(d->cli, "status", json_object(), &d->status);
    if (!e)
        e = cli_ask(d->cli, "peers.known", json_object(), &d->known);
    if (e)
        find(d, e, d->cli->why.code == e ? d->cli->why.text : "");
    else
        take(d, "twin stopped restored recovering");
    if (!e && pick_true(d->status, "daemon"))
        say(d, tr(d->cli->lang, N_("it answers")));
}

static void check_disk(struct doctor *d)
{
    const json_t *disk = json_object_get(d->status, "disk");
    take(d, "disk_low disk_full memory");
    if (pick_number(disk, "total_bytes"))
        out_fill(&d->detail, tr(d->cli->lang, N_("{1} MB are free")),
                 &(const char *){NUM(pick_number(disk, "free_bytes") / 1000000)}, 1);
}

static void check_clock(struct doctor *d)
{
    take(d, "clock_back clock_off clock_apart");
}

/* Without a place that dies with the boot each start opens a new log: no harm, but it is to be known. */
static void check_guard(struct doctor *d)
{
    const char *path = pick_text(d->status, "guard");
    say(d, *path ? path : tr(d->cli->lang, N_("no tmpfs is there for it: each start begins a new log")));
}

static void check_backup(struct doctor *d)
{
    const char *at = pick_text(d->status, "backup_at");
    take(d, "backup_old");
    say(d, *at ? at : tr(d->cli->lang, N_("none was made yet")));
}

/* ---- this site ---- */

static void check_index(struct doctor *d)
{
    take(d, "no_index");
}

static void check_standing(struct doctor *d)
{
    take(d, "writing answer wait key key_registrar key_waiting");
    say(d, pick_text(d->status, "alliance"));
}

static void check_logs(struct doctor *d)
{
    take(d, "logs");
}

static void check_ports(struct doctor *d)
{
    static const enum setting where[] = {SETTING_ZEROMQ_LISTEN, SETTING_HTTP_LISTEN};
    for (size_t i = 0; i < sizeof where / sizeof *where && pick_true(d->status, "daemon"); i++) {
        const char *address = settings_get(d->cli->settings, where[i]);
        size_t n = strlen(address);
        if (!n || (n > 2 && strcmp(address + n - 2, ":0") == 0))
            continue;
        say(d, address);
        if (probe_address(address, PROBE_MS))
            find(d, ERR_LISTEN, address);
    }
}

/* ---- the others ---- */

static bool is_meant(const struct doctor *d, const json_t *peer)
{
    return !d->peer || strcmp(d->peer, pick_text(peer, "name")) == 0 ||
           strcmp(d->peer, pick_text(peer, "ally_name")) == 0 ||
           strncmp(d->peer, pick_text(peer, "site"), strlen(d->peer)) == 0;
}

/* Nobody there, nothing gets through, or somebody who does not speak with us. */
static void try_address(struct doctor *d, const char *name, const char *address)
{
    err_t e = probe_address(address, PROBE_MS);
    const char *open =
        pick_true(d->status, "daemon") ? N_("{1}: {2} is open, but there is no session") : N_("{1}: {2} is open");
    const char *said = !e                 ? open
                       : e == ERR_TIMEOUT ? N_("{1}: nothing comes back from {2} (a firewall?)")
                                          : N_("{1}: nothing listens at {2}");
    const char *const values[] = {name, address};
    say(d, "");
    out_fill(&d->detail, tr(d->cli->lang, said), values, 2);
}

/* Those of a site without a session: what it announced, and what people told us, which may be the same. */
static void try_addresses(struct doctor *d, const json_t *peer)
{
    size_t i, k;
    json_t *one, *address, *tried = json_object();
    json_array_foreach(json_object_get(d->known, "peers"), i, one)
        json_array_foreach(json_object_get(one, "addresses"), k, address)
    {
        const char *text = json_string_value(address);
        if (strcmp(pick_text(one, "site"), pick_text(peer, "site")) != 0 || json_object_get(tried, text))
            continue;
        json_object_set_new(tried, text, json_true());
        try_address(d, pick_either(peer, "name", "site"), text);
    }
    json_decref(tried);
}

static void check_peers(struct doctor *d)
{
    size_t i, live = 0, n = 0;
    json_t *peer;
    take(d, "peer hosted sites");
    json_array_foreach(json_object_get(d->status, "peers"), i, peer)
    {
        const char *state = pick_text(peer, "state");
        bool lives = strcmp(state, "live") == 0 || strcmp(state, "syncing") == 0;
        if (!is_meant(d, peer))
            continue;
        n++;
        live += lives;
        if (!lives && strcmp(state, "relayed") != 0)
            try_addresses(d, peer);
    }
    if (d->peer && !n)
        find(d, ERR_PEER_UNKNOWN, d->peer);
    else if (n) {
        const char *const values[] = {NUM(live), NUM(n)};
        say(d, "");
        out_fill(&d->detail, tr(d->cli->lang, N_("{1} of {2} have a session with this site")), values, 2);
    }
}

static void check_digests(struct doctor *d)
{
    size_t i, equal = 0, known = 0;
    json_t *peer;
    json_array_foreach(json_object_get(d->status, "peers"), i, peer)
    {
        const json_t *same = json_object_get(peer, "digest_equal");
        known += is_meant(d, peer) && json_is_boolean(same);
        equal += is_meant(d, peer) && json_is_true(same);
    }
    const char *const values[] = {NUM(equal), NUM(known)};
    if (known)
        out_fill(&d->detail, tr(d->cli->lang, N_("equal at {1} of the {2} that said theirs")), values, 2);
}

static void check_rest(struct doctor *d)
{
    take(d, "");
}

/* ---- all of them ---- */

/* What a check cannot do without: nothing, that all before it was well, or what the daemon's check got. The last one takes what no other took. */
enum needs { NOTHING, ALL_WELL, STATUS };
static const struct check {
    const char *name, *title;
    void (*run)(struct doctor *d);
    enum needs needs;
    bool only_if_any;
} checks[] = {
    {"config",   N_("configuration"),  check_config,   NOTHING,  false},
    {"data",     N_("data directory"), check_data,     NOTHING,  false},
    {"daemon",   N_("daemon"),         check_daemon,   ALL_WELL, false},
    {"disk",     N_("disk"),           check_disk,     STATUS,   false},
    {"clock",    N_("clock"),          check_clock,    STATUS,   false},
    {"guard",    N_("guard"),          check_guard,    STATUS,   false},
    {"backup",   N_("last backup"),    check_backup,   STATUS,   false},
    {"ports",    N_("own ports"),      check_ports,    STATUS,   false},
    {"index",    N_("search index"),   check_index,    STATUS,   false},
    {"standing", N_("membership"),     check_standing, STATUS,   false},
    {"logs",     N_("logs"),           check_logs,     STATUS,   false},
    {"peers",    N_("peers"),          check_peers,    STATUS,   false},
    {"digests",  N_("digests"),        check_digests,  STATUS,   false},
    {"rest",     N_("what else"),      check_rest,     STATUS,   true },
};

static void show(const struct out *o, const char *title, const char *detail, const json_t *problems)
{
    size_t i;
    json_t *p;
    bool well = !json_array_size(problems);
    out_cell(o, well ? "✓" : "✗", well ? STYLE_GREEN : STYLE_YELLOW, 0);
    out_print(o, *detail ? N_(" {1}: {2}") : " {1}", tr(o->lang, title), detail, NULL);
    json_array_foreach(problems, i, p)
    {
        struct buf text;
        buf_init(&text, DETAIL_BYTES);
        fputs("    ", o->data);
        out_cell(o, pick_text(p, "code"), STYLE_YELLOW, 0);
        out_behind_code(o, &text, pick_text(p, "text"), pick_text(p, "detail"));
        out_text(o, buf_text(&text) ? buf_text(&text) : pick_text(p, "text"), 8);
        buf_fini(&text);
        bool other = strcmp(pick_text(p, "role"), "you") != 0 && *pick_text(p, "who");
        if (*pick_text(p, "action"))
            out_print(o, other ? N_("      → {1} ({2})") : "      → {1}", pick_text(p, "action"), pick_text(p, "who"),
                      NULL);
    }
}

static void run_one(struct doctor *d, const struct check *c, bool *well)
{
    buf_init(&d->detail, DETAIL_BYTES);
    d->problems = json_array();
    c->run(d);
    const char *detail = buf_text(&d->detail) ? buf_text(&d->detail) : "";
    bool any = json_array_size(d->problems) > 0;
    *well &= !any;
    if (any || !c->only_if_any) {
        if (!d->cli->out.json)
            show(&d->cli->out, c->title, detail, d->problems);
        json_array_append_new(d->checked, json_pack("{s:s, s:b, s:s, s:O}", "check", c->name, "ok", !any, "detail",
                                                    detail, "problems", d->problems));
    }
    json_decref(d->problems);
    buf_fini(&d->detail);
}

static const struct arg_form doctor_form = {"doctor",
                                            "[PEER]",
                                            N_("look at everything that could be wrong, and try what can be tried"),
                                            NULL,
                                            0,
                                            0,
                                            1,
                                            N_("It changes nothing, with or without a daemon; PEER: of the others only "
                                               "that one. Exit code 0: nothing is wrong; "
                                               "2: something is.")};

int cmd_doctor(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    bool well = true;
    if (!cli_begin_bare(cli, &doctor_form, argc, argv, &args, &code))
        return code;
    struct doctor d = {.cli = cli, .peer = args.operands_n ? args.operands[0] : NULL};
    d.told = json_object();
    d.checked = json_array();
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i].needs == NOTHING || (checks[i].needs == ALL_WELL && well) || d.status)
            run_one(&d, &checks[i], &well);
    json_t *result = json_pack("{s:b, s:O}", "ok", well, "checks", d.checked);
    if (cli->out.json)
        out_json(&cli->out, result);
    json_decref(result);
    json_decref(d.checked);
    json_decref(d.told);
    json_decref(d.status);
    json_decref(d.known);
    return well ? 0 : 2;
}
