/*
 * op_vectors: what the files tests/vectors/{commit,op,charter,roster,authority,join,exchange,inputs,beacon}.json hold, made anew from fixed seeds. make_vectors writes them;
 * the tests compare the files with these and replay them. New references.
 */
#ifndef ALLIED_TESTS_HELP_OP_VECTORS_H
#define ALLIED_TESTS_HELP_OP_VECTORS_H

#include "protocol/charter/authority.h"
#include "protocol/charter/join.h"
#include <jansson.h>

json_t *vectors_commit(void);
json_t *vectors_op(void);
json_t *vectors_charter(void);
json_t *vectors_roster(void);
json_t *vectors_authority(void);
json_t *vectors_join(void);
json_t *vectors_exchange(void);
json_t *vectors_inputs(void);
json_t *vectors_beacon(void);

/* What a reader makes of the bytes of a case: the name of the error, or "ok". */
const char *commit_verdict(struct slice carried, const uint8_t alliance[ALLIANCE_BYTES]);
const char *op_verdict(struct slice header, struct slice body);
const char *exchange_request_verdict(struct slice body, uint8_t hash[HASH_BYTES]);
const char *exchange_response_verdict(struct slice body, const uint8_t site[SITE_BYTES],
                                      const uint8_t request[HASH_BYTES]);

const char *beacon_verdict(struct slice bytes, const uint8_t signature[SIGNATURE_BYTES]);

/* The key of the seed that is 32 times `byte`. */
void seeded_key(uint8_t byte, struct sign_key *out);
/* A second valid signature of the same bytes by the same key: Ed25519 with another nonce. */
void sign_again(const uint8_t seed[SEED_BYTES], const char *domain, struct slice bytes, uint8_t out[SIGNATURE_BYTES]);

#endif
