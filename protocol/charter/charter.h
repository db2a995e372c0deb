/*
 * charter and roster: who may do what (DESIGN §3, PROTOCOL.md §7).
 *
 *   charter body  [1, number, prev 32B, name text, text_hash 32B, registrar 32B, [ally …], [[role text, ally 8B] …], {rule: value},
 *                  [[kind text, points, cap] …], [head …] (checkpoint), [cut …], [act number, act id 32B]]
 *   ally          [id 8B, name text, college 0 effectif · 1 droit · 2 associe, heir 8B or empty, [[site 32B, name text, votes bool] …]]
 *   head          [site 32B, incarnation, seq, id 32B]
 *   cut           a head, or [site 32B, 0, 0, zeros 32B]: a site alone, all whose logs are cut at 0 and none of which is named beside it
 *   id            BLAKE2b-256("allied/charter/1" ‖ body); the alliance's id is its first 16 bytes where number is 0
 *   carried       [body bin, [[site 32B, signature 64B] …] ascending, nil or a motion bin]; each signature over "allied/charter/1" ‖ body
 *
 *   roster act    [charter id 32B, number from 1, prev 32B, act]; id BLAKE2b-256("allied/roster/1" ‖ act bytes)
 *   carried       [act bin, signature 64B by the registrar over "allied/roster/1" ‖ act bytes]
 *   act           [1, ally 8B, ally name, college, site 32B, site name, mentor 8B or empty, request 32B]   admit (a site of a new or a known ally)
 *                 [2, ally 8B, [head …]] suspend · [3, ally 8B] lift · [4, ally 8B, old 32B, new 32B, [head …]] replace a key ·
 *                 [5, [head …]] checkpoint
 */
#ifndef ALLIED_PROTOCOL_CHARTER_CHARTER_H
#define ALLIED_PROTOCOL_CHARTER_CHARTER_H

#include "protocol/op/op.h"

struct authority;

#define NAME_MAX_BYTES   200
#define ROLE_SECRETARIAT "secretariat"

/* Rules by number (an unknown one is kept and ignored). */
enum rule {
    RULE_SET = 1,               /* number of the rule set */
    RULE_ADOPT_SECRETARIAT = 2, /* 1: the secretariat adopts */
    RULE_ADOPT_ALLIES = 3,      /* k: adopted once k allies other than the proposer have; 0: not by allies */
    RULE_PROFILE = 4,           /* number of the discipline profile */
    RULE_VOTE = 5,              /* 0 one_ally_one_vote · 1 weighted */
    RULE_ADOPT_BY_USE = 6,      /* 1: adopted when another ally indexes with it */
    RULE_YEAR_CLOSED = 7, /* the checkpoint closes the years up to this one that no earlier charter closed; 0: none */
    RULE_DELAY_DAYS = 8   /* within which the secretariat is to handle a proposal; 0: none is set */
};

struct head {
    struct log_id log;
    uint64_t seq;
    uint8_t id[HASH_BYTES];
};
struct charter_site {
    uint8_t site[SITE_BYTES];
    struct slice name;
    bool votes;
};
struct charter_ally {
    uint8_t id[ALLY_BYTES];
    struct slice name;
    unsigned college;
    struct slice heir; /* 8 bytes or empty */
    const struct charter_site *sites;
    size_t sites_n;
};
struct charter_role {
    struct slice role;
    uint8_t ally[ALLY_BYTES];
};
struct charter_rule {
    uint64_t rule, value;
};
struct charter_score {
    struct slice kind;    /* a ledger kind: "record_full" */
    uint64_t points, cap; /* cap per day; 0: none */
};
struct charter {
    struct slice body;
    uint8_t id[HASH_BYTES];
    uint64_t number;
    uint8_t prev[HASH_BYTES];
    struct slice name;             /* of the alliance */
    uint8_t text_hash[HASH_BYTES]; /* BLAKE2b-256 of the charter's prose; zeros: none */
    uint8_t registrar[SITE_BYTES];
    const struct charter_ally *allies;
    size_t allies_n;
    const struct charter_role *roles;
    size_t roles_n;
    const struct charter_rule *rules;
    size_t rules_n;
    const struct charter_score *scores;
    size_t scores_n;
    const struct head *checkpoint;
    size_t checkpoint_n;
    const struct head *cuts;
    size_t cuts_n;
    uint64_t roster_number; /* the roster head it builds on; 0: none */
    uint8_t roster_id[HASH_BYTES];
    const struct charter_signature {
        uint8_t site[SITE_BYTES], signature[SIGNATURE_BYTES];
    } * signatures;
    size_t signatures_n;
    struct slice motion; /* empty: none */
};

enum act_kind { ACT_ADMIT = 1, ACT_SUSPEND = 2, ACT_LIFT = 3, ACT_REPLACE_KEY = 4, ACT_CHECKPOINT = 5 };
struct roster_act {
    struct slice bytes;
    uint8_t id[HASH_BYTES], signature[SIGNATURE_BYTES];
    uint8_t charter[HASH_BYTES], prev[HASH_BYTES];
    uint64_t number;
    enum act_kind kind;
    uint8_t ally[ALLY_BYTES];
    struct slice ally_name, site_name, mentor;
    unsigned college;
    uint8_t site[SITE_BYTES]; /* admit: the site; replace: the new key */
    uint8_t old_site[SITE_BYTES];
    uint8_t request[HASH_BYTES]; /* admit: BLAKE2b-256 of the JOIN request it answers; zeros: none */
    const struct head *heads;
    size_t heads_n;
};

/* Carried forms to values; every slice points into `carried` or the arena. Form only, not signatures. */
err_t charter_decode(struct slice carried, struct arena *arena, struct charter *out);
err_t roster_decode(struct slice carried, struct arena *arena, struct roster_act *out);
/*
 * The union of two copies of one charter: `a` with the signatures that `b` has beside, each once and only those that verify; by sites that
 * `before` (may be NULL) knows, so that nobody can fill a charter with strangers' signatures. ERR_CHARTER where the ids differ.
 */
err_t charter_merge(const struct charter *a, const struct charter *b, const struct authority *before, struct buf *out);
/* Charter 0 is valid where its number is 0, prev zeros, and each of its allies has signed by one of its voting sites. */
err_t charter_check_founding(const struct charter *c);

/* ---- charters after 0; `before` was evaluated up to charter n and the roster head that `next` names (authority_build_before) ---- */

/* All that a valid charter n+1 needs but signatures. ERR_CHARTER. */
err_t charter_check_next_form(const struct charter *next, const struct authority *before);
/* The form, and signatures of ceil(2v/3) of its v voters; a motion is passed over in this version. ERR_CHARTER. */
err_t charter_check_next(const struct charter *next, const struct authority *before);
/*
 * Who may sign: the allies ratified in `before`, suspended or not, without the one from which `next` takes the role of the secretariat. An ally has
 * signed by one valid signature of any of its sites with a vote.
 */
struct charter_count {
    size_t voters, needed, signers;
};
struct charter_count charter_count(const struct charter *next, const struct authority *before);
bool charter_voter(const struct charter *next, const struct authority *before, const uint8_t ally[ALLY_BYTES]);
bool charter_signed_by(const struct charter *next, const struct authority *before, const uint8_t ally[ALLY_BYTES]);
/*
 * A draft of charter n+1 on `a` and its roster head: everybody who has not ended, the same roles, rules, scores, registrar and prose; `checkpoint`
 * ascends by log. With `ratify` the provisional allies are listed too, else they stay provisional. Sites that wait for a vote (a new key in an old
 * one's place, a ratified newcomer's) get it. Arrays live in the arena, texts in `a`; body, id and signatures are left empty.
 */
err_t charter_draft_next(const struct authority *a, bool ratify, const struct head *checkpoint, size_t checkpoint_n,
                         struct arena *arena, struct charter *out);

err_t roster_check_signature(const struct roster_act *a, const uint8_t registrar[SITE_BYTES]);

/* Encoders: the body from its fields (body, id, signatures ignored), then the carried form. */
void charter_encode_body(struct buf *out, const struct charter *c);
void charter_id(struct slice body, uint8_t out[HASH_BYTES]);
void charter_encode(struct buf *out, struct slice body, const struct charter_signature *sigs, size_t n,
                    struct slice motion);
void roster_encode_body(struct buf *out, const struct roster_act *a);
void roster_id(struct slice body, uint8_t out[HASH_BYTES]);
void roster_encode(struct buf *out, struct slice body, const uint8_t signature[SIGNATURE_BYTES]);

#endif
