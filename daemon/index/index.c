#include "daemon/commons/shortage.h"
#include "daemon/index/follow.h"
#include "daemon/index/schema.h"
#include "daemon/index/search.h"
#include "daemon/index/names.h"
#include "daemon/index/suggest.h"
#include "daemon/read/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAIN_NAME      "allied.db" /* as daemon/core/found.h has it */
#define STEP_MS        50          /* of a walk to the end: one transaction */
#define FOREVER_MS     INT64_C(1000000000000)
#define PROGRESS_STEPS 2000 /* of SQLite's machine, between two looks at the clock */
#define REQUEST_LANG   "en"

enum statement { APPLICATION_ID, USER_VERSION, OPTIMIZE, IS_CLEAN, NOTE_CLEAN, STATEMENTS };
#define TEXT_OF(x)  TEXT_OF_(x)
#define TEXT_OF_(x) #x
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [APPLICATION_ID] = "PRAGMA application_id",
    [USER_VERSION]   = "PRAGMA user_version",
    [IS_CLEAN]       = "SELECT records = cleaned FROM standing",
    [NOTE_CLEAN]     = "UPDATE standing SET cleaned = records",
    [OPTIMIZE]       = "INSERT INTO words (words) VALUES ('optimize')",
};
static const char *const shape[] = {
    "PRAGMA page_size = 8192",
    "PRAGMA application_id = " TEXT_OF(INDEX_APPLICATION_ID),
    NULL,
};
static const char *const stamp[] = {"PRAGMA user_version = " TEXT_OF(INDEX_VERSION), NULL};
/* What a power cut takes from it is made again; a process killed takes nothing. */
static const char *const habits[] = {
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16384", /* KiB */
    /* The disk is the replica's first: what waits beside the file stays small. */
    "PRAGMA wal_autocheckpoint = 64",
    "PRAGMA journal_size_limit = 524288",
    NULL,
};
static const char *const squeeze[] = {"PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", NULL};
/* clang-format on */

int64_t index_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int index_is_over(void *ctx)
{
    const struct index *ix = ctx;
    return index_now_ms() >= ix->until_ms;
}

void index_hurry(struct index *ix)
{
    ix->until_ms = index_now_ms() + ix->search_ms;
    sqlite3_progress_handler(ix->db->db, PROGRESS_STEPS, index_is_over, ix);
}

void index_rest(struct index *ix)
{
    sqlite3_progress_handler(ix->db->db, 0, NULL, NULL);
}

/* ---- the file ---- */

static char *path_in(const char *dir, const char *name, const char *tail)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s%s", dir, name, tail) < 0 ? NULL : path;
}

bool index_exists(const char *dir)
{
    char *path = path_in(dir, INDEX_NAME, "");
    bool there = !path || access(path, F_OK) == 0;
    free(path);
    return there;
}

/* The file itself last: while it is there, what it left beside it may be. */
err_t index_remove(const char *dir)
{
    static const char *const tails[] = {"-wal", "-shm", "-journal", ""};
    err_t e = ERR_OK;
    for (size_t i = 0; i < sizeof tails / sizeof *tails && !e; i++) {
        char *path = path_in(dir, INDEX_NAME, tails[i]);
        e = !path ? ERR_MEMORY : unlink(path) && errno != ENOENT ? ERR_FILE : ERR_OK;
        free(path);
    }
    return e;
}

static err_t get_number(struct index *ix, enum statement which, int64_t *out)
{
    struct query q;
    int64_t v = 0;
    index_start(&q, ix, OWNER_INDEX, which, statements);
    if (query_row(&q))
        v = query_get_int(&q);
    err_t e = query_end(&q);
    if (!e)
        *out = v;
    return e;
}

static void shut(struct index *ix)
{
    store_close(ix->db);
    ix->db = NULL;
    tree_forget(&ix->tree);
}

/* ERR_DATABASE: not one of ours, or of another version. */
static err_t open_file(struct index *ix)
{
    int64_t id = 0, version = 0;
    err_t e = store_connect(ix->path, STORE_WRITE, &ix->db);
    if (!e)
        e = query_script(ix->db, habits);
    if (!e)
        e = get_number(ix, APPLICATION_ID, &id);
    if (!e)
        e = get_number(ix, USER_VERSION, &version);
    if (!e && (id != INDEX_APPLICATION_ID || version != INDEX_VERSION))
        e = ERR_DATABASE;
    if (e)
        shut(ix);
    return e;
}

/* Nobody else's to read, as the replica that it is made of. */
static err_t make_empty(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno == ENOSPC || errno == EDQUOT  ? ERR_DISK_FULL
               : errno == EROFS || errno == EACCES ? ERR_READ_ONLY
                                                   : ERR_FILE;
    close(fd);
    return ERR_OK;
}

static err_t make_file(struct index *ix)
{
    shut(ix);
    err_t e = index_remove(ix->dir);
    if (!e)
        e = make_empty(ix->path);
    if (!e)
        e = store_connect(ix->path, STORE_CREATE, &ix->db);
    if (!e)
        e = query_script(ix->db, shape);
    if (!e)
        e = query_script(ix->db, habits);
    if (!e)
        e = store_begin(ix->db);
    if (!e)
        e = query_script(ix->db, index_schema);
    if (!e)
        e = query_script(ix->db, stamp);
    if (!e)
        e = store_commit(ix->db);
    if (e)
        shut(ix);
    return e;
}

static err_t ready(struct index *ix)
{
    if (ix->db && !store_is_dead(ix->db))
        return ERR_OK;
    shut(ix);
    err_t e = index_exists(ix->dir) ? open_file(ix) : ERR_DATABASE;
    return e == ERR_DATABASE || e == ERR_DISK ? make_file(ix) : e;
}

err_t index_open(const char *dir, struct index **out, struct why *why)
{
    struct index *ix = calloc(1, sizeof *ix);
    if (!ix)
        return ERR_MEMORY;
    char *main = path_in(dir, MAIN_NAME, "");
    doc_init(&ix->doc);
    shortage_watch();
    ix->search_ms = LIMIT_SEARCH_MS;
    ix->dir = strdup(dir);
    ix->path = path_in(dir, INDEX_NAME, "");
    err_t e = main && ix->dir && ix->path ? reader_open(main, &ix->reader, why) : ERR_MEMORY;
    if (!e) {
        e = ready(ix);
        if (e)
            why_set(why, e, "%.150s", ix->path);
    }
    free(main);
    if (e) {
        index_close(ix);
        return e;
    }
    *out = ix;
    return ERR_OK;
}

void index_close(struct index *ix)
{
    if (!ix)
        return;
    shut(ix);
    reader_close(ix->reader);
    doc_fini(&ix->doc);
    free(ix->dir);
    free(ix->path);
    free(ix);
}

void index_limit(struct index *ix, int64_t ms)
{
    ix->search_ms = ms;
}

/* ---- following ---- */

static err_t one_step(struct index *ix, int64_t budget_ms, bool *more)
{
    struct read read;
    bool foreign = false;
    err_t e = reader_begin(ix->reader, &read);
    if (e)
        return e;
    e = follow_step(ix, read.store, budget_ms, more, &foreign);
    if (!e && foreign) {
        *more = true;
        e = make_file(ix);
    }
    reader_end(ix->reader, &read);
    return e;
}

/* What is damaged is made anew, once: if that does not help, the damage lies elsewhere. */
static err_t step(struct index *ix, int64_t budget_ms, bool *more)
{
    *more = false;
    err_t e = ready(ix);
    if (!e)
        e = one_step(ix, budget_ms, more);
    if (e != ERR_DATABASE && e != ERR_DISK)
        return e;
    e = make_file(ix);
    return e ? e : one_step(ix, budget_ms, more);
}

err_t index_follow(struct index *ix, int64_t budget_ms, bool *more)
{
    int64_t until = budget_ms < 0 ? FOREVER_MS : index_now_ms() + budget_ms;
    err_t e;
    do {
        int64_t left = until - index_now_ms();
        e = step(ix, left < STEP_MS ? (left > 0 ? left : 0) : STEP_MS, more);
    } while (!e && *more && index_now_ms() < until);
    return e;
}

static err_t run(struct index *ix, enum statement which)
{
    struct query q;
    index_start(&q, ix, OWNER_INDEX, which, statements);
    return query_run(&q);
}

/* A word that was deleted stays in the segments until they are merged into one, and in free pages until the file is written anew. */
static err_t clean(struct index *ix)
{
    bool more = false;
    int64_t is_clean = 0;
    err_t e = index_follow(ix, -1, &more);
    if (!e)
        e = get_number(ix, IS_CLEAN, &is_clean);
    if (e || is_clean)
        return e;
    e = run(ix, OPTIMIZE);
    if (!e)
        e = query_script(ix->db, squeeze);
    return e ? e : run(ix, NOTE_CLEAN);
}

/* What cannot be cleaned is thrown away, and made again when it is followed. */
err_t index_clean(struct index *ix)
{
    err_t e = clean(ix);
    if (!e)
        return ERR_OK;
    shut(ix);
    return index_remove(ix->dir);
}

err_t index_clean_in(const char *dir)
{
    struct index *ix = NULL;
    struct why why = {0};
    if (!index_exists(dir))
        return ERR_OK;
    err_t e = index_open(dir, &ix, &why);
    e = e ? index_remove(dir) : index_clean(ix);
    index_close(ix);
    return e;
}

/* ---- requests ---- */

static const struct {
    const char *name;
    err_t (*run)(struct index *ix, struct read *read);
} requests[] = {
    {"search",  search_run },
    {"suggest", suggest_run},
    {"names",   names_run  },
};

static err_t run_once(struct index *ix, const char *name, struct read *read)
{
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        if (strcmp(requests[i].name, name) == 0)
            return requests[i].run(ix, read);
    return why_set(&read->why, ERR_USAGE, "%.100s", name);
}

static err_t put_answer(err_t e, const struct why *why, json_t *result, struct buf *answer)
{
    json_t *json = say_answer(e, why, result);
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    buf_clear(answer);
    err_t put = text && !shortage_seen() ? buf_add(answer, slice_text(text)) : ERR_MEMORY;
    free(text);
    json_decref(json);
    return put;
}

err_t index_refuse(err_t why, struct buf *answer)
{
    struct why none = {0};
    shortage_clear();
    return put_answer(why, &none, NULL, answer);
}

/* From what could be read of the replica to the answer; *damaged: the index could not be read. */
static err_t answer_once(struct index *ix, const json_t *request, struct buf *answer, bool *damaged)
{
    struct read read;
    const char *name = json_string_value(json_object_get(request, "do"));
    const char *lang = json_string_value(json_object_get(request, "lang"));
    err_t e = ready(ix);
    *damaged = false;
    if (!e)
        e = reader_begin(ix->reader, &read);
    if (e)
        return index_refuse(e == ERR_MEMORY ? e : ERR_NO_INDEX, answer);
    read.lang = lang ? lang : REQUEST_LANG;
    read.args = json_object_get(request, "args");
    e = run_once(ix, name ? name : "", &read);
    *damaged = e == ERR_DATABASE || e == ERR_DISK;
    e = put_answer(*damaged ? ERR_NO_INDEX : e, &read.why, e ? NULL : read.result, answer);
    reader_end(ix->reader, &read);
    return e;
}

err_t index_answer(struct index *ix, struct slice request, struct buf *answer)
{
    bool damaged = false;
    shortage_clear();
    json_t *json = shortage_load(request);
    err_t e = json ? answer_once(ix, json, answer, &damaged) : index_refuse(ERR_JSON, answer);
    /* It is found again as far as following comes; the answer says that it was not to be had. */
    if (damaged)
        make_file(ix);
    json_decref(json);
    return e;
}
