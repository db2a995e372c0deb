/*
 * sync: sessions with peers (DESIGN §5, PROTOCOL.md §8). One peer is one link; its state is an edge table's (peers/session.h). Here is what each
 * message does: sync.c the links and the table of handlers, sync_hello.c how a session begins, sync_diff.c who has what, sync_known.c what
 * peers hold, sync_flow.c the commits themselves, sync_holes.c what is missing of them, reach.c whom to connect to.
 */
#ifndef ALLIED_DAEMON_CORE_SYNC_H
#define ALLIED_DAEMON_CORE_SYNC_H

#include "daemon/core/outlet.h"

/* What a peer can make us keep. Past one of these its session ends (ERR_ITEMS). */
#define PEER_LOGS_MAX   100000u /* logs it names: an incarnation a boot, of hundreds of sites, for years */
#define PEER_SITES_MAX  65536u  /* sites in one comparison */
#define PEER_SERVES_MAX 1024u   /* WANTs that wait for credit */
#define PEER_ASKS_MAX   256u    /* WANTs of ours that are out at once; the next follow as these are answered */
#define PEER_LINKS_MAX  4u      /* incoming links of one key that have not said HELLO */

/* ---- sync.c ---- */
void sync_link_up(struct core *c, uint64_t link, const uint8_t *site, const uint8_t curve[32]);
void sync_link_down(struct core *c, uint64_t link, err_t why);
void sync_frame(struct core *c, uint64_t link, struct slice message);
void sync_tick(struct core *c, struct mono now);
void sync_stop(struct core *c);
void sync_free(struct core *c);
/* Sends one message; what cannot be encoded is our mistake and is noted. Returns its size in bytes, 0 on failure. */
size_t sync_send(struct core *c, struct peer *p, const struct msg *m);
/* The same as an outlet says it: `peer` is a struct peer. */
void sync_say(struct core *c, void *peer, const struct msg *m);
/* Ends a session with a reason, politely; asks for `wait_s` seconds before the next. */
void sync_bye(struct core *c, struct peer *p, err_t why, const char *detail);
void sync_bye_wait(struct core *c, struct peer *p, err_t why, const char *detail, uint64_t wait_s);
/* A change of state of our own accord, where the table allows it. */
void sync_move(struct core *c, struct peer *p, enum session_state to);
struct peer *sync_new_peer(struct core *c, uint64_t link); /* NULL without memory */
struct peer *sync_peer(struct core *c, uint64_t link);
struct peer *sync_peer_of(struct core *c, const uint8_t site[SITE_BYTES]); /* its session past HELLO, or NULL */
void sync_ping(struct core *c, struct peer *p, struct mono now);
/* Adds what went over one link to a sum. */
void sync_add_traffic(struct traffic *sum, const struct traffic *one);
/* Tells live peers of a change of roster, before any commit that needs it. */
void sync_tell_roster(struct core *c);

/* ---- sync_hello.c ---- */
void hello_say(struct core *c, const struct outlet *to);
err_t hello_take(struct core *c, struct peer *p, const struct msg_hello *m);
err_t hello_charter(struct core *c, struct peer *p, const struct msg_charter *m);
err_t hello_join(struct core *c, struct peer *p, const struct msg_join *m);
err_t hello_vouch(struct core *c, struct peer *p, const struct msg_join *m);
err_t hello_welcome(struct core *c, struct peer *p, const struct msg_welcome *m);
bool hello_we_stand(const struct core *c); /* is our own site admitted? */

/* ---- sync_early.c ---- */
void early_tell(struct core *c, const struct outlet *to); /* everything, at the beginning of a session */
err_t early_erase(struct core *c, const struct msg_bins *m);
err_t early_promise(struct core *c, const struct msg_bins *m);
err_t early_fork(struct core *c, const struct msg_fork *m);

/* ---- sync_diff.c ---- */
void diff_start(struct core *c, struct peer *p); /* VECTOR level 0 */
err_t diff_vector(struct core *c, struct peer *p, const struct msg_vector *m);
/* Digests of theirs came with HELLO, PING or PONG: are we in sync, or is it time to compare again? */
void diff_digests(struct core *c, struct peer *p, struct mono now);
bool diff_equal(struct core *c, const struct peer *p); /* equal inputs and, where fold versions match, equal states */

/* ---- sync_known.c ---- */
struct peer_log *known_find(const struct peer *p, const struct log_id *log); /* NULL: it never named it */
struct peer_log *known_log(struct peer *p,
                           const struct log_id *log); /* makes it; NULL without memory or past PEER_LOGS_MAX */
/*
 * The peer says that it has the log durably up to seq; `exact`: and no further. Of a log of ours nobody holds more than there is; of a site that
 * nobody admitted nothing is kept. ERR_ITEMS past PEER_LOGS_MAX.
 */
err_t known_claim(struct core *c, struct peer *p, const struct log_id *log, uint64_t seq, bool exact);
/* Writes down what peers acknowledged of our own logs: what status calls `unheld` survives a restart. */
void known_note_held(struct core *c);
/* They have all that we have now: of every site, or of one. */
void known_equal(struct core *c, struct peer *p, const struct msg_head *heads, size_t n, const uint8_t *site);
/* How many commits they have and we lack, and the other way. */
void known_distance(struct core *c, const struct peer *p, uint64_t *behind, uint64_t *ahead);

/* ---- sync_flow.c ---- */
void flow_ask(struct core *c); /* WANTs for what some peer has and we lack */
err_t flow_want(struct core *c, struct peer *p, const struct msg_want *m);
err_t flow_run(struct core *c, struct peer *p, const struct msg_run *m, size_t bytes);
/*
 * Takes consecutive commits in, one batch; `first` is the first one's seq, 0: whatever it says. *refused: why the first that was not taken was not, ERR_OK where all were; *at: where that is. From
 * link 0 they come out of a bundle.
 */
struct refusal {
    err_t why;
    uint64_t seq;
};
err_t flow_take(struct core *c, uint64_t link, const struct log_id *log, uint64_t first, const struct slice *commits,
                size_t n, struct refusal *out);
/*
 * Says one RUN: of that log, from *next to last, as many commits as fit into it and into `room` bytes. *next: the one behind them. True: nothing more
 * follows; then also on an error, which is noted.
 */
bool flow_say_run(struct core *c, const struct log_id *log, uint64_t *next, uint64_t last, size_t room,
                  const struct outlet *to);
/* The seq of a log's head here; 0 where there is none. */
uint64_t flow_head_seq(struct core *c, const struct log_id *log);
err_t flow_new(struct core *c, struct peer *p, const struct msg_new *m, size_t bytes);
err_t flow_ack(struct core *c, struct peer *p, const struct msg_ack *m);
/* Theirs at this place, and before it, is another branch: asks for what comes before, until the place is found where the two part. */
void flow_walk_back(struct core *c, struct peer *p, const struct log_id *log, uint64_t seq);
/* After COMMIT: what grew is told to peers. */
void sync_publish(struct core *c);
/* What may come in has changed (standing, a fork): what was refused may be asked again. */
void flow_forgive(struct core *c);

/* ---- sync_holes.c ---- */
/* Bodies that did not match or were withheld are asked of other peers, one after the other. */
void holes_tick(struct core *c, struct mono now);

/* ---- reach.c ---- */
void reach_tick(struct core *c, struct mono now);
void reach_failed(struct core *c, const uint8_t site[SITE_BYTES], err_t why);
/* A BYE asked us to wait at least that long. */
void reach_wait(struct core *c, const uint8_t site[SITE_BYTES], uint64_t seconds);
/* It ended our only session because another machine's with our key took its place. That one must have time to compare, or neither ever would. */
void reach_replaced(struct core *c, const uint8_t site[SITE_BYTES]);
/* Its HELLO came; its session reached LIVE: only then does the back-off begin anew (PROTOCOL.md §8.2). */
void reach_met(struct core *c, const uint8_t site[SITE_BYTES]);
void reach_live(struct core *c, const uint8_t site[SITE_BYTES]);
/* Is there a link, or an attempt at one, to that site? */
bool reach_has_link(const struct core *c, const uint8_t site[SITE_BYTES]);
/* Does peers.only let us connect to that site? What it leaves out may still connect to us. */
bool reach_wants(const struct core *c, const struct site *site);
/* Is there an address of it that we can call? Without one it calls us, or what is its comes through others. */
bool reach_has_road(struct core *c, const uint8_t site[SITE_BYTES]);
err_t reach_cause(const struct core *c, const uint8_t site[SITE_BYTES]);
/*
 * A member's session ended by a fault of its own (PROTOCOL.md §8.6). Who does so again and again has to wait (§8.2): how many seconds from now, 0 not yet.
 * Rounded up.
 */
uint64_t reach_offended(struct core *c, const uint8_t site[SITE_BYTES], err_t why);
uint64_t reach_penalty_s(const struct core *c, const uint8_t site[SITE_BYTES],
                         err_t *offence); /* what is left of it; 0: none */

/* ---- digests.c ---- */
/* Brings c->inputs and c->state up to date. */
err_t digests_update(struct core *c);
/* Heads of all logs that count, ascending; in the arena. */
err_t digests_heads(struct core *c, struct arena *arena, struct msg_head **out, size_t *n);

#endif
