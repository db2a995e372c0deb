#include "daemon/cmd/pick.h"
#include <string.h>

#define DEPTH_MOST 8

/* What is named by a label, and what has nothing but a value, a person reads without the keys. */
static bool show_plain(struct buf *to, const json_t *object)
{
    const char *label = pick_text(object, "label"), *id = pick_text(object, "id");
    const json_t *value = json_object_get(object, "value");
    if (*label && *id)
        buf_printf(to, "%s (%s)", label, id);
    else if (json_is_string(value) && json_object_size(object) == 1)
        buf_printf(to, "%s", json_string_value(value));
    else
        return false;
    return true;
}

static void show(struct buf *to, const json_t *value, unsigned depth)
{
    const char *key;
    json_t *item;
    size_t i;
    bool first = true;
    if (depth > DEPTH_MOST)
        return;
    switch (json_typeof(value)) {
    case JSON_STRING:
        buf_printf(to, "%s", json_string_value(value));
        break;
    case JSON_INTEGER:
        buf_printf(to, "%lld", (long long)json_integer_value(value));
        break;
    case JSON_REAL:
        buf_printf(to, "%.9g", json_real_value(value));
        break;
    case JSON_ARRAY:
        json_array_foreach(value, i, item)
        {
            buf_printf(to, "%s", i ? "; " : "");
            show(to, item, depth + 1);
        }
        break;
    case JSON_OBJECT:
        if (show_plain(to, value))
            break;
        json_object_foreach((json_t *)(uintptr_t)value, key, item)
        {
            if (json_is_null(item))
                continue;
            buf_printf(to, "%s%s: ", first ? "" : ", ", key);
            show(to, item, depth + 1);
            first = false;
        }
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        buf_printf(to, "%s", json_is_true(value) ? "true" : "false");
        break;
    case JSON_NULL:
        break;
    }
}

void pick_show(struct buf *to, const json_t *value)
{
    if (value)
        show(to, value, 0);
}
