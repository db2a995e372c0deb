#include "daemon/cmd/amount.h"
#include <ctype.h>
#include <string.h>

#define DIGITS_MAX 12

/* From 1 to `most` digits; what follows them is left. False where there is none, or more. */
static bool digits(const char **at, size_t most, uint64_t *out, size_t *n)
{
    uint64_t value = 0;
    for (*n = 0; isdigit((unsigned char)**at); (*at)++, (*n)++)
        value = *n < most ? value * 10 + (uint64_t)(**at - '0') : value;
    *out = value;
    return *n > 0 && *n <= most;
}

err_t amount_read_money(const char *text, uint64_t *cents)
{
    uint64_t euros, part = 0;
    size_t n;
    if (!digits(&text, DIGITS_MAX, &euros, &n))
        return ERR_MONEY;
    if (*text == '.' || *text == ',') {
        text++;
        if (!digits(&text, 2, &part, &n))
            return ERR_MONEY;
        part *= n == 1 ? 10 : 1;
    }
    if (*text)
        return ERR_MONEY;
    *cents = euros * 100 + part;
    return ERR_OK;
}

err_t amount_read_time(const char *text, uint64_t *minutes)
{
    uint64_t hours, part = 0;
    size_t n;
    if (!digits(&text, DIGITS_MAX, &hours, &n))
        return ERR_HOURS;
    bool colon = *text == ':';
    if (colon || *text == 'h') {
        text++;
        if ((colon || *text) && (!digits(&text, 2, &part, &n) || n != 2 || part > 59))
            return ERR_HOURS;
    }
    if (*text)
        return ERR_HOURS;
    *minutes = hours * 60 + part;
    return ERR_OK;
}

void amount_show_money(struct buf *to, const char *lang, uint64_t cents)
{
    unsigned long long euros = cents / 100, part = cents % 100;
    if (strcmp(lang, "fr") == 0)
        buf_printf(to, "%llu,%02llu €", euros, part);
    else
        buf_printf(to, "€%llu.%02llu", euros, part);
}

void amount_show_time(struct buf *to, uint64_t minutes)
{
    unsigned long long hours = minutes / 60, part = minutes % 60;
    buf_printf(to, part ? "%llu h %02llu" : "%llu h", hours, part);
}
