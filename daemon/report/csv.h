/*
 * csv, json: every figure of a report, one a row or an object, under the names of figures.h; before them what verify needs.
 *
 *   CSV   section,figure,ally,other,key,month,value,label; the first rows have section "report" and the figure "year", "language", "alliance", "cut", "inputs", "figures",
 *         with what they say in `key`. Rows end in CR LF; cells as protocol/base/cell.h writes them.
 *   JSON  {"report", "language", "alliance", "cut", "inputs", "figures_digest", "figures": [{"section", "figure", "ally", "other", "key", "month", "value", "label"}…],
 *         "local": {"seen_from", "sites"}}; empty ones are left out; indented, keys in that order, ended by LF.
 */
#ifndef ALLIED_DAEMON_REPORT_CSV_H
#define ALLIED_DAEMON_REPORT_CSV_H

#include "daemon/report/html.h"

#define REPORT_LOCAL_ROW "local" /* the section of a CSV's rows that only one site saw */

err_t report_csv(const struct model *m, const struct report_local *local, struct buf *out);
err_t report_json(const struct model *m, const struct report_local *local, struct buf *out);

#endif
