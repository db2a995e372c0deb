/*
 * problems: see problems.h.
 */
#include "daemon/core/problems.h"
#include "conf/tr.h"
#include "daemon/core/admit.h"
#include "daemon/core/flood.h"
#include "daemon/store/aside.h"
#include "daemon/core/joins.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/own.h"
#include "daemon/core/registrar.h"
#include "daemon/core/roster.h"
#include "daemon/core/upkeep.h"
#include "protocol/base/utf8.h"
#include <inttypes.h>
#include <stdio.h>

#define TEXT_BYTES 2048

/* ---- the table ---- */

enum who { YOU, SECRETARIAT, ITSELF, NAMED };
static const struct {
    const char *role, *text;
} whose[] = {
    [YOU] = {"you",         N_("you")                      },
    [SECRETARIAT] = {"secretariat", N_("the technical secretariat")},
    [ITSELF] = {"itself",      N_("allied, by itself")        },
    [NAMED] = {"other",       NULL                           },
};
static const char *const groups[] = {
    [PROBLEMS_HERE] = "here", [PROBLEMS_KEY] = "key",       [PROBLEMS_WRITING] = "writing",
    [PROBLEMS_LOGS] = "logs", [PROBLEMS_SITES] = "sites",   [PROBLEMS_ANSWER] = "answer",
    [PROBLEMS_WAIT] = "wait", [PROBLEMS_HOSTED] = "hosted", [PROBLEMS_PEER] = "peer"};
static const char *const levels[] = {[LEVEL_INFO] = "info", [LEVEL_WARNING] = "warning", [LEVEL_DEGRADED] = "degraded"};

static const struct row {
    err_t err;
    enum problem_group group;
    enum who who;
    enum problem_level level;
    const char *name, *next;
} rows[PROBLEM_COUNT] = {
#define X(id, err, group, who, level, name, next)                                                                      \
    [PROBLEM_##id] = {err, PROBLEMS_##group, who, LEVEL_##level, name, next},
    PROBLEMS(X)
#undef X
};

const char *problem_name(enum problem id)
{
    return rows[id].name;
}

err_t problem_err(enum problem id)
{
    return rows[id].err;
}

enum problem_level problems_level_of(int number)
{
    enum problem_level worst = LEVEL_INFO;
    bool known = false;
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        if (err_number(rows[i].err) != number)
            continue;
        worst = known && worst > rows[i].level ? worst : rows[i].level;
        known = true;
    }
    return known ? worst : LEVEL_DEGRADED;
}

bool problems_mends_itself(int number)
{
    bool itself = false;
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        if (err_number(rows[i].err) != number)
            continue;
        if (rows[i].who != ITSELF)
            return false;
        itself = true;
    }
    return itself;
}

/* ---- adding ---- */

void problems_init(struct problems *p, struct req *r, json_t *list)
{
    *p = (struct problems){.req = r, .list = list};
}

/* "{1}" becomes `value`. */
static json_t *filled(const char *sentence, const char *value)
{
    const char *place = strstr(sentence, "{1}");
    return place ? json_sprintf("%.*s%s%s", (int)(place - sentence), sentence, value, place + 3)
                 : json_string(sentence);
}

/* Behind those that are as bad. */
static void put_in_order(struct problems *p, enum problem_level level, json_t *one)
{
    size_t at = 0, n = json_array_size(p->list);
    while (at < n) {
        const char *other = json_string_value(json_object_get(json_array_get(p->list, at), "level"));
        enum problem_level found = LEVEL_DEGRADED;
        while (found > LEVEL_INFO && other && strcmp(levels[found], other) != 0)
            found--;
        if (found < level)
            break;
        at++;
    }
    json_array_insert_new(p->list, at, one);
    p->worst = p->n++ && p->worst > level ? p->worst : level;
}

void problems_add(struct problems *p, enum problem id, const char *name, const char *detail)
{
    const struct row *row = &rows[id];
    const char *lang = p->req->read.lang;
    enum who who = row->who == NAMED && !*name ? SECRETARIAT : row->who;
    json_t *one = json_object();
    say_put(one, "code", json_sprintf("ALLIED-%d", err_number(row->err)));
    say_put(one, "name", json_string(err_name(row->err)));
    say_put(one, "problem", json_string(row->name));
    say_put(one, "level", json_string(levels[row->level]));
    say_put(one, "of", json_string(groups[row->group]));
    say_put(one, "role", json_string(whose[who].role));
    say_put(one, "who", json_string(who == NAMED ? name : tr(lang, whose[who].text)));
    say_put(one, "text", json_string(tr(lang, err_what(row->err))));
    say_put(one, "detail", json_string(detail));
    say_put(one, "action", filled(tr(lang, row->next ? row->next : err_next(row->err)), name));
    put_in_order(p, row->level, one);
}

/* What has no row of its own is told by its sentence, behind whom or what it is about. */
void problems_add_err(struct problems *p, enum problem_group group, err_t e, const char *name, const char *detail)
{
    enum problem first = PROBLEM_COUNT, found = PROBLEM_COUNT;
    for (enum problem id = 0; id < PROBLEM_COUNT && found == PROBLEM_COUNT; id++) {
        if (rows[id].group != group)
            continue;
        first = first == PROBLEM_COUNT ? id : first;
        found = rows[id].err == e ? id : found;
    }
    if (found != PROBLEM_COUNT) {
        problems_add(p, found, name, detail);
        return;
    }
    struct buf text;
    const char *what = tr(p->req->read.lang, err_what(e));
    buf_init(&text, TEXT_BYTES);
    buf_printf(&text, "%s%s%s", detail, *detail ? ": " : "", what);
    problems_add(p, first, name, buf_text(&text) ? buf_text(&text) : detail);
    buf_fini(&text);
}

/* ---- those of the alliance ---- */

void problems_name(struct slice name, char *out, size_t size)
{
    size_t n = name.len < size ? name.len : size - 1;
    memcpy(out, name.at, n);
    out[n] = 0;
    utf8_drop_halves(out);
}

void problems_add_named(struct problems *p, enum problem id, struct slice name, uint64_t number, const char *unit)
{
    char text[120], detail[160];
    problems_name(name, text, sizeof text);
    snprintf(detail, sizeof detail, "%s, %" PRIu64 "%s", text, number, unit);
    problems_add(p, id, text, detail);
}

static void add_number(struct problems *p, enum problem id, uint64_t number, const char *unit)
{
    char detail[32];
    snprintf(detail, sizeof detail, "%" PRIu64 "%s", number, unit);
    problems_add(p, id, "", detail);
}

/* An erasure is done when all have said so: until then, by name, who has not. */
static void put_erasures(struct problems *p)
{
    json_t *list = json_array(), *one, *name;
    struct buf names;
    size_t open = 0, i, k;
    buf_init(&names, TEXT_BYTES);
    if (req_erasures_list(p->req, list, &open) == ERR_OK && open) {
        json_array_foreach(list, i, one) json_array_foreach(json_object_get(one, "waiting"), k, name)
        {
            const char *text = json_string_value(name);
            if (json_is_true(json_object_get(one, "counts")) && text && (!names.len || !strstr(buf_text(&names), text)))
                buf_printf(&names, "%s%s", names.len ? ", " : "", text);
        }
        problems_add(p, PROBLEM_ERASE_WAITING, "", buf_text(&names) ? buf_text(&names) : "");
    }
    buf_fini(&names);
    json_decref(list);
}

static void put_rivals(struct problems *p)
{
    const struct authority *a = &p->req->core->authority;
    if (a->rivals_n)
        add_number(p, PROBLEM_CHARTER_RIVALS, a->rivals[0].number, "");
}

/* Acts of the registrar that do not count. The next charter settles them: it says upon which act it builds. */
static void put_voids(struct problems *p)
{
    const struct authority *a = &p->req->core->authority;
    uint64_t settled = a->charters_n ? a->charters[a->charters_n - 1].roster_number : 0;
    for (size_t i = 0; i < a->voids_n; i++)
        if (a->voids[i].number > settled) {
            add_number(p, PROBLEM_CHARTER_VOIDS, a->voids[i].number, "");
            return;
        }
}

/* Who makes us keep more than we do. */
static void put_floods(struct problems *p)
{
    const struct authority *a = &p->req->core->authority;
    for (size_t i = 0; i < a->sites_n; i++) {
        uint64_t n = flood_passed(p->req->core, a->sites[i].id);
        if (n)
            problems_add_named(p, PROBLEM_FLOOD, a->sites[i].name, n, "");
    }
}

/* Forks that end a log now: those that a checkpoint settled are history. */
static void put_forks(struct problems *p)
{
    struct core *c = p->req->core;
    struct fork_proof *forks = NULL;
    size_t n = 0;
    if (forks_all(c->store, &p->req->read.arena, &forks, &n))
        n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct head *named = authority_checkpoint(&c->authority, &forks[i].log);
        const struct site *site = authority_site(&c->authority, forks[i].log.site);
        if (site && (!named || forks[i].seq > named->seq))
            problems_add_named(p, PROBLEM_FORK, site->name, forks[i].seq, "");
    }
}

/* ---- those of this site's key, daemon and machine ---- */

static void put_registrar(struct problems *p)
{
    char path[160];
    snprintf(path, sizeof path, "%.120s/keys/%s.key", p->req->core->dir, REGISTRAR_KEY_NAME);
    if (registrar_is_lost(p->req->core))
        problems_add(p, PROBLEM_KEY_REGISTRAR, "", path);
}

/* A new key that was asked for, and not given yet. */
static void put_rotation(struct problems *p)
{
    struct core *c = p->req->core;
    struct own *own = p->req->own;
    json_t *result = p->req->read.result;
    uint8_t fresh[SITE_BYTES];
    char who[120];
    bool waits = c->founded && joins_wanted(c, own->key.pub, fresh) == ERR_OK &&
                 !authority_replacement(&c->authority, own->key.pub);
    if (!waits)
        return;
    roster_secretariat(c, who, sizeof who);
    say_put(result, "next_key", say_id(slice_of(fresh, SITE_BYTES)));
    say_put(result, "next_key_who", json_string(who));
    say_put(result, "next_key_error", own->rekey_error ? json_string(err_name(own->rekey_error)) : json_null());
    if (own->rekey_error)
        problems_add_err(p, PROBLEMS_KEY, own->rekey_error, who, own->rekey_detail);
    else
        problems_add(p, PROBLEM_KEY_WAITING, who, who);
}

/* Until it follows nothing is found, and no erasure is said to be done here. */
static void put_index(struct problems *p)
{
    err_t e = p->req->core->index_trouble;
    if (e)
        problems_add(p, PROBLEM_NO_INDEX, "", tr(p->req->read.lang, err_what(e)));
}

static void put_room(struct problems *p)
{
    struct core *c = p->req->core;
    struct upkeep_room room;
    upkeep_room(c, &room);
    say_put(p->req->read.result, "disk",
            json_pack("{s:I, s:I, s:I, s:I}", "free_bytes", (json_int_t)room.free_bytes, "total_bytes",
                      (json_int_t)room.total_bytes, "store_bytes", (json_int_t)room.store_bytes, "wal_bytes",
                      (json_int_t)room.wal_bytes));
    if (room.total_bytes && room.free_bytes < c->min_free_bytes) {
        char detail[320];
        snprintf(detail, sizeof detail, "%.250s, %" PRIu64 " MB", c->dir, room.free_bytes / 1000000);
        utf8_drop_halves(detail);
        problems_add(p, PROBLEM_DISK_LOW, "", detail);
    }
}

static void put_backup(struct problems *p)
{
    struct core *c = p->req->core;
    struct wall at, since;
    char text[RFC3339_LEN + 1] = "";
    bool made = upkeep_backup_at(c->dir, &at);
    if (made)
        rfc3339_format(at, text);
    say_put(p->req->read.result, "backup_at", made ? json_string(text) : json_null());
    say_put(p->req->read.result, "backup_age_s", made ? json_integer((core_wall(c).ms - at.ms) / 1000) : json_null());
    if (upkeep_since_backup(c, &since) && core_wall(c).ms - since.ms > BACKUP_OLD_DAYS * CLOCK_DAY_MS)
        problems_add(p, PROBLEM_BACKUP_OLD, "", text);
}

void problems_put(struct problems *p)
{
    put_index(p);
    /* Two daemons with one key take turns with the others: each is out of reach half of the time. */
    if (own_has_twin(p->req->core))
        problems_add(p, PROBLEM_TWIN, "", "");
    if (p->req->core->is_registrar && admit_knows_roster(p->req->core) == ERR_RESTORED)
        problems_add(p, PROBLEM_RESTORED, "", "");
    put_forks(p);
    put_erasures(p);
    put_rivals(p);
    put_voids(p);
    put_registrar(p);
    put_floods(p);
    put_rotation(p);
    problems_put_sites(p);
    put_room(p);
    put_backup(p);
}
