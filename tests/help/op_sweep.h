/*
 * op_sweep: what every decoder must bear, whatever it decodes. Bytes are handed over in heap blocks of exactly their size.
 */
#ifndef ALLIED_TESTS_HELP_OP_SWEEP_H
#define ALLIED_TESTS_HELP_OP_SWEEP_H

#include "protocol/base/slice.h"
#include <jansson.h>

typedef const char *(*verdict_fn)(struct slice bytes); /* "ok", or an error's name */

/* The number of prefixes (all but the whole) that are not refused. */
size_t sweep_prefixes(struct slice bytes, verdict_fn verdict);
/* The number of single flipped bits that are not refused. */
size_t sweep_flips(struct slice bytes, verdict_fn verdict);
/* Compares a stored file of vectors with the one made anew; says where they differ. Takes both references. */
int vectors_equal(json_t *stored, json_t *made);

#endif
