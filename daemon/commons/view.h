/*
 * view: canonical bytes (fold.h) read back for showing: which value is the default, what is in conflict, what is a proposal.
 *
 *   live      every live value of a key, in canonical order
 *   standing  (maximal) live values that no other live value at that key names
 *   default   an adopted value first, then the latest standing one in canonical order; a record's are all its owner's, so the latest
 *   conflict  two or more standing values that differ; equal values never conflict. A concept's standing value that names the others is
 *             their proposed successor: no conflict.
 */
#ifndef ALLIED_DAEMON_COMMONS_VIEW_H
#define ALLIED_DAEMON_COMMONS_VIEW_H

#include "daemon/commons/fold.h"

struct view_value {
    struct dot dot;
    struct slice ally; /* concepts, index terms: 8 bytes; record fields: empty */
    bool adopted;      /* concepts */
    bool add;          /* relations: false is a proposed removal */
    bool standing;
    struct slice value; /* encoded; nil: emptied. Relations: the URI or nil. Index terms: the weight or nil */
    const struct dot *made_from;
    size_t made_from_n;
    const struct dot *names; /* live dots it proposes to replace */
    size_t names_n;
};
struct view_key {
    uint64_t field;      /* field or relation; 0 for index terms */
    struct slice lang;   /* fields */
    struct slice target; /* relations, index terms */
    const struct view_value *values;
    size_t values_n;
    const struct view_value *shown; /* the default; NULL where it is emptied */
    bool conflict;
};
struct view {
    enum entity_type type;
    struct slice entity;
    const struct dot *tombstones; /* records: non-empty means retired */
    size_t tombstones_n;
    const struct view_key *fields;
    size_t fields_n;
    const struct view_key *sets; /* index terms of a record, relations of a concept */
    size_t sets_n;
    size_t pending_n;
    unsigned conflicts; /* keys in conflict */
    bool adopted;       /* concept: some live value is adopted */
};
err_t view_read(struct slice canon, struct arena *arena, struct view *out); /* ERR_INTERNAL on foreign bytes */
const struct view_key *view_field(const struct view *v, uint64_t field, struct slice lang); /* NULL: none */
/* The text to call the entity by: title or prefLabel in `lang`, else fr, en, then any; empty where there is none. */
struct slice view_label(const struct view *v, struct slice lang);
/* A TEXT or WORD value's text. Empty for others. */
struct slice view_text(struct slice value);

#endif
