/*
 * allied means: what an ally gives the alliance for a year, in money and in time, as it declares it itself.
 */
#include "conf/tr.h"
#include "daemon/cmd/amount.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/table.h"
#include "protocol/op/op.h"
#include <string.h>

/* ---- declare ---- */

static const struct arg_option declare_options[] = {
    {0, "year",  "Y",     false, N_("the year it is given for")                             },
    {0, "money", "EUROS", false, N_("money, as 1200.50")                                    },
    {0, "time",  "HOURS", false, N_("working time, as 35h or 35:30")                        },
    {0, "note",  "TEXT",  false, N_("what it is, in a few words; public, but can be erased")},
};
static const struct arg_form declare_form = {
    "means declare",
    "",
    N_("say what this ally gives for a year"),
    declare_options,
    sizeof declare_options / sizeof *declare_options,
    0,
    0,
    N_("It takes the place of what was declared for that year before: money of money, time of time. The charter that "
       "closes the year ratifies it; after that it stays as it is.")};

static err_t put_amount(struct cli *cli, const struct args *args, const char *option,
                        err_t (*read)(const char *text, uint64_t *out), json_t *request)
{
    const char *text = args_value(args, option), *note = args_value(args, "note");
    uint64_t amount = 0;
    err_t err = text ? read(text, &amount) : ERR_OK;
    if (err)
        return why_set(&cli->why, err, "--%s %.60s", option, text);
    json_t *value = text ? json_pack("{s:I, s:s}", "amount", (json_int_t)amount, "note", note ? note : "") : NULL;
    if (text && !value)
        return why_set(&cli->why, ERR_UTF8, "--note");
    if (value)
        json_object_set_new(request, option, value);
    return ERR_OK;
}

static void show_declared(const struct out *o, const json_t *result)
{
    out_print(o, N_("declared for {1} (dot {2})"), NUM(pick_number(result, "year")), pick_text(result, "dot"), NULL);
}

static int means_declare(struct cli *cli, int argc, char **argv)
{
    struct args args;
    long year = 0;
    int code;
    if (!cli_begin(cli, &declare_form, argc, argv, &args, &code))
        return code;
    if (!args_value(&args, "year"))
        return cli_lacks(cli, "--year");
    if (!args_value(&args, "money") && !args_value(&args, "time"))
        return cli_lacks(cli, "--money | --time");
    err_t err = args_number(&args, "year", 0, 9999, 0, &year, &cli->why);
    json_t *request = json_pack("{s:I}", "year", (json_int_t)year);
    err = err ? err : put_amount(cli, &args, "money", amount_read_money, request);
    err = err ? err : put_amount(cli, &args, "time", amount_read_time, request);
    if (!err)
        return entity_ask(cli, "means.declare", request, show_declared);
    json_decref(request);
    return cli_fail(cli, err);
}

/* ---- list ---- */

static void put_value(const struct out *o, const char *field, const json_t *value, struct buf *to)
{
    uint64_t amount = (uint64_t)pick_number(value, "amount");
    if (!json_is_object(value))
        buf_printf(to, "%s", tr(o->lang, N_("(nothing)")));
    else if (strcmp(field, "money") == 0)
        amount_show_money(to, o->lang, amount);
    else
        amount_show_time(to, amount);
}

/* "35 h", and, where sites of the ally said different things, "35 h / 40 h". */
static void put_cell(struct table *t, const struct out *o, const json_t *row, const char *field)
{
    const json_t *value = json_object_get(row, field), *other;
    struct buf text;
    size_t i;
    buf_init(&text, 4096);
    if (json_is_object(value))
        put_value(o, field, value, &text);
    json_array_foreach(json_object_get(value, "others"), i, other)
    {
        buf_printf(&text, " / ");
        put_value(o, field, other, &text);
    }
    table_cell(t, text.len ? buf_text(&text) : "");
    buf_fini(&text);
}

static const char *note_of(const json_t *row)
{
    const char *money = pick_text(json_object_get(row, "money"), "note");
    return *money ? money : pick_text(json_object_get(row, "time"), "note");
}

static void show_list(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("ally"),  false, false},
        {N_("year"),  true,  true },
        {N_("money"), true,  true },
        {N_("time"),  true,  true },
        {"",          false, true },
        {N_("note"),  false, false}
    };
    struct table t;
    size_t i;
    json_t *row;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "means"), i, row)
    {
        table_cell(&t, pick_either(row, "ally_name", "ally"));
        table_cell(&t, NUM(pick_number(row, "year")));
        put_cell(&t, o, row, "money");
        put_cell(&t, o, row, "time");
        table_cell(&t, pick_true(row, "closed") ? tr(o->lang, N_("closed")) : "");
        table_cell(&t, note_of(row));
    }
    if (t.cells_n == 0)
        out_say(o, N_("nothing was declared"), NULL);
    table_print(&t, o);
    table_fini(&t);
    if (pick_number(result, "conflicts"))
        out_say(
            o,
            N_("Sites of one ally declared different amounts (with / between them; the first one counts). To settle "
               "it, that ally declares again: allied means declare"),
            NULL);
}

static const struct arg_option list_options[] = {
    {0, "year", "Y", false, N_("of this year only")},
    {0, "ally", "A", false, N_("of this ally only")},
};
static const struct arg_form list_form = {
    "means list", "", N_("what allies declared"), list_options, sizeof list_options / sizeof *list_options, 0, 0, NULL};

static int means_list(struct cli *cli, int argc, char **argv)
{
    struct args args;
    long year = 0;
    int code;
    if (!cli_begin(cli, &list_form, argc, argv, &args, &code))
        return code;
    const char *ally = args_value(&args, "ally");
    err_t err = args_number(&args, "year", 0, 9999, 0, &year, &cli->why);
    if (err)
        return cli_fail(cli, err);
    return entity_ask(cli, "means.list", json_pack("{s:I, s:s}", "year", (json_int_t)year, "ally", ally ? ally : ""),
                      show_list);
}

static const struct cli_sub subs[] = {
    {"declare", means_declare, &declare_form},
    {"list",    means_list,    &list_form   },
};

int cmd_means(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "means", subs, sizeof subs / sizeof *subs, "list", argc, argv);
}
