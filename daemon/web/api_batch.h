/*
 * api_batch: NDJSON in, one result a line out, in order. Good lines go in, in parts that are one transaction each; bad ones are told one by one:
 *     {"line", "outcome": "added|updated|unchanged", "id", "dot"?}
 *     {"line", "outcome": "rejected", "error": {"field", "detail", "code", "name", "text"}}
 *     {"line", "outcome": "failed", "error": {"code", "name", "text"}}     its part and all behind it were not written: the machine's fault; send them again
 * Each line is what its source says now, by its source_id (a concept's uri), so that the same lines may come again.
 */
#ifndef ALLIED_DAEMON_WEB_API_BATCH_H
#define ALLIED_DAEMON_WEB_API_BATCH_H

#include "daemon/http/request.h"

struct api_batch {
    const char *request, *list, *item; /* of the core: record.write {lines: [{line, record}]} */
    bool (*shape)(json_t *object);     /* daemon/web/shape.h */
};
/* `b` is static. */
void api_batch(struct http_request *q, const struct api_batch *b);

#endif
