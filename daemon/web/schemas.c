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
    {"Records", "{\"type\": \"object\", \"required\": [\"records\", \"next\"], \"properties\": {\"records\": {\"type\": \"array\", \"items\":"
                "{\"type\": \"object\", \"required\": [\"id\", \"title\", \"ally\", \"ally_name\", \"updated\"]}},"
                "\"next\": {\"type\": [\"string\", \"null\"]}, \"total\": {\"type\": \"integer\"}}}"},
    {"Record",  "{\"type\": \"object\", \"anyOf\": [{\"required\": [\"id\", \"ally\", \"title\", \"updated\", \"concepts\", \"links\"]},"
                "{\"required\": [\"@context\", \"@id\", \"@type\"]}]}"},
    {"Written", "{\"type\": \"object\", \"required\": [\"id\", \"etag\", \"url\"], \"properties\": {\"id\": {\"type\": \"string\"},"
                "\"outcome\": {\"enum\": [\"added\", \"updated\", \"unchanged\"]}, \"dot\": {\"type\": \"string\"},"
                "\"version\": {\"type\": \"string\"}, \"etag\": {\"type\": [\"string\", \"null\"]}, \"url\": {\"type\": \"string\"},"
                "\"changed\": {\"type\": \"array\"}, \"resolved\": {\"type\": \"array\"}}}"},
    {"Line",    "{\"type\": \"object\", \"required\": [\"line\", \"outcome\"], \"properties\": {\"line\": {\"type\": \"integer\"},"
                "\"outcome\": {\"enum\": [\"added\", \"updated\", \"unchanged\", \"rejected\", \"failed\"]}, \"id\": {\"type\": \"string\"},"
                "\"error\": {\"type\": \"object\", \"required\": [\"code\", \"name\", \"text\"]}}}"},
    {"History", "{\"type\": \"object\", \"required\": [\"id\", \"history\"], \"properties\": {\"history\": {\"type\": \"array\", \"items\":"
                "{\"type\": \"object\", \"required\": [\"dot\", \"at\", \"kind\", \"counts\", \"writes\"]}}}}"},
    {"Concepts", "{\"type\": \"object\", \"required\": [\"concepts\", \"next\"], \"properties\": {\"concepts\": {\"type\": \"array\", \"items\":"
                "{\"type\": \"object\", \"required\": [\"id\", \"uri\", \"kind\", \"label\", \"status\"]}},"
                "\"next\": {\"type\": [\"string\", \"null\"]}}}"},
    {"Concept", "{\"type\": \"object\", \"anyOf\": [{\"required\": [\"id\", \"kind\", \"status\", \"proposals\"]},"
                "{\"required\": [\"@context\", \"@id\", \"@type\"]}]}"},
    {"Conflicts", "{\"type\": \"object\", \"required\": [\"conflicts\"], \"properties\": {\"conflicts\": {\"type\": \"array\", \"items\":"
                "{\"type\": \"object\", \"required\": [\"id\", \"type\", \"label\", \"fields\", \"count\"]}}}}"},
    {"Conflict", "{\"type\": \"object\", \"required\": [\"id\", \"type\", \"label\", \"fields\"]}"},
    {"Suggestions", "{\"type\": \"object\", \"required\": [\"suggestions\"], \"properties\": {\"suggestions\": {\"type\": \"array\", \"items\":"
                "{\"type\": \"object\", \"required\": [\"kind\", \"id\", \"label\"]}}}}"},
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
