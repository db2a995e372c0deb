#include "daemon/cmd/service.h"
#include "daemon/cmd/endpoints.h"
#include "daemon/cmd/real.h"
#include "daemon/cmd/service_http.h"
#include "daemon/cmd/service_index.h"
#include "daemon/cmd/service_scribe.h"
#include "daemon/cmd/service_net.h"
#include "daemon/cmd/service_out.h"
#include "daemon/core/core.h"
#include "daemon/core/found.h"
#include "daemon/core/request.h"
#include "protocol/wire/rd.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define EVENTS_A_STEP 256
#define DESCRIPTORS   4096

struct service {
    struct service_options options;
    int lock_fd;
    struct journal *journal;
    struct core *core;
    struct bus *bus;
    struct service_net net;
    struct service_http http;
    struct service_index index;
    struct service_scribe scribe;
    uint64_t followed; /* core_commits as the index was last told */
    struct service_out out;
    char endpoints[2048];
    struct buf in;
    struct why failure;
};

/* ---- events from the network thread ---- */

static void on_link_up(struct service *s, struct rd *r)
{
    uint8_t curve[32];
    uint64_t link = rd_uint(r, UINT64_MAX);
    struct slice site = rd_take_nil(r) ? slice_text("") : rd_bin(r, SITE_BYTES, SITE_BYTES);
    rd_fixed(r, curve, sizeof curve);
    if (rd_end(r) == ERR_OK)
        core_link_up(s->core, link, site.len ? site.at : NULL, curve);
}

static void on_link_down(struct service *s, struct rd *r)
{
    char name[64] = "";
    uint64_t link = rd_uint(r, UINT64_MAX);
    struct slice why = rd_text(r, sizeof name - 1);
    if (rd_end(r) != ERR_OK)
        return;
    memcpy(name, why.at, why.len);
    core_link_down(s->core, link, err_by_name(name));
}

static void on_frame(struct service *s, struct rd *r)
{
    uint64_t link = rd_uint(r, UINT64_MAX);
    struct slice frame = rd_bin(r, 0, LIMIT_MESSAGE_BYTES);
    if (rd_end(r) == ERR_OK)
        core_frame(s->core, link, frame);
}

static void on_posted(struct service *s, struct rd *r)
{
    char name[64] = "";
    uint64_t post = rd_uint(r, UINT64_MAX);
    unsigned status = (unsigned)rd_uint(r, 999);
    struct slice why = rd_text(r, sizeof name - 1), body = rd_bin(r, 0, LIMIT_HTTP_EXCHANGE_BYTES);
    if (rd_end(r) != ERR_OK)
        return;
    memcpy(name, why.at, why.len);
    core_posted(s->core, post, status, err_by_name(name), body);
}

static void on_http(struct service *s, struct rd *r)
{
    uint64_t ticket = rd_uint(r, UINT64_MAX), what = rd_uint(r, BUS_HTTP_REQUEST);
    struct slice body = rd_bin(r, 0, LIMIT_REQUEST_BYTES);
    if (rd_end(r) != ERR_OK)
        return;
    if (what == BUS_HTTP_EXCHANGE)
        core_exchange(s->core, ticket, body);
    else if (what == BUS_HTTP_READY)
        core_ready(s->core, ticket);
    else
        service_out_asked(s->core, ticket, body);
}

/* ---- events from the index's thread ---- */

/* To a search that the core was asked for. */
static void on_reply(struct service *s, struct rd *r)
{
    struct slice client = rd_bin(r, 0, 255), json = rd_bin(r, 0, SIZE_MAX);
    if (rd_end(r) == ERR_OK)
        service_out_reply(&s->out, client, json);
}

static void on_cleaned(struct service *s, struct rd *r)
{
    uint64_t round = rd_uint(r, UINT64_MAX);
    if (rd_end(r) == ERR_OK)
        s->out.cleaned = round;
}

static void on_trouble(struct service *s, struct rd *r)
{
    char pairs[80] = "reason=";
    struct slice name = rd_text(r, 64);
    if (rd_end(r) != ERR_OK)
        return;
    memcpy(pairs + strlen("reason="), name.at, name.len);
    bool good = slice_equal(name, slice_text(err_name(ERR_OK)));
    err_t e = err_by_name(pairs + strlen("reason="));
    core_index_is(s->core, good ? ERR_OK : e == ERR_COUNT ? ERR_INTERNAL : e);
    journal_note(s->journal, real_wall(NULL), good ? JOURNAL_INFO : JOURNAL_WARN,
                 good ? "index.follows" : "index.failed", good ? "" : pairs);
}

typedef void event_fn(struct service *s, struct rd *r);
static event_fn *const events[] = {
    [BUS_LINK_UP] = on_link_up, [BUS_LINK_DOWN] = on_link_down, [BUS_FRAME] = on_frame,     [BUS_POSTED] = on_posted,
    [BUS_HTTP] = on_http,       [BUS_REPLY] = on_reply,         [BUS_CLEANED] = on_cleaned, [BUS_TROUBLE] = on_trouble,
};

/* Our own threads wrote it: a message that does not read is our mistake, not the network's. */
static void handle(struct service *s)
{
    struct rd r;
    rd_init(&r, buf_slice(&s->in));
    rd_array(&r, 1, 8);
    uint64_t event = rd_uint(&r, BUS_STOP);
    if (!r.err && event < sizeof events / sizeof *events && events[event])
        events[event](s, &r);
}

/* ---- open ---- */

/* Signals are this thread's: the network's thread never sees them. */
static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
    signalled = number;
}

static void catch_signals(void)
{
    struct sigaction act = {.sa_handler = on_signal};
    sigemptyset(&act.sa_mask);
    signalled = 0;
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    /* A terminal that closes ends the service politely; under nohup it goes on. */
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Connections of a thousand peers each way must not take the descriptors that the database needs. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= DESCRIPTORS)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static err_t open_http(struct service *s, const struct service_options *o, struct why *why)
{
    bool taken = false;
    char pairs[ADDRESS_TEXT_MAX + 16];
    s->http.options.index = s->index.asks;
    s->http.options.scribe = s->scribe.asks;
    const struct service_http_with with = {
        .dir = o->dir, .settings = o->settings, .serves = o->http, .control = o->control};
    err_t e = service_http_open(&s->http, s->bus, &with, &taken, why);
    snprintf(pairs, sizeof pairs, "listen=%s", settings_get(o->settings, SETTING_HTTP_LISTEN));
    if (taken)
        journal_note(s->journal, real_wall(NULL), JOURNAL_WARN, "http.port_used", pairs);
    return e;
}

static err_t open_core(struct service *s, const struct service_options *o, struct why *why)
{
    s->out = (struct service_out){.net = s->net.thread.end, .http = s->http.thread.end, .journal = s->journal};
    struct env env = real_env(NULL);
    service_out_env(&s->out, &env);
    endpoints_told(o->settings, s->net.thread.address, s->http.thread.address, s->endpoints, sizeof s->endpoints);
    struct core_settings settings = {.language = settings_get(o->settings, SETTING_SITE_LANGUAGE),
                                     .licence = settings_get(o->settings, SETTING_SITE_LICENCE),
                                     .url = settings_get(o->settings, SETTING_SITE_PUBLIC_URL),
                                     .contact = settings_get(o->settings, SETTING_SITE_CONTACT),
                                     .endpoints = s->endpoints,
                                     .min_free_bytes = settings_number(o->settings, SETTING_STORAGE_MIN_FREE),
                                     .alert_after_s = settings_number(o->settings, SETTING_PEERS_ALERT_AFTER),
                                     .transport = settings_get(o->settings, SETTING_PEERS_TRANSPORT),
                                     .only = settings_get(o->settings, SETTING_PEERS_ONLY),
                                     .beacons = true,
                                     .serves = true};
    return core_open(o->dir, &env, &settings, &s->core, why);
}

/* It reads what the core has opened. */
static err_t open_index(struct service *s, struct why *why)
{
    err_t e = service_index_open(&s->index, s->bus, why);
    s->out.index = e ? NULL : s->index.thread.end;
    s->followed = core_commits(s->core);
    return e;
}

/* The core, the network, and what lies between them; lock and journal stay. */
static void shut(struct service *s)
{
    if (s->core)
        core_stop(s->core);
    service_net_close(&s->net);
    service_http_close(&s->http);
    service_index_close(&s->index);
    service_scribe_close(&s->scribe);
    core_close(s->core);
    s->core = NULL;
    bus_close(s->bus);
    s->bus = NULL;
}

/* The network needs the key before the core is there, and the core may open with a new one: then once more. */
static err_t start(struct service *s, struct why *why)
{
    err_t e = ERR_OK;
    bool same = false;
    for (int tries = 2; tries > 0 && !e && !same; tries--) {
        shut(s);
        e = bus_open(&s->bus);
        if (!e)
            e = service_index_attach(&s->index, s->bus, s->options.dir);
        if (!e)
            e = service_scribe_attach(&s->scribe, s->bus, s->options.dir);
        if (!e)
            e = service_net_open(&s->net, s->bus, s->options.dir, s->options.settings, why);
        if (!e)
            e = open_http(s, &s->options, why);
        if (!e)
            e = open_core(s, &s->options, why);
        if (!e)
            e = open_index(s, why);
        if (!e)
            e = service_scribe_open(&s->scribe, s->bus, why);
        same = !e && memcmp(core_curve(s->core), s->net.options.curve_public, 32) == 0;
    }
    return !e && !same ? ERR_INTERNAL : e;
}

err_t service_open(const struct service_options *o, struct service **out, struct why *why)
{
    struct service *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_MEMORY;
    s->options = *o;
    s->lock_fd = -1;
    buf_init(&s->in, BUS_MESSAGE_BYTES);
    catch_signals();
    raise_descriptors();
    err_t e = found_lock(o->dir, &s->lock_fd, why);
    if (!e)
        e = journal_open(o->dir, o->echo, settings_get(o->settings, SETTING_JOURNAL_LEVEL),
                         settings_get(o->settings, SETTING_JOURNAL_FORMAT), &s->journal, why);
    if (!e)
        e = start(s, why);
    if (e) {
        if (!why->code)
            why_set(why, e, "%.150s", o->dir);
        service_close(s);
        return e;
    }
    *out = s;
    return ERR_OK;
}

const char *service_address(const struct service *s)
{
    return s->net.thread.address;
}

/* ---- run ---- */

/* After whatever was committed, once however much that was. */
static void tell_index(struct service *s)
{
    uint64_t now = core_commits(s->core);
    if (now != s->followed)
        service_out_changed(&s->out);
    s->followed = now;
}

#define ENDS 3

static void threads(const struct service *s, struct bus_end *ends[ENDS])
{
    ends[0] = s->net.thread.end;
    ends[1] = s->http.thread.end;
    ends[2] = s->index.thread.end;
}

/* Whatever waits of all threads, one after the other, but not for ever. */
static err_t take_events(struct service *s)
{
    struct bus_end *ends[ENDS];
    bool more = true;
    threads(s, ends);
    for (int left = EVENTS_A_STEP; more && left > 0; left--) {
        more = false;
        for (size_t i = 0; i < ENDS; i++)
            if (ends[i] && bus_recv(ends[i], 0, &s->in) == ERR_OK) {
                handle(s);
                more = true;
            }
    }
    return core_fatal(s->core);
}

static long wait_ms(struct mono due, int64_t until)
{
    int64_t now = real_mono(NULL).ms, next = due.ms < until ? due.ms : until;
    return next > now ? (long)(next - now) : 0;
}

err_t service_run(struct service *s, int64_t ms, bool *stopped)
{
    int64_t until = ms < 0 ? INT64_MAX : real_mono(NULL).ms + ms;
    *stopped = false;
    do {
        struct bus_end *ends[ENDS];
        threads(s, ends);
        struct mono due = core_tick(s->core);
        tell_index(s);
        bus_wait(ends, ENDS, wait_ms(due, until));
        err_t e = take_events(s);
        tell_index(s);
        if (e)
            return e;
        *stopped = signalled != 0;
        if (!*stopped && core_rekeyed(s->core)) {
            e = start(s, &s->failure);
            if (e)
                return e;
        }
    } while (!*stopped && real_mono(NULL).ms < until);
    return ERR_OK;
}

json_t *service_ask(struct service *s, const char *what, json_t *args)
{
    json_t *request = json_pack("{s:s, s:o}", "do", what, "args", args ? args : json_object());
    char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(s->out.answer);
    s->out.answer = NULL;
    if (text)
        core_request(s->core, slice_text(""), slice_text(text));
    json_t *answer = s->out.answer;
    s->out.answer = NULL;
    free(text);
    json_decref(request);
    return answer;
}

void service_close(struct service *s)
{
    if (!s)
        return;
    shut(s);
    journal_close(s->journal);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    json_decref(s->out.answer);
    buf_fini(&s->in);
    free(s);
}
