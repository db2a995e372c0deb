/*
 * carry: what a bundle carries (PROTOCOL.md §12): the messages of a session that a site says by itself, in their order, and such messages taken in
 * without a session. What is in them is verified like any peer's.
 *
 *   HELLO · CHARTER … · ERASE … · FORK … · PROMISE … · VECTOR 2 … (the heads of what it was made of) · RUN … · BYE
 */
#ifndef ALLIED_DAEMON_CORE_CARRY_H
#define ALLIED_DAEMON_CORE_CARRY_H

#include "daemon/core/outlet.h"

/* Says all that stands before the RUNs. ERR_WAITING where this site has no charter yet. */
err_t carry_head(struct core *c, const struct outlet *to);
struct carried {
    uint64_t added, known; /* commits */
    bool refused;          /* the next three say which, and why: it and what follows it in its message stays out */
    struct log_id log;
    uint64_t seq;
    err_t why;
};
/*
 * Takes one message in. ERR_ALLIANCE: it is another alliance's. What one commit, charter, proof or erasure is refused for is in *out, or, where the
 * message says nothing of a log, the result; the next message can be taken nevertheless. Errors of the machine end it.
 */
err_t carry_take(struct core *c, struct slice message, struct carried *out);

struct lack {
    struct log_id log;
    uint64_t first, last;
};
/* Of the heads in a VECTOR message, the places that are not here. In the arena. ERR_PEER_PROTOCOL: it has none. */
err_t carry_lacks(struct core *c, struct slice message, struct arena *arena, struct lack **out, size_t *n);

#endif
