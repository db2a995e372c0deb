/*
 * allied token: the tokens by which programs write over HTTP.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/entity.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/span.h"
#include "daemon/cmd/table.h"

/* ---- create ---- */

static const struct arg_option create_options[] = {
    {0, "scope",   "S[,S]", false, N_("what it is for: records, concepts, admin (all), or several of them")},
    {0, "expires", "7d",    false, N_("how long it is good (default: until it is revoked)")                },
};
static const struct arg_form create_form = {
    "token create",
    "NAME",
    N_("make a token, by which a program writes over HTTP as this site"),
    create_options,
    sizeof create_options / sizeof *create_options,
    1,
    1,
    N_("NAME is for you: what the token is used by, for example the name of the CMS. Where several sites are hosted "
       "here: --site NAME. The program sends the header Authorization: Bearer TOKEN.")};

static void show_created(const struct out *o, const json_t *result)
{
    out_say(
        o,
        N_("Keep this line: it is not shown again. Who has it writes as {1}; to take it back: allied token revoke {2}"),
        pick_text(result, "site"), pick_text(result, "name"), NULL);
    out_print(o, "{1}", pick_text(result, "token"), NULL);
}

static int token_create(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    int64_t expires_s = 0;
    if (!cli_begin(cli, &create_form, argc, argv, &args, &code))
        return code;
    const char *scope = args_value(&args, "scope"), *expires = args_value(&args, "expires");
    if (!scope)
        return cli_fail(cli, why_set(&cli->why, ERR_USAGE_MISSING, "--scope records,concepts"));
    if (expires && (span_read(expires, &expires_s) != ERR_OK || expires_s < 1))
        return cli_fail(cli, why_set(&cli->why, ERR_USAGE, "--expires %.60s (30m, 12h, 7d)", expires));
    return entity_ask(
        cli, "token.create",
        json_pack("{s:s, s:s, s:I}", "name", args.operands[0], "scope", scope, "expires_s", (json_int_t)expires_s),
        show_created);
}

/* ---- list ---- */

static const struct arg_form list_form = {
    "token list", "", N_("the tokens of the sites here, without what is secret of them"), NULL, 0, 0, 0, NULL};

static void show_list(const struct out *o, const json_t *result)
{
    static const struct table_column columns[] = {
        {N_("token"),      false, true },
        {N_("site"),       false, true },
        {N_("for"),        false, false},
        {N_("made"),       false, false},
        {N_("last used"),  false, false},
        {N_("good until"), false, false}
    };
    struct table t;
    size_t i;
    json_t *token;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    json_array_foreach(json_object_get(result, "tokens"), i, token)
    {
        struct buf scopes;
        buf_init(&scopes, 256);
        pick_show(&scopes, json_object_get(token, "scopes"));
        table_cell(&t, pick_text(token, "name"));
        table_cell(&t, pick_text(token, "site"));
        table_cell(&t, buf_text(&scopes));
        table_cell(&t, pick_text(token, "created"));
        table_cell(&t, pick_text(token, "used"));
        table_cell(&t, pick_text(token, "expires"));
        buf_fini(&scopes);
    }
    table_print(&t, o);
    table_fini(&t);
}

static int token_list(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &list_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "token.list", json_object(), show_list);
}

/* ---- revoke ---- */

static const struct arg_form revoke_form = {
    "token revoke", "NAME", N_("take a token back: from now on it is good for nothing"), NULL, 0, 1, 1, NULL};

static void show_revoked(const struct out *o, const json_t *result)
{
    out_print(o, N_("{1} is revoked"), pick_text(result, "name"), NULL);
}

static int token_revoke(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &revoke_form, argc, argv, &args, &code))
        return code;
    return entity_ask(cli, "token.revoke", json_pack("{s:s}", "name", args.operands[0]), show_revoked);
}

static const struct cli_sub subs[] = {
    {"create", token_create, &create_form},
    {"list",   token_list,   &list_form  },
    {"revoke", token_revoke, &revoke_form},
};

int cmd_token(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, "token", subs, sizeof subs / sizeof *subs, "list", argc, argv);
}
