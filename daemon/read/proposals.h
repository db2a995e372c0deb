/*
 * proposals: what of a concept waits for adoption, who proposed it, for which record's sake, and whom use has let adopt it (PROTOCOL.md §10.5).
 */
#ifndef ALLIED_DAEMON_READ_PROPOSALS_H
#define ALLIED_DAEMON_READ_PROPOSALS_H

#include "daemon/read/read.h"

/* "proposals": each value that waits: {dot, at, site, site_name, ally, ally_name, motive, field, lang, value, add, shown}. motive: {id, title} or null. */
err_t read_put_proposals(struct read *r, const struct view *v);
/* "proposals": each op of which something waits, the oldest first: {dot, at, …, motive, fields: ["prefLabel@fr", "-broader"]}. */
err_t read_put_waiting(struct read *r, json_t *out, const struct view *v);
/* "adopted_by_use": {ally, ally_name, at} where use has adopted something of it. */
err_t read_put_use(struct read *r, json_t *out, struct slice concept);
/* {id, title} of the record that an op names as its motive; null where it names none. The title is null where the record is not here. */
json_t *read_motive(struct read *r, const struct op *op);

#endif
