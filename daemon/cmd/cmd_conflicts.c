/*
 * allied conflicts: fields that allies wrote at the same time; all values stay until somebody chooses.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/set.h"
#include "daemon/cmd/table.h"
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

static void show_value(const struct out *o, const char *field, const json_t *v)
{
    struct buf text;
    buf_init(&text, 1024 * 1024);
    entity_value(o, field, json_object_get(v, "value"), &text);
    bool shown = pick_true(v, "shown");
    const char *ally = *pick_text(v, "ally_name") ? pick_text(v, "ally_name") : pick_text(v, "ally");
    const char *site = *pick_text(v, "site_name") ? pick_text(v, "site_name") : pick_text(v, "site");
    fputs(shown ? "  * " : "    ", o->data);
    out_text(o, buf_text(&text) ? buf_text(&text) : "", 4);
    fputs("    ", o->data);
    out_cell(o, pick_text(v, "dot"), STYLE_DIM, 0);
    fputs("  ", o->data);
    out_cell(o, ally, STYLE_DIM, 0);
    fprintf(o->data, "%s", *ally && *site ? " / " : "");
    out_cell(o, site, STYLE_DIM, 0);
    fputs("  ", o->data);
    out_cell(o, pick_text(v, "at"), STYLE_DIM, 0);
    if (pick_true(v, "adopted"))
        fprintf(o->data, "  (%s)", tr(o->lang, N_("adopted")));
    fputc('\n', o->data);
    buf_fini(&text);
}

static void show_one(const struct out *o, const json_t *result)
{
    size_t i, j;
    json_t *field, *v;
    out_print(o, "{1} {2}  {3}", kind_of(o, result), pick_text(result, "id"), pick_text(result, "label"), NULL);
    json_array_foreach(json_object_get(result, "fields"), i, field)
    {
        char label[96];
        const char *lang = pick_text(field, "lang");
        snprintf(label, sizeof label, "%s%s%s", pick_text(field, "field"), *lang ? "@" : "", lang);
        fputc('\n', o->data);
        out_head(o, label);
        json_array_foreach(json_object_get(field, "values"), j, v) show_value(o, pick_text(field, "field"), v);
    }
    out_say(o, N_("* is what is shown now. To choose: allied conflicts resolve {1} --keep DOT"),
            pick_text(result, "id"), NULL);
}

static const struct arg_form show_form = {
    "conflicts show", "ID", N_("the values that stand against each other"), NULL, 0, 1, 1, NULL};

static int conflicts_show(struct cli *cli, int argc, char **argv)
{
    return entity_about(cli, &show_form, "conflicts.show", argc, argv, show_one);
}

/* ---- resolve ---- */

static const struct arg_option resolve_options[] = {
    {0, "field", "F[@lang]", false, N_("which field; needed where several are in conflict") },
    {0, "keep",  "DOT",      false, N_("keep the value with this dot")                      },
    {0, "value", "TEXT",     false, N_("write another value instead")                       },
    {0, "adopt", NULL,       false, N_("adopt it at once, where the charter lets this ally")},
};
static const struct arg_form resolve_form = {
    "conflicts resolve",
    "ID",
    N_("choose one value, or write another"),
    resolve_options,
    sizeof resolve_options / sizeof *resolve_options,
    1,
    1,
    N_("Without --keep and --value it shows the conflict and asks whether to keep what is shown now. The value of a "
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

static int conflicts_resolve(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &resolve_form, argc, argv, &args, &code))
        return code;
    const char *keep = args_value(&args, "keep"), *text = args_value(&args, "value"),
               *field = args_value(&args, "field");
    if (keep && text)
        return cli_usage(cli, "--keep --value");
    json_t *request = json_pack("{s:s, s:b}", "id", args.operands[0], "adopt", args_flag(&args, "adopt"));
    err_t err = address(cli, field, request);
    if (!err && keep)
        json_object_set_new(request, "keep", json_string(keep));
    if (!err && text) {
        /* A list or an object may be given as JSON; anything else is text, even where it begins like JSON. */
        json_t *value = text[0] == '[' || text[0] == '{' ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
        value = value ? value : json_string(text);
        err = value ? ERR_OK : why_set(&cli->why, ERR_FIELD_VALUE, "--value");
        if (value)
            json_object_set_new(request, "value", value);
    }
    if (err)
        code = cli_fail(cli, err);
    if (err || (!keep && !text && !ask_to_keep(cli, args.operands[0], field, request, &code))) {
        json_decref(request);
        return code;
    }
    return entity_ask(cli, "conflicts.resolve", request, show_resolved);
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
