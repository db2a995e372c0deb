#include "daemon/web/shape.h"
#include "protocol/op/op.h"
#include <string.h>

static void drop(json_t *object, const char *const *keys)
{
    for (; *keys; keys++)
        json_object_del(object, *keys);
}

/* Each object of a list through `turn`. */
static bool each(json_t *list, bool (*turn)(json_t *list, size_t at, json_t *item))
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        if (json_is_object(item) && !turn(list, i, item))
            return false;
    }
    return true;
}

/* {"id", "label", …} → {"concept"} */
static bool turn_term(json_t *list, size_t at, json_t *term)
{
    static const char *const shown[] = {"id", "uri", "label", "status", "merged_into", "allies", NULL};
    (void)list;
    (void)at;
    const json_t *id = json_object_get(term, "id");
    if (id && !json_object_get(term, "concept") && json_object_set(term, "concept", json_object_get(term, "id")))
        return false;
    drop(term, shown);
    return true;
}

static bool turn_link(json_t *list, size_t at, json_t *link)
{
    static const char *const shown[] = {"title", "allies", "missing", "retired", "changed", NULL};
    (void)list;
    (void)at;
    drop(link, shown);
    return true;
}

/* {"id" or "uri", …} → its name */
static bool turn_target(json_t *list, size_t at, json_t *target)
{
    json_t *name = json_object_get(target, "id");
    name = name ? name : json_object_get(target, "uri");
    return !name || json_array_set(list, at, name) == 0;
}

bool shape_record(json_t *record)
{
    static const char *const shown[] = {"ally",      "ally_name",    "retired",    "conflicts", "updated", "langs",
                                        "linked_by", "translations", "discipline", "reviews",   "replies", "version",
                                        "etag",      "url",          "@context",   NULL};
    drop(record, shown);
    return each(json_object_get(record, "concepts"), turn_term) && each(json_object_get(record, "links"), turn_link);
}

bool shape_concept(json_t *concept)
{
    static const char *const shown[] = {"narrower", "proposals", "conflicts",   "updated", "merge", "merged_from",
                                        "label",    "reason",    "adopted_by",  "version", "etag",  "url",
                                        "status",   "by_use",    "merged_into", NULL};
    const char *key;
    json_t *value;
    drop(concept, shown);
    json_object_foreach(concept, key, value)
    {
        if (relation_by_name(key) && !each(value, turn_target))
            return false;
    }
    return true;
}
