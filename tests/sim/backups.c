/*
 * Backups made beside a running daemon, and what is made of them: into the old directory, into an empty one, or with the key alone.
 */
#include "tests/sim/sim.h"

#include "daemon/core/backup.h"
#include "daemon/core/recover.h"
#include "protocol/base/base32.h"
#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct wall wall_of(const struct sim *s, size_t at)
{
    return (struct wall){WORLD_START_MS + s->w->now + s->w->sites[at].skew_ms};
}

void backups_make(struct sim *s, size_t at)
{
    struct sim_site *x = &s->sites[at];
    struct why why = {0};
    json_t *facts = NULL;
    char path[160];
    snprintf(path, sizeof path, "%s/backup-%u", s->w->root, ++s->w->copies);
    struct backup_options o = {
        .dir = s->w->sites[at].dir, .path = path, .with_keys = sim_one_in(s, 2), .now = wall_of(s, at)};
    err_t e = backup_make(&o, &facts, &why);
    sim_say(s, "backup at %s: %s %s", s->w->sites[at].name, err_name(e), why.text);
    json_decref(facts);
    if (e && !x->faulty && !x->disk->frozen)
        fail_msg("no backup at %s: %s %s", s->w->sites[at].name, err_name(e), why.text);
    if (!e)
        snprintf(x->backups[x->backups_n++ % 2], sizeof *x->backups, "%s", path);
    if (!e)
        s->counts->backups++;
    s->w->after(s->w->after_ctx, at);
}

/* ---- what is needed besides ---- */

static void take_peers(struct sim *s, size_t at, struct keytext *k)
{
    for (size_t i = 0; i < s->w->sites_n; i++) {
        const struct core *c = s->w->sites[i].core;
        if (i == at || !c || memcmp(c->own[0].key.pub, s->w->sites[at].core->own[0].key.pub, SITE_BYTES) == 0)
            continue;
        struct keytext_peer *peer = &k->peers[k->peers_n++];
        memcpy(peer->site, c->own[0].key.pub, SITE_BYTES);
        snprintf(peer->address, sizeof peer->address, "%s.test:5670", s->w->sites[i].name);
    }
}

struct keytext backups_key_of(struct sim *s, size_t at)
{
    struct keytext k;
    struct why why = {0};
    const struct core *c = s->w->sites[at].core;
    assert_int_equal(recover_keys(s->w->sites[at].dir, NULL, c->is_registrar, &k, &why), ERR_OK);
    memcpy(k.alliance, c->authority.alliance, ALLIANCE_BYTES);
    k.has_alliance = true;
    take_peers(s, at, &k);
    return k;
}

static void empty_dir(const struct sim *s, size_t at)
{
    store_fixture_remove_tree(s->w->sites[at].dir);
    assert_int_equal(mkdir(s->w->sites[at].dir, 0700), 0);
}

static void must(err_t e, const char *what, const struct why *why)
{
    if (e)
        fail_msg("%s: %s %s", what, err_name(e), why->text);
}

static void put_back(const struct sim *s, size_t at, const char *backup, const char *dir)
{
    struct why why = {0};
    json_t *facts = NULL;
    setenv("RUNTIME_DIRECTORY", s->w->sites[at].machine, 1);
    struct backup_options o = {.dir = dir, .path = backup, .now = wall_of(s, at)};
    must(backup_restore(&o, &facts, &why), "restore", &why);
    json_decref(facts);
}

static void give_key(const struct sim *s, size_t at, const struct keytext *k)
{
    struct why why = {0};
    bool fresh = false;
    must(recover_give(s->w->sites[at].dir, k, &fresh, &why), "key import", &why);
}

/* ---- going back ---- */

bool backups_all_up(const struct sim *s)
{
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (!s->sites[i].played && (!s->w->sites[i].core || !s->w->sites[i].core->founded))
            return false;
    return true;
}

/* What the backup holds is looked up in a directory made of it. */
static void forget_lost(struct sim *s, size_t at, const char *backup)
{
    char look[160];
    snprintf(look, sizeof look, "%s/look-backup", s->w->root);
    assert_int_equal(mkdir(look, 0700), 0);
    put_back(s, at, backup, look);
    check_before_restore(s, at, look);
    store_fixture_remove_tree(look);
}

void backups_key_alone(struct sim *s, size_t at, const struct keytext *k)
{
    struct why why = {0};
    check_before_restore(s, at, NULL);
    faults_fall(s, at, true);
    empty_dir(s, at);
    setenv("RUNTIME_DIRECTORY", s->w->sites[at].machine, 1);
    must(recover_found(s->w->sites[at].dir, k, &why), "a site out of its key", &why);
    fault_disk_forget(s->sites[at].disk);
    s->counts->key_alone++;
}

void backups_restore(struct sim *s, size_t at)
{
    struct sim_site *x = &s->sites[at];
    if (!backups_all_up(s) || x->faulty || x->disk->freeze_at)
        return;
    if (!x->backups_n && !sim_one_in(s, 4)) {
        backups_make(s, at);
        return;
    }
    struct keytext k = backups_key_of(s, at);
    const char *backup = x->backups_n ? x->backups[sim_random(s, x->backups_n < 2 ? 1 : 2)] : NULL;
    bool old = sim_one_in(s, 2);
    sim_say(s, "%s goes back to %s", s->w->sites[at].name, backup ? backup : "its key alone");
    if (!backup || sim_one_in(s, 4)) {
        backups_key_alone(s, at, &k);
    } else {
        forget_lost(s, at, backup);
        faults_fall(s, at, sim_one_in(s, 2));
        if (!old)
            empty_dir(s, at);
        put_back(s, at, backup, s->w->sites[at].dir);
        give_key(s, at, &k);
        s->counts->put_back++;
    }
    keytext_wipe(&k);
    fault_disk_forget(x->disk);
    x->up_at = s->w->now + 500;
}
