/* tests/vectors/inputs.json: a fresh core that is given a case's inputs, in whatever order, finds what counts and the digest that stands there. */
#include "tests/help/core_acts.h"
#include "tests/help/op_notation.h"
#include "tests/help/op_sweep.h"
#include "tests/help/op_vectors.h"

#include "daemon/core/fork.h"
#include "daemon/core/ingest.h"
#include "daemon/core/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void stored_vectors_can_be_made_anew(void **state)
{
    (void)state;
    assert_true(vectors_equal(vectors_load("inputs.json"), vectors_inputs()));
}

static struct buf member(const json_t *hex)
{
    struct buf b;
    buf_init(&b, LIMIT_CHARTER_BYTES);
    hex_read(hex, &b);
    return b;
}

/* A directory that waits to be admitted to the case's alliance: it holds nothing of it yet. */
static struct world *waiting(const json_t *c)
{
    struct world *w = world_new(5);
    struct arena arena = {0};
    struct charter charter;
    struct buf carried = member(json_array_get(json_object_get(c, "charters"), 0)), code;
    struct invite invite = {.expires_s = 4000000000, .ally_name = slice_text("Vecteur"), .addresses_n = 1};
    assert_int_equal(charter_decode(buf_slice(&carried), &arena, &charter), ERR_OK);
    memcpy(invite.alliance, charter.id, ALLIANCE_BYTES);
    memcpy(invite.charter_id, charter.id, HASH_BYTES);
    memcpy(invite.inviter, charter.allies[0].sites[0].site, SITE_BYTES);
    memset(invite.secret, 0x5e, SEED_BYTES);
    invite.addresses[0] = slice_text("nowhere.test:5670");
    buf_init(&code, 4096);
    assert_int_equal(invite_encode(&invite, &code), ERR_OK);
    buf_byte(&code, 0);
    world_add(w, "vecteur");
    assert_int_equal(world_join_code(w, 0, (const char *)code.at), ERR_OK);
    world_open(w, 0);
    buf_fini(&carried);
    buf_fini(&code);
    arena_fini(&arena);
    return w;
}

/* ---- giving ---- */

static void give_charter(struct world *w, const json_t *hex)
{
    struct buf b = member(hex);
    assert_int_equal(core_charter_give(w, 0, buf_slice(&b)), ERR_OK);
    buf_fini(&b);
}

static void give_act(struct world *w, const json_t *hex)
{
    struct buf b = member(hex);
    assert_int_equal(core_act_give(w, 0, buf_slice(&b)), ERR_OK);
    buf_fini(&b);
}

static void give_commit(struct world *w, const json_t *hex)
{
    struct buf b = member(hex);
    core_author_give(w, 0, buf_slice(&b), 7);
    buf_fini(&b);
}

static void give_proof(struct world *w, const json_t *pair)
{
    struct core *c = w->sites[0].core;
    struct buf one = member(json_array_get(pair, 0)), other = member(json_array_get(pair, 1));
    assert_int_equal(batch_begin(c), ERR_OK);
    assert_int_equal(fork_take(c, buf_slice(&one), buf_slice(&other)), ERR_OK);
    assert_int_equal(batch_end(c), ERR_OK);
    buf_fini(&one);
    buf_fini(&other);
}

static const struct part {
    const char *key;
    void (*give)(struct world *, const json_t *);
} parts[] = {
    {"acts",    give_act   },
    {"proofs",  give_proof },
    {"commits", give_commit},
};

/* Commits of one log wait for those before them: what is given backwards is given as often as there are commits. */
static void give_all(struct world *w, const json_t *c, bool backwards)
{
    for (size_t k = 0; k < 3; k++) {
        const struct part *part = &parts[backwards ? 2 - k : k];
        json_t *all = json_object_get(c, part->key);
        size_t n = json_array_size(all);
        for (size_t i = 0; i < n; i++)
            part->give(w, json_array_get(all, backwards ? n - 1 - i : i));
    }
}

/* ---- what was found ---- */

static void assert_hex(const json_t *c, const char *key, const uint8_t *at, size_t len)
{
    struct buf b = member(json_object_get(c, key));
    assert_int_equal(b.len, len);
    assert_memory_equal(b.at, at, len);
    buf_fini(&b);
}

static void assert_counts(struct core *c, const json_t *wanted)
{
    struct arena arena = {0};
    struct msg_head *heads = NULL;
    size_t n = 0;
    assert_int_equal(digests_heads(c, &arena, &heads, &n), ERR_OK);
    assert_int_equal(n, json_array_size(wanted));
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(wanted, i);
        char incarnation[24];
        snprintf(incarnation, sizeof incarnation, "%llu", (unsigned long long)heads[i].incarnation);
        assert_hex(one, "site", heads[i].site, SITE_BYTES);
        assert_string_equal(json_string_value(json_object_get(one, "incarnation")), incarnation);
        assert_int_equal(world_number(one, "seq"), heads[i].seq);
        assert_hex(one, "id", heads[i].id, HASH_BYTES);
    }
    arena_fini(&arena);
}

static void a_fresh_core_finds_what_counts_and_the_digest(void **state)
{
    (void)state;
    json_t *file = vectors_load("inputs.json"), *c;
    size_t i;
    json_array_foreach(json_object_get(file, "cases"), i, c) for (int backwards = 0; backwards < 2; backwards++)
    {
        struct world *w = waiting(c);
        give_charter(w, json_array_get(json_object_get(c, "charters"), 0));
        for (size_t pass = 0; pass < (backwards ? 8 : 3); pass++)
            give_all(w, c, backwards);
        struct core *core = w->sites[0].core;
        assert_hex(c, "charter", core->authority.charter_id, HASH_BYTES);
        assert_hex(c, "roster", core->authority.roster_id, HASH_BYTES);
        assert_counts(core, json_object_get(c, "counts"));
        assert_int_equal(digests_update(core), ERR_OK);
        assert_int_equal(core->holes, 0);
        assert_hex(c, "input_digest", core->inputs, HASH_BYTES);
        world_free(w);
    }
    assert_int_equal(i, 5);
    json_decref(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_vectors_can_be_made_anew),
        cmocka_unit_test(a_fresh_core_finds_what_counts_and_the_digest),
    };
    return sign_start() == ERR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
