/*
 * charter_vectors: the parts of charter.json, roster.json and authority.json that take more than one charter or act: small alliances of
 * charter_world, what is carried in them, and what follows from it. New references.
 */
#ifndef ALLIED_TESTS_HELP_CHARTER_VECTORS_H
#define ALLIED_TESTS_HELP_CHARTER_VECTORS_H

#include "protocol/charter/promise.h"
#include <jansson.h>

/* [{name, charters, acts, carried, result, voters, needed, signers}]: is `carried` a valid child of what it builds on? */
json_t *charter_next_cases(void);
/* [{name, carried, result}] */
json_t *promise_cases(void);
/* [{name, charters, acts, stands, voids}] */
json_t *roster_walks(void);

/* What the tests make of a stored case: the same keys as the case has beside its input. */
json_t *charter_next_result(const json_t *stored);
json_t *roster_walk_result(const json_t *stored);
json_t *authority_result(const json_t *stored);
const char *promise_verdict(struct slice carried);

#endif
