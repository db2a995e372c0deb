/*
 * allied record import: JSON Lines or CSV to the core. Every line is judged alone; the good ones go in.
 */
#include "daemon/cmd/batch.h"
#include "conf/tr.h"
#include "daemon/cmd/intake.h"
#include "daemon/cmd/progress.h"
#include "daemon/cmd/record.h"
#include <signal.h>

static const struct arg_option options[] = {
    INTAKE_OPTIONS,
    {0, "dry-run", NULL, false, N_("say what would happen, write nothing")},
};
const struct arg_form record_import_form = {
    "record import",
    "FILE|-",
    N_("put in records, a JSON object or a row of CSV each; importing again writes only what changed"),
    options,
    sizeof options / sizeof *options,
    1,
    1,
    N_("Bad lines are refused one by one, with line, field and reason; the good ones go in. Names that neither allied "
       "nor the map know are "
       "counted and named. Exit code 0: all went in; 2: some were refused; 65: all were refused. A CSV (comma, "
       "semicolon or tab, "
       "UTF-8) names its columns after the fields: title@fr, place.name; a list in one cell (A | B), or part by part: "
       "actors.1.name, actors.1.role.")};

/* Set by Ctrl-C, so that the import ends between two requests. A signal's handler has no other way to say something. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

struct import {
    struct cli *cli;
    struct intake intake;
    struct batch batch;
    struct progress progress;
};

static err_t all(struct import *im)
{
    struct intake *in = &im->intake;
    err_t err = ERR_OK;
    while (!err && !interrupted) {
        json_t *object = NULL;
        struct why why = {0};
        err = intake_next(in, &object, &why);
        if (err == ERR_NOT_FOUND)
            return batch_flush(&im->batch);
        bool failed = err && intake_failed(in, err);
        if (failed && interrupted) /* Ctrl-C while it waited for a line */
            return batch_flush(&im->batch);
        if (failed) {
            im->cli->why = why;
            break;
        }
        err = err ? batch_refuse(&im->batch, intake_line(in), in->field, err, &why)
                  : batch_add(&im->batch, intake_line(in), object, intake_length(in));
        progress_step(&im->progress, progress_now(), N_("importing"), intake_line(in), intake_bytes(in), in->size);
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
                NUM(intake_line(&im->intake) + 1), NULL);
    return interrupted && !err ? 2 : code;
}

int record_import_as(struct cli *cli, const char *format, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &record_import_form, argc, argv, &args, &code))
        return code;
    struct import im = {.cli = cli};
    struct sigaction act = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND}, old;
    bool dry_run = args_flag(&args, "dry-run");
    err_t err = intake_open(&im.intake, cli, args.operands[0], format, &args);
    if (err) {
        code = cli_fail(cli, err);
    } else {
        progress_init(&im.progress, &cli->out, progress_now());
        batch_init(&im.batch, cli, "record.write", "lines", "record",
                   json_pack("{s:s, s:b, s:b, s:o*}", "mode", "import", "dry_run", dry_run, "unknown_ok", 1,
                             "speaks_of", intake_speaks_of(&im.intake)));
        interrupted = 0;
        sigaction(SIGINT, &act, &old);
        code = tell(&im, all(&im), dry_run);
        sigaction(SIGINT, &old, NULL);
        batch_fini(&im.batch);
    }
    intake_close(&im.intake);
    return code;
}

int record_import(struct cli *cli, int argc, char **argv)
{
    return record_import_as(cli, NULL, argc, argv);
}
