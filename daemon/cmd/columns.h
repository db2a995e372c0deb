/*
 * columns: the first line of a CSV of records, and a row of it as a record's JSON object (fields_json.h). A column is named as people write a place:
 *
 *   title@fr  place.lat  source_id   one value
 *   authors  concepts  sources@fr    a list of texts: one, or several with | between them, or a JSON array
 *   sources@                         the same in no language, where the field allows it
 *   actors  images  links            a list of objects: a name (an address), or JSON, an object or an array of them
 *   actors.1.role  images.2.alt@fr   a part of the first, the second …: name, role, family, contribution; url, credit, alt; date, text; rel, target, hash
 *   concepts.1.weight                concept, weight
 *
 * A column of another name stands in the object under its name, for a map or to be counted. Empty cells are not in the object. An apostrophe before = + - @ is taken away.
 */
#ifndef ALLIED_DAEMON_CMD_COLUMNS_H
#define ALLIED_DAEMON_CMD_COLUMNS_H

#include "daemon/cmd/csv.h"
#include "daemon/cmd/set.h"

struct column {
    char *name; /* as it is written, owned */
    struct set_place place;
    size_t number; /* from 1; 0: the whole */
    bool bare;     /* in no language: "sources@" */
    bool known;
};
struct columns {
    struct column *at;
    size_t n;
};

/* Out of the row at hand. ERR_CSV_HEADER, with the column in why: one has no name though another does, or two have the same; ERR_MEMORY. */
err_t columns_read(const struct csv *header, struct columns *out, struct why *why);
void columns_fini(struct columns *c);
/* The row at hand: a new object. ERR_CSV_CELLS, ERR_FIELD_VALUE (JSON that is none), with the column first in why; ERR_MEMORY. */
err_t columns_object(const struct columns *c, const struct csv *row, json_t **object, struct why *why);
/* The column's name; "" behind the last. */
const char *columns_name(const struct columns *c, size_t at);

#endif
