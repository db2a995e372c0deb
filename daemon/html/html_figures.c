/* Numbers and dates of html.h, as their language writes them. */
#include "daemon/html/html.h"
#include <inttypes.h>
#include <stdio.h>

static bool is_french(const char *lang)
{
    return strncmp(lang, "fr", 2) == 0;
}

/* U+202F, a narrow blank that doesn't break, is what French groups digits by. */
#define NARROW_BLANK "\xe2\x80\xaf"

const char *html_fixed(struct html *h, int64_t n, unsigned digits)
{
    char plain[24], *out = h->numbers[h->number_at++ % 10];
    uint64_t whole = n < 0 ? 0 - (uint64_t)n : (uint64_t)n, part = 0, unit = 1;
    size_t at = 0;
    for (unsigned i = 0; i < digits && i < 9; i++)
        unit *= 10;
    part = whole % unit;
    int len = snprintf(plain, sizeof plain, "%" PRIu64, whole / unit);
    if (n < 0)
        at += (size_t)snprintf(out, HTML_NUMBER_BYTES, "\xe2\x88\x92");
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            at += (size_t)snprintf(out + at, HTML_NUMBER_BYTES - at, "%s", is_french(h->lang) ? NARROW_BLANK : ",");
        out[at++] = plain[i];
    }
    out[at] = 0;
    if (unit > 1)
        snprintf(out + at, HTML_NUMBER_BYTES - at, "%s%0*" PRIu64, is_french(h->lang) ? "," : ".", (int)digits, part);
    return out;
}

const char *html_num(struct html *h, int64_t n)
{
    return html_fixed(h, n, 0);
}

/* All and nothing are said of all and nothing alone. */
static uint64_t permille(uint64_t part, uint64_t whole)
{
    if (part == 0 || whole == 0)
        return 0;
    if (part >= whole)
        return 1000;
    uint64_t n = (part * 2000 + whole) / (2 * whole);
    return n < 1 ? 1 : n > 999 ? 999 : n;
}

const char *html_share(struct html *h, uint64_t part, uint64_t whole)
{
    uint64_t n = permille(part, whole);
    const char *number = n % 10 ? html_fixed(h, (int64_t)n, 1) : html_num(h, (int64_t)n / 10);
    char *out = h->numbers[h->number_at++ % 10];
    snprintf(out, HTML_NUMBER_BYTES, "%.30s%s%%", number, is_french(h->lang) ? NARROW_BLANK : "");
    return out;
}

void html_number(struct html *h, int64_t n)
{
    html_text(h, html_num(h, n));
}

static const char *const months[] = {N_("January"),   N_("February"), N_("March"),    N_("April"),
                                     N_("May"),       N_("June"),     N_("July"),     N_("August"),
                                     N_("September"), N_("October"),  N_("November"), N_("December")};

const char *html_month(const char *lang, unsigned month)
{
    return tr(lang, months[(month + 11) % 12]);
}

void html_date_text(const char *lang, struct wall t, char out[HTML_DATE_BYTES])
{
    char written[RFC3339_LEN + 1];
    rfc3339_format(t, written);
    unsigned month = (unsigned)(written[5] - '0') * 10 + (unsigned)(written[6] - '0'),
             day = (unsigned)(written[8] - '0') * 10 + (unsigned)(written[9] - '0');
    snprintf(out, HTML_DATE_BYTES, "%u%s %.40s %.4s", day, day == 1 && is_french(lang) ? "er" : "",
             html_month(lang, month), written);
}

static void put_time(struct html *h, struct wall t, bool hours)
{
    char written[RFC3339_LEN + 1], text[HTML_DATE_BYTES];
    rfc3339_format(t, written);
    html_date_text(h->lang, t, text);
    html_open(h, "time");
    html_attr_slice(h, "datetime", slice_of(written, hours ? RFC3339_LEN : 10));
    html_text(h, text);
    if (hours) {
        html_text(h, is_french(h->lang) ? " à " : ", ");
        html_slice(h, slice_of(written + 11, 5));
        html_text(h, " UTC");
    }
    html_close(h, "time");
}

static void put_time_of(struct html *h, const char *text, bool hours)
{
    struct wall t;
    if (rfc3339_read(text, &t) == ERR_OK)
        put_time(h, t, hours);
    else
        html_text(h, text);
}

void html_date_of(struct html *h, const char *rfc3339)
{
    put_time_of(h, rfc3339, false);
}

void html_time_of(struct html *h, const char *rfc3339)
{
    put_time_of(h, rfc3339, true);
}
