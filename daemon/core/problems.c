/*
 * problems: see problems.h.
 */
#include "daemon/core/problems.h"
#include "conf/tr.h"
#include "daemon/core/admit.h"
#include "daemon/core/flood.h"
#include "daemon/core/joins.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/own.h"
#include "daemon/core/registrar.h"
#include "daemon/core/roster.h"
#include <stdio.h>

void problems_add_with(struct req *r, json_t *problems, err_t e, const char *who, const char *detail, json_t *action)
{
    json_t *p = json_object();
    say_put(p, "code", json_sprintf("ALLIED-%d", err_number(e)));
    say_put(p, "name", json_string(err_name(e)));
    say_put(p, "text", json_string(tr(r->read.lang, err_what(e))));
    say_put(p, "detail", json_string(detail));
    say_put(p, "who", json_string(who));
    say_put(p, "action", action);
    json_array_append_new(problems, p);
}

void problems_add(struct req *r, json_t *problems, err_t e, const char *who, const char *detail)
{
    problems_add_with(r, problems, e, who, detail, json_string(tr(r->read.lang, err_next(e))));
}

/* An erasure is done when all have said so: until then, by name, who has not. */
static void put_erasures(struct req *r, json_t *problems)
{
    json_t *list = json_array(), *one, *name;
    struct buf names;
    size_t open = 0, i, k;
    buf_init(&names, 120);
    if (req_erasures_list(r, list, &open) == ERR_OK && open) {
        json_array_foreach(list, i, one) json_array_foreach(json_object_get(one, "waiting"), k, name)
        {
            const char *text = json_string_value(name);
            if (json_is_true(json_object_get(one, "counts")) && text && (!names.len || !strstr(buf_text(&names), text)))
                buf_printf(&names, "%s%s", names.len ? ", " : "", text);
        }
        problems_add(r, problems, ERR_ERASE_WAITING, tr(r->read.lang, N_("allied, by itself")),
                     buf_text(&names) ? buf_text(&names) : "");
    }
    buf_fini(&names);
    json_decref(list);
}

static void put_rivals(struct req *r, json_t *problems)
{
    char number[32];
    const struct authority *a = &r->core->authority;
    if (!a->rivals_n)
        return;
    snprintf(number, sizeof number, "%llu", (unsigned long long)a->rivals[0].number);
    problems_add(r, problems, ERR_CHARTER_RIVALS, tr(r->read.lang, N_("you")), number);
}

/* Acts of the registrar that do not count. The next charter settles them: it says upon which act it builds. */
static void put_voids(struct req *r, json_t *problems)
{
    const struct authority *a = &r->core->authority;
    uint64_t settled = a->charters_n ? a->charters[a->charters_n - 1].roster_number : 0;
    char number[32];
    for (size_t i = 0; i < a->voids_n; i++) {
        if (a->voids[i].number <= settled)
            continue;
        snprintf(number, sizeof number, "%llu", (unsigned long long)a->voids[i].number);
        problems_add(r, problems, ERR_CHARTER_VOIDS, tr(r->read.lang, N_("the technical secretariat")), number);
        return;
    }
}

/* Who makes us keep more than we do. */
static void put_floods(struct req *r, json_t *problems)
{
    const struct authority *a = &r->core->authority;
    char detail[160];
    for (size_t i = 0; i < a->sites_n; i++) {
        uint64_t n = flood_passed(r->core, a->sites[i].id);
        struct slice name = a->sites[i].name;
        if (!n)
            continue;
        snprintf(detail, sizeof detail, "%.*s, %llu", (int)(name.len < 100 ? name.len : 100), (const char *)name.at,
                 (unsigned long long)n);
        problems_add(r, problems, ERR_FLOOD, tr(r->read.lang, N_("the technical secretariat")), detail);
    }
}

static void put_registrar(struct req *r, json_t *problems)
{
    char path[160];
    snprintf(path, sizeof path, "%.120s/keys/%s.key", r->core->dir, REGISTRAR_KEY_NAME);
    if (registrar_is_lost(r->core))
        problems_add(r, problems, ERR_KEY_REGISTRAR, tr(r->read.lang, N_("you")), path);
}

/* A new key that was asked for, and not given yet. */
static void put_rotation(struct req *r, json_t *problems)
{
    struct core *c = r->core;
    uint8_t fresh[SITE_BYTES];
    char who[120];
    bool waits = c->founded && joins_wanted(c, r->own->key.pub, fresh) == ERR_OK &&
                 !authority_replacement(&c->authority, r->own->key.pub);
    if (!waits)
        return;
    roster_secretariat(c, who, sizeof who);
    say_put(r->read.result, "next_key", say_id(slice_of(fresh, SITE_BYTES)));
    say_put(r->read.result, "next_key_who", json_string(who));
    say_put(r->read.result, "next_key_error",
            r->own->rekey_error ? json_string(err_name(r->own->rekey_error)) : json_null());
    if (r->own->rekey_error)
        problems_add(r, problems, r->own->rekey_error, tr(r->read.lang, N_("you")), r->own->rekey_detail);
    else
        problems_add(r, problems, ERR_KEY_WAITING, who, who);
}

/* Two daemons with one key take turns with the others: each is out of reach half of the time. */
static void put_twin(struct req *r, json_t *problems)
{
    if (own_has_twin(r->core))
        problems_add(r, problems, ERR_TWIN, tr(r->read.lang, N_("you")), "");
}

static void put_restored(struct req *r, json_t *problems)
{
    if (r->core->is_registrar && admit_knows_roster(r->core) == ERR_RESTORED)
        problems_add(r, problems, ERR_RESTORED, tr(r->read.lang, N_("allied, by itself")), "");
}

/* Until it follows nothing is found, and no erasure is said to be done here. */
static void put_index(struct req *r, json_t *problems)
{
    err_t e = r->core->index_trouble;
    if (e)
        problems_add(r, problems, ERR_NO_INDEX, tr(r->read.lang, N_("you")), tr(r->read.lang, err_what(e)));
}

void problems_put(struct req *r, json_t *problems)
{
    put_index(r, problems);
    put_twin(r, problems);
    put_restored(r, problems);
    put_erasures(r, problems);
    put_rivals(r, problems);
    put_voids(r, problems);
    put_registrar(r, problems);
    put_floods(r, problems);
    put_rotation(r, problems);
}
