/*
 * allied key rotate: asks for a new key, and waits a while for it: while the daemon that runs exchanges with the others, or else by doing so itself.
 */
#include "daemon/cmd/key.h"
#include "conf/tr.h"
#include "daemon/cmd/door.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/progress.h"
#include "daemon/cmd/service.h"
#include <string.h>
#include <unistd.h>

#define LOOK_EVERY_MS 100
#define WAIT_MOST_MS  15000 /* it goes on by itself: nobody need sit and watch */

const struct arg_form key_rotate_form = {
    "key rotate",
    "",
    N_("a new key in the old one's place"),
    NULL,
    0,
    0,
    0,
    N_("What the old key signed up to now goes on counting; what it signs from then on does not. The secretariat's "
       "daemon "
       "grants it; until then the old key goes on, and the same command again changes nothing. The new key has no "
       "vote until the "
       "next charter gives it one: allied charter propose. Keep a copy of it: allied key export")};

/* Is the site called so by now? What the secretariat refused is an error. */
static err_t look(struct cli *cli, const json_t *status, const char *fresh, bool *done)
{
    const json_t *refused = json_object_get(status, "next_key_error");
    *done = strcmp(pick_text(status, "site"), fresh) == 0;
    err_t e = json_is_string(refused) ? err_by_name(json_string_value(refused)) : ERR_OK;
    return e ? why_set(&cli->why, e == ERR_COUNT ? ERR_INTERNAL : e, "%s", "key.rotate") : ERR_OK;
}

/* Who must act, as status says it. */
static err_t too_long(struct cli *cli, const json_t *status)
{
    return why_set(&cli->why, ERR_KEY_WAITING, "%.140s", pick_text(status, "next_key_who"));
}

static bool is_over(const struct cli *cli, struct mono since)
{
    long most = cli->timeout_ms < WAIT_MOST_MS ? cli->timeout_ms : WAIT_MOST_MS;
    return progress_now().ms - since.ms > most;
}

/* A daemon runs: it changes over by itself, and is away for a moment then. */
static err_t watch(struct cli *cli, const char *fresh)
{
    struct mono since = progress_now();
    bool done = false;
    while (!done) {
        json_t *status = NULL;
        err_t e = cli_ask(cli, "status", json_object(), &status), refused = ERR_OK;
        if (!e)
            refused = look(cli, status, fresh, &done);
        if (!e && !refused && !done && is_over(cli, since))
            refused = too_long(cli, status);
        json_decref(status);
        if (refused || (e && is_over(cli, since)))
            return refused ? refused : e;
        if (!done)
            usleep(LOOK_EVERY_MS * 1000);
    }
    return ERR_OK;
}

static err_t serve(struct cli *cli, const char *fresh)
{
    struct service *service = NULL;
    struct service_options with = {.dir = cli->data, .settings = cli->settings, .lang = cli->lang, .control = true};
    struct mono since = progress_now();
    bool done = false, stopped = false;
    door_close(cli->door);
    cli->door = NULL;
    err_t e = service_open(&with, &service, &cli->why);
    while (!e && !done) {
        e = service_run(service, LOOK_EVERY_MS, &stopped);
        if (!e && stopped)
            e = why_set(&cli->why, ERR_INTERRUPTED, "%s", "allied key rotate");
        json_t *of = cli->site ? json_pack("{s:s}", "site", cli->site) : NULL;
        json_t *answer = e ? NULL : service_ask(service, "status", of), *status = json_object_get(answer, "result");
        if (!e)
            e = look(cli, status, fresh, &done);
        if (!e && !done && is_over(cli, since))
            e = too_long(cli, status);
        json_decref(answer);
    }
    service_close(service);
    return e;
}

int key_rotate(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    json_t *result = NULL;
    if (!cli_begin(cli, &key_rotate_form, argc, argv, &args, &code))
        return code;
    err_t e = cli_ask(cli, "key.rotate", json_object(), &result);
    const char *fresh = pick_text(result, "site");
    bool waits = pick_true(result, "waits");
    if (!e && (waits || pick_true(result, "restart")))
        e = door_has_daemon(cli->door) ? watch(cli, fresh) : serve(cli, fresh);
    if (!e && cli->out.json)
        out_json(&cli->out, result);
    else if (!e) {
        out_print(&cli->out, N_("{1} takes the place of {2}"), fresh, pick_text(result, "old"), NULL);
        out_say(&cli->out, N_("Keep a copy of the new key: allied key export"), NULL);
    }
    json_decref(result);
    return e ? cli_fail(cli, e) : 0;
}
