/*
 * env: everything the core does not have of its own: clock, randomness, network, journal. The daemon hands in the real ones, the simulator
 * virtual ones. None of the functions may call back into the core.
 */
#ifndef ALLIED_DAEMON_CORE_ENV_H
#define ALLIED_DAEMON_CORE_ENV_H

#include "daemon/journal/journal.h"
#include "protocol/base/clock.h"
#include "protocol/base/slice.h"

struct env {
    void *ctx;
    struct wall (*wall)(void *ctx);
    struct mono (*mono)(void *ctx);
    void (*random)(void *ctx, void *out, size_t len);
    /* Network. A link is one connection to a peer, named by a number that is never reused. */
    void (*connect)(void *ctx, uint64_t link, const uint8_t site[32],
                    const char *address); /* answers by link_up or link_down */
    void (*send)(void *ctx, uint64_t link, struct slice message);
    void (*close)(void *ctx, uint64_t link);
    /* The answer to a request: JSON bytes for the client that asked. */
    void (*reply)(void *ctx, struct slice client, struct slice json);
    void (*note)(void *ctx, enum journal_level level, const char *event, const char *pairs);
};

#endif
