/*
 * oai_set: what a setSpec names.
 */
#ifndef ALLIED_DAEMON_WEB_OAI_SET_H
#define ALLIED_DAEMON_WEB_OAI_SET_H

#include "daemon/web/shown.h"

struct oai_set {
    enum { OAI_SET_ALL, OAI_SET_ALLY, OAI_SET_COMPONENT } kind;
    bool one; /* that one; else all of the kind */
    uint8_t id[CONCEPT_BYTES];
};
/* False where it is none that could be. */
bool oai_set_read(const char *spec, struct oai_set *out);
bool oai_set_has(const struct oai_set *set, const struct shown *s, const struct atlas *a);
/* Appends <setSpec> for each of a record's. */
void oai_set_say(struct read *r, const struct shown *s, const struct atlas *a, struct buf *out);
/* Appends <set> for each there is. */
void oai_set_list(struct read *r, const struct atlas *a, struct buf *out);

#endif
