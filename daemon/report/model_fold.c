#include "daemon/commons/fold.h"
#include "daemon/read/judge.h"
#include "daemon/report/model_work.h"

err_t model_ops(const struct model_work *w, enum entity_type type, struct slice entity, struct arena *arena,
                struct fold_op **out, size_t *out_n)
{
    struct replica_op *ops = NULL;
    size_t n = 0, used = 0;
    err_t e = replica_ops(w->store, type, entity, arena, &ops, &n);
    struct fold_op *judged = e ? NULL : arena_alloc(arena, n + 1, sizeof *judged);
    if (e || !judged)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        if (cut_has(&w->m->cut, &ops[i].log, ops[i].seq))
            judge_op(w->authority, &ops[i], type, entity, &judged[used++]);
    *out = judged;
    *out_n = used;
    return ERR_OK;
}

static err_t fold_anew(const struct model_work *w, enum entity_type type, struct slice entity, struct arena *arena,
                       struct slice *canon)
{
    struct fold_op *ops = NULL;
    size_t n = 0;
    struct buf out;
    err_t e = model_ops(w, type, entity, arena, &ops, &n);
    if (e || !n)
        return e ? e : ERR_NOT_FOUND;
    buf_init(&out, FOLD_CANON_MAX);
    e = fold_entity(type, entity, ops, n, arena, &out);
    e = e ? e : arena_copy(arena, buf_slice(&out), canon);
    buf_fini(&out);
    return e;
}

err_t model_view(const struct model_work *w, enum entity_type type, struct slice entity, struct arena *arena,
                 struct view *out)
{
    struct slice canon = slice_text("");
    err_t e = w->whole ? replica_get(w->store, type, entity, arena, &canon) : fold_anew(w, type, entity, arena, &canon);
    return e ? e : view_read(canon, arena, out);
}
