/*
 * model_work: what the parts of model.c share while one model is made. Only model*.c use this header.
 */
#ifndef ALLIED_DAEMON_REPORT_MODEL_WORK_H
#define ALLIED_DAEMON_REPORT_MODEL_WORK_H

#include "daemon/ledger/years.h"
#include "daemon/report/model.h"

struct model_work {
    struct store *store;
    const struct authority *authority; /* as of the cut */
    bool whole; /* the cut is all that the replica holds: what stands there need not be folded anew */
    struct years years;
    struct fact *facts; /* of the term and those before it; ascending by (type, entity, term) */
    size_t facts_n;
    struct arena arena; /* for as long as the model is made */
    struct model *m;
};

/* The rows of one entity of one kind at the end of a term: those of the last term in which it has any, up to that one. */
struct model_rows {
    const struct fact *at;
    size_t n; /* of all kinds, of one entity and one term */
};
/* The entity at *i; *i then stands at the next one. False at the end. */
bool model_next_entity(const struct model_work *w, unsigned term, size_t *i, struct model_rows *out);
/* Its FACT_RECORD or FACT_CONCEPT; NULL: none. */
const struct fact *model_state(const struct model_rows *rows, enum fact_kind kind);
bool model_alive(const struct fact *record);    /* NULL: no */
bool model_complete(const struct fact *record); /* it meets every rule, however short it is */
/* Whose a record is at the end: into allies. */
size_t model_owner(const struct model_work *w, struct slice record);
/* An entity as the ops within the cut leave it; in the arena. ERR_NOT_FOUND: none of its ops is. */
err_t model_view(const struct model_work *w, enum entity_type type, struct slice entity, struct arena *arena,
                 struct view *out);
/* Its ops within the cut, judged, in canonical order. */
err_t model_ops(const struct model_work *w, enum entity_type type, struct slice entity, struct arena *arena,
                struct fold_op **out, size_t *n);
/* The middle one (the lower of two); sorts. 0 where there is none. */
uint64_t model_median(uint64_t *values, size_t n);

/* Those of the term and of all before it; anew: out of the ops within the cut, rather than as the replica holds them. */
err_t model_load_facts(struct model_work *w, bool anew);
void model_add_value(struct model *m); /* model_ledger.c */
err_t model_add_months(struct model *m, const struct ledger *before);
err_t model_add_reuse(struct model *m);
err_t model_add_rings(struct model_work *w);
err_t model_add_coverage(struct model_work *w);   /* model_atlas.c */
err_t model_add_discipline(struct model_work *w); /* model_discipline.c */
err_t model_add_thesaurus(struct model_work *w);  /* model_life.c */
err_t model_add_newcomers(struct model_work *w);
uint64_t model_newcomers_in(const struct model_work *w, unsigned term);
err_t model_add_service(struct model_work *w);

#endif
