/*
 * req_read: what records and concepts share when they are read.
 */
#ifndef ALLIED_DAEMON_CORE_REQ_READ_H
#define ALLIED_DAEMON_CORE_REQ_READ_H

#include "daemon/core/req.h"

#define READ_LIMIT_MAX 1000

size_t read_limit(const struct req *r);
err_t read_cursor(struct req *r, size_t bytes, struct slice *out);
void read_put_field(json_t *out, enum entity_type type, const struct field_info *field, struct slice lang,
                    struct slice value);
void read_put_fields(json_t *out, const struct view *v);      /* the value shown at each key */
struct slice read_label(struct req *r, struct slice concept); /* "" where the concept is not here */
/* What a write is about: the field's, relation's or link's name, "concepts", "merge", "retire". Whether it adds, or takes away. */
const char *read_write_name(const struct op *op, const struct op_write *w);
bool read_adds(const struct op *op, const struct op_write *w);

/* Every op that somebody asked to erase, into `list`; how many of those that count wait for a site. */
err_t req_erasures_list(struct req *r, json_t *list, size_t *open_n);

#endif
