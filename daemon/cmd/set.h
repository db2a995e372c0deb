/*
 * set: one value into the JSON form of a record or concept (fields_json.h), addressed as people write it: `title@fr`, `place.lat`, `authors`.
 */
#ifndef ALLIED_DAEMON_CMD_SET_H
#define ALLIED_DAEMON_CMD_SET_H

#include "protocol/op/op.h"
#include <jansson.h>

/* Where a value goes. */
struct set_place {
    char name[32];           /* field or relation; "type", "concepts", "lang" included */
    char part[32];           /* behind the dot; "" none */
    char lang[LANG_MAX + 1]; /* behind the @; "" none */
    bool list;               /* values gather in a list */
    bool structured;         /* text that begins with { or [ is JSON */
    bool number;             /* decimal degrees */
    bool words;              /* a list of plain texts: a cell of a table holds several, with | between them */
    const char *inner;       /* plain text of a structured list stands under this key of an object; NULL: as it is */
};
/* Reads "field", "field@lang", "field.part". ERR_FIELD_UNKNOWN, ERR_LANG, with the text in why. */
err_t set_place_read(enum entity_type type, struct slice text, struct set_place *out, struct why *why);
/* Adds "field" or "field@lang" to a list. ERR_MEMORY. */
err_t set_place_name(const struct set_place *place, json_t *list);
/* Puts `value` (taken over) there: lists gather, the rest is replaced. ERR_MEMORY. */
err_t set_put(json_t *object, const struct set_place *place, json_t *value);
/* The value as JSON: text, number where the place asks for one, a list or object where the text is JSON. ERR_FIELD_VALUE. */
err_t set_value(const struct set_place *place, const char *text, json_t **out, struct why *why);
/* The same of a table's cell: numbers stay text (a decimal comma is fine), words are split at "|", and of texts only what is JSON whole is taken for it. */
err_t set_cell(const struct set_place *place, const char *text, json_t **out, struct why *why);
/* "field[@lang]=value" as one thought, for --set; "field[@lang]" for --unset, which writes null. */
err_t set_from_text(enum entity_type type, json_t *object, const char *text, struct why *why);
err_t set_empty(enum entity_type type, json_t *object, const char *text, struct why *why);

#endif
