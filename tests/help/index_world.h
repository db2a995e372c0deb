/*
 * index_world: a site with records and concepts, and the index of its directory.
 */
#ifndef ALLIED_TESTS_HELP_INDEX_WORLD_H
#define ALLIED_TESTS_HELP_INDEX_WORLD_H

#include "daemon/index/index.h"
#include "tests/help/core_world.h"

struct index_world {
    struct world *w;
    struct index *ix;
};
/* As setup and teardown of cmocka: *state is an index_world with one site, that runs. */
int index_world_setup(void **state);
int index_world_teardown(void **state);
void index_world_again(struct index_world *i); /* closes the index, opens it again */
/* Writes a record; the caller's reference to the fields is taken. Its id. */
void index_world_record(struct index_world *i, json_t *fields, char id[64]);
void index_world_concept(struct index_world *i, json_t *fields, char id[64]);
void index_world_follow(struct index_world *i); /* to the end */
/* The result of what must succeed, of a search that followed; `args` is taken. The caller frees it. */
json_t *index_world_ask(struct index_world *i, const char *what, json_t *args);
void index_world_refused(struct index_world *i, json_t *args, const char *name); /* a search */
/* Searches for words: how many are found; and for these args. */
size_t index_world_total(struct index_world *i, const char *words);
size_t index_world_count(struct index_world *i, json_t *args);
/* Does a word stand in the index, by fts5vocab; are these bytes in one of its files? */
bool index_world_has_word(struct index_world *i, const char *folded);
bool index_world_has_bytes(struct index_world *i, const char *bytes);

#endif
