/*
 * allied init: founds an alliance in an empty data directory.
 */
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/real.h"
#include "daemon/cmd/slug.h"
#include "daemon/core/found.h"

static const struct arg_option options[] = {
    {0, "ally", "NAME", false, N_("the name of the founding ally")                                  },
    {0, "site", "NAME", false, N_("a short name for this site (default: made from the ally's name)")},
};
static const struct arg_form form = {"init",
                                     "ALLIANCE",
                                     N_("found an alliance; this ally is its secretariat"),
                                     options,
                                     sizeof options / sizeof *options,
                                     1,
                                     1,
                                     N_("Then run: allied daemon. Invite the others with: allied invite NAME")};

static void tell(struct cli *cli, const json_t *status)
{
    out_pair(&cli->out, N_("Alliance"), pick_text(status, "alliance"));
    out_pair(&cli->out, N_("Ally"), pick_text(status, "ally"));
    out_pair(&cli->out, N_("Site"), pick_text(status, "name"));
    out_pair(&cli->out, N_("Data"), cli->data);
    out_say(&cli->out, N_("The keys are in {1}/keys: keep a copy in a safe place, for nobody can make them again."),
            cli->data, NULL);
    out_say(&cli->out, N_("As words to write down: allied key export"), NULL);
    out_say(&cli->out, N_("Next: allied daemon, then: allied invite NAME"), NULL);
}

int cmd_init(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    char site[SLUG_MAX + 1];
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    const char *ally = args_value(&args, "ally"), *name = args_value(&args, "site");
    if (!ally)
        return cli_lacks(cli, "--ally NAME");
    slug_make(ally, site);
    struct env env = real_env(NULL);
    err_t e = found_alliance(cli->data, &env, args.operands[0], ally,
                             name        ? name
                             : cli->site ? cli->site
                                         : site,
                             &cli->why);
    json_t *status = NULL;
    if (!e)
        e = cli_ask(cli, "status", NULL, &status);
    if (!e && cli->out.json)
        out_json(&cli->out, status);
    else if (!e)
        tell(cli, status);
    json_decref(status);
    return e ? cli_fail(cli, e) : 0;
}
