/*
 * allied conflicts: fields that allies wrote at the same time; all values stay until somebody chooses.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/set.h"
#include "daemon/cmd/table.h"
#include "protocol/base/utf8.h"
#include <string.h>

static const char *kind_of(const struct out *o, const json_t *row)
{
    return tr(o->lang, strcmp(pick_text(row, "type"), "concept") == 0 ? N_("concept") : N_("record"));
}

static void show_list(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("id"),     false, true },
        {N_("what"),   false, true },
        {N_("title"),  false, false},
        {N_("fields"), false, false}
    };
    struct table t;
    size_t i;
    json_t *row;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "conflicts"), i, row)
    {
        struct buf fields;
        buf_init(&fields, 65536);
        pick_show(&fields, json_object_get(row, "fields"));
        table_cell(&t, pick_text(row, "id"));
        table_cell(&t, kind_of(o, row));
        table_cell(&t, pick_text(row, "label"));
        table_cell(&t, buf_text(&fields));
        buf_fini(&fields);
    }
    if (t.cells_n == 0)
        out_say(o, N_("no conflicts"), NULL);
    table_print(&t, o);
    table_fini(&t);
}

static const struct arg_form list_form = {
    "conflicts list", "", N_("the records and concepts in conflict"), NULL, 0, 0, 0, NULL};

static int conflicts_list(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &list_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "conflicts.list", json_object(), show_list);
}

#define INDENT 12 /* columns before a value: whose it is stands there */

static void show_author(const struct out *o, const json_t *v)
{
    const char *ally = pick_either(v, "ally_name", "ally");
    const char *site = pick_either(v, "site_name", "site");
    fprintf(o->data, "%*s", INDENT, "");
    out_cell(o, ally, STYLE_DIM, 0);
    fprintf(o->data, "%s", *ally && *site ? " / " : "");
    out_cell(o, site, STYLE_DIM, 0);
    fputs("  ", o->data);
    out_cell(o, pick_text(v, "at"), STYLE_DIM, 0);
    if (pick_true(v, "adopted"))
        fprintf(o->data, "  (%s)", tr(o->lang, N_("adopted")));
    fputc('\n', o->data);
}

/* "* mine      the text" */
static void show_text(const struct out *o, const char *field, const json_t *v, const char *whose)
{
    struct buf text;
    const char *said = *whose ? tr(o->lang, whose) : "";
    size_t wide = utf8_width(slice_text(said));
    buf_init(&text, 1024 * 1024);
    entity_value(o, field, json_object_get(v, "value"), &text);
    fputs(pick_true(v, "shown") ? "  * " : "    ", o->data);
    out_cell(o, said, STYLE_BOLD, 0);
    fprintf(o->data, "%*s", wide + 4 < INDENT ? (int)(INDENT - 4 - wide) : 1, "");
    out_text(o, buf_text(&text) && *buf_text(&text) ? buf_text(&text) : tr(o->lang, N_("(nothing)")), INDENT);
    buf_fini(&text);
}

static void show_value(const struct out *o, const char *field, const json_t *v)
{
    show_text(o, field, v, pick_true(v, "mine") ? N_("mine") : pick_true(v, "theirs") ? N_("theirs") : "");
    show_author(o, v);
    fprintf(o->data, "%*s", INDENT, "");
    out_cell(o, pick_text(v, "dot"), STYLE_DIM, 0);
    fputc('\n', o->data);
}

static void show_base(const struct out *o, const char *field, const json_t *base)
{
    if (!json_is_object(base))
        return;
    show_text(o, field, base, N_("before"));
    show_author(o, base);
}

static void show_one(const struct out *o, const json_t *result)
{
    size_t i, j;
    json_t *field, *v;
    bool mine = false;
    out_print(o, "{1} {2}  {3}", kind_of(o, result), pick_text(result, "id"), pick_text(result, "label"), NULL);
    json_array_foreach(json_object_get(result, "fields"), i, field)
    {
        char label[96];
        const char *lang = pick_text(field, "lang");
        snprintf(label, sizeof label, "%s%s%s", pick_text(field, "field"), *lang ? "@" : "", lang);
        fputc('\n', o->data);
        out_head(o, label);
        show_base(o, pick_text(field, "field"), json_object_get(field, "base"));
        json_array_foreach(json_object_get(field, "values"), j, v)
        {
            show_value(o, pick_text(field, "field"), v);
            mine |= pick_true(v, "theirs");
        }
    }
    out_say(o,
            mine
                ? N_("* is what is shown now. To choose: allied conflicts resolve {1} --keep mine, or theirs, or a DOT")
                : N_("* is what is shown now. To choose: allied conflicts resolve {1} --keep DOT"),
            pick_text(result, "id"), NULL);
    if (mine && i > 1)
        out_say(o, N_("Field by field: --field F --keep mine --field G --keep theirs"), NULL);
}

static const struct arg_form show_form = {
    "conflicts show", "ID", N_("the values that stand against each other"), NULL, 0, 1, 1, NULL};

static int conflicts_show(struct cli *cli, int argc, char **argv)
{
    return entity_about(cli, &show_form, "conflicts.show", argc, argv, show_one);
}

/* ---- resolve ---- */

static const struct arg_option resolve_options[] = {
    {0, "field", "F[@lang]",        true,  N_("which field the next --keep or --value is for; all of them otherwise")},
    {0, "keep",  "mine|theirs|DOT", true,
     N_("keep what this site wrote, what the others did, or the value with this dot")                                },
    {0, "value", "TEXT",            true,  N_("write another value instead")                                         },
    {0, "adopt", NULL,              false, N_("adopt it at once, where the charter lets this ally")                  },
};
static const struct arg_form resolve_form = {
    "conflicts resolve",
    "ID",
    N_("choose one value, or write another"),
    resolve_options,
    sizeof resolve_options / sizeof *resolve_options,
    1,
    1,
    N_("Field by field: --field title@fr --keep mine --field limits@fr --keep theirs; one commit for all. "
       "Without --keep and --value it shows the conflict and asks whether to keep what is shown now. The value of a "
       "merge is "
       "the concept it leads to, of a retirement its reason; an empty one takes it back.")};

/* Where nothing was chosen: the dot of the one value that is shown now, after a look and a question. */
static bool ask_to_keep(struct cli *cli, const char *id, const char *field, json_t *request, int *code)
{
    json_t *result = NULL, *row, *v;
    const char *dot = NULL;
    size_t i, j, shown = 0;
    err_t err = cli_ask(cli, "conflicts.show", json_pack("{s:s}", "id", id), &result);
    json_array_foreach(json_object_get(result, "fields"), i, row)
    {
        const char *lang = pick_text(row, "lang");
        char name[96];
        snprintf(name, sizeof name, "%s%s%s", pick_text(row, "field"), *lang ? "@" : "", lang);
        if (field && strcmp(field, name) != 0)
            continue;
        json_array_foreach(json_object_get(row, "values"), j, v) if (pick_true(v, "shown"))
        {
            dot = pick_text(v, "dot");
            shown++;
        }
    }
    bool go = false;
    if (err)
        *code = cli_fail(cli, err);
    else if (shown != 1) {
        /* Where an adopted value is shown, none of those in conflict is: they are what there is to choose from. */
        if (!cli->out.json)
            show_one(&cli->out, result);
        *code = cli_lacks(cli, shown ? "--field" : "--keep | --value");
    } else {
        if (!cli->out.json && !cli->yes)
            show_one(&cli->out, result);
        go = cli_confirm(cli, tr(cli->lang, N_("Keep what is shown now?")), code);
        if (go)
            json_object_set_new(request, "keep", json_string(dot));
    }
    json_decref(result);
    return go;
}

static err_t address(struct cli *cli, const char *field, json_t *request)
{
    char name[96];
    int n = field ? snprintf(name, sizeof name, "%s", field) : 0;
    if (n < 0 || (size_t)n >= sizeof name)
        return why_set(&cli->why, ERR_FIELD_UNKNOWN, "%.100s", field);
    if (!field)
        return ERR_OK;
    char *lang = strchr(name, '@');
    if (lang) {
        *lang++ = 0;
        json_object_set_new(request, "lang", json_string(lang));
    }
    json_object_set_new(request, "field", json_string(name));
    return ERR_OK;
}

static void show_resolved(const struct out *o, const json_t *result)
{
    struct buf fields;
    buf_init(&fields, 65536);
    pick_show(&fields, json_object_get(result, "resolved"));
    out_print(o, N_("{1} resolved: {2} (dot {3})"), pick_text(result, "id"), buf_text(&fields) ? buf_text(&fields) : "",
              pick_text(result, "dot"), NULL);
    buf_fini(&fields);
}

/* A list or an object may be given as JSON; anything else is text, even where it begins like JSON. */
static json_t *value_given(const char *text)
{
    json_t *value = text[0] == '[' || text[0] == '{' ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    return value ? value : json_string(text);
}

/* Options as they stand: a field, then what is chosen for it. */
static err_t gather(struct cli *cli, const struct args *args, json_t *choices)
{
    json_t *choice = NULL;
    err_t err = ERR_OK;
    for (size_t i = 0; i < args->given_n && !err; i++) {
        const struct arg_given *g = &args->given[i];
        bool field = strcmp(g->option->name, "field") == 0, keep = strcmp(g->option->name, "keep") == 0;
        if (g->global || (!field && !keep && strcmp(g->option->name, "value") != 0))
            continue;
        if (field || !choice) {
            choice = json_object();
            json_array_append_new(choices, choice);
        }
        if (field) {
            err = address(cli, g->value, choice);
            continue;
        }
        if (json_object_get(choice, "keep") || json_object_get(choice, "value"))
            return why_set(&cli->why, ERR_USAGE, "--keep --value %.80s", g->value);
        json_object_set_new(choice, keep ? "keep" : "value", keep ? json_string(g->value) : value_given(g->value));
        err =
            json_object_get(choice, keep ? "keep" : "value") ? ERR_OK : why_set(&cli->why, ERR_FIELD_VALUE, "--value");
    }
    return err;
}

static bool is_made(const json_t *choice)
{
    return json_object_get(choice, "keep") || json_object_get(choice, "value");
}

static int resolve(struct cli *cli, const struct args *args, json_t *choices)
{
    json_t *first = json_array_get(choices, 0), *request, *one;
    const char *field = args_value(args, "field");
    size_t i;
    int code = 0;
    json_array_foreach(choices, i, one) if (!is_made(one) &&
                                            json_array_size(choices) > 1) return cli_lacks(cli, "--keep | --value");
    request = json_pack("{s:s, s:b}", "id", args->operands[0], "adopt", args_flag(args, "adopt"));
    if (json_array_size(choices) > 1)
        json_object_set(request, "choices", choices);
    else
        json_object_update(request, first);
    if (is_made(first) || ask_to_keep(cli, args->operands[0], field, request, &code))
        return entity_ask(cli, "conflicts.resolve", request, show_resolved);
    json_decref(request);
    return code;
}

static int conflicts_resolve(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &resolve_form, argc, argv, &args, &code))
        return code;
    json_t *choices = json_array();
    err_t err = gather(cli, &args, choices);
    code = err ? cli_fail(cli, err) : resolve(cli, &args, choices);
    json_decref(choices);
    return code;
}

static const struct cli_sub subs[] = {
    {"list",    conflicts_list,    &list_form   },
    {"show",    conflicts_show,    &show_form   },
    {"resolve", conflicts_resolve, &resolve_form},
};

int cmd_conflicts(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "conflicts", subs, sizeof subs / sizeof *subs, "list", argc, argv);
}
