/*
 * allied shares: the secretariat's cost, shared in proportion to means and contributions: a statement that anybody can add up.
 */
#include "daemon/cmd/amount.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/table.h"

static void put_cents(struct table *t, const struct out *o, long long cents)
{
    struct buf text;
    buf_init(&text, 64);
    amount_show_money(&text, o->lang, (uint64_t)cents);
    table_cell(t, buf_text(&text));
    buf_fini(&text);
}

static void put_row(struct table *t, const struct out *o, const char *name, const json_t *row)
{
    table_cell(t, name);
    table_cell(t, NUM(pick_number(row, "means")));
    table_cell(t, NUM(pick_number(row, "points")));
    put_cents(t, o, pick_number(row, "by_means_cents"));
    put_cents(t, o, pick_number(row, "by_points_cents"));
    put_cents(t, o, pick_number(row, "share_cents"));
}

static void show_allies(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("ally"),      false, false},
        {N_("means"),     true,  true },
        {N_("points"),    true,  true },
        {N_("by means"),  true,  true },
        {N_("by points"), true,  true },
        {N_("share"),     true,  true }
    };
    static const char *const summed[] = {"means", "points", "by_means_cents", "by_points_cents", "share_cents"};
    long long sums[sizeof summed / sizeof *summed] = {0};
    struct table t;
    size_t i;
    json_t *row, *total = json_object();
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "allies"), i, row)
    {
        put_row(&t, o, pick_either(row, "ally_name", "ally"), row);
        for (size_t k = 0; k < sizeof summed / sizeof *summed; k++)
            sums[k] += pick_number(row, summed[k]);
    }
    for (size_t k = 0; k < sizeof summed / sizeof *summed; k++)
        json_object_set_new(total, summed[k], json_integer(sums[k]));
    put_row(&t, o, tr(o->lang, N_("all")), total);
    table_print(&t, o);
    table_fini(&t);
    json_decref(total);
}

static const char *basis_of(const json_t *result)
{
    const char *basis = pick_text(result, "basis");
    if (strcmp(basis, "both") == 0)
        return N_("{1} % of the cost by means, the rest by points");
    if (strcmp(basis, "points") == 0)
        return N_("all of the cost by points: nobody declared means");
    return strcmp(basis, "means") == 0 ? N_("all of the cost by means: nobody has points")
                                       : N_("in equal shares: nobody declared means or has points");
}

static void show(const struct out *o, const json_t *result)
{
    struct buf cost;
    buf_init(&cost, 64);
    amount_show_money(&cost, o->lang, (uint64_t)pick_number(result, "cost_cents"));
    out_print(o, N_("{1}: shares of {2}"), pick_text(result, "period"), buf_text(&cost), NULL);
    buf_fini(&cost);
    out_print(o, basis_of(result), NUM(pick_number(result, "means_percent")), NULL);
    show_allies(o, result);
    out_print(o,
              N_("means: declared, one for each full 100 euros or 7 hours; points: of the ledger, without those for "
                 "means. Each "
                 "part is shared in exact cents; cents that are left go to the largest remainders, then in the order "
                 "of allies."),
              NULL);
    out_pair_cut(o, N_("cut"), pick_text(result, "cut"));
    out_pair_cut(o, N_("digest"), pick_text(result, "digest"));
    if (pick_true(result, "open"))
        out_say(o,
                N_("This year is open: the shares change until a charter closes it (allied charter propose "
                   "--close-year Y)."),
                NULL);
    out_say(o, N_("What the points are made of: allied ledger --year {1}"), NUM(pick_number(result, "year")), NULL);
}

static const struct arg_option options[] = {
    {0, "cost",         "EUROS",   false, N_("what is to be shared, as 12000.00")                        },
    {0, "means-weight", "PERCENT", false, N_("how much of it goes by means, the rest by points; 50 else")},
};
static const struct arg_form form = {
    "shares",
    "YEAR",
    N_("the secretariat's cost, shared by means and contributions"),
    options,
    sizeof options / sizeof *options,
    1,
    1,
    N_("Means and points are those of that year's ledger: best of a closed year, whose figures stay (allied charter "
       "propose --close-year YEAR). Every share is to the cent, and they add up to the cost.")};

int cmd_shares(struct cli *cli, int argc, char **argv)
{
    struct args args;
    long year = 0, percent = 50;
    uint64_t cost = 0;
    int code;
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    const char *text = args_value(&args, "cost");
    if (!text)
        return cli_lacks(cli, "--cost");
    err_t err = args_year(args.operands[0], &year) ? ERR_OK : why_set(&cli->why, ERR_YEAR, "%.20s", args.operands[0]);
    if (!err)
        err = amount_read_money(text, &cost);
    if (err && err != ERR_YEAR)
        why_set(&cli->why, err, "--cost %.60s", text);
    if (!err)
        err = args_number(&args, "means-weight", 0, 100, 50, &percent, &cli->why);
    if (err)
        return cli_fail(cli, err);
    return entity_ask(cli, "ledger.shares",
                      json_pack("{s:I, s:I, s:I}", "year", (json_int_t)year, "cost_cents", (json_int_t)cost,
                                "means_percent", (json_int_t)percent),
                      show);
}
