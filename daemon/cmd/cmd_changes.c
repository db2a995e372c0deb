/*
 * allied changes: what was changed in the whole work, the latest last. One line a change; who wants the values asks for the history of what changed.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/since.h"
#include "daemon/cmd/table.h"
#include <string.h>

#define NARROW       120 /* columns: below it titles matter more than dots */
#define MINUTES      16  /* of 2026-11-21T21:41:00Z */
#define FIELDS_SHOWN 6

static const struct arg_option options[] = {
    {'n', "limit",  "N",    false, N_("how many at most, the newest (default 50)")                                   },
    {0,   "ally",   "NAME", false, N_("of one ally only")                                                            },
    {0,   "since",  "T",    false, N_("from then on: 2026-11-21, 2026-11-21T21:41:00Z, or 2h, 7d ago")               },
    {0,   "cursor", "C",    false, N_("what arrived here behind this change (\"commit\" in --json), the first of it")},
    {0,   "before", "C",    false, N_("what had arrived here before this change")                                    },
};
static const struct arg_form form = {"changes",
                                     "",
                                     N_("what was changed in the whole work, by whom, when"),
                                     options,
                                     sizeof options / sizeof *options,
                                     0,
                                     0,
                                     N_("In the order in which changes arrived here, the latest last; times are those "
                                        "of their authors' clocks. The values "
                                        "stand in: allied record history ID, allied concept history ID.")};

/* What a person calls a kind of change; the second of a pair is its taking back. */
static const struct {
    const char *kind, *word, *back;
} words[] = {
    {"log.open",       N_("log begun"),         NULL                      },
    {"site.announce",  N_("site: its address"), NULL                      },
    {"site.erase",     N_("erasure asked for"), NULL                      },
    {"site.attest",    N_("erasure done"),      NULL                      },
    {"site.relays",    N_("relays told"),       NULL                      },
    {"record.put",     N_("record written"),    NULL                      },
    {"record.index",   N_("record indexed"),    NULL                      },
    {"record.retire",  N_("record retired"),    NULL                      },
    {"record.link",    N_("record linked"),     NULL                      },
    {"record.review",  N_("record reviewed"),   NULL                      },
    {"record.reply",   N_("actor's reply"),     NULL                      },
    {"concept.put",    N_("concept written"),   NULL                      },
    {"concept.relate", N_("concept related"),   NULL                      },
    {"concept.adopt",  N_("concept adopted"),   NULL                      },
    {"concept.merge",  N_("concept merged"),    N_("merge taken back")    },
    {"concept.retire", N_("concept retired"),   N_("concept brought back")},
    {"means.declare",  N_("means declared"),    NULL                      },
};

static const char *word_of(const struct out *o, const json_t *op)
{
    const char *kind = pick_text(op, "kind");
    const char *first = json_string_value(json_array_get(json_object_get(op, "fields"), 0));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].kind, kind) == 0)
            return tr(o->lang, words[i].back && first && *first == '-' ? words[i].back : words[i].word);
    return kind;
}

/* "title@fr, abstract@fr, …"; what merges and retirements name as a field is said by their word. */
static void fields_cell(struct table *t, const json_t *op)
{
    struct buf text;
    size_t i;
    json_t *f;
    bool one_thing =
        strcmp(pick_text(op, "kind"), "concept.merge") == 0 || strcmp(pick_text(op, "kind"), "concept.retire") == 0;
    buf_init(&text, 4096);
    json_array_foreach(json_object_get(op, "fields"), i, f) if (i <= FIELDS_SHOWN && !one_thing)
        buf_printf(&text, "%s%s", i ? ", " : "", i < FIELDS_SHOWN ? json_string_value(f) : "…");
    table_cell(t, buf_text(&text));
    buf_fini(&text);
}

static const char *mark_of(const struct out *o, const json_t *op)
{
    const char *state = pick_text(op, "state");
    return !pick_true(op, "counts")        ? tr(o->lang, N_("does not count"))
           : strcmp(state, "erased") == 0  ? tr(o->lang, N_("text erased"))
           : strcmp(state, "missing") == 0 ? tr(o->lang, N_("text missing here"))
                                           : "";
}

static void op_row(const struct out *o, struct table *t, const json_t *change, const json_t *op, bool narrow)
{
    char at[RFC3339_LEN + 1];
    snprintf(at, sizeof at, "%.*s", narrow ? MINUTES : RFC3339_LEN, pick_text(change, "at"));
    table_cell(t, at);
    table_cell(t, pick_either(change, "ally_name", "ally"));
    table_cell(t, word_of(o, op));
    table_cell(t, pick_either(op, "label", "id"));
    fields_cell(t, op);
    if (!narrow) {
        table_cell(t, pick_either(change, "site_name", "site"));
        table_cell(t, pick_text(op, "dot"));
    }
    table_cell(t, mark_of(o, op));
}

static void show(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("changed"), false, true },
        {N_("ally"),    false, false},
        {N_("change"),  false, true },
        {N_("what"),    false, false},
        {N_("fields"),  false, false},
        {N_("site"),    false, false},
        {N_("dot"),     false, true },
        {"",            false, true }
    };
    static const struct table_column short_columns[] = {
        {N_("changed"), false, true },
        {N_("ally"),    false, false},
        {N_("change"),  false, true },
        {N_("what"),    false, false},
        {N_("fields"),  false, false},
        {"",            false, true }
    };
    struct table t;
    size_t i, j;
    json_t *change, *op;
    bool narrow = o->columns && o->columns < NARROW;
    table_init(&t, narrow ? short_columns : columns,
               narrow ? sizeof short_columns / sizeof *short_columns : sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "changes"), i, change)
        json_array_foreach(json_object_get(change, "ops"), j, op) op_row(o, &t, change, op, narrow);
    if (t.cells_n == 0)
        out_say(o, N_("nothing of that kind was changed"), NULL);
    table_print(&t, o);
    table_fini(&t);
    if (*pick_text(result, "older"))
        out_say(o, N_("there are older ones: --before {1}"), pick_text(result, "older"), NULL);
    if (*pick_text(result, "next"))
        out_say(o, N_("there are more: --cursor {1}"), pick_text(result, "next"), NULL);
    if (pick_number(result, "aside"))
        out_say(o, N_("{1} commits are set aside and not listed; why: allied status"),
                NUM(pick_number(result, "aside")), NULL);
}

int cmd_changes(struct cli *cli, int argc, char **argv)
{
    static const char *const passed[] = {"ally", "cursor", "before"};
    struct args args;
    int code;
    json_t *request = NULL;
    char since[RFC3339_LEN + 1] = "";
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    err_t err =
        args_value(&args, "since") ? since_read(args_value(&args, "since"), since_now(), since, &cli->why) : ERR_OK;
    if (!err)
        err = entity_list(cli, &args, passed, sizeof passed / sizeof *passed, &request);
    if (err)
        return cli_fail(cli, err);
    json_object_set_new(request, "since", json_string(since));
    return entity_ask(cli, "changes", request, show);
}
