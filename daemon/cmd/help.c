#include "daemon/cmd/help.h"
#include "conf/tr.h"
#include "daemon/cmd/table.h"
#include "protocol/base/utf8.h"
#include <string.h>

static const char *const groups[GROUP_COUNT] = {
    [GROUP_ALLIANCE] = N_("The alliance"),
    [GROUP_SERVICE] = N_("The service"),
    [GROUP_COMMONS] = N_("The commons"),
    [GROUP_CARE] = N_("Care"),
};

static const struct table_column two[] = {
    {"", false, true },
    {"", false, false}
};

static void options(const struct cli *cli, const struct arg_option *list, size_t n)
{
    struct table t;
    table_init(&t, two, 2);
    for (size_t i = 0; i < n; i++) {
        const struct arg_option *o = &list[i];
        char left[80], letter[8] = "    ";
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c%s", o->letter, *o->name ? ", " : "");
        snprintf(left, sizeof left, "  %s%s%s%s%s", letter, *o->name ? "--" : "", o->name, o->value ? " " : "",
                 o->value ? o->value : "");
        table_cell(&t, left);
        table_cell(&t, tr(cli->lang, o->meaning));
    }
    table_print(&t, &cli->out);
    table_fini(&t);
}

void help_all(const struct cli *cli, const struct arg_option *global, size_t global_n)
{
    FILE *f = cli->out.data;
    out_print(&cli->out, N_("allied: the alliance daemon"), NULL);
    fprintf(f, "\n  allied %s\n", tr(cli->lang, N_("[options] COMMAND …")));
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        fputc('\n', f);
        out_head(&cli->out, groups[g]);
        struct table t;
        table_init(&t, two, 2);
        for (size_t i = 0; i < cli->commands_n; i++) {
            if ((size_t)cli->commands[i].group != g)
                continue;
            char left[32];
            snprintf(left, sizeof left, "  %-10s", cli->commands[i].name);
            table_cell(&t, left);
            table_cell(&t, tr(cli->lang, cli->commands[i].summary));
        }
        table_print(&t, &cli->out);
        table_fini(&t);
    }
    fputc('\n', f);
    out_head(&cli->out, N_("Options of every command"));
    options(cli, global, global_n);
    fputc('\n', f);
    out_print(&cli->out, N_("More about a command: allied COMMAND --help"), NULL);
    out_print(&cli->out,
              N_("Exit codes: 0 done, 1 failed, 2 degraded or partial, 3 unreachable, 4 conflict or stale, 5 not "
                 "permitted, 64 usage, "
                 "65 bad data, 69 no daemon, 75 try again, 78 configuration."),
              NULL);
}

void help_form(const struct cli *cli, const struct arg_form *form)
{
    FILE *f = cli->out.data;
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
    fprintf(f, "allied %s: ", command);
    out_text(&cli->out, tr(cli->lang, summary), 0);
    fputc('\n', f);
    struct table t;
    table_init(&t, two, 2);
    for (size_t i = 0; i < n; i++) {
        char left[96];
        snprintf(left, sizeof left, "  %s %s", subs[i].form->name, subs[i].form->operands);
        table_cell(&t, left);
        table_cell(&t, tr(cli->lang, subs[i].form->summary));
    }
    table_print(&t, &cli->out);
    table_fini(&t);
    fputc('\n', f);
    const char *name[] = {command};
    struct buf line;
    buf_init(&line, 4096);
    out_fill(&line, tr(cli->lang, N_("More about one of them: allied {1} … --help")), name, 1);
    out_text(&cli->out, buf_text(&line) ? buf_text(&line) : "", 0);
    buf_fini(&line);
}
