#include "daemon/cmd/fetch.h"
#include "conf/tr.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/progress.h"
#include "daemon/cmd/service.h"
#include <string.h>

#define STEP_MS 100

struct fetch {
    struct cli *cli;
    const char *again; /* the command that goes on after Ctrl-C */
    struct service *service;
    struct progress progress;
    struct mono moved; /* when something last changed */
    int64_t commits;
    bool admitted, told; /* told: who must act */
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

static err_t refusal(struct fetch *f, const json_t *status)
{
    const json_t *problem = json_array_get(json_object_get(status, "problems"), 0);
    const char *name = json_string_value(json_object_get(status, "join_error"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    err_t e = name ? err_by_name(name) : ERR_OK;
    return e ? why_set(&f->cli->why, e == ERR_COUNT ? ERR_INTERNAL : e, "%.150s", detail ? detail : "") : ERR_OK;
}

static bool is_in(const json_t *status)
{
    const char *state = pick_text(status, "state");
    return strcmp(state, "joining") != 0 && strcmp(state, "refused") != 0 && strcmp(state, "recovering") != 0;
}

static void show(struct fetch *f, const json_t *status)
{
    const json_t *peers = json_object_get(status, "peers");
    int64_t commits = json_integer_value(json_object_get(status, "commits"));
    int64_t behind = total_behind(peers);
    bool admitted = is_in(status);
    struct mono now = progress_now();
    if (commits != f->commits || admitted != f->admitted)
        f->moved = now;
    f->commits = commits;
    f->admitted = admitted;
    const char *phase = strcmp(pick_text(status, "state"), "recovering") == 0 ? N_("looking for an ally")
                        : !admitted                                           ? N_("asking to be admitted")
                        : behind                                              ? N_("fetching commits")
                                                                              : N_("comparing");
    /* All there is only when the digests match. */
    uint64_t part = (uint64_t)commits, whole = (uint64_t)(commits + behind);
    progress_step(&f->progress, now, phase, (uint64_t)commits, whole && part >= whole ? whole - 1 : part, whole);
}

/* Once: who must act, and the words that they want to hear. */
static void tell(struct fetch *f, const json_t *status)
{
    const char *words = pick_text(status, "join_words"), *who = pick_text(status, "join_who");
    if (f->told || !*who)
        return;
    f->told = true;
    progress_end(&f->progress);
    if (*words)
        out_say(&f->cli->out, N_("Read these words to {1}, who lets this site in by them: {2}"), who, words, NULL);
    else
        out_say(&f->cli->out, N_("Waiting for {1} to admit this site; nothing is lost, and Ctrl-C is safe."), who,
                NULL);
}

/* One look at how it stands; *done when the digests match with somebody. */
static err_t look(struct fetch *f, json_t **status, bool *done)
{
    json_t *answer = service_ask(f->service, "status", NULL);
    json_decref(*status);
    *status = json_incref(json_object_get(answer, "result"));
    json_decref(answer);
    if (!*status)
        return ERR_MEMORY;
    show(f, *status);
    tell(f, *status);
    *done = f->admitted && first_equal(json_object_get(*status, "peers")) &&
            !json_integer_value(json_object_get(*status, "holes"));
    return refusal(f, *status);
}

static err_t too_long(struct fetch *f, const json_t *status)
{
    const char *words = pick_text(status, "join_words"), *who = pick_text(status, "join_who");
    if (!is_in(status) && *who)
        return why_set(&f->cli->why, *words ? ERR_CONFIRM : ERR_WAITING, "%.100s%s%s", who, *words ? ": " : "", words);
    bool reached = is_in(status) || json_is_true(json_object_get(status, "inviter_reached"));
    return why_set(&f->cli->why, reached ? f->admitted ? ERR_TIMEOUT : ERR_WAITING : ERR_UNREACHABLE, "%.150s",
                   pick_text(status, "inviter_address"));
}

static err_t until_equal(struct fetch *f, json_t **status)
{
    bool done = false, stopped = false;
    err_t e = ERR_OK;
    while (!e && !done) {
        e = service_run(f->service, STEP_MS, &stopped);
        if (!e && stopped)
            return why_set(&f->cli->why, ERR_INTERRUPTED, "%.150s", f->again);
        if (!e)
            e = look(f, status, &done);
        if (!e && !done && progress_now().ms - f->moved.ms > f->cli->timeout_ms)
            e = too_long(f, *status);
    }
    progress_end(&f->progress);
    return e;
}

err_t fetch_all(struct cli *cli, const char *again, json_t **status)
{
    struct fetch f = {.cli = cli, .again = again, .moved = progress_now(), .commits = -1};
    struct service_options with = {.dir = cli->data, .settings = cli->settings, .lang = cli->lang, .control = true};
    err_t e = service_open(&with, &f.service, &cli->why);
    progress_init(&f.progress, &cli->out, progress_now());
    if (!e)
        e = until_equal(&f, status);
    service_close(f.service);
    return e;
}
