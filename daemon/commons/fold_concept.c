/*
 * fold_concept: fields, relations, and two registers without a key: merge and retirement. Any ally may propose, so each value carries its ally, whether it is adopted, and which live values it
 * would replace if it were.
 */
#include "daemon/commons/fold_work.h"
#include "protocol/wire/wr.h"

/* [dot, ally, adopted, …: the beginning that both kinds of entry share. */
static void write_origin(const struct fold_item *item, size_t parts, struct buf *out)
{
    wr_array(out, parts);
    fold_write_dot(out, &item->in->dot);
    wr_bin(out, slice_of(item->in->ally, ALLY_BYTES));
    wr_bool(out, item->adopted);
}

static void write_field(const struct fold_work *w, const struct fold_group *g, struct buf *out)
{
    const struct op_write *key = g->at[0]->write;
    wr_array(out, 3);
    wr_uint(out, key->field);
    wr_text(out, key->lang);
    wr_array(out, g->n);
    for (size_t i = 0; i < g->n; i++) {
        const struct fold_entry *e = g->at[i];
        write_origin(e->item, 6, out);
        fold_write_named(out, w, e);
        wr_raw(out, e->value);
        fold_write_dots(out, e->write->made_from, e->write->made_from_n);
    }
}

static void write_relation(const struct fold_work *w, const struct fold_group *g, struct buf *out)
{
    const struct op_write *key = g->at[0]->write;
    wr_array(out, 3);
    wr_uint(out, key->field);
    wr_bin(out, key->target);
    wr_array(out, g->n);
    for (size_t i = 0; i < g->n; i++) {
        const struct fold_entry *e = g->at[i];
        write_origin(e->item, 6, out);
        wr_bool(out, e->write->add);
        fold_write_named(out, w, e);
        wr_raw(out, e->value);
    }
}

static void write_merge(const struct fold_work *w, const struct fold_entry *e, struct buf *out)
{
    write_origin(e->item, 5, out);
    fold_write_named(out, w, e);
    wr_bin(out, e->item->op.target);
}

static void write_retirement(const struct fold_work *w, const struct fold_entry *e, struct buf *out)
{
    write_origin(e->item, 6, out);
    fold_write_named(out, w, e);
    wr_bool(out, e->item->op.retired);
    wr_raw(out, e->value);
}

/* All of one kind stand at one key: there is one group, or none. */
static err_t write_register(const struct fold_work *w, enum op_kind kind,
                            void (*write)(const struct fold_work *w, const struct fold_entry *e, struct buf *out),
                            struct buf *out)
{
    struct fold_group *all;
    size_t n;
    err_t err = fold_work_groups(w, kind, &all, &n);
    if (err != ERR_OK)
        return err;
    wr_array(out, n ? all[0].n : 0);
    for (size_t i = 0; n && i < all[0].n; i++)
        write(w, all[0].at[i], out);
    return ERR_OK;
}

err_t fold_concept_write(const struct fold_work *w, struct buf *out)
{
    struct fold_group *fields, *relations;
    size_t fields_n, relations_n;
    err_t err = fold_work_groups(w, OP_CONCEPT_PUT, &fields, &fields_n);
    if (err == ERR_OK)
        err = fold_work_groups(w, OP_CONCEPT_RELATE, &relations, &relations_n);
    if (err != ERR_OK)
        return err;
    wr_array(out, fields_n);
    for (size_t i = 0; i < fields_n; i++)
        write_field(w, &fields[i], out);
    wr_array(out, relations_n);
    for (size_t i = 0; i < relations_n; i++)
        write_relation(w, &relations[i], out);
    err = write_register(w, OP_CONCEPT_MERGE, write_merge, out);
    return err == ERR_OK ? write_register(w, OP_CONCEPT_RETIRE, write_retirement, out) : err;
}
