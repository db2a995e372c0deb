/*
 * discipline: the rules of objectivity and form that a record meets and misses (DOMAIN §2), under the numbered profile that the charter names (RULE_PROFILE). A
 * record that misses some is published all the same and shown as "to complete". Codes are stable; sentences are msgids of the translations. A new
 * profile is a row; a new rule a row and a function.
 */
#ifndef ALLIED_DAEMON_COMMONS_DISCIPLINE_H
#define ALLIED_DAEMON_COMMONS_DISCIPLINE_H

#include "daemon/commons/view.h"

#define DISCIPLINE_CORETET 1 /* the profile of a founded alliance */
/* clang-format off */
/*
 *  number  rules asked  characters (code points) that all fields of one language together have at most
 * 0 asks for nothing. A number of a newer program's table is judged by the last row.
 */
#define DISCIPLINE_PROFILES(X) \
X(0,                  0,              0) \
X(DISCIPLINE_CORETET, DISCIPLINE_ALL, 12000)
/* code, experiences only?, what to say where it is missed; {1} is the profile's number of characters */
#define DISCIPLINE_RULES(X) \
X(ABSTRACT, "abstract", false, "An abstract is missing: a few sentences that make one want to read on.") \
X(HISTORY,  "history",  true,  "The history is missing: how did the experience come about, step by step?") \
X(LIMITS,   "limits",   true,  "The limits are missing: what did not work, or what remains difficult, helps the others most.") \
X(ACTOR,    "actor",    false, "No actor with a role is named: who did what?") \
X(CONCEPT,  "concept",  false, "No index term is given: with one from the common thesaurus, others will find this record.") \
X(KNOWN,    "concept_known",   false, "An index term is not in the common thesaurus: is its address right, or is it still to be proposed there?") \
X(CURRENT,  "concept_current", false, "An index term was given up or merged into another: with the current one, more readers will come by.") \
X(LICENCE,  "licence",  false, "The licence is missing or not a known SPDX identifier (for example CC-BY-4.0): may others reuse this text?") \
X(LENGTH,   "length",   false, "The texts of one language are longer than {1} characters: a shorter record is read more.")
/* clang-format on */

struct discipline_rule {
    const char *code, *sentence;
};
enum discipline_id {
#define X(id, code, experiences, sentence) DISCIPLINE_##id,
    DISCIPLINE_RULES(X)
#undef X
        DISCIPLINE_N
};
#define DISCIPLINE_ALL ((1u << DISCIPLINE_N) - 1)

/* How the index terms stand in the thesaurus. */
struct discipline_terms {
    size_t unknown; /* not in it */
    size_t ended;   /* deprecated, or merged into another */
};
/* Rules in the table's order. One that does not apply (another type of record, terms that nobody looked up) stands in neither list. */
struct discipline {
    uint64_t profile; /* as the charter says */
    bool known;       /* that number has a row here */
    size_t text_max;
    const struct discipline_rule *met[DISCIPLINE_N], *missed[DISCIPLINE_N];
    size_t met_n, missed_n;
};
/* terms: NULL where the thesaurus is not at hand. */
void discipline_check(const struct view *record, uint64_t profile, const struct discipline_terms *terms,
                      struct discipline *out);
/* What to say of a rule that `d` has among the missed, in a language. Appends. */
void discipline_say(const struct discipline *d, const struct discipline_rule *rule, const char *lang, struct buf *out);
const struct discipline_rule *discipline_rule(enum discipline_id id);
/* Is it one of the SPDX identifiers that allied knows (case does not matter)? */
bool discipline_licence_known(struct slice licence);

#endif
