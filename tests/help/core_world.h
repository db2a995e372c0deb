/*
 * core_world: N cores in one process over a virtual clock, seeded randomness and a virtual network, with real SQLite on a tmpfs. One seed is one
 * trace: world_trace() hashes every event, and two runs of the same steps give the same hash.
 *
 * Time stands still but for world_run(). A frame takes `delay` plus up to `jitter` ms; frames never overtake each other within one link, links are
 * independent. A site that is down, or cut off from the other, is not reached; a link that is cut loses what is on its way. A stuck site takes
 * nothing in and does nothing, while its links stay. A crash leaves the directory as the disk had it at that moment. Where one direction is muted, what
 * travels that way waits until it is not, or its link breaks. What a silent site says is lost: its process is dead and does not know.
 *
 * Each site has a machine: the directory where its guard stands. Clones may move to another.
 */
#ifndef ALLIED_TESTS_HELP_CORE_WORLD_H
#define ALLIED_TESTS_HELP_CORE_WORLD_H

#include "daemon/core/state.h"
#include <jansson.h>

#define WORLD_SITES    12
#define WORLD_LINKS    512
#define WORLD_START_MS INT64_C(1790000000000) /* wall clock where mono is 0 */

struct world;
struct world_site {
    struct world *world;
    size_t at;
    struct core *core; /* NULL: down */
    char name[24], dir[160], machine[160];
    bool outgoing_only, stuck, silent;
    bool without_zmq, http; /* it is reached over HTTP alone, or over both */
    const char *transport;  /* peers.transport */
    uint64_t random;        /* state of its own stream */
    int64_t tick_at;        /* ms */
    int64_t skew_ms;        /* of its wall clock */
    json_t *answer;         /* to the last request */
    json_t *notes;          /* journal: event → how often */
    unsigned starts;
};

struct world_link {
    size_t site[2];   /* who opened it, who took it */
    uint64_t link[2]; /* its number at either end */
    unsigned starts[2];
    bool open[2];               /* that end has it still */
    int64_t last[2];            /* when the last frame towards that end arrives */
    size_t waiting[2], most[2]; /* bytes on the way towards that end */
    uint64_t frames;
};

enum world_event_kind { WORLD_UP, WORLD_DOWN, WORLD_FRAME, WORLD_ASKED, WORLD_POSTED };
struct world_event {
    int64_t at;
    uint64_t serial;
    enum world_event_kind kind;
    size_t link; /* place in links; WORLD_LINKS: none was made (a refused connect) */
    unsigned end;
    size_t site; /* who is told, where there is no link */
    uint64_t number;
    unsigned starts;
    err_t why;
    unsigned status; /* WORLD_POSTED */
    struct buf bytes;
};

/* A request over HTTP that has no answer yet. */
#define WORLD_POSTS    256
#define WORLD_RECORDED 64
struct world_post {
    bool open;
    size_t from, to; /* from WORLD_SITES: the test */
    uint64_t post, ticket;
    unsigned starts, to_starts;
};

struct world {
    char root[96];
    uint64_t seed, random, serial, next_incoming;
    int64_t now; /* ms, the mono clock of all */
    int64_t delay, jitter;
    size_t sites_n;
    struct world_site sites[WORLD_SITES];
    bool blocked[WORLD_SITES][WORLD_SITES];
    bool muted[WORLD_SITES][WORLD_SITES]; /* from, to */
    struct world_event *held;             /* what waits in muted directions, in order */
    size_t held_n, held_room;
    struct world_link links[WORLD_LINKS];
    size_t links_n;
    struct world_event *events; /* a heap: earliest first */
    size_t events_n, events_room;
    unsigned copies;
    uint8_t trace[HASH_BYTES];
    void (*after)(void *ctx, size_t site); /* told after every event of a site; may be NULL. It may close the site */
    void *after_ctx;
    bool watch;                     /* look into every frame: see `commits` */
    json_t *seen;                   /* log and seq → commit id, of every commit that ever travelled */
    size_t forks;                   /* how often one came with another id */
    size_t beacons_n, beacon_bytes; /* what travelled of these, where `watch` is set */
    bool beacons;                   /* sites that start from now on say how they are */
    struct world_post posts[WORLD_POSTS];
    uint64_t tickets, http_bytes, http_requests;
    unsigned http_loss; /* of 1,000 requests and as many answers */
    struct buf record[WORLD_RECORDED], raw_answer;
    size_t record_n; /* bodies of requests, the first ones; WORLD_RECORDED: no more are kept */
    unsigned raw_status;
    err_t raw_why;
    size_t outsider; /* 1 + the site that is played by the test (0: none is): what it is sent is kept in `inbox` */
    struct buf inbox[64];
    size_t inbox_n;
};

/* ---- making one ---- */
struct world *world_new(uint64_t seed);
void world_free(struct world *w);
/* A site that founds, and n - 1 that join it one after the other; all run, and agree. */
struct world *world_alliance(uint64_t seed, size_t n);
size_t world_add(struct world *w, const char *name); /* a site without a directory yet */
void world_found(struct world *w, size_t at);
/* By an invitation of site 0. *code (may be NULL) gets it, the caller frees it. */
void world_join(struct world *w, size_t at, char **code);
err_t world_join_code(struct world *w, size_t at, const char *code);
char *world_invite(struct world *w, const char *ally, int64_t expires_s);
size_t world_newcomer(struct world *w, const char *name,
                      const char *code); /* another site that asks with this code, and runs */

/* ---- running ---- */
err_t world_start(struct world *w, size_t at); /* as a daemon */
void world_open(struct world *w, size_t at);   /* as a command: without a network */
void world_stop(struct world *w, size_t at);   /* politely */
void world_close(struct world *w, size_t at);  /* without a word; links and disk stay as they are */
void world_crash(struct world *w, size_t at);
void world_run(struct world *w, int64_t ms);
bool world_agrees(struct world *w); /* equal inputs and states of all that are up */
/* Runs until all agree and nothing but pings travels; false after limit_ms. */
bool world_settle(struct world *w, int64_t limit_ms);
uint64_t world_random(struct world *w, uint64_t below);
void world_trace_add(struct world *w, struct slice bytes);

/* ---- network ---- */
void world_block(struct world *w, size_t a, size_t b, bool blocked); /* cuts and refuses links, or no longer */
/* One direction, at once and for frames on their way; links stay. */
void world_mute(struct world *w, size_t from, size_t to, bool muted);
void world_heal(struct world *w);                    /* nothing is blocked or muted any more */
void world_cut(struct world *w, size_t a, size_t b); /* the links between them break now */
void world_up(struct world *w, struct world_link *l, size_t index);
size_t world_links_between(const struct world *w, size_t a, size_t b); /* open ones */
struct env world_env(struct world_site *s);
void world_net_step(struct world *w); /* the earliest event */
void world_look_into(struct world *w, struct slice message);
void world_push(struct world *w, struct world_event *e);
void world_lose_links(struct world *w, size_t at); /* and what is on its way */
/* Its process is dead; what it had sent before still arrives, then the end of the link. */
void world_leave_links(struct world *w, size_t at);

/* ---- HTTP ---- */
void world_http_post(void *ctx, uint64_t post, const char *url, struct slice body, int64_t timeout_ms);
void world_http_unpost(void *ctx, uint64_t post);
void world_http_answer(void *ctx, uint64_t ticket, unsigned status, err_t why, struct slice body);
void world_http_lose(struct world *w, size_t at);
void world_http_event(struct world *w, struct world_event *e);
/* A body of the test's own, at once; the status of the answer, which is in raw_answer or raw_why; 0 while it is kept back. */
unsigned world_http_raw(struct world *w, size_t to, struct slice body);
void world_http_forget(struct world *w); /* frees what was kept */

/* ---- an outsider: a key of its own, played by the test ---- */
/* Opens a link to site `to` under this CURVE key; sends. What comes back is in inbox. The link's number at `to`. */
uint64_t world_outsider_link(struct world *w, size_t to, const uint8_t curve[32]);
void world_outsider_send(struct world *w, size_t to, uint64_t link, const struct msg *m);
void world_outsider_forget(struct world *w);
/* The last message of that type in the inbox, or false. */
bool world_outsider_got(struct world *w, enum msg_type type, struct arena *arena, struct msg *out);

/* ---- disks ---- */
/* A copy of a site's directory as it is on the disk now (running or not). */
void world_copy(struct world *w, size_t at, char path[160]);
void world_copy_tree(const char *from, const char *to);
void world_restore(struct world *w, size_t at, const char *path); /* the site is down */
void world_boot(struct world *w, size_t at);                      /* the site is down: what was on its tmpfs is gone */
/* Another site with the same directory, key included. other_machine: its guard stands elsewhere; with_memory: a copy of the guard too. */
size_t world_clone(struct world *w, size_t at, bool other_machine, bool with_memory);
void world_guard_path(const struct world *w, size_t at, char path[256]);

/* ---- asking ---- */
/* The whole answer; the caller frees it. `args` is taken; NULL: none. */
json_t *world_ask(struct world *w, size_t at, const char *what, json_t *args);
/* The result of what must succeed; of what must be refused with this error. */
json_t *world_do(struct world *w, size_t at, const char *what, json_t *args);
void world_refused(struct world *w, size_t at, const char *what, json_t *args, const char *name);
size_t world_noted(const struct world *w, size_t at, const char *event);
uint64_t world_number(const json_t *result, const char *key);
/* Shorthands: a record by its source id and title; its id. */
void world_record(struct world *w, size_t at, const char *source_id, const char *title, char id[64]);
/* Those of record.write and concept.write (adopted) about one; the caller's reference to the fields is taken. Its id. */
void world_record_of(struct world *w, size_t at, json_t *fields, char id[64]);
void world_concept_of(struct world *w, size_t at, json_t *fields, char id[64]);
void world_title(struct world *w, size_t at, const char *id, char title[64]);
void world_title_is(struct world *w, size_t at, const char *id, const char *expected);
void world_retitle(struct world *w, size_t at, const char *id, const char *title);
/* Of the status: a text of it, "" where there is none; whether a problem of that name is shown. */
void world_status_is(struct world *w, size_t at, const char *key, const char *expected);
bool world_has_problem(struct world *w, size_t at, const char *name);
size_t world_allies(struct world *w, size_t at); /* how many it knows */
/* Ends the test unless `verify` finds nothing. */
void world_verify(struct world *w, size_t at);

#endif
