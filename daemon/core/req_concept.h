/*
 * req_concept: what the requests about one concept share.
 */
#ifndef ALLIED_DAEMON_CORE_REQ_CONCEPT_H
#define ALLIED_DAEMON_CORE_REQ_CONCEPT_H

#include "daemon/core/req.h"

struct concept_job {
    struct req *r;
    struct edit edit;
    struct entity_writes w;
    struct slice motive;
    bool adopt;
};

/* The concept that args.id names, for args.motive, args.adopt and args.if_match: ERR_WHO where this ally may not adopt as it writes. */
err_t concept_open_named(struct req *r, struct concept_job *j);
/*
 * What a concept object says besides its fields: "merged_into" (an id or a URI, or an object with "id"), "deprecated", and "reason" for that. What stands
 * already, over merges of merges too, is not written again; what the object does not say is left. Appends to `changed` (may be NULL).
 */
err_t concept_registers(struct concept_job *j, const json_t *object, json_t *changed);
/* Fields and relations of j->w, and the registers of the object. Appends to `changed` (may be NULL). */
err_t concept_writes(struct concept_job *j, const json_t *object, json_t *changed);
/* What a relation leads to: what stands there as it is named; anything new leads to where merges end. */
err_t concept_target(struct concept_job *j, const struct relation_info *relation, struct slice text,
                     uint8_t out[CONCEPT_BYTES]);
/* Writes it, and ends the request: "id", "dot" and "version" into the result. */
err_t concept_finish(struct req *r, struct concept_job *j);

#endif
