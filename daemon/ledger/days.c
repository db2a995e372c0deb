/*
 * days: the heads of all checkpoints are sorted by log and seq once; of each log only those stay that no earlier checkpoint reached, so that both seq and
 * checkpoint rise along a log and one search answers for an op.
 */
#include "daemon/ledger/days.h"

#include "protocol/base/clock.h"

#include <stdlib.h>

struct days_head {
    struct log_id log;
    uint64_t seq;
    size_t point;
};
struct gather {
    const struct authority *authority;
    days_clock_fn *clock;
    void *ctx;
    struct days_point *points; /* NULL: heads are only counted */
    struct days_head *heads;
    size_t heads_n;
};

static void time_of_head(struct gather *g, struct days_point *point, size_t charter, const struct head *head)
{
    const struct ally *ally = authority_ally_of(g->authority, head->log.site);
    uint64_t clock;
    if (!g->clock || !ally || !authority_has_role_at(g->authority, charter, ally->id, ROLE_SECRETARIAT) ||
        !g->clock(g->ctx, head, &clock))
        return;
    point->timed = true;
    if (clock > point->clock)
        point->clock = clock;
}

static void take_head(void *ctx, size_t checkpoint, size_t charter, const struct head *head)
{
    struct gather *g = ctx;
    if (g->points) {
        g->heads[g->heads_n] = (struct days_head){head->log, head->seq, checkpoint};
        time_of_head(g, &g->points[checkpoint], charter, head);
    }
    g->heads_n++;
}

static int by_log_and_point(const void *left, const void *right)
{
    const struct days_head *a = left, *b = right;
    int c = log_compare(&a->log, &b->log);
    if (c)
        return c;
    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    return (a->seq < b->seq) - (a->seq > b->seq);
}

static size_t drop_covered(struct days_head *heads, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || log_compare(&heads[kept - 1].log, &heads[i].log) != 0 || heads[i].seq > heads[kept - 1].seq)
            heads[kept++] = heads[i];
    return kept;
}

err_t days_build(const struct authority *a, days_clock_fn *clock, void *ctx, struct arena *arena, struct days *out)
{
    struct gather g = {a, clock, ctx, NULL, NULL, 0};
    size_t points_n = authority_each_fixed(a, take_head, &g);
    struct days_point *points = arena_alloc(arena, points_n, sizeof *points);
    g.heads = arena_alloc(arena, g.heads_n, sizeof *g.heads);
    if (!points || !g.heads)
        return ERR_MEMORY;
    g.points = points;
    g.heads_n = 0;
    authority_each_fixed(a, take_head, &g);
    for (size_t i = 1; i < points_n; i++)
        if (points[i].clock < points[i - 1].clock)
            points[i].clock = points[i - 1].clock;
    qsort(g.heads, g.heads_n, sizeof *g.heads, by_log_and_point);
    *out = (struct days){points, points_n, g.heads, drop_covered(g.heads, g.heads_n)};
    return ERR_OK;
}

size_t days_span(const struct days *d, const struct log_id *log, uint64_t seq)
{
    size_t low = 0, high = d->heads_n;
    while (low < high) { /* the first head of that log or a later one that reaches seq */
        size_t middle = low + (high - low) / 2;
        int c = log_compare(&d->heads[middle].log, log);
        if (c < 0 || (c == 0 && d->heads[middle].seq < seq))
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->heads_n && log_compare(&d->heads[low].log, log) == 0 ? d->heads[low].point : d->points_n;
}

/* Where one alone has a head, what lies at its checkpoint or after it may have moved. */
size_t days_moved(const struct days *was, const struct days *is)
{
    size_t lost = SIZE_MAX, came = SIZE_MAX;
    for (size_t w = 0, i = 0; w < was->heads_n || i < is->heads_n;) {
        int c = w == was->heads_n ? 1 : i == is->heads_n ? -1 : by_log_and_point(&was->heads[w], &is->heads[i]);
        if (c < 0 && was->heads[w].point < lost)
            lost = was->heads[w].point;
        if (c > 0 && is->heads[i].point < came)
            came = is->heads[i].point;
        w += c <= 0;
        i += c >= 0;
    }
    /* What was behind all checkpoints had one span: what the first new one covers still stands as it did. */
    return lost != SIZE_MAX ? (lost < came ? lost : came) : came != SIZE_MAX ? came + 1 : SIZE_MAX;
}

uint64_t days_clamp(const struct days *d, size_t span, uint64_t clock)
{
    if (span > 0 && clock < d->points[span - 1].clock)
        return d->points[span - 1].clock;
    if (span < d->points_n && d->points[span].timed && clock > d->points[span].clock)
        return d->points[span].clock;
    return clock;
}

unsigned days_day(const struct days *d, const struct fact_op *op)
{
    uint64_t clock = days_clamp(d, days_span(d, &op->log, op->seq), op->clock);
    return (unsigned)(clock_wall(clock).ms / CLOCK_DAY_MS);
}

unsigned days_month(unsigned day)
{
    struct date date = date_of(day);
    return date.year * 12 + date.month - 1;
}

unsigned days_quarter(unsigned day)
{
    return days_month(day) / 3;
}

/* Years are taken to begin in March, so that the leap day ends one: month m of such a year begins after (153 m + 2) / 5 days. */
unsigned days_first(unsigned month)
{
    unsigned from_march = month - 2, year = from_march / 12, m = from_march % 12;
    return year * 365 + year / 4 - year / 100 + year / 400 + (153 * m + 2) / 5 - 719468;
}

int days_compare(const struct fact_op *a, size_t span_a, const struct fact_op *b, size_t span_b)
{
    if (span_a != span_b)
        return span_a < span_b ? -1 : 1;
    if (a->clock != b->clock)
        return a->clock < b->clock ? -1 : 1;
    int c = log_compare(&a->log, &b->log);
    if (c)
        return c;
    if (a->seq != b->seq)
        return a->seq < b->seq ? -1 : 1;
    return (a->dot.index > b->dot.index) - (a->dot.index < b->dot.index);
}
