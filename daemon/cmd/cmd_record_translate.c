/*
 * allied record translate: texts in another language, each with what it was made from, so that it can be seen when its source has changed since.
 */
#include "conf/tr.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/record.h"
#include "daemon/cmd/table.h"
#include <string.h>

static const struct arg_option options[] = {
    {0, "set",       "field=value", true,  N_("one text in LANG; repeat it for others")                             },
    {0, "from-lang", "XX",          false, N_("the language it is made from; the record's only other one otherwise")},
};
const struct arg_form record_translate_form = {"record translate",
                                               "ID LANG",
                                               N_("translate a record; without --set: what is left to translate"),
                                               options,
                                               sizeof options / sizeof *options,
                                               2,
                                               2,
                                               NULL};

static bool has_text(const json_t *record, const char *field, const char *lang)
{
    const json_t *v = json_object_get(json_object_get(record, field), lang);
    return v && !json_is_null(v);
}

/* Is there a text of that field in that language, or will there be once `set` is written? */
static bool is_source(const json_t *record, const json_t *set, const char *field, const char *lang)
{
    return has_text(record, field, lang) || has_text(set, field, lang);
}

err_t record_made_from(struct cli *cli, const char *id, const char *from, json_t *set)
{
    json_t *record = NULL, *v;
    const char *key;
    if (!lang_valid(slice_text(from)))
        return why_set(&cli->why, ERR_LANG, "--from-lang %.60s", from);
    err_t err = cli_ask(cli, "record.show", json_pack("{s:s}", "id", id), &record);
    json_object_foreach(set, key, v)
    {
        const struct field_info *f = field_by_name(ENTITY_RECORD, key);
        if (!err && f && f->lang != LANG_NONE && !json_is_null(v) && !is_source(record, set, key, from))
            err = why_set(&cli->why, ERR_SOURCE_TEXT, "%.60s@%.40s", key, from);
    }
    json_decref(record);
    if (!err)
        json_object_set_new(set, "made_from", json_string(from));
    return err;
}

/* The one language but `to` that the title stands in; NULL where there are none or several. */
static const char *only_other(const json_t *record, const char *to)
{
    const char *lang, *found = NULL;
    json_t *text;
    json_object_foreach(json_object_get(record, "title"), lang, text)
    {
        if (!*lang || strcmp(lang, to) == 0)
            continue;
        if (found)
            return NULL;
        found = lang;
    }
    return found;
}

static const char *state_of(const json_t *record, const char *field, const char *to)
{
    size_t i;
    json_t *t;
    if (!has_text(record, field, to))
        return "missing";
    json_array_foreach(json_object_get(record, "translations"), i, t)
    {
        if (strcmp(pick_text(t, "field"), field) == 0 && strcmp(pick_text(t, "lang"), to) == 0)
            return pick_true(t, "stale") ? "stale" : "done";
    }
    return "own";
}

static const char *word_of(const struct out *o, const char *state)
{
    static const char *const words[][2] = {
        {"missing", N_("to translate")     },
        {"stale",   N_("to redo")          },
        {"done",    N_("done")             },
        {"own",     N_("written by itself")}
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], state) == 0)
            return tr(o->lang, words[i][1]);
    return state;
}

static json_t *left_over(const json_t *record, const char *from, const char *to)
{
    json_t *fields = json_array();
    size_t n;
    const struct field_info *all = record_fields(&n);
    for (size_t i = 0; i < n; i++)
        if (all[i].lang != LANG_NONE && has_text(record, all[i].name, from))
            json_array_append_new(fields, json_pack("{s:s, s:s, s:O}", "field", all[i].name, "state",
                                                    state_of(record, all[i].name, to), "source",
                                                    json_object_get(json_object_get(record, all[i].name), from)));
    return json_pack("{s:O, s:s, s:s, s:o}", "id", json_object_get(record, "id"), "from", from, "to", to, "fields",
                     fields);
}

static void show_left(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("field"),  false, true },
        {"",           false, true },
        {N_("source"), false, false}
    };
    struct table t;
    size_t i;
    json_t *f;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "fields"), i, f)
    {
        struct buf text;
        buf_init(&text, 1024u * 1024);
        pick_show(&text, json_object_get(f, "source"));
        table_cell(&t, pick_text(f, "field"));
        table_cell(&t, word_of(o, pick_text(f, "state")));
        table_cell(&t, buf_text(&text));
        buf_fini(&text);
    }
    table_print(&t, o);
    table_fini(&t);
}

static int translate(struct cli *cli, const struct args *args, const char *from)
{
    const char *id = args->operands[0], *to = args->operands[1];
    json_t *set = json_pack("{s:s}", "lang", to);
    err_t err = entity_sets(cli, ENTITY_RECORD, args, set);
    err = err ? err : record_made_from(cli, id, from, set);
    if (err) {
        json_decref(set);
        return cli_fail(cli, err);
    }
    return entity_change(cli, "record.edit", json_pack("{s:s, s:o}", "id", id, "set", set),
                         N_("{1} changed (dot {2})"));
}

int record_translate(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &record_translate_form, argc, argv, &args, &code))
        return code;
    const char *to = args.operands[1], *from = args_value(&args, "from-lang");
    json_t *record = NULL;
    err_t err = lang_valid(slice_text(to)) ? ERR_OK : why_set(&cli->why, ERR_LANG, "%.60s", to);
    err = err ? err : cli_ask(cli, "record.show", json_pack("{s:s}", "id", args.operands[0]), &record);
    from = err || from ? from : only_other(record, to);
    if (err)
        code = cli_fail(cli, err);
    else if (!from || strcmp(from, to) == 0)
        code = from ? cli_usage(cli, "--from-lang") : cli_lacks(cli, "--from-lang");
    else if (args_value(&args, "set"))
        code = translate(cli, &args, from);
    else {
        json_t *left = left_over(record, from, to);
        if (cli->out.json)
            out_json(&cli->out, left);
        else
            show_left(&cli->out, left);
        json_decref(left);
    }
    json_decref(record);
    return code;
}
