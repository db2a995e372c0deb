/*
 * discipline: the rules of objectivity and form that a record meets and misses, under profile 1 (DOMAIN §2). A record that misses some is
 * published all the same and shown as "to complete". Codes are stable; sentences are msgids of the translations.
 */
#ifndef ALLIED_DAEMON_COMMONS_DISCIPLINE_H
#define ALLIED_DAEMON_COMMONS_DISCIPLINE_H

#include "daemon/commons/view.h"

#define DISCIPLINE_PROFILE  1
#define DISCIPLINE_TEXT_MAX 12000 /* characters (code points), all fields of one language together */
/* clang-format off */
/* code, experiences only?, what to say where it is missed */
#define DISCIPLINE_RULES(X) \
X(ABSTRACT, "abstract", false, "An abstract is missing: a few sentences that make one want to read on.") \
X(HISTORY,  "history",  true,  "The history is missing: how did the experience come about, step by step?") \
X(LIMITS,   "limits",   true,  "The limits are missing: what did not work, or what remains difficult, helps the others most.") \
X(ACTOR,    "actor",    false, "No actor with a role is named: who did what?") \
X(CONCEPT,  "concept",  false, "No index term is given: with one from the common thesaurus, others will find this record.") \
X(LICENCE,  "licence",  false, "The licence is missing or not a known SPDX identifier (for example CC-BY-4.0): may others reuse this text?") \
X(LENGTH,   "length",   false, "The texts of one language are longer than 12,000 characters: a shorter record is read more.")
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
/* Rules in the table's order. One that does not apply to the record's type stands in neither list. */
struct discipline {
    const struct discipline_rule *met[DISCIPLINE_N], *missed[DISCIPLINE_N];
    size_t met_n, missed_n;
};
void discipline_check(const struct view *record, struct discipline *out);
/* Is it one of the SPDX identifiers that allied knows (case does not matter)? */
bool discipline_licence_known(struct slice licence);

#endif
