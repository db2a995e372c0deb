/*
 * allied ally: the members of the alliance and their sites; what the secretariat decides about them between two charters.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/table.h"
#include <string.h>

static void hosted_by(const struct out *o, struct buf *to, const json_t *site)
{
    const char *host = pick_text(site, "hosted_by");
    if (!*host || pick_true(site, "ended"))
        return;
    buf_printf(to, " (");
    out_fill(to, tr(o->lang, N_("hosted by {1}")), &host, 1);
    buf_printf(to, ")");
}

static void sites_of(const struct out *o, struct table *t, const json_t *ally)
{
    struct buf names;
    size_t i;
    json_t *site;
    buf_init(&names, 65536);
    json_array_foreach(json_object_get(ally, "sites"), i, site)
    {
        if (pick_true(site, "ended") && !pick_true(ally, "ended"))
            continue;
        buf_printf(&names, "%s%s", names.len ? ", " : "", pick_either(site, "name", "site"));
        hosted_by(o, &names, site);
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
        {"ended",       N_("has left")   },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].code, code) == 0)
            return tr(o->lang, words[i].shown);
    return code;
}

/* Of several that have one code, one is right at most. */
static void show_asking(const struct out *o, const json_t *result)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "asking"), i, one)
    {
        fputc('\n', o->data);
        out_print(o,
                  pick_true(one, "invited") ? N_("{1} has an invitation and waits to be let in. Its words: {2}")
                                            : N_("{1} asks to be let in, without an invitation. Its words: {2}"),
                  pick_text(one, "ally"), pick_text(one, "words"), NULL);
        if (pick_number(one, "rivals"))
            out_print(o, N_("  Another site has the same code: it was stolen, or passed on. Trust the words alone."),
                      NULL);
        out_print(o, "  → {1}", "allied ally admit WORDS · allied ally refuse WORDS", NULL);
    }
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
        sites_of(o, &t, ally);
        table_cell(&t, pick_true(ally, "suspended") ? tr(o->lang, N_("suspended")) : "");
    }
    table_print(&t, o);
    table_fini(&t);
    show_asking(o, result);
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

/* ---- one ally ---- */

static void show_one(const struct out *o, const json_t *ally)
{
    size_t i;
    json_t *site;
    struct buf roles;
    buf_init(&roles, 65536);
    pick_show(&roles, json_object_get(ally, "roles"));
    out_pair(o, N_("ally"), pick_text(ally, "name"));
    out_pair(o, N_("id"), pick_text(ally, "id"));
    out_pair(o, N_("college"), in_words(o, pick_text(ally, "college")));
    out_pair(o, N_("standing"),
             pick_true(ally, "suspended") ? tr(o->lang, N_("suspended")) : in_words(o, pick_text(ally, "standing")));
    if (roles.len)
        out_pair(o, N_("roles"), buf_text(&roles));
    if (*pick_text(ally, "mentor"))
        out_pair(o, N_("mentor"), pick_text(ally, "mentor"));
    if (*pick_text(ally, "heir"))
        out_pair(o, N_("heir"), pick_text(ally, "heir"));
    json_array_foreach(json_object_get(ally, "sites"), i, site)
    {
        struct buf line;
        buf_init(&line, 4096);
        buf_printf(&line, "%s  %s%s%s", pick_text(site, "name"), pick_text(site, "site"),
                   pick_true(site, "ended") ? "  " : "",
                   pick_true(site, "ended") ? tr(o->lang, N_("key no longer valid")) : "");
        hosted_by(o, &line, site);
        out_pair(o, N_("site"), buf_text(&line));
        buf_clear(&line);
        pick_show(&line, json_object_get(site, "endpoints"));
        if (line.len && !pick_true(site, "ended"))
            out_pair(o, N_("reached at"), buf_text(&line));
        buf_fini(&line);
    }
    buf_fini(&roles);
}

static const struct arg_option reason_options[] = {
    {0, "reason", "TEXT", false, N_("why; noted in this site's journal")},
};
static const struct arg_form show_form = {"ally show", "NAME", N_("one ally"), NULL, 0, 1, 1, NULL};
static const struct arg_form suspend_form = {"ally suspend",
                                             "NAME",
                                             N_("suspend an ally: what it writes from now on counts for nobody"),
                                             reason_options,
                                             1,
                                             1,
                                             1,
                                             N_("What its sites wrote up to now, as far as this site holds it, goes on "
                                                "counting. To end it: allied ally lift NAME")};
static const struct arg_form lift_form = {
    "ally lift", "NAME", N_("end a suspension: all that the ally wrote meanwhile counts"), reason_options, 1, 1,
    1,           NULL};

static int about_one(struct cli *cli, const struct arg_form *form, const char *request, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, form, argc, argv, &args, &code))
        return code;
    const char *reason = form->options_n ? args_value(&args, "reason") : NULL;
    return entity_ask(cli, request, json_pack("{s:s, s:s}", "ally", args.operands[0], "reason", reason ? reason : ""),
                      show_one);
}

static int ally_show(struct cli *cli, int argc, char **argv)
{
    return about_one(cli, &show_form, "ally.show", argc, argv);
}

static int ally_suspend(struct cli *cli, int argc, char **argv)
{
    return about_one(cli, &suspend_form, "ally.suspend", argc, argv);
}

static int ally_lift(struct cli *cli, int argc, char **argv)
{
    return about_one(cli, &lift_form, "ally.lift", argc, argv);
}

/* ---- letting in ---- */

static const struct arg_form admit_form = {"ally admit",
                                           "WORDS",
                                           N_("let a site in that waits for it"),
                                           NULL,
                                           0,
                                           1,
                                           1,
                                           N_("WORDS: those that were read aloud to you, or the ally's name where it "
                                              "alone has that name. To see who waits: allied ally list")};
static const struct arg_form refuse_form = {
    "ally refuse", "WORDS", N_("do not let a site in that asks for it"), NULL, 0, 1, 1, NULL};
static const struct arg_form card_form = {
    "ally card",
    "",
    N_("a public line by which others may ask to be let in here"),
    NULL,
    0,
    0,
    0,
    N_("It lets nobody in by itself; it may stand on a page. Others run: allied apply LINE --ally NAME")};

static void show_let_in(const struct out *o, const json_t *r)
{
    if (*pick_text(r, "waits_for"))
        out_print(o, N_("{1} is let in; now {2} has to admit it, and does so by itself once its daemon runs."),
                  pick_text(r, "ally"), pick_text(r, "waits_for"), NULL);
    else
        out_print(o, N_("{1} is in."), pick_text(r, "ally"), NULL);
}

static void show_refused(const struct out *o, const json_t *r)
{
    out_print(o, N_("{1} was not let in."), pick_text(r, "ally"), NULL);
}

static void show_card(const struct out *o, const json_t *r)
{
    out_print(o, "{1}", pick_text(r, "card"), NULL);
}

static int about_words(struct cli *cli, const struct arg_form *form, const char *request,
                       void (*shown)(const struct out *o, const json_t *result), int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, form, argc, argv, &args, &code))
        return code;
    const char *words = args.operands_n ? args.operands[0] : "";
    return entity_ask(cli, request, json_pack("{s:s}", "words", words), shown);
}

static int ally_admit(struct cli *cli, int argc, char **argv)
{
    return about_words(cli, &admit_form, "ally.admit", show_let_in, argc, argv);
}

static int ally_refuse(struct cli *cli, int argc, char **argv)
{
    return about_words(cli, &refuse_form, "ally.refuse", show_refused, argc, argv);
}

static int ally_card(struct cli *cli, int argc, char **argv)
{
    return about_words(cli, &card_form, "ally.card", show_card, argc, argv);
}

/* ---- expulsion, checkpoints ---- */

static const struct arg_option cut_options[] = {
    {0, "heir", "ALLY", false, N_("who owns its records from then on; nobody: they stay as they are")},
};
static const struct arg_form cut_form = {
    "ally cut",
    "NAME",
    N_("propose a charter that expels an ally"),
    cut_options,
    1,
    1,
    1,
    N_("It takes effect once two thirds of the ratified allies have signed it: allied charter sign ID")};

static void show_proposed(const struct out *o, const json_t *c)
{
    out_print(o, pick_true(c, "in_force") ? N_("charter {1} is in force") : N_("charter {1} waits for signatures"),
              NUM(pick_number(c, "number")), NULL);
    out_print(o, N_("{1} of {2} who may sign have signed; {3} are needed"), NUM(pick_number(c, "signed")),
              NUM(pick_number(c, "voters")), NUM(pick_number(c, "needed")), NULL);
    if (!pick_true(c, "in_force"))
        out_say(o, N_("To sign it: allied charter sign {1}"), pick_text(c, "id"), NULL);
}

static int ally_cut(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &cut_form, argc, argv, &args, &code))
        return code;
    const char *heir = args_value(&args, "heir");
    return entity_ask(cli, "ally.cut", json_pack("{s:s, s:s}", "ally", args.operands[0], "heir", heir ? heir : ""),
                      show_proposed);
}

static const struct arg_form checkpoint_form = {
    "ally checkpoint", "", N_("fix what counts now: no fork below it ends a log any more"), NULL, 0, 0, 0, NULL};

static void show_checkpoint(const struct out *o, const json_t *result)
{
    out_print(o, N_("act {1} fixes the heads of {2} logs"), NUM(pick_number(result, "roster")),
              NUM(pick_number(result, "logs")), NULL);
}

static int ally_checkpoint(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &checkpoint_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "ally.checkpoint", json_object(), show_checkpoint);
}

static const struct cli_sub subs[] = {
    {"list",       ally_list,       &list_form      },
    {"show",       ally_show,       &show_form      },
    {"admit",      ally_admit,      &admit_form     },
    {"refuse",     ally_refuse,     &refuse_form    },
    {"card",       ally_card,       &card_form      },
    {"suspend",    ally_suspend,    &suspend_form   },
    {"lift",       ally_lift,       &lift_form      },
    {"cut",        ally_cut,        &cut_form       },
    {"checkpoint", ally_checkpoint, &checkpoint_form},
};

int cmd_ally(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "ally", subs, sizeof subs / sizeof *subs, "list", argc, argv);
}
