/* Tokens: what is kept of them, and which are good. */
#include "daemon/store/tokens.h"
#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define NOW 1000000

static void put(struct store_fixture *f, uint8_t fill, const char *name, const char *site, int64_t expires_ms,
                char text[TOKEN_TEXT_MAX])
{
    uint8_t random[TOKEN_BYTES];
    struct token t = {.name = slice_text(name),
                      .site = slice_text(site),
                      .scopes = TOKEN_RECORDS,
                      .created_ms = 5,
                      .expires_ms = expires_ms};
    memset(random, fill, sizeof random);
    token_make(random, text, &t);
    assert_int_equal(tokens_put(f->s, &t), ERR_OK);
}

static err_t check(struct store_fixture *f, const char *text, int64_t now, struct token *out)
{
    return tokens_check(f->s, text, (struct wall){now}, &f->arena, out);
}

static void a_token_is_good_until_it_is_dropped(void **state)
{
    struct store_fixture *f = *state;
    char text[TOKEN_TEXT_MAX], other[TOKEN_TEXT_MAX];
    struct token t;
    put(f, 1, "cms", "citego", 0, text);
    put(f, 2, "cms", "ritimo", 0, other);
    assert_int_equal(check(f, text, NOW, &t), ERR_OK);
    assert_true(slice_equal(t.name, slice_text("cms")) && slice_equal(t.site, slice_text("citego")));
    assert_int_equal(t.scopes, TOKEN_RECORDS);
    assert_int_equal(tokens_drop(f->s, slice_text("citego"), slice_text("cms")), ERR_OK);
    assert_int_equal(tokens_drop(f->s, slice_text("citego"), slice_text("cms")), ERR_NOT_FOUND);
    assert_int_equal(check(f, text, NOW, &t), ERR_TOKEN_WRONG);
    assert_int_equal(check(f, other, NOW, &t), ERR_OK);
    assert_int_equal(tokens_drop_site(f->s, slice_text("ritimo")), ERR_OK);
    assert_int_equal(check(f, other, NOW, &t), ERR_TOKEN_WRONG);
}

static void no_other_text_passes_for_it(void **state)
{
    struct store_fixture *f = *state;
    char text[TOKEN_TEXT_MAX], near[TOKEN_TEXT_MAX + 2] = "";
    struct token t;
    put(f, 3, "cms", "citego", 0, text);
    for (size_t i = 0; i < strlen(text); i++) {
        memcpy(near, text, strlen(text) + 1);
        near[i] = near[i] == 'b' ? 'c' : 'b';
        assert_int_equal(check(f, near, NOW, &t), ERR_TOKEN_WRONG);
        near[i] = 0;
        assert_int_equal(check(f, near, NOW, &t), ERR_TOKEN_WRONG);
    }
    memcpy(near, text, strlen(text) + 1);
    near[strlen(text)] = 'a';
    assert_int_equal(check(f, near, NOW, &t), ERR_TOKEN_WRONG);
    assert_int_equal(check(f, "allied_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NOW, &t), ERR_TOKEN_WRONG);
}

static void an_expired_token_is_good_for_nothing(void **state)
{
    struct store_fixture *f = *state;
    char text[TOKEN_TEXT_MAX];
    struct token t;
    put(f, 4, "cms", "citego", NOW, text);
    assert_int_equal(check(f, text, NOW - 1, &t), ERR_OK);
    assert_int_equal(check(f, text, NOW, &t), ERR_TOKEN_WRONG);
}

static void a_site_has_one_token_of_a_name_and_its_secret_is_nowhere(void **state)
{
    struct store_fixture *f = *state;
    char text[TOKEN_TEXT_MAX];
    uint8_t random[TOKEN_BYTES] = {9};
    struct token again = {.name = slice_text("cms"), .site = slice_text("citego"), .scopes = 1}, *all = NULL;
    size_t n = 0;
    put(f, 5, "cms", "citego", 0, text);
    token_make(random, text, &again);
    assert_int_equal(tokens_put(f->s, &again), ERR_TOKEN_KNOWN);
    assert_int_equal(tokens_list(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 1);
    memset(random, 5, sizeof random);
    assert_memory_equal(all[0].id, random, TOKEN_ID_BYTES);
    assert_memory_not_equal(all[0].hash, random, TOKEN_BYTES);
    assert_int_equal(tokens_used(f->s, all[0].id, 20000), ERR_OK);
    assert_int_equal(tokens_used(f->s, all[0].id, 19999), ERR_OK);
    assert_int_equal(tokens_list(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(all[0].used_day, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_token_is_good_until_it_is_dropped, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(no_other_text_passes_for_it, store_fixture_setup, store_fixture_teardown),
        cmocka_unit_test_setup_teardown(an_expired_token_is_good_for_nothing, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(a_site_has_one_token_of_a_name_and_its_secret_is_nowhere, store_fixture_setup,
                                        store_fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
