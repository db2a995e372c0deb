/*
 * say: the pieces of a JSON answer. Each is a new reference; a piece for which there was no memory is null in its object (see commons/shortage.h).
 */
#ifndef ALLIED_DAEMON_READ_SAY_H
#define ALLIED_DAEMON_READ_SAY_H

#include "daemon/commons/fields_json.h"
#include "daemon/read/read.h"

/* {"exit", "result"} or {"exit", "error": {"code", "name", "detail"}}: `why` counts where it is of this error. result (may be NULL) is borrowed; beside an
 * error it stands only where something is in it. */
json_t *say_answer(err_t e, const struct why *why, json_t *result);
void say_put(json_t *object, const char *key, json_t *value); /* NULL becomes null */
void say_by_name(json_t *objects, json_t *one);               /* into a list in the order of their "name" */
json_t *say_id(struct slice id);                              /* lower-case base32 */
json_t *say_hex(struct slice bytes);
json_t *say_dot(const struct dot *dot);
json_t *say_string(struct slice text);
json_t *say_u64(uint64_t value);  /* as a string: 64-bit numbers are strings in JSON */
json_t *say_time(uint64_t clock); /* RFC 3339 UTC */
json_t *say_value(enum entity_type type, const struct field_info *field, struct slice value);
void say_ally(const struct authority *a, json_t *object, struct slice ally_id); /* "ally", "ally_name" */
/* Who wrote a dot and when: "dot", "at", "site", "site_name", "ally", "ally_name". */
err_t say_author(struct read *r, json_t *object, const struct dot *dot);
void say_commit(const struct authority *a, json_t *object, const struct commit *commit); /* the same but for the dot */
void say_field(json_t *out, enum entity_type type, const struct field_info *field, struct slice lang,
               struct slice value);
void say_fields(json_t *out, const struct view *v); /* the value shown at each key */

#endif
