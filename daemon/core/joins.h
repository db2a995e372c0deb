/*
 * joins: requests on their way to the registrar: of sites for a new key (JOIN by the old key, PROTOCOL.md §9.5), and of newcomers that an inviter gives its word for
 * (VOUCH, §9.6). Every member keeps those it was told and tells them to the others, until the roster or the secretariat says what became of them.
 */
#ifndef ALLIED_DAEMON_CORE_JOINS_H
#define ALLIED_DAEMON_CORE_JOINS_H

#include "daemon/core/state.h"

/*
 * Keeps one that rotate_judge or admit_judge_vouched found good, durably; it is told from the next tick on. In no batch. ERR_ITEMS past LIMIT_JOINS,
 * LIMIT_JOINS_SITE, LIMIT_VOUCHES, LIMIT_VOUCHES_INVITER.
 */
err_t joins_keep(struct core *c, enum msg_type type, const struct msg_join *m, const struct join_request *r);
/* The new key that a site hosted here has asked for and waits for; ERR_NOT_FOUND. */
err_t joins_wanted(struct core *c, const uint8_t old_site[SITE_BYTES], uint8_t fresh[SITE_BYTES]);
/* Drops what is settled, decides what the registrar may, tells members the rest. */
void joins_tick(struct core *c);
/* What a member said to the oldest of those we told it and that it has not answered (peer.joins_open). */
void joins_answered(struct core *c, struct peer *p, const struct msg_welcome *m);

#endif
