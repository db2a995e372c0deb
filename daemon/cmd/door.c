#include "daemon/cmd/endpoints.h"
#include "daemon/cmd/door.h"
#include "peers/control.h"
#include "daemon/cmd/real.h"
#include "daemon/core/core.h"
#include "daemon/core/found.h"
#include "daemon/index/index.h"
#include "protocol/base/limits.h"
#include <stdlib.h>
#include <unistd.h>

#define ANSWER_BYTES     (256u * 1024 * 1024)
#define STARTING_TRIES   20
#define STARTING_WAIT_US 100000 /* a daemon that holds the lock and does not listen yet is given two seconds */

struct door {
    char *dir;
    const char *lang;
    long timeout_ms;
    bool daemon;
    int lock_fd;
    struct core *core;       /* without a daemon */
    struct index *index;     /* likewise, where it was asked for */
    struct journal *journal; /* likewise */
    json_t *answer;
};

static void take_reply(void *ctx, struct slice client, struct slice json)
{
    struct door *d = ctx;
    (void)client;
    json_decref(d->answer);
    d->answer = json_loadb((const char *)json.at, json.len, JSON_ALLOW_NUL, NULL);
}

static void take_note(void *ctx, enum journal_level level, const char *event, const char *pairs)
{
    struct door *d = ctx;
    struct env env = real_env(d->journal);
    env.note(env.ctx, level, event, pairs);
}

/* Without a daemon the index is opened where it is asked for the first time, and follows before it answers. */
static err_t follow_index(struct door *d)
{
    struct why why = {0};
    bool more = false;
    err_t e = d->index ? ERR_OK : index_open(d->dir, &d->index, &why);
    return e ? e : index_follow(d->index, -1, &more);
}

static void search(void *ctx, struct slice client, struct slice request)
{
    struct door *d = ctx;
    struct buf answer;
    buf_init(&answer, INDEX_ANSWER_BYTES);
    err_t e = follow_index(d);
    e = e ? index_refuse(e, &answer) : index_answer(d->index, request, &answer);
    if (!e)
        take_reply(d, client, buf_slice(&answer));
    buf_fini(&answer);
}

static err_t index_clean_now(void *ctx, uint64_t round)
{
    struct door *d = ctx;
    (void)round;
    return d->index ? index_clean(d->index) : index_clean_in(d->dir);
}

static err_t open_here(struct door *d, const struct settings *settings, struct why *why)
{
    struct env env = real_env(NULL);
    char endpoints[2048];
    env.ctx = d;
    env.reply = take_reply;
    env.note = take_note;
    env.search = search;
    env.index_clean = index_clean_now;
    endpoints_told(settings, settings_get(settings, SETTING_ZEROMQ_LISTEN), settings_get(settings, SETTING_HTTP_LISTEN),
                   endpoints, sizeof endpoints);
    struct core_settings core = {.language = settings_get(settings, SETTING_SITE_LANGUAGE),
                                 .licence = settings_get(settings, SETTING_SITE_LICENCE),
                                 .url = settings_get(settings, SETTING_SITE_PUBLIC_URL),
                                 .contact = settings_get(settings, SETTING_SITE_CONTACT),
                                 .endpoints = endpoints,
                                 .beacons = true,
                                 .min_free_bytes = settings_number(settings, SETTING_STORAGE_MIN_FREE),
                                 .alert_after_s = settings_number(settings, SETTING_PEERS_ALERT_AFTER)};
    err_t e = journal_open(d->dir, NULL, settings_get(settings, SETTING_JOURNAL_LEVEL),
                           settings_get(settings, SETTING_JOURNAL_FORMAT), &d->journal, why);
    return e ? e : core_open(d->dir, &env, &core, &d->core, why);
}

err_t door_open(const char *dir, const struct settings *settings, const char *lang, long timeout_ms, struct door **out,
                struct why *why)
{
    struct door *d = calloc(1, sizeof *d);
    if (!d)
        return ERR_MEMORY;
    d->lock_fd = -1;
    d->lang = lang;
    d->timeout_ms = timeout_ms;
    d->dir = strdup(dir);
    err_t e = d->dir ? found_lock(dir, &d->lock_fd, why) : ERR_MEMORY;
    if (e == ERR_LOCKED) {
        d->daemon = true;
        e = ERR_OK;
    } else if (!e) {
        e = open_here(d, settings, why);
    }
    if (e) {
        door_close(d);
        return e;
    }
    *out = d;
    return ERR_OK;
}

void door_close(struct door *d)
{
    if (!d)
        return;
    index_close(d->index);
    core_close(d->core);
    journal_close(d->journal);
    if (d->lock_fd >= 0)
        close(d->lock_fd);
    json_decref(d->answer);
    free(d->dir);
    free(d);
}

bool door_has_daemon(const struct door *d)
{
    return d->daemon;
}

static err_t ask_daemon(struct door *d, struct slice request)
{
    struct buf answer;
    buf_init(&answer, ANSWER_BYTES);
    err_t e = control_call(d->dir, request, d->timeout_ms, &answer);
    for (int i = 0; e == ERR_NO_DAEMON && i < STARTING_TRIES; i++) {
        usleep(STARTING_WAIT_US);
        e = control_call(d->dir, request, d->timeout_ms, &answer);
    }
    if (!e)
        d->answer = json_loadb((const char *)answer.at, answer.len, JSON_ALLOW_NUL, NULL);
    buf_fini(&answer);
    /* Somebody holds the lock and does not answer: another command, or a daemon that hangs. */
    return e == ERR_NO_DAEMON ? ERR_LOCKED : e;
}

static err_t read_answer(struct door *d, json_t **result, struct why *why)
{
    const json_t *error = json_object_get(d->answer, "error");
    json_t *value = json_object_get(d->answer, "result");
    *result = json_incref(value);
    if (!d->answer)
        return why_set(why, ERR_INTERNAL, "control.sock");
    if (!error)
        return ERR_OK;
    const char *name = json_string_value(json_object_get(error, "name")),
               *detail = json_string_value(json_object_get(error, "detail"));
    err_t e = err_by_name(name ? name : "");
    return why_set(why, e == ERR_COUNT ? ERR_INTERNAL : e, "%.150s", detail ? detail : "");
}

err_t door_call(struct door *d, const char *what, json_t *args, json_t **result, struct why *why)
{
    json_t *unused = NULL;
    json_t *request = json_pack("{s:s, s:s, s:o}", "do", what, "lang", d->lang, "args", args ? args : json_object());
    char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
    err_t e = text ? ERR_OK : ERR_MEMORY;
    json_decref(d->answer);
    d->answer = NULL;
    if (!e && d->daemon)
        e = ask_daemon(d, slice_text(text));
    else if (!e)
        core_request(d->core, slice_text(""), slice_text(text));
    if (e)
        why_set(why, e, "%.150s", d->dir);
    else
        e = read_answer(d, result ? result : &unused, why);
    free(text);
    json_decref(request);
    json_decref(unused);
    return e;
}
