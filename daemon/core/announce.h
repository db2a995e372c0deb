/*
 * announce: what a site says of itself in its log (site.announce): endpoints, name, page, contact.
 */
#ifndef ALLIED_DAEMON_CORE_ANNOUNCE_H
#define ALLIED_DAEMON_CORE_ANNOUNCE_H

#include "daemon/core/state.h"

struct announcement {
    struct slice endpoints[INVITE_ADDRESSES_MAX];
    size_t endpoints_n;
    struct slice name, url, contact;
    struct dot dots[8]; /* live announcements, which the next one replaces */
    size_t dots_n;
};
/* The latest live announcement of a site; ERR_NOT_FOUND. Slices in the arena. */
err_t announce_read(struct core *c, const uint8_t site[SITE_BYTES], struct arena *arena, struct announcement *out);
/* The site whose daemon writes it, where it says so: an endpoint "site:KEY" (PROTOCOL.md §5). */
bool announce_host(const struct announcement *a, uint8_t host[SITE_BYTES]);
/* Writes one of ours where it says something else than the settings do: a hosted one that the first hosts it. For a daemon that serves. */
err_t announce_write(struct core *c, struct own *own);

#endif
