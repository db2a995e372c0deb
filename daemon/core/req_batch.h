/*
 * req_batch: many lines in one request and one transaction, and what came of each (record.write, concept.write).
 */
#ifndef ALLIED_DAEMON_CORE_REQ_BATCH_H
#define ALLIED_DAEMON_CORE_REQ_BATCH_H

#include "daemon/core/req.h"

/* What is summed up over the lines. */
struct tally {
    int64_t added, updated, unchanged, rejected;
    json_t *errors, *ids, *unknown;
};
/* Writes one line's object; r->read.why is empty. An error of a line's own (err.h's families of bytes, records and concepts) refuses that line alone. */
typedef err_t req_batch_fn(struct req *r, const json_t *line, const json_t *object, void *ctx, struct tally *t);

/* The list of args under `key`. ERR_USAGE where it is none or has more than REQUEST_LINES_MAX lines. */
err_t req_batch_list(struct req *r, const char *key, const json_t **out);
/*
 * Each {"line", item: object} of the list through `write`, in one transaction. Into the result: added, updated, unchanged, rejected, ids, unknown and
 * errors, one {line, field, detail, code, name, text} a refused line. Any error that is not a line's own ends it, and nothing was written.
 */
err_t req_batch(struct req *r, const json_t *list, const char *item, req_batch_fn *write, void *ctx);
/* One line is in: counted, and named in "ids", with its version where "versions" asks for it. dot: NULL where nothing was written. */
err_t tally_line(struct req *r, struct tally *t, const json_t *line, const struct edit *edit, const struct dot *dot);
void tally_unknown(struct tally *t, const struct entity_writes *w);

#endif
