/*
 * view: canonical bytes (fold.h) read back for showing: which value is the default, what is in conflict, what is a proposal.
 *
 *   live      every live value of a key, in canonical order
 *   silent    a concept's value that takes back what was proposed: nobody adopted it, it names nothing alive and is nil (a merge: leads nowhere, a
 *             retirement: says no). It says nothing at all
 *   standing  (maximal) live values that no other live value at that key names and that are not silent
 *   default   an adopted value first, then the latest standing one in canonical order; a record's are all its owner's, so the latest
 *   conflict  two or more standing values that differ; equal values never conflict. A concept's standing value that names the others is
 *             their proposed successor: no conflict.
 *   merge, retire  only what is adopted says anything: the latest adopted entry in canonical order. Two adopted ones that differ (in target, in
 *             retired; never in the reason) were concurrent: a conflict.
 */
#ifndef ALLIED_DAEMON_COMMONS_VIEW_H
#define ALLIED_DAEMON_COMMONS_VIEW_H

#include "daemon/commons/fold.h"

struct view_value {
    struct dot dot;
    struct slice ally; /* concepts, index terms: 8 bytes; record fields: empty */
    bool adopted;      /* concepts: by an act, or by use */
    bool by_use;       /* by use alone (fold_use.h) */
    bool add;          /* relations: false is a proposed removal */
    bool standing;
    bool silent;
    bool retired; /* retire */
    /* Encoded; nil: emptied. Relations: the URI or nil. Index terms: the weight or nil. Links: [url, hash or nil] or nil. merge: the target, an
     * empty bin where it is undone. retire: the reason, nil where it was erased */
    struct slice value;
    const struct dot *made_from;
    size_t made_from_n;
    const struct dot *names; /* live dots it proposes to replace */
    size_t names_n;
};
struct view_key {
    uint64_t field;      /* field, link or relation; of means what: enum means_what; 0 for index terms, merge, retire */
    struct slice lang;   /* fields, reviews, replies */
    struct slice target; /* relations, index terms; links: 24 bytes a record, 16 a URL; replies: REPLY_BYTES */
    const struct view_value *values;
    size_t values_n;
    const struct view_value *shown; /* the default; NULL where it is emptied, undone or not adopted */
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
    const struct view_key *links; /* of a record */
    size_t links_n;
    /* Of a record: the values of each language, of each reply in each language. An ally's are its own: the latest of its says what it says; nil: taken back. */
    const struct view_key *reviews, *replies;
    size_t reviews_n, replies_n;
    struct view_key merge, retire; /* concept: values_n is 0 where nobody proposed any */
    size_t pending_n;
    unsigned conflicts; /* keys in conflict, merge and retire among them */
    bool adopted;       /* concept: some live value of its fields and relations is adopted */
    bool by_use;        /* all that are, are by use alone */
    const uint8_t
        *merged_into; /* concept: CONCEPT_BYTES by its shown merge; NULL: none. Not yet followed: see lattice_merges */
    bool deprecated;  /* concept: its shown retirement says so */
};
err_t view_read(struct slice canon, struct arena *arena, struct view *out); /* ERR_INTERNAL on foreign bytes */
/* The same of a concept whose proposal use has adopted: the values of these ops, ascending (fold_use_adopts), count as adopted. */
err_t view_read_used(struct slice canon, const struct dot *used, size_t used_n, struct arena *arena, struct view *out);
const struct view_key *view_field(const struct view *v, uint64_t field, struct slice lang); /* NULL: none */
/* Does a concept's value wait for adoption? Not where it says nothing, or what an adopted value of that key says. */
bool view_waits(const struct view_key *key, const struct view_value *value);
/* A concept's ops of which something waits: ascending, each once. ERR_MEMORY. */
err_t view_waiting(const struct view *v, struct arena *arena, struct dot **out, size_t *n);
/* The text to call the entity by: title or prefLabel in `lang`, else fr, en, then any; empty where there is none. */
struct slice view_label(const struct view *v, struct slice lang);
/* The value at `i` of a review or a reply is what its ally says there: the latest of its, and not taken back. */
bool view_says(const struct view_key *key, size_t i);
/* A TEXT or WORD value's text. Empty for others. */
struct slice view_text(struct slice value);
/* A merge's target: CONCEPT_BYTES, or empty. */
struct slice view_bin(struct slice value);

#endif
