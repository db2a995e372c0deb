/*
 * allied concept list: all of them, those of a kind or at a component, or what waits for adoption.
 */
#include "conf/tr.h"
#include "daemon/cmd/concept.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/table.h"
#include <string.h>

#define NARROW   100 /* columns: below it labels matter more than whole ids and URIs */
#define SHORT_ID 12

static const struct arg_option options[] = {
    {0,   "proposed", NULL, false, N_("what waits for adoption, the longest first: who, when, for which record")},
    {0,   "kind",     "K",  false, N_("descriptor, component, angle, scheme or collection")                     },
    {0,   "facet",    "ID", false, N_("at this component or angle: id or URI")                                  },
    {'n', "limit",    "N",  false, N_("how many at most")                                                       },
    {0,   "cursor",   "C",  false, N_("go on where the last list ended")                                        },
};
const struct arg_form concept_list_form = {
    "concept list", "", N_("the concepts of the thesaurus"), options, sizeof options / sizeof *options, 0, 0, NULL};

static void tell_next(const struct out *o, const json_t *result)
{
    if (*pick_text(result, "next"))
        out_say(o, N_("there are more: --cursor {1}"), pick_text(result, "next"), NULL);
}

/* Without the URI where it would leave no room for the label; a unique beginning of the id is enough for every command. */
static void show_list(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("id"),     false, true },
        {N_("label"),  false, false},
        {N_("kind"),   false, true },
        {N_("status"), false, true },
        {N_("uri"),    false, false},
        {"",           false, true }
    };
    static const struct table_column short_columns[] = {
        {N_("id"),     false, true },
        {N_("label"),  false, false},
        {N_("kind"),   false, true },
        {N_("status"), false, true },
        {"",           false, true }
    };
    struct table t;
    size_t i;
    json_t *c;
    bool narrow = o->columns && o->columns < NARROW;
    table_init(&t, narrow ? short_columns : columns,
               narrow ? sizeof short_columns / sizeof *short_columns : sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "concepts"), i, c)
    {
        char id[64];
        snprintf(id, sizeof id, "%.*s", narrow ? SHORT_ID : 63, pick_text(c, "id"));
        table_cell(&t, id);
        table_cell(&t, pick_text(c, "label"));
        table_cell(&t, pick_text(c, "kind"));
        table_cell(&t, concept_status(o, c));
        if (!narrow)
            table_cell(&t, pick_text(c, "uri"));
        table_cell(&t, pick_number(c, "conflicts") ? tr(o->lang, N_("conflict")) : "");
    }
    if (t.cells_n == 0)
        out_say(o, N_("no concepts yet; next: allied concept add, or: allied concept import FILE.ttl"), NULL);
    table_print(&t, o);
    table_fini(&t);
    tell_next(o, result);
}

/* As with every filter: nothing found is no empty thesaurus. */
static void show_some(const struct out *o, const json_t *result)
{
    if (json_array_size(json_object_get(result, "concepts")))
        show_list(o, result);
    else
        out_say(o, N_("no concept is like that"), NULL);
}

static void show_waiting(const struct out *o, const json_t *result)
{
    size_t i, k;
    json_t *c, *p;
    json_array_foreach(json_object_get(result, "concepts"), i, c)
    {
        char id[64];
        snprintf(id, sizeof id, "%.*s", o->columns && o->columns < NARROW ? SHORT_ID : 63, pick_text(c, "id"));
        out_cell(o, id, STYLE_BOLD, 0);
        fputs("  ", o->data);
        out_cell(o, pick_either(c, "label", "uri"), STYLE_PLAIN, o->columns > 40 ? o->columns - 26 : 0);
        fprintf(o->data, "  (%s)\n", concept_status(o, c));
        json_array_foreach(json_object_get(c, "proposals"), k, p)
        {
            struct buf fields;
            buf_init(&fields, 65536);
            pick_show(&fields, json_object_get(p, "fields"));
            concept_proposal(o, p, buf_text(&fields) ? buf_text(&fields) : "");
            buf_fini(&fields);
        }
    }
    if (i == 0)
        out_say(o, N_("nothing waits for adoption"), NULL);
    else
        out_say(o,
                N_("To see one: allied concept show ID; to adopt it: allied concept adopt ID, or some of it alone "
                   "with --dot"),
                NULL);
    tell_next(o, result);
}

int concept_list(struct cli *cli, int argc, char **argv)
{
    static const char *const passed[] = {"cursor", "kind", "facet"};
    struct args args;
    int code;
    json_t *request = NULL;
    if (!cli_begin(cli, &concept_list_form, argc, argv, &args, &code))
        return code;
    bool proposed = args_flag(&args, "proposed"), some = args_value(&args, "kind") || args_value(&args, "facet");
    if (proposed && some)
        return cli_usage(cli, "--proposed --kind --facet");
    err_t err = entity_list(cli, &args, passed, sizeof passed / sizeof *passed, &request);
    if (err)
        return cli_fail(cli, err);
    json_object_set_new(request, "proposed", json_boolean(proposed));
    return entity_ask(cli, "concept.list", request, proposed ? show_waiting : some ? show_some : show_list);
}
