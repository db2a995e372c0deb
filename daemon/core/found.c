#include "daemon/core/found.h"
#include "conf/ruleset.def"
#include "daemon/core/keyfile.h"
#include "daemon/store/guard.h"
#include "daemon/store/local.h"
#include "daemon/store/rolls.h"
#include "daemon/read/roll.h"
#include "protocol/base/utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static err_t refusal(struct why *why, const char *path)
{
    err_t e = errno == EACCES || errno == EROFS || errno == EPERM ? ERR_READ_ONLY
              : errno == ENOSPC                                   ? ERR_DISK_FULL
                                                                  : ERR_FILE;
    return why_set(why, e, "%.150s", path);
}

/* mkdir -p, the last one private. */
static err_t make_path(const char *dir, struct why *why)
{
    char path[4096];
    size_t len = strlen(dir);
    if (!len || len >= sizeof path)
        return why_set(why, ERR_FILE, "%.150s", dir);
    memcpy(path, dir, len + 1);
    for (size_t i = 1; i < len; i++) {
        if (path[i] != '/')
            continue;
        path[i] = 0;
        if (mkdir(path, 0755) && errno != EEXIST)
            return refusal(why, path);
        path[i] = '/';
    }
    return mkdir(path, 0700) && errno != EEXIST ? refusal(why, path) : ERR_OK;
}

err_t found_dir(const char *dir, struct why *why)
{
    struct stat st;
    err_t e = stat(dir, &st) ? make_path(dir, why) : ERR_OK;
    if (e)
        return e;
    if (stat(dir, &st))
        return refusal(why, dir);
    if (!S_ISDIR(st.st_mode))
        return why_set(why, ERR_FILE, "%.150s", dir);
    if (geteuid() != 0 && st.st_uid != geteuid())
        return why_set(why, ERR_OWNER, "%.150s", dir);
    return access(dir, W_OK | X_OK) ? refusal(why, dir) : ERR_OK;
}

/* Root works as the directory's owner: all that it makes, beside the database too, stays theirs. */
static err_t become(const struct stat *owner)
{
    uid_t u = owner->st_uid;
    gid_t g = owner->st_gid;
    if (geteuid() != 0 || u == 0)
        return ERR_OK;
    return setgroups(1, &g) || setresgid(g, g, g) || setresuid(u, u, u) ? ERR_OWNER : ERR_OK;
}

err_t found_lock(const char *dir, int *fd, struct why *why)
{
    char path[4096];
    struct stat st;
    if (snprintf(path, sizeof path, "%s/%s", dir, LOCK_NAME) >= (int)sizeof path)
        return why_set(why, ERR_FILE, "%.150s", dir);
    if (stat(dir, &st))
        return errno == ENOENT ? why_set(why, ERR_NO_DATA, "%.150s", dir) : refusal(why, dir);
    if (become(&st) || st.st_uid != geteuid())
        return why_set(why, ERR_OWNER, "%.150s", dir);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0)
        return refusal(why, path);
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return ERR_OK;
    close(*fd);
    *fd = -1;
    return why_set(why, ERR_LOCKED, "%.150s", dir);
}

/* A name as its author's site writes it: NFC, no control characters, within bounds. */
err_t found_name(const char *in, struct buf *out, const char *what, struct why *why)
{
    buf_init(out, NAME_MAX_BYTES);
    err_t e = in && in[strspn(in, " ")] ? utf8_plain(slice_text(in), out) : ERR_NAME;
    if (!e && (out->len == 0 || memchr(out->at, '\n', out->len) || memchr(out->at, '\t', out->len)))
        e = ERR_NAME;
    if (e == ERR_TOO_LARGE)
        e = ERR_NAME;
    return e ? why_set(why, e, "%s", what) : ERR_OK;
}

static bool ends_in(const char *in, const char *tail)
{
    size_t len = strlen(in), n = strlen(tail);
    return len >= n && strcmp(in + len - n, tail) == 0;
}

/* A file name: what an operator types after --site. Keys that wait or are over stand beside the key under these endings. */
err_t found_site_name(const char *in, struct why *why)
{
    size_t len = strlen(in);
    bool ok = !ends_in(in, ".next") && !ends_in(in, ".old") && !ends_in(in, ".moved") && len > 0 && len <= 60 &&
              in[0] != '.' && strcmp(in, REGISTRAR_KEY_NAME) != 0;
    for (size_t i = 0; i < len; i++)
        ok = ok && ((uint8_t)in[i] >= 0x80 || (in[i] > 0x20 && in[i] != '/' && in[i] != '\\' && in[i] != 0x7f));
    return ok && utf8_valid(slice_text(in)) ? ERR_OK : why_set(why, ERR_SITE_NAME, "--site %.60s", in);
}

static err_t put_own_site(struct store *s, const uint8_t site[SITE_BYTES], const char *name)
{
    char guard[512];
    struct own_site row = {.name = slice_text(name)};
    memcpy(row.site, site, SITE_BYTES);
    guard_choose(site, guard, sizeof guard);
    row.guard_path = slice_text(guard);
    return local_put_site(s, &row);
}

static bool has_database(const char *dir)
{
    char path[4096];
    return snprintf(path, sizeof path, "%s/%s", dir, DATABASE_NAME) < (int)sizeof path && access(path, F_OK) == 0;
}

/* A database without a site is left by an attempt that was killed; it is as good as a new one. */
static err_t open_store(const char *dir, struct store **out, struct why *why)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, DATABASE_NAME);
    return store_open(path, has_database(dir) ? STORE_WRITE : STORE_CREATE, out, why);
}

/* What a directory holds already. */
struct before {
    bool site;  /* one of our own; `id` */
    bool waits; /* for its admission */
    uint8_t id[SITE_BYTES];
    uint8_t code[SITE_BYTES]; /* of the invitation it joined by, or zeros */
    bool asked;               /* as the ally with this id */
    uint8_t ally[ALLY_BYTES];
};

/* What could not be read is not the same as what is not there. */
static err_t is_there(err_t e, bool *there)
{
    *there = e == ERR_OK;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_t look_before(const char *dir, struct before *out, struct why *why)
{
    struct store *s = NULL;
    struct arena arena = {0};
    struct own_site *rows = NULL;
    struct slice value;
    struct join_request asked;
    bool joined = false;
    size_t n = 0;
    *out = (struct before){0};
    if (!has_database(dir))
        return ERR_OK;
    err_t e = open_store(dir, &s, why);
    if (!e)
        e = local_sites(s, &arena, &rows, &n);
    out->site = !e && n > 0;
    if (out->site)
        memcpy(out->id, rows[0].site, SITE_BYTES);
    if (out->site)
        e = is_there(local_get(s, SETTING_JOIN_REQUEST, &arena, &value), &out->waits);
    out->asked = !e && out->waits && join_decode(value, &asked) == ERR_OK;
    if (out->asked)
        memcpy(out->ally, asked.ally, ALLY_BYTES);
    if (!e && out->site)
        e = is_there(local_get(s, SETTING_JOIN_CODE, &arena, &value), &joined);
    if (!e && joined && value.len == SITE_BYTES)
        memcpy(out->code, value.at, SITE_BYTES);
    store_close(s);
    arena_fini(&arena);
    return e && !why->code ? why_set(why, e, "%.150s", dir) : e;
}

/* ---- init ---- */

/* clang-format off */
#define RULE(rule, value) {rule, value},
#define SCORE(kind, points, cap) {{(const uint8_t *)(kind), sizeof(kind) - 1}, points, cap},
/* clang-format on */

static err_t founding_charter(struct slice name, struct slice ally_name, const uint8_t ally_id[ALLY_BYTES],
                              const char *site_name, const struct sign_key *site, const uint8_t registrar[SITE_BYTES],
                              struct buf *carried, uint8_t id[HASH_BYTES])
{
    struct charter_rule rules[] = {RULESET_RULES(RULE)};
    struct charter_score scores[] = {RULESET_SCORES(SCORE)};
    struct charter_site csite = {.name = slice_text(site_name), .votes = true};
    struct charter_ally ally = {.name = ally_name, .sites = &csite, .sites_n = 1};
    struct charter_role role = {.role = slice_text(ROLE_SECRETARIAT)};
    memcpy(csite.site, site->pub, SITE_BYTES);
    memcpy(ally.id, ally_id, ALLY_BYTES);
    memcpy(role.ally, ally_id, ALLY_BYTES);
    struct charter c = {.name = name,
                        .allies = &ally,
                        .allies_n = 1,
                        .roles = &role,
                        .roles_n = 1,
                        .rules = rules,
                        .rules_n = sizeof rules / sizeof *rules,
                        .scores = scores,
                        .scores_n = sizeof scores / sizeof *scores};
    memcpy(c.registrar, registrar, SITE_BYTES);
    struct buf body;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    charter_encode_body(&body, &c);
    struct charter_signature sig;
    memcpy(sig.site, site->pub, SITE_BYTES);
    err_t e = body.err ? body.err : sign_make(site, DOMAIN_CHARTER, buf_slice(&body), sig.signature);
    if (!e) {
        charter_id(buf_slice(&body), id);
        charter_encode(carried, buf_slice(&body), &sig, 1, slice_text(""));
        e = carried->err;
    }
    buf_fini(&body);
    return e;
}

static err_t store_founding(const char *dir, const struct sign_key *site, const char *site_name, struct slice carried,
                            const uint8_t id[HASH_BYTES], struct why *why)
{
    struct store *s = NULL;
    bool fresh = false;
    err_t e = open_store(dir, &s, why);
    if (e)
        return e;
    e = store_begin(s);
    if (!e)
        e = rolls_put_charter(s, id, 0, carried, &fresh);
    if (!e)
        e = local_set(s, SETTING_ALLIANCE, slice_of(id, ALLIANCE_BYTES));
    if (!e)
        e = put_own_site(s, site->pub, site_name);
    if (!e)
        e = store_commit(s);
    if (e && store_in_transaction(s))
        store_rollback(s);
    store_close(s);
    return e;
}

static err_t found_with_names(const char *dir, const struct env *env, struct slice name, struct slice ally,
                              const char *site_name, struct why *why)
{
    struct sign_key site = {0}, registrar = {0};
    uint8_t ally_id[ALLY_BYTES], id[HASH_BYTES];
    struct buf carried;
    buf_init(&carried, LIMIT_CHARTER_BYTES);
    env->random(env->ctx, ally_id, sizeof ally_id);
    err_t e = keyfile_start(dir, why);
    if (!e)
        e = keyfile_next(dir, site_name, env, &site, why);
    if (!e)
        e = keyfile_next(dir, REGISTRAR_KEY_NAME, env, &registrar, why);
    if (!e)
        e = founding_charter(name, ally, ally_id, site_name, &site, registrar.pub, &carried, id);
    if (!e)
        e = store_founding(dir, &site, site_name, buf_slice(&carried), id, why);
    buf_fini(&carried);
    sign_key_wipe(&site);
    sign_key_wipe(&registrar);
    return e;
}

err_t found_alliance(const char *dir, const struct env *env, const char *alliance, const char *ally, const char *site,
                     struct why *why)
{
    struct buf alliance_name = {0}, ally_name = {0};
    struct before before = {0};
    int lock = -1;
    err_t e = found_name(alliance, &alliance_name, "ALLIANCE", why);
    if (!e)
        e = found_name(ally, &ally_name, "--ally", why);
    if (!e)
        e = found_site_name(site, why);
    if (!e)
        e = found_dir(dir, why);
    if (!e)
        e = found_lock(dir, &lock, why);
    if (!e)
        e = look_before(dir, &before, why);
    if (!e && before.site)
        e = why_set(why, ERR_DATA_EXISTS, "%.150s", dir);
    /* Founding anew with them would put one key into two alliances. */
    if (!e && keyfile_left(dir))
        e = why_set(why, ERR_KEYS_LEFT, "%.140s/keys", dir);
    if (!e)
        e = found_with_names(dir, env, buf_slice(&alliance_name), buf_slice(&ally_name), site, why);
    if (lock >= 0)
        close(lock);
    buf_fini(&alliance_name);
    buf_fini(&ally_name);
    return e;
}

/* ---- join ---- */

static err_t put_join(struct store *s, const struct invite *invite, const uint8_t code[SITE_BYTES],
                      struct slice request)
{
    err_t e = local_set(s, SETTING_ALLIANCE, slice_of(invite->alliance, ALLIANCE_BYTES));
    if (!e)
        e = local_set(s, SETTING_CHARTER, slice_of(invite->charter_id, HASH_BYTES));
    if (!e)
        e = local_set(s, SETTING_JOIN_REQUEST, request);
    if (!e)
        e = local_set(s, SETTING_JOIN_SECRET, slice_of(invite->secret, SEED_BYTES));
    if (!e)
        e = local_set(s, SETTING_JOIN_CODE, slice_of(code, SITE_BYTES));
    if (!e)
        e = local_set(s, SETTING_JOIN_REFUSED, slice_text(""));
    if (!e)
        e = local_set(s, SETTING_INVITER, slice_of(invite->inviter, SITE_BYTES));
    for (size_t i = 0; i < invite->addresses_n && !e; i++)
        e = local_address_add(s, invite->inviter, invite->addresses[i]);
    return e;
}

/* Asked again it is the same request, unless names or addresses changed. */
static err_t make_request(const struct env *env, const struct invite *invite, const uint8_t code[SITE_BYTES],
                          const struct before *before, struct slice ally, const char *site_name, const char *endpoints,
                          struct buf *out)
{
    struct join_request request = {.ally_name = ally, .site_name = slice_text(site_name)};
    memcpy(request.alliance, invite->alliance, ALLIANCE_BYTES);
    memcpy(request.secret_key, invite_is_card(invite) ? before->id : code, SITE_BYTES);
    memcpy(request.site, before->id, SITE_BYTES);
    if (before->asked)
        memcpy(request.ally, before->ally, ALLY_BYTES);
    else
        env->random(env->ctx, request.ally, ALLY_BYTES);
    join_endpoints(endpoints ? endpoints : "", &request);
    join_encode(&request, out);
    return out->err;
}

/* All in one transaction: killed at any point, the same command begins again. A site that waits for its admission keeps its key. */
static err_t store_join(const char *dir, const struct env *env, const struct invite *invite,
                        const uint8_t code[SITE_BYTES], struct before *before, struct slice ally, const char *site_name,
                        const char *endpoints, struct why *why)
{
    struct sign_key key = {0};
    struct store *s = NULL;
    struct buf request;
    buf_init(&request, LIMIT_ENVELOPE_BYTES);
    /* The keys of a site that lost its database come back so: they are no unfinished attempt's. */
    err_t e = before->site || keyfile_left(dir) ? ERR_OK : keyfile_start(dir, why);
    if (!e && !before->site)
        e = keyfile_next(dir, site_name, env, &key, why);
    if (!before->site)
        memcpy(before->id, key.pub, SITE_BYTES);
    sign_key_wipe(&key);
    if (!e)
        e = make_request(env, invite, code, before, ally, site_name, endpoints, &request);
    if (!e)
        e = open_store(dir, &s, why);
    if (!e)
        e = store_begin(s);
    if (!e && !before->site)
        e = put_own_site(s, before->id, site_name);
    if (!e)
        e = put_join(s, invite, code, buf_slice(&request));
    if (!e)
        e = store_commit(s);
    if (e && s && store_in_transaction(s))
        store_rollback(s);
    store_close(s);
    buf_fini(&request);
    return e;
}

static err_t join_locked(const char *dir, const struct env *env, const struct invite *invite, struct slice ally,
                         const char *site_name, const char *endpoints, bool expired, struct why *why)
{
    struct sign_key secret;
    struct before before;
    uint8_t code[SITE_BYTES];
    sign_key_from_seed(invite->secret, &secret);
    memcpy(code, secret.pub, SITE_BYTES);
    sign_key_wipe(&secret);
    err_t e = look_before(dir, &before, why);
    if (e)
        return e;
    /* Admitted by this very code: what is left is to fetch. */
    if (before.site && !before.waits && memcmp(before.code, code, SITE_BYTES) == 0)
        return ERR_OK;
    if (before.site && !before.waits)
        return why_set(why, ERR_DATA_EXISTS, "%.150s", dir);
    if (expired)
        return ERR_INVITE_EXPIRED;
    return store_join(dir, env, invite, code, &before, ally, site_name, endpoints, why);
}

err_t found_join(const char *dir, const struct env *env, const struct invite *invite, const char *ally,
                 const char *site_name, const char *endpoints, struct why *why)
{
    struct buf ally_name = {0};
    char given[NAME_MAX_BYTES + 1] = "";
    int lock = -1;
    bool expired = !invite_is_card(invite) && (int64_t)invite->expires_s * 1000 < env->wall(env->ctx).ms;
    if (invite->ally_name.len <= NAME_MAX_BYTES)
        memcpy(given, invite->ally_name.at, invite->ally_name.len);
    err_t e = found_name(ally ? ally : given, &ally_name, "--ally", why);
    if (!e)
        e = found_site_name(site_name, why);
    if (!e && expired && !has_database(dir))
        e = ERR_INVITE_EXPIRED;
    if (!e)
        e = found_dir(dir, why);
    if (!e)
        e = found_lock(dir, &lock, why);
    if (!e)
        e = join_locked(dir, env, invite, buf_slice(&ally_name), site_name, endpoints, expired, why);
    if (e == ERR_INVITE_EXPIRED)
        why_set(why, e, "%.150s", given);
    if (lock >= 0)
        close(lock);
    buf_fini(&ally_name);
    return e;
}
