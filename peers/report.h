/*
 * report: what the network thread tells the core, as bus messages (daemon/bus/bus.h). It never blocks: what the bus does not take waits in `held`, and
 * while it does, report_room is false and nothing more is read from the network.
 */
#ifndef ALLIED_PEERS_REPORT_H
#define ALLIED_PEERS_REPORT_H

#include "daemon/bus/bus.h"
#include "peers/queue.h"

struct report {
    void *socket; /* the bus */
    struct queue held;
    struct buf scratch;
};

void report_init(struct report *r, void *socket);
void report_fini(struct report *r);
bool report_room(struct report *r); /* sends what is held first */

void report_link_up(struct report *r, uint64_t link, const uint8_t *site, const uint8_t curve[32]); /* site NULL: nil */
void report_link_down(struct report *r, uint64_t link, err_t why);
void report_frame(struct report *r, uint64_t link, struct slice frame);
void report_posted(struct report *r, uint64_t post, unsigned status, err_t why, struct slice body);
void report_listening(struct report *r, const char *address);
void report_failed(struct report *r, err_t why, const char *detail);

#endif
