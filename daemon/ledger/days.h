/*
 * days: which checkpoint first covers an op, and the day that the ledger counts it on (DOMAIN §4). Pure and in integers.
 *
 * A *span* lies between two checkpoints of charters and roster acts, in the order of evaluation (authority_each_fixed): its number is that of the first one
 * that covers the op, or how many there are where none does yet. A checkpoint's *time* is the greatest clock among its heads of sites of the ally that had the
 * secretariat's role while it was made, and never before the time of the one before; one without such a head bounds nothing. The day of an op is that of
 * its clock, kept between the times of its span's ends, so that nothing can be dated back before a checkpoint, nor forward over one. What comes later only
 * adds spans: a span that ended keeps its ops and their days.
 */
#ifndef ALLIED_DAEMON_LEDGER_DAYS_H
#define ALLIED_DAEMON_LEDGER_DAYS_H

#include "daemon/ledger/facts.h"
#include "protocol/base/arena.h"
#include "protocol/charter/authority.h"

struct days_point {
    bool timed;     /* there is a head of the secretariat's, whose clock is known */
    uint64_t clock; /* its time, or that of the one before; 0: none */
};
struct days_head; /* days.c */
struct days {     /* all in the arena that it was built in */
    const struct days_point *points;
    size_t points_n;
    const struct days_head *heads;
    size_t heads_n;
};

/* The clock of the commit that a head names; false: not known here. */
typedef bool days_clock_fn(void *ctx, const struct head *head, uint64_t *clock);
/* `clock` NULL: no times, for who asks for spans alone. It is asked for heads of the secretariat's alone. ERR_MEMORY. */
err_t days_build(const struct authority *a, days_clock_fn *clock, void *ctx, struct arena *arena, struct days *out);

size_t days_span(const struct days *d, const struct log_id *log, uint64_t seq); /* points_n: none covers it yet */
/* After other checkpoints: ops of spans (of `is`) below that stand as they did, and all those above it after them; SIZE_MAX: nothing moved. */
size_t days_moved(const struct days *was, const struct days *is);
uint64_t days_clamp(const struct days *d, size_t span, uint64_t clock);
unsigned days_day(const struct days *d, const struct fact_op *op); /* days since 1970, clamped */
unsigned days_month(unsigned day);                                 /* year * 12 + month - 1 */
unsigned days_quarter(unsigned day);                               /* year * 4 + quarter - 1 */
#define DAYS_MONTH_MIN (1970u * 12)
#define DAYS_MONTH_MAX (9998u * 12 + 11)
unsigned days_first(unsigned month); /* the day it begins with, from DAYS_MONTH_MIN to one after DAYS_MONTH_MAX */
/* The ledger's order: by span, then as ops are ordered everywhere: clock, site, incarnation, seq, index. */
int days_compare(const struct fact_op *a, size_t span_a, const struct fact_op *b, size_t span_b);

#endif
