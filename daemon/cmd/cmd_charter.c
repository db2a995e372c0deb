/*
 * allied charter: who is in the alliance and by what rules, as a person of an association reads it; and the next charter, proposed and signed.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/table.h"
#include "protocol/charter/charter.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PROSE_MAX_BYTES (512u * 1024)

/* ---- show ---- */

static const char *joined(struct buf *to, const json_t *names)
{
    pick_show(to, names);
    return buf_text(to) ? buf_text(to) : "";
}

static void show_signatures(const struct out *o, const json_t *c)
{
    struct buf signers, waiting;
    buf_init(&signers, 65536);
    buf_init(&waiting, 65536);
    joined(&signers, json_object_get(c, "signers"));
    joined(&waiting, json_object_get(c, "waiting"));
    out_print(o, N_("{1} of {2} who may sign have signed; {3} are needed"), NUM(pick_number(c, "signed")),
              NUM(pick_number(c, "voters")), NUM(pick_number(c, "needed")), NULL);
    if (signers.len)
        out_print(o, N_("signed by: {1}"), buf_text(&signers), NULL);
    if (waiting.len && !pick_true(c, "in_force"))
        out_print(o, N_("not signed yet: {1}"), buf_text(&waiting), NULL);
    buf_fini(&signers);
    buf_fini(&waiting);
}

static const char *college(const struct out *o, const char *code)
{
    return tr(o->lang, strcmp(code, "effectif") == 0 ? N_("effective")
                       : strcmp(code, "droit") == 0  ? N_("by right")
                                                     : N_("associate"));
}

static const char *name_of(const json_t *charter, const char *id)
{
    size_t i;
    json_t *ally;
    json_array_foreach(json_object_get(charter, "allies"), i,
                       ally) if (strcmp(pick_text(ally, "id"), id) == 0) return pick_text(ally, "name");
    return id;
}

static void show_allies(const struct out *o, const json_t *c)
{
    static const struct table_column columns[] = {
        {N_("ally"),    false, false},
        {N_("college"), false, true },
        {N_("sites"),   false, false},
        {N_("heir"),    false, false}
    };
    struct table t;
    size_t i, k;
    json_t *ally, *site;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(c, "allies"), i, ally)
    {
        struct buf sites;
        buf_init(&sites, 65536);
        json_array_foreach(json_object_get(ally, "sites"), k, site)
            buf_printf(&sites, "%s%s", k ? ", " : "", pick_text(site, "name"));
        table_cell(&t, pick_text(ally, "name"));
        table_cell(&t, college(o, pick_text(ally, "college")));
        table_cell(&t, sites.len ? buf_text(&sites) : tr(o->lang, N_("has left")));
        table_cell(&t, name_of(c, pick_text(ally, "heir")));
        buf_fini(&sites);
    }
    table_print(&t, o);
    table_fini(&t);
}

static void show_roles(const struct out *o, const json_t *c)
{
    size_t i;
    json_t *role;
    json_array_foreach(json_object_get(c, "roles"), i, role)
    {
        const char *name = pick_text(role, "role");
        const char *shown = strcmp(name, ROLE_SECRETARIAT) == 0    ? tr(o->lang, N_("technical secretariat"))
                            : strcmp(name, "data_protection") == 0 ? tr(o->lang, N_("data protection"))
                                                                   : name;
        out_print(o, N_("{1}: {2}"), shown, pick_either(role, "ally_name", "ally"), NULL);
    }
}

static void show_rule(const struct out *o, long long rule, long long value)
{
    switch (rule) {
    case RULE_ADOPT_SECRETARIAT:
        out_print(o,
                  value == 1 ? N_("the secretariat adopts concepts by itself")
                             : N_("the secretariat adopts no concept by itself"),
                  NULL);
        break;
    case RULE_ADOPT_ALLIES:
        out_print(o,
                  value ? N_("a proposal is adopted once {1} other allies have adopted it")
                        : N_("allies adopt no proposal together"),
                  NUM(value), NULL);
        break;
    case RULE_ADOPT_BY_USE:
        out_print(o,
                  value ? N_("a concept is adopted once another ally indexes with it")
                        : N_("using a concept does not adopt it"),
                  NULL);
        break;
    case RULE_VOTE:
        out_print(o, value ? N_("votes are weighted") : N_("one ally, one vote"), NULL);
        break;
    case RULE_YEAR_CLOSED:
        if (value)
            out_print(o, N_("the years up to {1} are closed"), NUM(value), NULL);
        break;
    case RULE_DELAY_DAYS:
        if (value)
            out_print(o, N_("the secretariat handles a proposal within {1} days"), NUM(value), NULL);
        break;
    case RULE_SET:
    case RULE_PROFILE:
        break; /* which numbers mean what is the program's business */
    default:
        out_print(o, N_("rule {1}: {2} (this program does not know it)"), NUM(rule), NUM(value), NULL);
    }
}

static void show(const struct out *o, const json_t *c)
{
    size_t i;
    json_t *rule;
    out_print(
        o, pick_true(c, "in_force") ? N_("Charter {1} of {2}") : N_("Charter {1} of {2}, proposed: it is not in force"),
        NUM(pick_number(c, "number")), pick_text(c, "name"), NULL);
    out_cell(o, pick_text(c, "id"), STYLE_DIM, 0);
    fputs("\n\n", o->data);
    show_signatures(o, c);
    fputc('\n', o->data);
    show_allies(o, c);
    fputc('\n', o->data);
    show_roles(o, c);
    json_array_foreach(json_object_get(c, "rules"), i, rule)
        show_rule(o, pick_number(rule, "rule"), pick_number(rule, "value"));
    if (!pick_true(c, "in_force"))
        out_say(o, N_("To sign it: allied charter sign {1}"), pick_text(c, "id"), NULL);
}

static const struct arg_form show_form = {
    "charter show",
    "[ID]",
    N_("a charter: its allies, roles and rules, and who signed it"),
    NULL,
    0,
    0,
    1,
    N_("ID is a number or the beginning of an id; without it, the charter in force.")};

static int charter_show(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &show_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "charter.show", json_pack("{s:s}", "id", args.operands_n ? args.operands[0] : ""), show);
}

/* ---- log ---- */

static const char *void_cause(const struct out *o, const char *why)
{
    static const char *const causes[][2] = {
        {"charter",   N_("the charter builds on another one of this number")       },
        {"lower",     N_("two of one number were signed, and the other one stands")},
        {"registrar", N_("who signed it is no longer the registrar")               },
        {"follows",   N_("it builds on one that does not count")                   },
    };
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (strcmp(causes[i][0], why) == 0)
            return tr(o->lang, causes[i][1]);
    return why;
}

static void show_log(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("charter"),   true,  true },
        {N_("name"),      false, false},
        {N_("signed"),    false, true },
        {N_("signed by"), false, false},
        {N_("closes"),    true,  true },
        {"",              false, true },
        {N_("id"),        false, true }
    };
    struct table t;
    size_t i;
    json_t *c;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "charters"), i, c)
    {
        char count[64];
        struct buf names;
        buf_init(&names, 65536);
        snprintf(count, sizeof count, "%lld / %lld", pick_number(c, "signed"), pick_number(c, "needed"));
        table_cell(&t, NUM(pick_number(c, "number")));
        table_cell(&t, pick_text(c, "name"));
        table_cell(&t, count);
        table_cell(&t, joined(&names, json_object_get(c, "signers")));
        table_cell(&t, pick_number(c, "closes") ? NUM(pick_number(c, "closes")) : "");
        table_cell(&t, pick_true(c, "in_force") ? "" : tr(o->lang, N_("proposed")));
        table_cell(&t, pick_text(c, "id"));
        buf_fini(&names);
    }
    table_print(&t, o);
    table_fini(&t);
    json_array_foreach(json_object_get(result, "rivals"), i, c)
        out_say(o,
                N_("Two charters {1} are complete: somebody signed both. This site keeps {2}; to go over to the other: "
                   "allied charter follow {3}"),
                NUM(pick_number(c, "number")), pick_text(c, "kept"), pick_text(c, "other"), NULL);
    json_array_foreach(json_object_get(result, "voids"), i, c)
        out_say(o, N_("The secretariat's act {1} ({2}) does not count: {3}"), NUM(pick_number(c, "number")),
                pick_text(c, "id"), void_cause(o, pick_text(c, "why")), NULL);
}

static const struct arg_form log_form = {"charter log", "", N_("all charters, and those proposed"), NULL, 0, 0, 0,
                                         NULL};

static int charter_log(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &log_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "charter.log", json_object(), show_log);
}

/* ---- propose ---- */

static const struct arg_option propose_options[] = {
    {0, "name",             "NAME",        false, N_("the alliance's new name")                                                   },
    {0, "text",             "FILE",        false, N_("the charter's prose; the charter carries its sum")                          },
    {0, "role",             "ROLE=ALLY",   true,  N_("who has a role: secretariat, data_protection")                              },
    {0, "rule",             "N=VALUE",     true,  N_("a rule by its number")                                                      },
    {0, "heir",             "ALLY=HEIR",   true,  N_("who owns an ally's records once it has left")                               },
    {0, "end",              "ALLY[=HEIR]", true,  N_("an ally that leaves or is expelled, and its heir")                          },
    {0, "close-year",       "Y",           false, N_("close the years up to this one: what counts for them is what is here now")  },
    {0, "registrar",        "KEY",         false, N_("the key that the secretariat signs with from then on: allied key registrar")},
    {0, "keep-provisional", NULL,          false, N_("leave provisional allies provisional; else they are ratified")              },
};
static const struct arg_form propose_form = {
    "charter propose",
    "",
    N_("draft the next charter, sign it, and send it to all"),
    propose_options,
    sizeof propose_options / sizeof *propose_options,
    0,
    0,
    N_("It comes into force once two thirds of the ratified allies have signed it: allied charter sign ID")};

static err_t prose(struct cli *cli, const char *path, json_t *request)
{
    char *text = malloc(PROSE_MAX_BYTES + 1);
    FILE *f = text ? fopen(path, "re") : NULL;
    size_t n = f ? fread(text, 1, PROSE_MAX_BYTES + 1, f) : 0;
    err_t e = !text             ? ERR_MEMORY
              : !f || ferror(f) ? why_set(&cli->why, err_of_errno(errno, ERR_FILE), "%.150s", path)
                                : ERR_OK;
    if (!e && n > PROSE_MAX_BYTES)
        e = why_set(&cli->why, ERR_TEXT_LONG, "%.120s", path);
    json_t *value = e ? NULL : json_stringn(text, n);
    if (!e && !value)
        e = why_set(&cli->why, ERR_UTF8, "%.120s", path);
    if (value)
        json_object_set_new(request, "text", value);
    if (f)
        fclose(f);
    free(text);
    return e;
}

/* NAME=VALUE, as many as there are, into one object. */
static err_t pairs(struct cli *cli, const struct args *args, const char *option, const char *key, bool number,
                   json_t *request)
{
    json_t *to = json_object();
    const char *text;
    err_t e = ERR_OK;
    for (size_t at = 0; !e && (text = args_next(args, option, &at));) {
        const char *equals = strchr(text, '=');
        char name[NAME_MAX_BYTES + 1], *end = NULL;
        size_t n = equals ? (size_t)(equals - text) : strlen(text);
        long long value = number && equals ? strtoll(equals + 1, &end, 10) : 0;
        if (n == 0 || n >= sizeof name || (!equals && strcmp(option, "end") != 0) ||
            (number && (!end || *end || end == equals + 1))) {
            e = why_set(&cli->why, ERR_USAGE, "--%s %.100s", option, text);
            break;
        }
        memcpy(name, text, n);
        name[n] = 0;
        json_object_set_new(to, name, number ? json_integer(value) : json_string(equals ? equals + 1 : ""));
    }
    if (json_object_size(to))
        json_object_set(request, key, to);
    json_decref(to);
    return e;
}

static void show_change(const struct out *o, const json_t *c)
{
    out_print(o, pick_true(c, "in_force") ? N_("charter {1} is in force") : N_("charter {1} waits for signatures"),
              NUM(pick_number(c, "number")), NULL);
    show_signatures(o, c);
    if (!pick_true(c, "in_force"))
        out_say(o, N_("To sign it: allied charter sign {1}"), pick_text(c, "id"), NULL);
}

static int charter_propose(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &propose_form, argc, argv, &args, &code))
        return code;
    const char *name = args_value(&args, "name"), *registrar = args_value(&args, "registrar");
    json_t *request = json_pack("{s:b, s:s, s:s}", "keep_provisional", args_flag(&args, "keep-provisional"), "name",
                                name ? name : "", "registrar", registrar ? registrar : "");
    err_t e = args_value(&args, "text") ? prose(cli, args_value(&args, "text"), request) : ERR_OK;
    long year = 0;
    e = e ? e : args_number(&args, "close-year", 0, 9999, 0, &year, &cli->why);
    if (!e && args_value(&args, "close-year"))
        json_object_set_new(request, "close_year", json_integer(year));
    e = e ? e : pairs(cli, &args, "role", "roles", false, request);
    e = e ? e : pairs(cli, &args, "rule", "rules", true, request);
    e = e ? e : pairs(cli, &args, "heir", "heirs", false, request);
    e = e ? e : pairs(cli, &args, "end", "end", false, request);
    if (!e)
        return entity_ask(cli, "charter.propose", request, show_change);
    json_decref(request);
    return cli_fail(cli, e);
}

/* ---- sign, refuse, follow ---- */

static const struct arg_form sign_form = {
    "charter sign",
    "ID",
    N_("sign a charter that was proposed"),
    NULL,
    0,
    1,
    1,
    N_("An ally signs one charter of each number. To read it first: allied charter show ID")};
static const struct arg_form refuse_form = {
    "charter refuse",
    "ID",
    N_("promise never to sign it"),
    NULL,
    0,
    1,
    1,
    N_("The promise cannot be taken back. Enough of them free those who signed it to sign another one.")};
static const struct arg_form follow_form = {
    "charter follow", "ID", N_("of two rival charters, go over to this one"), NULL, 0, 1, 1, NULL};

static int by_id(struct cli *cli, const struct arg_form *form, const char *request, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, request, json_pack("{s:s}", "id", args.operands[0]), show_change);
}

static int charter_sign(struct cli *cli, int argc, char **argv)
{
    return by_id(cli, &sign_form, "charter.sign", argc, argv);
}

static int charter_refuse(struct cli *cli, int argc, char **argv)
{
    return by_id(cli, &refuse_form, "charter.refuse", argc, argv);
}

static int charter_follow(struct cli *cli, int argc, char **argv)
{
    return by_id(cli, &follow_form, "charter.follow", argc, argv);
}

static const struct cli_sub subs[] = {
    {"show",    charter_show,    &show_form   },
    {"log",     charter_log,     &log_form    },
    {"propose", charter_propose, &propose_form},
    {"sign",    charter_sign,    &sign_form   },
    {"refuse",  charter_refuse,  &refuse_form },
    {"follow",  charter_follow,  &follow_form },
};

int cmd_charter(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "charter", subs, sizeof subs / sizeof *subs, "show", argc, argv);
}
