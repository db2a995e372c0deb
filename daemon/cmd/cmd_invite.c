/*
 * allied invite: one line to send. Without --json the last line of stdout is the code.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/span.h"
#include <string.h>

static const struct arg_option options[] = {
    {0, "expires", "7d",        false, N_("how long the invitation is good: 30m, 12h, 7d (default 7d)")          },
    {0, "confirm", NULL,        false, N_("let nobody in before the words of the newcomer's key were read aloud")},
    {0, "address", "HOST:PORT", true,  N_("where the newcomer reaches this site")                                },
};
static const struct arg_form form = {
    "invite",
    "NAME",
    N_("invite an ally: one line to send"),
    options,
    sizeof options / sizeof *options,
    1,
    1,
    N_("Send the line by any way you trust; it can be used once. The newcomer runs: allied join CODE")};

static json_t *request(const struct args *args, int64_t expires_s, bool again)
{
    json_t *out = json_pack("{s:s, s:I}", "ally", args->operands[0], "expires_s", (json_int_t)expires_s),
           *list = json_array();
    const char *address;
    for (size_t at = 0; (address = args_next(args, "address", &at));)
        json_array_append_new(list, json_string(address));
    if (json_array_size(list))
        json_object_set(out, "addresses", list);
    if (again)
        json_object_set_new(out, "again", json_true());
    if (args_flag(args, "confirm"))
        json_object_set_new(out, "confirm", json_true());
    json_decref(list);
    return out;
}

int cmd_invite(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    int64_t expires_s = 7 * 86400;
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    const char *expires = args_value(&args, "expires");
    if (expires && (span_read(expires, &expires_s) != ERR_OK || expires_s < 1))
        return cli_fail(cli, why_set(&cli->why, ERR_USAGE, "--expires %.60s (30m, 12h, 7d)", expires));
    json_t *result = NULL;
    err_t err = cli_ask(cli, "invite", request(&args, expires_s, cli->yes), &result);
    if (!err && cli->out.json)
        out_json(&cli->out, result);
    else if (!err) {
        if (*pick_text(result, "words"))
            out_say(&cli->out, N_("Words to read aloud: {1}"), pick_text(result, "words"), NULL);
        out_say(&cli->out, N_("Send this line to {1}; it is good once, until {2}:"), args.operands[0],
                pick_text(result, "expires"), NULL);
        if (pick_true(result, "confirm"))
            out_say(&cli->out, N_("Then {1} reads you the words that join shows there: allied ally admit WORDS"),
                    args.operands[0], NULL);
        if (*pick_text(result, "waits_for"))
            out_say(&cli->out, N_("{1} admits: as long as its daemon does not run, the newcomer waits."),
                    pick_text(result, "waits_for"), NULL);
        out_print(&cli->out, "{1}", pick_text(result, "code"), NULL);
    }
    json_decref(result);
    return err ? cli_fail(cli, err) : 0;
}
