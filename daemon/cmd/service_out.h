/*
 * service_out: what the core of a service hands to the other threads, as bus messages: the network's half of struct env.
 */
#ifndef ALLIED_DAEMON_CMD_SERVICE_OUT_H
#define ALLIED_DAEMON_CMD_SERVICE_OUT_H

#include "daemon/bus/bus.h"
#include "daemon/core/core.h"
#include "protocol/base/limits.h"
#include <jansson.h>

#define BUS_MESSAGE_BYTES (LIMIT_REQUEST_BYTES + LIMIT_MESSAGE_BYTES)

struct service_out {
    struct bus_end *net, *http, *index; /* http, index NULL: none (yet) */
    uint64_t clean, cleaned;            /* rounds of erasing: asked of the index, and done by it */
    struct journal *journal;
    struct wall (*wall)(void *ctx);
    json_t *answer; /* to a request of this process: a client without an id */
};
/* Sets the network, the answers and the journal; `env` has the clock and the randomness, which take no context. */
void service_out_env(struct service_out *o, struct env *env);
void service_out_changed(struct service_out *o); /* the index is to look again */
/* An answer of the index to whoever asked the core. */
void service_out_reply(struct service_out *o, struct slice client, struct slice json);
/* A request of the HTTP thread: its answer goes there, now or later. */
void service_out_asked(struct core *c, uint64_t ticket, struct slice json);

#endif
