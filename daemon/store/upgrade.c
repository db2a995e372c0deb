#include "daemon/store/upgrade.h"
#include "daemon/store/query.h"
#include "daemon/store/schema.h"

#define TEXT_OF(x)  TEXT_OF_(x)
#define TEXT_OF_(x) #x

enum statement { HAS };
static const char *const statements[] = {[HAS] = "SELECT 1 FROM sqlite_master WHERE name = ?"};
static const char *const stamp[] = {"PRAGMA user_version = " TEXT_OF(SCHEMA_VERSION), NULL};

/* "CREATE TABLE name (…", "CREATE UNIQUE INDEX name ON …" */
static struct slice name_of(const char *sql)
{
    const char *table = strstr(sql, " TABLE "), *index = strstr(sql, " INDEX ");
    const char *at = (table ? table : index) + strlen(" TABLE ");
    return slice_of((const uint8_t *)at, strcspn(at, " ("));
}

static err_t has(struct store *s, struct slice name, bool *found)
{
    struct query q;
    query_start(&q, s, OWNER_UPGRADE, HAS, statements[HAS]);
    query_text(&q, name);
    *found = query_row(&q);
    return query_end(&q);
}

static err_t make_missing(struct store *s, const char *const *list)
{
    err_t e = ERR_OK;
    for (; *list && !e; list++) {
        const char *const one[] = {*list, NULL};
        bool found = false;
        e = has(s, name_of(*list), &found);
        if (!e && !found)
            e = query_script(s, one);
    }
    return e;
}

err_t upgrade_from(struct store *s, int64_t version)
{
    if (version >= SCHEMA_VERSION)
        return ERR_OK;
    err_t e = store_begin(s);
    if (e)
        return e;
    e = make_missing(s, schema_log());
    if (!e)
        e = make_missing(s, schema_local());
    if (!e)
        e = store_drop_derived(s);
    if (!e)
        e = query_script(s, stamp);
    if (!e)
        e = store_commit(s);
    if (e)
        store_rollback(s);
    return e;
}
