/*
 * fold_means: what an ally declares for a year, a register each for money and time. Its owner alone writes it, so that its values carry no ally.
 */
#include "daemon/commons/fold_work.h"
#include "protocol/wire/wr.h"

err_t fold_means_write(const struct fold_work *w, struct buf *out)
{
    struct fold_group *groups;
    size_t n;
    err_t err = fold_work_groups(w, OP_MEANS_DECLARE, &groups, &n);
    if (err != ERR_OK)
        return err;
    wr_array(out, n);
    for (size_t i = 0; i < n; i++) {
        wr_array(out, 2);
        wr_uint(out, groups[i].at[0]->write->field);
        wr_array(out, groups[i].n);
        for (size_t k = 0; k < groups[i].n; k++) {
            wr_array(out, 2);
            fold_write_dot(out, &groups[i].at[k]->item->in->dot);
            wr_raw(out, groups[i].at[k]->value);
        }
    }
    return ERR_OK;
}
