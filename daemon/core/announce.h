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
/* Writes our own where it says something else than the settings do. For a daemon that serves. */
err_t announce_write(struct core *c);

#endif
