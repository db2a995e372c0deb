/*
 * neighbours: a concept in the middle of what is next to it, as SVG inside a page: what is broader above, what is narrower below, what is related on either side, and
 * below all some records that it indexes. Each is a link that a keyboard reaches, in the order of the drawing. Components show as a patch of their colour with
 * their number on it, so that it reads in grey. Laid out in whole units, 360 of them across: readable where that is all the screen has. The same
 * neighbours give the same bytes. What is drawn stands in lists beside it as well: that is the caller's.
 */
#ifndef ALLIED_DAEMON_HTML_NEIGHBOURS_H
#define ALLIED_DAEMON_HTML_NEIGHBOURS_H

#include "daemon/html/html.h"

enum neighbours_place { NEIGHBOURS_ABOVE, NEIGHBOURS_BESIDE, NEIGHBOURS_BELOW, NEIGHBOURS_RECORDS, NEIGHBOURS_PLACES };

#define NEIGHBOURS_PATCHES 3 /* of one node; further ones are left out */
struct neighbours_patch {
    const char *colour; /* "#rrggbb" */
    struct slice mark;  /* "1"; its first two characters show */
};
struct neighbours_node {
    const char *href; /* of the one in the middle: not read */
    struct slice label;
    const char *lang; /* of the label; NULL: the page's */
    bool waits;       /* not adopted: dashed */
    const struct neighbours_patch *patches;
    size_t patches_n;
};
struct neighbours {
    struct neighbours_node middle;
    struct {
        const struct neighbours_node *at;
        size_t n;         /* those that have no room are counted in a node of their own */
        const char *more; /* where that leads to */
    } places[NEIGHBOURS_PLACES];
};
void neighbours_draw(struct html *h, const struct neighbours *n);

/* A patch alone, for a line of text: a small picture, with the mark as its words. */
void neighbours_patch(struct html *h, const struct neighbours_patch *patch);

#endif
