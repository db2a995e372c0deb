/*
 * names: the thesaurus as a dictionary has it (index.h): concepts in the order of their labels, letter by letter.
 */
#ifndef ALLIED_DAEMON_INDEX_NAMES_H
#define ALLIED_DAEMON_INDEX_NAMES_H

#include "daemon/index/state.h"

err_t names_run(struct index *ix, struct read *read);

#endif
