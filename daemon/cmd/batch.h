/*
 * batch: many objects to the core, in requests of at most REQUEST_LINES_MAX lines and BATCH_BYTES; what came of them, added up. Also keeps what
 * was refused before it got there.
 */
#ifndef ALLIED_DAEMON_CMD_BATCH_H
#define ALLIED_DAEMON_CMD_BATCH_H

#include "daemon/cmd/cli.h"

#define BATCH_BYTES (4u * 1024 * 1024)

struct batch {
    struct cli *cli;
    const char *request; /* "record.write", "concept.write" */
    const char *list;    /* "lines", "concepts": the key of the list in the request */
    const char *item;    /* "record", "concept": the key beside "line" */
    json_t *args;        /* what stands in every request: mode, dry_run, … */
    json_t *lines;       /* waiting */
    size_t bytes;        /* of them */
    json_t *errors, *ids, *unknown;
    long long added, updated, unchanged, rejected;
};

/* `args` is taken over. */
void batch_init(struct batch *b, struct cli *cli, const char *request, const char *list, const char *item,
                json_t *args);
void batch_fini(struct batch *b);
/* One object (taken over), about `bytes` long as text; sends when a request is full. */
err_t batch_add(struct batch *b, uint64_t line, json_t *object, size_t bytes);
/* Sends what waits. */
err_t batch_flush(struct batch *b);
/* Counts a line that did not get there. */
err_t batch_refuse(struct batch *b, uint64_t line, const char *field, err_t err, const struct why *why);
void batch_unknown(struct batch *b, const char *name); /* counts a name that is none of ours */
/* To people: the refusals, their next step, the unknown names. */
void batch_tell_bad(const struct batch *b);
/* {"added", "updated", "unchanged", "rejected", "errors" by line, "ids", "unknown"}; new reference. */
json_t *batch_result(struct batch *b);
/*
 * Tells how it went: `result` (batch_result's and what the command has beside it; taken over) as JSON; to people the counts on stdout, refusals and unknown
 * names on stderr; and `err`, where one ended it before its end. The exit code: the error's, or 65 where all were refused, 2 where some were, else 0.
 */
int batch_tell(struct batch *b, json_t *result, err_t err, bool dry_run);
/* The same of a batch of one: its id to people, or why it was refused as any error. */
int batch_tell_one(struct batch *b, err_t err, bool dry_run);

#endif
