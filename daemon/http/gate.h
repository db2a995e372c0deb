/*
 * gate: by what name a request calls this site, and from whose page it comes. A page of somebody else's that has its own name point here (DNS rebinding) is known
 * by that name; one that writes here with a visitor's browser is known by Origin (RFC 6454) and Sec-Fetch-Site.
 */
#ifndef ALLIED_DAEMON_HTTP_GATE_H
#define ALLIED_DAEMON_HTTP_GATE_H

#include "protocol/base/buf.h"

struct gate {
    struct buf names; /* what the site is called, each behind a zero: host, or host:port */
};

/* From texts of names, addresses or URLs, separated by blanks or commas; NULLs are passed over. ERR_MEMORY. */
err_t gate_open(struct gate *g, const char *const *texts, size_t n);
void gate_close(struct gate *g);

/* Host: one of the names, whatever the port; localhost; an address literal, which no DNS can point anywhere. NULL: no. */
bool gate_knows(const struct gate *g, const char *host);
/*
 * May a request that writes come from there? `origin`, `fetch_site`: those headers; NULL: absent, as from all that is no browser. Else the origin is the host that was asked, with its
 * port, or one of the names.
 */
bool gate_admits(const struct gate *g, const char *host, const char *origin, const char *fetch_site);

#endif
