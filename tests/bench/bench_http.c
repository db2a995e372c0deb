/*
 * bench_http: how long answers over HTTP take, beside a bare loop that writes the same bytes. bench_http ADDRESS PATH RATE COUNT CONNECTIONS
 *
 * COUNT requests for PATH on kept connections: RATE a second, each due at its own time whether or not those before it were answered, its time counted from
 * when it was due; or, with RATE 0, as soon as a connection is free. The bare loop is a thread that answers whatever comes with the bytes that ADDRESS
 * answered; the two take turns, so that whatever else the machine does meets both. Times are printed in microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TURNS           4
#define CONNECTIONS_MAX 64
#define ANSWER_BYTES    (4u << 20)
#define HEAD_BYTES      16384
#define GIVE_UP_US      20000000

struct connection {
    int fd;
    bool busy;
    int64_t due_us;
    char head[HEAD_BYTES]; /* of the answer, until it is whole */
    size_t head_len, left; /* of the body */
    bool in_body, good;
};
struct side { /* who answers */
    struct sockaddr_in address;
    struct connection all[CONNECTIONS_MAX];
    int64_t *took_us;
    size_t n, others; /* others: not 200 */
    double seconds;
};
struct bench {
    char request[8192];
    size_t request_len, connections, answer_len;
    long rate;
    char *answer;
    struct side ours, bare;
};
struct bare {
    int listening;
    const struct bench *bench;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench_http: %s\n", what);
    exit(1);
}

static void *room(size_t n, size_t size)
{
    void *out = calloc(n, size);
    if (!out)
        fail("no memory");
    return out;
}

static int reach(const struct sockaddr_in *to)
{
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof *to))
        fail("nobody listens there");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static void send_all(int fd, const char *at, size_t n)
{
    while (n) {
        ssize_t k = send(fd, at, n, MSG_NOSIGNAL);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            fail("a connection was closed");
        at += k;
        n -= (size_t)k;
    }
}

/* ---- answers ---- */

/* Of a head that is whole. */
static size_t body_bytes(const char *head)
{
    const char *length = strcasestr(head, "\r\nContent-Length:");
    if (!length)
        fail("an answer does not say its length");
    return strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
}

/* Takes in what has come; true: that was all of the answer. */
static bool take(struct connection *c, const char *at, size_t n)
{
    if (!c->in_body) {
        memcpy(c->head + c->head_len, at, n);
        c->head_len += n;
        c->head[c->head_len] = 0;
        char *end = strstr(c->head, "\r\n\r\n");
        if (!end)
            return false;
        c->good = strncmp(c->head, "HTTP/1.1 200", 12) == 0;
        c->in_body = true;
        c->left = body_bytes(c->head);
        n = c->head_len - (size_t)(end + 4 - c->head);
    }
    if (n > c->left)
        fail("more came than was asked for");
    c->left -= n;
    return c->left == 0;
}

static void ready(struct connection *c)
{
    c->busy = c->in_body = false;
    c->head_len = 0;
}

static void answer_in(struct side *s, struct connection *c)
{
    static char piece[HEAD_BYTES - 1]; /* fits in a head as a whole */
    size_t most = c->in_body ? sizeof piece : sizeof piece - c->head_len;
    ssize_t n = recv(c->fd, piece, most, 0);
    if (n <= 0)
        fail("a connection was closed");
    if (!take(c, piece, (size_t)n))
        return;
    s->others += !c->good;
    s->took_us[s->n++] = now_us() - c->due_us;
    ready(c);
}

/* ---- a turn ---- */

static struct connection *free_one(const struct bench *b, struct side *s)
{
    for (size_t i = 0; i < b->connections; i++)
        if (!s->all[i].busy)
            return &s->all[i];
    return NULL;
}

static void wait_for(const struct bench *b, struct side *s, int64_t until_us)
{
    struct pollfd fds[CONNECTIONS_MAX];
    int64_t left = until_us - now_us();
    struct timespec t = {left > 0 ? left / 1000000 : 0, left > 0 ? left % 1000000 * 1000 : 0};
    for (size_t i = 0; i < b->connections; i++)
        fds[i] = (struct pollfd){.fd = s->all[i].busy ? s->all[i].fd : -1, .events = POLLIN};
    if (ppoll(fds, b->connections, &t, NULL) <= 0)
        return;
    for (size_t i = 0; i < b->connections; i++)
        if (fds[i].revents)
            answer_in(s, &s->all[i]);
}

static void turn(const struct bench *b, struct side *s, size_t count)
{
    int64_t start = now_us(), heard = start;
    size_t sent = 0, end = s->n + count, before = s->n;
    while (s->n < end) {
        int64_t now = now_us(), due = b->rate ? start + (int64_t)sent * 1000000 / b->rate : now;
        struct connection *c = sent < count && due <= now ? free_one(b, s) : NULL;
        if (c) {
            c->busy = true;
            c->due_us = due;
            sent++;
            send_all(c->fd, b->request, b->request_len);
            continue;
        }
        wait_for(b, s, sent < count && due > now ? due : now + GIVE_UP_US);
        heard = s->n > before ? now : heard;
        before = s->n;
        if (now - heard > GIVE_UP_US)
            fail("no answer comes");
    }
    s->seconds += (double)(now_us() - start) / 1e6;
}

/* ---- the bare loop ---- */

static bool one_request(int fd)
{
    char line[8192];
    size_t n = 0;
    while (n < sizeof line - 1) {
        ssize_t k = recv(fd, line + n, sizeof line - 1 - n, 0);
        if (k <= 0)
            return false;
        n += (size_t)k;
        if (n >= 4 && memcmp(line + n - 4, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

static void *serve(void *ctx)
{
    struct bare *bare = ctx;
    struct pollfd fds[CONNECTIONS_MAX];
    size_t n = 0;
    for (; n < bare->bench->connections; n++) {
        fds[n] = (struct pollfd){.fd = accept4(bare->listening, NULL, NULL, SOCK_CLOEXEC), .events = POLLIN};
        int yes = 1;
        setsockopt(fds[n].fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    while (poll(fds, n, -1) >= 0)
        for (size_t i = 0; i < n; i++) {
            if (!fds[i].revents)
                continue;
            if (!one_request(fds[i].fd))
                return NULL;
            send_all(fds[i].fd, bare->bench->answer, bare->bench->answer_len);
        }
    return NULL;
}

static void open_bare(struct bench *b, struct bare *bare)
{
    pthread_t thread;
    socklen_t len = sizeof b->bare.address;
    b->bare.address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *bare = (struct bare){socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), b};
    if (bind(bare->listening, (struct sockaddr *)&b->bare.address, len) || listen(bare->listening, CONNECTIONS_MAX) ||
        getsockname(bare->listening, (struct sockaddr *)&b->bare.address, &len) ||
        pthread_create(&thread, NULL, serve, bare))
        fail("no port for the bare loop");
    pthread_detach(thread);
}

/* ---- all of it ---- */

/* The answer whole, as the bare loop will give it. */
static void first_answer(struct bench *b)
{
    int fd = reach(&b->ours.address);
    const char *end = NULL;
    send_all(fd, b->request, b->request_len);
    while (!end || b->answer_len < (size_t)(end + 4 - b->answer) + body_bytes(b->answer)) {
        ssize_t n = recv(fd, b->answer + b->answer_len, ANSWER_BYTES - 1 - b->answer_len, 0);
        if (n <= 0)
            fail("no answer comes, or it is too long");
        b->answer_len += (size_t)n;
        end = strstr(b->answer, "\r\n\r\n");
    }
    close(fd);
    if (strncmp(b->answer, "HTTP/1.1 200", 12) != 0) {
        fprintf(stderr, "bench_http: %.*s\n", (int)strcspn(b->answer, "\r"), b->answer);
        exit(1);
    }
}

static int by_size(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static void print(const char *name, struct side *s)
{
    qsort(s->took_us, s->n, sizeof *s->took_us, by_size);
    printf("\"%s\": {\"n\": %zu, \"others\": %zu, \"seconds\": %.3f, \"p50_us\": %lld, \"p99_us\": %lld, \"max_us\": "
           "%lld}",
           name, s->n, s->others, s->seconds, (long long)s->took_us[s->n / 2], (long long)s->took_us[s->n * 99 / 100],
           (long long)s->took_us[s->n - 1]);
}

static void parse(struct bench *b, char **argv)
{
    char *port = strrchr(argv[1], ':');
    b->rate = strtol(argv[3], NULL, 10);
    b->connections = strtoul(argv[5], NULL, 10);
    if (!port || b->rate < 0 || !b->connections || b->connections > CONNECTIONS_MAX)
        fail("ADDRESS is HOST:PORT, at most 64 CONNECTIONS");
    b->request_len =
        (size_t)snprintf(b->request, sizeof b->request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", argv[2], argv[1]);
    *port = 0;
    b->ours.address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port + 1, NULL, 10))};
    if (inet_pton(AF_INET, argv[1], &b->ours.address.sin_addr) != 1 || b->request_len >= sizeof b->request)
        fail("ADDRESS begins with an IPv4 address, and PATH is short");
}

int main(int argc, char **argv)
{
    static struct bench b;
    struct bare bare;
    size_t count = argc == 6 ? strtoul(argv[4], NULL, 10) : 0;
    if (!count)
        fail("usage: bench_http ADDRESS PATH RATE COUNT CONNECTIONS");
    count = (count + TURNS - 1) / TURNS;
    parse(&b, argv);
    prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
    b.answer = room(ANSWER_BYTES, 1);
    first_answer(&b);
    open_bare(&b, &bare);
    struct side *const sides[] = {&b.ours, &b.bare};
    for (size_t i = 0; i < 2; i++) {
        sides[i]->took_us = room(count * TURNS, sizeof *sides[i]->took_us);
        for (size_t k = 0; k < b.connections; k++)
            sides[i]->all[k].fd = reach(&sides[i]->address);
    }
    for (int t = 0; t < TURNS; t++)
        for (size_t i = 0; i < 2; i++)
            turn(&b, sides[i], count);
    printf("{\"bytes\": %zu, ", b.answer_len);
    print("ours", &b.ours);
    printf(", ");
    print("bare", &b.bare);
    printf("}\n");
    return 0;
}
