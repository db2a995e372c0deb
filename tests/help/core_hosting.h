/*
 * core_hosting: several sites in one daemon of a core_world.
 */
#ifndef ALLIED_TESTS_HELP_CORE_HOSTING_H
#define ALLIED_TESTS_HELP_CORE_HOSTING_H

#include "tests/help/core_world.h"

/* Arguments of site.add; of record.write for one record by this site ("": none is named). */
json_t *hosting_add_args(const char *ally, const char *name, const char *code);
json_t *hosting_record_args(const char *site, const char *source_id, const char *title);
/* site.add at `at`; `state` is the one it is in when the request is answered. */
void hosting_add(struct world *w, size_t at, const char *ally, const char *name, const char *code, const char *state);
void hosting_write(struct world *w, size_t at, const char *site, const char *source_id,
                   char id[64]); /* id may be NULL */

void hosting_owner(struct world *w, size_t at, const char *id, const char *ally);
void hosting_state(struct world *w, size_t at, const char *name, const char *state, const char *error);
const json_t *hosting_named(const json_t *list,
                            const char *name); /* one of the objects of an array; borrowed, or NULL */
void hosting_end(struct world *w);             /* all agree, nothing forked, everything verifies; frees */

#endif
