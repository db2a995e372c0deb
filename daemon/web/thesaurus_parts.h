/*
 * thesaurus_parts: what /thesaurus is put together from.
 */
#ifndef ALLIED_DAEMON_WEB_THESAURUS_PARTS_H
#define ALLIED_DAEMON_WEB_THESAURUS_PARTS_H

#include "daemon/web/prose.h"

struct thesaurus {
    struct http_request *q;
    struct html *h;
    struct read *read;
    const struct crossings *crossings;
};
/* The table of the crossings, each cell a link to what stands there; nothing where there is neither component nor angle. */
void thesaurus_lattice(const struct thesaurus *t);
void thesaurus_form(const struct thesaurus *t);
void thesaurus_letters(const struct thesaurus *t, const char *letter); /* NULL: none is shown */
void thesaurus_tops(const struct thesaurus *t);
/* What stands at a crossing. `component`, `angle`: axes, CROSSINGS_AXIS_MAX for none, SIZE_MAX for any; from the `from`-th on. */
void thesaurus_crossing(const struct thesaurus *t, size_t component, size_t angle, int64_t from);
/* Rows of concept.list, proposed; of names and of suggest (daemon/index/index.h). */
void thesaurus_waiting(const struct thesaurus *t, const json_t *result);
void thesaurus_names(const struct thesaurus *t, const json_t *result);
void thesaurus_suggested(const struct thesaurus *t, const json_t *result);

#endif
