/*
 * allied concept: add, edit, relate, adopt. What lists and shows concepts, merges and SKOS files have files of their own.
 */
#include "conf/tr.h"
#include "daemon/cmd/batch.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/concept.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/set.h"
#include <stdlib.h>
#include <string.h>

#define ADOPT_OPTION                                                                                                   \
    {                                                                                                                  \
        0, "adopt", NULL, false, N_("adopt what is written, where the charter lets this ally")                         \
    }
#define MOTIVE_OPTION                                                                                                  \
    {                                                                                                                  \
        0, "motive", "RECORD", false, N_("the record that motivates it")                                               \
    }

/* Options that stand for a field, and the field. */
static const struct {
    const char *option, *field;
} shorthands[] = {
    {"label",      "prefLabel" },
    {"alt",        "altLabel"  },
    {"definition", "definition"},
    {"note",       "scopeNote" },
    {"uri",        "uri"       },
    {"kind",       "kind"      },
    {"notation",   "notation"  },
    {"broader",    "broader"   },
    {"related",    "related"   },
    {"facet",      "facet"     },
};

static const struct arg_option add_options[] = {
    {0, "label",      "TEXT@XX",            true,  N_("its name (prefLabel), one per language: \"Sol@fr\"")},
    {0, "alt",        "TEXT@XX",            true,  N_("another name (altLabel)")                           },
    {0, "definition", "TEXT@XX",            true,  N_("its definition")                                    },
    {0, "note",       "TEXT@XX",            true,  N_("how to use it (scopeNote)")                         },
    {0, "uri",        "URI",                false, N_("its URI; made from the id otherwise")               },
    {0, "kind",       "K",                  false, N_("descriptor, component, angle, scheme or collection")},
    {0, "notation",   "CODE",               true,  N_("its code in a classification")                      },
    {0, "broader",    "ID",                 true,  N_("a broader concept: id or URI")                      },
    {0, "related",    "ID",                 true,  N_("a related concept: id or URI")                      },
    {0, "facet",      "ID",                 true,  N_("a component or an angle it belongs to: id or URI")  },
    {0, "set",        "field[@lang]=value", true,  N_("any other field")                                   },
    ADOPT_OPTION,
    MOTIVE_OPTION,
    {0, "dry-run",    NULL,                 false, N_("say what would happen, write nothing")              },
};
static const struct arg_form add_form = {
    "concept add",
    "--label \"…@fr\"",
    N_("propose a concept"),
    add_options,
    sizeof add_options / sizeof *add_options,
    0,
    0,
    N_("What an ally writes is a proposal, shown and marked, until it is adopted by the charter's rule.")};

/* "Sol vivant@fr": the tag behind the last @, where it is one. */
static err_t put_text(struct cli *cli, const char *field, const char *text, json_t *object)
{
    char place_text[64 + LANG_MAX];
    const char *at = strrchr(text, '@');
    const struct field_info *info = field_by_name(ENTITY_CONCEPT, field);
    bool tagged = info && info->lang != LANG_NONE && at && lang_valid(slice_text(at + 1));
    size_t length = tagged ? (size_t)(at - text) : strlen(text);
    struct set_place place;
    snprintf(place_text, sizeof place_text, "%s%s", field, tagged ? at : "");
    err_t err = set_place_read(ENTITY_CONCEPT, slice_text(place_text), &place, &cli->why);
    if (err)
        return err;
    char *own = strndup(text, length);
    json_t *value = NULL;
    err = own ? set_value(&place, own, &value, &cli->why) : why_set(&cli->why, ERR_MEMORY, "%s", field);
    free(own);
    if (err)
        return err;
    return set_put(object, &place, value);
}

static err_t gather(struct cli *cli, const struct args *args, json_t *object)
{
    err_t err = ERR_OK;
    for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++) {
        const char *text;
        for (size_t at = 0; !err && (text = args_next(args, shorthands[i].option, &at));)
            err = put_text(cli, shorthands[i].field, text, object);
    }
    return err ? err : entity_sets(cli, ENTITY_CONCEPT, args, object);
}

static void with_motive(const struct args *args, json_t *request)
{
    const char *motive = args_value(args, "motive");
    json_object_set_new(request, "adopt", json_boolean(args_flag(args, "adopt")));
    if (motive)
        json_object_set_new(request, "motive", json_string(motive));
}

static int concept_add(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &add_form, argc, argv, &args, &code))
        return code;
    json_t *object = json_object();
    err_t err = gather(cli, &args, object);
    if (!err && !json_object_get(object, "prefLabel"))
        err = why_set(&cli->why, ERR_LABEL_MISSING, "prefLabel");
    if (err) {
        json_decref(object);
        return cli_fail(cli, err);
    }
    if (!json_object_get(object, "kind")) /* so that it is a skos:Concept when it goes out */
        json_object_set_new(object, "kind", json_string("descriptor"));
    bool dry_run = args_flag(&args, "dry-run");
    json_t *request = json_pack("{s:s, s:b}", "mode", "add", "dry_run", dry_run);
    with_motive(&args, request);
    struct batch b;
    batch_init(&b, cli, "concept.write", "concepts", "concept", request);
    err = batch_add(&b, 1, object, 0);
    err = err ? err : batch_flush(&b);
    code = batch_tell_one(&b, err, dry_run);
    batch_fini(&b);
    return code;
}

/* ---- edit, relate, adopt ---- */

static const struct arg_option edit_options[] = {
    {0, "set",   "field[@lang]=value", true, N_("one value: prefLabel@fr=…; repeat it for others")},
    {0, "unset", "field[@lang]",       true, N_("empty a field")                                    },
    ADOPT_OPTION,
    MOTIVE_OPTION,
};
static const struct arg_form edit_form = {"concept edit",
                                          "ID",
                                          N_("propose a change to a concept"),
                                          edit_options,
                                          sizeof edit_options / sizeof *edit_options,
                                          1,
                                          1,
                                          N_("Fields: prefLabel, altLabel, hiddenLabel, definition, scopeNote, "
                                             "example, note, changeNote, editorialNote, historyNote (each with "
                                             "@language); notation, kind, colour, logo.")};

static int concept_edit(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &edit_form, argc, argv, &args, &code))
        return code;
    if (!args_value(&args, "set") && !args_value(&args, "unset"))
        return cli_lacks(cli, "--set | --unset");
    json_t *set = json_object();
    err_t err = entity_sets(cli, ENTITY_CONCEPT, &args, set);
    if (err) {
        json_decref(set);
        return cli_fail(cli, err);
    }
    json_t *request = json_pack("{s:s, s:o}", "id", args.operands[0], "set", set);
    with_motive(&args, request);
    return entity_change(cli, "concept.edit", request, N_("{1} changed (dot {2})"));
}

static const struct arg_option relate_options[] = {
    {0, "remove", NULL, false, N_("take the relation away")},
    ADOPT_OPTION,
    MOTIVE_OPTION,
};
static const struct arg_form relate_form = {"concept relate",
                                            "ID RELATION TARGET",
                                            N_("relate a concept to another"),
                                            relate_options,
                                            sizeof relate_options / sizeof *relate_options,
                                            3,
                                            3,
                                            N_("Relations: broader, related, facet, inScheme, topConceptOf, memberOf "
                                               "between concepts; exactMatch, closeMatch, broadMatch, "
                                               "narrowMatch, relatedMatch to a URI outside.")};

static int concept_relate(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &relate_form, argc, argv, &args, &code))
        return code;
    if (!relation_by_name(args.operands[1]))
        return cli_fail(cli, why_set(&cli->why, ERR_RELATION, "%.100s", args.operands[1]));
    json_t *request = json_pack("{s:s, s:s, s:s, s:b}", "id", args.operands[0], "relation", args.operands[1], "target",
                                args.operands[2], "remove", args_flag(&args, "remove"));
    with_motive(&args, request);
    return entity_change(cli, "concept.relate", request, N_("{1} changed (dot {2})"));
}

static const struct arg_option adopt_options[] = {
    {0, "dot", "DOT", true, N_("this proposal only; all of them otherwise")},
};
static const struct arg_form adopt_form = {"concept adopt",
                                           "ID",
                                           N_("adopt what was proposed"),
                                           adopt_options,
                                           sizeof adopt_options / sizeof *adopt_options,
                                           1,
                                           1,
                                           N_("Exit code 0: all was adopted; 2: all but fields for which allies "
                                              "propose different values; 4: there are only such fields.")};

static void tell_rivals(const struct out *o, const json_t *result)
{
    struct buf names;
    size_t i;
    json_t *row;
    buf_init(&names, 65536);
    json_array_foreach(json_object_get(result, "rivals"), i, row)
    {
        const char *lang = pick_text(row, "lang");
        buf_printf(&names, "%s%s%s%s", i ? ", " : "", pick_text(row, "field"), *lang ? "@" : "", lang);
    }
    out_say(o, N_("not adopted, for allies propose different values: {1}"), buf_text(&names) ? buf_text(&names) : "",
            NULL);
    out_say(o, N_("To choose: allied conflicts resolve {1}"), pick_text(result, "id"), NULL);
    buf_fini(&names);
}

static int adopt(struct cli *cli, json_t *request)
{
    json_t *result = NULL;
    err_t err = cli_ask(cli, "concept.adopt", request, &result);
    bool partly = !err && json_array_size(json_object_get(result, "rivals"));
    if (!err && cli->out.json)
        out_json(&cli->out, result);
    else if (!err)
        out_print(&cli->out, N_("{1} adopted (dot {2})"), pick_text(result, "id"), pick_text(result, "dot"), NULL);
    if (partly && !cli->out.json)
        tell_rivals(&cli->out, result);
    json_decref(result);
    return err ? cli_fail(cli, err) : partly ? 2 : 0;
}

static int concept_adopt(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    const char *dot;
    if (!cli_begin(cli, &adopt_form, argc, argv, &args, &code))
        return code;
    json_t *request = json_pack("{s:s}", "id", args.operands[0]), *dots = json_array();
    for (size_t at = 0; (dot = args_next(&args, "dot", &at));)
        json_array_append_new(dots, json_string(dot));
    if (json_array_size(dots))
        json_object_set(request, "dots", dots);
    json_decref(dots);
    return adopt(cli, request);
}

static const struct cli_sub subs[] = {
    {"add",      concept_add,      &add_form             },
    {"edit",     concept_edit,     &edit_form            },
    {"relate",   concept_relate,   &relate_form          },
    {"adopt",    concept_adopt,    &adopt_form           },
    {"refuse",   concept_refuse,   &concept_refuse_form  },
    {"withdraw", concept_withdraw, &concept_withdraw_form},
    {"merge",    concept_merge,    &concept_merge_form   },
    {"retire",   concept_retire,   &concept_retire_form  },
    {"list",     concept_list,     &concept_list_form    },
    {"show",     concept_show,     &concept_show_form    },
    {"history",  concept_history,  &concept_history_form },
    {"import",   concept_import,   &concept_import_form  },
    {"export",   concept_export,   &concept_export_form  },
};

int cmd_concept(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "concept", subs, sizeof subs / sizeof *subs, NULL, argc, argv);
}
