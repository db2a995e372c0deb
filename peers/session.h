/*
 * session: what may be said when, between two sites (PROTOCOL.md §8.2). Pure: a table of edges, no clock, no bytes. One side's state is about what the
 * *peer* may say next; what we say follows from it.
 *
 *   CLOSED   no link. A link that comes up leads to HELLO (session_move), and we say HELLO.
 *   HELLO    we wait for the peer's HELLO. It leads to CHARTER, and we say what charters and acts the peer may lack.
 *   CHARTER  we wait for the peer's CHARTER messages. The last one (`more` false) leads a member's link to DIFF, and we say VECTOR 0. An unknown key's
 *            link stays here until its key is admitted; a joiner stays here, on its side, until it is.
 *   DIFF     we compare. Equal digests lead to LIVE, the peer's last level-2 page to STREAM (or LIVE where we lack nothing).
 *   STREAM   our WANTs are out. When nothing is wanted any more: LIVE.
 *   LIVE     both sides have what the other has; fresh commits travel as they come.
 */
#ifndef ALLIED_PEERS_SESSION_H
#define ALLIED_PEERS_SESSION_H

#include "protocol/wire/msg.h"

enum session_state {
    SESSION_CLOSED,
    SESSION_HELLO,
    SESSION_CHARTER,
    SESSION_DIFF,
    SESSION_STREAM,
    SESSION_LIVE,
    SESSION_STATES
};

/*
 * The state after a message of this type was received in `state`. `member`: the link's key belongs to a site in charter or roster, or it is the
 * inviter's key that the code we join with pins. ERR_PEER_PROTOCOL for an edge that is not listed: the session ends (BYE "peer_protocol").
 *
 * The type alone decides here; where the content matters, the edge stays and the caller goes on by session_move: CHARTER → DIFF with the last page,
 * DIFF → STREAM or LIVE by what VECTOR said. WELCOME is listed for members; the caller refuses it unless it sent JOIN on this link.
 */
err_t session_step(enum session_state state, bool member, enum msg_type received, enum session_state *next);
/* Whether a side may go from one state to another of its own accord. ERR_INTERNAL where it may not: that is a mistake of ours. */
err_t session_move(enum session_state from, enum session_state to);
const char *session_state_name(enum session_state state); /* "closed", "hello", … */

#define SESSION_BACKOFF_MIN_MS INT64_C(1000)
#define SESSION_BACKOFF_MAX_MS INT64_C(300000)
/* How long to wait before attempt number `attempt` (1: the first after a failure). Doubles from 1 s to 5 min; the jitter is the upper half. */
int64_t session_backoff_ms(unsigned attempt, uint32_t random);

#endif
