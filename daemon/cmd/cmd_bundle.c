/*
 * allied bundle export: what a session would carry, in a file: for a stick, a first fill, a site without network.
 */
#include "conf/tr.h"
#include "daemon/cmd/bundle.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/progress.h"
#include "daemon/store/bundle.h"
#include "protocol/base/base32.h"
#include "protocol/base/limits.h"
#include "protocol/sign/sign.h"
#include "protocol/wire/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The heads that VECTOR messages name. */
struct heads {
    struct arena arena;
    struct msg_head *at;
    size_t n, room;
};

static err_t add_heads(struct heads *to, const struct msg_vector *v)
{
    if (to->n + v->heads_n > to->room) {
        size_t room = 2 * (to->n + v->heads_n);
        struct msg_head *more = realloc(to->at, room * sizeof *more);
        if (!more)
            return ERR_MEMORY;
        to->at = more;
        to->room = room;
    }
    if (v->heads_n)
        memcpy(to->at + to->n, v->heads, v->heads_n * sizeof *v->heads);
    to->n += v->heads_n;
    return ERR_OK;
}

/* Notes the heads of a message that has some. */
static err_t note_heads(struct heads *to, struct slice message)
{
    struct arena arena = {0};
    struct msg m;
    err_t e = msg_decode(message, &arena, &m);
    if (!e && m.type == MSG_VECTOR && m.vector.level == 2)
        e = add_heads(to, &m.vector);
    arena_fini(&arena);
    return e;
}

static int compare_heads(const void *a, const void *b)
{
    const struct msg_head *x = a, *y = b;
    int order = memcmp(x->site, y->site, sizeof x->site);
    return order ? order : (x->incarnation > y->incarnation) - (x->incarnation < y->incarnation);
}

err_t bundle_file_open(struct cli *cli, const char *path, int *fd, struct bundle_reader **in)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (*fd < 0 || fstat(*fd, &st))
        return why_set(&cli->why, err_of_errno(errno, ERR_FILE), "%.150s", path);
    if (!S_ISREG(st.st_mode))
        return why_set(&cli->why, S_ISDIR(st.st_mode) ? ERR_FILE_DIRECTORY : ERR_BUNDLE_FOREIGN, "%.150s", path);
    err_t e = bundle_open(*fd, in);
    return e ? why_set(&cli->why, e, "%.150s", path) : ERR_OK;
}

/* ---- export ---- */

struct export
{
    struct cli *cli;
    const char *path;
    char fresh[PATH_MAX]; /* until it is done */
    int fd;
    struct bundle_writer *out;
    struct heads heads, since;
    bool heads_only;
    struct progress progress;
    uint64_t commits, whole;
};

static err_t read_since(struct export *x, const char *path)
{
    int fd = -1;
    struct bundle_reader *in = NULL;
    struct slice message;
    err_t e = bundle_file_open(x->cli, path, &fd, &in);
    while (!e && (e = bundle_next(in, &message)) == ERR_OK)
        e = note_heads(&x->since, message);
    bundle_close(in);
    if (fd >= 0)
        close(fd);
    if (e == ERR_NOT_FOUND)
        e = x->since.n ? ERR_OK : ERR_BUNDLE_EMPTY;
    qsort(x->since.at, x->since.n, sizeof *x->since.at, compare_heads);
    return e ? why_set(&x->cli->why, e, "%.150s", path) : ERR_OK;
}

static err_t begin_file(struct export *x)
{
    if (snprintf(x->fresh, sizeof x->fresh, "%s.new", x->path) >= (int)sizeof x->fresh)
        return why_set(&x->cli->why, ERR_WRITE, "%.150s", x->path);
    x->fd = open(x->fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (x->fd < 0)
        return why_set(&x->cli->why, err_of_errno(errno, ERR_WRITE), "%.150s", x->fresh);
    return bundle_begin(x->fd, &x->out);
}

/* The messages of one answer go into the file. */
static err_t write_messages(struct export *x, const json_t *answer, bool heads)
{
    size_t i;
    const json_t *text;
    struct buf message;
    err_t e = ERR_OK;
    buf_init(&message, LIMIT_MESSAGE_BYTES);
    json_array_foreach(json_object_get(answer, "messages"), i, text)
    {
        buf_clear(&message);
        e = base32_decode_buf(slice_text(json_string_value(text)), &message);
        if (!e && heads)
            e = note_heads(&x->heads, buf_slice(&message));
        if (!e)
            e = bundle_add(x->out, buf_slice(&message));
        if (e)
            break;
    }
    buf_fini(&message);
    return e;
}

static err_t write_head(struct export *x)
{
    json_int_t from = 0;
    for (bool more = true; more;) {
        json_t *answer = NULL;
        err_t e = cli_ask(x->cli, "bundle.head", json_pack("{s:I}", "from", from), &answer);
        if (!e)
            e = write_messages(x, answer, true);
        more = json_is_integer(json_object_get(answer, "next"));
        from = json_integer_value(json_object_get(answer, "next"));
        json_decref(answer);
        if (e)
            return e;
    }
    return ERR_OK;
}

/* What of a log the other side has already, as the bundle given with --since says. */
static uint64_t first_of(const struct export *x, const struct msg_head *head)
{
    const struct msg_head *has = x->since.n ? bsearch(head, x->since.at, x->since.n, sizeof *has, compare_heads) : NULL;
    bool same_branch = has && (has->seq < head->seq || memcmp(has->id, head->id, sizeof has->id) == 0);
    return same_branch ? has->seq + 1 : has && has->seq > head->seq ? head->seq + 1 : 1;
}

static err_t write_log(struct export *x, const struct msg_head *head)
{
    char site[BASE32_LEN(sizeof head->site) + 1];
    base32_encode(slice_of(head->site, sizeof head->site), site);
    for (uint64_t next = first_of(x, head); next <= head->seq;) {
        json_t *answer = NULL;
        err_t e = cli_ask(x->cli, "bundle.run",
                          json_pack("{s:s, s:o, s:I, s:I}", "author", site, "incarnation",
                                    json_sprintf("%llu", (unsigned long long)head->incarnation), "first",
                                    (json_int_t)next, "last", (json_int_t)head->seq),
                          &answer);
        if (!e)
            e = write_messages(x, answer, false);
        uint64_t n = (uint64_t)pick_number(answer, "commits");
        json_decref(answer);
        if (e)
            return e;
        if (!n)
            break;
        next += n;
        x->commits += n;
        progress_step(&x->progress, progress_now(), N_("writing"), x->commits, x->commits, x->whole);
    }
    return ERR_OK;
}

static err_t write_runs(struct export *x)
{
    for (size_t i = 0; i < x->heads.n; i++)
        x->whole += x->heads.at[i].seq + 1 - first_of(x, &x->heads.at[i]);
    progress_init(&x->progress, &x->cli->out, progress_now());
    err_t e = ERR_OK;
    for (size_t i = 0; i < x->heads.n && !e && !x->heads_only; i++)
        e = write_log(x, &x->heads.at[i]);
    progress_end(&x->progress);
    return e;
}

/* A reader that finds this knows that nothing was cut off. */
static err_t write_end(struct export *x)
{
    struct msg m = {
        .type = MSG_BYE, .bye = {.code = slice_text(err_name(ERR_OK)), .reason = slice_text("")}
    };
    struct buf message;
    buf_init(&message, LIMIT_MESSAGE_BYTES);
    err_t e = msg_encode(&m, &message);
    if (!e)
        e = bundle_add(x->out, buf_slice(&message));
    buf_fini(&message);
    if (!e && fsync(x->fd))
        e = err_of_errno(errno, ERR_WRITE);
    if (!e && rename(x->fresh, x->path))
        e = err_of_errno(errno, ERR_WRITE);
    return e;
}

static err_t export(struct export *x)
{
    err_t e = begin_file(x);
    if (!e)
        e = write_head(x);
    if (!e)
        e = write_runs(x);
    if (!e)
        e = write_end(x);
    bundle_finish(x->out);
    if (x->fd >= 0)
        close(x->fd);
    if (e && x->fd >= 0)
        unlink(x->fresh);
    if (e && x->cli->why.code != e)
        why_set(&x->cli->why, e, "%.150s", x->path);
    return e;
}

static void told_export(const struct export *x)
{
    const struct out *o = &x->cli->out;
    struct stat st = {0};
    stat(x->path, &st);
    if (o->json) {
        json_t *facts = json_pack("{s:s, s:I, s:I, s:I}", "file", x->path, "bytes", (json_int_t)st.st_size, "logs",
                                  (json_int_t)x->heads.n, "commits", (json_int_t)x->commits);
        out_json(o, facts);
        json_decref(facts);
        return;
    }
    out_print(o, N_("Written: {1}, {2} commits, {3} bytes."), x->path, NUM(x->commits), NUM(st.st_size), NULL);
    out_say(o,
            x->heads_only ? N_("It says what this site has. Who brings the rest: allied bundle export FILE --since {1}")
                          : N_("At the other site: allied bundle import {1}"),
            x->path, NULL);
}

static const struct arg_option export_options[] = {
    {0, "since", "BUNDLE", false, N_("only what the site that made this bundle did not have then")},
    {0, "heads", NULL,     false, N_("only say what this site has: a small file for --since")     },
};
const struct arg_form bundle_export_form = {
    "bundle export",
    "FILE",
    N_("write what this site holds, signed as it is, into a file"),
    export_options,
    sizeof export_options / sizeof *export_options,
    1,
    1,
    N_("For a stick, a first fill, a site without network. There is no key in it, but every text of the alliance.")};

int bundle_export(struct cli *cli, int argc, char **argv)
{
    struct args args;
    struct stat st;
    int code;
    if (!cli_begin(cli, &bundle_export_form, argc, argv, &args, &code))
        return code;
    const char *path = args.operands[0], *since = args_value(&args, "since");
    if (stat(path, &st) == 0 && !cli_confirm_about(cli, N_("Replace {1}?"), path, &code))
        return code;
    struct export x = {.cli = cli, .path = path, .fd = -1, .heads_only = args_flag(&args, "heads")};
    err_t e = since ? read_since(&x, since) : ERR_OK;
    if (!e)
        e = export(&x);
    if (!e)
        told_export(&x);
    free(x.heads.at);
    free(x.since.at);
    return e ? cli_fail(cli, e) : 0;
}
