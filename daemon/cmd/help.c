#include "daemon/cmd/help.h"
#include "conf/tr.h"
#include "protocol/base/utf8.h"
#include <string.h>

static const char *const groups[GROUP_COUNT] = {
    [GROUP_ALLIANCE] = N_("The alliance"),
    [GROUP_SERVICE] = N_("The service"),
    [GROUP_COMMONS] = N_("The commons"),
    [GROUP_CARE] = N_("Care"),
};

#define GAP           2
#define COMMAND_WIDTH 12 /* blanks before it included */
#define LEFT_MOST     34 /* columns: a longer term has its meaning on the next line */

/* A term and its meaning, which wraps beside the term on a terminal; nothing is cut. */
static void entry(const struct cli *cli, const char *left, size_t room, const char *meaning)
{
    FILE *f = cli->out.data;
    size_t wide = utf8_width(slice_text(left)), at = room + GAP;
    fputs(left, f);
    if (wide > room)
        fprintf(f, "\n%*s", (int)at, "");
    else
        fprintf(f, "%*s", (int)(at - wide), "");
    out_text(&cli->out, tr(cli->lang, meaning), at);
}

static size_t widen(size_t room, const char *left)
{
    size_t wide = utf8_width(slice_text(left));
    return wide > room && wide <= LEFT_MOST ? wide : room;
}

static void option_left(char left[80], const struct arg_option *o)
{
    char letter[8] = "    ";
    if (o->letter)
        snprintf(letter, sizeof letter, "-%c%s", o->letter, *o->name ? ", " : "");
    snprintf(left, 80, "  %s%s%s%s%s", letter, *o->name ? "--" : "", o->name, o->value ? " " : "",
             o->value ? o->value : "");
}

static void options(const struct cli *cli, const struct arg_option *list, size_t n)
{
    char left[80];
    size_t room = 0;
    for (size_t i = 0; i < n; i++) {
        option_left(left, &list[i]);
        room = widen(room, left);
    }
    for (size_t i = 0; i < n; i++) {
        option_left(left, &list[i]);
        entry(cli, left, room, list[i].meaning);
    }
}

void help_all(const struct cli *cli, const struct arg_option *global, size_t global_n)
{
    FILE *f = cli->out.data;
    if (cli->take_form) {
        cli->take_form(cli->taker, &(struct arg_form){.name = "", .options = global, .options_n = global_n});
        return;
    }
    out_print(&cli->out, N_("allied: the alliance daemon"), NULL);
    fprintf(f, "\n  allied %s\n", tr(cli->lang, N_("[options] COMMAND …")));
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        fputc('\n', f);
        out_head(&cli->out, groups[g]);
        for (size_t i = 0; i < cli->commands_n; i++) {
            if ((size_t)cli->commands[i].group != g)
                continue;
            char left[32];
            snprintf(left, sizeof left, "  %s", cli->commands[i].name);
            entry(cli, left, COMMAND_WIDTH, cli->commands[i].summary);
        }
    }
    fputc('\n', f);
    out_head(&cli->out, N_("Options of every command"));
    options(cli, global, global_n);
    fputc('\n', f);
    out_print(&cli->out, N_("More about a command: allied COMMAND --help"), NULL);
    out_text(&cli->out,
             tr(cli->lang, N_("Exit codes: 0 done, 1 failed, 2 degraded or partial, 3 unreachable, 4 conflict or "
                              "stale, 5 not permitted, 64 usage, 65 bad data, 69 no daemon, 75 try again, 78 "
                              "configuration.")),
             0);
}

void help_form(const struct cli *cli, const struct arg_form *form)
{
    FILE *f = cli->out.data;
    if (cli->take_form) {
        cli->take_form(cli->taker, form);
        return;
    }
    fprintf(f, "allied %s%s%s\n\n", form->name, *form->operands ? " " : "", form->operands);
    out_text(&cli->out, tr(cli->lang, form->summary), 0);
    if (form->options_n) {
        fputc('\n', f);
        out_head(&cli->out, N_("Options"));
        options(cli, form->options, form->options_n);
    }
    if (form->notes) {
        fputc('\n', f);
        out_text(&cli->out, tr(cli->lang, form->notes), 0);
    }
    fputc('\n', f);
    out_print(&cli->out, N_("Options of every command: allied --help"), NULL);
}

void help_subs(const struct cli *cli, const char *command, const char *summary, const struct cli_sub *subs, size_t n)
{
    FILE *f = cli->out.data;
    for (size_t i = 0; cli->take_form && i < n; i++)
        cli->take_form(cli->taker, subs[i].form);
    if (cli->take_form)
        return;
    char name[64];
    snprintf(name, sizeof name, "allied %s", command);
    out_print(&cli->out, N_("{1}: {2}"), name, tr(cli->lang, summary), NULL);
    fputc('\n', f);
    char left[96];
    size_t room = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            snprintf(left, sizeof left, "  %s %s", subs[i].form->name, subs[i].form->operands);
            if (pass == 0)
                room = widen(room, left);
            else
                entry(cli, left, room, subs[i].form->summary);
        }
    fputc('\n', f);
    out_print(&cli->out, N_("More about one of them: allied {1} … --help"), command, NULL);
}
