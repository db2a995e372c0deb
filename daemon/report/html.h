/*
 * html: the report as a page: complete without scripts, charts with their tables, made to be printed. As a file of its own it holds its sheet and, in <meta>, what
 * verify needs; report_body is the same inside another page.
 */
#ifndef ALLIED_DAEMON_REPORT_HTML_H
#define ALLIED_DAEMON_REPORT_HTML_H

#include "daemon/html/html.h"
#include "daemon/report/model.h"

/*
 * `sites`: what the request of that name answers, as this site sees the others, and `self`, who sees it: a part of its own, which no other site can
 * recompute, between lines that REPORT_LOCAL_OPEN and REPORT_LOCAL_CLOSE begin. NULL: without.
 */
#define REPORT_LOCAL_OPEN  "<!-- seen from one site -->"
#define REPORT_LOCAL_CLOSE "<!-- seen from all sites -->"
struct report_local {
    const json_t *sites;
    const char *self;
};

/* From its first section to its last, below a page's <h1>. */
void report_body(struct html *h, const struct model *m, const struct report_local *local);
/* A file. ERR_MEMORY. */
err_t report_html(const struct model *m, const struct report_local *local, const char *lang, struct buf *out);
/* What it is called: "Report on 2026 – ALLIANCE". Appends. */
void report_title(const struct model *m, const char *lang, struct buf *out);

#endif
