/*
 * site: one site in this process, as a command without a daemon has it: real clock, real randomness, a journal, no network; and the requests of
 * the script that goes through faults. One turn of the script is STEPS requests, about a record and concepts of that turn's own.
 */
#ifndef ALLIED_TESTS_FAULTS_SITE_H
#define ALLIED_TESTS_FAULTS_SITE_H

#include "daemon/core/state.h"

#define ANSWER_BYTES (1u << 20)

enum step {
    STEP_RECORD,
    STEP_CONCEPT,
    STEP_EDIT,
    STEP_PROPOSE,
    STEP_INDEX,
    STEP_ADOPT,
    STEP_RELATE,
    STEP_IMPORT,
    STEP_CONCEPT_EDIT,
    STEP_RETIRE,
    STEPS
};

struct fault_site {
    char dir[256];
    struct core *core;
    struct journal *journal;
    char *answer; /* ANSWER_BYTES, made by site_init */
    size_t answer_len;
    char request[4096];
    char record[64], dot[64]; /* of the last write that was acknowledged; "" where it told none */
    char error[64];
};

void site_init(struct fault_site *s, const char *dir);
void site_fini(struct fault_site *s);
err_t site_found(struct fault_site *s, struct why *why); /* ERR_DATA_EXISTS where it was before */
err_t site_open(struct fault_site *s, struct why *why);
void site_close(struct fault_site *s);
/* The request of one step of a turn; `record` is what STEP_RECORD of that turn told. */
void site_prepare(struct fault_site *s, enum step step, unsigned turn, const char *record);
/* Sends s->request. True: acknowledged. Else s->error names the refusal; "" where no answer came. */
bool site_ask(struct fault_site *s);
/* Is this dot in the database? */
bool site_has(struct fault_site *s, const char *dot);
int64_t site_rows(struct fault_site *s); /* the row of the newest commit */
/* `verify` finds nothing, and a rebuild nothing else than what stands. */
bool site_is_sound(struct fault_site *s);

#endif
