/*
 * gist: of a record, what lists are asked by.
 */
#ifndef ALLIED_DAEMON_COMMONS_GIST_H
#define ALLIED_DAEMON_COMMONS_GIST_H

#include "daemon/commons/view.h"

/* The languages that something is shown in, ascending, a blank between two; of a record in more than 64, that many. ERR_MEMORY. */
err_t gist_langs(const struct view *v, struct arena *arena, struct slice *out);
/* The concepts that anybody indexes it with, CONCEPT_BYTES each, ascending. ERR_MEMORY. */
err_t gist_terms(const struct view *v, struct arena *arena, struct slice *out);

#endif
