/*
 * crossings: the thesaurus as the relational atlas has it: components of the territory × angles of approach, and what stands at each crossing. A concept stands under
 * those that it has for a facet, that what is broader has, and so on upwards, through merges. Kept from request to request as long as nothing of it changed.
 */
#ifndef ALLIED_DAEMON_WEB_CROSSINGS_H
#define ALLIED_DAEMON_WEB_CROSSINGS_H

#include "daemon/read/read.h"
#include "daemon/store/changed.h"

#define CROSSINGS_AXIS_MAX 32 /* components, and angles; further ones are left out */

struct crossing_axis { /* a component or an angle */
    uint8_t id[CONCEPT_BYTES];
    struct slice notation; /* "": none */
    char colour[8];        /* "#rrggbb": its own, else one of a palette that colour-blind readers tell apart */
};
struct crossing_concept {
    uint8_t id[CONCEPT_BYTES];
    struct slice label;          /* the default one, for order */
    uint32_t components, angles; /* under which it stands: bits, as the axes are numbered */
    unsigned records;            /* that name it, or what was merged into it; not retired */
    bool descriptor;             /* that counts in the cells: a descriptor, neither merged nor given up */
    bool top; /* says to be a top concept; where nobody does, it has something below and nothing above it */
};
struct crossing_cell {
    unsigned concepts, records;
};
struct crossings {
    struct arena arena; /* owns all below */
    bool known;
    uint8_t generation[GENERATION_BYTES];
    uint64_t concepts_at, records_at;                                                /* latest changes then */
    struct crossing_axis components[CROSSINGS_AXIS_MAX], angles[CROSSINGS_AXIS_MAX]; /* by notation, numbers first */
    size_t components_n, angles_n;
    struct crossing_concept *concepts; /* ascending by id */
    size_t concepts_n;
    struct crossing_cell cells[CROSSINGS_AXIS_MAX + 1][CROSSINGS_AXIS_MAX + 1]; /* [component][angle]; the last: none */
};
/* Makes anew what changed. ERR_MEMORY, ERR_DATABASE. */
err_t crossings_refresh(struct crossings *c, struct read *r);
void crossings_close(struct crossings *c);
const struct crossing_concept *crossings_find(const struct crossings *c,
                                              const uint8_t *concept_id); /* NULL: not here */
/* Does what has these bits stand under that axis? CROSSINGS_AXIS_MAX: under none. */
bool crossings_under(uint32_t bits, size_t axis);
/* The number of the axis of that id; CROSSINGS_AXIS_MAX: it is none. */
size_t crossings_axis(const struct crossing_axis *axes, size_t n, const uint8_t *id);

#endif
