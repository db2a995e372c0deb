/*
 * allied ledger: what each ally added to the whole work in a year, kind by kind, what did not count and why, down to the ops.
 */
#include "daemon/cmd/amount.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/table.h"
#include "daemon/ledger/settle.h"

static const json_t *kind_of(const json_t *ally, enum ledger_kind kind)
{
    return json_object_get(json_object_get(ally, "kinds"), ledger_kind_name(kind));
}

static long long counted(const json_t *ally, enum ledger_kind kind)
{
    return pick_number(kind_of(ally, kind), "count");
}

/* ---- the whole alliance: counts, and the points they come to ---- */

static void show_allies(const struct out *o, const json_t *allies)
{
    static const struct table_column columns[] = {
        {N_("ally"),   false, false},
        {N_("full"),   true,  true },
        {N_("part."),  true,  true },
        {N_("kept"),   true,  true },
        {N_("tr."),    true,  true },
        {N_("th."),    true,  true },
        {N_("reuse"),  true,  true },
        {N_("rev."),   true,  true },
        {N_("other"),  true,  true },
        {N_("points"), true,  true }
    };
    static const enum ledger_kind shown[] = {LEDGER_RECORD_FULL, LEDGER_RECORD_PARTIAL, LEDGER_RECORD_MAINTAINED,
                                             LEDGER_TRANSLATION, LEDGER_THESAURUS,      LEDGER_REUSE_RECEIVED,
                                             LEDGER_REVIEW};
    struct table t;
    size_t i;
    json_t *ally;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(allies, i, ally)
    {
        table_cell(&t, pick_either(ally, "ally_name", "ally"));
        for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
            table_cell(&t, NUM(counted(ally, shown[k])));
        table_cell(&t,
                   NUM(counted(ally, LEDGER_WELCOME) + counted(ally, LEDGER_SERVICE) + counted(ally, LEDGER_MEANS)));
        table_cell(&t, NUM(pick_number(ally, "points")));
    }
    table_print(&t, o);
    table_fini(&t);
    out_say(o,
            N_("full: complete records; part.: records to complete; kept: kept up to date; tr.: translations; th.: "
               "thesaurus; rev.: reviews; other: newcomers welcomed, service, means. One ally with all its kinds: "
               "allied ledger ALLY"),
            NULL);
}

static void show_ally(const struct out *o, const json_t *ally, const json_t *policy)
{
    static const struct table_column columns[] = {
        {N_("what"),      false, false},
        {"",              false, true },
        {N_("count"),     true,  true },
        {N_("each"),      true,  true },
        {N_("points"),    true,  true },
        {N_("cap a day"), true,  true }
    };
    struct table t;
    out_head(o, pick_either(ally, "ally_name", "ally"));
    table_init(&t, columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; k < LEDGER_KINDS_N; k++) {
        const char *name = ledger_kind_name((enum ledger_kind)k);
        const json_t *p = json_object_get(policy, name);
        table_cell(&t, tr(o->lang, ledger_kind_label((enum ledger_kind)k)));
        table_cell(&t, name);
        table_cell(&t, NUM(counted(ally, (enum ledger_kind)k)));
        table_cell(&t, NUM(pick_number(p, "points")));
        table_cell(&t, NUM(pick_number(kind_of(ally, (enum ledger_kind)k), "points")));
        table_cell(&t, pick_number(p, "cap") ? NUM(pick_number(p, "cap")) : "");
    }
    table_print(&t, o);
    table_fini(&t);
    out_print(o, N_("points: {1}"), NUM(pick_number(ally, "points")), NULL);
}

/* ---- what did not count ---- */

static long long left_out(const json_t *allies, enum ledger_kind kind, enum ledger_why why)
{
    long long n = 0;
    size_t i;
    json_t *ally;
    json_array_foreach(allies, i, ally) n +=
        pick_number(json_object_get(kind_of(ally, kind), "left_out"), ledger_why_name(why));
    return n;
}

static bool show_left_out(const struct out *o, const json_t *allies)
{
    static const struct table_column columns[] = {
        {N_("did not count"), false, true },
        {"",                  true,  true },
        {N_("why"),           false, false}
    };
    struct table t;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    t.wrap_last = true;
    for (size_t k = 0; k < LEDGER_KINDS_N; k++)
        for (size_t y = LEDGER_COUNTS + 1; y < LEDGER_WHYS_N; y++) {
            long long n = left_out(allies, (enum ledger_kind)k, (enum ledger_why)y);
            if (n == 0)
                continue;
            table_cell(&t, ledger_kind_name((enum ledger_kind)k));
            table_cell(&t, NUM(n));
            table_cell(&t, tr(o->lang, ledger_why_text((enum ledger_why)y)));
        }
    bool some = t.cells_n > 0;
    if (some)
        fputc('\n', o->data);
    table_print(&t, o);
    table_fini(&t);
    return some;
}

static void show_rings(const struct out *o, const json_t *rings)
{
    size_t i;
    json_t *ring;
    json_array_foreach(rings, i, ring)
    {
        const json_t *a = json_array_get(json_object_get(ring, "allies"), 0);
        const json_t *b = json_array_get(json_object_get(ring, "allies"), 1);
        out_print(o, N_("{1} and {2} were reused mostly by each other: {3} of {4} times, and {5} of {6}"),
                  pick_either(a, "ally_name", "ally"), pick_either(b, "ally_name", "ally"),
                  NUM(pick_number(a, "from_other")), NUM(pick_number(a, "received")), NUM(pick_number(b, "from_other")),
                  NUM(pick_number(b, "received")), NULL);
    }
}

/* A record split in many is many small ones. */
static void show_small(const struct out *o, const json_t *allies)
{
    size_t i;
    json_t *ally;
    json_array_foreach(allies, i, ally)
    {
        const json_t *full = kind_of(ally, LEDGER_RECORD_FULL);
        if (pick_number(full, "small"))
            out_print(o, N_("{1}: complete records of fewer than {4} words: {2} of {3}"),
                      pick_either(ally, "ally_name", "ally"), NUM(pick_number(full, "small")),
                      NUM(pick_number(full, "count")), NUM(FACTS_WORDS_MIN), NULL);
    }
}

static void show_period(const struct out *o, const json_t *result)
{
    const char *period = pick_text(result, "period");
    if (pick_true(result, "open"))
        out_print(o, N_("{1}, open: what each ally added so far"), period, NULL);
    else
        out_print(o, N_("{1}, closed by charter {2}: what each ally added"), period,
                  NUM(pick_number(result, "closed_by")), NULL);
}

static void show_ledger(const struct out *o, const json_t *result)
{
    const json_t *allies = json_object_get(result, "allies");
    bool one = json_array_size(allies) == 1;
    show_period(o, result);
    if (one)
        show_ally(o, json_array_get(allies, 0), json_object_get(result, "policy"));
    else
        show_allies(o, allies);
    show_rings(o, json_object_get(result, "rings"));
    show_small(o, allies);
    bool some = show_left_out(o, allies);
    fputc('\n', o->data);
    out_pair_cut(o, N_("cut"), pick_text(result, "cut"));
    out_pair_cut(o, N_("digest"), pick_text(result, "digest"));
    out_say(o,
            some ? N_("What counted and what did not, one by one: allied ledger --year {1} --explain KIND")
                 : N_("What counted, one by one: allied ledger --year {1} --explain KIND"),
            NUM(pick_number(result, "year")), NULL);
}

/* ---- one kind, entry by entry ---- */

static const char *said_of(const struct out *o, const json_t *entry)
{
    for (size_t y = LEDGER_COUNTS + 1; y < LEDGER_WHYS_N; y++)
        if (strcmp(pick_text(entry, "why"), ledger_why_name((enum ledger_why)y)) == 0)
            return tr(o->lang, ledger_why_text((enum ledger_why)y));
    return "";
}

/* What of a concept was adopted; "" where it is no concept's. */
static const char *part_of(const struct out *o, const json_t *entry)
{
    static const struct {
        const char *name, *words;
    } parts[] = {
        {"label",            N_("labels")           },
        {"label_translated", N_("translated labels")},
        {"note",             N_("notes")            },
        {"relation",         N_("relations")        },
        {"merge",            N_("a merge")          },
        {"retirement",       N_("a retirement")     },
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(pick_text(entry, "part"), parts[i].name) == 0)
            return tr(o->lang, parts[i].words);
    return "";
}

/* Of means how much, of all else what it is called. */
static void put_title(struct table *t, const struct out *o, const json_t *entry)
{
    const json_t *cents = json_object_get(entry, "cents"), *minutes = json_object_get(entry, "minutes");
    struct buf text;
    buf_init(&text, SIZE_MAX);
    if (cents)
        amount_show_money(&text, o->lang, (uint64_t)json_integer_value(cents));
    else if (minutes)
        amount_show_time(&text, (uint64_t)json_integer_value(minutes));
    else if (*part_of(o, entry))
        buf_printf(&text, "%s \u2013 %s", pick_either(entry, "title", "id"), part_of(o, entry));
    else
        buf_printf(&text, "%s", pick_either(entry, "title", "id"));
    table_cell(t, buf_text(&text));
    buf_fini(&text);
}

static void show_entries(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("day"),   false, true },
        {N_("ally"),  false, false},
        {"",          true,  true },
        {N_("by"),    false, false},
        {N_("title"), false, false},
        {N_("dot"),   false, true },
        {N_("why"),   false, false}
    };
    struct table t;
    size_t i;
    json_t *e;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    t.wrap_last = true;
    json_array_foreach(json_object_get(result, "entries"), i, e)
    {
        table_cell(&t, pick_text(e, "day"));
        table_cell(&t, pick_either(e, "ally_name", "ally"));
        table_cell(&t, NUM(pick_number(e, "count")));
        table_cell(&t, pick_either(e, "other_name", "other"));
        put_title(&t, o, e);
        table_cell(&t, pick_text(e, "dot"));
        table_cell(&t, said_of(o, e));
    }
    table_print(&t, o);
    table_fini(&t);
}

static void show_explained(const struct out *o, const json_t *result)
{
    enum ledger_kind kind;
    show_period(o, result);
    if (!ledger_kind_find(slice_text(pick_text(result, "kind")), &kind))
        return;
    const json_t *p = json_object_get(json_object_get(result, "policy"), ledger_kind_name(kind));
    out_head(o, ledger_kind_label(kind));
    out_print(o, N_("counts when {1}"), tr(o->lang, ledger_kind_when(kind)), NULL);
    out_print(o,
              pick_number(p, "cap") ? N_("points each: {1}; at most a day: {2}")
                                    : N_("points each: {1}; as many a day as there are"),
              NUM(pick_number(p, "points")), NUM(pick_number(p, "cap")), NULL);
    if (pick_number(result, "total") == 0)
        out_say(o, N_("nothing of this kind"), NULL);
    show_entries(o, result);
    out_say(o, N_("The record or concept behind a line: allied record show ID, allied record history ID; ids: --json"),
            NULL);
}

static const struct arg_option options[] = {
    {0, "year",    "Y",    false, N_("of this year; without it, of the one that is open")},
    {0, "explain", "KIND", false,
     N_("one kind, entry by entry: record_full, record_partial, record_maintained, translation, thesaurus, "
        "reuse_received, review, welcome, service, means")                               },
};
static const struct arg_form form = {
    "ledger",
    "[ALLY]",
    N_("what each ally added to the whole work"),
    options,
    sizeof options / sizeof *options,
    0,
    1,
    N_("Without --year: the open one, which grows. A charter closes a year (allied charter propose --close-year YEAR); "
       "what arrives later, whatever its date, counts in the next one. Points and caps are the charter's: allied "
       "ledger ALLY shows them.")};

int cmd_ledger(struct cli *cli, int argc, char **argv)
{
    struct args args;
    long year = 0;
    int code;
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    const char *kind = args_value(&args, "explain");
    err_t err = args_number(&args, "year", 1, 9999, 0, &year, &cli->why);
    if (err)
        return cli_fail(cli, err);
    json_t *request = json_pack("{s:I}", "year", (json_int_t)year);
    if (args.operands_n)
        json_object_set_new(request, "ally", json_string(args.operands[0]));
    if (kind)
        json_object_set_new(request, "explain", json_string(kind));
    return entity_ask(cli, "ledger.show", request, kind ? show_explained : show_ledger);
}
