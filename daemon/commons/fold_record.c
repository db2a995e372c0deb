/*
 * fold_record: tombstones, fields, index terms, links, reviews, replies. A record's fields are all written by its owner, so their values carry no ally; all else is anybody's.
 */
#include "daemon/commons/fold_work.h"
#include "protocol/wire/wr.h"

static err_t write_tombstones(const struct fold_work *w, struct buf *out)
{
    const struct fold_item **live;
    size_t n;
    err_t err = fold_work_unnamed(w, OP_RECORD_RETIRE, &live, &n);
    if (err != ERR_OK)
        return err;
    wr_array(out, n);
    for (size_t i = 0; i < n; i++)
        fold_write_dot(out, &live[i]->in->dot);
    return ERR_OK;
}

static void write_field(const struct fold_group *g, struct buf *out)
{
    const struct op_write *key = g->at[0]->write;
    wr_array(out, 3);
    wr_uint(out, key->field);
    wr_text(out, key->lang);
    wr_array(out, g->n);
    for (size_t i = 0; i < g->n; i++) {
        const struct fold_entry *e = g->at[i];
        wr_array(out, 3);
        fold_write_dot(out, &e->item->in->dot);
        wr_raw(out, e->value);
        fold_write_dots(out, e->write->made_from, e->write->made_from_n);
    }
}

static void write_entries(const struct fold_group *g, struct buf *out)
{
    wr_array(out, g->n);
    for (size_t i = 0; i < g->n; i++) {
        const struct fold_entry *e = g->at[i];
        wr_array(out, 3);
        fold_write_dot(out, &e->item->in->dot);
        wr_bin(out, slice_of(e->item->in->ally, ALLY_BYTES));
        wr_raw(out, e->value);
    }
}

/* An index term, or, with a relation, a link. */
static void write_member(const struct fold_group *g, bool link, struct buf *out)
{
    wr_array(out, link ? 3 : 2);
    if (link)
        wr_uint(out, g->at[0]->write->field);
    wr_bin(out, g->at[0]->write->target);
    write_entries(g, out);
}

/* A review, or, with a target, a reply. */
static void write_said(const struct fold_group *g, bool reply, struct buf *out)
{
    wr_array(out, reply ? 3 : 2);
    wr_text(out, g->at[0]->write->lang);
    if (reply)
        wr_bin(out, g->at[0]->write->target);
    write_entries(g, out);
}

static err_t write_all_said(const struct fold_work *w, enum op_kind kind, struct buf *out)
{
    struct fold_group *groups;
    size_t n;
    err_t err = fold_work_groups(w, kind, &groups, &n);
    if (err != ERR_OK)
        return err;
    wr_array(out, n);
    for (size_t i = 0; i < n; i++)
        write_said(&groups[i], kind == OP_RECORD_REPLY, out);
    return ERR_OK;
}

err_t fold_record_write(const struct fold_work *w, struct buf *out)
{
    struct fold_group *fields, *terms, *links;
    size_t fields_n, terms_n, links_n;
    err_t err = write_tombstones(w, out);
    if (err == ERR_OK)
        err = fold_work_groups(w, OP_RECORD_PUT, &fields, &fields_n);
    if (err == ERR_OK)
        err = fold_work_groups(w, OP_RECORD_INDEX, &terms, &terms_n);
    if (err == ERR_OK)
        err = fold_work_groups(w, OP_RECORD_LINK, &links, &links_n);
    if (err != ERR_OK)
        return err;
    wr_array(out, fields_n);
    for (size_t i = 0; i < fields_n; i++)
        write_field(&fields[i], out);
    wr_array(out, terms_n);
    for (size_t i = 0; i < terms_n; i++)
        write_member(&terms[i], false, out);
    wr_array(out, links_n);
    for (size_t i = 0; i < links_n; i++)
        write_member(&links[i], true, out);
    err = write_all_said(w, OP_RECORD_REVIEW, out);
    return err == ERR_OK ? write_all_said(w, OP_RECORD_REPLY, out) : err;
}
