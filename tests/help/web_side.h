/*
 * web_side: a site of a core_world whose replica is read as the HTTP thread reads it, and what is written out of it, as text.
 */
#ifndef ALLIED_TESTS_HELP_WEB_SIDE_H
#define ALLIED_TESTS_HELP_WEB_SIDE_H

#include "daemon/read/reader.h"
#include "daemon/web/atlas.h"
#include "tests/help/core_world.h"

#define WEB_SIDE_TEXT (1u << 20)

struct web_side {
    struct world *w;
    struct reader *reader;
    struct atlas atlas;
    char *text; /* the last that was written */
};
void web_side_open(struct web_side *s, uint64_t seed, size_t sites); /* site 0 is read */
void web_side_close(struct web_side *s);
int64_t web_side_now_s(const struct web_side *s);
/* Keeps it as text. Takes what `out` holds. */
const char *web_side_keep(struct web_side *s, struct buf *out);
size_t web_side_count(const char *text, const char *part);
/* A record as JSON, taken; its id. */
void web_side_record(struct web_side *s, size_t at, json_t *record, char id[64]);

#endif
