/*
 * watch: how all sites are, ours among them, as their beacons tell (daemon/core/request.h: sites): a table of sites and their state, what each
 * has to mend, and 90 days of each as a drawing.
 */
#ifndef ALLIED_DAEMON_WEB_WATCH_H
#define ALLIED_DAEMON_WEB_WATCH_H

#include "daemon/web/sheet.h"

/* `answer`: the result of sites. */
void watch_show(struct sheet *s, const json_t *answer);
/* "3 min": <td class="num">; "–" where it is null. */
void watch_ago(struct html *h, const json_t *seconds);

#endif
