/* Suspensions, cuts, new keys, roles and heirs: what counts of each log follows from charters and acts alone, whenever anything arrived. */
#include "tests/help/core_acts.h"

#include "daemon/core/charters.h"
#include "daemon/core/own.h"
#include "daemon/core/sync.h"
#include "daemon/store/aside.h"
#include "daemon/store/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct scene {
    struct world *w;
    struct core_author a; /* a second log of the last site */
};

static void put(struct core_author *a, struct world *w, size_t to, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char title[40];
        snprintf(title, sizeof title, "Titre %d", (int)a->seq + 1);
        assert_int_equal(core_author_tell(a, w, to, (unsigned)a->seq + 1, title, NULL), ERR_OK);
    }
}

static void open_scene(struct scene *s, size_t commits)
{
    s->w = world_alliance(71, 3);
    core_author_init(&s->a, s->w, 2, 77);
    put(&s->a, s->w, 0, commits);
    core_agree(s->w);
}

static void assert_heads(struct scene *s, uint64_t seq)
{
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (s->w->sites[i].core)
            assert_int_equal(core_head_seq(s->w, i, &s->a.log, NULL), seq);
}

static bool listed(struct world *w, size_t at, const char *title)
{
    json_t *r = world_do(w, at, "record.list", json_pack("{s:i, s:b}", "limit", 100, "retired", 1)), *item;
    bool found = false;
    size_t i;
    json_array_foreach(json_object_get(r, "records"), i, item) found |=
        strcmp(json_string_value(json_object_get(item, "title")), title) == 0;
    json_decref(r);
    return found;
}

static void assert_listed(struct scene *s, const char *title, bool expected)
{
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (s->w->sites[i].core)
            assert_int_equal(listed(s->w, i, title), expected);
}

/* Both logs of the last site, as they stand. */
static void heads_of(struct scene *s, uint64_t seq_of_a, struct head out[2])
{
    struct log_head own = {0};
    struct log_id log = {.incarnation = s->w->sites[2].core->own[0].row.incarnation};
    struct commit *commit = malloc(sizeof *commit);
    struct arena arena = {0};
    assert_non_null(commit);
    memcpy(log.site, s->a.log.site, SITE_BYTES);
    assert_int_equal(oplog_head(s->w->sites[0].core->store, &log, &own), ERR_OK);
    assert_int_equal(oplog_get(s->w->sites[0].core->store, &s->a.log, seq_of_a, &arena, commit), ERR_OK);
    out[0] = (struct head){.log = s->a.log, .seq = seq_of_a};
    out[1] = (struct head){.log = log, .seq = own.seq};
    memcpy(out[0].id, commit->id, HASH_BYTES);
    memcpy(out[1].id, own.id, HASH_BYTES);
    if (log_compare(&out[0].log, &out[1].log) > 0) {
        struct head swap = out[0];
        out[0] = out[1];
        out[1] = swap;
    }
    arena_fini(&arena);
    free(commit);
}

static void a_suspension_rolls_back_on_every_site_and_lifting_restores_all(void **state)
{
    (void)state;
    struct scene s;
    struct head heads[2];
    char before[80];
    open_scene(&s, 4);
    json_t *r = world_do(s.w, 0, "status", NULL);
    snprintf(before, sizeof before, "%s", json_string_value(json_object_get(r, "digest")));
    json_decref(r);
    heads_of(&s, 2, heads);
    core_suspend(s.w, 0, &s.a, heads, 2);
    core_agree(s.w);
    assert_heads(&s, 2);
    assert_listed(&s, "Titre 2", true);
    assert_listed(&s, "Titre 3", false);
    core_lift(s.w, 0, &s.a);
    core_agree(s.w);
    assert_heads(&s, 4);
    assert_listed(&s, "Titre 4", true);
    r = world_do(s.w, 1, "status", NULL);
    assert_string_equal(json_string_value(json_object_get(r, "digest")), before);
    json_decref(r);
    world_free(s.w);
}

static void logs_that_a_suspension_does_not_name_are_cut_at_nothing(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, 3);
    core_suspend(s.w, 1 - 1, &s.a, NULL, 0);
    core_agree(s.w);
    assert_heads(&s, 0);
    assert_listed(&s, "Titre 1", false);
    core_lift(s.w, 0, &s.a);
    core_agree(s.w);
    assert_heads(&s, 3);
    world_free(s.w);
}

static void what_comes_beyond_a_cut_counts_nothing_in_any_order(void **state)
{
    (void)state;
    for (int reverse = 0; reverse < 2; reverse++) {
        struct scene s;
        struct head heads[2];
        struct buf late[3];
        open_scene(&s, 2);
        for (unsigned i = 0; i < 3; i++)
            late[i] = core_author_put(&s.a, i + 3, "En retard", NULL);
        heads_of(&s, 2, heads);
        core_suspend(s.w, 0, &s.a, heads, 2);
        core_agree(s.w);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(core_author_give(s.w, i, buf_slice(&late[reverse ? 2 - i : i]), 7), ERR_CUT);
        core_agree(s.w);
        assert_heads(&s, 2);
        core_lift(s.w, 0, &s.a);
        core_agree(s.w);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(core_author_give(s.w, 1, buf_slice(&late[i]), 7), ERR_OK);
        core_agree(s.w);
        assert_heads(&s, 5);
        for (size_t i = 0; i < 3; i++)
            buf_fini(&late[i]);
        world_free(s.w);
    }
}

static void a_site_that_was_away_cuts_what_it_wrote_meanwhile_and_has_it_again(void **state)
{
    (void)state;
    struct scene s;
    struct head heads[2];
    char id[64], title[64];
    open_scene(&s, 1);
    heads_of(&s, 1, heads);
    world_block(s.w, 0, 2, true);
    world_block(s.w, 1, 2, true);
    core_suspend(s.w, 0, &s.a, heads, 2);
    world_record(s.w, 2, "seul", "Seul", id);
    uint64_t incarnation = s.w->sites[2].core->own[0].row.incarnation;
    world_heal(s.w);
    core_agree(s.w);
    assert_listed(&s, "Seul", false);
    /* It writes nothing that would not count, in this log or a new one. */
    world_refused(s.w, 2, "record.write",
                  json_pack("{s:s, s:[{s:i, s:{s:s, s:s}}]}", "mode", "add", "lines", "line", 1, "record", "source_id",
                            "x", "title", "X"),
                  "suspended");
    assert_int_equal(err_exit(ERR_CUT), 5);
    assert_true(incarnation == s.w->sites[2].core->own[0].row.incarnation);
    core_lift(s.w, 0, &s.a);
    core_agree(s.w);
    world_title(s.w, 0, id, title);
    assert_string_equal(title, "Seul");
    /* What came back was its own: no alarm, and the same log goes on. */
    world_record(s.w, 2, "encore", "Encore", id);
    assert_true(incarnation == s.w->sites[2].core->own[0].row.incarnation);
    assert_int_equal(world_noted(s.w, 2, "clone.seen"), 0);
    core_agree(s.w);
    world_free(s.w);
}

static void allow_aside(struct world *w, size_t at, bool allowed)
{
    assert_int_equal(sqlite3_exec(w->sites[at].core->store->db,
                                  allowed ? "DROP TRIGGER no_aside"
                                          : "CREATE TEMP TRIGGER no_aside BEFORE INSERT ON main.aside "
                                            "BEGIN SELECT RAISE(ABORT, 'no'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
}

/* The act was stored, and no peer would ever send it again. */
static void an_act_whose_effect_failed_takes_it_as_soon_as_it_can(void **state)
{
    (void)state;
    struct scene s;
    struct head heads[2];
    open_scene(&s, 3);
    heads_of(&s, 1, heads);
    allow_aside(s.w, 1, false);
    core_suspend(s.w, 0, &s.a, heads, 2);
    world_run(s.w, 10000);
    assert_int_equal(core_head_seq(s.w, 0, &s.a.log, NULL), 1);
    assert_int_equal(core_head_seq(s.w, 1, &s.a.log, NULL), 3);
    allow_aside(s.w, 1, true);
    core_agree(s.w);
    assert_heads(&s, 1);
    world_free(s.w);
}

static void a_replaced_key_ends_at_its_cut_and_opens_no_session(void **state)
{
    (void)state;
    struct scene s;
    struct head heads[2];
    struct roster_act act = {.kind = ACT_REPLACE_KEY, .heads = heads, .heads_n = 2};
    uint8_t seed[SEED_BYTES];
    struct sign_key fresh;
    open_scene(&s, 3);
    heads_of(&s, 2, heads);
    memset(seed, 99, sizeof seed);
    sign_key_from_seed(seed, &fresh);
    memcpy(act.ally, s.a.ally, ALLY_BYTES);
    memcpy(act.old_site, s.a.log.site, SITE_BYTES);
    memcpy(act.site, fresh.pub, SITE_BYTES);
    core_act_do(s.w, 0, act);
    world_run(s.w, 30000);
    assert_int_equal(core_head_seq(s.w, 0, &s.a.log, NULL), 2);
    assert_int_equal(core_head_seq(s.w, 1, &s.a.log, NULL), 2);
    assert_false(listed(s.w, 1, "Titre 3"));
    for (size_t i = 0; i < 2; i++) {
        const struct peer *p = sync_peer_of(s.w->sites[i].core, s.a.log.site);
        assert_true(!p || !p->member);
    }
    /* The new key's log counts; it is the same ally's. */
    struct core_author next = s.a;
    next.key = fresh;
    next.log.incarnation = 5;
    memcpy(next.log.site, fresh.pub, SITE_BYTES);
    next.seq = 0;
    memset(next.prev, 0, HASH_BYTES);
    assert_int_equal(core_author_tell(&next, s.w, 1, 2, "Nouvelle clé", NULL), ERR_OK);
    world_run(s.w, 5000);
    assert_true(listed(s.w, 0, "Nouvelle clé"));
    world_stop(s.w, 2);
    core_agree(s.w);
    world_free(s.w);
}

/* The act was stored, and the machine went before anything came of it. */
static void a_crash_between_an_act_and_its_effect_is_made_up_for(void **state)
{
    (void)state;
    struct scene s;
    struct roster_act act = {.kind = ACT_SUSPEND}, read;
    struct arena arena = {0};
    bool fresh = false;
    open_scene(&s, 3);
    memcpy(act.ally, s.a.ally, ALLY_BYTES);
    struct buf carried = core_act(s.w, 0, act);
    assert_int_equal(roster_decode(buf_slice(&carried), &arena, &read), ERR_OK);
    assert_int_equal(rolls_put_act(s.w->sites[1].core->store, read.id, read.number, buf_slice(&carried), &fresh),
                     ERR_OK);
    assert_true(fresh);
    world_crash(s.w, 1);
    assert_int_equal(world_start(s.w, 1), ERR_OK);
    assert_int_equal(core_head_seq(s.w, 1, &s.a.log, NULL), 0);
    assert_false(listed(s.w, 1, "Titre 1"));
    core_agree(s.w);
    assert_heads(&s, 0);
    arena_fini(&arena);
    buf_fini(&carried);
    world_free(s.w);
}

/* ---- charters ---- */

static void drop_last(struct charter *c, void *ctx)
{
    const struct core_author *gone = ctx;
    struct charter_ally *allies = (struct charter_ally *)(uintptr_t)c->allies;
    size_t kept = 0;
    for (size_t i = 0; i < c->allies_n; i++)
        if (memcmp(allies[i].id, gone->ally, ALLY_BYTES) != 0)
            allies[kept++] = allies[i];
    c->allies_n = kept;
}

struct expulsion {
    const struct core_author *gone;
    const struct head *cuts;
    size_t cuts_n;
};

static void expel(struct charter *c, void *ctx)
{
    const struct expulsion *x = ctx;
    drop_last(c, (void *)(uintptr_t)x->gone);
    c->cuts = x->cuts;
    c->cuts_n = x->cuts_n;
}

static void enact(struct world *w, const struct head *heads, size_t n, core_charter_change *change, void *ctx)
{
    struct buf charter = core_charter(w, 0, heads, n, change, ctx);
    uint64_t before = w->sites[0].core->authority.charter_number;
    assert_int_equal(core_charter_give(w, 0, buf_slice(&charter)), ERR_OK);
    assert_int_equal(w->sites[0].core->authority.charter_number, before + 1);
    buf_fini(&charter);
}

static void an_expelled_ally_counts_up_to_its_cuts_and_its_records_are_read_only(void **state)
{
    (void)state;
    struct scene s;
    struct head heads[2];
    char id[64];
    open_scene(&s, 3);
    enact(s.w, NULL, 0, NULL, NULL); /* all ratified */
    core_agree(s.w);
    heads_of(&s, 2, heads);
    struct expulsion x = {&s.a, heads, 2};
    enact(s.w, NULL, 0, expel, &x);
    world_run(s.w, 20000);
    world_stop(s.w, 2);
    core_agree(s.w);
    assert_heads(&s, 2);
    assert_listed(&s, "Titre 3", false);
    assert_listed(&s, "Titre 2", true);
    core_author_record(&s.a, 2, id);
    world_refused(s.w, 1, "record.edit", json_pack("{s:s, s:{s:s}}", "id", id, "set", "title", "Mien"), "not_ours");
    world_free(s.w);
}

struct role_change {
    uint8_t ally[ALLY_BYTES];
};

static void other_secretariat(struct charter *c, void *ctx)
{
    const struct role_change *x = ctx;
    struct charter_role *roles = (struct charter_role *)(uintptr_t)c->roles;
    for (size_t i = 0; i < c->roles_n; i++)
        if (slice_equal(roles[i].role, slice_text(ROLE_SECRETARIAT)))
            memcpy(roles[i].ally, x->ally, ALLY_BYTES);
}

static bool adopted(struct world *w, size_t at, const char *id)
{
    json_t *r = world_do(w, at, "concept.show", json_pack("{s:s}", "id", id));
    bool yes = strcmp(json_string_value(json_object_get(r, "status")), "adopted") == 0;
    json_decref(r);
    return yes;
}

static void propose(struct world *w, size_t at, const char *label, char id[64])
{
    snprintf(id, 64, "http://atlas.test/%s", label);
    json_t *r = world_do(w, at, "concept.write",
                         json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}}}]}", "mode", "add", "concepts", "line", 1,
                                   "concept", "uri", id, "prefLabel", "fr", label));
    assert_int_equal(world_number(r, "added"), 1);
    json_decref(r);
}

/* What the old secretariat adopted under a checkpoint counts after it lost the role; what it adopts after that does not. */
static void a_role_is_judged_by_the_charter_that_covers_the_commit(void **state)
{
    (void)state;
    struct world *w = world_alliance(72, 3);
    char early[64], late[64];
    struct log_head own = {0};
    propose(w, 1, "avant", early);
    propose(w, 1, "apres", late);
    core_agree(w);
    json_decref(world_do(w, 0, "concept.adopt", json_pack("{s:s}", "id", early)));
    core_agree(w);
    assert_true(adopted(w, 1, early));
    struct log_id log = {.incarnation = w->sites[0].core->own[0].row.incarnation};
    memcpy(log.site, w->sites[0].core->own[0].key.pub, SITE_BYTES);
    assert_int_equal(oplog_head(w->sites[0].core->store, &log, &own), ERR_OK);
    struct head head = {.log = log, .seq = own.seq};
    memcpy(head.id, own.id, HASH_BYTES);
    /* Cut off from the others, it adopts once more without knowing the charter. */
    world_block(w, 0, 1, true);
    world_block(w, 0, 2, true);
    json_decref(world_do(w, 0, "concept.adopt", json_pack("{s:s}", "id", late)));
    struct role_change x;
    memcpy(x.ally, authority_ally_of(&w->sites[1].core->authority, w->sites[1].core->own[0].key.pub)->id, ALLY_BYTES);
    struct buf charter = core_charter(w, 1, &head, 1, other_secretariat, &x);
    assert_int_equal(core_charter_give(w, 1, buf_slice(&charter)), ERR_OK);
    assert_int_equal(w->sites[1].core->authority.charter_number, 1);
    world_heal(w);
    core_agree(w);
    for (size_t i = 0; i < 3; i++) {
        assert_true(adopted(w, i, early));
        assert_false(adopted(w, i, late));
    }
    buf_fini(&charter);
    world_free(w);
}

/* Promise 5: one document that nobody vouches for must not stop the others that came with it. */
static void an_act_of_no_registrar_stops_nothing(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, 2);
    struct core *c = s.w->sites[1].core;
    struct roster_act checkpoint = {.kind = ACT_CHECKPOINT};
    struct head head = core_head(&s.a);
    checkpoint.heads = &head;
    checkpoint.heads_n = 1;
    struct buf good = core_act(s.w, 1, checkpoint), bad = core_act(s.w, 1, checkpoint);
    bad.at[bad.len - 1] ^= 1; /* of the signature */
    struct slice acts[] = {buf_slice(&bad), buf_slice(&good)};
    struct msg_charter m = {.acts = acts, .acts_n = 2};
    uint64_t before = c->authority.roster_number;
    bool news = false;
    arena_clear(&c->frame);
    assert_int_equal(charters_take(c, &m, &news), ERR_OK);
    assert_true(news);
    assert_int_equal(c->authority.roster_number, before + 1);
    assert_int_equal(world_noted(s.w, 1, "charter.passed"), 1);
    buf_fini(&good);
    buf_fini(&bad);
    world_free(s.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_suspension_rolls_back_on_every_site_and_lifting_restores_all),
        cmocka_unit_test(logs_that_a_suspension_does_not_name_are_cut_at_nothing),
        cmocka_unit_test(what_comes_beyond_a_cut_counts_nothing_in_any_order),
        cmocka_unit_test(a_site_that_was_away_cuts_what_it_wrote_meanwhile_and_has_it_again),
        cmocka_unit_test(an_act_whose_effect_failed_takes_it_as_soon_as_it_can),
        cmocka_unit_test(a_replaced_key_ends_at_its_cut_and_opens_no_session),
        cmocka_unit_test(a_crash_between_an_act_and_its_effect_is_made_up_for),
        cmocka_unit_test(an_expelled_ally_counts_up_to_its_cuts_and_its_records_are_read_only),
        cmocka_unit_test(an_act_of_no_registrar_stops_nothing),
        cmocka_unit_test(a_role_is_judged_by_the_charter_that_covers_the_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
