/*
 * op_notation: values written by hand, for tests and vectors. JSON with single quotes, where 'x:0a0b' is a bin, 'x:aa*24' a bin of 24 bytes
 * aa, 't:a*2000' a text of 2000 times "a"; a key of digits is an unsigned integer. Keys and integers go out as msgpack's shortest form.
 */
#ifndef ALLIED_TESTS_HELP_OP_NOTATION_H
#define ALLIED_TESTS_HELP_OP_NOTATION_H

#include "protocol/base/buf.h"
#include <jansson.h>

void notation(struct buf *out, const char *text); /* appends; stops the program on a mistake */

json_t *hex_of(struct slice bytes);                /* a JSON string; new reference */
void hex_read(const json_t *hex, struct buf *out); /* cleared first */
void hex_append(const char *hex, struct buf *out);
/* The parsed file tests/vectors/<name>; stops the program unless it is there and its version is 1. */
json_t *vectors_load(const char *name);
json_t *vectors_load_version(const char *name, int version);

#endif
