/*
 * state: what the core holds between two events; open inside daemon/core, opaque outside.
 */
#ifndef ALLIED_DAEMON_CORE_STATE_H
#define ALLIED_DAEMON_CORE_STATE_H

#include "daemon/core/core.h"
#include "daemon/ledger/days.h"
#include "daemon/ledger/years.h"
#include "daemon/store/guard.h"
#include "daemon/store/local.h"
#include "daemon/store/replica.h"
#include "daemon/store/rolls.h"
#include "peers/session.h"
#include "protocol/charter/authority.h"
#include "protocol/charter/join.h"
#include "protocol/wire/msg.h"

#define JOIN_DETAIL_BYTES 160

/* A site whose daemon this is: the first is its own, the others are hosted (host.h). */
struct own {
    struct sign_key key;
    uint8_t curve[32];   /* its CURVE public key */
    struct own_site row; /* as stored; slices in core->arena */
    struct guard guard;
    bool open;    /* the guard is taken */
    bool current; /* the guard has stood for this log's head: what others show beyond it is a clone's */
    bool clone_seen;
    bool wrote;                /* in the batch under way */
    struct guard_state before; /* its log's head when the batch began */
    bool announced;            /* since the daemon started */
    bool waits;                /* a hosted one: to be admitted */
    bool moving;               /* it is to go to a daemon of its own: nothing is written (move.h) */
    err_t join_error;          /* what its inviter said to that; ERR_OK nothing yet */
    bool confirm;              /* or that somebody there has to let it in */
    char join_detail[JOIN_DETAIL_BYTES];
    struct mono asked; /* when JOIN was last sent for it */
    err_t rekey_error; /* what a member said to its request for a new key; ERR_OK: nothing against it */
    char rekey_detail[JOIN_DETAIL_BYTES];
};

/* An entity touched in the batch under way: folded once, at its end. */
struct touched {
    enum entity_type type;
    uint8_t id[SITE_BYTES];
};

/* A log that grew in the batch under way: told to peers after COMMIT. */
struct grown {
    struct log_id log;
    uint64_t first, last;
    uint64_t from_link; /* who gave it; 0: ourselves */
};

struct batch {
    bool open;
    struct touched *touched;
    size_t touched_n, touched_room;
    uint32_t *slots; /* hash of touched: index + 1 */
    size_t slots_n;
    struct grown *grown;
    size_t grown_n, grown_room;
    int64_t feed_s; /* when what it changes is said to change, Unix seconds; 0: nothing of that kind */
};

/* What a peer holds of a log, as far as it said. */
struct peer_log {
    struct log_id log;
    uint64_t has;     /* its head: told, or sent to it */
    uint64_t durable; /* up to where it said that it holds the log durably */
    uint64_t noted;   /* of that, what stands in the store (own logs alone) */
    uint64_t asked;   /* up to where we asked this peer; 0: not */
    uint64_t ours;    /* so far at least we have it ourselves */
    struct mono due;  /* not to be asked before: its author may be faster */
    bool refused;     /* what it sent of this log was held: not asked again in this session */
    uint64_t walked;  /* from where we asked back for the place where its branch parts from ours */
};
/* What went over a link. Commits in: of RUN and NEW; again: of those, what was there already. */
struct traffic {
    uint64_t bytes_in, bytes_out, commits_in, commits_again, commit_bytes_in, commit_bytes_again;
};
struct serve { /* a WANT of theirs, being answered */
    struct log_id log;
    uint64_t next, last;
};
struct beacon_told {    /* of one site's beacons */
    uint64_t number;    /* the last one that went either way */
    struct mono hushed; /* none is passed on there until then: it has them from elsewhere */
};
struct peer {
    uint64_t link;
    bool outgoing, up, member, joined_asked;
    bool joined;                      /* it said JOIN */
    bool joins_told;                  /* we said to it what requests we keep */
    uint8_t (*joins_out)[HASH_BYTES]; /* of those, the ones it has not answered, in order */
    size_t joins_open, joins_room;
    bool join_out; /* we said JOIN for a hosted site, join_site, and wait for WELCOME */
    uint8_t join_site[SITE_BYTES];
    unsigned charters;            /* CHARTER messages of a stranger */
    bool said_digest, said_sites; /* VECTOR level 0, level 1, in the comparison under way */
    uint8_t curve[32];
    uint8_t site[SITE_BYTES]; /* whom we meant to reach, or who said HELLO */
    bool has_site, hello;
    enum session_state state;
    struct msg_hello theirs; /* numbers and digests of their HELLO, brought up to date by PING */
    struct mono since, heard, pinged, asked_at, diffed;
    uint64_t ping_number;
    int64_t rtt_ms;        /* -1: not measured */
    struct peer_log *logs; /* the first logs_sorted in order, the few newest behind them in an order of their own */
    size_t logs_n, logs_sorted, logs_room;
    struct serve *serves;
    size_t serves_n, serves_room;
    uint64_t credit; /* bytes of RUN and NEW we may still send */
    uint64_t owed;   /* bytes received and not yet given back */
    struct msg_site *vector_sites;
    size_t vector_sites_n;
    size_t vector_sites_room;
    struct traffic traffic;
    bool takes_beacons;       /* its HELLO says so */
    struct beacon_told *told; /* by the place of the site in c->beacons */
    size_t told_n;
    bool silenced; /* out of credit when something new came: announce when some returns */
};

/* How reaching a site goes. */
struct reach {
    uint8_t site[SITE_BYTES];
    unsigned attempts, next_address;
    struct mono due;
    err_t cause;
    bool doubted;      /* the last attempt seemed to meet another key */
    unsigned offences; /* sessions that a fault of its own ended, one soon after the other */
    struct mono offended, penalty_until;
    err_t offence;           /* the last of them */
    struct mono replaced_at; /* when a link of another daemon with our key took the place of ours; 0: never */
    struct mono zmq_tried;   /* when ZeroMQ was last tried beside a link over HTTP */
};

struct pending_ping {
    uint8_t client[256];
    size_t client_len;
    uint64_t link, number;
    struct mono sent;
};
#define PENDING_PINGS 16

struct place {
    struct log_id log;
    uint64_t seq;
};

/* What a site made us keep in a day, and what of it was passed over (flood.h). */
struct flood {
    uint8_t site[SITE_BYTES];
    struct mono since;
    unsigned forks;
    uint64_t passed;
};

/* Erasures under way. */
struct erasing {
    struct dot *due; /* to be judged at the batch's end */
    size_t due_n, due_room;
    bool any;                /* somebody ever asked for an erasure */
    bool ahead;              /* some were told ahead of data */
    bool flush;              /* bodies went: empty the write-ahead log and the index of them, then attest */
    uint64_t round, flushed; /* how often bodies went; up to which the write-ahead log is empty */
};

/* By which facts are told: terms and spans of the authority (tally.h). */
struct tallying {
    struct arena arena;
    struct years years;
    struct days days;
    size_t moved; /* from which span on facts may be told in another order than those stored; SIZE_MAX: none */
};

struct core {
    struct env env;
    char *dir;
    char *language, *licence, *endpoints, *url, *contact, *only;
    uint64_t min_free_bytes; /* storage.min_free; 0: it is not looked at */
    int64_t alert_after_ms;  /* peers.alert_after */
    bool serves;             /* a daemon: it announces itself and reaches out */
    struct store *store;
    struct arena arena;   /* lives as long as the core */
    struct arena scratch; /* cleared by every fold: nothing in it outlives a batch's end */
    struct arena frame;   /* of the message or request under way */
    struct authority authority;
    struct tallying tally;
    bool founded; /* there is a charter */
    struct own *own;
    size_t own_n;
    struct sign_key registrar;
    bool is_registrar;
    struct batch batch;
    uint64_t commits; /* batches committed since it opened */
    uint8_t inputs[HASH_BYTES], state[HASH_BYTES];
    bool digests_known;
    uint64_t holes;       /* bodies not held, as of digests_known */
    int64_t hole_row;     /* the last hole that was asked for */
    size_t hole_peer;     /* whose turn it is */
    struct mono holes_at; /* when holes were last asked for */
    struct mono changed;  /* when the digests last changed */
    bool change_told;
    struct peer *peers;
    size_t peers_n, peers_room;
    struct traffic past; /* of links that ended, since the daemon started */
    struct reach *reach;
    size_t reach_n, reach_room;
    uint64_t next_link;
    struct exchange **exchanges; /* links over HTTP: exchange.h */
    size_t exchanges_n, exchanges_room;
    uint64_t next_post;
    bool without_zmq, without_http; /* peers.transport */
    bool reach_dirty;               /* addresses or roster changed: look at whom to reach */
    bool ask_due;                   /* heads changed: look at what to ask */
    struct mono held_at;            /* when peers' acknowledgements were last written down */
    struct pending_ping pings[PENDING_PINGS];
    size_t pings_n;
    err_t join_error; /* what the inviter said to our JOIN; ERR_OK nothing yet */
    err_t join_wait;  /* or that it waits for somebody, whom join_detail names */
    char join_detail[JOIN_DETAIL_BYTES];
    bool joining;
    bool joins_due; /* requests that we keep may have become settled, or can be decided */
    struct mono
        rekeyed; /* when to be opened anew, under the new key that an act gave one of our sites; 0 ms: there is none */
    size_t alarmed_rivals, alarmed_voids; /* of the authority: noted in the journal */
    struct erasing erase;
    err_t index_trouble; /* why the index cannot follow, as its thread last told */
    bool effect_due;     /* a charter or an act is stored whose effect failed: again at effect_at */
    struct mono effect_at;
    struct place *fresh_forks; /* proofs that came in with this batch: peers are told after COMMIT */
    size_t fresh_forks_n, fresh_forks_room;
    struct flood *floods;
    size_t floods_n, floods_room;
    struct beacons *beacons; /* NULL: none are said or kept (beacons.h) */
    struct mono twin_until;  /* another daemon goes about with our key: shown until then (own_twin) */
    unsigned relays_told;    /* the month before which no relay day is left to tell (relays.h); 0: not looked */
    struct mono relays_due;  /* and not to be tried before */
    bool republish_due;      /* a fork took commits of ours out of their log: look for what to write again */
    err_t fatal;
};

/* The first site here: the daemon's own, as which it speaks with others. */
static inline struct own *core_own(struct core *c)
{
    return c->own_n ? &c->own[0] : NULL;
}
struct own *core_own_named(struct core *c, struct slice name); /* by its short name; NULL */
static inline struct wall core_wall(const struct core *c)
{
    return c->env.wall(c->env.ctx);
}
static inline struct mono core_mono(const struct core *c)
{
    return c->env.mono(c->env.ctx);
}
/* May this site speak to us as a member? A key that was replaced, or whose ally left, may not. */
static inline bool core_admits(const struct core *c, const uint8_t site[SITE_BYTES])
{
    const struct site *s = authority_site(&c->authority, site);
    return s && !s->ended;
}
bool core_is_own(const struct core *c, const uint8_t site[SITE_BYTES]);
/* Ours under this key, or under one that took its place. */
bool core_was_own(const struct core *c, const uint8_t site[SITE_BYTES]);

/* One journal line: printf of "key=value …". Values from outside go through core_short first. */
__attribute__((format(printf, 4, 5))) void core_note(const struct core *c, enum journal_level level, const char *event,
                                                     const char *format, ...);
#define SHORT_LEN 10
/* The first characters of an id's text form, for the journal and for lists. */
const char *core_short(struct slice id, char out[SHORT_LEN + 1]);

/* A growing array: makes room for one more, or returns ERR_MEMORY. */
err_t core_grow(void **array, size_t n, size_t *room, size_t size);

#endif
