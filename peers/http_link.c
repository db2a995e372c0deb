/*
 * http_link: libcurl says which sockets it waits for and when it wants to be called; the loop asks for the one and does the other.
 */
#include "peers/http_link.h"
#include "protocol/base/limits.h"
#include <curl/curl.h>
#include <stdlib.h>
#include <time.h>

#define CONNECT_MS  5000
#define KEEP_MAX    64L /* connections kept for the next request */
#define KEEP_S      60L /* nginx closes after 75 s, and we should be the first */
#define FALLBACK_MS 100

struct http_transfer {
    struct http_transfer *next;
    CURL *easy;
    struct curl_slist *headers;
    uint64_t post;
    struct buf body;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- what libcurl calls ---- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *unused)
{
    struct http_link *h = ctx;
    size_t i = 0;
    (void)easy, (void)unused;
    while (i < h->sockets_n && h->sockets[i].fd != fd)
        i++;
    if (what == CURL_POLL_REMOVE) {
        if (i < h->sockets_n)
            h->sockets[i] = h->sockets[--h->sockets_n];
        return 0;
    }
    if (i == h->sockets_room) {
        size_t room = h->sockets_room ? h->sockets_room * 2 : 16;
        struct http_socket *more = reallocarray(h->sockets, room, sizeof *more);
        if (!more) {
            h->no_memory = true;
            return 0;
        }
        h->sockets = more;
        h->sockets_room = room;
    }
    h->sockets_n += i == h->sockets_n;
    h->sockets[i] =
        (struct http_socket){.fd = fd, .reads = what != CURL_POLL_OUT, .writes = (what & CURL_POLL_OUT) != 0};
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    struct http_link *h = ctx;
    (void)multi;
    h->timed = timeout_ms >= 0;
    h->due.ms = now_ms() + timeout_ms;
    return 0;
}

static size_t on_body(char *at, size_t size, size_t n, void *ctx)
{
    struct http_transfer *t = ctx;
    return buf_append(&t->body, at, size * n) ? 0 : size * n;
}

/* ---- open and close ---- */

err_t http_link_open(struct http_link *h, const char *ca_file)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT))
        return ERR_MEMORY;
    h->multi = curl_multi_init();
    h->ca_file = ca_file && *ca_file ? ca_file : NULL;
    if (!h->multi) {
        curl_global_cleanup();
        return ERR_MEMORY;
    }
    curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
    curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, KEEP_MAX);
    return ERR_OK;
}

static void transfer_free(struct http_link *h, struct http_transfer *t)
{
    struct http_transfer **at = &h->transfers;
    while (*at && *at != t)
        at = &(*at)->next;
    if (*at)
        *at = t->next;
    if (t->easy) {
        curl_multi_remove_handle(h->multi, t->easy);
        curl_easy_cleanup(t->easy);
    }
    curl_slist_free_all(t->headers);
    buf_fini(&t->body);
    free(t);
}

void http_link_close(struct http_link *h)
{
    if (!h->multi)
        return;
    while (h->transfers)
        transfer_free(h, h->transfers);
    curl_multi_cleanup(h->multi);
    curl_global_cleanup();
    free(h->sockets);
    *h = (struct http_link){0};
}

/* ---- requests ---- */

static bool add_header(struct http_transfer *t, const char *line)
{
    struct curl_slist *list = curl_slist_append(t->headers, line);
    if (list)
        t->headers = list;
    return list != NULL;
}

static bool set_up(struct http_link *h, struct http_transfer *t, const char *url, struct slice body, int64_t timeout_ms)
{
    CURL *e = t->easy;
    /* "Expect: 100-continue" would cost a round trip for each body past a kilobyte. */
    bool ok =
        add_header(t, "Content-Type: application/msgpack") && add_header(t, "Expect:") && add_header(t, "Accept:");
    ok = ok && !curl_easy_setopt(e, CURLOPT_URL, url);
    ok = ok && !curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    ok = ok && !curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    ok = ok && !curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    ok = ok && !curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
    ok = ok && !curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    ok = ok && !curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, body.at);
    ok = ok && !curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    ok = ok && !curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    ok = ok && !curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, KEEP_S);
    ok = ok && !curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    ok = ok && !curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
    ok = ok && !curl_easy_setopt(e, CURLOPT_PRIVATE, t);
    return ok && (!h->ca_file || !curl_easy_setopt(e, CURLOPT_CAINFO, h->ca_file));
}

void http_link_post(struct http_link *h, uint64_t post, const char *url, struct slice body, int64_t timeout_ms,
                    struct report *report)
{
    struct http_transfer *t = h->multi ? calloc(1, sizeof *t) : NULL;
    if (t) {
        t->post = post;
        buf_init(&t->body, LIMIT_HTTP_EXCHANGE_BYTES);
        t->easy = curl_easy_init();
        t->next = h->transfers;
        h->transfers = t;
    }
    if (t && t->easy && set_up(h, t, url, body, timeout_ms) && !curl_multi_add_handle(h->multi, t->easy))
        return;
    if (t)
        transfer_free(h, t);
    report_posted(report, post, 0, ERR_MEMORY, slice_text(""));
}

void http_link_unpost(struct http_link *h, uint64_t post)
{
    for (struct http_transfer *t = h->transfers; t; t = t->next)
        if (t->post == post) {
            transfer_free(h, t);
            return;
        }
}

/* ---- the loop ---- */

static err_t reason_of(CURLcode code, const struct http_transfer *t)
{
    if (t->body.err)
        return t->body.err;
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR)
        return ERR_CERTIFICATE;
    if (code == CURLE_URL_MALFORMAT)
        return ERR_ADDRESS;
    return code == CURLE_OUT_OF_MEMORY ? ERR_MEMORY : ERR_UNREACHABLE;
}

static void tell_done(struct http_link *h, struct report *report)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(h->multi, &left));) {
        struct http_transfer *t = NULL;
        long status = 0;
        CURLcode code = m->data.result;
        if (m->msg != CURLMSG_DONE || curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t) || !t)
            continue;
        curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
        if (report && code == CURLE_OK)
            report_posted(report, t->post, (unsigned)status, ERR_OK, buf_slice(&t->body));
        else if (report)
            report_posted(report, t->post, 0, reason_of(code, t), slice_text(""));
        transfer_free(h, t);
    }
}

void http_link_ready(struct http_link *h, int fd, bool reads, bool writes)
{
    int running;
    (void)curl_multi_socket_action(h->multi, fd, (reads ? CURL_CSELECT_IN : 0) | (writes ? CURL_CSELECT_OUT : 0),
                                   &running);
}

void http_link_step(struct http_link *h, struct mono now, struct report *report)
{
    int running;
    if (!h->multi)
        return;
    if (h->timed && now.ms >= h->due.ms) {
        h->timed = false;
        (void)curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    if (h->no_memory && h->transfers) {
        (void)curl_multi_perform(h->multi, &running);
        h->timed = true;
        h->due.ms = now.ms + FALLBACK_MS;
    }
    tell_done(h, report);
}

void http_link_linger(struct http_link *h)
{
    int64_t until = now_ms() + HTTP_LINK_LINGER_MS;
    int running = 1;
    while (h->multi && h->transfers && running && now_ms() < until) {
        if (curl_multi_perform(h->multi, &running) || curl_multi_poll(h->multi, NULL, 0, 20, NULL))
            return;
        tell_done(h, NULL);
    }
}
