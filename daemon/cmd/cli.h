/*
 * cli: one run of the program: global options, directories, settings, language, and the way to the core. Opened by main, handed to the handler.
 *
 *   int cmd_verify(struct cli *cli, int argc, char **argv)
 *   {
 *       struct args args;
 *       int code;
 *       if (!cli_begin(cli, &form, argc, argv, &args, &code))
 *           return code;                            // help shown, or a usage error told
 *       json_t *result = NULL;
 *       err_t err = cli_ask(cli, "verify", NULL, &result);
 *       …
 *       return err ? cli_fail(cli, err) : 0;        // tells cli->why
 *   }
 */
#ifndef ALLIED_DAEMON_CMD_CLI_H
#define ALLIED_DAEMON_CMD_CLI_H

#include "daemon/cmd/args.h"
#include "daemon/cmd/door.h"
#include "daemon/cmd/out.h"

#define CLI_OVERRIDES_MAX 64
#define CLI_PATH_MAX      4096

enum cli_group { GROUP_ALLIANCE, GROUP_SERVICE, GROUP_COMMONS, GROUP_CARE, GROUP_COUNT };

struct cli;
struct cli_command {
    const char *name;
    int (*run)(struct cli *cli, int argc, char **argv);
    enum cli_group group;
    bool needs_daemon;
    const char *usage, *summary; /* msgid */
};

struct cli {
    const struct cli_command *commands; /* the table; what the help lists */
    size_t commands_n;
    const struct cli_command *command; /* the row that runs; NULL before */

    struct out out;
    bool yes;
    bool terminal_in;          /* somebody can answer */
    const char *lang;          /* as settled: "fr", "en"; never NULL */
    const char *lang_option;   /* --lang; NULL */
    const char *data_option;   /* --data; NULL */
    const char *site;          /* --site; NULL */
    const char *config_option; /* --config; NULL */
    const char *color;         /* auto, always, never */
    const char *overrides[CLI_OVERRIDES_MAX];
    size_t overrides_n;
    long timeout_ms; /* --timeout; default 60 s */

    char data[CLI_PATH_MAX];   /* the data directory, after cli_begin */
    char config[CLI_PATH_MAX]; /* the configuration file that was read; "" none */
    struct settings *settings; /* after cli_begin */
    struct door *door;         /* opened by the first cli_ask */
    struct why why;            /* of the last failure */
    char guess[64];            /* of the last usage error; "" */
    char help_for[64];         /* "record import": what the next step of a usage error names */

    /* Where set, --help shows nothing and hands over each form that it would tell of; a nameless one has the options of every command. */
    void (*take_form)(void *taker, const struct arg_form *form);
    void *taker;
};

/* A cli that speaks to these streams; terminals are found out. Closing frees all but the streams. */
void cli_open(struct cli *cli, const struct cli_command *commands, size_t commands_n, FILE *data, FILE *say);
void cli_close(struct cli *cli);
/* The whole program: argv[0] is its name. The exit code. */
int cli_run(struct cli *cli, int argc, char **argv);

/*
 * Parses the words behind the command's name (the form's options and the global ones), then settles language, data directory and settings.
 * False: the command ends here with *code (help was asked for, or an error, already told).
 */
bool cli_begin(struct cli *cli, const struct arg_form *form, int argc, char **argv, struct args *args, int *code);
/* The same without reading the configuration: for `config check` and whatever must work with a broken one. cli_settings reads it. */
bool cli_begin_bare(struct cli *cli, const struct arg_form *form, int argc, char **argv, struct args *args, int *code);
err_t cli_settings(struct cli *cli); /* cli->why */

/* Subcommands of a command: `record list`. `fallback` (may be NULL) runs where no name is given. */
struct cli_sub {
    const char *name;
    int (*run)(struct cli *cli, int argc, char **argv);
    const struct arg_form *form; /* for the help of the command */
};
int cli_sub(struct cli *cli, const char *command, const struct cli_sub *subs, size_t n, const char *fallback, int argc,
            char **argv);

/* One request to the core (door.h, request.h). `args` is taken over. Opens the door the first time. Fills cli->why. */
err_t cli_ask(struct cli *cli, const char *what, json_t *args, json_t **result);
/*
 * For commands that ask the core nothing: ERR_SITE_UNKNOWN where --site names none that is hosted here. Where the core cannot say, nothing is held against
 * the name. Leaves the directory as free as it was.
 */
err_t cli_check_site(struct cli *cli);
/* Tells an error (cli->why where its code is the same) and gives its exit code. */
int cli_fail(struct cli *cli, err_t err);
/* Tells a usage error at `word`. 64. */
int cli_usage(struct cli *cli, const char *word);
/* The same for what is missing. */
int cli_lacks(struct cli *cli, const char *what);
/*
 * Asks "question [y/N]" at the terminal. True: go on (or --yes). False: *code holds the exit code; without a terminal that is 64, and the error
 * names --yes.
 */
bool cli_confirm(struct cli *cli, const char *question, int *code);
/* The same for a msgid with {1} in it. */
bool cli_confirm_about(struct cli *cli, const char *question, const char *value, int *code);

#endif
