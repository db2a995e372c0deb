/*
 * cut: what a report is made of, so that it can be made again: how far each log goes, and the charter and the roster act by which ops are judged. A closed year's cut is the
 * checkpoint of the charter that closes it; the open year's is what the replica holds when the report is made. Ops past it do not exist for the report.
 */
#ifndef ALLIED_DAEMON_REPORT_CUT_H
#define ALLIED_DAEMON_REPORT_CUT_H

#include "daemon/read/read.h"

struct report_cut {
    uint64_t charter, roster; /* numbers; 0 of roster: no act */
    uint8_t charter_id[HASH_BYTES], roster_id[HASH_BYTES];
    const struct head *heads; /* ascending by log */
    size_t heads_n;
};

/* All that the replica holds, by the authority it has. Heads in the arena. */
err_t cut_of_now(struct store *s, const struct authority *a, struct arena *arena, struct report_cut *out);
/* That of a charter: its checkpoint (and cuts), itself, and the roster head it builds on. Heads are the higher of its own and of earlier charters'. */
err_t cut_of_charter(const struct authority *a, size_t charter, struct arena *arena, struct report_cut *out);
/* The authority as it was then. ERR_REPORT_AHEAD where charter or act are not here (yet). */
err_t cut_authority(struct store *s, const struct report_cut *c, struct authority *out);
/* How many commits of it are not here, ERR_REPORT_AHEAD with their number in why; another commit in a head's place: ERR_REPORT_OTHER. */
err_t cut_check(struct store *s, const struct report_cut *c, struct why *why);
/* Does the op stand within it? */
bool cut_has(const struct report_cut *c, const struct log_id *log, uint64_t seq);
/* BLAKE2b-256 of all of it. */
void cut_digest(const struct report_cut *c, uint8_t out[HASH_BYTES]);

/* As a file says it, in ASCII without blanks at its ends: "charter 3 ID roster 12 ID SITE:INCARNATION:SEQ:ID …", ids in base32. */
void cut_write(const struct report_cut *c, struct buf *out);
err_t cut_read(struct slice text, struct arena *arena, struct report_cut *out); /* ERR_REPORT_FILE */

#endif
