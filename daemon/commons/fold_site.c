/*
 * fold_site: a site's announcement is one register without a key; its value is the whole body, because nobody edits a part of it.
 */
#include "daemon/commons/fold_work.h"
#include "protocol/wire/wr.h"

err_t fold_site_write(const struct fold_work *w, struct buf *out)
{
    const struct fold_item **live;
    size_t n;
    err_t err = fold_work_unnamed(w, OP_SITE_ANNOUNCE, &live, &n);
    if (err != ERR_OK)
        return err;
    wr_array(out, n);
    for (size_t i = 0; i < n; i++) {
        wr_array(out, 2);
        fold_write_dot(out, &live[i]->in->dot);
        if (live[i]->in->state == BODY_ERASED)
            wr_nil(out);
        else
            wr_raw(out, live[i]->in->body);
    }
    return ERR_OK;
}
