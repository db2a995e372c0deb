/*
 * allied join, allied apply: ask to be admitted, by an invitation or without one, then fetch everything; end when the digests match.
 */
#include "daemon/cmd/endpoints.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/fetch.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/real.h"
#include "daemon/cmd/slug.h"
#include "daemon/core/found.h"

static const struct arg_option options[] = {
    {0, "ally", "NAME", false, N_("your name, where it differs from the one in the invitation")     },
    {0, "site", "NAME", false, N_("a short name for this site (default: made from the ally's name)")},
};
static const struct arg_form form = {"join",
                                     "CODE",
                                     N_("join an alliance and fetch everything"),
                                     options,
                                     sizeof options / sizeof *options,
                                     1,
                                     1,
                                     N_("Ctrl-C is safe: the same command goes on. Then run: allied daemon")};

static const struct arg_form apply_form = {
    "apply",
    "LINE",
    N_("ask an alliance to be let in, without an invitation"),
    options,
    sizeof options / sizeof *options,
    1,
    1,
    N_("LINE is what a member publishes (allied ally card). Read the words shown to that member by a way you trust; "
       "Ctrl-C is safe: the same command goes "
       "on, and so does allied daemon")};

static err_t read_code(struct cli *cli, const struct args *args, bool applies, struct arena *arena, struct invite *out)
{
    const char *text = args->operands[0];
    err_t e = invite_decode(slice_text(text), arena, out);
    if (!e && invite_is_card(out) != applies)
        e = applies ? ERR_CARD_NOT : ERR_CARD;
    if (!e && applies && !args_value(args, "ally"))
        return why_set(&cli->why, ERR_USAGE_MISSING, "%s", "--ally NAME");
    return e ? why_set(&cli->why, e, "%.40s", text) : ERR_OK;
}

static err_t prepare(struct cli *cli, const struct args *args, const struct invite *invite)
{
    char site[SLUG_MAX + 1], name[NAME_MAX_BYTES + 1] = "", endpoints[2048];
    const char *ally = args_value(args, "ally"), *given = args_value(args, "site");
    if (invite->ally_name.len <= NAME_MAX_BYTES)
        memcpy(name, invite->ally_name.at, invite->ally_name.len);
    slug_make(ally ? ally : name, site);
    endpoints_told(cli->settings, settings_get(cli->settings, SETTING_ZEROMQ_LISTEN),
                   settings_get(cli->settings, SETTING_HTTP_LISTEN), endpoints, sizeof endpoints);
    struct env env = real_env(NULL);
    return found_join(cli->data, &env, invite, ally,
                      given       ? given
                      : cli->site ? cli->site
                                  : site,
                      endpoints, &cli->why);
}

static int ask(struct cli *cli, const struct arg_form *how, bool applies, int argc, char **argv)
{
    struct args args;
    struct arena arena = {0};
    struct invite invite;
    json_t *status = NULL;
    int code;
    if (!cli_begin(cli, how, argc, argv, &args, &code))
        return code;
    err_t e = read_code(cli, &args, applies, &arena, &invite);
    if (!e)
        e = prepare(cli, &args, &invite);
    if (!e)
        e = fetch_all(cli, applies ? "allied apply LINE --ally NAME" : "allied join CODE", &status);
    if (!e && cli->out.json)
        out_json(&cli->out, status);
    else if (!e) {
        out_print(&cli->out, N_("Joined {1} as {2}: {3} records, {4} concepts; digests match."),
                  pick_text(status, "alliance"), pick_text(status, "ally"),
                  NUM(json_integer_value(json_object_get(status, "records"))),
                  NUM(json_integer_value(json_object_get(status, "concepts"))), NULL);
        out_say(&cli->out, N_("The keys are in {1}/keys: keep a copy in a safe place, for nobody can make them again."),
                cli->data, NULL);
        out_say(&cli->out, N_("As words to write down: allied key export"), NULL);
        out_say(&cli->out, N_("Next: allied daemon"), NULL);
    }
    json_decref(status);
    arena_fini(&arena);
    sign_wipe(&invite, sizeof invite);
    return e ? cli_fail(cli, e) : 0;
}

int cmd_join(struct cli *cli, int argc, char **argv)
{
    return ask(cli, &form, false, argc, argv);
}

int cmd_apply(struct cli *cli, int argc, char **argv)
{
    return ask(cli, &apply_form, true, argc, argv);
}
