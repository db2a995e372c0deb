/*
 * report: one writer of bus messages for all parts of the network thread.
 */
#include "peers/report.h"
#include "protocol/base/limits.h"
#include "protocol/wire/wr.h"
#include <zmq.h>

#define HEAD_ROOM 1024 /* of a bus message, around the bytes it carries */

void report_init(struct report *r, void *socket)
{
    r->socket = socket;
    queue_init(&r->held, 2 * LIMIT_REQUEST_BYTES); /* room is asked before each frame, so one of them and small ones */
    buf_init(&r->scratch, LIMIT_REQUEST_BYTES + HEAD_ROOM);
}

void report_fini(struct report *r)
{
    queue_fini(&r->held);
    buf_fini(&r->scratch);
}

bool report_room(struct report *r)
{
    while (!queue_empty(&r->held)) {
        struct slice m = queue_first(&r->held);
        if (zmq_send(r->socket, m.at, m.len, ZMQ_DONTWAIT) < 0)
            return false;
        queue_drop(&r->held);
    }
    int events = 0;
    size_t len = sizeof events;
    return zmq_getsockopt(r->socket, ZMQ_EVENTS, &events, &len) == 0 && (events & ZMQ_POLLOUT);
}

static struct buf *begin(struct report *r, enum bus_event event, size_t items)
{
    buf_clear(&r->scratch);
    wr_array(&r->scratch, items);
    wr_uint(&r->scratch, event);
    return &r->scratch;
}

/* Without memory a message is lost: the peers' session notices (no answer, no ack) and begins anew. */
static void end(struct report *r)
{
    struct slice m = buf_slice(&r->scratch);
    if (r->scratch.err)
        return;
    if (report_room(r) && zmq_send(r->socket, m.at, m.len, ZMQ_DONTWAIT) >= 0)
        return;
    (void)queue_put(&r->held, m);
}

void report_link_up(struct report *r, uint64_t link, const uint8_t *site, const uint8_t curve[32])
{
    struct buf *b = begin(r, BUS_LINK_UP, 4);
    wr_uint(b, link);
    if (site)
        wr_bin(b, slice_of(site, 32));
    else
        wr_nil(b);
    wr_bin(b, slice_of(curve, 32));
    end(r);
}

void report_link_down(struct report *r, uint64_t link, err_t why)
{
    struct buf *b = begin(r, BUS_LINK_DOWN, 3);
    wr_uint(b, link);
    wr_text(b, slice_text(err_name(why)));
    end(r);
}

void report_frame(struct report *r, uint64_t link, struct slice frame)
{
    struct buf *b = begin(r, BUS_FRAME, 3);
    wr_uint(b, link);
    wr_bin(b, frame);
    end(r);
}

void report_posted(struct report *r, uint64_t post, unsigned status, err_t why, struct slice body)
{
    struct buf *b = begin(r, BUS_POSTED, 5);
    wr_uint(b, post);
    wr_uint(b, status);
    wr_text(b, slice_text(err_name(why)));
    wr_bin(b, body);
    end(r);
}

void report_listening(struct report *r, const char *address)
{
    wr_text(begin(r, BUS_LISTENING, 2), slice_text(address));
    end(r);
}

void report_failed(struct report *r, err_t why, const char *detail)
{
    struct buf *b = begin(r, BUS_FAILED, 3);
    wr_text(b, slice_text(err_name(why)));
    wr_text(b, slice_text(detail));
    end(r);
}
