/*
 * fold_work: see fold_work.h. An entity may have thousands of ops that name each other, so every look-up is a binary search: items by dot, and
 * inside an item its writes by key (op.h keeps them ascending).
 */
#include "daemon/commons/fold_work.h"
#include "protocol/wire/wr.h"
#include <stdlib.h>

static int by_dot(const void *a, const void *b)
{
    const struct fold_item *x = *(struct fold_item *const *)a, *y = *(struct fold_item *const *)b;
    return dot_compare(&x->in->dot, &y->in->dot);
}

/* ---- decoding ---- */

enum verdict { LEFT_OUT, PENDING, TAKEN };

/* One nil for each write: of an erased op, so that nothing older comes back; of a merge, whose body is empty. */
static err_t no_values(const struct op *op, struct arena *arena, struct slice **values)
{
    struct slice *v = arena_alloc(arena, op->writes_n + 1, sizeof *v);
    if (!v)
        return ERR_MEMORY;
    for (size_t i = 0; i < op->writes_n; i++)
        v[i] = value_nil;
    *values = v;
    return ERR_OK;
}

static err_t body_values(const struct fold_op *in, const struct op *op, struct arena *arena, struct slice **values)
{
    size_t n = 0;
    if (in->state == BODY_ERASED)
        return no_values(op, arena, values);
    err_t err = op_decode_body(op, in->body, arena, values, &n);
    return err == ERR_OK && n == 0 ? no_values(op, arena, values) : err;
}

/* What these do, or tell, is read off their headers, outside of any fold. */
static bool said_by_its_header(uint64_t kind)
{
    return kind == OP_SITE_ERASE || kind == OP_SITE_ATTEST || kind == OP_SITE_RELAYS;
}

/* Only ERR_MEMORY is an error: whatever else is wrong with an op makes it a no-op, the same on every replica. */
static err_t judge(const struct fold_op *in, enum entity_type type, struct slice entity, struct arena *arena,
                   struct op *op, struct slice **values, enum verdict *verdict)
{
    *verdict = LEFT_OUT;
    if (!fold_counts(in, entity) || said_by_its_header(in->kind))
        return ERR_OK;
    if (!kind_info(in->kind)) {
        *verdict = PENDING;
        return ERR_OK;
    }
    err_t err = op_decode(in->header, in->dot.commit, arena, op);
    if (err != ERR_OK)
        return err == ERR_MEMORY ? err : ERR_OK;
    if (op->info->kind != in->kind || op->info->entity != type || !slice_equal(op->entity, entity))
        return ERR_OK;
    /* No erasure of a control kind is ever authorised: that body is a hole. */
    if (in->state == BODY_MISSING || (in->state == BODY_ERASED && !op->info->erasable)) {
        *verdict = PENDING;
        return ERR_OK;
    }
    err = body_values(in, op, arena, values);
    if (err == ERR_OK)
        *verdict = TAKEN;
    return err == ERR_MEMORY ? err : ERR_OK;
}

/* Of a set nothing is left to show where its op was erased; a register is emptied. */
static bool is_set(const struct op *op)
{
    return op->info->kind == OP_RECORD_INDEX || op->info->kind == OP_RECORD_LINK || op->info->kind == OP_CONCEPT_RELATE;
}

static err_t take(struct fold_work *w, const struct fold_op *in, const struct op *op, const struct slice *values)
{
    struct fold_item *item = &w->items[w->items_n];
    *item = (struct fold_item){.in = in, .op = *op, .order = w->items_n};
    w->by_dot[w->items_n++] = item;
    item->entries = arena_alloc(w->arena, op->writes_n + 1, sizeof *item->entries);
    if (!item->entries)
        return ERR_MEMORY;
    for (size_t i = 0; i < op->writes_n; i++) {
        item->entries[i] = (struct fold_entry){.write = &op->writes[i], .item = item, .value = values[i]};
        item->entries[i].dead = in->state == BODY_ERASED && is_set(op) && op->writes[i].add;
    }
    return ERR_OK;
}

err_t fold_work_init(struct fold_work *w, enum entity_type type, struct slice entity, const struct fold_op *ops,
                     size_t n, struct arena *arena)
{
    *w = (struct fold_work){.arena = arena};
    w->items = arena_alloc(arena, n + 1, sizeof *w->items);
    w->by_dot = arena_alloc(arena, n + 1, sizeof(struct fold_item *));
    w->pending = arena_alloc(arena, n + 1, sizeof(const struct fold_op *));
    if (!w->items || !w->by_dot || !w->pending)
        return ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        struct op op;
        struct slice *values = NULL;
        enum verdict verdict;
        if (i && dot_compare(&ops[i].dot, &ops[i - 1].dot) == 0) /* delivered twice: neighbours in canonical order */
            continue;
        err_t err = judge(&ops[i], type, entity, arena, &op, &values, &verdict);
        if (err == ERR_OK && verdict == TAKEN)
            err = take(w, &ops[i], &op, values);
        if (err != ERR_OK)
            return err;
        if (verdict == PENDING)
            w->pending[w->pending_n++] = &ops[i];
    }
    if (w->items_n)
        qsort(w->by_dot, w->items_n, sizeof(struct fold_item *), by_dot);
    return ERR_OK;
}

/* ---- looking up ---- */

static struct fold_item *find(const struct fold_work *w, const struct dot *dot)
{
    size_t low = 0, high = w->items_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = dot_compare(&w->by_dot[mid]->in->dot, dot);
        if (c == 0)
            return w->by_dot[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* The entry of the op under `dot` at the key of `like`. The kind is part of the key: a field and a relation may share a number. */
static struct fold_entry *entry_at(const struct fold_work *w, const struct dot *dot, const struct fold_entry *like)
{
    struct fold_item *item = find(w, dot);
    if (!item || item->op.info != like->item->op.info)
        return NULL;
    size_t low = 0, high = item->op.writes_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = op_write_compare(item->entries[mid].write, like->write);
        if (c == 0)
            return &item->entries[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* The n-th dot that the entry's write replaces, if a live add stands under it at the same key; else NULL. */
static const struct dot *named_at(const struct fold_work *w, const struct fold_entry *e, size_t n)
{
    const struct dot *dot = &e->write->replaces[n];
    const struct fold_entry *named = entry_at(w, dot, e);
    return named && !named->dead && named->write->add ? dot : NULL;
}

/* ---- adoption ---- */

struct vote {
    const struct fold_item *by;
    struct fold_item *on;
};

static int by_target_and_ally(const void *a, const void *b)
{
    const struct vote *x = a, *y = b;
    if (x->on->order != y->on->order)
        return x->on->order < y->on->order ? -1 : 1;
    return memcmp(x->by->in->ally, y->by->in->ally, ALLY_BYTES);
}

static err_t collect_votes(const struct fold_work *w, struct vote **out, size_t *n)
{
    size_t room = 1, used = 0;
    for (size_t i = 0; i < w->items_n; i++)
        room += w->items[i].op.info->who == WHO_ADOPTER ? w->items[i].op.dots_n : 0;
    struct vote *votes = arena_alloc(w->arena, room, sizeof *votes);
    if (!votes)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->items_n; i++) {
        const struct fold_item *by = &w->items[i];
        for (size_t d = 0; by->op.info->who == WHO_ADOPTER && d < by->op.dots_n; d++) {
            struct fold_item *on = find(w, &by->op.dots[d]);
            if (on && on->op.info->who == WHO_PROPOSAL)
                votes[used++] = (struct vote){by, on};
        }
    }
    *out = votes;
    *n = used;
    return ERR_OK;
}

/* The votes on one op: adopted by one who adopts alone, or by as many other allies as the most lenient charter among them asks. */
static void count_votes(const struct vote *votes, size_t n)
{
    struct fold_item *on = votes[0].on;
    size_t allies = 0;
    uint64_t needed = 0;
    for (size_t i = 0; i < n; i++) {
        const struct fold_op *by = votes[i].by->in;
        bool same_ally = i && memcmp(votes[i - 1].by->in->ally, by->ally, ALLY_BYTES) == 0;
        if (by->rules.adopt_by_secretariat && by->secretariat)
            on->adopted = true;
        if (by->rules.adopt_by_allies && (!needed || by->rules.adopt_by_allies < needed))
            needed = by->rules.adopt_by_allies;
        if (!same_ally && memcmp(on->in->ally, by->ally, ALLY_BYTES) != 0)
            allies++;
    }
    if (needed && allies >= needed)
        on->adopted = true;
}

err_t fold_work_adopt(struct fold_work *w)
{
    struct vote *votes;
    size_t n, from = 0;
    err_t err = collect_votes(w, &votes, &n);
    if (err != ERR_OK || n == 0)
        return err;
    qsort(votes, n, sizeof *votes, by_target_and_ally);
    for (size_t i = 1; i <= n; i++)
        if (i == n || votes[i].on != votes[from].on) {
            count_votes(votes + from, i - from);
            from = i;
        }
    return ERR_OK;
}

/* ---- what dies ---- */

static bool takes_effect(const struct fold_item *by, const struct fold_item *on)
{
    bool same_ally = memcmp(by->in->ally, on->in->ally, ALLY_BYTES) == 0;
    switch (by->op.info->who) {
    case WHO_SELF:
    case WHO_OWNER:
        return true;
    case WHO_ANY_OWN:
        return same_ally;
    case WHO_PROPOSAL:
        return by->adopted || (same_ally && !on->adopted);
    case WHO_ADOPTER:
        break;
    }
    return false;
}

void fold_work_kill(struct fold_work *w)
{
    for (size_t i = 0; i < w->items_n; i++) {
        const struct fold_item *by = &w->items[i];
        for (size_t k = 0; k < by->op.writes_n; k++) {
            for (size_t d = 0; d < by->op.writes[k].replaces_n; d++) {
                struct fold_entry *named = entry_at(w, &by->op.writes[k].replaces[d], &by->entries[k]);
                if (named && takes_effect(by, named->item))
                    named->dead = true;
            }
        }
    }
}

/* ---- what is shown ---- */

static bool shown(const struct fold_work *w, const struct fold_entry *e)
{
    if (e->dead || e->write->add)
        return !e->dead;
    for (size_t i = 0; e->item->op.info->who == WHO_PROPOSAL && i < e->write->replaces_n; i++) {
        if (named_at(w, e, i))
            return true;
    }
    return false;
}

static int by_key(const void *a, const void *b)
{
    const struct fold_entry *x = *(struct fold_entry *const *)a, *y = *(struct fold_entry *const *)b;
    int c = op_write_compare(x->write, y->write);
    if (c)
        return c;
    return (x->item->order > y->item->order) - (x->item->order < y->item->order);
}

static err_t collect_shown(const struct fold_work *w, enum op_kind kind, struct fold_entry ***out, size_t *n)
{
    size_t room = 1, used = 0;
    for (size_t i = 0; i < w->items_n; i++)
        room += w->items[i].op.info->kind == kind ? w->items[i].op.writes_n : 0;
    struct fold_entry **list = arena_alloc(w->arena, room, sizeof(struct fold_entry *));
    if (!list)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->items_n; i++) {
        const struct fold_item *item = &w->items[i];
        for (size_t k = 0; item->op.info->kind == kind && k < item->op.writes_n; k++) {
            if (shown(w, &item->entries[k]))
                list[used++] = &item->entries[k];
        }
    }
    if (used)
        qsort(list, used, sizeof(struct fold_entry *), by_key);
    *out = list;
    *n = used;
    return ERR_OK;
}

err_t fold_work_groups(const struct fold_work *w, enum op_kind kind, struct fold_group **out, size_t *n)
{
    struct fold_entry **list;
    size_t used, groups_n = 0;
    err_t err = collect_shown(w, kind, &list, &used);
    if (err != ERR_OK)
        return err;
    struct fold_group *groups = arena_alloc(w->arena, used + 1, sizeof *groups);
    if (!groups)
        return ERR_MEMORY;
    for (size_t i = 0; i < used; i++) {
        if (i == 0 || op_write_compare(list[i - 1]->write, list[i]->write) != 0)
            groups[groups_n++] = (struct fold_group){&list[i], 0};
        groups[groups_n - 1].n++;
    }
    *out = groups;
    *n = groups_n;
    return ERR_OK;
}

err_t fold_work_unnamed(const struct fold_work *w, enum op_kind kind, const struct fold_item ***out, size_t *n)
{
    bool *named = arena_alloc(w->arena, w->items_n + 1, sizeof *named);
    const struct fold_item **list = arena_alloc(w->arena, w->items_n + 1, sizeof(const struct fold_item *));
    size_t used = 0;
    if (!named || !list)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->items_n; i++) {
        for (size_t d = 0; d < w->items[i].op.dots_n; d++) {
            const struct fold_item *on = find(w, &w->items[i].op.dots[d]);
            if (on)
                named[on->order] = true;
        }
    }
    for (size_t i = 0; i < w->items_n; i++) {
        if (w->items[i].op.info->kind == kind && !named[i])
            list[used++] = &w->items[i];
    }
    *out = list;
    *n = used;
    return ERR_OK;
}

/* ---- canonical pieces ---- */

void fold_write_dot(struct buf *out, const struct dot *d)
{
    uint8_t bytes[DOT_BYTES];
    dot_pack(d, bytes);
    wr_bin(out, slice_of(bytes, sizeof bytes));
}

void fold_write_dots(struct buf *out, const struct dot *d, size_t n)
{
    wr_array(out, n);
    for (size_t i = 0; i < n; i++)
        fold_write_dot(out, &d[i]);
}

void fold_write_named(struct buf *out, const struct fold_work *w, const struct fold_entry *e)
{
    size_t n = 0;
    for (size_t i = 0; i < e->write->replaces_n; i++)
        n += named_at(w, e, i) != NULL;
    wr_array(out, n);
    for (size_t i = 0; i < e->write->replaces_n; i++) {
        const struct dot *dot = named_at(w, e, i);
        if (dot)
            fold_write_dot(out, dot);
    }
}

void fold_write_pending(struct buf *out, const struct fold_work *w)
{
    wr_array(out, w->pending_n);
    for (size_t i = 0; i < w->pending_n; i++) {
        wr_array(out, 2);
        fold_write_dot(out, &w->pending[i]->dot);
        wr_uint(out, w->pending[i]->kind);
    }
}
