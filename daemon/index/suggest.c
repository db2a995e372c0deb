#include "daemon/index/suggest.h"
#include "daemon/commons/shortage.h"
#include "daemon/index/words.h"
#include "daemon/read/say.h"
#include "protocol/base/limits.h"
#include "protocol/base/utf8.h"

#define SUGGESTIONS 10
#define CONCEPTS    7   /* of them at most, so that records have room */
#define LOOKED_AT   100 /* names, of each type: many may be of one concept */

/*
 * In the language asked first; then the shortest: of what begins alike the general one. Of a beginning that very many have, the first ones in order are looked
 * at: the name that is no longer than it is among them.
 */
static const char *const statements[] = {"SELECT entity, what, label FROM (SELECT * FROM names WHERE type = ?3 AND "
                                         "folded >= ?1 AND folded < ?2 ORDER BY folded LIMIT 400) "
                                         "ORDER BY lang <> ?5, length(folded), folded, what, entity LIMIT ?4"};

struct suggest {
    struct index *ix;
    struct read *read;
    struct slice from, to; /* names between: from, included, to to, excluded */
    json_t *list;
    uint8_t seen[SUGGESTIONS][RECORD_BYTES];
    size_t n;
};
struct name {
    struct slice entity, label;
    enum name_of what;
};

static bool is_seen(struct suggest *s, struct slice id)
{
    for (size_t i = 0; i < s->n; i++)
        if (memcmp(s->seen[i], id.at, id.len) == 0)
            return true;
    memcpy(s->seen[s->n++], id.at, id.len);
    return false;
}

static void put(struct suggest *s, enum entity_type type, const struct name *name)
{
    static const char *const matches[] = {
        [NAME_TITLE] = "title", [NAME_PREF] = "prefLabel", [NAME_ALT] = "altLabel", [NAME_HIDDEN] = "hiddenLabel"};
    struct view v;
    bool concept = type == ENTITY_CONCEPT;
    struct slice id = concept ? slice_of(tree_final(&s->ix->tree, name->entity.at), CONCEPT_BYTES) : name->entity;
    if (is_seen(s, id))
        return;
    err_t e = read_view(s->read, type, id, &v);
    shortage_note(e);
    if (e || v.tombstones_n) {
        s->n--;
        return;
    }
    struct slice label = view_label(&v, slice_text(s->read->lang));
    json_array_append_new(s->list, json_pack("{s:s, s:o, s:o, s:s, s:o}", "kind", concept ? "concept" : "record", "id",
                                             say_id(id), "label", label.len ? say_string(label) : json_null(), "match",
                                             matches[name->what], "text", say_string(name->label)));
}

static err_t names_of(struct suggest *s, enum entity_type type, struct name *out, size_t *n)
{
    struct query q;
    *n = 0;
    index_start(&q, s->ix, OWNER_SUGGEST, 0, statements);
    query_text(&q, s->from);
    query_text(&q, s->to);
    query_int(&q, (int64_t)type);
    query_int(&q, LOOKED_AT);
    query_text(&q, slice_text(s->read->lang));
    while (*n < LOOKED_AT && query_row(&q)) {
        struct name *name = &out[(*n)++];
        name->entity = query_get_copy(&q, &s->read->arena);
        int64_t what = query_get_int(&q);
        name->label = query_get_copy(&q, &s->read->arena);
        name->what = what >= NAME_TITLE && what <= NAME_HIDDEN ? (enum name_of)what : NAME_TITLE;
    }
    return query_end(&q);
}

static err_t put_all(struct suggest *s, enum entity_type type, size_t most)
{
    struct name *names = arena_alloc(&s->read->arena, LOOKED_AT, sizeof *names);
    size_t n = 0;
    err_t e = names ? names_of(s, type, names, &n) : ERR_MEMORY;
    for (size_t i = 0; i < n && s->n < most && !e; i++)
        put(s, type, &names[i]);
    return e == ERR_TIMEOUT ? ERR_OK : e;
}

/* All names that begin with it lie between it and itself with the last of all characters behind. */
static err_t bounds(struct suggest *s, struct slice question)
{
    static const uint8_t last[] = {0xf4, 0x8f, 0xbf, 0xbf};
    struct buf b;
    struct words w = words_start(question);
    struct words_one one;
    buf_init(&b, 4 * LIMIT_SEARCH_BYTES);
    for (; words_next(&w, &one); buf_add(&b, words_slice(&one)))
        if (b.len)
            buf_byte(&b, ' ');
    err_t e = b.err ? b.err : arena_copy(&s->read->arena, buf_slice(&b), &s->from);
    buf_append(&b, last, sizeof last);
    if (!e)
        e = b.err ? b.err : arena_copy(&s->read->arena, buf_slice(&b), &s->to);
    buf_fini(&b);
    return e;
}

err_t suggest_run(struct index *ix, struct read *read)
{
    struct suggest s = {.ix = ix, .read = read, .list = json_array()};
    struct slice question = slice_text(read_text(read, "q"));
    err_t e = question.len > LIMIT_SEARCH_BYTES ? ERR_SEARCH_LONG : utf8_valid(question) ? ERR_OK : ERR_UTF8;
    say_put(read->result, "suggestions", s.list);
    if (e)
        return why_set(&read->why, e, "q");
    e = bounds(&s, question);
    if (!e)
        e = tree_need_merges(&ix->tree, read->store);
    if (e || !s.from.len)
        return e;
    index_hurry(ix);
    e = put_all(&s, ENTITY_CONCEPT, CONCEPTS);
    if (!e)
        e = put_all(&s, ENTITY_RECORD, SUGGESTIONS);
    index_rest(ix);
    return e;
}
