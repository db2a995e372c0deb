/*
 * fields_json_value: one value of a field out of JSON, by the field's type. Only fields_json_*.c use this header.
 */
#ifndef ALLIED_DAEMON_COMMONS_FIELDS_JSON_VALUE_H
#define ALLIED_DAEMON_COMMONS_FIELDS_JSON_VALUE_H

#include "daemon/commons/fields_json.h"

#define FIELDS_JSON_CAP (16u * 1024 * 1024) /* bytes of one value before its own limit is looked at */

struct json_in {
    enum entity_type type;
    struct arena *arena;
    struct why *why;
    struct entity_writes *out;
    const char *name;   /* of the field at hand */
    struct slice lang;  /* where a text says none */
    struct buf scratch; /* texts in NFC */
};

/* Missing, null, or a text of nothing but blanks. */
bool json_in_empty(const json_t *v);
/* `name`, or `name.part`, as the reason's text. */
err_t json_in_refuse(struct json_in *in, err_t err, const char *part);
/* A language tag in lower case; "" stays "". ERR_LANG. */
err_t json_in_lang(struct json_in *in, const char *text, size_t len, struct slice *out);
/* Adds `key`, or `outer.key`, to the unknown names. */
err_t json_in_unknown(struct json_in *in, const char *outer, const char *key);
/* Appends the encoded value; nothing where it is empty. */
err_t json_in_value(struct json_in *in, enum field_type type, const json_t *v, struct buf *b);
/* Names the keys of an inner object that mean nothing to us. `known` ends with NULL. */
err_t json_in_foreign(struct json_in *in, const json_t *object, const char *const *known);
/* The `links` of a record. */
err_t json_in_links(struct json_in *in, const json_t *v);
/* A text in NFC, without its encoding, in the arena. */
err_t json_in_text(struct json_in *in, const json_t *v, struct slice *out);
/* An address as JSON: "unsafe:" stands before what is none of the web's (uri_web). */
json_t *json_out_address(struct slice address);
/* Room for one more behind n, doubling; the old piece stays in the arena. NULL without memory. */
void *json_in_grown(struct arena *a, void *old, size_t n, size_t size);

#endif
