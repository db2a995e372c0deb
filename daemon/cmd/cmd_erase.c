/*
 * allied erase: words that must not stay anywhere go from every site; each says when it has done so.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/table.h"

static const struct arg_option options[] = {
    {0, "reason", "TEXT", false, N_("why; everybody can read it, and it stays")      },
    {0, "list",   NULL,   false, N_("what was to be erased, and who has not done so")},
};
static const struct arg_form form = {"erase",
                                     "DOT…",
                                     N_("erase what a change wrote, everywhere"),
                                     options,
                                     sizeof options / sizeof *options,
                                     0,
                                     ARGS_MAX,
                                     N_("DOT names a change: allied record history ID. This ally's own changes, or "
                                        "with the role data_protection anybody's. "
                                        "It cannot be undone.")};

static void show_asked(const struct out *o, const json_t *result)
{
    out_print(o, N_("{1} changes are to be erased everywhere (dot {2})"),
              NUM(json_array_size(json_object_get(result, "erased"))), pick_text(result, "dot"), NULL);
    out_say(o, N_("To see who has done so: allied erase --list"), NULL);
}

static void show_list(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("dot"),        false, true },
        {N_("asked by"),   false, false},
        {N_("erased by"),  false, false},
        {N_("not yet by"), false, false},
        {"",               false, true }
    };
    struct table t;
    size_t i;
    json_t *one;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "erasures"), i, one)
    {
        struct buf done, waiting;
        buf_init(&done, 65536);
        buf_init(&waiting, 65536);
        pick_show(&done, json_object_get(one, "attested"));
        pick_show(&waiting, json_object_get(one, "waiting"));
        table_cell(&t, pick_text(one, "dot"));
        table_cell(&t, pick_text(one, "ally_name"));
        table_cell(&t, buf_text(&done));
        table_cell(&t, buf_text(&waiting));
        table_cell(&t, pick_true(one, "counts") ? "" : tr(o->lang, N_("does not count")));
        buf_fini(&done);
        buf_fini(&waiting);
    }
    if (t.cells_n == 0)
        out_say(o, N_("nothing was to be erased"), NULL);
    table_print(&t, o);
    table_fini(&t);
}

int cmd_erase(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    if (args_flag(&args, "list"))
        return entity_ask(cli, "erasures", json_object(), show_list);
    const char *reason = args_value(&args, "reason");
    if (!args.operands_n || !reason)
        return cli_lacks(cli, args.operands_n ? "--reason" : "DOT");
    json_t *dots = json_array();
    for (size_t i = 0; i < args.operands_n; i++)
        json_array_append_new(dots, json_string(args.operands[i]));
    return entity_ask(cli, "erase", json_pack("{s:o, s:s}", "dots", dots, "reason", reason), show_asked);
}
