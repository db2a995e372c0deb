/*
 * Every row of problems.def, brought about by what a site meets, and told in both languages with who can mend it and the next command; the last test fails where a row has none.
 */
#include "daemon/core/problems.h"
#include "daemon/core/backup.h"
#include "daemon/core/beacons.h"
#include "daemon/core/found.h"
#include "daemon/core/recover.h"
#include "daemon/core/sync.h"
#include "daemon/core/upkeep.h"
#include "tests/help/core_acts.h"
#include "tests/help/core_erasing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static bool seen[PROBLEM_COUNT];

/* ---- what status says ---- */

static json_t *status_in(struct world *w, size_t at, const char *lang)
{
    char request[80];
    struct world_site *s = &w->sites[at];
    snprintf(request, sizeof request, "{\"do\":\"status\",\"lang\":\"%s\",\"args\":{}}", lang);
    json_decref(s->answer);
    s->answer = NULL;
    core_request(s->core, slice_text("test"), slice_text(request));
    json_t *result = json_incref(json_object_get(s->answer, "result"));
    json_decref(s->answer);
    s->answer = NULL;
    assert_non_null(result);
    return result;
}

static const json_t *find(const json_t *status, enum problem id)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(status, "problems"), i, one)
    {
        const char *name = json_string_value(json_object_get(one, "problem"));
        if (name && strcmp(name, problem_name(id)) == 0)
            return one;
    }
    return NULL;
}

static const char *text_of(const json_t *problem, const char *key)
{
    const char *text = json_string_value(json_object_get(problem, key));
    assert_non_null(text);
    return text;
}

/* Whole in both languages, and not in one of them twice. */
static void check_words(const json_t *en, const json_t *fr, enum problem id)
{
    static const char *const keys[] = {"text", "action"};
    char code[32];
    snprintf(code, sizeof code, "ALLIED-%d", err_number(problem_err(id)));
    assert_string_equal(text_of(en, "code"), code);
    assert_string_equal(text_of(en, "name"), err_name(problem_err(id)));
    for (size_t i = 0; i < 2; i++) {
        assert_true(*text_of(en, keys[i]) && *text_of(fr, keys[i]));
        assert_string_not_equal(text_of(en, keys[i]), text_of(fr, keys[i]));
        assert_null(strstr(text_of(en, keys[i]), "{1}"));
        assert_null(strstr(text_of(fr, keys[i]), "{1}"));
    }
    assert_true(*text_of(en, "who") && *text_of(fr, "who"));
    assert_string_equal(text_of(en, "role"), text_of(fr, "role"));
    assert_true(strcmp(text_of(en, "role"), "other") == 0 || strcmp(text_of(en, "who"), text_of(fr, "who")) != 0);
    if (getenv("SHOW_PROBLEMS"))
        for (int i = 0; i < 2; i++) {
            const json_t *p = i ? fr : en;
            printf("%-9s %s %s: %s\n          → %s (%s)\n", i ? "" : text_of(p, "level"), code, text_of(p, "text"),
                   text_of(p, "detail"), text_of(p, "action"), text_of(p, "who"));
        }
}

/* The problem is there; `detail` is a part of its detail. */
static void told(struct world *w, size_t at, enum problem id, const char *detail)
{
    json_t *en = status_in(w, at, "en"), *fr = status_in(w, at, "fr");
    const json_t *one = find(en, id);
    if (!one)
        fail_msg("%s is not told: %s", problem_name(id), json_dumps(json_object_get(en, "problems"), 0));
    if (!strstr(text_of(one, "detail"), detail))
        fail_msg("%s: %s is not in %s", problem_name(id), detail, text_of(one, "detail"));
    check_words(one, find(fr, id), id);
    /* What only asks for care leaves the state alone. */
    bool degrades = strcmp(text_of(one, "level"), "degraded") == 0;
    if (degrades)
        assert_string_not_equal(json_string_value(json_object_get(en, "state")), "ok");
    json_decref(en);
    json_decref(fr);
    seen[id] = true;
}

static void not_told(struct world *w, size_t at, enum problem id)
{
    json_t *en = status_in(w, at, "en");
    assert_null(find(en, id));
    json_decref(en);
}

/* ---- this daemon and its machine ---- */

static struct backup_options to(const struct world *w, size_t at, const char *path)
{
    return (struct backup_options){.dir = w->sites[at].dir,
                                   .path = path,
                                   .with_keys = true,
                                   .now = {WORLD_START_MS + w->now + w->sites[at].skew_ms}};
}

static void back_up(struct world *w, size_t at, char path[160])
{
    json_t *facts = NULL;
    struct why why = {0};
    snprintf(path, 160, "%s/backup-%d", w->root, (int)w->copies++);
    struct backup_options o = to(w, at, path);
    assert_int_equal(backup_make(&o, &facts, &why), ERR_OK);
    json_decref(facts);
}

static void little_room(void *ctx, const char *dir, uint64_t *free_bytes, uint64_t *total_bytes)
{
    (void)ctx, (void)dir;
    *free_bytes = 199999999;
    *total_bytes = 1000000000;
}

static void a_machine_that_needs_care_is_told_and_is_not_degraded(void **state)
{
    (void)state;
    struct world *w = world_alliance(801, 1);
    struct core *c = w->sites[0].core;
    char path[160], text[40];
    world_status_is(w, 0, "state", "ok");
    c->min_free_bytes = 200000000;
    not_told(w, 0, PROBLEM_DISK_LOW); /* nothing is known of the disk */
    c->env.disk = little_room;
    told(w, 0, PROBLEM_DISK_LOW, "199 MB");
    world_status_is(w, 0, "state", "ok");
    c->min_free_bytes = 199000000;
    not_told(w, 0, PROBLEM_DISK_LOW);
    /* It counts from the first commit, then from the last backup. */
    w->sites[0].skew_ms = (BACKUP_OLD_DAYS - 1) * CLOCK_DAY_MS;
    not_told(w, 0, PROBLEM_BACKUP_OLD);
    world_status_is(w, 0, "backup_at", "");
    w->sites[0].skew_ms += 2 * CLOCK_DAY_MS;
    told(w, 0, PROBLEM_BACKUP_OLD, "");
    back_up(w, 0, path);
    not_told(w, 0, PROBLEM_BACKUP_OLD);
    rfc3339_format(to(w, 0, path).now, text);
    world_status_is(w, 0, "backup_at", text);
    w->sites[0].skew_ms += (BACKUP_OLD_DAYS + 1) * CLOCK_DAY_MS;
    told(w, 0, PROBLEM_BACKUP_OLD, text);
    world_free(w);
}

static void a_clock_that_was_set_wrong_is_told_by_what_it_wrote(void **state)
{
    (void)state;
    struct world *w = world_alliance(802, 2);
    w->sites[0].skew_ms = CLOCK_OFF_MS / 2;
    world_record(w, 0, "Un", "Un", NULL);
    world_run(w, 1000);
    not_told(w, 1, PROBLEM_CLOCK_APART);
    w->sites[0].skew_ms = 3600000;
    world_record(w, 0, "Deux", "Deux", NULL);
    world_run(w, 1000);
    not_told(w, 0, PROBLEM_CLOCK_BACK);
    told(w, 1, PROBLEM_CLOCK_APART, w->sites[0].name);
    w->sites[0].skew_ms = 0;
    told(w, 0, PROBLEM_CLOCK_BACK, "3599");
    not_told(w, 0, PROBLEM_CLOCK_APART); /* one clock, told once */
    world_free(w);
}

static struct world *with_beacons(uint64_t seed, size_t n)
{
    struct world *w = world_alliance(seed, n);
    w->beacons = true;
    for (size_t i = 0; i < n; i++) {
        world_stop(w, i);
        assert_int_equal(world_start(w, i), ERR_OK);
    }
    assert_true(world_settle(w, 30000));
    return w;
}

static void whose_clock_is_wrong_is_told_by_most_others(void **state)
{
    (void)state;
    struct world *w = with_beacons(819, 3);
    world_stop(w, 1);
    w->sites[1].skew_ms = 2 * CLOCK_OFF_MS;
    assert_int_equal(world_start(w, 1), ERR_OK);
    world_run(w, 180000);
    told(w, 1, PROBLEM_CLOCK_OFF, " s");
    not_told(w, 1, PROBLEM_CLOCK_APART); /* theirs are right */
    told(w, 0, PROBLEM_CLOCK_APART, w->sites[1].name);
    not_told(w, 0, PROBLEM_CLOCK_OFF);
    world_free(w);
}

static void how_other_sites_are_is_told_and_no_trouble_of_ones_own(void **state)
{
    (void)state;
    struct world *w = with_beacons(820, 3);
    for (size_t i = 0; i < 3; i++)
        w->sites[i].core->alert_after_ms = 3600000;
    core_index_is(w->sites[1].core, ERR_DISK_FULL);
    world_run(w, 120000);
    told(w, 0, PROBLEM_SITE_TROUBLE, "searching is not possible");
    not_told(w, 2, PROBLEM_SITE_TROUBLE); /* who looks after all is the secretariat */
    world_status_is(w, 0, "state", "ok");
    const struct beacon_row *own = beacons_of(w->sites[0].core, core_own(w->sites[0].core)->key.pub);
    assert_int_equal(own->said.problems_n, 0);
    core_index_is(w->sites[1].core, ERR_OK);
    world_run(w, 120000);
    not_told(w, 0, PROBLEM_SITE_TROUBLE);
    world_stop(w, 2);
    world_run(w, 3000000);
    not_told(w, 0, PROBLEM_SITE_SILENT);
    world_run(w, 900000);
    told(w, 0, PROBLEM_SITE_SILENT, w->sites[2].name);
    world_free(w);
}

static void a_daemon_that_is_not_there_or_not_whole_is_told(void **state)
{
    (void)state;
    struct world *w = world_alliance(803, 1);
    char path[200];
    core_index_is(w->sites[0].core, ERR_DISK_FULL);
    told(w, 0, PROBLEM_NO_INDEX, "disk");
    core_index_is(w->sites[0].core, ERR_OK);
    not_told(w, 0, PROBLEM_NO_INDEX);
    world_stop(w, 0);
    snprintf(path, sizeof path, "%s/keys/registrar.key", w->sites[0].dir);
    assert_int_equal(unlink(path), 0);
    world_open(w, 0);
    told(w, 0, PROBLEM_STOPPED, "");
    told(w, 0, PROBLEM_KEY_REGISTRAR, "registrar.key");
    world_free(w);
}

static void two_daemons_with_one_key_are_told(void **state)
{
    (void)state;
    struct world *w = world_alliance(804, 2);
    world_run(w, 60000);
    size_t clone = world_clone(w, 1, true, false);
    assert_int_equal(world_start(w, clone), ERR_OK);
    world_run(w, 145000);
    told(w, 1, PROBLEM_TWIN, "");
    world_free(w);
}

static void a_restored_registrar_says_that_it_has_not_compared_itself_yet(void **state)
{
    (void)state;
    struct world *w = world_alliance(805, 2);
    struct why why = {0};
    json_t *facts = NULL;
    char path[160];
    int lock = -1;
    back_up(w, 0, path);
    world_stop(w, 0);
    world_block(w, 0, 1, true);
    assert_int_equal(found_lock(w->sites[0].dir, &lock, &why), ERR_OK);
    struct backup_options o = to(w, 0, path);
    setenv("RUNTIME_DIRECTORY", w->sites[0].machine, 1);
    assert_int_equal(backup_restore(&o, &facts, &why), ERR_OK);
    json_decref(facts);
    close(lock);
    assert_int_equal(world_start(w, 0), ERR_OK);
    told(w, 0, PROBLEM_RESTORED, "");
    world_block(w, 0, 1, false);
    assert_true(world_settle(w, 120000));
    not_told(w, 0, PROBLEM_RESTORED);
    world_free(w);
}

static void a_site_that_is_a_key_alone_looks_for_somebody(void **state)
{
    (void)state;
    struct world *w = world_alliance(806, 2);
    struct keytext k;
    struct why why = {0};
    size_t at = world_add(w, "seule");
    assert_int_equal(recover_keys(w->sites[1].dir, NULL, false, &k, &why), ERR_OK);
    memcpy(k.alliance, w->sites[0].core->authority.alliance, ALLIANCE_BYTES);
    k.has_alliance = true;
    k.peers_n = 1;
    memcpy(k.peers[0].site, core_own(w->sites[0].core)->key.pub, SITE_BYTES);
    snprintf(k.peers[0].address, sizeof k.peers[0].address, "nulle-part.test:5670");
    world_stop(w, 1);
    setenv("RUNTIME_DIRECTORY", w->sites[at].machine, 1);
    assert_int_equal(recover_found(w->sites[at].dir, &k, &why), ERR_OK);
    assert_int_equal(world_start(w, at), ERR_OK);
    world_run(w, 2000);
    told(w, at, PROBLEM_RECOVERING, "nulle-part.test:5670");
    world_free(w);
}

/* ---- frames of the test's own ---- */

static struct peer *peer_of(struct world *w, size_t at, size_t other)
{
    struct core *c = w->sites[at].core;
    const uint8_t *site = core_own(w->sites[other].core)->key.pub;
    for (size_t i = 0; i < c->peers_n; i++)
        if (c->peers[i].has_site && memcmp(c->peers[i].site, site, SITE_BYTES) == 0)
            return &c->peers[i];
    return NULL;
}

static void say(struct world *w, size_t at, uint64_t link, const struct msg *m)
{
    struct buf b;
    buf_init(&b, LIMIT_MESSAGE_BYTES);
    assert_int_equal(msg_encode(m, &b), ERR_OK);
    core_frame(w->sites[at].core, link, buf_slice(&b));
    buf_fini(&b);
}

static void say_welcome(struct world *w, size_t at, uint64_t link, err_t e, const char *detail)
{
    say(w, at, link,
        &(struct msg){
            .type = MSG_WELCOME, .welcome = {.code = slice_text(err_name(e)), .detail = slice_text(detail)}
    });
}

/* A link that `at` opened to the other one, with its session. */
static uint64_t outgoing(struct world *w, size_t at, size_t other)
{
    for (int ms = 0; ms < 300000; ms++) {
        const struct peer *p = peer_of(w, at, other);
        if (p && p->outgoing && p->hello)
            return p->link;
        if (p && !p->outgoing)
            world_cut(w, at, other);
        world_run(w, 1);
    }
    fail_msg("no link");
    return 0;
}

/* ---- coming in ---- */

static void what_the_inviter_says_is_told(void **state)
{
    (void)state;
    static const struct {
        err_t said;
        enum problem told;
        const char *detail, *in;
    } rows[] = {
        {ERR_WAITING,        PROBLEM_WAITING,        "Citego", "Citego"                        },
        {ERR_WAITING,        PROBLEM_WAITING,        "",       ""                              },
        {ERR_RESTORED,       PROBLEM_WAITING,        "Citego", "was restored"                  },
        {ERR_ASK_FULL,       PROBLEM_ASK_FULL,       "Citego", "Citego"                        },
        {ERR_CONFIRM,        PROBLEM_CONFIRM,        "Citego", "-"                             },
        {ERR_INVITE_UNKNOWN, PROBLEM_INVITE_UNKNOWN, "",       ""                              },
        {ERR_INVITE_USED,    PROBLEM_INVITE_USED,    "voleur", "voleur"                        },
        {ERR_INVITE_EXPIRED, PROBLEM_INVITE_EXPIRED, "",       ""                              },
        {ERR_ASK_REFUSED,    PROBLEM_REFUSED,        "Citego", "Citego"                        },
        {ERR_ALLY_KNOWN,     PROBLEM_REFUSED,        "beta",   "beta: an ally already has this"},
    };
    struct world *w = world_alliance(807, 1);
    char *code = world_invite(w, "beta", 3600);
    size_t at = world_newcomer(w, "beta", code);
    struct core *c = w->sites[at].core;
    for (int ms = 0; ms < 5000 && !(c->peers_n && c->peers[0].joined_asked); ms++)
        world_run(w, 1);
    assert_true(c->joining && c->peers_n == 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        say_welcome(w, at, c->peers[0].link, rows[i].said, rows[i].detail);
        told(w, at, rows[i].told, rows[i].in);
    }
    free(code);
    world_free(w);
}

static void of_a_hosted_site_that_is_not_in_yet_its_name_is_told(void **state)
{
    (void)state;
    struct world *w = world_alliance(808, 2);
    char *code = world_invite(w, "gamma", 3600);
    struct core *c = w->sites[1].core;
    json_decref(
        world_do(w, 1, "site.add", json_pack("{s:s, s:s, s:s}", "ally", "gamma", "name", "gamma", "code", code)));
    told(w, 1, PROBLEM_HOSTED_WAITING, "gamma");
    struct peer *p = peer_of(w, 1, 0);
    assert_true(p && p->join_out);
    say_welcome(w, 1, p->link, ERR_CONFIRM, "alpha");
    told(w, 1, PROBLEM_HOSTED_CONFIRM, "gamma: ");
    p->join_out = true; /* asked again */
    say_welcome(w, 1, p->link, ERR_INVITE_EXPIRED, "");
    assert_int_equal(c->own[1].join_error, ERR_INVITE_EXPIRED);
    told(w, 1, PROBLEM_HOSTED_REFUSED, "gamma: this invitation has expired");
    free(code);
    world_free(w);
}

/* ---- keys and standing ---- */

static void a_new_key_that_waits_or_is_refused_is_told(void **state)
{
    (void)state;
    struct world *w = world_alliance(809, 3);
    world_block(w, 0, 1, true);
    world_stop(w, 0);
    json_decref(world_do(w, 1, "key.rotate", NULL));
    world_run(w, 1000);
    told(w, 1, PROBLEM_KEY_WAITING, w->sites[0].name);
    struct peer *p = peer_of(w, 1, 2);
    assert_non_null(p);
    if (!p->joins_open) { /* it has said that it keeps the request: asked again */
        world_cut(w, 1, 2);
        for (int ms = 0; ms < 60000 && !((p = peer_of(w, 1, 2)) && p->joins_open); ms++)
            world_run(w, 1);
    }
    say_welcome(w, 1, p->link, ERR_SUSPENDED, "");
    told(w, 1, PROBLEM_KEY_REFUSED, "suspended");
    world_free(w);
}

static void who_may_not_write_any_more_is_told_why(void **state)
{
    (void)state;
    struct world *w = world_alliance(810, 3);
    json_decref(world_do(w, 0, "ally.suspend", json_pack("{s:s, s:s}", "ally", w->sites[1].name, "reason", "r")));
    world_run(w, 2000);
    told(w, 1, PROBLEM_SUSPENDED, "");
    json_t *r = world_do(w, 0, "ally.cut", json_pack("{s:s}", "ally", w->sites[2].name));
    world_run(w, 1000);
    json_decref(world_do(w, 1, "charter.sign", json_pack("{s:O}", "id", json_object_get(r, "id"))));
    json_decref(r);
    world_run(w, 60000);
    told(w, 2, PROBLEM_ENDED, "");
    world_free(w);
}

/* ---- what the alliance holds ---- */

static void what_is_wrong_with_the_logs_is_told(void **state)
{
    (void)state;
    struct world *w = world_alliance(811, 4);
    struct core_author a, fork, hole;
    struct core_twist bad = {.prev = true, .aside = true}, not_held = {.body = 3};
    core_author_init(&a, w, 3, 77);
    core_author_init(&hole, w, 3, 78);
    world_stop(w, 3);
    assert_int_equal(core_author_tell(&a, w, 0, 1, "Un", NULL), ERR_OK);
    (void)core_author_tell(&a, w, 0, 2, "Deux", &bad);
    told(w, 0, PROBLEM_LOG_HELD, "1");
    fork = a;
    assert_int_equal(core_author_tell(&a, w, 0, 2, "A", NULL), ERR_OK);
    (void)core_author_tell(&fork, w, 0, 2, "B", NULL);
    world_run(w, 5000);
    told(w, 0, PROBLEM_FORK, w->sites[3].name);
    assert_int_equal(core_author_tell(&hole, w, 0, 3, "Trou", &not_held), ERR_OK);
    told(w, 0, PROBLEM_HOLE, "1");
    world_free(w);
}

static void an_erasure_names_who_has_not_erased_yet(void **state)
{
    (void)state;
    struct world *w = with_beacons(812, 4);
    char id[64];
    struct dot dot = erasing_write(w, 1, id);
    assert_true(world_settle(w, 10000));
    world_stop(w, 2);
    erasing_ask(w, 1, dot);
    world_run(w, 5000);
    told(w, 0, PROBLEM_ERASE_WAITING, w->sites[2].name);
    world_run(w, 120000);
    not_told(w, 0, PROBLEM_SITE_TROUBLE); /* the others wait as well: none of them is to be asked */
    world_free(w);
}

static void name_it(struct charter *c, void *ctx)
{
    c->name = slice_text(ctx);
}

static void what_contradicts_itself_is_told(void **state)
{
    (void)state;
    struct world *w = world_alliance(813, 3);
    struct core_author beta, gamma;
    core_author_init(&beta, w, 1, 5);
    core_author_init(&gamma, w, 2, 5);
    struct roster_act acts[2] = {{.kind = ACT_SUSPEND}, {.kind = ACT_SUSPEND}};
    memcpy(acts[0].ally, beta.ally, ALLY_BYTES);
    memcpy(acts[1].ally, gamma.ally, ALLY_BYTES);
    struct buf one = core_act(w, 0, acts[0]), other = core_act(w, 0, acts[1]);
    (void)core_act_give(w, 0, buf_slice(&one));
    (void)core_act_give(w, 0, buf_slice(&other));
    told(w, 0, PROBLEM_CHARTER_VOIDS, "");
    buf_fini(&one);
    buf_fini(&other);
    world_free(w);

    char un[] = "Un", deux[] = "Deux";
    w = world_alliance(814, 3);
    one = core_charter(w, 0, NULL, 0, name_it, un);
    other = core_charter(w, 0, NULL, 0, name_it, deux);
    (void)core_charter_give(w, 0, buf_slice(&one));
    (void)core_charter_give(w, 0, buf_slice(&other));
    told(w, 0, PROBLEM_CHARTER_RIVALS, "1");
    buf_fini(&one);
    buf_fini(&other);
    world_free(w);
}

static void who_makes_others_keep_too_much_is_named(void **state)
{
    (void)state;
    struct world *w = world_alliance(815, 2);
    uint8_t id[HASH_BYTES] = {0};
    for (uint8_t n = 1; n <= 2 * LIMIT_PROMISES_UNSEEN; n++) {
        id[0] = n;
        core_promise_give(w, 0, &core_own(w->sites[1].core)->key, id);
    }
    told(w, 0, PROBLEM_FLOOD, w->sites[1].name);
    world_free(w);
}

/* ---- peers ---- */

static void why_a_peer_is_not_reached_is_told(void **state)
{
    (void)state;
    static const struct {
        err_t why;
        enum problem told;
        const char *detail;
    } rows[] = {
        {ERR_UNREACHABLE, PROBLEM_PEER_UNREACHABLE, ""                                     },
        {ERR_TIMEOUT,     PROBLEM_PEER_SILENT,      ""                                     },
        {ERR_ADDRESS,     PROBLEM_PEER_ADDRESS,     ""                                     },
        {ERR_CERTIFICATE, PROBLEM_PEER_CERTIFICATE, ""                                     },
        {ERR_MEMORY,      PROBLEM_PEER_MEMORY,      ""                                     },
        {ERR_DISK_FULL,   PROBLEM_PEER_DISK_FULL,   ""                                     },
        {ERR_TOO_LARGE,   PROBLEM_PEER_PROTOCOL,    ": more bytes than the protocol allows"},
    };
    struct world *w = world_alliance(816, 2);
    char detail[120];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        core_link_down(w->sites[0].core, outgoing(w, 0, 1), rows[i].why);
        snprintf(detail, sizeof detail, "%s%s", w->sites[1].name, rows[i].detail);
        told(w, 0, rows[i].told, detail);
    }
    world_free(w);
}

static void a_stranger_at_a_peers_address_is_told(void **state)
{
    (void)state;
    struct world *w = world_alliance(818, 2);
    char name[24];
    memcpy(name, w->sites[1].name, sizeof name);
    world_stop(w, 1);
    snprintf(w->sites[1].name, sizeof w->sites[1].name, "moved");
    size_t stranger = world_add(w, "stranger");
    memcpy(w->sites[stranger].name, name, sizeof name);
    world_found(w, stranger);
    assert_int_equal(world_start(w, stranger), ERR_OK);
    world_run(w, 20000);
    told(w, 0, PROBLEM_PEER_KEY, name);
    world_free(w);
}

static void what_a_peer_has_against_us_is_told(void **state)
{
    (void)state;
    static const struct {
        err_t said;
        enum problem told;
    } rows[] = {
        {ERR_STANDING, PROBLEM_PEER_STANDING   },
        {ERR_ALLIANCE, PROBLEM_PEER_ALLIANCE   },
        {ERR_VERSION,  PROBLEM_PEER_VERSION    },
        {ERR_INTERNAL, PROBLEM_PEER_UNREACHABLE},
    };
    struct world *w = world_alliance(817, 2);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        say(w, 0, outgoing(w, 0, 1),
            &(struct msg){
                .type = MSG_BYE, .bye = {.code = slice_text(err_name(rows[i].said)), .reason = slice_text("x")}
        });
        told(w, 0, rows[i].told, w->sites[1].name);
    }
    world_free(w);
}

/* ---- the table ---- */

static void no_row_is_without_its_test_and_no_two_have_one_name(void **state)
{
    (void)state;
    for (enum problem a = 0; a < PROBLEM_COUNT; a++) {
        if (!seen[a])
            fail_msg("no test brings %s about", problem_name(a));
        for (enum problem b = 0; b < a; b++)
            assert_string_not_equal(problem_name(a), problem_name(b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_that_needs_care_is_told_and_is_not_degraded),
        cmocka_unit_test(a_clock_that_was_set_wrong_is_told_by_what_it_wrote),
        cmocka_unit_test(whose_clock_is_wrong_is_told_by_most_others),
        cmocka_unit_test(how_other_sites_are_is_told_and_no_trouble_of_ones_own),
        cmocka_unit_test(a_daemon_that_is_not_there_or_not_whole_is_told),
        cmocka_unit_test(two_daemons_with_one_key_are_told),
        cmocka_unit_test(a_restored_registrar_says_that_it_has_not_compared_itself_yet),
        cmocka_unit_test(a_site_that_is_a_key_alone_looks_for_somebody),
        cmocka_unit_test(what_the_inviter_says_is_told),
        cmocka_unit_test(of_a_hosted_site_that_is_not_in_yet_its_name_is_told),
        cmocka_unit_test(a_new_key_that_waits_or_is_refused_is_told),
        cmocka_unit_test(who_may_not_write_any_more_is_told_why),
        cmocka_unit_test(what_is_wrong_with_the_logs_is_told),
        cmocka_unit_test(an_erasure_names_who_has_not_erased_yet),
        cmocka_unit_test(what_contradicts_itself_is_told),
        cmocka_unit_test(who_makes_others_keep_too_much_is_named),
        cmocka_unit_test(why_a_peer_is_not_reached_is_told),
        cmocka_unit_test(a_stranger_at_a_peers_address_is_told),
        cmocka_unit_test(what_a_peer_has_against_us_is_told),
        cmocka_unit_test(no_row_is_without_its_test_and_no_two_have_one_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
