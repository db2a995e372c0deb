/*
 * roll: charters and roster acts as a replica holds them, put together for authority_build_all.
 */
#ifndef ALLIED_DAEMON_READ_ROLL_H
#define ALLIED_DAEMON_READ_ROLL_H

#include "daemon/store/store.h"
#include "protocol/charter/authority.h"

#define SETTING_ALLIANCE "alliance"       /* 16 bytes: the id we are pinned to */
#define SETTING_CHAIN    "charter.chain"  /* this replica's chain of charter ids, 32 bytes each, charter 0 first */
#define SETTING_EFFECT   "charter.effect" /* charter and roster head whose effect is in logs and folds */

err_t roll_alliance(struct store *s, struct arena *arena, const uint8_t **alliance); /* ERR_NOT_FOUND, ERR_DATABASE */
/* Everything in the arena; charters_n 0 before the first charter came. */
err_t roll_input(struct store *s, struct arena *arena, struct authority_input *out);

#endif
