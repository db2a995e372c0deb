/*
 * edit: one commit about one record or concept, put together against what the replica shows now: which live dots each write replaces, and
 * whether it changes anything at all. What would change nothing is not written.
 */
#ifndef ALLIED_DAEMON_CORE_EDIT_H
#define ALLIED_DAEMON_CORE_EDIT_H

#include "daemon/commons/fields_json.h"
#include "daemon/commons/view.h"
#include "daemon/core/state.h"

struct edit {
    struct core *core;
    struct own *own;
    const struct ally *ally; /* the writer's */
    enum entity_type type;
    uint8_t id[SITE_BYTES];
    struct slice entity;
    bool known;       /* there were ops before */
    struct view view; /* what is shown now; empty where not known */
    struct arena *arena;
    struct op_write *puts, *sets;
    struct slice *put_values, *set_values;
    size_t puts_n, sets_n, puts_room, sets_room;
    bool revive; /* a record: take its tombstones away */
    struct slice motive;
};

/* The arena outlives the edit. ERR_STANDING where the site is not (yet) admitted. */
err_t edit_open(struct core *c, struct own *own, enum entity_type type, struct slice entity, struct arena *arena,
                struct edit *out);
/* Does the record exist and was it retired? */
bool edit_retired(const struct edit *e);
/* Writes a value (nil: empties it) unless it stands there already. *changed (may be NULL). */
err_t edit_field(struct edit *e, const struct field_info *field, struct slice lang, struct slice value, bool *changed);
/* The same over named dots alone, whatever stands there: to resolve a conflict. */
err_t edit_field_over(struct edit *e, const struct field_info *field, struct slice lang, struct slice value,
                      const struct view_key *key);
/* Adds or removes an index term (relation 0) or a relation. */
err_t edit_set(struct edit *e, unsigned relation, struct slice target, bool add, struct slice value, bool *changed);
bool edit_empty(const struct edit *e);
/*
 * Writes the commit, inside a batch: puts (each within the body's limit), sets, and, where `adopt`, the adoption of all of them. ERR_NOTHING_TO_DO where nothing
 * changed. *dot is its first op.
 */
err_t edit_write(struct edit *e, bool adopt, struct dot *dot);
/* May this ally adopt concepts by itself? */
bool edit_may_adopt(const struct core *c, const struct ally *ally);

#endif
