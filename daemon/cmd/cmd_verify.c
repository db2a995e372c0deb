/*
 * allied verify, rebuild: the replica checked against its signatures, and made anew from them.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pick.h"
#include <string.h>

static void show_faults(const struct out *o, const json_t *result)
{
    size_t i;
    json_t *fault;
    json_array_foreach(json_object_get(result, "faults"), i, fault)
    {
        err_t err = err_by_name(pick_text(fault, "name"));
        const char *text = *pick_text(fault, "text") ? pick_text(fault, "text")
                           : err != ERR_COUNT        ? tr(o->lang, err_what(err))
                                                     : "";
        out_print(o, N_("{1}: {2}: {3}"), pick_text(fault, "where"), pick_text(fault, "code"), text, NULL);
    }
}

static void show_verify(const struct out *o, const json_t *result)
{
    show_faults(o, result);
    out_pair(o, N_("commits"), NUM(pick_number(result, "commits")));
    out_pair(o, N_("signatures"), NUM(pick_number(result, "signatures")));
    out_pair(o, N_("digest"), pick_text(result, "digest"));
    out_print(o, pick_true(result, "ok") ? N_("Everything matches.") : N_("Stored data does not match."), NULL);
}

static const struct arg_form verify_form = {"verify",
                                            "",
                                            N_("check every signature and every sum"),
                                            NULL,
                                            0,
                                            0,
                                            0,
                                            N_("Exit code 0: everything matches; 1: it does not.")};

int cmd_verify(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &verify_form, argc, argv, &args, &code))
        return code;
    json_t *result = NULL;
    err_t err = cli_ask(cli, "verify", json_object(), &result);
    /* A refusal may come with the faults: they are what the person needs. */
    bool faulty = json_is_object(result) && json_object_get(result, "ok") && !pick_true(result, "ok");
    if (!result || (err && !faulty)) {
        json_decref(result);
        return cli_fail(cli, err ? err : ERR_INTERNAL);
    }
    if (cli->out.json)
        out_json(&cli->out, result);
    else
        show_verify(&cli->out, result);
    json_decref(result);
    if (!faulty)
        return 0;
    cli->why = err == ERR_VERIFY ? cli->why : (struct why){0};
    return cli->out.json ? err_exit(ERR_VERIFY) : cli_fail(cli, ERR_VERIFY);
}

static const struct arg_form rebuild_form = {
    "rebuild", "", N_("make everything derived anew from the signed logs"),    NULL, 0,
    0,         0,  N_("Nothing signed is touched; it can be run at any time.")};

int cmd_rebuild(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &rebuild_form, argc, argv, &args, &code))
        return code;
    json_t *result = NULL;
    err_t err = cli_ask(cli, "rebuild", json_object(), &result);
    if (!err && cli->out.json)
        out_json(&cli->out, result);
    else if (!err) {
        const struct out *o = &cli->out;
        out_pair(o, N_("entities"), NUM(pick_number(result, "entities")));
        out_pair(o, N_("ops"), NUM(pick_number(result, "ops")));
        out_pair(o, N_("digest"), pick_text(result, "after"));
        out_print(o,
                  pick_true(result, "same") ? N_("Made anew; the digest is the same as before.")
                                            : N_("Made anew; the digest before was {1}."),
                  pick_text(result, "before"), NULL);
    }
    json_decref(result);
    return err ? cli_fail(cli, err) : 0;
}
