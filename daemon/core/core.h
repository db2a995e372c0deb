/*
 * core: the only writer. Events in (a frame of a peer, a request of a client, time), effects out through struct env. One thread; it has no
 * clock, network or randomness of its own.
 *
 * The way of data, the same whatever the door:
 *   scan → decode → verify → admit (charter, roster, cut, fork, who) → store + fold, one COMMIT → guard → publish
 */
#ifndef ALLIED_DAEMON_CORE_CORE_H
#define ALLIED_DAEMON_CORE_CORE_H

#include "daemon/core/env.h"
#include "daemon/store/store.h"

struct core;

struct core_settings {
    const char *language;  /* site.language; "" unknown */
    const char *licence;   /* site.licence: default of new records */
    const char *endpoints; /* where we can be reached, blank-separated; "" outgoing only */
    const char *url, *contact;
    const char *transport;  /* peers.transport: "zmq", "http" or "auto"; NULL: auto */
    const char *only;       /* peers.only: names of allies or sites, with commas between; "" or NULL: all */
    bool beacons;           /* says how this site is, and keeps what others say of themselves */
    bool serves;            /* a daemon: it announces itself, connects to peers and answers them */
    int64_t min_free_bytes; /* storage.min_free: a disk with less room is a problem; 0: any will do */
    int64_t alert_after_s;  /* peers.alert_after: a site that is silent for longer is a problem */
};

/* Opens the site(s) in `dir`, whose lock the caller holds. ERR_NO_DATA, ERR_NEWER, ERR_DATABASE, … */
err_t core_open(const char *dir, const struct env *env, const struct core_settings *settings, struct core **out,
                struct why *why);
void core_close(struct core *c);

/* Events. `site` is who we meant to reach (outgoing) or NULL; `curve` is the link's authenticated CURVE key. */
void core_link_up(struct core *c, uint64_t link, const uint8_t *site, const uint8_t curve[32]);
void core_link_down(struct core *c, uint64_t link, err_t why);
void core_frame(struct core *c, uint64_t link, struct slice message);
void core_request(struct core *c, struct slice client, struct slice json);
/* HTTP. What a request of ours came to: status 0 and why where there was no answer at all. */
void core_posted(struct core *c, uint64_t post, unsigned status, err_t why, struct slice body);
/* A body that came to POST /peer/v1/exchange; a look whether this site is ready. Answered through env, at once or later. */
void core_exchange(struct core *c, uint64_t ticket, struct slice body);
void core_ready(struct core *c, uint64_t ticket);
/* Does what is due; returns when to call again at the latest. */
struct mono core_tick(struct core *c);
/* Says BYE to every peer. */
void core_stop(struct core *c);
/*
 * A site of ours has a new key, and speaks under the old one until the core is opened anew: with links made under the new one. It says so a moment after it saw
 * the act, so that whoever asked for it here has the answer.
 */
bool core_rekeyed(const struct core *c);
/* The public CURVE key that the first site's links are to be made under. */
const uint8_t *core_curve(const struct core *c);
/* How often the replica may have changed since the core opened: what follows it looks again where that grew. */
uint64_t core_commits(const struct core *c);
/* Why the index cannot follow, for status; ERR_OK: it can. */
void core_index_is(struct core *c, err_t trouble);
/* A failed fsync or a broken database: the process has to stop and recover. */
err_t core_fatal(const struct core *c);

#endif
