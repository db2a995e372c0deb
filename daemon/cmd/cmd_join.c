/*
 * allied join: asks to be admitted, then fetches everything; ends when the digests match.
 */
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/progress.h"
#include "daemon/cmd/service.h"
#include "daemon/cmd/slug.h"
#include "daemon/core/found.h"

#define STEP_MS 100

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

struct join {
    struct cli *cli;
    struct service *service;
    struct progress progress;
    struct mono moved; /* when something last changed */
    int64_t commits;
    bool admitted;
};

static const json_t *first_equal(const json_t *peers)
{
    size_t i;
    json_t *peer;
    json_array_foreach((json_t *)(uintptr_t)peers, i,
                       peer) if (json_is_true(json_object_get(peer, "digest_equal"))) return peer;
    return NULL;
}

static int64_t total_behind(const json_t *peers)
{
    int64_t most = 0;
    size_t i;
    json_t *peer;
    json_array_foreach((json_t *)(uintptr_t)peers, i, peer)
    {
        int64_t behind = json_integer_value(json_object_get(peer, "behind"));
        most = behind > most ? behind : most;
    }
    return most;
}

static err_t refusal(struct join *j, const json_t *status)
{
    const json_t *problem = json_array_get(json_object_get(status, "problems"), 0);
    const char *name = json_string_value(json_object_get(status, "join_error"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    err_t e = name ? err_by_name(name) : ERR_OK;
    return e ? why_set(&j->cli->why, e == ERR_COUNT ? ERR_INTERNAL : e, "%.150s", detail ? detail : "") : ERR_OK;
}

static void show(struct join *j, const json_t *status)
{
    const json_t *peers = json_object_get(status, "peers");
    int64_t commits = json_integer_value(json_object_get(status, "commits"));
    int64_t behind = total_behind(peers);
    bool admitted = strcmp(pick_text(status, "state"), "joining") != 0;
    struct mono now = progress_now();
    if (commits != j->commits || admitted != j->admitted)
        j->moved = now;
    j->commits = commits;
    j->admitted = admitted;
    const char *phase = !admitted ? N_("asking to be admitted") : behind ? N_("fetching commits") : N_("comparing");
    /* All there is only when the digests match. */
    uint64_t part = (uint64_t)commits, whole = (uint64_t)(commits + behind);
    progress_step(&j->progress, now, phase, (uint64_t)commits, whole && part >= whole ? whole - 1 : part, whole);
}

/* One look at how it stands; *done when the digests match with somebody. */
static err_t look(struct join *j, json_t **status, bool *done)
{
    json_t *answer = service_ask(j->service, "status", NULL);
    json_decref(*status);
    *status = json_incref(json_object_get(answer, "result"));
    json_decref(answer);
    if (!*status)
        return ERR_MEMORY;
    show(j, *status);
    *done = j->admitted && first_equal(json_object_get(*status, "peers")) &&
            !json_integer_value(json_object_get(*status, "holes"));
    return refusal(j, *status);
}

static err_t too_long(struct join *j, const json_t *status)
{
    bool reached =
        strcmp(pick_text(status, "state"), "joining") != 0 || json_is_true(json_object_get(status, "inviter_reached"));
    return why_set(&j->cli->why, reached ? j->admitted ? ERR_TIMEOUT : ERR_WAITING : ERR_UNREACHABLE, "%.150s",
                   pick_text(status, "inviter_address"));
}

static err_t until_equal(struct join *j, json_t **status)
{
    bool done = false, stopped = false;
    err_t e = ERR_OK;
    while (!e && !done) {
        e = service_run(j->service, STEP_MS, &stopped);
        if (!e && stopped)
            return why_set(&j->cli->why, ERR_INTERRUPTED, "allied join CODE");
        if (!e)
            e = look(j, status, &done);
        if (!e && !done && progress_now().ms - j->moved.ms > j->cli->timeout_ms)
            e = too_long(j, *status);
    }
    progress_end(&j->progress);
    return e;
}

static err_t read_code(struct cli *cli, const char *text, struct arena *arena, struct invite *out)
{
    err_t e = invite_decode(slice_text(text), arena, out);
    return e ? why_set(&cli->why, e, "%.40s", text) : ERR_OK;
}

static err_t prepare(struct cli *cli, const struct args *args, const struct invite *invite)
{
    char site[SLUG_MAX + 1], name[NAME_MAX_BYTES + 1] = "", endpoints[2048];
    const char *ally = args_value(args, "ally"), *given = args_value(args, "site");
    if (invite->ally_name.len <= NAME_MAX_BYTES)
        memcpy(name, invite->ally_name.at, invite->ally_name.len);
    slug_make(ally ? ally : name, site);
    service_endpoints(cli->settings, settings_get(cli->settings, SETTING_ZEROMQ_LISTEN), endpoints, sizeof endpoints);
    struct env env = service_env(NULL);
    return found_join(cli->data, &env, invite, ally,
                      given       ? given
                      : cli->site ? cli->site
                                  : site,
                      endpoints, &cli->why);
}

static err_t run(struct cli *cli, json_t **status)
{
    struct join j = {.cli = cli, .moved = progress_now(), .commits = -1};
    struct service_options with = {.dir = cli->data, .settings = cli->settings, .lang = cli->lang, .control = true};
    err_t e = service_open(&with, &j.service, &cli->why);
    progress_init(&j.progress, &cli->out, progress_now());
    if (!e)
        e = until_equal(&j, status);
    service_close(j.service);
    return e;
}

int cmd_join(struct cli *cli, int argc, char **argv)
{
    struct args args;
    struct arena arena = {0};
    struct invite invite;
    json_t *status = NULL;
    int code;
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    err_t e = read_code(cli, args.operands[0], &arena, &invite);
    if (!e)
        e = prepare(cli, &args, &invite);
    if (!e)
        e = run(cli, &status);
    if (!e && cli->out.json)
        out_json(&cli->out, status);
    else if (!e) {
        out_print(&cli->out, N_("Joined {1} as {2}: {3} records, {4} concepts; digests match."),
                  pick_text(status, "alliance"), pick_text(status, "ally"),
                  NUM(json_integer_value(json_object_get(status, "records"))),
                  NUM(json_integer_value(json_object_get(status, "concepts"))), NULL);
        out_say(&cli->out, N_("Next: allied daemon"), NULL);
    }
    json_decref(status);
    arena_fini(&arena);
    sign_wipe(&invite, sizeof invite);
    return e ? cli_fail(cli, e) : 0;
}
