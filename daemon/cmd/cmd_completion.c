/*
 * allied completion bash: what bash completes of commands, their options and the words these choose among. Made of the tables that the help is made of: each
 * command is asked for its help, and hands over its forms instead of showing them.
 */
#include "daemon/cmd/cmd.h"
#include <ctype.h>
#include <string.h>

#define SCRIPT_MOST (64u * 1024) /* bytes of each part of it */

static const struct arg_form bash_form = {
    "completion bash",
    "",
    N_("what bash needs to complete allied's commands with the Tab key"),
    NULL,
    0,
    0,
    0,
    N_("In this shell: eval \"$(allied completion bash)\". For everybody on this machine, as root: allied completion "
       "bash > /usr/share/bash-completion/completions/allied")};

/* Arms of case statements, and lists of words with a blank before each. */
struct gathered {
    const char *command; /* whose forms come; NULL: the options of every command */
    struct buf commands, subs, arms, choices, options, values;
};

/* "fr|en": words to choose among. "FILE", "mine|theirs|DOT": not. */
static bool names_words(const char *value)
{
    for (const char *at = value; *at; at++)
        if (*at != '|' && !islower((unsigned char)*at))
            return false;
    return strchr(value, '|') != NULL;
}

static void add_choice(struct buf *to, const char *place, const struct arg_option *o)
{
    buf_printf(to, "    %s --%s\") words=\"", place, o->name);
    for (const char *at = o->value; *at; at++)
        buf_byte(to, *at == '|' ? ' ' : (uint8_t)*at);
    buf_printf(to, "\" ;;\n");
}

/* `place` is the pattern of command and subcommand, its last quote still open. */
static void add_options(struct gathered *g, const char *place, const struct arg_form *form, struct buf *options,
                        struct buf *values)
{
    for (size_t i = 0; i < form->options_n; i++) {
        const struct arg_option *o = &form->options[i];
        if (*o->name)
            buf_printf(options, " --%s", o->name);
        if (*o->name && o->value)
            buf_printf(values, " --%s", o->name);
        if (o->letter && o->value)
            buf_printf(values, " -%c", o->letter);
        if (*o->name && o->value && names_words(o->value))
            add_choice(&g->choices, place, o);
    }
}

static void take_form(void *taker, const struct arg_form *form)
{
    struct gathered *g = taker;
    if (!g->command) {
        add_options(g, "*\"", form, &g->options, &g->values);
        return;
    }
    const char *sub = strchr(form->name, ' ');
    char place[80];
    snprintf(place, sizeof place, sub ? "\"%s" : "\"%s \"*\"", form->name);
    buf_printf(&g->subs, "%s", sub ? sub : "");
    struct buf options, values;
    buf_init(&options, SCRIPT_MOST);
    buf_init(&values, SCRIPT_MOST);
    add_options(g, place, form, &options, &values);
    buf_printf(&g->arms, "    \"%s%s) options=\"%s\" values=\"%s\" ;;\n", form->name, sub ? "\"" : " \"*",
               buf_text(&options), buf_text(&values));
    buf_fini(&options);
    buf_fini(&values);
}

/* NULL: what stands for all commands. */
static void ask_forms(const struct cli *cli, struct gathered *g, const char *command)
{
    struct cli asked;
    char program[] = "allied", help[] = "--help", name[32];
    char *argv[] = {program, help, name};
    snprintf(name, sizeof name, "%s", command ? command : "");
    cli_open(&asked, cli->commands, cli->commands_n, cli->out.data, cli->out.say);
    asked.take_form = take_form;
    asked.taker = g;
    g->command = command;
    buf_clear(&g->subs);
    cli_run(&asked, command ? 3 : 2, argv);
    cli_close(&asked);
    if (command)
        buf_printf(&g->commands, " %s", command);
    if (command && g->subs.len)
        buf_printf(&g->arms, "    \"%s \") words=\"%s\" ;;\n", command, buf_text(&g->subs));
}

/* COMP_WORDBREAKS makes three words of --name=VALUE; a value is neither a command nor a subcommand. */
static const char walk[] = "_allied() {\n"
                           "    local cur=${COMP_WORDS[COMP_CWORD]} prev= command= sub= words options values w\n"
                           "    for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                           "        _allied_form\n"
                           "        case $w in\n"
                           "        =) continue ;;\n"
                           "        -*) prev=$w; continue ;;\n"
                           "        esac\n"
                           "        if [[ $prev && \"$values \" == *\" $prev \"* ]]; then prev=; continue; fi\n"
                           "        prev=\n"
                           "        if [[ -z $command ]]; then command=$w; else sub=${sub:-$w}; fi\n"
                           "    done\n"
                           "    _allied_form\n"
                           "    [[ $cur == = ]] && cur=\n"
                           "    if [[ $prev && \"$values \" == *\" $prev \"* ]]; then\n"
                           "        words=\n"
                           "        case \"$command $sub $prev\" in\n";
static const char reply[] = "        esac\n"
                            "    elif [[ $cur == -* ]]; then\n"
                            "        words=$options\n"
                            "    fi\n"
                            "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                            "}\n"
                            "complete -o bashdefault -o default -F _allied allied\n";

static void print_script(FILE *to, struct gathered *g)
{
    fprintf(to, "# bash completion of allied: eval \"$(allied completion bash)\"\n");
    fprintf(to, "_allied_form() {\n    words= options= values=\n    case \"$command $sub\" in\n");
    fprintf(to, "    \" \") words=\"%s\" ;;\n%s    esac\n", buf_text(&g->commands), buf_text(&g->arms));
    fprintf(to, "    options+=\"%s\" values+=\"%s\"\n}\n", buf_text(&g->options), buf_text(&g->values));
    fprintf(to, "%s%s%s", walk, buf_text(&g->choices), reply);
}

static int completion_bash(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin_bare(cli, &bash_form, argc, argv, &args, &code))
        return code;
    struct gathered g = {0};
    struct buf *all[] = {&g.commands, &g.subs, &g.arms, &g.choices, &g.options, &g.values};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_init(all[i], SCRIPT_MOST);
    ask_forms(cli, &g, NULL);
    for (size_t i = 0; i < cli->commands_n; i++)
        ask_forms(cli, &g, cli->commands[i].name);
    err_t err = ERR_OK;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        err = err ? err : all[i]->err;
    if (!err)
        print_script(cli->out.data, &g);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_fini(all[i]);
    return err ? cli_fail(cli, err) : 0;
}

static const struct cli_sub subs[] = {
    {"bash", completion_bash, &bash_form},
};

int cmd_completion(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "completion", subs, sizeof subs / sizeof *subs, NULL, argc, argv);
}
