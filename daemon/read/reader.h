/*
 * reader: the replica as a thread beside the core reads it: a connection of its own that cannot write, and an authority of its own, made out of the same
 * charters and acts. Between reader_begin and reader_end all readings see one state. One thread.
 */
#ifndef ALLIED_DAEMON_READ_READER_H
#define ALLIED_DAEMON_READ_READER_H

#include "daemon/read/read.h"

struct reader;

/* `path`: of the main file, which is there. What store_open says; ERR_CHARTER where no charter 0 stands in it. */
err_t reader_open(const char *path, struct reader **out, struct why *why);
void reader_close(struct reader *r); /* NULL is fine */
/*
 * Prepares `read` for one reading: store, authority, an empty result; lang and args are the caller's to set. On success reader_end has to follow, and
 * frees what it holds. ERR_DISK, ERR_DATABASE, ERR_MEMORY, ERR_CHARTER.
 */
err_t reader_begin(struct reader *r, struct read *read);
void reader_end(struct reader *r, struct read *read);
/* Between readings: while it says the same, each reading says what it said before. Of this reader alone. */
err_t reader_state(struct reader *r, int64_t *out);

#endif
