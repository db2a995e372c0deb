/*
 * suggest: what a person may be about to write (index.h): labels of concepts, then titles of records.
 */
#ifndef ALLIED_DAEMON_INDEX_SUGGEST_H
#define ALLIED_DAEMON_INDEX_SUGGEST_H

#include "daemon/index/state.h"

err_t suggest_run(struct index *ix, struct read *read);

#endif
