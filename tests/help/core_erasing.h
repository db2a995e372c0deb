/*
 * core_erasing: a text that is to go, its erasure, and a look for what is left of it in tables and in raw files.
 */
#ifndef ALLIED_TESTS_HELP_CORE_ERASING_H
#define ALLIED_TESTS_HELP_CORE_ERASING_H

#include "tests/help/core_world.h"

#define SECRET "Zoulikha-Benyoucef-0612345678"

/* A record with the secret for its title; its id, and the dot of the op that wrote it. */
struct dot erasing_write(struct world *w, size_t at, char id[64]);
struct dot erasing_last_dot(struct world *w, size_t at); /* of the last op of a site's current log */
void erasing_ask(struct world *w, size_t at, struct dot dot);

bool erasing_in_bytes(struct slice bytes);
bool erasing_on_disk(struct world *w, size_t at);                  /* among the raw bytes of a site's files */
bool erasing_in_tables(struct world *w, size_t at);                /* in any column of any table */
void erasing_gone(struct world *w, size_t at);                     /* ends the test unless it is nowhere */
int64_t erasing_rows(struct world *w, size_t at, const char *sql); /* the first column of a query's first row */

#endif
