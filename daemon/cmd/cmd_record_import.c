/*
 * allied record import: JSON Lines to the core. Every line is judged alone; the good ones go in.
 */
#include "daemon/cmd/batch.h"
#include "conf/tr.h"
#include "daemon/cmd/lines.h"
#include "daemon/cmd/map.h"
#include "daemon/cmd/progress.h"
#include "daemon/cmd/record.h"
#include "protocol/op/op.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

static const struct arg_option options[] = {
    {0, "map",       "FILE", false,
     N_("names of their fields to ours: one ours=theirs a line (abstract@fr=resume, place.lat=lat)")},
    {0, "dry-run",   NULL,   false, N_("say what would happen, write nothing")                      },
    {0, "text-lang", "XX",   false, N_("language of texts that do not name theirs")                 },
    {0, "type",      "T",    false, N_("type of records that do not name theirs")                   },
};
const struct arg_form record_import_form = {
    "record import",
    "FILE|-",
    N_("put in records, one JSON object a line; importing again writes only what changed"),
    options,
    sizeof options / sizeof *options,
    1,
    1,
    N_("Bad lines are refused one by one, with line, field and reason; the good ones go in. Names that neither allied "
       "nor the map know are "
       "counted and named. Exit code 0: all went in; 2: some were refused; 65: all were refused.")};

/* Set by Ctrl-C, so that the import ends between two requests. A signal's handler has no other way to say something. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

struct import {
    struct cli *cli;
    const char *path, *lang, *type;
    FILE *in;
    uint64_t size; /* bytes; 0 unknown */
    struct map *map;
    struct lines lines;
    struct batch batch;
    struct progress progress;
};

static err_t open_input(struct import *im)
{
    struct stat st;
    if (strcmp(im->path, "-") == 0) {
        im->in = stdin;
        return ERR_OK;
    }
    im->in = fopen(im->path, "re");
    if (!im->in || fstat(fileno(im->in), &st) != 0)
        return why_set(&im->cli->why, err_of_errno(errno, ERR_FILE), "%.150s", im->path);
    if (S_ISDIR(st.st_mode))
        return why_set(&im->cli->why, ERR_FILE_DIRECTORY, "%.150s", im->path);
    im->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return ERR_OK;
}

static err_t open_map(struct import *im, const char *path)
{
    FILE *f = path ? fopen(path, "re") : NULL;
    struct why why = {0};
    if (!path)
        return ERR_OK;
    if (!f)
        return why_set(&im->cli->why, err_of_errno(errno, ERR_FILE), "%.150s", path);
    err_t err = map_read(f, &im->map, &why);
    fclose(f);
    return err ? why_set(&im->cli->why, err, "%.60s: %.90s", path, why.text) : ERR_OK;
}

static err_t one(struct import *im, json_t *object)
{
    err_t err = im->map ? map_apply(im->map, object) : ERR_OK;
    if (!err && im->lang && !json_is_string(json_object_get(object, "lang")))
        err = json_object_set_new(object, "lang", json_string(im->lang)) ? ERR_MEMORY : ERR_OK;
    if (!err && im->type && !json_is_string(json_object_get(object, "type")))
        err = json_object_set_new(object, "type", json_string(im->type)) ? ERR_MEMORY : ERR_OK;
    if (err) {
        json_decref(object);
        return why_set(&im->cli->why, err, "line %llu", (unsigned long long)im->lines.number);
    }
    return batch_add(&im->batch, im->lines.number, object, im->lines.line.len);
}

static err_t all(struct import *im)
{
    err_t err = ERR_OK;
    while (!err && !interrupted) {
        json_t *object = NULL;
        struct why why = {0};
        err = lines_next(&im->lines, &object, &why);
        if (err == ERR_NOT_FOUND)
            return batch_flush(&im->batch);
        if (lines_failed(&im->lines) && interrupted) /* Ctrl-C while it waited for a line */
            return batch_flush(&im->batch);
        if (lines_failed(&im->lines) || err == ERR_MEMORY) {
            im->cli->why = why;
            break;
        }
        err = err ? batch_refuse(&im->batch, im->lines.number, "", err, &why) : one(im, object);
        progress_step(&im->progress, progress_now(), N_("importing"), im->lines.number, im->lines.bytes, im->size);
    }
    return err ? err : batch_flush(&im->batch);
}

static int tell(struct import *im, err_t err, bool dry_run)
{
    progress_end(&im->progress);
    int code = batch_tell(&im->batch, batch_result(&im->batch), err, dry_run);
    if (interrupted)
        out_say(&im->cli->out,
                N_("interrupted before line {1}: what went in stays; run the same command again to go on"),
                NUM(im->lines.number + 1), NULL);
    return interrupted && !err ? 2 : code;
}

int record_import(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &record_import_form, argc, argv, &args, &code))
        return code;
    struct import im = {.cli = cli,
                        .path = args.operands[0],
                        .lang = args_value(&args, "text-lang"),
                        .type = args_value(&args, "type")};
    struct sigaction act = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND}, old;
    bool dry_run = args_flag(&args, "dry-run");
    err_t err = im.lang && !lang_valid(slice_text(im.lang)) ? why_set(&cli->why, ERR_LANG, "--text-lang %.60s", im.lang)
                                                            : ERR_OK;
    err = err ? err : open_map(&im, args_value(&args, "map"));
    err = err ? err : open_input(&im);
    if (err) {
        code = cli_fail(cli, err);
    } else {
        lines_init(&im.lines, im.in);
        progress_init(&im.progress, &cli->out, progress_now());
        batch_init(&im.batch, cli, "record.write", "lines", "record",
                   json_pack("{s:s, s:b, s:b}", "mode", "import", "dry_run", dry_run, "unknown_ok", 1));
        interrupted = 0;
        sigaction(SIGINT, &act, &old);
        code = tell(&im, all(&im), dry_run);
        sigaction(SIGINT, &old, NULL);
        batch_fini(&im.batch);
        lines_fini(&im.lines);
    }
    if (im.in && im.in != stdin)
        fclose(im.in);
    map_free(im.map);
    return code;
}
