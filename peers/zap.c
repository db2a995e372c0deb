/*
 * zap: request frames: version, request id, domain, address, identity, mechanism, credentials (the client's public key). Answer: version, request id,
 * status code, status text, user id, metadata.
 */
#include "peers/zap.h"
#include "protocol/base/slice.h"
#include <zmq.h>

enum { ZAP_VERSION, ZAP_REQUEST, ZAP_DOMAIN, ZAP_ADDRESS, ZAP_IDENTITY, ZAP_MECHANISM, ZAP_KEY, ZAP_FRAMES };
#define ZAP_FRAME_MAX 256

struct zap_request {
    uint8_t frame[ZAP_FRAMES][ZAP_FRAME_MAX];
    size_t len[ZAP_FRAMES];
};

err_t zap_open(void *context, void **out)
{
    void *socket = zmq_socket(context, ZMQ_REP);
    int linger = 0;
    if (!socket)
        return ERR_MEMORY;
    if (zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) || zmq_bind(socket, "inproc://zeromq.zap.01")) {
        zmq_close(socket);
        return ERR_INTERNAL;
    }
    *out = socket;
    return ERR_OK;
}

void zap_close(void *socket)
{
    if (socket)
        zmq_close(socket);
}

/* False where nothing waits. Frames past the form are read and make it invalid. */
static bool receive(void *socket, struct zap_request *r, bool *valid)
{
    int more = 1;
    size_t n = 0, size = sizeof more;
    *valid = true;
    for (; more; n++) {
        uint8_t rest[1];
        bool keep = n < ZAP_FRAMES;
        int len = zmq_recv(socket, keep ? r->frame[n] : rest, keep ? ZAP_FRAME_MAX : sizeof rest, ZMQ_DONTWAIT);
        if (len < 0)
            return false;
        if (keep)
            r->len[n] = (size_t)len;
        if (!keep || len > ZAP_FRAME_MAX)
            *valid = false;
        if (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size))
            return false;
    }
    *valid = *valid && n == ZAP_FRAMES;
    return true;
}

static bool frame_is(const struct zap_request *r, int frame, const char *text)
{
    return slice_equal(slice_of(r->frame[frame], r->len[frame]), slice_text(text));
}

static void answer(void *socket, const struct zap_request *r, bool valid)
{
    static const char hex[] = "0123456789abcdef";
    char user[ZAP_USER_ID_LEN];
    size_t user_len = 0;
    for (size_t i = 0; valid && i < 32; i++) {
        user[user_len++] = hex[r->frame[ZAP_KEY][i] >> 4];
        user[user_len++] = hex[r->frame[ZAP_KEY][i] & 15];
    }
    zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(socket, r->frame[ZAP_REQUEST], r->len[ZAP_REQUEST], ZMQ_SNDMORE);
    zmq_send(socket, valid ? "200" : "400", 3, ZMQ_SNDMORE);
    zmq_send(socket, "", 0, ZMQ_SNDMORE);
    zmq_send(socket, user, user_len, ZMQ_SNDMORE);
    zmq_send(socket, "", 0, 0);
}

void zap_step(void *socket)
{
    struct zap_request r = {0};
    bool valid;
    while (receive(socket, &r, &valid)) {
        valid =
            valid && frame_is(&r, ZAP_VERSION, "1.0") && frame_is(&r, ZAP_MECHANISM, "CURVE") && r.len[ZAP_KEY] == 32;
        if (r.len[ZAP_REQUEST] > ZAP_FRAME_MAX)
            r.len[ZAP_REQUEST] = 0;
        answer(socket, &r, valid);
        memset(&r, 0, sizeof r);
    }
}
