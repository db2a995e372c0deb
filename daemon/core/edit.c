#include "daemon/core/edit.h"
#include "daemon/store/replica_use.h"

err_t edit_open(struct core *c, struct own *own, enum entity_type type, struct slice entity, struct arena *arena,
                struct edit *out)
{
    struct slice canon;
    struct adoption used = {.dots = NULL};
    memset(out, 0, sizeof *out);
    out->core = c;
    out->own = own;
    out->type = type;
    out->arena = arena;
    memcpy(out->id, entity.at, entity.len);
    out->entity = slice_of(out->id, entity.len);
    out->ally = own ? authority_ally_of(&c->authority, own->key.pub) : NULL;
    if (!out->ally)
        return ERR_STANDING;
    err_t e = replica_get(c->store, type, entity, arena, &canon);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    out->known = true;
    if (type == ENTITY_CONCEPT)
        e = replica_adoption(c->store, entity, arena, &used);
    return e ? e : view_read_used(canon, used.dots, used.dots_n, arena, &out->view);
}

bool edit_retired(const struct edit *e)
{
    return e->known && e->view.tombstones_n > 0;
}

/* ---- collecting ---- */

err_t edit_add(struct edit *e, struct edit_list *list, const struct op_write *write, struct slice value)
{
    if (list->n == list->room) {
        size_t more = list->room ? list->room * 2 : 32;
        struct op_write *w = arena_alloc(e->arena, more, sizeof *w);
        struct slice *v = arena_alloc(e->arena, more, sizeof *v);
        if (!w || !v)
            return ERR_MEMORY;
        if (list->n) {
            memcpy(w, list->writes, list->n * sizeof *w);
            memcpy(v, list->values, list->n * sizeof *v);
        }
        *list = (struct edit_list){w, v, list->n, more};
    }
    list->writes[list->n] = *write;
    list->values[list->n++] = value;
    return ERR_OK;
}

/* The dots at a key that a write of ours names: all of them, or (index terms) those of our own ally. */
static err_t dots_at(struct edit *e, const struct view_key *key, bool own_ally_only, const struct dot **out, size_t *n)
{
    *n = 0;
    *out = NULL;
    if (!key || !key->values_n)
        return ERR_OK;
    struct dot *dots = arena_alloc(e->arena, key->values_n, sizeof *dots);
    if (!dots)
        return ERR_MEMORY;
    for (size_t i = 0; i < key->values_n; i++)
        if (!own_ally_only || slice_equal(key->values[i].ally, slice_of(e->ally->id, ALLY_BYTES)))
            dots[(*n)++] = key->values[i].dot;
    dots_sort(dots, *n);
    *out = dots;
    return ERR_OK;
}

/* A record's value stands if it is the one shown, without a conflict; a concept's also where it is our ally's own proposal. */
static bool stands(const struct edit *e, const struct view_key *key, struct slice value)
{
    if (!key)
        return value_is_nil(value);
    if (!key->conflict && (key->shown ? slice_equal(key->shown->value, value) : value_is_nil(value)))
        return true;
    for (size_t i = 0; i < key->values_n && e->type == ENTITY_CONCEPT; i++)
        if (key->values[i].standing && slice_equal(key->values[i].ally, slice_of(e->ally->id, ALLY_BYTES)))
            return slice_equal(key->values[i].value, value);
    return false;
}

/* ---- fields ---- */

err_t edit_origin(struct edit *e, const struct field_info *field, struct slice lang, struct slice from)
{
    if (e->origins_n == e->origins_room) {
        size_t more = e->origins_room ? e->origins_room * 2 : 16;
        struct edit_origin *room = arena_alloc(e->arena, more, sizeof *room);
        if (!room)
            return ERR_MEMORY;
        if (e->origins_n)
            memcpy(room, e->origins, e->origins_n * sizeof *room);
        e->origins = room;
        e->origins_room = more;
    }
    e->origins[e->origins_n++] = (struct edit_origin){field->number, lang, from};
    return ERR_OK;
}

const struct edit_origin *edit_origin_of(const struct edit *e, uint64_t field, struct slice lang)
{
    for (size_t i = 0; i < e->origins_n; i++)
        if (e->origins[i].field == field && slice_equal(e->origins[i].lang, lang))
            return &e->origins[i];
    return NULL;
}

static bool is_written(const struct edit *e, uint64_t field, struct slice lang)
{
    for (size_t i = 0; i < e->puts.n; i++)
        if (e->puts.writes[i].field == field && slice_equal(e->puts.writes[i].lang, lang))
            return true;
    return false;
}

/* A translation is current where it names every value that its source has. */
static bool is_current(const struct view_value *translation, const struct view_key *source)
{
    for (size_t i = 0; source && i < source->values_n; i++) {
        size_t k = 0;
        while (k < translation->made_from_n && dot_compare(&translation->made_from[k], &source->values[i].dot) != 0)
            k++;
        if (k == translation->made_from_n)
            return false;
    }
    return true;
}

/* The same words may have to be written again: to say that they fit what their source says now. */
static bool origin_stands(const struct edit *e, const struct view_key *key, uint64_t field, struct slice lang)
{
    const struct edit_origin *o = edit_origin_of(e, field, lang);
    if (!o || !key || !key->shown)
        return true;
    return !is_written(e, field, o->from) && is_current(key->shown, view_field(&e->view, field, o->from));
}

err_t edit_field_over(struct edit *e, const struct field_info *field, struct slice lang, struct slice value,
                      const struct view_key *key)
{
    struct op_write w = {.field = field->number, .lang = lang, .target = slice_text(""), .add = true};
    err_t err = dots_at(e, key, false, &w.replaces, &w.replaces_n);
    return err ? err : edit_add(e, &e->puts, &w, value);
}

err_t edit_field(struct edit *e, const struct field_info *field, struct slice lang, struct slice value, bool *changed)
{
    const struct view_key *key = e->known ? view_field(&e->view, field->number, lang) : NULL;
    bool same = stands(e, key, value) && origin_stands(e, key, field->number, lang);
    if (changed)
        *changed = !same;
    return same ? ERR_OK : edit_field_over(e, field, lang, value, key);
}

/* ---- sets ---- */

static const struct view_key *find_key(const struct view_key *keys, size_t n, unsigned field, struct slice target)
{
    for (size_t i = 0; i < n; i++)
        if (keys[i].field == field && slice_equal(keys[i].target, target))
            return &keys[i];
    return NULL;
}

static const struct view_key *find_set(const struct edit *e, unsigned relation, struct slice target)
{
    return find_key(e->view.sets, e->view.sets_n, relation, target);
}

static const struct view_key *find_link(const struct edit *e, unsigned link, struct slice target)
{
    return find_key(e->view.links, e->view.links_n, link, target);
}

/* Index terms and links are each ally's own; a relation that anybody added is there. */
static const struct view_value *member(const struct edit *e, const struct view_key *key)
{
    for (size_t i = 0; key && i < key->values_n; i++)
        if (key->values[i].add &&
            (e->type == ENTITY_CONCEPT || slice_equal(key->values[i].ally, slice_of(e->ally->id, ALLY_BYTES))))
            return &key->values[i];
    return NULL;
}

bool edit_has(const struct edit *e, unsigned relation, struct slice target)
{
    return member(e, find_set(e, relation, target)) != NULL;
}

bool edit_has_link(const struct edit *e, unsigned link, struct slice target)
{
    return member(e, find_link(e, link, target)) != NULL;
}

static bool is_listed(const struct edit_list *list, unsigned field, struct slice target)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->writes[i].field == field && slice_equal(list->writes[i].target, target))
            return true;
    return false;
}

/* `w` without its target; `over`: it names what stands at the key, of a record what our own ally wrote there. */
static err_t write_member(struct edit *e, struct edit_list *list, struct op_write w, struct slice target,
                          const struct view_key *over, struct slice value)
{
    w.lang = slice_text("");
    err_t err = arena_copy(e->arena, target, &w.target);
    if (!err)
        err = dots_at(e, over, e->type == ENTITY_RECORD, &w.replaces, &w.replaces_n);
    return err ? err : edit_add(e, list, &w, value);
}

err_t edit_set(struct edit *e, unsigned relation, struct slice target, bool add, struct slice value, bool *changed)
{
    const struct view_key *key = find_set(e, relation, target);
    const struct view_value *there = member(e, key);
    /* An index term with another weight is another term: it takes the place of ours. */
    bool weighs = e->type == ENTITY_RECORD && add && there && !slice_equal(there->value, value);
    bool same = (there != NULL) == add && !weighs;
    if (changed)
        *changed = !same;
    if (same || is_listed(&e->sets, relation, target))
        return ERR_OK;
    return write_member(e, &e->sets, (struct op_write){.field = relation, .add = add}, target,
                        add && !weighs ? NULL : key, value);
}

err_t edit_link(struct edit *e, unsigned link, struct slice target, bool add, struct slice value, bool *changed)
{
    const struct view_key *key = find_link(e, link, target);
    const struct view_value *there = member(e, key);
    bool same = (there != NULL) == add && (!there || slice_equal(there->value, value));
    if (changed)
        *changed = !same;
    if (same || is_listed(&e->links, link, target))
        return ERR_OK;
    return write_member(e, &e->links, (struct op_write){.field = link, .add = add}, target, key, value);
}

/* ---- reviews and replies ---- */

err_t edit_say(struct edit *e, struct slice reply, struct slice lang, struct slice value, bool *changed)
{
    const struct view_key *keys = reply.len ? e->view.replies : e->view.reviews, *key = NULL;
    size_t n = reply.len ? e->view.replies_n : e->view.reviews_n;
    struct slice now = value_nil;
    for (size_t i = 0; i < n; i++)
        if (slice_equal(keys[i].lang, lang) && slice_equal(keys[i].target, reply))
            key = &keys[i];
    for (size_t i = 0; key && i < key->values_n; i++)
        if (slice_equal(key->values[i].ally, slice_of(e->ally->id, ALLY_BYTES)) && view_says(key, i))
            now = key->values[i].value;
    bool same = slice_equal(now, value);
    if (changed)
        *changed = !same;
    struct op_write w = {.lang = lang, .target = reply, .add = true};
    err_t err = same ? ERR_OK : dots_at(e, key, true, &w.replaces, &w.replaces_n);
    return err || same ? err : edit_add(e, reply.len ? &e->replies : &e->reviews, &w, value);
}

/* ---- merge and retirement ---- */

static err_t write_register(struct edit *e, struct edit_register *reg, const struct view_key *key)
{
    reg->set = true;
    return dots_at(e, key, false, &reg->replaces, &reg->replaces_n);
}

err_t edit_merge_over(struct edit *e, struct slice target)
{
    err_t err = arena_copy(e->arena, target, &e->merge.target);
    return err ? err : write_register(e, &e->merge, &e->view.merge);
}

err_t edit_retire_over(struct edit *e, bool retired, struct slice reason)
{
    e->retire.retired = retired;
    e->retire.reason = reason;
    return write_register(e, &e->retire, &e->view.retire);
}

/* Our ally's own proposal that waits; NULL where there is none. */
static const struct view_value *own_proposal(const struct edit *e, const struct view_key *key)
{
    for (size_t i = key->values_n; i-- > 0;)
        if (key->values[i].standing && !key->values[i].adopted &&
            slice_equal(key->values[i].ally, slice_of(e->ally->id, ALLY_BYTES)))
            return &key->values[i];
    return NULL;
}

err_t edit_merge(struct edit *e, struct slice target, bool *changed)
{
    const struct view_key *key = &e->view.merge;
    const struct view_value *own = own_proposal(e, key), *now = own ? own : key->shown;
    bool same = (own || !key->conflict) && (now ? slice_equal(view_bin(now->value), target) : !target.len);
    *changed = !same;
    return same ? ERR_OK : edit_merge_over(e, target);
}

err_t edit_retire(struct edit *e, bool retired, struct slice reason, bool *changed)
{
    const struct view_key *key = &e->view.retire;
    const struct view_value *own = own_proposal(e, key);
    bool same = own ? own->retired == retired : !key->conflict && e->view.deprecated == retired;
    *changed = !same;
    return same ? ERR_OK : edit_retire_over(e, retired, reason);
}

bool edit_empty(const struct edit *e)
{
    return !e->puts.n && !e->sets.n && !e->links.n && !e->reviews.n && !e->replies.n && !e->merge.set &&
           !e->retire.set && !e->revive;
}

bool edit_may_adopt(const struct core *c, const struct ally *ally)
{
    return authority_rule(&c->authority, RULE_ADOPT_SECRETARIAT) == 1 &&
           authority_has_role(&c->authority, ally->id, ROLE_SECRETARIAT);
}
