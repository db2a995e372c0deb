/*
 * verify_diff: where two reports of one form differ, line by line. What stands in both, wherever, is no difference.
 */
#ifndef ALLIED_DAEMON_REPORT_VERIFY_DIFF_H
#define ALLIED_DAEMON_REPORT_VERIFY_DIFF_H

#include "daemon/report/csv.h"

enum verify_form { FORM_HTML, FORM_CSV, FORM_JSON };
struct diff_line {
    struct slice text;
    struct slice section, figure, ally, key; /* as far as the line, or what stands before it, says; "" */
};
struct diff {
    const struct diff_line *file, *here; /* either may be NULL */
};
/* In the order of `here`, then what the file alone has; everything in the arena or in the texts. JSON has a line for each of its figures. ERR_MEMORY, ERR_REPORT_FILE. */
err_t diff_find(enum verify_form form, struct slice file, struct slice here, const struct model *m, struct arena *arena,
                struct diff **out, size_t *n);

#endif
