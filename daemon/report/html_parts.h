/* html_parts: the sections of the report, and what they share. Only html*.c use this header. */
#ifndef ALLIED_DAEMON_REPORT_HTML_PARTS_H
#define ALLIED_DAEMON_REPORT_HTML_PARTS_H

#include "daemon/html/chart.h"
#include "daemon/report/html.h"

struct page_parts {
    struct html *h;
    const struct model *m;
    struct slice *names; /* of the allies, in the model's order */
    struct slice kinds[LEDGER_KINDS_N];
    struct slice *months, *short_months; /* "2026-03", "03" */
    struct arena arena;
};
void part_open(struct page_parts *p, const char *id, const char *heading); /* <section>, <h2>; heading: a msgid */
void part_close(struct page_parts *p);
void part_say(struct page_parts *p, const char *msgid); /* a paragraph */
/* A table of one's own: wrapper, caption, heads (msgids), up to its body. */
void part_table(struct page_parts *p, const char *caption, const char *const *heads, size_t heads_n);
void part_table_close(struct page_parts *p);
void part_row(struct page_parts *p, struct slice head); /* opens it, with its head */
void part_row_close(struct page_parts *p);
void part_number(struct page_parts *p, const char *words, uint64_t n); /* a row of two: words (a msgid), how many */
int64_t part_days(uint64_t ms); /* begun ones, at least 1: in so many days or less it was done */
const char *part_tr(const struct page_parts *p, const char *msgid);
struct slice part_slice(const struct page_parts *p, const char *msgid);

void part_summary(struct page_parts *p);
void part_progress(struct page_parts *p);
void part_records(struct page_parts *p);
void part_value(struct page_parts *p);
void part_reuse(struct page_parts *p);
void part_coverage(struct page_parts *p);
void part_thesaurus(struct page_parts *p);
void part_discipline(struct page_parts *p);
void part_newcomers(struct page_parts *p);
void part_service(struct page_parts *p);
void part_dues(struct page_parts *p);
void part_allies(struct page_parts *p);
void part_method(struct page_parts *p);
void part_local(struct page_parts *p, const struct report_local *local);

#endif
