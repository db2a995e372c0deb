#include "daemon/cmd/cli.h"
#include "conf/tr.h"
#include "daemon/cmd/help.h"
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIMEOUT_DEFAULT_S 60
#define TIMEOUT_MOST_S    86400

static const struct arg_option global_options[] = {
    {0,   "data",    "DIR",               false, N_("the data directory (or ALLIED_DATA)")                                        },
    {0,   "site",    "NAME",              false, N_("which site, where the daemon hosts several (or ALLIED_SITE)")                },
    {0,   "config",  "FILE",              false, N_("the configuration (default: DATA/allied.conf, then /etc/allied/allied.conf)")},
    {'o', "",        "section.key=value", true,  N_("override one setting")                                                       },
    {0,   "json",    NULL,                false, N_("answer as JSON")                                                             },
    {0,   "lang",    "fr|en",             false, N_("the language of messages")                                                   },
    {0,   "yes",     NULL,                false, N_("answer every question with yes")                                             },
    {'q', "quiet",   NULL,                false, N_("say less")                                                                   },
    {'v', "verbose", NULL,                false, N_("say more")                                                                   },
    {0,   "color",   "auto|always|never", false, N_("colour on a terminal")                                                       },
    {0,   "timeout", "S",                 false, N_("how long to wait for an answer, in seconds")                                 },
    {'h', "help",    NULL,                false, N_("this help")                                                                  },
    {0,   "version", NULL,                false, N_("the version")                                                                },
};
#define GLOBALS (sizeof global_options / sizeof *global_options)

void cli_open(struct cli *cli, const struct cli_command *commands, size_t commands_n, FILE *data, FILE *say)
{
    *cli = (struct cli){
        .commands = commands, .commands_n = commands_n, .color = "auto", .timeout_ms = TIMEOUT_DEFAULT_S * 1000L};
    const char *site = getenv("ALLIED_SITE");
    cli->site = site && *site ? site : NULL;
    cli->lang = tr_choose(NULL, "");
    cli->terminal_in = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    out_init(&cli->out, data, say, cli->lang, cli->color);
}

void cli_close(struct cli *cli)
{
    door_close(cli->door);
    settings_free(cli->settings);
    cli->door = NULL;
    cli->settings = NULL;
    fflush(cli->out.data);
    fflush(cli->out.say);
}

/* ---- telling ---- */

static const char *usage_step(const struct cli *cli, struct buf *room)
{
    const char *values[] = {cli->guess, cli->help_for};
    buf_init(room, 4096);
    if (*cli->guess) {
        out_fill(room, tr(cli->lang, N_("did you mean {1}?")), values, 2);
        buf_byte(room, ' ');
    }
    out_fill(room, tr(cli->lang, *cli->help_for ? N_("see: allied {2} --help") : N_("see: allied --help")), values, 2);
    return buf_text(room);
}

int cli_fail(struct cli *cli, err_t err)
{
    struct buf step = {0};
    const char *next = err == ERR_USAGE || err == ERR_USAGE_MISSING ? usage_step(cli, &step) : NULL;
    out_error(&cli->out, err, &cli->why, next);
    buf_fini(&step);
    return err_exit(err);
}

int cli_usage(struct cli *cli, const char *word)
{
    return cli_fail(cli, why_set(&cli->why, ERR_USAGE, "%.120s", word));
}

int cli_lacks(struct cli *cli, const char *what)
{
    return cli_fail(cli, why_set(&cli->why, ERR_USAGE_MISSING, "%.120s", what));
}

/* ---- global options ---- */

static void settle_language(struct cli *cli)
{
    cli->lang = tr_choose(cli->lang_option, cli->settings ? settings_get(cli->settings, SETTING_SITE_LANGUAGE) : "");
    cli->out.lang = cli->lang;
}

static err_t set_timeout(struct cli *cli, const char *value)
{
    char *end;
    errno = 0;
    long s = strtol(value, &end, 10);
    if (errno || end == value || *end || s < 1 || s > TIMEOUT_MOST_S)
        return why_set(&cli->why, ERR_USAGE, "--timeout %.60s (1 … %d)", value, TIMEOUT_MOST_S);
    cli->timeout_ms = s * 1000;
    return ERR_OK;
}

static err_t set_color(struct cli *cli, const char *value)
{
    if (strcmp(value, "auto") != 0 && strcmp(value, "always") != 0 && strcmp(value, "never") != 0)
        return why_set(&cli->why, ERR_USAGE, "--color %.60s (auto, always, never)", value);
    cli->color = value;
    return ERR_OK;
}

static err_t set_lang(struct cli *cli, const char *value)
{
    /* The translations say which languages there are; English is the sentences themselves. */
    if (strcmp(tr_choose(value, ""), value) != 0)
        return why_set(&cli->why, ERR_USAGE, "--lang %.60s (fr, en)", value);
    cli->lang_option = value;
    return ERR_OK;
}

static err_t set_override(struct cli *cli, const char *value)
{
    if (cli->overrides_n == CLI_OVERRIDES_MAX || !strchr(value, '='))
        return why_set(&cli->why, ERR_USAGE, "-o %.100s (section.key=value)", value);
    cli->overrides[cli->overrides_n++] = value;
    return ERR_OK;
}

static err_t apply_one(struct cli *cli, const struct arg_given *g)
{
    const char *name = g->option->name;
    if (!*name)
        return set_override(cli, g->value);
    if (strcmp(name, "lang") == 0)
        return set_lang(cli, g->value);
    if (strcmp(name, "color") == 0)
        return set_color(cli, g->value);
    if (strcmp(name, "timeout") == 0)
        return set_timeout(cli, g->value);
    struct {
        const char *name;
        const char **text;
        bool *flag;
    } plain[] = {
        {"data",    &cli->data_option,   NULL             },
        {"site",    &cli->site,          NULL             },
        {"config",  &cli->config_option, NULL             },
        {"json",    NULL,                &cli->out.json   },
        {"yes",     NULL,                &cli->yes        },
        {"quiet",   NULL,                &cli->out.quiet  },
        {"verbose", NULL,                &cli->out.verbose},
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcmp(plain[i].name, name) != 0)
            continue;
        if (plain[i].text)
            *plain[i].text = g->value;
        else
            *plain[i].flag = true;
    }
    return ERR_OK;
}

/* Also after an error of args_parse: --lang and --json shall hold for telling it. */
static err_t apply(struct cli *cli, const struct args *args)
{
    err_t first = ERR_OK;
    for (size_t i = 0; i < args->given_n; i++) {
        err_t err = args->given[i].global ? apply_one(cli, &args->given[i]) : ERR_OK;
        first = first ? first : err;
    }
    bool json = cli->out.json, quiet = cli->out.quiet, verbose = cli->out.verbose;
    out_init(&cli->out, cli->out.data, cli->out.say, cli->lang, cli->color);
    cli->out.json = json;
    cli->out.quiet = quiet;
    cli->out.verbose = verbose;
    settle_language(cli);
    return first;
}

static bool asked(const struct args *args, const char *name)
{
    for (size_t i = 0; i < args->given_n; i++)
        if (args->given[i].global && strcmp(args->given[i].option->name, name) == 0)
            return true;
    return false;
}

/* ---- directories and settings ---- */

static err_t find_data(struct cli *cli)
{
    const char *named = cli->data_option ? cli->data_option : getenv("ALLIED_DATA"), *home = getenv("HOME"),
               *share = getenv("XDG_DATA_HOME");
    const struct passwd *user = getpwuid(geteuid());
    int n;
    if (named && *named)
        n = snprintf(cli->data, sizeof cli->data, "%s", named);
    else if (geteuid() == 0 || (user && strcmp(user->pw_name, "allied") == 0))
        n = snprintf(cli->data, sizeof cli->data, "/var/lib/allied");
    else if (share && *share == '/')
        n = snprintf(cli->data, sizeof cli->data, "%s/allied", share);
    else
        n = snprintf(cli->data, sizeof cli->data, "%s/.local/share/allied",
                     home && *home ? home
                     : user        ? user->pw_dir
                                   : "");
    if (n < 0 || (size_t)n >= sizeof cli->data)
        return why_set(&cli->why, ERR_USAGE, "--data");
    return ERR_OK;
}

static err_t find_config(struct cli *cli)
{
    int n = 0;
    if (cli->config_option)
        n = snprintf(cli->config, sizeof cli->config, "%s", cli->config_option);
    else {
        n = snprintf(cli->config, sizeof cli->config, "%s/allied.conf", cli->data);
        if (n > 0 && (size_t)n < sizeof cli->config && access(cli->config, F_OK) != 0) {
            n = snprintf(cli->config, sizeof cli->config, "/etc/allied/allied.conf");
            if (access(cli->config, F_OK) != 0)
                cli->config[0] = 0;
        }
    }
    if (n < 0 || (size_t)n >= sizeof cli->config)
        return why_set(&cli->why, ERR_USAGE, "--config");
    return ERR_OK;
}

err_t cli_settings(struct cli *cli)
{
    err_t err = find_config(cli);
    if (err)
        return err;
    struct settings *fresh = NULL;
    err = settings_load(*cli->config ? cli->config : NULL, cli->overrides, cli->overrides_n, &fresh, &cli->why);
    if (err)
        return err;
    settings_free(cli->settings);
    cli->settings = fresh;
    settle_language(cli);
    return ERR_OK;
}

/* ---- running ---- */

/* Words behind a wrong one were not parsed, but a program that asked for JSON shall get its error so. */
static void look_for_json(struct cli *cli, int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            cli->out.json = true;
}

bool cli_begin_bare(struct cli *cli, const struct arg_form *form, int argc, char **argv, struct args *args, int *code)
{
    snprintf(cli->help_for, sizeof cli->help_for, "%s", form->name);
    err_t err = args_parse(form, global_options, GLOBALS, false, argc, argv, args, &cli->why);
    struct why parsed = cli->why;
    err_t applied = apply(cli, args);
    if (err) {
        cli->why = parsed;
        look_for_json(cli, argc, argv);
    }
    err = err ? err : applied;
    snprintf(cli->guess, sizeof cli->guess, "%s", args->guess);
    if (!err && asked(args, "help")) {
        help_form(cli, form);
        *code = 0;
        return false;
    }
    err = err ? err : args_check(form, args, &cli->why);
    err = err ? err : find_data(cli);
    if (err)
        *code = cli_fail(cli, err);
    return err == ERR_OK;
}

bool cli_begin(struct cli *cli, const struct arg_form *form, int argc, char **argv, struct args *args, int *code)
{
    if (!cli_begin_bare(cli, form, argc, argv, args, code))
        return false;
    err_t err = cli_settings(cli);
    if (err)
        *code = cli_fail(cli, err);
    return err == ERR_OK;
}

static bool wants_help(int argc, char **argv)
{
    return argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "help") == 0);
}

int cli_sub(struct cli *cli, const char *command, const struct cli_sub *subs, size_t n, const char *fallback, int argc,
            char **argv)
{
    snprintf(cli->help_for, sizeof cli->help_for, "%s", command);
    if (wants_help(argc, argv) && !(argc > 1 && strcmp(argv[0], "help") == 0)) {
        help_subs(cli, command, cli->command ? cli->command->summary : "", subs, n);
        return 0;
    }
    const char *name = argc > 0 && argv[0][0] != '-' ? argv[0] : fallback;
    if (!name)
        return argc > 0 ? cli_usage(cli, argv[0]) : cli_lacks(cli, cli->command ? cli->command->usage : command);
    size_t best = ARGS_FAR;
    for (size_t i = 0; i < n; i++) {
        bool named = argc > 0 && argv[0] == name;
        if (strcmp(subs[i].name, name) == 0)
            return subs[i].run(cli, named ? argc - 1 : argc, named ? argv + 1 : argv);
        if (args_nearer(name, subs[i].name, &best))
            snprintf(cli->guess, sizeof cli->guess, "allied %s %s", command, subs[i].name);
    }
    return cli_usage(cli, name);
}

static int run_command(struct cli *cli, const char *name, int argc, char **argv)
{
    size_t best = ARGS_FAR;
    for (size_t i = 0; i < cli->commands_n; i++) {
        if (strcmp(cli->commands[i].name, name) == 0) {
            cli->command = &cli->commands[i];
            return cli->command->run(cli, argc, argv);
        }
        if (args_nearer(name, cli->commands[i].name, &best))
            snprintf(cli->guess, sizeof cli->guess, "allied %s", cli->commands[i].name);
    }
    return cli_usage(cli, name);
}

/* `allied help record add` is `allied record add --help`. */
static int help_on(struct cli *cli, int argc, char **argv)
{
    char *words[8], option[] = "--help";
    int n = 0;
    for (int i = 1; i < argc && n < 6; i++)
        words[n++] = argv[i];
    words[n++] = option;
    return run_command(cli, argv[0], n, words);
}

static int run_line(struct cli *cli, int argc, char **argv)
{
    static const struct arg_form form = {"", "", "", NULL, 0, 0, 0, NULL};
    struct args args;
    err_t err = args_parse(&form, global_options, GLOBALS, true, argc - 1, argv + 1, &args, &cli->why);
    struct why parsed = cli->why;
    err_t applied = apply(cli, &args);
    look_for_json(cli, argc, argv);
    if (err)
        cli->why = parsed;
    snprintf(cli->guess, sizeof cli->guess, "%s", args.guess);
    if (err || applied)
        return cli_fail(cli, err ? err : applied);
    int left = argc - 1 - args.used;
    char **rest = argv + 1 + args.used;
    if (asked(&args, "version")) {
        fprintf(cli->out.data, "allied %s\n", ALLIED_VERSION);
        return 0;
    }
    bool help = asked(&args, "help") || (left > 0 && strcmp(rest[0], "help") == 0);
    if (left > 0 && strcmp(rest[0], "help") == 0)
        left--, rest++;
    if (help && left > 0)
        return help_on(cli, left, rest);
    if (help) {
        help_all(cli, global_options, GLOBALS);
        return 0;
    }
    if (left == 0)
        return cli_lacks(cli, "allied COMMAND");
    return run_command(cli, rest[0], left - 1, rest + 1);
}

int cli_run(struct cli *cli, int argc, char **argv)
{
    int code = run_line(cli, argc, argv);
    /* A full disk behind `allied … > file` shows only here. */
    bool lost = fflush(cli->out.data) != 0 || ferror(cli->out.data);
    /* What was said about failures is on stderr; a partial result, or a state that is not well, is what was lost. */
    bool told = code != 0 && code != err_exit(ERR_HOLE);
    if (!lost || told)
        return code;
    cli->out.json = false;
    return cli_fail(cli, why_set(&cli->why, errno == ENOSPC ? ERR_DISK_FULL : ERR_DISK, "stdout"));
}

/* ---- the core ---- */

err_t cli_ask(struct cli *cli, const char *what, json_t *args, json_t **result)
{
    if (!cli->door) {
        err_t err = door_open(cli->data, cli->settings, cli->lang, cli->timeout_ms, &cli->door, &cli->why);
        if (!err && cli->command && cli->command->needs_daemon && !door_has_daemon(cli->door))
            err = why_set(&cli->why, ERR_NO_DAEMON, "%.120s", cli->data);
        if (err) {
            json_decref(args);
            return err;
        }
    }
    if (cli->site && !args)
        args = json_object();
    if (cli->site)
        json_object_set_new(args, "site", json_string(cli->site));
    return door_call(cli->door, what, args, result, &cli->why);
}

err_t cli_check_site(struct cli *cli)
{
    json_t *ignored = NULL;
    if (!cli->site)
        return ERR_OK;
    struct why before = cli->why;
    err_t err = cli_ask(cli, "allies", NULL, &ignored);
    json_decref(ignored);
    door_close(cli->door);
    cli->door = NULL;
    if (err == ERR_SITE_UNKNOWN)
        return err;
    cli->why = before;
    return ERR_OK;
}

/* `about` is what would be lost or shown: without a terminal it tells what the --yes would be for. */
static bool confirm(struct cli *cli, const char *question, const char *about, int *code)
{
    if (cli->yes)
        return true;
    if (!cli->terminal_in) {
        *code =
            cli_fail(cli, why_set(&cli->why, ERR_NEEDS_YES, "%.40s%s%.100s", cli->help_for, *about ? ": " : "", about));
        return false;
    }
    char answer[16];
    fflush(cli->out.data);
    fprintf(cli->out.say, "%s [%s] ", question, tr(cli->lang, N_("y/N")));
    fflush(cli->out.say);
    bool yes = fgets(answer, sizeof answer, stdin) && strchr("yYoO", answer[0]) && answer[0];
    *code = yes ? 0 : 1;
    return yes;
}

bool cli_confirm(struct cli *cli, const char *question, int *code)
{
    return confirm(cli, question, "", code);
}

bool cli_confirm_about(struct cli *cli, const char *question, const char *value, int *code)
{
    struct buf text;
    const char *values[] = {value};
    buf_init(&text, 8192);
    out_fill(&text, tr(cli->lang, question), values, 1);
    bool go = confirm(cli, buf_text(&text), value, code);
    buf_fini(&text);
    return go;
}
