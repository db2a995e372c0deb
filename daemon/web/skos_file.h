/*
 * skos_file: the whole thesaurus as a SKOS file, one for each format and state of the thesaurus, made piece by piece while the first client takes it, so that nobody else on
 * the HTTP thread waits for more than a piece; who asks later gets what is there. All pieces are of one state: a reader of its own keeps it until the file
 * is whole.
 */
#ifndef ALLIED_DAEMON_WEB_SKOS_FILE_H
#define ALLIED_DAEMON_WEB_SKOS_FILE_H

#include "daemon/read/reader.h"
#include "daemon/store/changed.h"
#include "protocol/base/clock.h"

#define SKOS_FILE_CONCEPTS 50 /* in one piece */
#define SKOS_FILE_PATIENCE_MS                                                                                          \
    30000 /* then it is finished at once, so that no slow client keeps the replica's log from being copied */

enum skos_format { SKOS_TURTLE, SKOS_NTRIPLES, SKOS_RDFXML, SKOS_FORMATS };

struct skos_state { /* of the thesaurus */
    uint8_t generation[GENERATION_BYTES];
    uint64_t number;
};
struct skos_file;
struct skos_files { /* zeroed: none yet */
    struct skos_file *current[SKOS_FORMATS];
};
err_t skos_state(struct store *s, struct skos_state *out);
void skos_tag(const struct skos_state *state, enum skos_format format, char out[40]); /* an ETag, quotes included */

/* The file of that state, begun where there is none; skos_file_leave has to follow. `database`: its path. */
err_t skos_file_join(struct skos_files *all, const char *database, const struct skos_state *state,
                     enum skos_format format, struct mono now, struct skos_file **out);
/* The last who leaves one that is not whole ends it: no state is kept for nobody. */
void skos_file_leave(struct skos_file *f);
/* Adds at most `most` bytes from *at, which moves on; makes a piece where there are none yet. *ends: that was the last of it. */
err_t skos_file_read(struct skos_file *f, struct mono now, uint64_t *at, size_t most, struct buf *out, bool *ends);
void skos_files_close(struct skos_files *all);

#endif
