/*
 * edit: one commit about one record, concept or declaration of means, put together against what the replica shows now: which live dots each write replaces, and
 * whether it changes anything at all. What would change nothing is not written.
 */
#ifndef ALLIED_DAEMON_CORE_EDIT_H
#define ALLIED_DAEMON_CORE_EDIT_H

#include "daemon/commons/fields_json.h"
#include "daemon/commons/view.h"
#include "daemon/core/state.h"

/* Writes of one kind of key, and the value of each. */
struct edit_list {
    struct op_write *writes;
    struct slice *values;
    size_t n, room;
};
/* A text in one language that was made from the same field's text in another. */
struct edit_origin {
    uint64_t field;
    struct slice lang, from;
};
/* A concept's merge or retirement to write. */
struct edit_register {
    bool set;
    struct slice target; /* merge: CONCEPT_BYTES, or empty to undo */
    bool retired;
    struct slice reason; /* retire: encoded */
    const struct dot *replaces;
    size_t replaces_n;
};
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
    struct edit_list puts, sets, links; /* fields; index terms or relations; links */
    struct edit_list reviews, replies;
    struct edit_origin *origins;
    size_t origins_n, origins_room;
    struct edit_register merge, retire;
    bool revive; /* a record: take its tombstones away */
    struct slice motive;
};

/* Appends a write. ERR_MEMORY. */
err_t edit_add(struct edit *e, struct edit_list *list, const struct op_write *write, struct slice value);
/* The arena outlives the edit. ERR_STANDING where the site is not (yet) admitted. */
err_t edit_open(struct core *c, struct own *own, enum entity_type type, struct slice entity, struct arena *arena,
                struct edit *out);
/* Does the record exist and was it retired? */
bool edit_retired(const struct edit *e);
/* The text that is written next at this field and language is made from the one in language `from`, as it stands after this commit. */
err_t edit_origin(struct edit *e, const struct field_info *field, struct slice lang, struct slice from);
/* What was said so; NULL: nothing. */
const struct edit_origin *edit_origin_of(const struct edit *e, uint64_t field, struct slice lang);
/* Writes a value (nil: empties it) unless it stands there already. *changed (may be NULL). */
err_t edit_field(struct edit *e, const struct field_info *field, struct slice lang, struct slice value, bool *changed);
/* The same over named dots alone, whatever stands there: to resolve a conflict. */
err_t edit_field_over(struct edit *e, const struct field_info *field, struct slice lang, struct slice value,
                      const struct view_key *key);
/* Adds or removes an index term (relation 0) or a relation. */
err_t edit_set(struct edit *e, unsigned relation, struct slice target, bool add, struct slice value, bool *changed);
/* The same for a link of our own ally (enum record_link): target and value as in view.h. One whose value differs is written anew. */
err_t edit_link(struct edit *e, unsigned link, struct slice target, bool add, struct slice value, bool *changed);
/*
 * Our ally's review of a record, or, with a reply's id (REPLY_BYTES), a reply, in a language: an encoded text, or [actor, text]; nil takes it back. Nothing where it
 * says that already.
 */
err_t edit_say(struct edit *e, struct slice reply, struct slice lang, struct slice value, bool *changed);
/* Is that index term, relation or link there: an ally's own, or (relations) anybody's? */
bool edit_has(const struct edit *e, unsigned relation, struct slice target);
bool edit_has_link(const struct edit *e, unsigned link, struct slice target);
/* Merges a concept into another (empty: undoes it), or retires it (false: undoes it), unless that stands already. */
err_t edit_merge(struct edit *e, struct slice target, bool *changed);
err_t edit_retire(struct edit *e, bool retired, struct slice reason, bool *changed);
/* The same whatever stands there: to resolve a conflict. */
err_t edit_merge_over(struct edit *e, struct slice target);
err_t edit_retire_over(struct edit *e, bool retired, struct slice reason);
/*
 * Takes back what waits for adoption of a concept: of the ops named (ascending; n 0: of all), our own ally's, or to refuse it anybody's, which counts once what
 * is written is adopted. To be written alone. What stands adopted at the key stays. ERR_RIVALS: to refuse one of several proposals for a key.
 */
err_t edit_take_back(struct edit *e, const struct dot *dots, size_t n, bool refuse);
bool edit_empty(const struct edit *e);
/*
 * Writes the commit, inside a batch: puts (each within the body's limit), sets, links, reviews, replies, merge and retirement, and, where `adopt`, the adoption of all
 * of them. ERR_NOTHING_TO_DO where nothing changed. *dot is its first op.
 */
err_t edit_write(struct edit *e, bool adopt, struct dot *dot);
/* May this ally adopt concepts by itself? */
bool edit_may_adopt(const struct core *c, const struct ally *ally);

#endif
