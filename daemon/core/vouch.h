/*
 * vouch: a member's word for a request to be admitted (PROTOCOL.md §9.6). Where the registrar is elsewhere, the inviter's site signs that the request came to it by its own
 * invitation, or was let in there by people; by that word the registrar admits, whoever brings it.
 */
#ifndef ALLIED_DAEMON_CORE_VOUCH_H
#define ALLIED_DAEMON_CORE_VOUCH_H

#include "daemon/core/state.h"

/* May this site invite? ERR_STANDING: it is not (or no longer) in charter or roster; ERR_NOT_REGISTRAR: its ally is provisional, or suspended. */
err_t vouch_may(const struct core *c, const uint8_t site[SITE_BYTES]);
/* Our first site's word for a request that came at `taken_ms` by what was good until `expires_ms`. The word stands in `word`, which *out points into. */
err_t vouch_make(struct core *c, const struct msg_join *in, int64_t taken_ms, int64_t expires_ms, struct buf *word,
                 struct msg_join *out);
/* Is the word good, and its site's to give? ERR_SIGNATURE, ERR_ALLIANCE, ERR_INVITE_EXPIRED, and what vouch_may says. */
err_t vouch_check(const struct core *c, const struct msg_join *m, struct vouch *out, struct why *why);

#endif
