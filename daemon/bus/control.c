/*
 * control: a request to the daemon. A plain connect() first, because ZeroMQ would wait for a daemon to come; then the DEALER's monitor tells when
 * the daemon goes away in the middle.
 */
#include "daemon/bus/control.h"
#include "protocol/base/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

_Static_assert(sizeof((struct control_path *)0)->path == sizeof((struct sockaddr_un *)0)->sun_path, "a name that fits");

static err_t open_dir(const char *path, const char **name, int *out)
{
    char dir[4096];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (len >= sizeof dir)
        return ERR_FILE;
    memcpy(dir, path, len);
    dir[len] = 0;
    int fd = open(slash ? (len ? dir : "/") : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ERR_FILE;
    *name = slash ? slash + 1 : path;
    *out = fd;
    return ERR_OK;
}

err_t control_path_open(const char *path, struct control_path *out)
{
    struct control_path p = {.dir = -1};
    int n;
    if (strlen(path) < sizeof p.path) {
        n = snprintf(p.path, sizeof p.path, "%s", path);
    } else {
        const char *name;
        err_t err = open_dir(path, &name, &p.dir);
        if (err)
            return err;
        n = snprintf(p.path, sizeof p.path, "/proc/self/fd/%d/%s", p.dir, name);
    }
    if (n <= 0 || (size_t)n >= sizeof p.path) {
        control_path_close(&p);
        return ERR_FILE;
    }
    *out = p;
    return ERR_OK;
}

void control_path_close(struct control_path *p)
{
    if (p->dir >= 0)
        close(p->dir);
    p->dir = -1;
}

/* Whether somebody listens there. */
static err_t try_connect(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ERR_MEMORY;
    err_t err = ERR_OK;
    /* EAGAIN: its queue of connections is full, so it is alive. */
    if (connect(fd, (struct sockaddr *)&to, sizeof to) && errno != EAGAIN && errno != EINPROGRESS)
        err = errno == EACCES || errno == EPERM ? ERR_OWNER : ERR_NO_DAEMON;
    close(fd);
    return err;
}

static int64_t mono_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static err_t take_answer(void *dealer, struct buf *answer)
{
    zmq_msg_t m;
    zmq_msg_init(&m);
    err_t err = ERR_TIMEOUT;
    if (zmq_msg_recv(&m, dealer, ZMQ_DONTWAIT) >= 0) {
        buf_clear(answer);
        err = zmq_msg_more(&m) ? ERR_PEER_PROTOCOL : buf_append(answer, zmq_msg_data(&m), zmq_msg_size(&m));
    }
    zmq_msg_close(&m);
    return err;
}

/* ERR_TIMEOUT at the end of the time. Any event of the monitor means that the connection is gone; an answer that came before it counts. */
static err_t wait_answer(void *dealer, void *monitor, long timeout_ms, struct buf *answer)
{
    int64_t end = mono_ms() + timeout_ms;
    zmq_pollitem_t items[] = {
        {.socket = dealer,  .events = ZMQ_POLLIN},
        {.socket = monitor, .events = ZMQ_POLLIN},
    };
    for (;;) {
        int64_t left = timeout_ms < 0 ? -1 : end - mono_ms();
        if (timeout_ms >= 0 && left < 0)
            left = 0;
        int ready = zmq_poll(items, 2, (long)left);
        if (ready < 0 && errno != EINTR)
            return ERR_INTERNAL;
        err_t err = take_answer(dealer, answer);
        if (err != ERR_TIMEOUT)
            return err;
        if (ready > 0 && items[1].revents)
            return ERR_UNANSWERED;
        if (ready >= 0 && left == 0)
            return ERR_TIMEOUT;
    }
}

static err_t exchange(void *context, const char *path, struct slice request, long timeout_ms, struct buf *answer)
{
    char endpoint[128];
    err_t err = ERR_INTERNAL;
    int never = -1, linger = 0;
    void *monitor = NULL, *dealer = zmq_socket(context, ZMQ_DEALER);
    if (!dealer)
        return ERR_MEMORY;
    zmq_setsockopt(dealer, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(dealer, ZMQ_RECONNECT_IVL, &never, sizeof never);
    snprintf(endpoint, sizeof endpoint, "ipc://%s", path);
    if (zmq_socket_monitor(dealer, "inproc://control.monitor", ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED))
        goto out;
    monitor = zmq_socket(context, ZMQ_PAIR);
    if (!monitor || zmq_connect(monitor, "inproc://control.monitor") || zmq_connect(dealer, endpoint))
        goto out;
    /* Without a pipe the connection was gone before anything was said: nobody heard. */
    if (zmq_send(dealer, request.at, request.len, ZMQ_DONTWAIT) < 0) {
        err = errno == EAGAIN ? ERR_NO_DAEMON : ERR_INTERNAL;
        goto out;
    }
    err = wait_answer(dealer, monitor, timeout_ms, answer);
out:
    zmq_socket_monitor(dealer, NULL, 0);
    if (monitor)
        zmq_close(monitor);
    zmq_close(dealer);
    return err;
}

err_t control_call(const char *dir, struct slice request, long timeout_ms, struct buf *answer)
{
    char full[4096];
    struct control_path p;
    if (request.len > LIMIT_REQUEST_BYTES)
        return ERR_TOO_LARGE;
    int n = snprintf(full, sizeof full, "%s/%s", dir, CONTROL_SOCKET);
    if (n < 0 || (size_t)n >= sizeof full)
        return ERR_FILE;
    if (control_path_open(full, &p))
        return ERR_NO_DAEMON;
    err_t err = try_connect(p.path);
    if (!err) {
        void *context = zmq_ctx_new();
        err = context ? exchange(context, p.path, request, timeout_ms, answer) : ERR_MEMORY;
        while (context && zmq_ctx_term(context) && errno == EINTR)
            ;
    }
    control_path_close(&p);
    return err;
}
