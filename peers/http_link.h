/*
 * http_link: HTTP requests to other sites (PROTOCOL.md §8.5), as many at once as asked for, in the network thread's loop: nothing here blocks, names are
 * looked up by a thread of libcurl's. What a request carries and what comes back is bytes; the core knows what they say. The only user of libcurl here.
 */
#ifndef ALLIED_PEERS_HTTP_LINK_H
#define ALLIED_PEERS_HTTP_LINK_H

#include "peers/report.h"
#include "protocol/base/clock.h"

#define HTTP_LINK_LINGER_MS 500 /* how long what was asked last may take when the thread ends */

struct http_transfer;
struct http_socket {
    int fd;
    bool reads, writes;
};
struct http_link {
    void *multi; /* NULL: not opened */
    const char *ca_file;
    struct http_transfer *transfers;
    struct http_socket *sockets;
    size_t sockets_n, sockets_room;
    bool timed;
    struct mono due;
    bool no_memory; /* a socket could not be noted: all is looked at from time to time */
};

/* `h` zeroed and standing still until http_link_close. ca_file: certificates to trust instead of the system's; NULL or "": the system's. */
err_t http_link_open(struct http_link *h, const char *ca_file);
void http_link_close(struct http_link *h); /* zeroed: fine */
/* Answered once by BUS_POSTED, at once where it cannot even be tried. */
void http_link_post(struct http_link *h, uint64_t post, const char *url, struct slice body, int64_t timeout_ms,
                    struct report *report);
void http_link_unpost(struct http_link *h, uint64_t post); /* nothing more is told of it */
/* A socket of `sockets` has something; then http_link_step tells what is done. */
void http_link_ready(struct http_link *h, int fd, bool reads, bool writes);
void http_link_step(struct http_link *h, struct mono now, struct report *report);
/* Lets go out what is under way, for HTTP_LINK_LINGER_MS at most; nothing is told any more. */
void http_link_linger(struct http_link *h);

#endif
