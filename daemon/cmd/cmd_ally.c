/*
 * allied ally: the members of the alliance and their sites.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/table.h"
#include <string.h>

static void sites_of(struct table *t, const json_t *ally)
{
    struct buf names;
    size_t i;
    json_t *site;
    buf_init(&names, 65536);
    json_array_foreach(json_object_get(ally, "sites"), i, site)
    {
        buf_printf(&names, "%s%s", i ? ", " : "",
                   *pick_text(site, "name") ? pick_text(site, "name") : pick_text(site, "site"));
    }
    table_cell(t, buf_text(&names));
    buf_fini(&names);
}

/* The daemon's codes in words; another one stays as it is. */
static const char *in_words(const struct out *o, const char *code)
{
    static const struct {
        const char *code, *shown;
    } words[] = {
        {"effectif",    N_("effective")  },
        {"droit",       N_("by right")   },
        {"associe",     N_("associate")  },
        {"ratified",    N_("ratified")   },
        {"provisional", N_("provisional")},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].code, code) == 0)
            return tr(o->lang, words[i].shown);
    return code;
}

static void show(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("ally"),     false, false},
        {N_("id"),       false, true },
        {N_("college"),  false, true },
        {N_("standing"), false, true },
        {N_("sites"),    false, false},
        {"",             false, true }
    };
    struct table t;
    size_t i;
    json_t *ally;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "allies"), i, ally)
    {
        table_cell(&t, pick_text(ally, "name"));
        table_cell(&t, pick_text(ally, "id"));
        table_cell(&t, in_words(o, pick_text(ally, "college")));
        table_cell(&t, in_words(o, pick_text(ally, "standing")));
        sites_of(&t, ally);
        table_cell(&t, pick_true(ally, "suspended") ? tr(o->lang, N_("suspended")) : "");
    }
    table_print(&t, o);
    table_fini(&t);
}

static const struct arg_form list_form = {"ally list", "", N_("the allies and their sites"), NULL, 0, 0, 0, NULL};

static int ally_list(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &list_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "allies", json_object(), show);
}

static const struct cli_sub subs[] = {
    {"list", ally_list, &list_form}
};

int cmd_ally(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "ally", subs, sizeof subs / sizeof *subs, "list", argc, argv);
}
