/*
 * allied site: the sites of other allies that this daemon hosts beside its own.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/door.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/progress.h"
#include "daemon/cmd/site.h"
#include "daemon/cmd/slug.h"
#include "daemon/cmd/span.h"
#include "daemon/cmd/table.h"
#include <string.h>
#include <unistd.h>

#define LOOK_EVERY_US 100000
#define WAIT_MS       10000 /* a registrar that is there answers at once */

/* ---- list ---- */

/* A state of a newer daemon stays as it is. */
static const char *in_words(const struct out *o, const char *state)
{
    static const struct {
        const char *state, *shown;
    } names[] = {
        {"member",   N_("member")                },
        {"waiting",  N_("waiting to be admitted")},
        {"refused",  N_("was not admitted")      },
        {"readonly", N_("read-only")             },
        {"moving",   N_("is to move")            },
        {"moved",    N_("has moved")             },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].state, state) == 0)
            return tr(o->lang, names[i].shown);
    return state;
}

void site_table(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("site"),           false, true },
        {N_("ally"),           false, false},
        {N_("state"),          false, true },
        {N_("not copied yet"), true,  true },
        {N_("hosted by"),      false, false},
        {N_("key"),            false, false}
    };
    struct table t;
    size_t i;
    json_t *site;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "sites"), i, site)
    {
        table_cell(&t, pick_text(site, "name"));
        table_cell(&t, pick_text(site, "ally"));
        table_cell(&t, in_words(o, pick_text(site, "state")));
        table_cell(&t, NUM(pick_number(site, "unheld")));
        table_cell(&t, pick_text(site, "hosted_by"));
        table_cell(&t, pick_text(site, "site"));
    }
    table_print(&t, o);
    table_fini(&t);
}

static const struct arg_form list_form = {
    "site list",
    "",
    N_("the sites whose daemon this is"),
    NULL,
    0,
    0,
    0,
    N_("The first is the daemon's own; the others are hosted. To write for one: allied --site NAME …")};

static int site_list(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &list_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "site.list", json_object(), site_table);
}

/* ---- add ---- */

static const struct arg_option add_options[] = {
    {0, "name", "NAME", false, N_("a short name for the site (default: made from the ally's name)")},
};
static const struct arg_form add_form = {
    "site add",
    "ALLY [CODE]",
    N_("host a site of another ally"),
    add_options,
    1,
    1,
    2,
    N_("On the secretariat's daemon the ally is admitted at once; elsewhere it needs a code of the secretariat (allied "
       "invite NAME). Ctrl-C is safe: the same command goes on.")};

static json_t *request(struct cli *cli, const struct args *args, const char *ally, const char *name)
{
    json_t *out =
        json_pack("{s:s, s:s, s:s}", "ally", ally, "name", name, "code", args->operands_n > 1 ? args->operands[1] : "");
    if (cli->yes)
        json_object_set_new(out, "again", json_true());
    return out;
}

static const char *state_of(const json_t *result, const char *name, const json_t **one)
{
    size_t i;
    json_t *site;
    json_array_foreach(json_object_get(result, "sites"), i, site) if (strcmp(pick_text(site, "name"), name) == 0)
    {
        *one = site;
        return pick_text(site, "state");
    }
    return "";
}

/* Looks until it is in, refused, or the time is up; *result becomes its row. */
static err_t until_admitted(struct cli *cli, const char *name, json_t **result)
{
    struct mono start = progress_now();
    long most = cli->timeout_ms < WAIT_MS ? cli->timeout_ms : WAIT_MS;
    err_t e = ERR_OK;
    while (!e && door_has_daemon(cli->door) && strcmp(pick_text(*result, "state"), "waiting") == 0 &&
           progress_now().ms - start.ms < most) {
        json_t *list = NULL;
        const json_t *one = NULL;
        usleep(LOOK_EVERY_US);
        e = cli_ask(cli, "site.list", json_object(), &list);
        if (!e && *state_of(list, name, &one)) {
            json_decref(*result);
            *result = json_deep_copy(one);
        }
        json_decref(list);
    }
    return e;
}

static int waits(struct cli *cli, const char *name)
{
    const char *next = door_has_daemon(cli->door)
                           ? N_("nothing to do here: it goes on by itself; to see it: allied site list")
                           : N_("start the daemon, which goes on by itself: allied daemon");
    why_set(&cli->why, ERR_WAITING, "%.120s", name);
    out_error(&cli->out, ERR_WAITING, &cli->why, tr(cli->lang, next));
    return err_exit(ERR_WAITING);
}

static int refused(struct cli *cli, const json_t *result)
{
    err_t e = err_by_name(pick_text(result, "join_error"));
    e = e == ERR_COUNT || e == ERR_OK ? ERR_STANDING : e;
    why_set(&cli->why, e, "%.150s", pick_text(result, "join_detail"));
    out_error(&cli->out, e, &cli->why,
              tr(cli->lang,
                 N_("ask for another code, then: allied site add NAME CODE; or give it up: allied site remove NAME")));
    return err_exit(e);
}

static int added(struct cli *cli, const char *name, const json_t *result)
{
    const char *state = pick_text(result, "state");
    if (strcmp(state, "waiting") == 0)
        return waits(cli, name);
    if (strcmp(state, "refused") == 0)
        return refused(cli, result);
    if (cli->out.json)
        out_json(&cli->out, result);
    else {
        out_print(&cli->out, N_("{1} is hosted here as {2}"), pick_text(result, "ally"), name, NULL);
        out_say(&cli->out, N_("To write for it: allied --site {1} record import FILE"), name, NULL);
        out_say(&cli->out, N_("Its key is for the ally to keep: allied --site {1} key export"), name, NULL);
    }
    return 0;
}

static int site_add(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    char slug[SLUG_MAX + 1];
    if (!cli_begin(cli, &add_form, argc, argv, &args, &code))
        return code;
    const char *name = args_value(&args, "name");
    slug_make(args.operands[0], slug);
    name = name ? name : slug;
    json_t *result = NULL;
    cli->site = NULL; /* it is none of those that are here */
    err_t e = cli_ask(cli, "site.add", request(cli, &args, args.operands[0], name), &result);
    if (!e)
        e = until_admitted(cli, name, &result);
    code = e ? cli_fail(cli, e) : added(cli, name, result);
    json_decref(result);
    return code;
}

/* ---- move ---- */

static const struct arg_option move_options[] = {
    {0, "expires", "7d",        false, N_("how long the code is good: 30m, 12h, 7d (default 7d)")              },
    {0, "address", "HOST:PORT", true,  N_("where the newcomer reaches this site")                              },
    {0, "cancel",  NULL,        false, N_("keep it here after all, as long as nobody has joined with the code")},
};
static const struct arg_form move_form = {"site move",
                                          "NAME",
                                          N_("hand a hosted site over to its ally's own daemon"),
                                          move_options,
                                          sizeof move_options / sizeof *move_options,
                                          1,
                                          1,
                                          N_("From then on nothing is written for it here. On the new machine: allied "
                                             "join CODE. The site gets a new key there; "
                                             "its whole history stays the ally's, and the old key is put aside here.")};

static void show_offer(struct cli *cli, const json_t *result)
{
    const struct out *o = &cli->out;
    if (o->json) {
        out_json(o, result);
        return;
    }
    out_say(o,
            N_("From now on nothing is written here for {1}; to keep it here after all: allied site move {1} --cancel"),
            pick_text(result, "name"), NULL);
    out_say(
        o,
        N_("Give this line to {1} and to nobody else: whoever has it can take the site. It is good once, until {2}; "
           "on the new machine: allied join CODE"),
        pick_text(result, "ally"), pick_text(result, "expires"), NULL);
    out_print(o, "{1}", pick_text(result, "code"), NULL);
}

static json_t *move_request(const struct args *args, int64_t expires_s)
{
    json_t *out = json_pack("{s:I, s:b}", "expires_s", (json_int_t)expires_s, "cancel", args_flag(args, "cancel")),
           *list = json_array();
    const char *address;
    for (size_t at = 0; (address = args_next(args, "address", &at));)
        json_array_append_new(list, json_string(address));
    if (json_array_size(list))
        json_object_set(out, "addresses", list);
    json_decref(list);
    return out;
}

static int site_move(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    int64_t expires_s = 7 * 86400;
    json_t *result = NULL;
    if (!cli_begin(cli, &move_form, argc, argv, &args, &code))
        return code;
    const char *expires = args_value(&args, "expires");
    if (expires && (span_read(expires, &expires_s) != ERR_OK || expires_s < 1))
        return cli_fail(cli, why_set(&cli->why, ERR_USAGE, "--expires %.60s (30m, 12h, 7d)", expires));
    cli->site = args.operands[0];
    err_t e = cli_ask(cli, "site.move", move_request(&args, expires_s), &result);
    if (!e && args_flag(&args, "cancel") && !cli->out.json)
        out_print(&cli->out, N_("{1} stays here"), args.operands[0], NULL);
    else if (!e)
        show_offer(cli, result);
    json_decref(result);
    return e ? cli_fail(cli, e) : 0;
}

/* ---- remove ---- */

static const struct arg_form remove_form = {
    "site remove",
    "NAME",
    N_("give up a hosted site that was not admitted"),
    NULL,
    0,
    1,
    1,
    N_("One that is a member stays: its history is the alliance's. It can move: allied site move NAME")};

static void show_removed(const struct out *o, const json_t *result)
{
    out_print(o, N_("{1} is given up here"), pick_text(result, "name"), NULL);
}

static int site_remove(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &remove_form, argc, argv, &args, &code))
        return code;
    cli->site = args.operands[0];
    return entity_ask(cli, "site.remove", json_object(), show_removed);
}

static const struct cli_sub subs[] = {
    {"add",    site_add,    &add_form   },
    {"list",   site_list,   &list_form  },
    {"move",   site_move,   &move_form  },
    {"remove", site_remove, &remove_form},
};

int cmd_site(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "site", subs, sizeof subs / sizeof *subs, "list", argc, argv);
}
