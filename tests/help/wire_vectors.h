/*
 * Golden vectors kept as JSON, {"version": 1, "vectors": [{"name": …, "result": "ok" or an error's name, …}]}, so that another implementation
 * can replay them as well.
 */
#ifndef ALLIED_TESTS_HELP_WIRE_VECTORS_H
#define ALLIED_TESTS_HELP_WIRE_VECTORS_H

#include "tests/help/wire_bytes.h"

#include <jansson.h>

/* Calls `replay` for each vector, which returns what our program says; fails the test, naming all that differ. Returns their number. */
size_t wire_replay(const char *path, err_t (*replay)(const json_t *vector));
const char *wire_member(const json_t *vector, const char *name); /* fails the test where it is missing */
struct buf wire_member_hex(const json_t *vector, const char *name);

#endif
