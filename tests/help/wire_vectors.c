#include "tests/help/wire_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

const char *wire_member(const json_t *vector, const char *name)
{
    const char *text = json_string_value(json_object_get(vector, name));
    if (!text)
        fail_msg("a vector has no %s", name);
    return text;
}

struct buf wire_member_hex(const json_t *vector, const char *name)
{
    return wire_hex(wire_member(vector, name));
}

size_t wire_replay(const char *path, err_t (*replay)(const json_t *vector))
{
    struct buf file = wire_file(path);
    json_error_t error;
    json_t *root = json_loadb((const char *)file.at, file.len, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    assert_int_equal(json_integer_value(json_object_get(root, "version")), 1);
    const json_t *vectors = json_object_get(root, "vectors"), *vector;
    size_t i, wrong = 0, n = json_array_size(vectors);
    json_array_foreach(vectors, i, vector)
    {
        err_t want = err_by_name(wire_member(vector, "result")), got = replay(vector);
        assert_int_not_equal(want, ERR_COUNT);
        if (got == want)
            continue;
        wrong++;
        fprintf(stderr, "%s: %s: %s, not %s\n", path, wire_member(vector, "name"), err_name(got), err_name(want));
    }
    json_decref(root);
    buf_fini(&file);
    assert_int_equal(wrong, 0);
    return n;
}
