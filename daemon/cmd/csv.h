/*
 * csv: rows of cells from a file (RFC 4180), each judged alone. The separator is the one of comma, semicolon and tab that the first line holds most of; a line
 * `sep=;` before it says so outright. A byte order mark at the start, CR LF or CR alone, blank lines and quotes inside a cell that does not begin with one are fine.
 */
#ifndef ALLIED_DAEMON_CMD_CSV_H
#define ALLIED_DAEMON_CMD_CSV_H

#include "protocol/base/buf.h"
#include <stdio.h>

#define CSV_MOST (1024u * 1024) /* bytes of a row */
#define CSV_LINE_MOST                                                                                                  \
    (64u * CSV_MOST) /* that a line is passed over for; where it goes on, the walk ends behind its error */

struct csv {
    FILE *in;        /* borrowed */
    struct buf row;  /* the bytes of the current row */
    struct buf text; /* its cells, each ended by a zero byte */
    struct buf back; /* bytes read and to be read again */
    size_t back_at;
    char separator;
    uint64_t line;  /* on which the current row begins, from 1 */
    uint64_t next;  /* on which the next one does */
    uint64_t bytes; /* taken so far */
    bool ended;
    struct slice *cells; /* of the current row; borrowed from `text` */
    size_t cells_n, room;
    size_t fault; /* the cell that an error is about, from 0 */
};

void csv_init(struct csv *c, FILE *in);
void csv_fini(struct csv *c);
/*
 * The next row. ERR_NOT_FOUND at the end; what err_of_errno makes of it where reading fails: both end the walk. Others are the row's own, and the next call goes
 * on behind its first line: ERR_UTF8 (`fault` says which cell), ERR_CSV_QUOTE (never closed, or text behind it), ERR_TOO_LARGE, ERR_FORBIDDEN (a zero byte).
 */
err_t csv_next(struct csv *c, struct why *why);
bool csv_failed(const struct csv *c); /* reading failed, rather than one row */

#endif
