#include "daemon/read/judge.h"

void judge_op(const struct authority *a, const struct replica_op *in, enum entity_type type, struct slice entity,
              struct fold_op *out)
{
    const struct ally *ally = authority_ally_of(a, in->log.site);
    *out = (struct fold_op){.kind = in->kind,
                            .header = in->header,
                            .body = in->body,
                            .state = in->state,
                            .dot = in->dot,
                            .clock = in->clock,
                            .incarnation = in->log.incarnation,
                            .seq = in->seq};
    memcpy(out->site, in->log.site, SITE_BYTES);
    if (!ally)
        return;
    memcpy(out->ally, ally->id, ALLY_BYTES);
    out->standing = true;
    out->owner = (type == ENTITY_RECORD || type == ENTITY_MEANS) && judge_owns(a, ally, entity);
    /* A role is judged by the charter that was in force where the commit stands, not by the one in force now. */
    size_t charter = out->charter = authority_charter_of(a, &in->log, in->seq);
    out->secretariat = authority_has_role_at(a, charter, ally->id, ROLE_SECRETARIAT);
    out->rules.adopt_by_secretariat = authority_rule_at(a, charter, RULE_ADOPT_SECRETARIAT) == 1;
    out->rules.adopt_by_allies = authority_rule_at(a, charter, RULE_ADOPT_ALLIES);
    out->rules.adopt_by_use = authority_rule_at(a, charter, RULE_ADOPT_BY_USE) == 1;
}

bool judge_owns(const struct authority *a, const struct ally *ally, struct slice entity)
{
    const struct ally *owner = authority_owner_of(a, entity.at);
    return memcmp(ally->id, entity.at, ALLY_BYTES) == 0 || (owner && memcmp(owner->id, ally->id, ALLY_BYTES) == 0);
}
