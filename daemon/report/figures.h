/*
 * figures: all figures of a report one after the other, each with the words that name it: what its CSV and JSON hold, what its digest is of, and how verify says
 * which one differs. Always in the same order, whatever the language.
 */
#ifndef ALLIED_DAEMON_REPORT_FIGURES_H
#define ALLIED_DAEMON_REPORT_FIGURES_H

#include "daemon/report/model.h"

struct figure {
    const char *section, *name; /* "value", "points"; never translated */
    struct slice ally, other;   /* names; "": of the whole alliance */
    struct slice key;           /* a kind, a rule, an id; "": none */
    unsigned month;             /* year * 12 + month - 1; 0: of the year */
    uint64_t value;
    struct slice label; /* what the key is called, in the model's language; "" */
};
typedef void figure_fn(void *ctx, const struct figure *f);
void figures_each(const struct model *m, figure_fn *fn, void *ctx);
/* BLAKE2b-256 of them without their labels. */
void figures_digest(const struct model *m, uint8_t out[HASH_BYTES]);
#define FIGURES_MONTH_BYTES 16
void figures_month(unsigned month, char out[FIGURES_MONTH_BYTES]); /* "2026-03", "" for 0 */
#define FIGURES_SUM_BYTES (HASH_BYTES * 2 + 1)
void figures_sum(const uint8_t sum[HASH_BYTES], char out[FIGURES_SUM_BYTES]); /* in hexadecimal */

#endif
