/*
 * fold: see fold.h. Each entity type has its own file that writes the canonical form; what they share is fold_work. Nothing here looks at how
 * or when ops arrived: adoption is read off the adopting ops first, then what each write names dies, whether or not the write itself
 * still lives; so neither step waits for the other's outcome and no fixed point is searched.
 */
#include "daemon/commons/fold.h"
#include "daemon/commons/fold_work.h"
#include "protocol/wire/wr.h"

bool fold_counts(const struct fold_op *op, struct slice entity)
{
    if (!op->standing)
        return false;
    const struct kind_info *info = kind_info(op->kind);
    if (!info) /* a newer kind's `who` is not known here: what a member wrote waits for an upgrade */
        return true;
    switch (info->who) {
    case WHO_SELF:
        return slice_equal(entity, slice_of(op->site, SITE_BYTES));
    case WHO_OWNER:
        return op->owner;
    case WHO_ANY_OWN:
    case WHO_PROPOSAL:
    case WHO_ADOPTER: /* what an adoption is worth depends on the op adopted: fold_work_adopt */
        return true;
    }
    return false;
}

static err_t write_entity(const struct fold_work *w, enum entity_type type, struct buf *out)
{
    switch (type) {
    case ENTITY_SITE:
        return fold_site_write(w, out);
    case ENTITY_RECORD:
        return fold_record_write(w, out);
    case ENTITY_CONCEPT:
        return fold_concept_write(w, out);
    case ENTITY_MEANS:
        return fold_means_write(w, out);
    case ENTITY_NONE:
        break;
    }
    return ERR_OK;
}

/* Items of the array after type and entity, without the pending ops. */
static size_t parts_of(enum entity_type type)
{
    static const size_t parts[] = {
        [ENTITY_NONE] = 0, [ENTITY_SITE] = 1, [ENTITY_RECORD] = 6, [ENTITY_CONCEPT] = 4, [ENTITY_MEANS] = 1};
    return parts[type];
}

err_t fold_entity(enum entity_type type, struct slice entity, const struct fold_op *ops, size_t n, struct arena *arena,
                  struct buf *canon)
{
    struct fold_work w;
    size_t before = canon->len;
    err_t err = fold_work_init(&w, type, entity, ops, n, arena);
    if (err == ERR_OK)
        err = fold_work_adopt(&w);
    if (err != ERR_OK)
        return err;
    fold_work_kill(&w);
    wr_array(canon, 2 + parts_of(type) + 1);
    wr_uint(canon, type);
    wr_bin(canon, entity);
    err = write_entity(&w, type, canon);
    if (err != ERR_OK)
        return err;
    fold_write_pending(canon, &w);
    if (canon->err == ERR_OK && canon->len - before > FOLD_CANON_MAX)
        return ERR_TOO_LARGE;
    return canon->err;
}
