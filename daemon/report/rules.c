#include "conf/tr.h"
#include "daemon/report/model.h"

/* Some words for each rule, where discipline.h has a whole sentence. */
const char *report_rule_label(enum discipline_id rule)
{
    static const char *const labels[DISCIPLINE_N] = {
        [DISCIPLINE_ABSTRACT] = N_("no abstract"),
        [DISCIPLINE_HISTORY] = N_("no history"),
        [DISCIPLINE_LIMITS] = N_("no limits told"),
        [DISCIPLINE_ACTOR] = N_("no actor with a role"),
        [DISCIPLINE_CONCEPT] = N_("no index term"),
        [DISCIPLINE_KNOWN] = N_("unknown index term"),
        [DISCIPLINE_CURRENT] = N_("outdated index term"),
        [DISCIPLINE_LICENCE] = N_("no known licence"),
        [DISCIPLINE_LENGTH] = N_("too long"),
    };
    return labels[rule];
}
