#include "daemon/cmd/pick.h"
#include <string.h>

#define DEPTH_MOST 8

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
