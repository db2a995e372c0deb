/* clang-format off */
#include "daemon/web/schemas.h"

static const struct {
    const char *name, *json;
} schemas[] = {
    {"Problem", "{\"type\": \"object\", \"required\": [\"type\", \"title\", \"status\", \"detail\", \"code\", \"number\"], \"properties\": {"
                "\"type\": {\"type\": \"string\"}, \"title\": {\"type\": \"string\"}, \"status\": {\"type\": \"integer\"},"
                "\"detail\": {\"type\": \"string\"}, \"code\": {\"type\": \"string\"}, \"number\": {\"type\": \"string\", \"pattern\": \"^ALLIED-[0-9]{4}$\"},"
                "\"errors\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}}}}"},
    {"Allies",  "{\"type\": \"object\", \"required\": [\"allies\"], \"properties\": {\"allies\": {\"type\": \"array\", \"items\":"
                "{\"type\": \"object\", \"required\": [\"id\", \"name\", \"sites\"]}}}}"},
};

json_t *schemas_all(void)
{
    json_t *out = json_object();
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        json_t *one = json_loads(schemas[i].json, JSON_REJECT_DUPLICATES, NULL);
        if (!out || !one || json_object_set_new(out, schemas[i].name, one)) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}
