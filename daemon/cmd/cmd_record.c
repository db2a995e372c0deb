/*
 * allied record: add, edit, list, show, history, retire. The import and translations have files of their own.
 */
#include "conf/tr.h"
#include "daemon/cmd/batch.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/record.h"
#include "daemon/cmd/table.h"
#include <errno.h>
#include <string.h>

#define FIELDS_NOTE                                                                                                    \
    N_("Fields: type (experience, analysis, proposal, resource, dossier); per language (title@fr): title, subtitle, "  \
       "abstract, context, "                                                                                           \
       "history, description, limits, lessons; sources, notes, episodes; actors, authors, producer, date, "            \
       "period.start, period.end, "                                                                                    \
       "place.name, place.country, place.lat, place.lon, licence, images, items, source_id, source_url, concepts. A "  \
       "list takes one "                                                                                               \
       "value each time; actors, images and episodes take JSON. Dates: 2026, 2026-05 or 2026-05-17; place.country: "   \
       "two capital letters (FR); "                                                                                    \
       "place.lat, place.lon: decimal degrees.")

/* ---- add ---- */

static const struct arg_option add_options[] = {
    {0, "file",      "FILE.json",          false, N_("a file with one record as a JSON object")  },
    {0, "set",       "field[@lang]=value", true,  N_("one value; repeat it for others")          },
    {0, "text-lang", "XX",                 false, N_("language of texts that do not name theirs")},
    {0, "dry-run",   NULL,                 false, N_("say what would happen, write nothing")     },
};
static const struct arg_form add_form = {
    "record add", "", N_("publish one record"), add_options, sizeof add_options / sizeof *add_options, 0, 0,
    FIELDS_NOTE};

static err_t load(struct cli *cli, const char *path, json_t **out)
{
    json_error_t e;
    json_t *object = NULL;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!f)
        return why_set(&cli->why, err_of_errno(errno, ERR_FILE), "%.150s", path);
    object = json_loadf(f, JSON_REJECT_DUPLICATES, &e);
    if (f != stdin)
        fclose(f);
    if (!object && json_error_code(&e) == json_error_invalid_utf8)
        return why_set(&cli->why, ERR_UTF8, "%.100s:%d", path, e.line);
    if (!json_is_object(object)) {
        err_t err = why_set(&cli->why, ERR_JSON, "%.100s:%d:%d", path, object ? 1 : e.line, object ? 1 : e.column);
        json_decref(object);
        return err;
    }
    *out = object;
    return ERR_OK;
}

/* The one refusal of a single record is the command's own error. */
static int add_one(struct cli *cli, json_t *object, bool dry_run)
{
    struct batch b;
    batch_init(&b, cli, "record.write", "lines", "record",
               json_pack("{s:s, s:b, s:b}", "mode", "add", "dry_run", dry_run, "unknown_ok", 0));
    err_t err = batch_add(&b, 1, object, 0);
    err = err ? err : batch_flush(&b);
    int code = batch_tell_one(&b, err, dry_run);
    batch_fini(&b);
    return code;
}

static int record_add(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &add_form, argc, argv, &args, &code))
        return code;
    const char *path = args_value(&args, "file"), *lang = args_value(&args, "text-lang");
    if (!path && !args_value(&args, "set"))
        return cli_lacks(cli, "--file | --set");
    json_t *object = NULL;
    err_t err = path ? load(cli, path, &object) : ERR_OK;
    object = object || err ? object : json_object();
    err = err ? err : entity_sets(cli, ENTITY_RECORD, &args, object);
    if (!err && lang && !json_object_get(object, "lang"))
        json_object_set_new(object, "lang", json_string(lang));
    if (err) {
        json_decref(object);
        return cli_fail(cli, err);
    }
    return add_one(cli, object, args_flag(&args, "dry-run"));
}

/* ---- edit, retire ---- */

static const struct arg_option edit_options[] = {
    {0, "set",       "field[@lang]=value", true,  N_("one value; repeat it for others")                },
    {0, "unset",     "field[@lang]",       true,  N_("empty a field")                                  },
    {0, "revive",    NULL,                 false, N_("bring a retired record back")                    },
    {0, "from-lang", "XX",                 false, N_("the texts are translations out of this language")},
};
static const struct arg_form edit_form = {"record edit",
                                          "ID",
                                          N_("change fields of one record"),
                                          edit_options,
                                          sizeof edit_options / sizeof *edit_options,
                                          1,
                                          1,
                                          FIELDS_NOTE};

/* A place and a period are one field each: a part that was set shall not drop the others. */
static err_t keep_parts(struct cli *cli, const struct args *args, const char *id, json_t *set)
{
    static const char *const fields[] = {"place", "period"};
    json_t *now = NULL;
    err_t err = ERR_OK;
    for (size_t i = 0; !err && i < sizeof fields / sizeof *fields; i++) {
        const char *text;
        bool partly = false;
        size_t n = strlen(fields[i]);
        for (size_t at = 0; (text = args_next(args, "set", &at));)
            partly = partly || (strncmp(text, fields[i], n) == 0 && text[n] == '.');
        if (!partly)
            continue;
        err = now ? ERR_OK : cli_ask(cli, "record.show", json_pack("{s:s}", "id", id), &now);
        json_t *whole = err ? NULL : json_object_get(now, fields[i]);
        if (json_is_object(whole))
            json_object_update_missing(json_object_get(set, fields[i]), whole);
    }
    json_decref(now);
    return err;
}

static int record_edit(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &edit_form, argc, argv, &args, &code))
        return code;
    bool revive = args_flag(&args, "revive");
    const char *from = args_value(&args, "from-lang");
    if (!revive && !args_value(&args, "set") && !args_value(&args, "unset"))
        return cli_lacks(cli, "--set | --unset | --revive");
    json_t *set = json_object();
    err_t err = entity_sets(cli, ENTITY_RECORD, &args, set);
    err = err ? err : keep_parts(cli, &args, args.operands[0], set);
    if (!err && from)
        err = record_made_from(cli, args.operands[0], from, set);
    if (err) {
        json_decref(set);
        return cli_fail(cli, err);
    }
    return entity_change(cli, "record.edit",
                         json_pack("{s:s, s:o, s:b}", "id", args.operands[0], "set", set, "revive", revive),
                         N_("{1} changed (dot {2})"));
}

static const struct arg_option retire_options[] = {
    {0, "reason", "TEXT", false, N_("why, for those who look for it")},
};
static const struct arg_form retire_form = {"record retire",
                                            "ID",
                                            N_("take a record back; a tombstone stays, and it can be revived"),
                                            retire_options,
                                            sizeof retire_options / sizeof *retire_options,
                                            1,
                                            1,
                                            NULL};

static int record_retire(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &retire_form, argc, argv, &args, &code))
        return code;
    const char *reason = args_value(&args, "reason");
    return entity_change(cli, "record.retire",
                         json_pack("{s:s, s:s}", "id", args.operands[0], "reason", reason ? reason : ""),
                         N_("{1} retired (dot {2})"));
}

static const struct arg_option link_options[] = {
    {0, "remove", NULL, false, N_("take the link away")},
};
static const struct arg_form link_form = {"record link",
                                          "ID REL TARGET",
                                          N_("say how a record stands to another"),
                                          link_options,
                                          sizeof link_options / sizeof *link_options,
                                          3,
                                          3,
                                          N_("REL: cites, extends, translates, part_of, synthesises. TARGET: a "
                                             "record, by its id or our source id, or a URL.")};

static int record_link(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &link_form, argc, argv, &args, &code))
        return code;
    return entity_change(cli, "record.link",
                         json_pack("{s:s, s:s, s:s, s:b}", "id", args.operands[0], "rel", args.operands[1], "target",
                                   args.operands[2], "remove", args_flag(&args, "remove")),
                         N_("{1} changed (dot {2})"));
}

/* ---- list, show, history ---- */

static const struct arg_option list_options[] = {
    {'n', "limit",   "N",    false, N_("how many at most")                                     },
    {0,   "cursor",  "C",    false, N_("go on where the last list ended")                      },
    {0,   "ally",    "NAME", false, N_("of one ally only")                                     },
    {0,   "retired", NULL,   false, N_("retired ones too")                                     },
    {0,   "stale",   NULL,   false, N_("those with translations that their source left behind")},
};
static const struct arg_form list_form = {
    "record list", "", N_("the records of all allies"), list_options, sizeof list_options / sizeof *list_options, 0, 0,
    NULL};

#define NARROW   100 /* columns: below it titles matter more than whole ids */
#define SHORT_ID 20  /* the ally's part and 35 bits more: a unique beginning is enough for every command */
#define DAY_LEN  10  /* of 2026-11-21T21:41:00Z */

static void cut_cell(struct table *t, const char *text, int most)
{
    char part[64];
    snprintf(part, sizeof part, "%.*s", most, text);
    table_cell(t, part);
}

void record_list_id(const struct out *o, const json_t *row, char *id, size_t room)
{
    bool narrow = o->columns && o->columns < NARROW;
    snprintf(id, room, "%.*s", narrow ? SHORT_ID : 63, pick_text(row, "id"));
}

static void show_list(const struct out *o, const json_t *result)
{
    bool narrow = o->columns && o->columns < NARROW;
    static const struct table_column columns[] = {
        {N_("id"),      false, true },
        {N_("title"),   false, false},
        {N_("ally"),    false, false},
        {N_("changed"), false, true },
        {"",            false, true }
    };
    struct table t;
    size_t i;
    json_t *r;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "records"), i, r)
    {
        char id[64];
        record_list_id(o, r, id, sizeof id);
        table_cell(&t, id);
        table_cell(&t, pick_text(r, "title"));
        table_cell(&t, pick_either(r, "ally_name", "ally"));
        cut_cell(&t, pick_text(r, "updated"), narrow ? DAY_LEN : 63);
        table_cell(&t, pick_true(r, "retired")            ? tr(o->lang, N_("retired"))
                       : pick_number(r, "conflicts") != 0 ? tr(o->lang, N_("conflict"))
                                                          : "");
    }
    table_print(&t, o);
    table_fini(&t);
    if (*pick_text(result, "next"))
        out_say(o, N_("there are more: --cursor {1}"), pick_text(result, "next"), NULL);
}

static void show_all(const struct out *o, const json_t *result)
{
    if (!json_array_size(json_object_get(result, "records")))
        out_say(o, N_("no records yet; next: allied record add, or: allied record import FILE.jsonl"), NULL);
    show_list(o, result);
}

static void show_some(const struct out *o, const json_t *result)
{
    if (!json_array_size(json_object_get(result, "records")))
        out_say(o, N_("no records of this kind"), NULL);
    show_list(o, result);
}

static int record_list(struct cli *cli, int argc, char **argv)
{
    static const char *const passed[] = {"cursor", "ally"};
    struct args args;
    int code;
    json_t *request = NULL;
    if (!cli_begin(cli, &list_form, argc, argv, &args, &code))
        return code;
    if (args_flag(&args, "stale"))
        return record_list_stale(cli, &args);
    err_t err = entity_list(cli, &args, passed, sizeof passed / sizeof *passed, &request);
    if (err)
        return cli_fail(cli, err);
    json_object_set_new(request, "retired", json_boolean(args_flag(&args, "retired")));
    bool some = args_value(&args, "cursor") || args_value(&args, "ally");
    return entity_ask(cli, "record.list", request, some ? show_some : show_all);
}

void record_show_discipline(const struct out *o, const json_t *r)
{
    size_t i;
    json_t *miss;
    json_array_foreach(json_object_get(json_object_get(r, "discipline"), "missed"), i, miss)
    {
        if (i == 0)
            fputc('\n', o->data);
        out_pair(o, i == 0 ? N_("to complete") : " ", pick_text(miss, "text"));
    }
}

static void show_terms(const struct out *o, const json_t *r)
{
    size_t i;
    json_t *c;
    json_array_foreach(json_object_get(r, "concepts"), i, c)
    {
        char text[512];
        const char *status = pick_text(c, "status"), *into = pick_text(json_object_get(c, "merged_into"), "label");
        const char *note = strcmp(status, "unknown") == 0      ? tr(o->lang, N_("not in the thesaurus"))
                           : strcmp(status, "deprecated") == 0 ? tr(o->lang, N_("given up"))
                           : *into                             ? into
                                                               : "";
        snprintf(text, sizeof text,
                 *into   ? "%.200s → %.200s"
                 : *note ? "%.200s (%.200s)"
                         : "%.200s",
                 pick_either(c, "label", "id"), note);
        if (i == 0)
            fputc('\n', o->data);
        out_pair(o, i == 0 ? N_("index terms") : " ", text);
    }
}

static void show_link(const struct out *o, const json_t *l)
{
    char text[1200], changed[600] = "";
    size_t i, n = 0;
    json_t *field;
    const char *note = pick_true(l, "retired")   ? tr(o->lang, N_("retired"))
                       : pick_true(l, "missing") ? tr(o->lang, N_("not here yet"))
                                                 : "";
    snprintf(text, sizeof text, *note ? "%.1000s (%s)" : "%.1000s", pick_either(l, "title", "target"), note);
    out_pair(o, pick_text(l, "rel"), text);
    json_array_foreach(json_object_get(l, "changed"), i, field) if (n < sizeof changed - 64) n +=
        (size_t)snprintf(changed + n, sizeof changed - n, "%s%.60s", i ? ", " : "", json_string_value(field));
    if (*changed)
        out_pair(o, N_("changed there since"), changed);
}

static void show_links(const struct out *o, const json_t *r)
{
    size_t i;
    json_t *l;
    if (!pick_true(r, "retired"))
        json_array_foreach(json_object_get(r, "links"), i, l) show_link(o, l);
    json_array_foreach(json_object_get(r, "linked_by"), i, l)
        out_pair(o, i == 0 ? N_("linked by") : " ", pick_text(l, "title"));
}

static void show_record(const struct out *o, const json_t *r)
{
    size_t i;
    json_t *c;
    out_pair(o, N_("id"), pick_text(r, "id"));
    out_pair(o, N_("ally"), pick_either(r, "ally_name", "ally"));
    out_pair(o, N_("changed"), pick_text(r, "updated"));
    if (pick_true(r, "retired"))
        out_print(o, N_("This record was retired. To bring it back: allied record edit {1} --revive"),
                  pick_text(r, "id"), NULL);
    fputc('\n', o->data);
    entity_fields(o, ENTITY_RECORD, r);
    show_terms(o, r);
    show_links(o, r);
    json_array_foreach(json_object_get(r, "translations"), i, c)
    {
        char name[64];
        const char *source = pick_text(c, "from");
        snprintf(name, sizeof name, *source ? "%s@%s (%s)" : "%s@%s", pick_text(c, "field"), pick_text(c, "lang"),
                 source);
        if (pick_true(c, "stale"))
            out_pair(o, N_("translation to redo"), name);
    }
    record_show_reviews(o, r);
    record_show_discipline(o, r);
    if (pick_number(r, "conflicts"))
        out_say(o, N_("some fields are in conflict: allied conflicts show {1}"), pick_text(r, "id"), NULL);
}

static const struct arg_form show_form = {"record show", "ID", N_("one record, whole"), NULL, 0, 1, 1, NULL};

static int record_show(struct cli *cli, int argc, char **argv)
{
    return entity_about(cli, &show_form, "record.show", argc, argv, show_record);
}

static const struct arg_form history_form = {
    "record history", "ID", N_("who changed what, and when"), NULL, 0, 1, 1, NULL};

static int record_history(struct cli *cli, int argc, char **argv)
{
    return entity_about(cli, &history_form, "record.history", argc, argv, entity_history);
}

/* ---- republish ---- */

static void show_republished(const struct out *o, const json_t *result)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "republished"), i, one)
        out_print(o, N_("{1} was written again as {2}"), pick_text(one, "old"), pick_text(one, "new"), NULL);
}

static const struct arg_form republish_form = {
    "record republish",
    "[ID|DOT]",
    N_("write again what was set aside out of this site's own log"),
    NULL,
    0,
    0,
    1,
    N_("Of one record or concept, or one change; without a name, all. Each is written again once.")};

static int record_republish(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &republish_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "record.republish", json_pack("{s:s}", "id", args.operands_n ? args.operands[0] : ""),
                      show_republished);
}

static const struct cli_sub subs[] = {
    {"add",       record_add,       &add_form             },
    {"edit",      record_edit,      &edit_form            },
    {"import",    record_import,    &record_import_form   },
    {"link",      record_link,      &link_form            },
    {"list",      record_list,      &list_form            },
    {"show",      record_show,      &show_form            },
    {"history",   record_history,   &history_form         },
    {"check",     record_check,     &record_check_form    },
    {"translate", record_translate, &record_translate_form},
    {"review",    record_review,    &record_review_form   },
    {"reply",     record_reply,     &record_reply_form    },
    {"retire",    record_retire,    &retire_form          },
    {"republish", record_republish, &republish_form       },
};

int cmd_record(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "record", subs, sizeof subs / sizeof *subs, NULL, argc, argv);
}
