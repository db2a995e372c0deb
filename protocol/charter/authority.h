/*
 * authority: what charters and roster, evaluated in that order, say about each ally, site and log (DESIGN §3, PROTOCOL.md §7).
 * Pure: equal charters and acts (and the same chain kept among rivals) give an equal authority, whatever the order they arrived in.
 */
#ifndef ALLIED_PROTOCOL_CHARTER_AUTHORITY_H
#define ALLIED_PROTOCOL_CHARTER_AUTHORITY_H

#include "protocol/charter/charter.h"

/* Whoever ended stays known: what his sites wrote up to their cuts goes on counting. */
struct ally {
    uint8_t id[ALLY_BYTES];
    struct slice name;
    unsigned college;
    bool ratified; /* else provisional, or ended */
    bool suspended;
    bool ended;        /* left or was expelled */
    struct slice heir; /* 8 bytes or empty; takes effect when the ally has left */
};
struct site {
    uint8_t id[SITE_BYTES];
    struct slice name;
    size_t ally; /* index into allies; a site never changes its ally */
    bool votes;
    bool
        vote_due; /* waits for a charter to give it a vote: a new key for an old one that voted, a provisional ally's first site */
    bool ended; /* the key was replaced, or no longer listed; it never comes back */
};
/* Logs that it does not name are cut at 0. */
struct cut {
    bool suspension;          /* of all sites of `ally`; else of `site` alone */
    uint8_t ally[ALLY_BYTES]; /* whose site or suspension it is */
    uint8_t site[SITE_BYTES];
    const struct head *heads; /* ascending; others' may be among them */
    size_t heads_n;
};
struct act_stands {
    struct roster_act act;
    bool effect; /* false: it made no sense and changed nothing */
};
enum void_why {
    VOID_CHARTER = 1,   /* the newest charter's roster head follows from its sibling */
    VOID_LOWER = 2,     /* a sibling with a lower id stands */
    VOID_REGISTRAR = 3, /* it names an earlier charter, whose registrar is no longer the registrar */
    VOID_FOLLOWS = 4    /* it follows from a void act */
};
struct act_void {
    uint64_t number;
    uint8_t id[HASH_BYTES];
    enum void_why why;
};
struct charter_rival { /* two complete charters with one predecessor: somebody signed both */
    uint64_t number;
    uint8_t kept[HASH_BYTES], other[HASH_BYTES];
};
struct authority {
    struct arena arena; /* owns all below */
    uint8_t alliance[ALLIANCE_BYTES];
    struct slice name;
    uint64_t charter_number;
    uint8_t charter_id[HASH_BYTES], registrar[SITE_BYTES];
    uint64_t roster_number; /* of the last act that stands; 0: none */
    uint8_t roster_id[HASH_BYTES];
    struct ally *allies;
    size_t allies_n;
    struct site *sites; /* ascending by id */
    size_t sites_n;
    const struct charter_role *roles; /* of the newest charter, as the rules */
    size_t roles_n;
    const struct charter_rule *rules;
    size_t rules_n;
    struct charter *charters; /* the chain, [0] … [charters_n - 1], index = number; without signatures and motions */
    size_t charters_n;
    struct act_stands *acts; /* that stand; index = number - 1 */
    size_t acts_n;
    struct cut *cuts; /* in force */
    size_t cuts_n;
    struct head *checkpoints; /* the highest for each log, ascending */
    size_t checkpoints_n;
    struct act_void *voids; /* ascending by number, then predecessor, then id */
    size_t voids_n;
    struct charter_rival *rivals; /* of charters in the chain, ascending by number, then by the other's id */
    size_t rivals_n;
};

/* What a replica carries: in any order, with duplicates and rubbish; copies of one charter with unequal signatures add up. */
struct authority_input {
    const struct slice *charters, *acts; /* carried forms */
    size_t charters_n, acts_n;
    const uint8_t *alliance; /* 16 bytes; NULL: that of the chain's charter 0, else of the lowest founding charter */
    const uint8_t (*chain)[HASH_BYTES]; /* this replica's present chain, [0] charter 0; may be empty */
    size_t chain_n;
};
/*
 * Follows the valid children of charter 0: of rivals the one in `chain`, else the one with the lowest id; then the roster.
 * ERR_CHARTER where no charter 0 stands; ERR_ALLIANCE where those known are of other alliances.
 */
err_t authority_build_all(const struct authority_input *in, struct authority *out);
/*
 * Up to the charter and the roster head that `next` builds on: what charter_check_next wants. ERR_CHARTER where that charter is not the one this
 * chain has at its number, or the acts that lead to the head are not (all) here.
 */
err_t authority_build_before(const struct authority_input *in, const struct charter *next, struct authority *out);
/* authority_build_all with one charter and no chain. */
err_t authority_build(struct slice charter, const struct slice *acts, size_t acts_n, const uint8_t *alliance,
                      struct authority *out);
void authority_fini(struct authority *a);

const struct site *authority_site(const struct authority *a, const uint8_t site[SITE_BYTES]); /* NULL: unknown */
/* The roster act that gave this site another key; the old key in whose place an act put this one. NULL: none. */
const struct roster_act *authority_replacement(const struct authority *a, const uint8_t old_site[SITE_BYTES]);
const uint8_t *authority_replaces(const struct authority *a, const uint8_t site[SITE_BYTES]);
/* The act by which an ally came in, which names its mentor: the first that let a site of it in. NULL: it founded the alliance, or is unknown. */
const struct roster_act *authority_admission(const struct authority *a, const uint8_t ally[ALLY_BYTES]);
const struct ally *authority_ally_of(const struct authority *a, const uint8_t site[SITE_BYTES]);
const struct ally *authority_ally(const struct authority *a, const uint8_t ally[ALLY_BYTES]);
bool authority_has_role(const struct authority *a, const uint8_t ally[ALLY_BYTES], const char *role);
uint64_t authority_rule(const struct authority *a, enum rule rule); /* 0 where the charter is silent */

/* ---- standing ---- */

/* Up to which seq a log counts: UINT64_MAX without limit; 0 nothing, or a site unknown. The lowest cut that applies. */
uint64_t authority_limit(const struct authority *a, const struct log_id *log);
/* The highest checkpoint of a log out of charters, their cuts, and roster acts; NULL: none. At equal seq the one that was fixed last. */
const struct head *authority_checkpoint(const struct authority *a, const struct log_id *log);
const struct head *authority_checkpoints(const struct authority *a, size_t *n);
/*
 * Every head that was ever fixed, checkpoint by checkpoint in the order of evaluation: of a charter (its checkpoint and its cuts together) or of a roster
 * act with effect, which follows the charter it names and goes before the one that builds on it. `checkpoint`: its number, from 0; `charter`: index of the
 * one in force while it was made, for charter n that is n - 1. How many checkpoints there are.
 */
typedef void fixed_fn(void *ctx, size_t checkpoint, size_t charter, const struct head *head);
size_t authority_each_fixed(const struct authority *a, fixed_fn *fn, void *ctx);
size_t authority_checkpoint_of(const struct authority *a, size_t charter); /* the number of that charter's own */
/* By which charter (its index) an op that needs a role or a rule is judged: the lowest n whose successor's checkpoint or cuts cover it. */
size_t authority_charter_of(const struct authority *a, const struct log_id *log, uint64_t seq);
bool authority_has_role_at(const struct authority *a, size_t index, const uint8_t ally[ALLY_BYTES], const char *role);
uint64_t authority_rule_at(const struct authority *a, size_t index, enum rule rule);
/* Whose sites own the records of this ally now: itself, or its heir's heir …; NULL: nobody's, they are read-only. */
const struct ally *authority_owner_of(const struct authority *a, const uint8_t ally[ALLY_BYTES]);

/* All of it as one msgpack value (not part of the protocol): equal for equal authorities, and for those alone. */
void authority_describe(const struct authority *a, struct buf *out);

#endif
