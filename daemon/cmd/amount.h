/*
 * amount: money and working time as people write and read them: 1200.50, 1200,50; 35h, 35:30. Exact: cents and minutes.
 */
#ifndef ALLIED_DAEMON_CMD_AMOUNT_H
#define ALLIED_DAEMON_CMD_AMOUNT_H

#include "protocol/base/buf.h"
#include <stdint.h>

/* Euros, with one or two digits behind a dot or a comma. ERR_MONEY on anything else, and from a million millions on. */
err_t amount_read_money(const char *text, uint64_t *cents);
/* Hours (35, 35h), or hours and minutes (35:30, 35h30). ERR_HOURS on anything else, and from a million millions on. */
err_t amount_read_time(const char *text, uint64_t *minutes);
/* Appends "1200,50 €" in French, "€1200.50" in English; "35 h", "35 h 30". */
void amount_show_money(struct buf *to, const char *lang, uint64_t cents);
void amount_show_time(struct buf *to, uint64_t minutes);

#endif
