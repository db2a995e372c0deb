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
    /* HTTP. A request of ours, by a number that is never reused: answered by core_posted, once, unless it is taken back before. */
    void (*post)(void *ctx, uint64_t post, const char *url, struct slice body, int64_t timeout_ms);
    void (*unpost)(void *ctx, uint64_t post);
    /* Our answer to what came by core_exchange or core_ready. Other than 200 or without a body: a problem of that code, or none. */
    void (*answer)(void *ctx, uint64_t ticket, unsigned status, err_t why, struct slice body);
    /* The answer to a request: JSON bytes for the client that asked. */
    void (*reply)(void *ctx, struct slice client, struct slice json);
    /*
     * The full-text index. NULL, both: there is none. A search is answered through reply, now or later; index_clean is ERR_OK once nothing that was erased up
     * to that round is in the index, ERR_WAITING until then: ask again.
     */
    void (*search)(void *ctx, struct slice client, struct slice request);
    err_t (*index_clean)(void *ctx, uint64_t round);
    /* Room on the disk that holds `dir`, for others to see; NULL, or nothing set: not known. */
    void (*disk)(void *ctx, const char *dir, uint64_t *free_bytes, uint64_t *total_bytes);
    void (*note)(void *ctx, enum journal_level level, const char *event, const char *pairs);
};

#endif
