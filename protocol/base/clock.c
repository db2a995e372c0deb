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

#define MARCH_0_DAYS INT64_C(719468) /* from 0000-03-01 to 1970-01-01 */

struct date date_of(int64_t day)
{
    day += MARCH_0_DAYS;
    int64_t era = day / 146097, in_era = day % 146097;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153; /* 0 is March */
    return (struct date){(unsigned)(era * 400 + year + (month >= 10)), (unsigned)(month < 10 ? month + 3 : month - 9),
                         (unsigned)(in_year - (153 * month + 2) / 5 + 1)};
}

static void put_date(char *out, struct date date)
{
    digits(out, 4, date.year);
    digits(out + 5, 2, date.month);
    digits(out + 8, 2, date.day);
}

void rfc3339_format(struct wall t, char *out)
{
    const int64_t day_s = 86400, first_s = INT64_C(-62135596800), last_s = INT64_C(253402300799);
    int64_t s = t.ms / 1000 - (t.ms % 1000 < 0);
    s = s < first_s ? first_s : s > last_s ? last_s : s; /* four digits: years 0001 to 9999 */
    int64_t from_march_0 = s + MARCH_0_DAYS * day_s;
    int64_t in_day = from_march_0 % day_s;
    for (int i = 0; i < RFC3339_LEN; i++)
        out[i] = "0000-00-00T00:00:00Z"[i];
    put_date(out, date_of(from_march_0 / day_s - MARCH_0_DAYS));
    digits(out + 11, 2, in_day / 3600);
    digits(out + 14, 2, in_day / 60 % 60);
    digits(out + 17, 2, in_day % 60);
    out[RFC3339_LEN] = 0;
}

/* Takes n digits; false where they are not there. */
static bool take(const char **at, int n, int64_t *out)
{
    int64_t v = 0;
    for (int i = 0; i < n; i++) {
        char d = (*at)[i];
        if (d < '0' || d > '9')
            return false;
        v = v * 10 + (d - '0');
    }
    *at += n;
    *out = v;
    return true;
}

/* The same behind a sign that may be absent: *out stays as it is. */
static bool take_behind(const char **at, char sign, int64_t *out)
{
    if (**at != sign)
        return true;
    (*at)++;
    return take(at, 2, out);
}

static int64_t days_of(int64_t year, int64_t month)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01. */
static int64_t day_number(int64_t year, int64_t month, int64_t day)
{
    int64_t y = year - (month <= 2), m = (month + 9) % 12; /* years and months from March */
    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - INT64_C(719468);
}

static bool take_fraction(const char **at, int64_t *ms)
{
    int64_t unit = 100;
    if (**at != '.')
        return true;
    (*at)++;
    if (**at < '0' || **at > '9')
        return false;
    for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
        *ms += unit * (**at - '0');
    return true;
}

/* What follows the "T": milliseconds of the day, in UTC. */
static bool take_time(const char **at, int64_t *ms)
{
    int64_t hour, minute = 0, second = 0, off_h = 0, off_m = 0, part = 0;
    if (!take(at, 2, &hour) || !take_behind(at, ':', &minute) || !take_behind(at, ':', &second) ||
        !take_fraction(at, &part))
        return false;
    int sign = **at == '+' ? 1 : **at == '-' ? -1 : 0;
    if (**at == 'Z')
        (*at)++;
    else if (sign) {
        (*at)++;
        if (!take(at, 2, &off_h) || **at != ':' || !take_behind(at, ':', &off_m))
            return false;
    }
    *ms = ((hour * 60 + minute - sign * (off_h * 60 + off_m)) * 60 + second) * 1000 + part;
    return hour < 24 && minute < 60 && second < 60 && off_h < 24 && off_m < 60;
}

err_t rfc3339_read(const char *text, struct wall *out)
{
    const char *at = text;
    int64_t year, month = 1, day = 1, ms = 0;
    bool good = take(&at, 4, &year) && take_behind(&at, '-', &month);
    bool whole = good && at - text == 7 && *at == '-';
    good = good && take_behind(&at, '-', &day);
    if (good && whole && *at == 'T') {
        at++;
        good = take_time(&at, &ms);
    }
    if (!good || *at || year < 1 || month < 1 || month > 12 || day < 1 || day > days_of(year, month))
        return ERR_RANGE;
    out->ms = day_number(year, month, day) * CLOCK_DAY_MS + ms;
    return ERR_OK;
}
