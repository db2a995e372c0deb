#include "daemon/cmd/columns.h"
#include "protocol/base/cell.h"
#include <stdlib.h>
#include <string.h>

#define NUMBER_MOST 500 /* of actors.500.name */

void columns_fini(struct columns *c)
{
    for (size_t i = 0; i < c->n; i++)
        free(c->at[i].name);
    free(c->at);
    *c = (struct columns){0};
}

const char *columns_name(const struct columns *c, size_t at)
{
    return at < c->n ? c->at[at].name : "";
}

/* ---- the first line ---- */

/* What the items of a list have. */
static const struct {
    const char *list, *parts[5];
} lists[] = {
    {"actors",   {"name", "role", "family", "contribution"}},
    {"images",   {"url", "credit", "alt"}                  },
    {"episodes", {"date", "text"}                          },
    {"links",    {"rel", "target", "hash"}                 },
    {"concepts", {"concept", "weight"}                     },
};

static bool has_part(const char *list, const char *part)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (size_t k = 0; strcmp(lists[i].list, list) == 0 && lists[i].parts[k]; k++)
            if (strcmp(lists[i].parts[k], part) == 0)
                return true;
    return false;
}

/* "actors.1.role": name, number and part; the language is already off. */
static bool read_number(const char *name, struct column *out)
{
    const char *dot = strchr(name, '.'), *end = dot ? strchr(dot + 1, '.') : NULL;
    size_t n = dot ? (size_t)(dot - name) : 0, number = 0;
    if (!end || n >= sizeof out->place.name || strlen(end + 1) >= sizeof out->place.part)
        return false;
    for (const char *c = dot + 1; c < end; c++) {
        if (*c < '0' || *c > '9' || number > NUMBER_MOST)
            return false;
        number = 10 * number + (size_t)(*c - '0');
    }
    memcpy(out->place.name, name, n);
    out->place.name[n] = 0;
    memcpy(out->place.part, end + 1, strlen(end + 1) + 1);
    out->number = number;
    return number >= 1 && number <= NUMBER_MOST && has_part(out->place.name, out->place.part);
}

/* Which of them carry their language in the column's name: what the field says, and an image's alt. */
static bool lang_fits(const struct set_place *p)
{
    const struct field_info *f = field_by_name(ENTITY_RECORD, p->name);
    return !*p->lang || (f && f->lang != LANG_NONE) || strcmp(p->part, "alt") == 0;
}

static bool read_item(const char *name, struct column *out)
{
    char copy[128];
    struct column c = {0};
    size_t n = strlen(name);
    const char *at = strchr(name, '@');
    if (n >= sizeof copy)
        return false;
    n = at ? (size_t)(at - name) : n;
    memcpy(copy, name, n);
    copy[n] = 0;
    if (!read_number(copy, &c) || (at && strlen(at + 1) >= sizeof c.place.lang))
        return false;
    if (at)
        memcpy(c.place.lang, at + 1, strlen(at + 1) + 1);
    if ((at && !lang_valid(slice_text(c.place.lang))) || !lang_fits(&c.place))
        return false;
    out->place = c.place;
    out->number = c.number;
    return true;
}

/* Tags in any case, blanks around: as people and their spreadsheets write them. */
static char *tidy(struct slice cell)
{
    while (cell.len && strchr(" \t\r\n", cell.at[0]) && cell.at[0])
        cell = slice_of(cell.at + 1, cell.len - 1);
    while (cell.len && strchr(" \t\r\n", cell.at[cell.len - 1]) && cell.at[cell.len - 1])
        cell.len--;
    char *name = strndup(cell.len ? (const char *)cell.at : "", cell.len), *tag = name ? strchr(name, '@') : NULL;
    for (; tag && *tag; tag++)
        *tag = (char)(*tag >= 'A' && *tag <= 'Z' ? *tag + ('a' - 'A') : *tag);
    return name;
}

static bool same(const struct column *a, const struct column *b)
{
    bool list = a->known && a->place.list && !a->number; /* such gather */
    return a->known && strcmp(a->name, b->name) == 0 && !list;
}

static err_t read_column(struct slice cell, const struct columns *before, struct column *out, struct why *why)
{
    out->name = tidy(cell);
    if (!out->name)
        return why_set(why, ERR_MEMORY, "%s", "");
    size_t n = strlen(out->name);
    out->bare = n > 1 && out->name[n - 1] == '@';
    struct slice name = slice_of(out->name, out->bare ? n - 1 : n);
    out->known = read_item(out->name, out) || set_place_read(ENTITY_RECORD, name, &out->place, NULL) == ERR_OK;
    const struct field_info *field = out->known ? field_by_name(ENTITY_RECORD, out->place.name) : NULL;
    out->known = out->known && (!out->bare || (field && field->lang == LANG_MAY));
    for (size_t i = 0; i < before->n; i++)
        if (same(&before->at[i], out))
            return why_set(why, ERR_CSV_HEADER, "%.100s", out->name);
    return ERR_OK;
}

err_t columns_read(const struct csv *header, struct columns *out, struct why *why)
{
    struct columns c = {.at = calloc(header->cells_n + 1, sizeof(struct column))};
    err_t err = c.at ? ERR_OK : why_set(why, ERR_MEMORY, "%s", "");
    bool any = false;
    for (size_t i = 0; !err && i < header->cells_n; i++) {
        err = read_column(header->cells[i], &c, &c.at[i], why);
        any |= !err && *c.at[i].name;
        c.n++;
    }
    if (!err && !any)
        err = why_set(why, ERR_CSV_HEADER, "%s", "");
    if (err)
        columns_fini(&c);
    else
        *out = c;
    return err;
}

/* ---- a row ---- */

static json_t *got(json_t *object, const char *key, json_t *fresh)
{
    json_t *at = json_object_get(object, key);
    bool fits = at && json_typeof(at) == json_typeof(fresh);
    if (!fits)
        at = json_object_set(object, key, fresh) == 0 ? fresh : NULL;
    json_decref(fresh);
    return at;
}

/* The n-th item of a list, which grows as far; empty ones mean nothing to the core. */
static json_t *item_of(json_t *object, const struct column *c)
{
    bool by_lang = *c->place.lang && strcmp(c->place.part, "alt") != 0;
    json_t *in = by_lang ? got(object, c->place.name, json_object()) : object;
    json_t *list = in ? got(in, by_lang ? c->place.lang : c->place.name, json_array()) : NULL;
    while (list && json_array_size(list) < c->number)
        if (json_array_append_new(list, json_object()) != 0)
            return NULL;
    json_t *item = json_array_get(list, c->number - 1);
    return strcmp(c->place.part, "alt") == 0 && *c->place.lang && item ? got(item, "alt", json_object()) : item;
}

static bool whole_number(const char *text, json_int_t *out)
{
    json_int_t n = 0;
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        n = 10 * n + (text[i] - '0');
    *out = n;
    return len && len < 10 && strspn(text, "0123456789") == len;
}

static err_t put_item(json_t *object, const struct column *c, const char *text)
{
    json_int_t n;
    json_t *item = item_of(object, c);
    bool alt = strcmp(c->place.part, "alt") == 0 && *c->place.lang;
    bool number = strcmp(c->place.part, "weight") == 0 && whole_number(text, &n);
    json_t *value = number ? json_integer(n) : json_string(text);
    if (item && value)
        return json_object_set_new(item, alt ? c->place.lang : c->place.part, value) == 0 ? ERR_OK : ERR_MEMORY;
    json_decref(value);
    return ERR_MEMORY;
}

static err_t put_cell(json_t *object, const struct column *c, const char *text, struct why *why)
{
    json_t *value = NULL;
    if (c->number)
        return put_item(object, c, text);
    if (c->known) {
        err_t err = set_cell(&c->place, text, &value, why);
        struct set_place place = c->place;
        json_t *in = c->bare && !err ? got(object, place.name, json_object()) : object;
        if (c->bare)
            place.name[0] = 0; /* the language's key */
        return err ? err : set_put(in, &place, value);
    }
    if (strcmp(c->name, "made_from") == 0 && *text == '{')
        value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    value = value ? value : json_string(text);
    return value && json_object_set_new(object, c->name, value) == 0 ? ERR_OK : ERR_MEMORY;
}

static bool is_blank(struct slice cell)
{
    for (size_t i = 0; i < cell.len; i++)
        if (!strchr(" \t\r\n", cell.at[i]))
            return false;
    return true;
}

err_t columns_object(const struct columns *c, const struct csv *row, json_t **object, struct why *why)
{
    json_t *out = json_object();
    err_t err = out ? ERR_OK : why_set(why, ERR_MEMORY, "%s", "");
    for (size_t i = 0; !err && i < row->cells_n; i++) {
        if (is_blank(row->cells[i]))
            continue;
        if (i >= c->n)
            err = why_set(why, ERR_CSV_CELLS, "%zu > %zu", row->cells_n, c->n);
        else if (*c->at[i].name)
            err = put_cell(out, &c->at[i], (const char *)cell_plain(row->cells[i]).at, why);
    }
    if (err)
        json_decref(out);
    else
        *object = out;
    return err;
}
