#include "daemon/report/model_work.h"

static err_t judge_record(struct model_work *w, struct slice record, size_t owner, struct arena *arena)
{
    struct view v;
    struct discipline d;
    err_t e = model_view(w, ENTITY_RECORD, record, arena, &v);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    /* As the facts judge it: what the thesaurus came to say of its terms is not the record's doing. */
    discipline_check(&v, w->m->profile, NULL, &d);
    for (size_t i = 0; i < d.missed_n; i++)
        for (unsigned k = 0; k < DISCIPLINE_N; k++)
            w->m->allies[owner].missed[k] += discipline_rule(k) == d.missed[i];
    return ERR_OK;
}

err_t model_add_discipline(struct model_work *w)
{
    struct arena arena = {0};
    struct model_rows rows;
    err_t e = ERR_OK;
    for (size_t i = 0; !e && model_next_entity(w, w->m->term, &i, &rows);) {
        const struct fact *record = model_state(&rows, FACT_RECORD);
        size_t owner = model_alive(record) && record->sort == FACT_PARTIAL ? model_owner(w, record->entity) : SIZE_MAX;
        if (owner == SIZE_MAX)
            continue;
        e = judge_record(w, record->entity, owner, &arena);
        arena_clear(&arena);
    }
    arena_fini(&arena);
    return e;
}
