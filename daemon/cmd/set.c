#include "daemon/cmd/set.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Copies a part of a text; false where it does not fit. */
static bool part(struct slice from, char *to, size_t room)
{
    if (from.len >= room || memchr(from.at, 0, from.len))
        return false;
    memcpy(to, from.at, from.len);
    to[from.len] = 0;
    return true;
}

static struct slice until(struct slice *text, char mark)
{
    const uint8_t *at = text->len ? memchr(text->at, mark, text->len) : NULL;
    size_t n = at ? (size_t)(at - text->at) : text->len;
    struct slice head = slice_of(text->at, n);
    *text = at ? slice_of(at + 1, text->len - n - 1) : slice_of(text->at + n, 0);
    return head;
}

static bool shape(enum entity_type type, struct set_place *p)
{
    const struct field_info *f = field_by_name(type, p->name);
    if (type == ENTITY_RECORD && (strcmp(p->name, "concepts") == 0 || strcmp(p->name, "links") == 0)) {
        p->list = p->structured = true;
        p->words = p->name[0] == 'c';
    } else if (type == ENTITY_CONCEPT && relation_by_name(p->name))
        p->list = true;
    else if (f) {
        p->list = f->type == FT_TEXTS || f->type == FT_ACTORS || f->type == FT_IMAGES || f->type == FT_EPISODES ||
                  f->type == FT_NOTATIONS || f->type == FT_IDS;
        p->words = f->type == FT_TEXTS || f->type == FT_IDS;
        p->structured = f->type != FT_TEXT && f->type != FT_WORD && f->type != FT_DATE;
        p->inner = f->type == FT_NOTATIONS ? "value"
                   : f->type == FT_ACTORS  ? "name"
                   : f->type == FT_IMAGES  ? "url"
                                           : NULL;
    } else
        return strcmp(p->name, "lang") == 0;
    p->number = f && f->type == FT_PLACE && (strcmp(p->part, "lat") == 0 || strcmp(p->part, "lon") == 0);
    return (!*p->part || (f && (f->type == FT_PLACE || f->type == FT_PERIOD))) &&
           (!*p->lang || (f && f->lang != LANG_NONE));
}

err_t set_place_read(enum entity_type type, struct slice text, struct set_place *out, struct why *why)
{
    struct set_place p = {0};
    struct slice lang = text, name = until(&lang, '@'), sub = name, field = until(&sub, '.');
    bool fits = part(field, p.name, sizeof p.name) && part(sub, p.part, sizeof p.part) && shape(type, &p);
    if (!fits)
        return why_set(why, ERR_FIELD_UNKNOWN, "%.*s", (int)(text.len > 100 ? 100 : text.len), (const char *)text.at);
    if (lang.len && (!lang_valid(lang) || !part(lang, p.lang, sizeof p.lang)))
        return why_set(why, ERR_LANG, "%.*s", (int)(text.len > 100 ? 100 : text.len), (const char *)text.at);
    if (*p.lang && !shape(type, &p))
        return why_set(why, ERR_LANG, "%.*s", (int)(text.len > 100 ? 100 : text.len), (const char *)text.at);
    *out = p;
    return ERR_OK;
}

/* The key under which the value stands in its holder: the language, the part, or the field itself. */
static const char *last_key(const struct set_place *p)
{
    return *p->lang ? p->lang : *p->part ? p->part : p->name;
}

static json_t *holder(json_t *object, const struct set_place *place)
{
    if (!*place->lang && !*place->part)
        return object;
    json_t *inner = json_object_get(object, place->name);
    if (json_is_object(inner))
        return inner;
    inner = json_object();
    return json_object_set_new(object, place->name, inner) == 0 ? inner : NULL;
}

err_t set_put(json_t *object, const struct set_place *place, json_t *value)
{
    json_t *in = holder(object, place);
    const char *key = last_key(place);
    if (!in || !value) {
        json_decref(value);
        return ERR_MEMORY;
    }
    if (!place->list || json_is_null(value))
        return json_object_set_new(in, key, value) == 0 ? ERR_OK : ERR_MEMORY;
    json_t *list = json_object_get(in, key);
    if (!json_is_array(list)) {
        list = json_array();
        if (json_object_set_new(in, key, list) != 0) {
            json_decref(value);
            return ERR_MEMORY;
        }
    }
    int failed = json_is_array(value) ? json_array_extend(list, value) : json_array_append(list, value);
    json_decref(value);
    return failed ? ERR_MEMORY : ERR_OK;
}

static bool decimal(const char *text, double *out)
{
    char *end;
    errno = 0;
    double d = strtod(text, &end);
    *out = d;
    /* Only digits, sign and point: strtod alone would take "nan" and "0x1p3". */
    return !errno && end != text && !*end && strspn(text, "+-.0123456789eE") == strlen(text);
}

err_t set_value(const struct set_place *place, const char *text, json_t **out, struct why *why)
{
    json_t *value = NULL;
    double number;
    if (place->number) {
        if (!decimal(text, &number))
            return why_set(why, ERR_FIELD_VALUE, "%s.%s=%.80s", place->name, place->part, text);
        value = json_real(number);
    } else if (place->structured && (text[0] == '{' || text[0] == '[')) {
        json_error_t e;
        value = json_loads(text, JSON_REJECT_DUPLICATES, &e);
        if (!value)
            return why_set(why, ERR_FIELD_VALUE, "%s: column %d", place->name, e.column);
    } else {
        value = json_string(text);
        if (!value)
            return why_set(why, ERR_UTF8, "%s", place->name);
        value = place->inner ? json_pack("{s:o}", place->inner, value) : value;
    }
    *out = value;
    return value ? ERR_OK : ERR_MEMORY;
}

/* The parts between bars; blank ones are left out. */
static json_t *split(const char *text)
{
    json_t *list = json_array();
    for (const char *end; list; text = end + 1) {
        end = text + strcspn(text, "|");
        size_t n = (size_t)(end - text);
        while (n && strchr(" \t\r\n", *text))
            text++, n--;
        while (n && strchr(" \t\r\n", text[n - 1]))
            n--;
        if (n)
            json_array_append_new(list, json_stringn(text, n));
        if (!*end)
            break;
    }
    return list;
}

err_t set_cell(const struct set_place *place, const char *text, json_t **out, struct why *why)
{
    json_t *value = NULL;
    bool json = place->structured && (text[0] == '{' || text[0] == '[');
    if (json && !place->words)
        return set_value(place, text, out, why);
    if (json)
        value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (!value && place->words)
        value = split(text);
    if (!value)
        value = place->inner ? json_pack("{s:s}", place->inner, text) : json_string(text);
    *out = value;
    return value ? ERR_OK : ERR_MEMORY;
}

err_t set_from_text(enum entity_type type, json_t *object, const char *text, struct why *why)
{
    const char *equals = strchr(text, '=');
    struct set_place place;
    json_t *value = NULL;
    if (!equals)
        return why_set(why, ERR_USAGE, "--set %.100s (field[@lang]=value)", text);
    err_t err = set_place_read(type, slice_of(text, (size_t)(equals - text)), &place, why);
    err = err ? err : set_value(&place, equals + 1, &value, why);
    return err ? err : set_put(object, &place, value);
}

err_t set_empty(enum entity_type type, json_t *object, const char *text, struct why *why)
{
    struct set_place place;
    err_t err = set_place_read(type, slice_text(text), &place, why);
    return err ? err : set_put(object, &place, json_null());
}

err_t set_place_name(const struct set_place *place, json_t *list)
{
    json_t *name = json_sprintf("%s%s%s", place->name, place->lang[0] ? "@" : "", place->lang);
    return json_array_append_new(list, name) ? ERR_MEMORY : ERR_OK;
}
