/*
 * req_charter_propose: the next charter, drafted from what is now and what is to change, and signed by whoever proposes it.
 */
#include "daemon/core/req_charter.h"
#include "daemon/core/roster.h"
#include "protocol/base/base32.h"
#include "protocol/base/clock.h"
#include <stdlib.h>

static int compare_heads(const void *a, const void *b)
{
    const struct head *x = a, *y = b;
    return log_compare(&x->log, &y->log);
}

static err_t add_cut(struct req *r, struct charter *next, const struct head *cut)
{
    struct head *cuts = arena_alloc(&r->read.arena, next->cuts_n + 1, sizeof *cuts);
    if (!cuts)
        return ERR_MEMORY;
    if (next->cuts_n)
        memcpy(cuts, next->cuts, next->cuts_n * sizeof *cuts);
    cuts[next->cuts_n] = *cut;
    next->cuts = cuts;
    next->cuts_n++;
    return ERR_OK;
}

/* A site is cut at the heads of its logs; one that never wrote is named alone, and nothing of it will ever count. */
static err_t cut_site(struct req *r, struct charter *next, const uint8_t site[SITE_BYTES])
{
    struct head none = {0};
    bool wrote = false;
    err_t e = ERR_OK;
    for (size_t i = 0; i < next->checkpoint_n && !e; i++)
        if (memcmp(next->checkpoint[i].log.site, site, SITE_BYTES) == 0) {
            e = add_cut(r, next, &next->checkpoint[i]);
            wrote = true;
        }
    memcpy(none.log.site, site, SITE_BYTES);
    return e || wrote ? e : add_cut(r, next, &none);
}

static void drop_roles(struct charter *next, struct charter_role *roles, const uint8_t ally[ALLY_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < next->roles_n; i++)
        if (memcmp(next->roles[i].ally, ally, ALLY_BYTES) != 0)
            roles[n++] = next->roles[i];
    next->roles = roles;
    next->roles_n = n;
}

/* The draft's own copy of an ally, to be changed. ERR_ALLY_UNKNOWN where the draft does not list it. */
static err_t listed(struct req *r, struct charter *next, const struct ally *ally, struct charter_ally **out)
{
    struct charter_ally *allies = arena_alloc(&r->read.arena, next->allies_n, sizeof *allies);
    if (!allies)
        return ERR_MEMORY;
    memcpy(allies, next->allies, next->allies_n * sizeof *allies);
    for (size_t i = 0; i < next->allies_n; i++)
        if (memcmp(allies[i].id, ally->id, ALLY_BYTES) == 0) {
            next->allies = allies;
            *out = &allies[i];
            return ERR_OK;
        }
    return why_set(&r->read.why, ERR_ALLY_UNKNOWN, "%.*s", (int)(ally->name.len < 100 ? ally->name.len : 100),
                   (const char *)ally->name.at);
}

static err_t set_heir(struct req *r, struct charter *next, const struct ally *ally, const struct ally *heir)
{
    struct charter_ally *one = NULL;
    err_t e = listed(r, next, ally, &one);
    if (!e)
        one->heir = heir ? slice_of(heir->id, ALLY_BYTES) : slice_text("");
    return e;
}

/* An ally that ends stays listed without sites and without roles; its sites are cut. */
static err_t end_ally(struct req *r, struct charter *next, const struct ally *ally, const struct ally *heir)
{
    struct charter_ally *one = NULL;
    struct charter_role *roles = arena_alloc(&r->read.arena, next->roles_n + 1, sizeof *roles);
    err_t e = roles ? listed(r, next, ally, &one) : ERR_MEMORY;
    for (size_t i = 0; !e && i < one->sites_n; i++)
        e = cut_site(r, next, one->sites[i].site);
    if (e)
        return e;
    one->sites_n = 0;
    if (heir)
        one->heir = slice_of(heir->id, ALLY_BYTES);
    drop_roles(next, roles, ally->id);
    return ERR_OK;
}

static err_t change_role(struct req *r, struct charter *next, const char *role, const uint8_t ally[ALLY_BYTES])
{
    struct charter_role *roles = arena_alloc(&r->read.arena, next->roles_n + 1, sizeof *roles);
    size_t n = 0;
    if (!roles)
        return ERR_MEMORY;
    for (size_t i = 0; i < next->roles_n; i++)
        if (!slice_equal(next->roles[i].role, slice_text(role)))
            roles[n++] = next->roles[i];
    roles[n].role = slice_text(role);
    memcpy(roles[n++].ally, ally, ALLY_BYTES);
    next->roles = roles;
    next->roles_n = n;
    return ERR_OK;
}

static int compare_rules(const void *a, const void *b)
{
    const struct charter_rule *x = a, *y = b;
    return (x->rule > y->rule) - (x->rule < y->rule);
}

static err_t change_rule(struct req *r, struct charter *next, uint64_t rule, uint64_t value)
{
    struct charter_rule *rules = arena_alloc(&r->read.arena, next->rules_n + 1, sizeof *rules);
    size_t n = 0;
    if (!rules)
        return ERR_MEMORY;
    for (size_t i = 0; i < next->rules_n; i++)
        if (next->rules[i].rule != rule)
            rules[n++] = next->rules[i];
    rules[n++] = (struct charter_rule){rule, value};
    qsort(rules, n, sizeof *rules, compare_rules);
    next->rules = rules;
    next->rules_n = n;
    return ERR_OK;
}

typedef err_t change_fn(struct req *r, struct charter *next, const char *key, const json_t *value);

static err_t role_changed(struct req *r, struct charter *next, const char *key, const json_t *value)
{
    const struct ally *ally = NULL;
    err_t e = read_ally(&r->read, json_is_string(value) ? json_string_value(value) : "", &ally);
    return e ? e : change_role(r, next, key, ally->id);
}

/* The checkpoint closes what no charter closed before: a year is closed once, for good, so a slip of the pen must not close years to come. */
static err_t close_year(struct req *r, struct charter *next, int64_t given)
{
    unsigned year = 0, now = date_of(core_wall(r->core).ms / CLOCK_DAY_MS).year;
    err_t e = req_open_year(r, given, &year);
    if (!e && year > now)
        e = why_set(&r->read.why, ERR_YEAR_AHEAD, "%u > %u", year, now);
    return e ? e : change_rule(r, next, RULE_YEAR_CLOSED, year);
}

static err_t rule_changed(struct req *r, struct charter *next, const char *key, const json_t *value)
{
    char *end = NULL;
    unsigned long long rule = strtoull(key, &end, 10);
    if (!json_is_integer(value) || json_integer_value(value) < 0 || !rule || *end)
        return why_set(&r->read.why, ERR_FIELD_VALUE, "rule %.60s", key);
    if (rule == RULE_YEAR_CLOSED)
        return close_year(r, next, json_integer_value(value));
    return change_rule(r, next, rule, (uint64_t)json_integer_value(value));
}

/* Two allies: whom it is about, and (may be empty) who inherits. */
static err_t pair(struct req *r, const char *key, const json_t *value, const struct ally **ally,
                  const struct ally **heir)
{
    const char *other = json_is_string(value) ? json_string_value(value) : "";
    *heir = NULL;
    err_t e = read_ally(&r->read, key, ally);
    return e || !*other ? e : read_ally(&r->read, other, heir);
}

static err_t heir_changed(struct req *r, struct charter *next, const char *key, const json_t *value)
{
    const struct ally *ally, *heir;
    err_t e = pair(r, key, value, &ally, &heir);
    return e ? e : set_heir(r, next, ally, heir);
}

static err_t ended(struct req *r, struct charter *next, const char *key, const json_t *value)
{
    const struct ally *ally, *heir;
    err_t e = pair(r, key, value, &ally, &heir);
    return e ? e : end_ally(r, next, ally, heir);
}

static err_t apply_changes(struct req *r, struct charter *next)
{
    static const struct {
        const char *key;
        change_fn *run;
    } changes[] = {
        {"roles", role_changed},
        {"rules", rule_changed},
        {"heirs", heir_changed},
        {"end",   ended       }
    };
    const json_t *year = json_object_get(r->read.args, "close_year");
    err_t e = json_is_integer(year) ? close_year(r, next, json_integer_value(year)) : ERR_OK;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        json_t *given = json_object_get(r->read.args, changes[i].key), *value;
        const char *key;
        json_object_foreach(given, key, value) e = e ? e : changes[i].run(r, next, key, value);
    }
    if (next->cuts_n)
        qsort((void *)(uintptr_t)next->cuts, next->cuts_n, sizeof *next->cuts, compare_heads);
    return e;
}

/* Its holder made it: allied key registrar. No site may have it. */
static err_t change_registrar(struct req *r, struct charter *next)
{
    const char *text = read_text(&r->read, "registrar");
    uint8_t key[SITE_BYTES];
    if (!*text)
        return ERR_OK;
    if (base32_decode(slice_text(text), key, sizeof key))
        return why_set(&r->read.why, ERR_BASE32, "registrar %.80s", text);
    if (authority_site(&r->core->authority, key))
        return why_set(&r->read.why, ERR_MEMBER, "registrar %.80s", text);
    memcpy(next->registrar, key, sizeof key);
    return ERR_OK;
}

static err_t draft(struct req *r, struct charter *next)
{
    struct head *heads = NULL;
    size_t n = 0;
    err_t e = roster_heads(r->core, &r->read.arena, &heads, &n);
    if (!e)
        e = charter_draft_next(&r->core->authority, !read_flag(&r->read, "keep_provisional"), heads, n, &r->read.arena,
                               next);
    if (!e && *read_text(&r->read, "name"))
        next->name = slice_text(read_text(&r->read, "name"));
    if (!e && *read_text(&r->read, "text")) {
        struct slice text = slice_text(read_text(&r->read, "text"));
        hash256(next->text_hash, &text, 1);
    }
    if (!e)
        e = change_registrar(r, next);
    return e ? e : apply_changes(r, next);
}

/* What we sign is read back first, as everybody else will read it. */
static err_t read_back(struct req *r, struct slice body, struct charter *out)
{
    struct buf carried;
    struct slice kept;
    buf_init(&carried, LIMIT_CHARTER_BYTES);
    charter_encode(&carried, body, NULL, 0, slice_text(""));
    err_t e = carried.err ? carried.err : arena_copy(&r->read.arena, buf_slice(&carried), &kept);
    buf_fini(&carried);
    e = e ? e : charter_decode(kept, &r->read.arena, out);
    return e ? why_set(&r->read.why, e, "%s", "draft") : ERR_OK;
}

/* Whoever has no vote on it may propose too: the signature then only backs it, and counts for nobody. */
err_t req_charter_propose(struct req *r)
{
    struct charter next;
    struct buf body;
    const struct own *own = r->own;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    err_t e = own && authority_site(&r->core->authority, own->key.pub) ? ERR_OK : ERR_STANDING;
    if (!e)
        e = draft(r, &next);
    if (!e) {
        charter_encode_body(&body, &next);
        e = body.err ? body.err : read_back(r, buf_slice(&body), &next);
    }
    if (!e) {
        e = req_charter_may_sign(r, &next);
        e = e == ERR_WHO ? ERR_OK : e;
    }
    if (!e)
        e = req_charter_sign_and_tell(r, next.body);
    buf_fini(&body);
    return e ? e : req_charter_answer(r, next.id);
}

err_t req_ally_cut(struct req *r)
{
    const json_t *given = r->read.args;
    const struct ally *ally = NULL;
    err_t e = read_ally(&r->read, read_text(&r->read, "ally"), &ally);
    if (!e && ally->ended)
        e = why_set(&r->read.why, ERR_NOTHING_TO_DO, "%.100s", read_text(&r->read, "ally"));
    json_t *args = e ? NULL
                     : json_pack("{s:{s:s}, s:b}", "end", read_text(&r->read, "ally"), read_text(&r->read, "heir"),
                                 "keep_provisional", ally->ratified);
    if (!e && !args)
        e = ERR_MEMORY;
    if (e)
        return e;
    r->read.args = args;
    e = req_charter_propose(r);
    r->read.args = given;
    json_decref(args);
    return e;
}
