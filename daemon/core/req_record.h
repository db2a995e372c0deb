/*
 * req_record: what the requests that write records share.
 */
#ifndef ALLIED_DAEMON_CORE_REQ_RECORD_H
#define ALLIED_DAEMON_CORE_REQ_RECORD_H

#include "daemon/core/req.h"

struct import_note { /* what the source says of one field or term: kept once the line is in */
    struct import_note *next;
    uint64_t field;
    struct slice lang;
    uint8_t hash[16];
};

struct record_job {
    struct req *r;
    struct edit edit;
    struct entity_writes w;
    bool import, dry_run;
    const char *lang; /* of texts that do not name theirs */
    struct import_note *notes;
};

/* A word that a record without that field gets; "": none. */
err_t record_default(struct record_job *j, enum record_field number, const char *text);
/* The concept that an index term names: one that is there as it is named stays; anything new leads to where merges end. */
err_t record_term(struct req *r, const struct edit *edit, struct slice text, uint8_t out[CONCEPT_BYTES]);
/* Is that concept among the index terms of what is to be written? */
bool record_lists(struct record_job *j, const struct edit *edit, struct slice concept);

#endif
