/*
 * verify: a report somebody else made, recomputed from this replica up to the cut that stands in it, and compared byte for byte. What is said to be seen from one site
 * (html.h) is passed over.
 */
#ifndef ALLIED_DAEMON_REPORT_VERIFY_H
#define ALLIED_DAEMON_REPORT_VERIFY_H

#include "daemon/read/read.h"

#define VERIFY_LIST_MAX 200 /* differences that are listed; further ones are counted */

/*
 * r->result gets {"format": "html|csv|json", "year", "language", "inputs": hex, "same", "differences": [{"section", "figure", "ally", "file", "here"}…], "more": count,
 * "erased": [{"dot", "ally"}…]}: `file` and `here` are the lines that differ, one of them null where only the other has one; erased: ops within the cut
 * that were erased by ops past it.
 *
 * ERR_OK: the same. ERR_REPORT_DIFFERS. ERR_REPORT_ERASED: it differs only where those erasures can have taken something: in figures of the allies who wrote what was
 * erased, or of all. ERR_REPORT_AHEAD, ERR_REPORT_OTHER (cut.h). ERR_REPORT_FILE.
 */
err_t report_verify(struct read *r, struct slice file);

#endif
