/*
 * intake: a file of records, JSON Lines or CSV, as objects with our names: what `record import` and `record check` read. Each line is judged alone.
 */
#ifndef ALLIED_DAEMON_CMD_INTAKE_H
#define ALLIED_DAEMON_CMD_INTAKE_H

#include "daemon/cmd/cli.h"
#include "daemon/cmd/columns.h"
#include "daemon/cmd/lines.h"
#include "daemon/cmd/map.h"

/* The options of a command that reads such a file; intake_open takes them out of its args. */
#define INTAKE_OPTIONS                                                                                                 \
    {0, "map", "FILE", false,                                                                                          \
     N_("names of their fields to ours: one ours=theirs a line (abstract@fr=resume, place.lat=lat)")},                 \
        {0, "text-lang", "XX", false, N_("language of texts that do not name theirs")},                                \
        {0, "type", "T", false, N_("type of records that do not name theirs")},                                        \
    {                                                                                                                  \
        0, "format", "jsonl|csv", false, N_("what the file is, where its name does not say so")                        \
    }

struct intake {
    struct why *why; /* the command's */
    const char *path, *lang, *type;
    FILE *in;
    uint64_t size; /* bytes; 0 unknown */
    struct map *map;
    bool is_csv;
    struct lines lines;
    struct csv csv;
    struct columns columns;
    char field[64]; /* of the last refusal; "" none */
    json_t *first;  /* source_id → line, of what was given */
};

/* `path`: "-" is stdin. `format`: "csv", "jsonl"; NULL: as --format, its name or its beginning say. What is wrong with the file as a whole, its first line of CSV among it; cli->why. Close it in any case. */
err_t intake_open(struct intake *in, struct cli *cli, const char *path, const char *format, const struct args *args);
void intake_close(struct intake *in);
/* The next record: a new reference. ERR_NOT_FOUND at the end. Where intake_failed, the walk ends; any other error is the line's own, with in->field: ERR_SOURCE_TWICE where an earlier line has its
 * source_id. */
err_t intake_next(struct intake *in, json_t **object, struct why *why);
/* What its columns speak of, as set_place_name puts it: of anything else a CSV says nothing. NULL: each record says for itself. A new reference. */
json_t *intake_speaks_of(const struct intake *in);
bool intake_failed(const struct intake *in, err_t err);
uint64_t intake_line(const struct intake *in);
uint64_t intake_bytes(const struct intake *in); /* taken so far */
size_t intake_length(const struct intake *in);  /* of the line at hand, in bytes */

#endif
