/*
 * allied export, import: the records in a file that other programs read, and back. `import` is `record import` under the name of the format. A CSV is walked twice:
 * which columns it has is known only once all records were seen.
 */
#include "daemon/cmd/beside.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/progress.h"
#include "daemon/cmd/record.h"
#include "protocol/base/cell.h"
#include "protocol/base/utf8.h"
#include "protocol/op/op.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE     200                /* records in one request */
#define CELL_CAP (8u * 1024 * 1024) /* bytes of a row */

static const struct arg_option options[] = {
    {0,   "ally",   "NAME", false, N_("of one ally only")                                                     },
    {'o', "output", "FILE", false, N_("write to that file instead of stdout")                                 },
    {0,   "excel",  NULL,   false, N_("CSV as French spreadsheets open it: semicolons, and a byte order mark")},
};
static const struct arg_form csv_form = {
    "export csv",
    "",
    N_("the records as CSV, a row each"),
    options,
    sizeof options / sizeof *options,
    0,
    0,
    N_("Cells that a spreadsheet would compute get an apostrophe, which an import takes away again. Imported again at "
       "their own site the records stay as they are.")};
static const struct arg_form jsonl_form = {"export jsonl",
                                           "",
                                           N_("the records as JSON Lines, an object each"),
                                           options,
                                           sizeof options / sizeof *options - 1,
                                           0,
                                           0,
                                           NULL};

struct export
{
    struct cli *cli;
    FILE *to;
    const char *ally;
    bool csv;
    char separator;
    json_t *columns; /* names, in order */
    struct progress progress;
    uint64_t done;
};

/* ---- columns ---- */

static void add_column(struct export *e, const char *name)
{
    size_t i;
    json_t *c;
    json_array_foreach(e->columns, i, c) if (strcmp(json_string_value(c), name) == 0) return;
    json_array_append_new(e->columns, json_string(name));
}

static void add_parts(struct export *e, const char *field, const json_t *value)
{
    static const char *const parts[] = {"name", "country", "lat", "lon", "start", "end"};
    char name[64];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (json_object_get(value, parts[i])) {
            snprintf(name, sizeof name, "%s.%s", field, parts[i]);
            add_column(e, name);
        }
}

static void add_columns(struct export *e, const json_t *record)
{
    size_t n;
    const struct field_info *fields = record_fields(&n);
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_object_get(record, fields[i].name);
        const char *lang;
        json_t *text;
        char name[96];
        if (!value)
            continue;
        if (fields[i].type == FT_PLACE || fields[i].type == FT_PERIOD)
            add_parts(e, fields[i].name, value);
        else if (fields[i].lang == LANG_NONE)
            add_column(e, fields[i].name);
        else
            json_object_foreach((json_t *)(uintptr_t)value, lang, text)
            {
                snprintf(name, sizeof name, "%s@%s", fields[i].name, lang);
                add_column(e, name);
            }
    }
    static const char *const others[] = {"concepts", "links", "made_from"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (json_object_get(record, others[i]))
            add_column(e, others[i]);
}

/* Fields in their table's order, languages beside each other. */
static unsigned rank(const char *column)
{
    char field[32];
    size_t n = strcspn(column, "@.");
    snprintf(field, sizeof field, "%.*s", (int)n, column);
    const struct field_info *f = field_by_name(ENTITY_RECORD, field);
    return f ? f->number : strcmp(field, "id") == 0 ? 0 : 1000;
}

static void sort_columns(struct export *e)
{
    for (size_t i = 1; i < json_array_size(e->columns); i++) /* by insertion: few */
        for (size_t k = i; k > 0; k--) {
            json_t *a = json_array_get(e->columns, k - 1), *b = json_array_get(e->columns, k);
            if (rank(json_string_value(a)) <= rank(json_string_value(b)))
                break;
            json_incref(a);
            json_array_set(e->columns, k - 1, b);
            json_array_set_new(e->columns, k, a);
        }
}

/* ---- cells ---- */

static bool plain_words(const json_t *list)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        const char *text = json_string_value(one);
        if (!text || !*text || strchr(text, '|') || strchr(" \t\r\n[{", *text) ||
            strchr(" \t\r\n", text[strlen(text) - 1]))
            return false;
    }
    return true;
}

/* A cell as `record import` reads it: words with bars between them, JSON for what is more than that. */
static void cell(struct export *e, const json_t *value, struct buf *row)
{
    struct buf text, plain;
    size_t i;
    json_t *one;
    buf_init(&text, CELL_CAP);
    buf_init(&plain, CELL_CAP);
    if (json_is_array(value) && plain_words(value)) {
        json_array_foreach((json_t *)(uintptr_t)value, i, one)
            buf_printf(&text, "%s%s", i ? " | " : "", json_string_value(one));
    } else if (json_is_string(value)) {
        buf_append(&text, json_string_value(value), json_string_length(value));
    } else if (value) {
        char *json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
        if (json)
            buf_append(&text, json, strlen(json));
        else
            text.err = ERR_MEMORY;
        free(json);
    }
    err_t err = text.err ? text.err : utf8_plain(buf_slice(&text), &plain); /* others' may drive a terminal */
    cell_put(row, buf_slice(&plain), e->separator);
    if (err)
        row->err = err;
    buf_fini(&text);
    buf_fini(&plain);
}

static const json_t *value_at(const json_t *record, const char *column)
{
    char field[64];
    size_t n = strcspn(column, "@.");
    snprintf(field, sizeof field, "%.*s", (int)n, column);
    const json_t *value = json_object_get(record, field);
    return column[n] ? json_object_get(value, column + n + 1) : value;
}

static err_t write_row(struct export *e, const json_t *record)
{
    struct buf row;
    size_t i;
    json_t *column;
    buf_init(&row, CELL_CAP);
    json_array_foreach(e->columns, i, column)
    {
        if (i)
            buf_byte(&row, (uint8_t)e->separator);
        if (record)
            cell(e, value_at(record, json_string_value(column)), &row);
        else
            cell_put(&row, slice_text(json_string_value(column)), e->separator);
    }
    buf_printf(&row, "\r\n");
    bool written = !row.err && fwrite(row.at, 1, row.len, e->to) == row.len;
    err_t err = row.err ? row.err : written ? ERR_OK : err_of_errno(errno, ERR_WRITE);
    buf_fini(&row);
    return err;
}

static err_t write_line(struct export *e, const json_t *record)
{
    struct buf line;
    buf_init(&line, SIZE_MAX);
    json_dump_callback(record, utf8_json_piece, &line, JSON_COMPACT | JSON_REAL_PRECISION(9));
    buf_byte(&line, '\n');
    bool written = !line.err && fwrite(line.at, 1, line.len, e->to) == line.len;
    err_t err = line.err ? line.err : written ? ERR_OK : err_of_errno(errno, ERR_WRITE);
    buf_fini(&line);
    return err;
}

/* ---- walking ---- */

static err_t take(struct export *e, const json_t *record, bool look)
{
    if (look) {
        add_columns(e, record);
        return ERR_OK;
    }
    e->done++;
    return e->csv ? write_row(e, record) : write_line(e, record);
}

static err_t walk(struct export *e, bool look)
{
    char cursor[256] = "";
    err_t err = ERR_OK;
    do {
        json_t *page = NULL, *record;
        size_t i;
        err = cli_ask(e->cli, "record.export",
                      json_pack("{s:i, s:s, s:s}", "limit", PAGE, "cursor", cursor, "ally", e->ally), &page);
        json_array_foreach(json_object_get(page, "records"), i, record) err = err ? err : take(e, record, look);
        snprintf(cursor, sizeof cursor, "%s", pick_text(page, "next"));
        json_decref(page);
        progress_step(&e->progress, progress_now(), N_("exporting"), e->done, 0, 0);
    } while (!err && *cursor);
    return err;
}

static err_t write_all(struct export *e, bool excel)
{
    err_t err = ERR_OK;
    if (e->csv) {
        json_array_append_new(e->columns, json_string("id"));
        err = walk(e, true);
        sort_columns(e);
        if (!err && excel && fputs("\xef\xbb\xbf", e->to) == EOF)
            err = err_of_errno(errno, ERR_WRITE);
        err = err ? err : write_row(e, NULL);
    }
    err = err ? err : walk(e, false);
    if (!err && fflush(e->to) != 0)
        err = err_of_errno(errno, ERR_WRITE);
    return err;
}

static int run(struct cli *cli, const struct arg_form *form, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, form, argc, argv, &args, &code))
        return code;
    const char *path = args_value(&args, "output"), *ally = args_value(&args, "ally");
    bool excel = form == &csv_form && args_flag(&args, "excel");
    struct export e = {.cli = cli, .ally = ally ? ally : "", .csv = form == &csv_form, .separator = excel ? ';' : ','};
    struct beside file;
    err_t err = path ? beside_open(&file, path, &cli->why) : ERR_OK;
    if (err)
        return cli_fail(cli, err);
    e.to = path ? file.to : cli->out.data;
    e.columns = json_array();
    progress_init(&e.progress, &cli->out, progress_now());
    err = write_all(&e, excel);
    progress_end(&e.progress);
    if (path)
        err = beside_close(&file, err, &cli->why);
    json_decref(e.columns);
    return err ? cli_fail(cli, err) : 0;
}

static int export_csv(struct cli *cli, int argc, char **argv)
{
    return run(cli, &csv_form, argc, argv);
}

static int export_jsonl(struct cli *cli, int argc, char **argv)
{
    return run(cli, &jsonl_form, argc, argv);
}

int cmd_export(struct cli *cli, int argc, char **argv)
{
    static const struct cli_sub subs[] = {
        {"csv",   export_csv,   &csv_form  },
        {"jsonl", export_jsonl, &jsonl_form},
    };
    return cli_sub(cli, "export", subs, sizeof subs / sizeof *subs, NULL, argc, argv);
}

static int import_csv(struct cli *cli, int argc, char **argv)
{
    return record_import_as(cli, "csv", argc, argv);
}

static int import_jsonl(struct cli *cli, int argc, char **argv)
{
    return record_import_as(cli, "jsonl", argc, argv);
}

int cmd_import(struct cli *cli, int argc, char **argv)
{
    static const struct cli_sub subs[] = {
        {"csv",   import_csv,   &record_import_form},
        {"jsonl", import_jsonl, &record_import_form},
    };
    return cli_sub(cli, "import", subs, sizeof subs / sizeof *subs, NULL, argc, argv);
}
