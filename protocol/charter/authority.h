/*
 * authority: what charter and roster, evaluated in that order, say about each ally and site (DESIGN §3 "Standing").
 * Pure: equal charters and acts give an equal authority, whatever the order they arrived in.
 */
#ifndef ALLIED_PROTOCOL_CHARTER_AUTHORITY_H
#define ALLIED_PROTOCOL_CHARTER_AUTHORITY_H

#include "protocol/charter/charter.h"

struct ally {
    uint8_t id[ALLY_BYTES];
    struct slice name;
    unsigned college;
    bool ratified; /* else provisional */
    bool suspended;
};
struct site {
    uint8_t id[SITE_BYTES];
    struct slice name;
    size_t ally; /* index into allies */
    bool votes;
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
    const struct charter_role *roles;
    size_t roles_n;
    const struct charter_rule *rules;
    size_t rules_n;
};

/*
 * Builds from the carried charter 0 and all known carried roster acts, in any order, duplicates allowed. An act that does not verify, or
 * that no chain from the charter reaches, is left out; of siblings the one with the lower id stands. Until three allies are ratified an admission
 * is full at once. ERR_CHARTER where the charter does not stand; ERR_ALLIANCE where `alliance` (may be NULL) is another's id.
 */
err_t authority_build(struct slice charter, const struct slice *acts, size_t acts_n, const uint8_t *alliance,
                      struct authority *out);
void authority_fini(struct authority *a);

const struct site *authority_site(const struct authority *a, const uint8_t site[SITE_BYTES]); /* NULL: unknown */
const struct ally *authority_ally_of(const struct authority *a, const uint8_t site[SITE_BYTES]);
const struct ally *authority_ally(const struct authority *a, const uint8_t ally[ALLY_BYTES]);
bool authority_has_role(const struct authority *a, const uint8_t ally[ALLY_BYTES], const char *role);
uint64_t authority_rule(const struct authority *a, enum rule rule); /* 0 where the charter is silent */

#endif
