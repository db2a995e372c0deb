/*
 * cell: a cell of a CSV file (RFC 4180), as it is written, and without what was added to it there.
 */
#ifndef ALLIED_PROTOCOL_BASE_CELL_H
#define ALLIED_PROTOCOL_BASE_CELL_H

#include "protocol/base/buf.h"

/* Appends a cell: quoted where it must be; what a spreadsheet would take for a formula gets an apostrophe before it, which cell_plain takes away again. */
void cell_put(struct buf *to, struct slice text, char separator);
/* The cell without the apostrophe that stands before = + - @ tab CR or LF, or before more of them. */
struct slice cell_plain(struct slice cell);

#endif
