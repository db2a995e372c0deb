#include "daemon/index/names.h"
#include "daemon/index/follow.h"
#include "daemon/read/merges.h"
#include "daemon/read/say.h"

#define NAMES_MOST    200
#define NAMES_DEFAULT 100
#define A_LABEL       8 /* names looked at for each one shown, at most: of a concept all languages' stand here */

enum statement { LETTER, OTHERS, STATEMENTS };
/* clang-format off */
#define COLUMNS "SELECT entity, lang, label FROM names WHERE type = 3 AND what = 1 AND "
#define PAGE    " ORDER BY folded, row LIMIT ?1 OFFSET ?2"
static const char *const statements[STATEMENTS] = {
    [LETTER] = COLUMNS "folded >= ?3 AND folded < ?4" PAGE,
    [OTHERS] = COLUMNS "(folded < 'a' OR folded >= '{')" PAGE,
};
/* clang-format on */
_Static_assert(ENTITY_CONCEPT == 3 && NAME_PREF == 1, "the statements name them by number");

struct name {
    struct slice concept, lang, label;
};

static err_t look_up(struct index *ix, struct read *r, const char *letter, int64_t most, int64_t from,
                     struct name **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = &r->arena, .size = sizeof(struct name)};
    const uint8_t next = (uint8_t)(*letter + 1);
    index_start(&q, ix, OWNER_NAMES, *letter ? LETTER : OTHERS, statements);
    query_int(&q, most);
    query_int(&q, from);
    if (*letter) {
        query_text(&q, slice_text(letter));
        query_text(&q, slice_of(&next, 1));
    }
    while (query_row(&q)) {
        struct name *name = query_list_add(&q, &list);
        if (!name)
            break;
        name->concept = query_get_copy(&q, &r->arena);
        name->lang = query_get_copy(&q, &r->arena);
        name->label = query_get_copy(&q, &r->arena);
    }
    *out = list.at;
    *n = list.n;
    return query_end(&q);
}

/* A concept stands under what it is called in the language asked, and under none of its other names. NULL: another one, or gone. */
static err_t shown(struct read *r, const struct name *name, json_t **out)
{
    struct view v;
    *out = NULL;
    err_t e = read_view(r, ENTITY_CONCEPT, name->concept, &v);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    const struct view_key *key = view_field(&v, C_PREF_LABEL, name->lang);
    struct slice label = view_label(&v, slice_text(r->lang));
    if (!key || !key->shown || view_text(key->shown->value).at != label.at)
        return ERR_OK;
    *out = json_pack("{s:o, s:o, s:o}", "id", say_id(name->concept), "label", say_string(label), "lang",
                     say_string(name->lang));
    return read_put_status(r, *out, name->concept, v.adopted, v.deprecated);
}

err_t names_run(struct index *ix, struct read *r)
{
    const char *letter = read_text(r, "letter");
    int64_t limit = read_number(r, "limit", NAMES_DEFAULT), from = read_number(r, "from", 0);
    struct name *names = NULL;
    size_t n = 0, at = 0, put = 0;
    json_t *list = json_array(), *one;
    say_put(r->result, "concepts", list);
    if ((*letter && (*letter < 'a' || *letter > 'z' || letter[1])) || from < 0)
        return why_set(&r->why, ERR_USAGE, "letter: %.20s", letter);
    limit = limit < 1 ? 1 : limit > NAMES_MOST ? NAMES_MOST : limit;
    err_t e = look_up(ix, r, letter, limit * A_LABEL + 1, from, &names, &n);
    for (; at < n && put < (size_t)limit && !e; at++) {
        e = shown(r, &names[at], &one);
        if (one)
            json_array_append_new(list, one);
        put += one != NULL;
    }
    bool more = at < n || n > (size_t)limit * A_LABEL;
    say_put(r->result, "next", more ? json_integer(from + (json_int_t)at) : json_null());
    say_put(r->result, "behind", json_boolean(follow_is_behind(ix, r->store)));
    return e;
}
