/*
 * allied concept import, export: SKOS files through daemon/commons/skos.h.
 */
#include "conf/tr.h"
#include "daemon/cmd/batch.h"
#include "daemon/cmd/beside.h"
#include "daemon/cmd/concept.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/progress.h"
#include "daemon/commons/skos.h"
#include <stdlib.h>
#include <string.h>

#define EXPORT_PAGE 500

/* ---- import ---- */

static const struct arg_option import_options[] = {
    {0, "adopt",   NULL,                     false, N_("adopt what is written, where the charter lets this ally")},
    {0, "dry-run", NULL,                     false, N_("say what would happen, write nothing")                   },
    {0, "format",  "turtle|ntriples|rdfxml", false, N_("by the file's name otherwise: .ttl, .nt, .rdf or .xml")  },
    {0, "motive",  "RECORD",                 false, N_("the record that motivates it")                           },
};
const struct arg_form concept_import_form = {"concept import",
                                             "FILE.ttl|FILE.nt|FILE.rdf",
                                             N_("put in concepts from SKOS; importing again writes only what changed"),
                                             import_options,
                                             sizeof import_options / sizeof *import_options,
                                             1,
                                             1,
                                             N_("A file with a fault changes nothing. What cannot be kept is listed, "
                                                "never dropped in silence. Exit code 0: all went in; 2: some "
                                                "concepts were refused; 65: all were.")};

/* The format of --format, else of the file's name, else `fallback`. ERR_USAGE. */
static err_t format_of(struct cli *cli, const struct args *args, const char *path, const char *fallback,
                       const char **out)
{
    const char *text = args_value(args, "format"), *found = text ? skos_format_named(text) : skos_format_of(path);
    if (!found && !text)
        found = fallback;
    if (!found)
        return why_set(&cli->why, ERR_USAGE,
                       text ? "--format %.60s (turtle, ntriples, rdfxml)" : "%.100s (.ttl, .nt, .rdf)",
                       text ? text : path);
    *out = found;
    return ERR_OK;
}

static err_t send(struct batch *b, struct progress *p, const json_t *concepts)
{
    size_t i, sent = 0, n = json_array_size(concepts);
    json_t *c;
    err_t err = ERR_OK;
    json_array_foreach(concepts, i, c)
    {
        json_t *own = json_copy(c);
        char *text = json_dumps(c, JSON_COMPACT);
        size_t bytes = text ? strlen(text) : 0;
        free(text);
        json_object_del(own, "line");
        err = batch_add(b, (uint64_t)pick_number(c, "line"), own, bytes);
        if (err)
            return err;
        sent++;
        progress_step(p, progress_now(), N_("importing"), sent, sent, n);
    }
    return batch_flush(b);
}

static void tell_lost(const struct out *o, const json_t *lost)
{
    size_t i;
    json_t *row;
    json_array_foreach(lost, i, row)
    {
        if (i == 0)
            out_say(o, N_("statements that allied does not keep:"), NULL);
        out_say(o, "  {1}  {2}", pick_text(row, "what"), NUM(pick_number(row, "count")), NULL);
    }
}

int concept_import(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    const char *format = NULL;
    json_t *concepts = NULL, *lost = NULL;
    if (!cli_begin(cli, &concept_import_form, argc, argv, &args, &code))
        return code;
    bool dry_run = args_flag(&args, "dry-run"), adopt = args_flag(&args, "adopt");
    err_t err = format_of(cli, &args, args.operands[0], NULL, &format);
    err = err ? err : skos_read(args.operands[0], format, &concepts, &lost, &cli->why);
    if (err)
        return cli_fail(cli, err);
    struct batch b;
    struct progress p;
    json_t *request = json_pack("{s:s, s:b, s:b}", "mode", "import", "dry_run", dry_run, "adopt", adopt);
    if (args_value(&args, "motive"))
        json_object_set_new(request, "motive", json_string(args_value(&args, "motive")));
    batch_init(&b, cli, "concept.write", "concepts", "concept", request);
    progress_init(&p, &cli->out, progress_now());
    err = send(&b, &p, concepts);
    progress_end(&p);
    json_t *result = batch_result(&b);
    json_object_set(result, "lost", lost);
    if (!cli->out.json)
        tell_lost(&cli->out, lost);
    code = batch_tell(&b, result, err, dry_run);
    batch_fini(&b);
    json_decref(concepts);
    json_decref(lost);
    return code;
}

/* ---- export ---- */

static const struct arg_option export_options[] = {
    {0, "format", "turtle|ntriples|rdfxml", false, N_("by the file's name otherwise: .ttl, .nt, .rdf or .xml")},
};
const struct arg_form concept_export_form = {"concept export",
                                             "[FILE.ttl|FILE.nt|FILE.rdf|-]",
                                             N_("the thesaurus as SKOS"),
                                             export_options,
                                             sizeof export_options / sizeof *export_options,
                                             0,
                                             1,
                                             NULL};

/* What an export came to. */
struct exported {
    size_t concepts, replaced;
};

static err_t pages(struct cli *cli, struct skos_out *out, size_t *n)
{
    char cursor[512] = "";
    do {
        json_t *result = NULL, *request = json_pack("{s:i}", "limit", EXPORT_PAGE);
        if (*cursor)
            json_object_set_new(request, "cursor", json_string(cursor));
        err_t err = cli_ask(cli, "concept.export", request, &result);
        const json_t *list = json_object_get(result, "concepts");
        if (!err)
            err = skos_put(out, list, &cli->why);
        *n += json_array_size(list);
        snprintf(cursor, sizeof cursor, "%s", pick_text(result, "next"));
        json_decref(result);
        if (err)
            return err;
    } while (*cursor);
    return ERR_OK;
}

static err_t document(struct cli *cli, const char *format, FILE *to, struct exported *done)
{
    struct skos_out *out = NULL;
    err_t err = skos_open(format, to, &out, &cli->why);
    if (!err)
        err = pages(cli, out, &done->concepts);
    if (!err)
        err = skos_end(out, &done->replaced, &cli->why);
    skos_close(out);
    return err;
}

static err_t to_file(struct cli *cli, const char *format, const char *path, struct exported *done)
{
    struct beside file;
    err_t err = beside_open(&file, path, &cli->why);
    return err ? err : beside_close(&file, document(cli, format, file.to, done), &cli->why);
}

static void tell_exported(const struct out *o, const char *path, bool to_stdout, const struct exported *done)
{
    if (o->json && !to_stdout) {
        json_t *result = json_pack("{s:s, s:I, s:I}", "file", path, "concepts", (json_int_t)done->concepts, "replaced",
                                   (json_int_t)done->replaced);
        out_json(o, result);
        json_decref(result);
        return;
    }
    if (done->replaced)
        out_say(o,
                tr_n(o->lang, "{1} character that XML cannot hold was replaced by U+FFFD",
                     "{1} characters that XML cannot hold were replaced by U+FFFD", done->replaced),
                NUM(done->replaced), NULL);
    if (!to_stdout)
        out_say(o, tr_n(o->lang, "{1}: {2} concept", "{1}: {2} concepts", done->concepts), path, NUM(done->concepts),
                NULL);
}

int concept_export(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    struct exported done = {0};
    const char *format = NULL;
    if (!cli_begin(cli, &concept_export_form, argc, argv, &args, &code))
        return code;
    const char *path = args.operands_n ? args.operands[0] : "-";
    bool to_stdout = strcmp(path, "-") == 0;
    err_t err = format_of(cli, &args, path, to_stdout ? "turtle" : NULL, &format);
    if (!err)
        err = to_stdout ? document(cli, format, cli->out.data, &done) : to_file(cli, format, path, &done);
    if (err)
        return cli_fail(cli, err);
    tell_exported(&cli->out, path, to_stdout, &done);
    return 0;
}
