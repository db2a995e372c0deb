/* Answers that are kept: found while the replica stands as it did, and gone with the next commit. */
#include "daemon/web/kept.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t one_key[KEPT_KEY_BYTES] = {7, 1}, same_place[KEPT_KEY_BYTES] = {7, 2},
                     elsewhere[KEPT_KEY_BYTES] = {8, 1};

static void what_was_put_is_found_by_its_key_alone(void **state)
{
    (void)state;
    struct kept k = {.known = false};
    kept_at(&k, 1);
    kept_put(&k, one_key, "\"v.b\"", slice_text("body"));
    const struct kept_one *one = kept_find(&k, one_key);
    assert_non_null(one);
    assert_string_equal(one->tag, "\"v.b\"");
    assert_true(slice_equal(buf_slice(&one->body), slice_text("body")));
    assert_null(kept_find(&k, same_place));
    assert_null(kept_find(&k, elsewhere));
    kept_put(&k, same_place, "\"w.b\"", slice_text("other"));
    assert_null(kept_find(&k, one_key));
    assert_non_null(kept_find(&k, same_place));
    kept_fini(&k);
}

static void a_commit_ends_all_that_was_kept(void **state)
{
    (void)state;
    struct kept k = {.known = false};
    kept_at(&k, 1);
    kept_put(&k, one_key, "\"v.b\"", slice_text("body"));
    kept_at(&k, 1);
    assert_non_null(kept_find(&k, one_key));
    kept_at(&k, 2);
    assert_null(kept_find(&k, one_key));
    kept_at(&k, 1);
    assert_null(kept_find(&k, one_key));
    kept_fini(&k);
}

static void nothing_is_kept_of_a_state_that_is_not_known_nor_what_is_large(void **state)
{
    (void)state;
    static uint8_t large[KEPT_BODY_BYTES + 1];
    struct kept k = {.known = false};
    kept_put(&k, one_key, "\"v.b\"", slice_text("body"));
    assert_null(kept_find(&k, one_key));
    kept_at(&k, 1);
    kept_put(&k, one_key, "\"v.b\"", slice_of(large, sizeof large));
    assert_null(kept_find(&k, one_key));
    kept_put(&k, one_key, "\"v.b\"", slice_of(large, sizeof large - 1));
    assert_non_null(kept_find(&k, one_key));
    kept_fini(&k);
    kept_put(&k, one_key, "\"v.b\"", slice_text("body"));
    assert_null(kept_find(&k, one_key));
    kept_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found_by_its_key_alone),
        cmocka_unit_test(a_commit_ends_all_that_was_kept),
        cmocka_unit_test(nothing_is_kept_of_a_state_that_is_not_known_nor_what_is_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
