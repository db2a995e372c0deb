/*
 * relayed: on which UTC days this daemon got commits through a site that is neither their author nor its host (local table `relayed`), until a month is over and
 * they are told (daemon/core/relays.h).
 */
#ifndef ALLIED_DAEMON_STORE_RELAYED_H
#define ALLIED_DAEMON_STORE_RELAYED_H

#include "daemon/store/store.h"
#include "protocol/op/op.h"

struct relayed {
    uint8_t site[SITE_BYTES]; /* through whom */
    int64_t day;              /* since 1970-01-01 */
};
err_t relayed_has(struct store *s, const struct relayed *at, bool *has);
err_t relayed_put(struct store *s, const struct relayed *at);
err_t relayed_first(struct store *s, int64_t *day); /* the earliest day; ERR_NOT_FOUND */
/* From `from` to before `to`, by site, then by day. */
err_t relayed_list(struct store *s, int64_t from, int64_t to, struct arena *arena, struct relayed **out, size_t *n);
/* Those of these days and of sites up to this one, itself included. */
err_t relayed_drop(struct store *s, int64_t from, int64_t to, const uint8_t last[SITE_BYTES]);

#endif
