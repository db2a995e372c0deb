#include "daemon/cmd/service.h"
#include "daemon/cmd/endpoints.h"
#include "daemon/cmd/service_http.h"
#include "daemon/cmd/service_out.h"
#include "daemon/bus/bus.h"
#include "daemon/core/core.h"
#include "daemon/core/found.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/request.h"
#include "daemon/store/local.h"
#include "peers/address.h"
#include "peers/net.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define BUS_NAME      "net"
#define EVENTS_A_STEP 256
#define DESCRIPTORS   4096

struct service {
    struct service_options options;
    int lock_fd;
    struct journal *journal;
    struct core *core;
    struct bus *bus;
    struct bus_end *end, *net_end;
    pthread_t net;
    bool net_runs;
    struct net_options net_options;
    struct service_http http;
    struct service_out out;
    char control_path[4096];
    char address[ADDRESS_TEXT_MAX];
    char endpoints[2048];
    struct buf in;
    bool failed;
    struct why failure;
};

/* ---- env: the real things ---- */

static struct wall real_wall(void *ctx)
{
    struct timespec t;
    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &t);
    return (struct wall){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

static struct mono real_mono(void *ctx)
{
    struct timespec t;
    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct mono){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

static void real_random(void *ctx, void *out, size_t len)
{
    (void)ctx;
    sign_random(out, len);
}

static void note_alone(void *ctx, enum journal_level level, const char *event, const char *pairs)
{
    if (ctx)
        journal_note(ctx, real_wall(NULL), level, event, pairs);
}

static void no_connect(void *ctx, uint64_t link, const uint8_t site[32], const char *address)
{
    (void)ctx, (void)link, (void)site, (void)address;
}
static void no_send(void *ctx, uint64_t link, struct slice message)
{
    (void)ctx, (void)link, (void)message;
}
static void no_close(void *ctx, uint64_t link)
{
    (void)ctx, (void)link;
}
static void no_post(void *ctx, uint64_t post, const char *url, struct slice body, int64_t timeout_ms)
{
    (void)ctx, (void)post, (void)url, (void)body, (void)timeout_ms;
}
static void no_answer(void *ctx, uint64_t ticket, unsigned status, err_t why, struct slice body)
{
    (void)ctx, (void)ticket, (void)status, (void)why, (void)body;
}
static void no_reply(void *ctx, struct slice client, struct slice json)
{
    (void)ctx, (void)client, (void)json;
}

struct env service_env(struct journal *journal)
{
    return (struct env){.ctx = journal,
                        .wall = real_wall,
                        .mono = real_mono,
                        .random = real_random,
                        .connect = no_connect,
                        .send = no_send,
                        .close = no_close,
                        .post = no_post,
                        .unpost = no_close,
                        .answer = no_answer,
                        .reply = no_reply,
                        .note = note_alone};
}

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

static void on_request(struct service *s, struct rd *r)
{
    struct slice client = rd_bin(r, 1, 256);
    struct slice json = rd_bin(r, 0, LIMIT_REQUEST_BYTES);
    if (rd_end(r) == ERR_OK)
        core_request(s->core, client, json);
}

static void on_listening(struct service *s, struct rd *r)
{
    struct slice address = rd_text(r, sizeof s->address - 1);
    memcpy(s->address, address.at, address.len);
    s->address[address.len] = 0;
}

static void on_failed(struct service *s, struct rd *r)
{
    char name[64] = "";
    struct slice code = rd_text(r, sizeof name - 1);
    struct slice detail = rd_text(r, 1024);
    memcpy(name, code.at, code.len);
    s->failed = true;
    err_t e = err_by_name(name);
    why_set(&s->failure, e == ERR_COUNT || !e ? ERR_INTERNAL : e, "%.*s", (int)(detail.len < 150 ? detail.len : 150),
            (const char *)detail.at);
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
    uint64_t ticket = rd_uint(r, UINT64_MAX), what = rd_uint(r, BUS_HTTP_READY);
    struct slice body = rd_bin(r, 0, LIMIT_HTTP_EXCHANGE_BYTES);
    if (rd_end(r) != ERR_OK)
        return;
    if (what == BUS_HTTP_EXCHANGE)
        core_exchange(s->core, ticket, body);
    else
        core_ready(s->core, ticket);
}

typedef void event_fn(struct service *s, struct rd *r);
static event_fn *const events[] = {
    [BUS_LINK_UP] = on_link_up, [BUS_LINK_DOWN] = on_link_down, [BUS_FRAME] = on_frame,
    [BUS_REQUEST] = on_request, [BUS_LISTENING] = on_listening, [BUS_FAILED] = on_failed,
    [BUS_POSTED] = on_posted,   [BUS_HTTP] = on_http,
};

/* Our own thread wrote it: a message that does not read is our mistake, not the network's. */
static uint64_t handle(struct service *s)
{
    struct rd r;
    rd_init(&r, buf_slice(&s->in));
    rd_array(&r, 1, 8);
    uint64_t event = rd_uint(&r, BUS_STOP);
    if (!r.err && event < sizeof events / sizeof *events && events[event] &&
        (s->core || event == BUS_LISTENING || event == BUS_FAILED))
        events[event](s, &r);
    return event;
}

/* ---- open ---- */

static void *net_thread(void *arg)
{
    struct service *s = arg;
    net_run(s->bus, s->net_end, &s->net_options);
    return NULL;
}

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

static err_t start_net(struct service *s)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&s->net, NULL, net_thread, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    s->net_runs = !failed;
    return failed ? ERR_MEMORY : ERR_OK;
}

static err_t first_key(const char *dir, struct net_options *out, struct why *why)
{
    char path[4096], name[NAME_MAX_BYTES + 1] = "";
    struct store *store = NULL;
    struct own_site *sites = NULL;
    struct arena arena = {0};
    struct sign_key key = {0};
    size_t n = 0;
    snprintf(path, sizeof path, "%s/%s", dir, DATABASE_NAME);
    err_t e = store_open(path, STORE_WRITE, &store, why);
    if (!e)
        e = local_sites(store, &arena, &sites, &n);
    if (!e && !n)
        e = why_set(why, ERR_NO_DATA, "%.150s", dir);
    if (!e) {
        memcpy(name, sites[0].name.at, sites[0].name.len < NAME_MAX_BYTES ? sites[0].name.len : NAME_MAX_BYTES);
        e = keyfile_read(dir, name, &key, why);
    }
    if (!e)
        e = sign_curve_secret(&key, out->curve_secret);
    if (!e)
        e = sign_curve_public(key.pub, out->curve_public);
    sign_key_wipe(&key);
    arena_fini(&arena);
    store_close(store);
    return e;
}

static err_t open_net(struct service *s, const struct service_options *o, struct why *why)
{
    *s->address = 0;
    s->net_options.listen = settings_get(o->settings, SETTING_ZEROMQ_LISTEN);
    snprintf(s->control_path, sizeof s->control_path, "%s/%s", o->dir, CONTROL_NAME);
    s->net_options.control_path = o->control ? s->control_path : NULL;
    s->net_options.ca_file = settings_get(o->settings, SETTING_PEERS_TLS_CA);
    err_t e = first_key(o->dir, &s->net_options, why);
    if (!e)
        e = bus_open(&s->bus);
    if (!e)
        e = bus_attach(s->bus, BUS_NAME, true, &s->end);
    if (!e)
        e = bus_attach(s->bus, BUS_NAME, false, &s->net_end);
    if (!e)
        e = start_net(s);
    while (!e) {
        e = bus_recv(s->end, 10000, &s->in);
        if (e == ERR_TIMEOUT && signalled)
            break;
        if (!e && handle(s) == BUS_LISTENING)
            break;
        if (s->failed) {
            *why = s->failure;
            return s->failure.code;
        }
    }
    return e;
}

static err_t open_http(struct service *s, const struct service_options *o, struct why *why)
{
    bool taken = false;
    char pairs[ADDRESS_TEXT_MAX + 16];
    err_t e = service_http_open(&s->http, s->bus, o->settings, &taken, why);
    snprintf(pairs, sizeof pairs, "listen=%s", settings_get(o->settings, SETTING_HTTP_LISTEN));
    if (taken)
        journal_note(s->journal, real_wall(NULL), JOURNAL_WARN, "http.port_used", pairs);
    return e;
}

static err_t open_core(struct service *s, const struct service_options *o, struct why *why)
{
    s->out = (struct service_out){.net = s->end, .http = s->http.end, .journal = s->journal};
    struct env env = service_env(NULL);
    service_out_env(&s->out, &env);
    endpoints_told(o->settings, s->address, s->http.address, s->endpoints, sizeof s->endpoints);
    struct core_settings settings = {.language = settings_get(o->settings, SETTING_SITE_LANGUAGE),
                                     .licence = settings_get(o->settings, SETTING_SITE_LICENCE),
                                     .url = settings_get(o->settings, SETTING_SITE_PUBLIC_URL),
                                     .contact = settings_get(o->settings, SETTING_SITE_CONTACT),
                                     .endpoints = s->endpoints,
                                     .transport = settings_get(o->settings, SETTING_PEERS_TRANSPORT),
                                     .only = settings_get(o->settings, SETTING_PEERS_ONLY),
                                     .serves = true};
    return core_open(o->dir, &env, &settings, &s->core, why);
}

static void stop_net(struct service *s)
{
    service_out_stop(s->end);
    pthread_join(s->net, NULL);
    s->net_runs = false;
}

/* The core, the network, and what lies between them; lock and journal stay. */
static void shut(struct service *s)
{
    if (s->core)
        core_stop(s->core);
    if (s->net_runs)
        stop_net(s);
    service_http_close(&s->http);
    core_close(s->core);
    s->core = NULL;
    bus_detach(s->end);
    bus_detach(s->net_end);
    s->end = s->net_end = NULL;
    bus_close(s->bus);
    s->bus = NULL;
    sign_wipe(&s->net_options, sizeof s->net_options);
}

/* The network needs the key before the core is there, and the core may open with a new one: then once more. */
static err_t start(struct service *s, struct why *why)
{
    err_t e = ERR_OK;
    bool same = false;
    for (int tries = 2; tries > 0 && !e && !same; tries--) {
        shut(s);
        e = open_net(s, &s->options, why);
        if (!e && s->options.http)
            e = open_http(s, &s->options, why);
        if (!e)
            e = open_core(s, &s->options, why);
        same = !e && memcmp(core_curve(s->core), s->net_options.curve_public, 32) == 0;
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
    return s->address;
}

/* ---- run ---- */

/* Whatever waits of both threads, one after the other, but not for ever. */
static err_t take_events(struct service *s)
{
    struct bus_end *const ends[] = {s->end, s->http.end};
    bool more = true;
    for (int left = EVENTS_A_STEP; more && left > 0; left--) {
        more = false;
        for (size_t i = 0; i < 2; i++)
            if (ends[i] && bus_recv(ends[i], 0, &s->in) == ERR_OK) {
                handle(s);
                more = true;
            }
    }
    return s->failed ? s->failure.code : core_fatal(s->core);
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
        struct bus_end *const ends[] = {s->end, s->http.end};
        struct mono due = core_tick(s->core);
        bus_wait(ends, 2, wait_ms(due, until));
        err_t e = take_events(s);
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
