/*
 * shown: a record as those who harvest are shown it: by its place in the feed, with what stands there now. Texts are borrowed from the reading's arena.
 */
#ifndef ALLIED_DAEMON_WEB_SHOWN_H
#define ALLIED_DAEMON_WEB_SHOWN_H

#include "daemon/store/feed.h"
#include "daemon/web/atlas.h"

struct shown {
    struct feed_row row;
    bool gone;        /* retired, erased, or no longer counted: a tombstone is all there is to show */
    struct view view; /* entity and type alone where nothing is left */
};
err_t shown_load(struct read *r, const struct feed_row *row, struct shown *out);
/* Feed row and record of an id; ERR_NOT_FOUND. */
err_t shown_find(struct read *r, struct slice record, struct shown *out);

struct slice shown_id(struct read *r, struct slice id); /* base32, in the arena; "" without memory */
/* Of a field without languages; "" where there is none. */
struct slice shown_word(const struct shown *s, unsigned field);
/* A field without languages as JSON (fields_json.h); a new reference, NULL where there is none. */
json_t *shown_json(const struct shown *s, unsigned field);
/* The ally whose record it is: by name; "" where it is not known. */
struct slice shown_ally(const struct read *r, const struct shown *s);
/* The components above all concepts that index it. */
void shown_components(const struct shown *s, const struct atlas *a, struct atlas_set *out);

#endif
