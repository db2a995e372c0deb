#include "daemon/http/tally.h"
#include <stdlib.h>
#include <time.h>

const int64_t tally_bounds_us[TALLY_BOUNDS] = {500,   1000,   2500,   5000,    10000,   25000,
                                               50000, 100000, 500000, 2500000, 10000000};

int64_t tally_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

err_t tally_open(struct tally *t, size_t routes_n)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *t = (struct tally){.rows = calloc(routes_n + 1, sizeof *t->rows),
                        .n = routes_n + 1,
                        .since = {(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000}};
    return t->rows ? ERR_OK : ERR_MEMORY;
}

void tally_close(struct tally *t)
{
    free(t->rows);
    *t = (struct tally){.n = 0};
}

void tally_add(struct tally *t, size_t row, unsigned status, int64_t us)
{
    if (!t->n)
        return;
    struct tally_row *r = &t->rows[row < t->n ? row : t->n - 1];
    unsigned class = status / 100;
    size_t at = 0;
    if (class < 1 || class > TALLY_CLASSES)
        return;
    r->answered[class - 1]++;
    r->sum_us += us > 0 ? (uint64_t)us : 0;
    while (at < TALLY_BOUNDS && us > tally_bounds_us[at])
        at++;
    if (at < TALLY_BOUNDS)
        r->within[at]++;
}
