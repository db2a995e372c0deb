/*
 * rolls: charters and roster acts in their carried forms (log tables `charters`, `roster`).
 */
#ifndef ALLIED_DAEMON_STORE_ROLLS_H
#define ALLIED_DAEMON_STORE_ROLLS_H

#include "daemon/store/store.h"

/* Known ones are left alone (*fresh false). Keyed by id. */
err_t rolls_put_charter(struct store *s, const uint8_t id[HASH_BYTES], uint64_t number, struct slice carried,
                        bool *fresh);
err_t rolls_put_act(struct store *s, const uint8_t id[HASH_BYTES], uint64_t number, struct slice carried, bool *fresh);
/* All of them, ascending by number then id; bytes in the arena. */
err_t rolls_charters(struct store *s, struct arena *arena, struct slice **out, size_t *n);
size_t rolls_count(struct store *s); /* of charters; 0 on an error */
err_t rolls_acts(struct store *s, struct arena *arena, struct slice **out, size_t *n);

/* Is it here already: an act by its id, a charter byte for byte? False on an error: then it is looked at as if it were new. */
bool rolls_has_act(struct store *s, const uint8_t id[HASH_BYTES]);
bool rolls_has_charter(struct store *s, const uint8_t id[HASH_BYTES], struct slice carried);

/* Replaces the carried form (its signatures grew); *fresh: it differs from what was there. */
err_t rolls_set_charter(struct store *s, const uint8_t id[HASH_BYTES], struct slice carried, bool *fresh);
/* Promises never to sign, by (charter, site). */
err_t rolls_put_promise(struct store *s, const uint8_t charter[HASH_BYTES], const uint8_t site[SITE_BYTES],
                        struct slice carried, bool *fresh);
/* Is that charter here? And how many promises of a site are about others that are not? */
err_t rolls_seen(struct store *s, const uint8_t charter[HASH_BYTES], bool *seen);
err_t rolls_unseen_promises(struct store *s, const uint8_t site[SITE_BYTES], const uint8_t besides[HASH_BYTES],
                            uint64_t *n);
err_t rolls_promises(struct store *s, struct arena *arena, struct slice **out, size_t *n);

#endif
