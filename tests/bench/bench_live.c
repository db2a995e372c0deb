/*
 * bench_live: how long a record takes from the request at one site until it is durable at another, beside what the machine itself asks for
 * that. bench_live DATA_A DATA_B RECORDS.jsonl SCRATCH
 *
 * One connection to A's control socket; a write a line. When a commit is durable is seen from outside, by reading both databases every few dozen
 * microseconds: SQLite shows readers a commit of a WAL only after its fsync. After each write, on the same filesystem and in the same second, the
 * raw cost: as many bytes as the write put into B's WAL, written over a file of the WAL's size, with fdatasync, and one round trip of the
 * commit's size through a CURVE pair of libzmq on loopback. Times are printed in microseconds, one JSON array each.
 */
#include "daemon/bus/sockpath.h"
#include "peers/control.h"
#include "protocol/base/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define LOOK_EVERY_NS 30000
#define GIVE_UP_US    10000000
#define WAL_BYTES     (8 << 20)
#define FRAME_BYTES   (8192 + 24)
#define PAUSE_NS      2000000 /* between writes: each finds an idle pair of sites */
#define WRITES_MAX    10000

struct watch { /* a site's database, read from outside */
    sqlite3 *db;
    sqlite3_stmt *sum;
    int shm;
};

struct sample { /* microseconds from the request */
    int64_t durable_a, answered, durable_b;
    int64_t fsync[2], round_trip;
};

struct bench {
    struct watch a, b;
    int control; /* a connection to its socket */
    char answer[8192];
    size_t answer_len;
    void *curve; /* our end of the raw pair */
    pthread_t echo;
    int scratch;
    off_t scratch_at;
    uint8_t *filler;
    size_t wal_bytes, message_bytes;
    struct sample samples[WRITES_MAX];
    size_t n;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void rest(long ns)
{
    struct timespec t = {0, ns};
    nanosleep(&t, NULL);
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench_live: %s\n", what);
    exit(1);
}

/* ---- watching a site ---- */

static void watch_open(struct watch *w, const char *dir)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/allied.db", dir);
    if (sqlite3_open_v2(path, &w->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(w->db, "SELECT coalesce(sum(seq), 0) FROM logs", -1, &w->sum, NULL) != SQLITE_OK)
        fail("a site's database could not be opened");
    snprintf(path, sizeof path, "%s/allied.db-shm", dir);
    w->shm = open(path, O_RDONLY | O_CLOEXEC);
    if (w->shm < 0)
        fail("a site's WAL index could not be opened");
}

/* How many commits it holds, durably. */
static int64_t commits_of(struct watch *w)
{
    int64_t sum = -1;
    if (sqlite3_step(w->sum) == SQLITE_ROW)
        sum = sqlite3_column_int64(w->sum, 0);
    sqlite3_reset(w->sum);
    return sum;
}

/* Frames in the WAL: mxFrame of the WAL index (SQLite's walformat.html). It starts again at 0 after a checkpoint. */
static uint32_t frames_of(const struct watch *w)
{
    uint32_t frames = 0;
    return pread(w->shm, &frames, sizeof frames, 16) == sizeof frames ? frames : 0;
}

/* ---- the raw costs ---- */

static void *echo(void *socket)
{
    zmq_msg_t id, m;
    bool going = true;
    while (going) {
        zmq_msg_init(&id);
        zmq_msg_init(&m);
        going = zmq_msg_recv(&id, socket, 0) >= 0 && zmq_msg_recv(&m, socket, 0) >= 0;
        if (going) {
            going = zmq_msg_size(&m) > 0;
            zmq_msg_send(&id, socket, ZMQ_SNDMORE);
            zmq_send(socket, "k", 1, 0);
        }
        zmq_msg_close(&id);
        zmq_msg_close(&m);
    }
    return NULL;
}

static void curve_open(struct bench *b)
{
    char server_public[41], server_secret[41], public[41], secret[41], endpoint[128];
    size_t size = sizeof endpoint;
    int yes = 1;
    void *server = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);
    b->curve = zmq_socket(zmq_ctx_new(), ZMQ_DEALER);
    if (!server || !b->curve || zmq_curve_keypair(server_public, server_secret) || zmq_curve_keypair(public, secret))
        fail("no CURVE");
    zmq_setsockopt(server, ZMQ_CURVE_SERVER, &yes, sizeof yes);
    zmq_setsockopt(server, ZMQ_CURVE_SECRETKEY, server_secret, sizeof server_secret);
    zmq_setsockopt(b->curve, ZMQ_CURVE_SERVERKEY, server_public, sizeof server_public);
    zmq_setsockopt(b->curve, ZMQ_CURVE_PUBLICKEY, public, sizeof public);
    zmq_setsockopt(b->curve, ZMQ_CURVE_SECRETKEY, secret, sizeof secret);
    if (zmq_bind(server, "tcp://127.0.0.1:*") || zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, endpoint, &size) ||
        zmq_connect(b->curve, endpoint) || pthread_create(&b->echo, NULL, echo, server))
        fail("no CURVE pair on loopback");
}

static int64_t round_trip(struct bench *b)
{
    char answer[8];
    int64_t start = now_us();
    if (zmq_send(b->curve, b->filler, b->message_bytes, 0) < 0 || zmq_recv(b->curve, answer, sizeof answer, 0) < 0)
        fail("the CURVE pair went away");
    return now_us() - start;
}

static void scratch_open(struct bench *b, const char *path)
{
    b->filler = calloc(1, WAL_BYTES);
    b->scratch = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (!b->filler || b->scratch < 0 || pwrite(b->scratch, b->filler, WAL_BYTES, 0) != WAL_BYTES || fsync(b->scratch))
        fail("no scratch file");
}

static int64_t write_and_sync(struct bench *b)
{
    if (b->scratch_at + (off_t)b->wal_bytes > WAL_BYTES)
        b->scratch_at = 0;
    memset(b->filler, (int)(b->n & 0xff), b->wal_bytes);
    int64_t start = now_us();
    if (pwrite(b->scratch, b->filler, b->wal_bytes, b->scratch_at) != (ssize_t)b->wal_bytes || fdatasync(b->scratch))
        fail("the scratch file could not be written");
    b->scratch_at += (off_t)b->wal_bytes;
    return now_us() - start;
}

/* ---- one write ---- */

static void control_open(struct bench *b, const char *dir)
{
    char path[4096];
    struct sockpath p;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(path, sizeof path, "%s/%s", dir, CONTROL_SOCKET);
    if (sockpath_open(path, &p))
        fail("no control socket");
    snprintf(at.sun_path, sizeof at.sun_path, "%s", p.path);
    b->control = socket(AF_UNIX, SOCK_STREAM, 0);
    if (b->control < 0 || connect(b->control, (struct sockaddr *)&at, sizeof at))
        fail("no daemon at the control socket");
    sockpath_close(&p);
}

static void ask(const struct bench *b, const char *request, size_t len)
{
    char head[256];
    int n = snprintf(head, sizeof head,
                     "POST " CONTROL_PATH " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     len);
    if (n <= 0 || send(b->control, head, (size_t)n, MSG_MORE) != n || send(b->control, request, len, 0) != (ssize_t)len)
        fail("no request");
}

/* The whole answer is one segment, or two: its body ends with the object. */
static void take_answer(struct bench *b, struct sample *s, int64_t start)
{
    ssize_t n = recv(b->control, b->answer + b->answer_len, sizeof b->answer - 1 - b->answer_len, MSG_DONTWAIT);
    if (n <= 0)
        return;
    b->answer_len += (size_t)n;
    b->answer[b->answer_len] = 0;
    const char *body = strstr(b->answer, "\r\n\r\n");
    if (!body || !strchr(body, '{') || !strstr(body, "}}"))
        return;
    s->answered = now_us() - start;
    b->answer_len = 0;
    if (!strstr(body, "\"added\":1"))
        fail(body);
}

static void write_one(struct bench *b, const char *record)
{
    static const char head[] =
        "{\"do\":\"record.write\",\"args\":{\"mode\":\"import\",\"lines\":[{\"line\":1,\"record\":";
    char *request = malloc(strlen(record) + sizeof head + 16);
    struct sample s = {
        -1, -1, -1, {0, 0},
           0
    };
    int64_t before_a = commits_of(&b->a), before_b = commits_of(&b->b);
    uint32_t frames = frames_of(&b->b);
    int len = request ? snprintf(request, strlen(record) + sizeof head + 16, "%s%s}]}}", head, record) : 0;
    int64_t start = now_us();
    if (len <= 0)
        fail("no memory");
    ask(b, request, (size_t)len);
    while (s.durable_a < 0 || s.durable_b < 0 || s.answered < 0) {
        rest(LOOK_EVERY_NS);
        if (s.durable_a < 0 && commits_of(&b->a) > before_a)
            s.durable_a = now_us() - start;
        if (s.durable_b < 0 && commits_of(&b->b) > before_b)
            s.durable_b = now_us() - start;
        if (s.answered < 0)
            take_answer(b, &s, start);
        if (now_us() - start > GIVE_UP_US)
            fail("a write did not arrive within 10 s");
    }
    uint32_t more = frames_of(&b->b);
    if (more > frames)
        b->wal_bytes = (size_t)(more - frames) * FRAME_BYTES;
    if (b->wal_bytes > WAL_BYTES)
        fail("one write filled the WAL");
    b->message_bytes = strlen(record);
    s.fsync[0] = write_and_sync(b);
    s.fsync[1] = write_and_sync(b);
    s.round_trip = round_trip(b);
    b->samples[b->n++] = s;
    free(request);
}

/* ---- out ---- */

static void print_all(const struct bench *b, const char *name, size_t offset)
{
    printf("\"%s\": [", name);
    for (size_t i = 0; i < b->n; i++) {
        int64_t v;
        memcpy(&v, (const char *)&b->samples[i] + offset, sizeof v);
        printf("%s%lld", i ? "," : "", (long long)v);
    }
    printf("], ");
}

static void run(struct bench *b, const char *records)
{
    FILE *in = fopen(records, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    if (!in)
        fail("no records");
    for (b->message_bytes = 64, n = 0; n < 20; n++) /* the handshake, and a warm pair */
        round_trip(b);
    while (b->n < WRITES_MAX && (n = getline(&line, &room, in)) > 0) {
        line[strcspn(line, "\n")] = 0;
        write_one(b, line);
        rest(PAUSE_NS);
    }
    free(line);
    fclose(in);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        fail("usage: bench_live DATA_A DATA_B RECORDS.jsonl SCRATCH");
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        fail("no memory");
    prctl(PR_SET_TIMERSLACK, 1UL);
    b->wal_bytes = FRAME_BYTES;
    watch_open(&b->a, argv[1]);
    watch_open(&b->b, argv[2]);
    control_open(b, argv[1]);
    scratch_open(b, argv[4]);
    curve_open(b);
    run(b, argv[3]);
    printf("{");
    print_all(b, "durable_here_us", offsetof(struct sample, durable_a));
    print_all(b, "answered_us", offsetof(struct sample, answered));
    print_all(b, "durable_there_us", offsetof(struct sample, durable_b));
    print_all(b, "fsync_us", offsetof(struct sample, fsync[0]));
    print_all(b, "fsync_again_us", offsetof(struct sample, fsync[1]));
    print_all(b, "round_trip_us", offsetof(struct sample, round_trip));
    printf("\"writes\": %zu, \"wal_bytes\": %zu, \"message_bytes\": %zu}\n", b->n, b->wal_bytes, b->message_bytes);
    /* The process ends here; its sockets and files go with it. */
    return fflush(stdout) ? 1 : 0;
}
