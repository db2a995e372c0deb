/*
 * pick: values out of a JSON answer for showing; what is absent reads as "", 0, false.
 */
#ifndef ALLIED_DAEMON_CMD_PICK_H
#define ALLIED_DAEMON_CMD_PICK_H

#include "protocol/base/buf.h"
#include <jansson.h>

static inline const char *pick_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* What has a name by its name, else as it is told apart: ally_name, ally. */
static inline const char *pick_either(const json_t *object, const char *key, const char *otherwise)
{
    const char *text = pick_text(object, key);
    return *text ? text : pick_text(object, otherwise);
}

static inline long long pick_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static inline bool pick_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* Appends a value as a person reads it: lists joined by "; ", objects as "key: value, …". */
void pick_show(struct buf *to, const json_t *value);

#endif
