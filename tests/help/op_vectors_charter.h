/*
 * The example alliance of the vectors: a founding charter of two allies, and a roster of six acts. For the makers and the tests of charter/.
 */
#ifndef ALLIED_TESTS_HELP_OP_VECTORS_CHARTER_H
#define ALLIED_TESTS_HELP_OP_VECTORS_CHARTER_H

#include "tests/help/op_vectors.h"

#define EXAMPLE_ACTS 6 /* admit b3…, admit b4…, suspend b3…, lift b3…, replace the key of b3…, checkpoint */

struct example_charter {
    struct charter_site sites[3]; /* seeds 11…, 12… (no vote) of ally b1…; 22… of ally b2… */
    struct charter_ally allies[2];
    struct charter_role role;
    struct charter charter; /* points into this struct: don't copy */
};
void example_charter(struct example_charter *x);
/* The carried form, signed by the keys of seeds 11… and 22…. */
void example_charter_carried(const struct charter *c, struct buf *out);
void example_sign_charter(struct slice body, const uint8_t *seeds, size_t n, struct buf *out);

struct example_roster {
    struct buf acts[EXAMPLE_ACTS];
    uint8_t ids[EXAMPLE_ACTS][HASH_BYTES], charter[HASH_BYTES];
};
void example_roster(struct example_roster *r);
void example_roster_fini(struct example_roster *r);
/* Signs an act; fills its id; `out` gets the carried form. */
void example_act(struct roster_act *act, uint8_t registrar_seed, struct buf *out);
void example_admit(struct roster_act *act, uint8_t ally, uint8_t site_seed, const char *name);

const char *charter_verdict(struct slice carried);
const char *roster_verdict(struct slice carried);
const char *invite_verdict(struct slice code);
const char *join_verdict(struct slice request);
const char *vouch_verdict(struct slice word);

#endif
