/*
 * allied report: the assembly's report on a year, written out of this copy, or one that somebody else made, verified. It reads beside whatever runs: the replica on a
 * connection of its own that cannot write. What this site saw of the others is asked of the core.
 */
#include "daemon/cmd/beside.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pdf.h"
#include "daemon/cmd/pick.h"
#include "daemon/core/found.h"
#include "daemon/read/reader.h"
#include "daemon/report/csv.h"
#include "daemon/report/verify.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define REPORT_MOST (256u * 1024 * 1024) /* bytes of one */

static const struct arg_option options[] = {
    {0,   "format", "html|pdf|csv|json", false, N_("what to make of it; html unless said otherwise")                    },
    {'o', "output", "FILE",              false, N_("write to that file instead of stdout")                              },
    {0,   "shared", NULL,                false, N_("only what every site can recompute: nothing that only this one saw")},
    {0,   "verify", "FILE",              false, N_("recompute that report from this copy, and say where it differs")    },
};
static const struct arg_form form = {"report",
                                     "[YEAR]",
                                     N_("the assembly's report on a year: who added what, to read, print or count on"),
                                     options,
                                     sizeof options / sizeof *options,
                                     0,
                                     1,
                                     N_("Without a year: the open one. Of a closed year every site makes the same "
                                        "report (--shared: to the byte). PDF is made by "
                                        "weasyprint. Verifying ends with 0 where all is the same, 1 where it differs, "
                                        "2 where it differs by what was erased since, 75 where this copy "
                                        "lacks changes that the report was made of.")};

enum form_of_report { HTML, PDF, CSV, JSON, NO_FORM };

static enum form_of_report form_named(const char *name)
{
    static const char *const names[] = {[HTML] = "html", [PDF] = "pdf", [CSV] = "csv", [JSON] = "json"};
    unsigned i = HTML;
    while (i < NO_FORM && strcmp(names[i], name) != 0)
        i++;
    return (enum form_of_report)i;
}

static err_t open_reader(struct cli *cli, struct reader **out)
{
    char path[CLI_PATH_MAX + sizeof DATABASE_NAME + 1];
    snprintf(path, sizeof path, "%s/%s", cli->data, DATABASE_NAME);
    return reader_open(path, out, &cli->why);
}

/* ---- making ---- */

struct making {
    unsigned year; /* 0: the open one */
    enum form_of_report form;
    const char *path; /* NULL: stdout */
    json_t *sites;    /* NULL: nothing that only this site saw */
};

static const char *own_name(const json_t *sites)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(sites, "sites"), i, one) if (pick_true(one, "own")) return pick_text(one,
                                                                                                            "name");
    return "";
}

static err_t write_form(const struct cli *cli, const struct making *of, const struct model *m, struct buf *out)
{
    const struct report_local local = {.sites = of->sites, .self = own_name(of->sites)},
                              *seen = of->sites ? &local : NULL;
    return of->form == CSV    ? report_csv(m, seen, out)
           : of->form == JSON ? report_json(m, seen, out)
                              : report_html(m, seen, cli->lang, out);
}

static err_t compose(struct cli *cli, const struct making *of, struct buf *out)
{
    struct reader *reader = NULL;
    struct read read;
    struct model m;
    err_t e = open_reader(cli, &reader);
    e = e ? e : reader_begin(reader, &read);
    if (!e) {
        read.lang = cli->lang;
        e = model_make(&read, of->year, NULL, cli->lang, &m);
        if (!e) {
            e = write_form(cli, of, &m, out);
            model_fini(&m);
        }
        if (e && read.why.code)
            cli->why = read.why;
        reader_end(reader, &read);
    }
    reader_close(reader);
    return e;
}

static err_t write_out(struct cli *cli, const struct making *of, struct slice bytes)
{
    struct beside file;
    err_t e = of->path ? beside_open(&file, of->path, &cli->why) : ERR_OK;
    if (e)
        return e;
    FILE *to = of->path ? file.to : cli->out.data;
    if (of->form == PDF)
        e = pdf_make(bytes, to, cli->timeout_ms, &cli->why);
    else if (fwrite(bytes.at, 1, bytes.len, to) != bytes.len || fflush(to) != 0)
        e = why_set(&cli->why, err_of_errno(errno, ERR_WRITE), "%.150s", of->path ? of->path : "stdout");
    return of->path ? beside_close(&file, e, &cli->why) : e;
}

static int make(struct cli *cli, struct making *of, bool shared)
{
    struct buf out;
    err_t e = ERR_OK;
    if (!of->path && of->form != CSV && of->form != JSON && isatty(fileno(cli->out.data)))
        return cli_fail(cli, ERR_REPORT_TERMINAL);
    if (!shared) /* also opens the data directory, and brings it up to date */
        e = cli_ask(cli, "sites", NULL, &of->sites);
    buf_init(&out, REPORT_MOST);
    e = e ? e : compose(cli, of, &out);
    e = e ? e : write_out(cli, of, buf_slice(&out));
    json_decref(of->sites);
    buf_fini(&out);
    if (e)
        return cli_fail(cli, e);
    if (of->path)
        out_say(&cli->out,
                of->form == PDF ? N_("The report is in {1}. What can be verified is the same as html, csv or json.")
                                : N_("The report is in {1}. Others verify it with: allied report --verify {1}"),
                of->path, NULL);
    return 0;
}

/* ---- verifying ---- */

static err_t read_whole(const char *path, struct buf *out, struct why *why)
{
    char piece[65536];
    size_t n = 0;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!f)
        return why_set(why, err_of_errno(errno, ERR_FILE), "%s", path);
    errno = 0;
    while (!out->err && (n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_append(out, piece, n);
    err_t e = ferror(f) ? err_of_errno(errno, ERR_FILE) : out->err;
    if (f != stdin)
        fclose(f);
    return e ? why_set(why, e, "%s", path) : ERR_OK;
}

static const char *or_dash(const char *text)
{
    return text && *text ? text : "–";
}

static void tell_differences(const struct out *o, const json_t *result)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "differences"), i, one)
    {
        out_print(o, N_("{1}, {2}, {3}:"), or_dash(pick_text(one, "section")), or_dash(pick_text(one, "figure")),
                  or_dash(pick_text(one, "ally")), NULL);
        out_print(o, N_("  the file says: {1}"), or_dash(pick_text(one, "file")), NULL);
        out_print(o, N_("  it should say: {1}"), or_dash(pick_text(one, "here")), NULL);
    }
    if (pick_number(result, "more"))
        out_print(o, N_("… and {1} more differences"), NUM(pick_number(result, "more")), NULL);
    json_array_foreach(json_object_get(result, "erased"), i, one) out_print(
        o, N_("Erased since the report was made: {1} ({2})"), pick_text(one, "dot"), pick_text(one, "ally"), NULL);
}

static int tell(struct cli *cli, const json_t *result, err_t e)
{
    if (cli->out.json && pick_text(result, "format")[0]) {
        out_json(&cli->out, result);
        return err_exit(e);
    }
    if (!e) {
        out_print(&cli->out,
                  N_("The report on {1} says what the changes it was made of say, to the byte. Digest of its cut: {2}"),
                  NUM(pick_number(result, "year")), pick_text(result, "inputs"), NULL);
        return 0;
    }
    tell_differences(&cli->out, result);
    return cli_fail(cli, e);
}

static int verify(struct cli *cli, const char *path)
{
    struct reader *reader = NULL;
    struct read read;
    struct buf file;
    int code = 0;
    buf_init(&file, REPORT_MOST);
    err_t e = read_whole(path, &file, &cli->why);
    e = e ? e : open_reader(cli, &reader);
    e = e ? e : reader_begin(reader, &read);
    if (e) {
        code = cli_fail(cli, e);
    } else {
        read.lang = cli->lang;
        e = report_verify(&read, buf_slice(&file));
        if (e && read.why.code)
            cli->why = read.why;
        code = tell(cli, read.result, e);
        reader_end(reader, &read);
    }
    reader_close(reader);
    buf_fini(&file);
    return code;
}

int cmd_report(struct cli *cli, int argc, char **argv)
{
    struct args args;
    struct making of = {.form = HTML};
    long number = 0;
    int code;
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    const char *format = args_value(&args, "format"), *path = args_value(&args, "verify");
    const char *year = args.operands_n ? args.operands[0] : NULL;
    if (path)
        return year ? cli_usage(cli, year) : verify(cli, path);
    of.form = form_named(format ? format : cli->out.json ? "json" : "html");
    of.path = args_value(&args, "output");
    if (of.form == NO_FORM)
        return cli_usage(cli, format);
    if (year && !args_year(year, &number))
        return cli_fail(cli, why_set(&cli->why, ERR_YEAR, "%.20s", year));
    of.year = (unsigned)number;
    return make(cli, &of, args_flag(&args, "shared"));
}
