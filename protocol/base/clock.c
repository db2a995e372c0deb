/*
 * clock: a commit's clock and the written form of a time. The date comes from days by whole-number arithmetic on 400-year eras that begin
 * on the first of March (so that the leap day ends a year), not from gmtime: no lock, no zone files, the same everywhere.
 */
#include "protocol/base/clock.h"

#define CLOCK_END ((uint64_t)CLOCK_MAX_MS << 16)

err_t clock_next(struct wall now, uint64_t last, uint64_t *out)
{
    if (now.ms >= CLOCK_MAX_MS || last >= CLOCK_END - 1)
        return ERR_CLOCK;
    uint64_t mine = now.ms > 0 ? (uint64_t)now.ms << 16 : 0;
    *out = mine > last + 1 ? mine : last + 1;
    return ERR_OK;
}

bool clock_valid(uint64_t clock)
{
    return clock < CLOCK_END;
}

struct wall clock_wall(uint64_t clock)
{
    return (struct wall){(int64_t)(clock >> 16)};
}

static void digits(char *out, int n, int64_t value)
{
    while (n-- > 0) {
        out[n] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* `day` counts from 0000-03-01. */
static void put_date(char *out, int64_t day)
{
    int64_t era = day / 146097, in_era = day % 146097;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153; /* 0 is March */
    digits(out, 4, era * 400 + year + (month >= 10));
    digits(out + 5, 2, month < 10 ? month + 3 : month - 9);
    digits(out + 8, 2, in_year - (153 * month + 2) / 5 + 1);
}

void rfc3339_format(struct wall t, char *out)
{
    const int64_t day_s = 86400, first_s = INT64_C(-62135596800), last_s = INT64_C(253402300799);
    int64_t s = t.ms / 1000 - (t.ms % 1000 < 0);
    s = s < first_s ? first_s : s > last_s ? last_s : s; /* four digits: years 0001 to 9999 */
    int64_t from_march_0 = s + INT64_C(719468) * day_s;
    int64_t in_day = from_march_0 % day_s;
    for (int i = 0; i < RFC3339_LEN; i++)
        out[i] = "0000-00-00T00:00:00Z"[i];
    put_date(out, from_march_0 / day_s);
    digits(out + 11, 2, in_day / 3600);
    digits(out + 14, 2, in_day / 60 % 60);
    digits(out + 17, 2, in_day % 60);
    out[RFC3339_LEN] = 0;
}
