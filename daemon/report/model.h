/*
 * model: every figure of the assembly's report on one year (DOMAIN §6), in integers, out of the replica up to a cut: equal inputs give equal figures, on every site.
 * What only this site saw of the others (availability, propagation) is no figure of it: html.h.
 */
#ifndef ALLIED_DAEMON_REPORT_MODEL_H
#define ALLIED_DAEMON_REPORT_MODEL_H

#include "daemon/commons/discipline.h"
#include "daemon/ledger/settle.h"
#include "daemon/report/cut.h"

#define MODEL_GAP 2 /* a component with at most so many records is a gap */

/* What is compared with the year before: one number each for the whole alliance. */
/* clang-format off */
#define MODEL_TOTALS(X) \
X(ALLIES,      "allies",             N_("allies"))                                      \
X(PUBLISHED,   "published",          N_("records published that count"))                \
X(RECORDS,     "records",            N_("records in the common work at the end"))       \
X(COMPLETE,    "complete",           N_("of these, complete"))                          \
X(MAINTAINED,  "maintained",         N_("records kept up to date"))                     \
X(TRANSLATED,  "translations",       N_("translations"))                                \
X(REUSED,      "reuse",              N_("reuses of another ally's work"))               \
X(PAIRS,       "reuse_pairs",        N_("pairs of allies of whom one reuses the other")) \
X(REVIEWED,    "reviews",            N_("reviews"))                                     \
X(CONCEPTS,    "concepts",           N_("concepts in force at the end"))                \
X(PROPOSED,    "concepts_proposed",  N_("concepts proposed"))                           \
X(ADOPTED,     "concepts_adopted",   N_("contributions to the thesaurus adopted"))      \
X(NEWCOMERS,   "newcomers",          N_("newcomers"))                                   \
X(LEFT_OUT,    "left_out",           N_("contributions that do not count, with the reason"))
/* clang-format on */
enum model_total {
#define X(id, name, label) TOTAL_##id,
    MODEL_TOTALS(X)
#undef X
        MODEL_TOTALS_N
};
struct model_total_info {
    const char *name, *label; /* label: a msgid */
};
const struct model_total_info *model_total_info(enum model_total t);

struct model_ally {
    const struct ally *ally;
    struct slice name;
    bool in;                               /* at the end of the year */
    uint64_t records, complete, published; /* alive and complete at the end; published in the year and counting */
    uint64_t points;
    uint64_t small;                /* of the complete records published: those of fewer than FACTS_WORDS_MIN words */
    uint64_t missed[DISCIPLINE_N]; /* records alive at the end that miss each rule */
    uint64_t count[LEDGER_KINDS_N], kind_points[LEDGER_KINDS_N];
    uint64_t left_out[LEDGER_KINDS_N][LEDGER_WHYS_N];
};
struct model_place { /* a component or an angle of the atlas */
    uint8_t id[CONCEPT_BYTES];
    struct slice label;   /* in the report's language where it has one */
    uint64_t records;     /* alive at the end, each once */
    uint64_t new_records; /* of these, published in the year */
};
struct model_thesaurus {
    uint64_t in_force, proposed, merged, deprecated, waiting; /* waiting: at the end */
    uint64_t adopted_acts, adopted_uses, adopted_own; /* ops, by whose act: another ally's, none, the author's */
    uint64_t own_concepts;                            /* that adopted_own are about */
    uint64_t delay_ms;                                /* median from proposal to adoption, of adopted_acts */
    uint64_t parts[FACT_RETIREMENT + 1];              /* adopted in the year, by enum fact_part */
};
struct model_newcomer {
    size_t ally, mentor; /* into allies; mentor SIZE_MAX: none */
    unsigned month;      /* of its first complete record, year * 12 + month - 1; 0: none yet */
};
struct model_ring { /* two allies who received more than half of their reuses from each other (ledger_rings) */
    size_t a, b;
    uint64_t a_from_b, b_from_a;
};
struct model_service {
    uint64_t handled, in_time, late, delay_ms; /* proposals; the median */
    uint64_t delay_days;                       /* that the charter allows, rule 8; 0: it does not say */
    uint64_t admitted, charters;               /* acts that let a site in; charters that came into force */
};
struct model {
    struct arena arena; /* owns all below but lang */
    const char *lang;   /* of the labels of components */
    struct slice alliance;
    unsigned term, year, year_from; /* year_from: earlier where a charter closed several years at once */
    bool open;
    struct report_cut cut;
    uint8_t inputs[HASH_BYTES];  /* cut_digest */
    uint8_t figures[HASH_BYTES]; /* of every figure (figures.h), in whichever language */
    uint64_t policy_charter, profile;
    unsigned first_month, months_n; /* year * 12 + month - 1; at least one, at most MODEL_MONTHS_MAX */
    struct model_ally *allies;      /* by name */
    size_t allies_n;
    uint64_t *months; /* allies_n × months_n: records published that count */
    uint64_t *before; /* months_n: of all, in the same calendar months of the year before; NULL: there is none */
    uint64_t *reuse;  /* allies_n × allies_n: [reused by][whose]: row reuses column */
    bool *mutual;     /* both do */
    struct model_place *components, *angles;
    size_t components_n, angles_n;
    uint64_t *coverage, *angle_coverage; /* places_n × allies_n: records alive at the end */
    uint64_t outside;                    /* records alive under no component */
    struct model_thesaurus thesaurus;
    struct model_newcomer *newcomers;
    size_t newcomers_n;
    struct model_ring *rings;
    size_t rings_n;
    struct model_service service;
    size_t secretariat; /* into allies; SIZE_MAX: nobody */
    uint64_t total[MODEL_TOTALS_N], total_before[MODEL_TOTALS_N];
    bool has_before; /* there is a year before */
    uint64_t points;
    struct ledger_policy policy;
    struct ledger ledger; /* while the model is made */
};
#define MODEL_MONTHS_MAX 60 /* of a longer term the last ones; what is earlier counts in the first of them */

/*
 * `r`: store and authority; `year` 0: the open one; `cut`: NULL: of a closed year its own, of the open one all that is here. Errors: the store's, ERR_MEMORY, ERR_YEAR_LATE, ERR_YEAR_EARLY,
 * ERR_REPORT_AHEAD. On success model_fini has to follow.
 */
err_t model_make(struct read *r, unsigned year, const struct report_cut *cut, const char *lang, struct model *out);
void model_fini(struct model *m);
struct slice model_name(const struct model *m, size_t ally);              /* "" for SIZE_MAX */
uint64_t model_records_left_out(const struct model_ally *a);              /* published this year, that do not count */
const char *report_rule_label(enum discipline_id rule);                   /* a msgid: "no abstract" */
size_t model_ally(const struct model *m, const uint8_t ally[ALLY_BYTES]); /* SIZE_MAX: none */

#endif
