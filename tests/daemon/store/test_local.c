#include "tests/help/store_fixture.h"

#include "daemon/store/local.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void an_own_site_is_kept_and_replaced_by_its_key(void **state)
{
    struct store_fixture *f = *state;
    struct own_site site = {.site = {5}, .name = slice_text("citego"), .guard_path = slice_text("/run/x.guard")};
    struct own_site other = {.site = {4}, .name = slice_text("d-p-h"), .incarnation = INT64_MAX}, *all = NULL;
    size_t n = 0;
    assert_int_equal(local_put_site(f->s, &site), ERR_OK);
    assert_int_equal(local_put_site(f->s, &other), ERR_OK);
    site.incarnation = 77;
    site.before_seq = 12;
    site.before_id[31] = 3;
    assert_int_equal(local_put_site(f->s, &site), ERR_OK);
    store_fixture_again(f, STORE_READ);
    assert_int_equal(local_sites(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_true(slice_equal(all[0].name, site.name));
    assert_true(slice_equal(all[0].guard_path, site.guard_path));
    assert_memory_equal(all[0].site, site.site, SITE_BYTES);
    assert_memory_equal(all[0].before_id, site.before_id, HASH_BYTES);
    assert_int_equal(all[0].incarnation, 77);
    assert_int_equal(all[0].before_seq, 12);
    assert_int_equal(all[1].incarnation, INT64_MAX);
    assert_int_equal(all[1].guard_path.len, 0);
}

static void a_setting_holds_any_bytes(void **state)
{
    struct store_fixture *f = *state;
    struct slice v = slice_text("untouched");
    assert_int_equal(local_get(f->s, "charter", &f->arena, &v), ERR_NOT_FOUND);
    assert_true(slice_equal(v, slice_text("untouched")));
    assert_int_equal(local_set(f->s, "charter", slice_of("a\0\xff", 3)), ERR_OK);
    assert_int_equal(local_get(f->s, "charter", &f->arena, &v), ERR_OK);
    assert_true(slice_equal(v, slice_of("a\0\xff", 3)));
    assert_int_equal(local_set(f->s, "charter", slice_text("later")), ERR_OK);
    assert_int_equal(local_get(f->s, "charter", &f->arena, &v), ERR_OK);
    assert_true(slice_equal(v, slice_text("later")));
    assert_int_equal(local_set(f->s, "charter", (struct slice){0}), ERR_OK); /* taken away */
    assert_int_equal(local_get(f->s, "charter", &f->arena, &v), ERR_NOT_FOUND);
    assert_true(slice_equal(v, slice_text("later")));
}

static void an_invitation_remembers_who_used_it(void **state)
{
    struct store_fixture *f = *state;
    struct invitation in = {.secret_key = {8}, .ally_name = slice_text("Les Amis"), .expires_ms = -5}, got;
    assert_int_equal(local_invitation(f->s, in.secret_key, &f->arena, &got), ERR_NOT_FOUND);
    assert_int_equal(local_put_invitation(f->s, &in), ERR_OK);
    in.used_by[0] = 9;
    assert_int_equal(local_put_invitation(f->s, &in), ERR_OK);
    assert_int_equal(local_invitation(f->s, in.secret_key, &f->arena, &got), ERR_OK);
    assert_memory_equal(got.secret_key, in.secret_key, SITE_BYTES);
    assert_memory_equal(got.used_by, in.used_by, SITE_BYTES);
    assert_true(slice_equal(got.ally_name, in.ally_name));
    assert_int_equal(got.expires_ms, -5);
}

static void an_import_hash_belongs_to_entity_field_and_language(void **state)
{
    struct store_fixture *f = *state;
    struct slice a = slice_text("record a"), b = slice_text("record b"), fr = slice_text("fr"), none = {0};
    uint8_t one[16] = {1}, two[16] = {2}, got[16] = {0xee};
    assert_int_equal(local_import_get(f->s, a, 3, fr, got), ERR_NOT_FOUND);
    assert_int_equal(got[0], 0xee);
    assert_int_equal(local_import_set(f->s, a, 3, fr, one), ERR_OK);
    assert_int_equal(local_import_set(f->s, a, 3, none, two), ERR_OK);
    assert_int_equal(local_import_get(f->s, b, 3, fr, got), ERR_NOT_FOUND);
    assert_int_equal(local_import_get(f->s, a, 4, fr, got), ERR_NOT_FOUND);
    assert_int_equal(local_import_get(f->s, a, 3, fr, got), ERR_OK);
    assert_memory_equal(got, one, 16);
    assert_int_equal(local_import_get(f->s, a, 3, none, got), ERR_OK);
    assert_memory_equal(got, two, 16);
    assert_int_equal(local_import_set(f->s, a, 3, fr, two), ERR_OK);
    assert_int_equal(local_import_get(f->s, a, 3, fr, got), ERR_OK);
    assert_memory_equal(got, two, 16);
}

static uint64_t unheld(struct store_fixture *f, const struct store_author *a)
{
    uint64_t n = 999;
    assert_int_equal(local_unheld(f->s, a->log.site, &n), ERR_OK);
    return n;
}

static void commits_are_unheld_until_some_peer_has_them(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a, older, stranger;
    uint8_t peer[SITE_BYTES] = {1}, second[SITE_BYTES] = {2};
    store_author_init(&a, 1, 42);
    store_author_init(&older, 1, 7);
    store_author_init(&stranger, 2, 42);
    assert_int_equal(unheld(f, &a), 0);
    for (int i = 0; i < 5; i++)
        store_author_put(&a, f->s, 1);
    store_author_put(&older, f->s, 1);
    store_author_put(&stranger, f->s, 1);
    assert_int_equal(unheld(f, &a), 6); /* both incarnations */
    assert_int_equal(local_held_set(f->s, peer, &a.log, 3), ERR_OK);
    assert_int_equal(unheld(f, &a), 3);
    assert_int_equal(local_held_set(f->s, second, &a.log, 4), ERR_OK);
    assert_int_equal(unheld(f, &a), 2);
    assert_int_equal(local_held_set(f->s, second, &a.log, 1), ERR_OK); /* only grows */
    assert_int_equal(unheld(f, &a), 2);
    assert_int_equal(local_held_set(f->s, peer, &a.log, 900), ERR_OK); /* more than we have */
    assert_int_equal(unheld(f, &a), 1);
    assert_int_equal(local_held_set(f->s, peer, &older.log, 1), ERR_OK);
    assert_int_equal(unheld(f, &a), 0);
    assert_int_equal(unheld(f, &stranger), 1);
}

static void an_address_stands_once(void **state)
{
    struct store_fixture *f = *state;
    uint8_t site[SITE_BYTES] = {3}, other[SITE_BYTES] = {2};
    struct peer_address *all = NULL;
    size_t n = 0;
    assert_int_equal(local_address_add(f->s, site, slice_text("tcp://b:5670")), ERR_OK);
    assert_int_equal(local_address_add(f->s, site, slice_text("tcp://a:5670")), ERR_OK);
    assert_int_equal(local_address_add(f->s, site, slice_text("tcp://b:5670")), ERR_OK);
    assert_int_equal(local_address_add(f->s, other, slice_text("tcp://b:5670")), ERR_OK);
    assert_int_equal(local_addresses(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 3);
    assert_memory_equal(all[0].site, other, SITE_BYTES);
    assert_true(slice_equal(all[1].address, slice_text("tcp://a:5670")));
    assert_true(slice_equal(all[2].address, slice_text("tcp://b:5670")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
        T(an_own_site_is_kept_and_replaced_by_its_key), T(a_setting_holds_any_bytes),
        T(an_invitation_remembers_who_used_it),         T(an_import_hash_belongs_to_entity_field_and_language),
        T(commits_are_unheld_until_some_peer_has_them), T(an_address_stands_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
