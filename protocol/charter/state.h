/*
 * Private to charter/: an authority while it is evaluated, and what a charter and an act change in it (PROTOCOL.md §7.3). Sites stand in the
 * order of their coming until evaluate sorts them.
 */
#ifndef ALLIED_PROTOCOL_CHARTER_STATE_H
#define ALLIED_PROTOCOL_CHARTER_STATE_H

#include "protocol/charter/authority.h"

/* Takes a carried charter into the chain; its form was checked. */
err_t state_take_charter(struct authority *a, struct slice carried);
/* Applies a carried act at the place; its signature was checked. */
err_t state_take_act(struct authority *a, struct slice carried);
/* A copy that can go on by itself, with an arena of its own; texts stay the original's. Signs of voids and rivals are left out. */
err_t state_clone(const struct authority *from, struct authority *out);
err_t state_add_void(struct authority *a, const struct act_void *v);
err_t state_add_rival(struct authority *a, const struct charter_rival *r);
/* When all is taken and sites are sorted: the highest checkpoint for each log (standing.c). */
err_t state_fix_heads(struct authority *a);

struct ally *state_ally(const struct authority *a, const uint8_t id[ALLY_BYTES]);
struct site *state_site(const struct authority *a, const uint8_t id[SITE_BYTES]);
const struct charter_ally *charter_lists(const struct charter *c, const uint8_t id[ALLY_BYTES]); /* NULL: not listed */
const struct charter_site *charter_lists_site(const struct charter *c, const uint8_t id[SITE_BYTES]);
/* The charter of the chain with this id; NULL: none. */
const struct charter *state_charter(const struct authority *a, const uint8_t id[HASH_BYTES]);

#endif
