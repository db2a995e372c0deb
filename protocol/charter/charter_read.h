/*
 * Private to charter/: what charter bodies and roster acts have in common, bytes <-> values.
 */
#ifndef ALLIED_PROTOCOL_CHARTER_CHARTER_READ_H
#define ALLIED_PROTOCOL_CHARTER_CHARTER_READ_H

#include "protocol/charter/charter.h"
#include "protocol/wire/rd.h"

#define COLLEGE_MAX 2

/* A text of 1 … NAME_MAX_BYTES. */
struct slice read_name(struct rd *r);
/* [head …], ascending by log, one a log. */
void read_heads(struct rd *r, struct arena *arena, const struct head **out, size_t *n);
/* The same, where a site may stand alone: [site, 0, 0, zeros]. */
void read_cuts(struct rd *r, struct arena *arena, const struct head **out, size_t *n);
void write_heads(struct buf *out, const struct head *heads, size_t n);
/* Items for `n` (0: NULL and no error); ERR_MEMORY sticks in the reader. */
void *read_alloc(struct rd *r, struct arena *arena, size_t n, size_t size);
const struct head *heads_find(const struct head *heads, size_t n, const struct log_id *log); /* NULL: not named */
bool heads_name_site(const struct head *heads, size_t n, const uint8_t site[SITE_BYTES]);
bool hash_is_zero(const uint8_t hash[HASH_BYTES]);

#endif
