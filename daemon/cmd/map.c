#include "daemon/cmd/map.h"
#include "daemon/cmd/set.h"
#include "protocol/base/utf8.h"
#include <stdlib.h>
#include <string.h>

#define MAP_LINE_MOST  1024
#define MAP_PAIRS_MOST 512

struct pair {
    struct set_place ours;
    char *theirs;
    json_t *value; /* while one object is mapped */
};
struct map {
    struct pair *pairs;
    size_t n;
};

static char *trim(char *text)
{
    size_t n = strlen(text);
    while (n && strchr(" \t\r\n", text[n - 1]))
        text[--n] = 0;
    return text + strspn(text, " \t");
}

static err_t add(struct map *m, char *line, unsigned number, struct why *why)
{
    struct pair fresh = {0};
    char *text = trim(line), *equals = strchr(text, '=');
    if (!*text || *text == '#')
        return ERR_OK;
    if (!utf8_valid(slice_text(text)))
        return why_set(why, ERR_MAP, "line %u: UTF-8", number);
    if (!equals || equals == text || !*trim(equals + 1) || m->n == MAP_PAIRS_MOST)
        return why_set(why, ERR_MAP, "line %u: %.100s", number, text);
    char *theirs = trim(equals + 1);
    *equals = 0;
    if (set_place_read(ENTITY_RECORD, slice_text(trim(text)), &fresh.ours, why) != ERR_OK)
        return why_set(why, ERR_MAP, "line %u: %.40s=%.60s", number, text, theirs);
    struct pair *grown = reallocarray(m->pairs, m->n + 1, sizeof *grown);
    if (!grown)
        return why_set(why, ERR_MEMORY, "line %u", number);
    m->pairs = grown;
    fresh.theirs = strdup(theirs);
    if (!fresh.theirs)
        return why_set(why, ERR_MEMORY, "line %u", number);
    m->pairs[m->n++] = fresh;
    return ERR_OK;
}

err_t map_read(FILE *in, struct map **out, struct why *why)
{
    struct map *m = calloc(1, sizeof *m);
    char line[MAP_LINE_MOST];
    err_t err = m ? ERR_OK : why_set(why, ERR_MEMORY, "map");
    for (unsigned number = 1; !err && fgets(line, sizeof line, in); number++) {
        char *text = line;
        size_t n = strlen(line);
        if (n + 1 == sizeof line && line[n - 1] != '\n')
            err = why_set(why, ERR_MAP, "line %u: > %d bytes", number, MAP_LINE_MOST - 2);
        if (number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
            text += 3;
        err = err ? err : add(m, text, number, why);
    }
    if (!err && ferror(in))
        err = why_set(why, ERR_FILE, "map");
    if (err) {
        map_free(m);
        return err;
    }
    *out = m;
    return ERR_OK;
}

void map_free(struct map *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n; i++)
        free(m->pairs[i].theirs);
    free(m->pairs);
    free(m);
}

/* The holder of a path and its last key: the whole text where it stands as a key, else part by part at the dots. */
static json_t *find(json_t *object, const char *path, const char **key)
{
    json_t *in = object;
    *key = path;
    while (in && !json_object_get(in, *key)) {
        const char *dot = strchr(*key, '.');
        if (!dot)
            return NULL;
        json_t *inner = json_object_getn(in, *key, (size_t)(dot - *key));
        in = json_is_object(inner) ? inner : NULL;
        *key = dot + 1;
    }
    return in;
}

static bool is_empty(const json_t *v)
{
    return !v || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0) ||
           (json_is_array(v) && json_array_size(v) == 0);
}

/* "uk" is UK; "Österreich" is no ISO 3166 code: NULL, so that it is left out and counted rather than costing the whole record. */
static json_t *country(const char *text)
{
    char code[3] = {0};
    for (size_t i = 0; i < 2; i++) {
        char c = text[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
            return NULL;
        code[i] = c >= 'a' ? (char)(c - 'a' + 'A') : c;
    }
    return text[2] ? NULL : json_string(code);
}

/* In the type that our field has. New reference; NULL where it cannot be that. */
static json_t *converted(const struct set_place *place, json_t *value, bool cells)
{
    char text[32];
    if (strcmp(place->name, "place") == 0 && strcmp(place->part, "country") == 0 && json_is_string(value))
        return country(json_string_value(value));
    json_t *out = NULL;
    struct why why;
    if (cells && json_is_string(value) && set_cell(place, json_string_value(value), &out, &why) == ERR_OK)
        return out;
    if (place->number && json_is_string(value) && set_value(place, json_string_value(value), &out, &why) == ERR_OK)
        return out;
    if (!place->number && json_is_integer(value)) {
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
        return json_string(text);
    }
    return json_incref(value);
}

/* All values are taken out before any goes in: `place.name=place` shall not meet its own result. */
static void take_out(const struct map *m, json_t *object, bool cells)
{
    const char *key;
    for (size_t i = 0; i < m->n; i++) {
        json_t *in = find(object, m->pairs[i].theirs, &key);
        json_t *value = in ? json_object_get(in, key) : NULL;
        m->pairs[i].value = is_empty(value) ? NULL : converted(&m->pairs[i].ours, value, cells);
    }
    for (size_t i = 0; i < m->n; i++) {
        json_t *in = find(object, m->pairs[i].theirs, &key);
        /* What could not be converted stays under its own name, for the core to count. */
        if (in && (m->pairs[i].value || is_empty(json_object_get(in, key))))
            json_object_del(in, key);
    }
}

/* Of an object that was reached into, nothing is left, or what is left goes by its whole path: what was taken is not counted as left out. */
static void unfold(json_t *object, const char *path)
{
    char top[256], whole[512];
    const char *dot = strchr(path, '.'), *key;
    size_t n = dot ? (size_t)(dot - path) : 0;
    if (!n || n >= sizeof top || json_object_get(object, path))
        return;
    memcpy(top, path, n);
    top[n] = 0;
    json_t *in = json_object_get(object, top), *value;
    if (!json_is_object(in) || field_by_name(ENTITY_RECORD, top))
        return;
    json_incref(in);
    json_object_del(object, top);
    json_object_foreach(in, key, value)
    {
        int length = snprintf(whole, sizeof whole, "%s.%s", top, key);
        bool empty = json_is_object(value) && json_object_size(value) == 0;
        if (!empty && length > 0 && (size_t)length < sizeof whole)
            json_object_set(object, whole, value);
    }
    json_decref(in);
}

static bool same_place(const struct set_place *a, const struct set_place *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->part, b->part) == 0 && strcmp(a->lang, b->lang) == 0;
}

static bool taken(const struct map *m, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (m->pairs[i].value && same_place(&m->pairs[i].ours, &m->pairs[at].ours))
            return true;
    return false;
}

err_t map_apply(const struct map *m, json_t *object, bool cells)
{
    err_t err = ERR_OK;
    take_out(m, object, cells);
    for (size_t i = 0; i < m->n; i++)
        unfold(object, m->pairs[i].theirs);
    for (size_t i = 0; i < m->n; i++) {
        const struct pair *p = &m->pairs[i];
        /* A list gathers from several names; of anything else the first wins. */
        if (!p->value || err || (!p->ours.list && taken(m, i)))
            continue;
        err = set_put(object, &p->ours, json_incref(p->value));
    }
    for (size_t i = 0; i < m->n; i++) {
        json_decref(m->pairs[i].value);
        m->pairs[i].value = NULL;
    }
    return err;
}

err_t map_places(const struct map *m, json_t *list)
{
    err_t err = ERR_OK;
    for (size_t i = 0; m && i < m->n && !err; i++)
        err = set_place_name(&m->pairs[i].ours, list);
    return err;
}
