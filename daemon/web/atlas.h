/*
 * atlas: what is shown of concepts beside records: what they are called in each language, and which components of the territory they lie under: themselves, what they
 * have for a facet, what is broader, what they were merged into, and so on upwards. Kept from request to request as long as no concept changed.
 */
#ifndef ALLIED_DAEMON_WEB_ATLAS_H
#define ALLIED_DAEMON_WEB_ATLAS_H

#include "daemon/read/read.h"
#include "daemon/store/changed.h"

struct atlas_component {
    uint8_t id[CONCEPT_BYTES];
    struct slice label;
};
struct atlas_edge {
    uint8_t child[CONCEPT_BYTES], target[CONCEPT_BYTES];
};
struct atlas_label {
    struct slice lang, text;
};
struct atlas_labels { /* the preferred labels of a concept, as they are shown */
    uint8_t id[CONCEPT_BYTES];
    struct slice uri; /* "": none, or not here */
    const struct atlas_label *at;
    size_t n;
};
struct atlas {
    struct arena arena; /* owns all below */
    bool known;
    struct changed_state state;   /* that it was made of, or that nothing it shows has changed up to */
    uint64_t number;              /* of the latest change of a concept then */
    struct atlas_labels **labels; /* an open hash: those asked for so far */
    size_t labels_n, labels_room;
    struct atlas_component *components; /* ascending by id */
    size_t components_n;
    struct atlas_edge *edges; /* upwards; ascending */
    size_t edges_n;
};
/* Makes it anew where concepts changed since. ERR_MEMORY, ERR_DATABASE. */
err_t atlas_refresh(struct atlas *a, struct read *r);
void atlas_close(struct atlas *a);

#define ATLAS_SET_MAX 64 /* components of one record; further ones are left out */
struct atlas_set {
    const struct atlas_component *at[ATLAS_SET_MAX]; /* ascending by id */
    size_t n;
};
/* Adds the components above a concept. */
void atlas_above(const struct atlas *a, struct slice concept_id, struct atlas_set *set);
/* n 0 where the concept is not here, or has no label. */
err_t atlas_labels(struct atlas *a, struct read *r, struct slice concept_id, const struct atlas_labels **out);
bool atlas_has(const struct atlas_set *set, struct slice component);

#endif
