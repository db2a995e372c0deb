/*
 * contest: one entity's values that stand against each other: which are mine, which theirs, and from which text they were made (issue: who, when, from which
 * text). The text they were made from is the latest op, in canonical order, that all of them replaced, be it over others.
 */
#ifndef ALLIED_DAEMON_READ_CONTEST_H
#define ALLIED_DAEMON_READ_CONTEST_H

#include "daemon/read/read.h"

struct contest_dot {
    struct dot dot;
    size_t at; /* in `ops` */
};
struct contest {
    struct read *r;
    const struct view *v;
    struct replica_op *ops; /* of the entity, in canonical order */
    struct op *decoded;     /* beside them; info is NULL where the header does not decode */
    size_t n;
    struct contest_dot *by_dot; /* ascending */
};
err_t contest_open(struct read *r, const struct view *v, struct contest *out);
/* Is this one of the values in conflict? Of merges and retirements only what is adopted is. */
bool contest_has(const struct contest *c, const struct view_key *key, const struct view_value *value);
/*
 * The one value in conflict that r->self wrote; where it wrote none, the one of its ally. theirs: the one that differs from mine. NULL: there is none, or
 * several that differ, or nobody asks.
 */
const struct view_value *contest_mine(const struct contest *c, const struct view_key *key);
const struct view_value *contest_theirs(const struct contest *c, const struct view_key *key);
/* "base": {dot, at, site, site_name, ally, ally_name, value} or null: what they were all made from. */
err_t contest_put_base(const struct contest *c, const struct view_key *key, json_t *out);

#endif
