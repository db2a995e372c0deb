#include "daemon/web/schemas.h"
#include "daemon/web/openapi.h"
#include "daemon/web/routes.h"
#include "protocol/op/op.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define REFS "#/components/schemas/"

/* How many references there are; each has to lead to one of `schemas`. */
static size_t follow(json_t *at, const json_t *schemas)
{
    size_t i, n = 0;
    const char *key;
    json_t *inner;
    if (json_is_array(at))
        json_array_foreach(at, i, inner) n += follow(inner, schemas);
    json_object_foreach(at, key, inner)
    {
        const char *ref = strcmp(key, "$ref") == 0 ? json_string_value(inner) : NULL;
        if (ref) {
            assert_int_equal(strncmp(ref, REFS, strlen(REFS)), 0);
            if (!json_object_get(schemas, ref + strlen(REFS)))
                fail_msg("%s leads nowhere", ref);
            n++;
        }
        n += follow(inner, schemas);
    }
    return n;
}

static void every_reference_leads_to_a_schema(void **state)
{
    (void)state;
    struct routes all = routes_all();
    json_t *document = openapi_json(&all, "http://127.0.0.1"),
           *schemas = json_object_get(json_object_get(document, "components"), "schemas");
    assert_true(follow(document, schemas) > 100);
    json_decref(document);
}

static const json_t *property(const json_t *schemas, const char *schema, const char *name)
{
    const json_t *found = json_object_get(json_object_get(json_object_get(schemas, schema), "properties"), name);
    if (!json_object_size(found))
        fail_msg("%s of %s is not named", name, schema);
    return found;
}

static void every_field_relation_and_link_is_named(void **state)
{
    (void)state;
    size_t n;
    json_t *schemas = schemas_all();
    const struct field_info *fields = record_fields(&n);
    for (size_t i = 0; i < n; i++) {
        property(schemas, "RecordIn", fields[i].name);
        assert_int_equal(json_object_get(property(schemas, "Record", fields[i].name), "additionalProperties") != NULL,
                         fields[i].lang != LANG_NONE);
    }
    fields = concept_fields(&n);
    for (size_t i = 0; i < n; i++) {
        property(schemas, "Concept", fields[i].name);
        property(schemas, "ConceptIn", fields[i].name);
    }
    for (uint64_t i = REL_BROADER; relation_by_number(i); i++)
        property(schemas, "Concept", relation_by_number(i)->name);
    for (n = 0; link_by_number(LINK_CITES + n);)
        n++;
    assert_int_equal(json_array_size(json_object_get(json_object_get(schemas, "Rel"), "enum")), n);
    json_decref(schemas);
}

static void what_may_be_absent_is_not_required_and_either_form_is_told(void **state)
{
    (void)state;
    json_t *schemas = schemas_all(), *row = json_object_get(schemas, "Term"), *place;
    size_t i;
    json_t *name;
    assert_int_equal(json_object_size(json_object_get(row, "properties")), 7);
    json_array_foreach(json_object_get(row, "required"), i, name)
    {
        assert_string_not_equal(json_string_value(name), "uri");
        assert_string_not_equal(json_string_value(name), "merged_into");
    }
    assert_int_equal(i, 5);
    place = json_object_get(json_object_get(json_object_get(schemas, "RecordFound"), "properties"), "place");
    assert_int_equal(json_array_size(json_object_get(place, "anyOf")), 2);
    json_decref(schemas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reference_leads_to_a_schema),
        cmocka_unit_test(every_field_relation_and_link_is_named),
        cmocka_unit_test(what_may_be_absent_is_not_required_and_either_form_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
