#include "tests/help/core_acts.h"

#include "daemon/core/charters.h"
#include "daemon/core/ingest.h"
#include "daemon/core/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct buf core_act(struct world *w, size_t on, struct roster_act act)
{
    const struct authority *a = &w->sites[on].core->authority;
    struct buf body, out;
    uint8_t signature[SIGNATURE_BYTES];
    memcpy(act.charter, a->charter_id, HASH_BYTES);
    memcpy(act.prev, a->roster_id, HASH_BYTES);
    act.number = a->roster_number + 1;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    buf_init(&out, LIMIT_CHARTER_BYTES);
    roster_encode_body(&body, &act);
    assert_true(w->sites[0].core->is_registrar);
    assert_int_equal(sign_make(&w->sites[0].core->registrar, DOMAIN_ROSTER, buf_slice(&body), signature), ERR_OK);
    roster_encode(&out, buf_slice(&body), signature);
    assert_int_equal(out.err, ERR_OK);
    buf_fini(&body);
    return out;
}

static err_t give(struct world *w, size_t to, const struct msg_charter *m)
{
    struct core *c = w->sites[to].core;
    bool news = false;
    arena_clear(&c->frame);
    err_t e = charters_take(c, m, &news);
    if (news)
        sync_tell_roster(c);
    w->sites[to].tick_at = w->now;
    return e;
}

err_t core_act_give(struct world *w, size_t to, struct slice act)
{
    return give(w, to, &(struct msg_charter){.acts = &act, .acts_n = 1});
}

err_t core_charter_give(struct world *w, size_t to, struct slice charter)
{
    return give(w, to, &(struct msg_charter){.charters = &charter, .charters_n = 1});
}

void core_promise_give(struct world *w, size_t to, const struct sign_key *key, const uint8_t charter[HASH_BYTES])
{
    struct core *c = w->sites[to].core;
    struct buf body, carried;
    uint8_t signature[SIGNATURE_BYTES];
    buf_init(&body, PROMISE_MAX_BYTES);
    buf_init(&carried, PROMISE_MAX_BYTES);
    promise_encode_body(&body, charter, key->pub);
    assert_int_equal(sign_make(key, DOMAIN_PROMISE, buf_slice(&body), signature), ERR_OK);
    promise_encode(&carried, buf_slice(&body), signature);
    assert_int_equal(batch_begin(c), ERR_OK);
    assert_int_equal(charters_promise(c, buf_slice(&carried)), ERR_OK);
    assert_int_equal(batch_end(c), ERR_OK);
    buf_fini(&body);
    buf_fini(&carried);
}

void core_act_do(struct world *w, size_t at, struct roster_act act)
{
    struct buf carried = core_act(w, at, act);
    uint64_t before = w->sites[at].core->authority.roster_number;
    assert_int_equal(core_act_give(w, at, buf_slice(&carried)), ERR_OK);
    assert_int_equal(w->sites[at].core->authority.roster_number, before + 1);
    buf_fini(&carried);
}

void core_suspend(struct world *w, size_t at, const struct core_author *whose, const struct head *heads, size_t n)
{
    struct roster_act act = {.kind = ACT_SUSPEND, .heads = heads, .heads_n = n};
    memcpy(act.ally, whose->ally, ALLY_BYTES);
    core_act_do(w, at, act);
}

void core_lift(struct world *w, size_t at, const struct core_author *whose)
{
    struct roster_act act = {.kind = ACT_LIFT};
    memcpy(act.ally, whose->ally, ALLY_BYTES);
    core_act_do(w, at, act);
}

void core_checkpoint(struct world *w, size_t at, struct head head)
{
    core_act_do(w, at, (struct roster_act){.kind = ACT_CHECKPOINT, .heads = &head, .heads_n = 1});
}

struct head core_head(const struct core_author *a)
{
    struct head head = {.log = a->log, .seq = a->seq};
    memcpy(head.id, a->prev, HASH_BYTES);
    return head;
}

static int by_site(const void *a, const void *b)
{
    return memcmp(((const struct charter_signature *)a)->site, ((const struct charter_signature *)b)->site, SITE_BYTES);
}

struct buf core_charter(struct world *w, size_t on, const struct head *heads, size_t n, core_charter_change *change,
                        void *ctx)
{
    struct arena arena = {0};
    struct charter next;
    struct charter_signature sigs[WORLD_SITES];
    struct buf body, out;
    size_t sigs_n = 0;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    buf_init(&out, LIMIT_CHARTER_BYTES);
    assert_int_equal(charter_draft_next(&w->sites[on].core->authority, true, heads, n, &arena, &next), ERR_OK);
    if (change)
        change(&next, ctx);
    charter_encode_body(&body, &next);
    for (size_t i = 0; i < w->sites_n; i++) {
        if (!w->sites[i].core)
            continue;
        const struct sign_key *key = &w->sites[i].core->own[0].key;
        memcpy(sigs[sigs_n].site, key->pub, SITE_BYTES);
        assert_int_equal(sign_make(key, DOMAIN_CHARTER, buf_slice(&body), sigs[sigs_n++].signature), ERR_OK);
    }
    qsort(sigs, sigs_n, sizeof *sigs, by_site);
    charter_encode(&out, buf_slice(&body), sigs, sigs_n, slice_text(""));
    assert_int_equal(out.err, ERR_OK);
    buf_fini(&body);
    arena_fini(&arena);
    return out;
}

uint64_t core_head_seq(struct world *w, size_t at, const struct log_id *log, err_t *held)
{
    struct log_head head = {0};
    err_t e = oplog_head(w->sites[at].core->store, log, &head);
    assert_true(e == ERR_OK || e == ERR_NOT_FOUND);
    if (held)
        *held = head.held;
    return head.seq;
}

/* What differs, for whoever reads why the test failed. */
static void explain(struct world *w)
{
    for (size_t i = 0; i < w->sites_n; i++) {
        struct arena arena = {0};
        struct log_head *heads = NULL;
        size_t n = 0;
        if (!w->sites[i].core)
            continue;
        json_t *status = world_do(w, i, "status", NULL);
        char *text = json_dumps(json_object_get(status, "peers"), 0);
        print_message("%s roster %d inputs %.8s state %.8s holes %d\n  %s\n", w->sites[i].name,
                      (int)world_number(status, "roster"), json_string_value(json_object_get(status, "inputs")),
                      json_string_value(json_object_get(status, "digest")), (int)world_number(status, "holes"), text);
        if (oplog_heads(w->sites[i].core->store, &arena, &heads, &n) == ERR_OK)
            for (size_t k = 0; k < n; k++)
                print_message("  %02x %llu: %llu %02x%02x %s\n", heads[k].log.site[0],
                              (unsigned long long)heads[k].log.incarnation, (unsigned long long)heads[k].seq,
                              heads[k].id[0], heads[k].id[1], err_name(heads[k].held));
        free(text);
        json_decref(status);
        arena_fini(&arena);
    }
    fail_msg("%s", "they do not agree");
}

void core_agree(struct world *w)
{
    if (!world_settle(w, 60000))
        explain(w);
    for (size_t i = 0; i < w->sites_n; i++) {
        if (!w->sites[i].core)
            continue;
        world_verify(w, i);
        json_t *r = world_do(w, i, "rebuild", NULL);
        assert_true(json_is_true(json_object_get(r, "same")));
        json_decref(r);
    }
    assert_true(world_agrees(w));
}
