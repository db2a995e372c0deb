/*
 * session: the table of edges. An empty cell (0) is not allowed, so each listed cell holds its next state + 1.
 */
#include "peers/session.h"
#include <assert.h>

#define TYPES 18 /* above the highest message number */

#define X(id, number, name) _Static_assert(number < TYPES, "a message number past the table");
MESSAGES(X)
#undef X

#define TO(state) (SESSION_##state + 1)

/* clang-format off */
static const uint8_t member_edges[SESSION_STATES][TYPES] = {
    [SESSION_HELLO] = {
        [MSG_HELLO] = TO(CHARTER), [MSG_BYE] = TO(CLOSED),
    },
    [SESSION_CHARTER] = {
        [MSG_CHARTER] = TO(CHARTER), [MSG_JOIN] = TO(CHARTER), [MSG_WELCOME] = TO(CHARTER),
        [MSG_PING] = TO(CHARTER), [MSG_PONG] = TO(CHARTER), [MSG_BYE] = TO(CLOSED),
    },
    [SESSION_DIFF] = {
        [MSG_VECTOR] = TO(DIFF), [MSG_WANT] = TO(DIFF), [MSG_RUN] = TO(DIFF), [MSG_ACK] = TO(DIFF), [MSG_NEW] = TO(DIFF),
        [MSG_ERASE] = TO(DIFF), [MSG_FORK] = TO(DIFF), [MSG_PROMISE] = TO(DIFF), [MSG_BEACON] = TO(DIFF),
        [MSG_CHARTER] = TO(DIFF), [MSG_JOIN] = TO(DIFF), [MSG_VOUCH] = TO(DIFF), [MSG_WELCOME] = TO(DIFF),
        [MSG_PING] = TO(DIFF), [MSG_PONG] = TO(DIFF), [MSG_BYE] = TO(CLOSED),
    },
    [SESSION_STREAM] = {
        [MSG_VECTOR] = TO(DIFF), [MSG_WANT] = TO(STREAM), [MSG_RUN] = TO(STREAM), [MSG_ACK] = TO(STREAM), [MSG_NEW] = TO(STREAM),
        [MSG_ERASE] = TO(STREAM), [MSG_FORK] = TO(STREAM), [MSG_PROMISE] = TO(STREAM), [MSG_BEACON] = TO(STREAM),
        [MSG_CHARTER] = TO(STREAM), [MSG_JOIN] = TO(STREAM), [MSG_VOUCH] = TO(STREAM), [MSG_WELCOME] = TO(STREAM),
        [MSG_PING] = TO(STREAM), [MSG_PONG] = TO(STREAM), [MSG_BYE] = TO(CLOSED),
    },
    [SESSION_LIVE] = {
        [MSG_VECTOR] = TO(DIFF), [MSG_WANT] = TO(LIVE), [MSG_RUN] = TO(LIVE), [MSG_ACK] = TO(LIVE), [MSG_NEW] = TO(LIVE),
        [MSG_ERASE] = TO(LIVE), [MSG_FORK] = TO(LIVE), [MSG_PROMISE] = TO(LIVE), [MSG_BEACON] = TO(LIVE),
        [MSG_CHARTER] = TO(LIVE), [MSG_JOIN] = TO(LIVE), [MSG_VOUCH] = TO(LIVE), [MSG_WELCOME] = TO(LIVE),
        [MSG_PING] = TO(LIVE), [MSG_PONG] = TO(LIVE), [MSG_BYE] = TO(CLOSED),
    },
};

static const uint8_t unknown_edges[SESSION_STATES][TYPES] = {
    [SESSION_HELLO] = {
        [MSG_HELLO] = TO(CHARTER), [MSG_BYE] = TO(CLOSED),
    },
    [SESSION_CHARTER] = {
        [MSG_CHARTER] = TO(CHARTER), [MSG_JOIN] = TO(CHARTER),
        [MSG_PING] = TO(CHARTER), [MSG_PONG] = TO(CHARTER), [MSG_BYE] = TO(CLOSED),
    },
};

/* Of our own accord. Every state may end. */
static const bool moves[SESSION_STATES][SESSION_STATES] = {
    [SESSION_CLOSED]  = {[SESSION_CLOSED] = true, [SESSION_HELLO] = true},
    [SESSION_HELLO]   = {[SESSION_CLOSED] = true},
    [SESSION_CHARTER] = {[SESSION_CLOSED] = true, [SESSION_DIFF] = true},
    [SESSION_DIFF]    = {[SESSION_CLOSED] = true, [SESSION_STREAM] = true, [SESSION_LIVE] = true},
    [SESSION_STREAM]  = {[SESSION_CLOSED] = true, [SESSION_LIVE] = true},
    [SESSION_LIVE]    = {[SESSION_CLOSED] = true, [SESSION_DIFF] = true},
};

static const char *const names[SESSION_STATES] = {
    [SESSION_CLOSED] = "closed", [SESSION_HELLO] = "hello",   [SESSION_CHARTER] = "charter",
    [SESSION_DIFF] = "diff",     [SESSION_STREAM] = "stream", [SESSION_LIVE] = "live",
};
/* clang-format on */

err_t session_step(enum session_state state, bool member, enum msg_type received, enum session_state *next)
{
    assert((unsigned)state < SESSION_STATES);
    if ((unsigned)received >= TYPES)
        return ERR_PEER_PROTOCOL;
    unsigned to = (member ? member_edges : unknown_edges)[state][received];
    if (to == 0)
        return ERR_PEER_PROTOCOL;
    *next = (enum session_state)(to - 1);
    return ERR_OK;
}

err_t session_move(enum session_state from, enum session_state to)
{
    assert((unsigned)from < SESSION_STATES && (unsigned)to < SESSION_STATES);
    return moves[from][to] ? ERR_OK : ERR_INTERNAL;
}

const char *session_state_name(enum session_state state)
{
    return (unsigned)state < SESSION_STATES ? names[state] : "";
}

int64_t session_backoff_ms(unsigned attempt, uint32_t random)
{
    unsigned doublings = attempt > 1 ? attempt - 1 : 0;
    int64_t most = SESSION_BACKOFF_MIN_MS * 2;
    while (doublings-- > 0 && most < SESSION_BACKOFF_MAX_MS)
        most *= 2;
    if (most > SESSION_BACKOFF_MAX_MS)
        most = SESSION_BACKOFF_MAX_MS;
    return most / 2 + (int64_t)(random % (uint64_t)(most / 2 + 1));
}
