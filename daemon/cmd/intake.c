#include "daemon/cmd/intake.h"
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* ---- opening ---- */

static err_t open_file(struct intake *in)
{
    struct stat st;
    if (strcmp(in->path, "-") == 0) {
        in->in = stdin;
        return ERR_OK;
    }
    in->in = fopen(in->path, "re");
    if (!in->in || fstat(fileno(in->in), &st) != 0)
        return why_set(in->why, err_of_errno(errno, ERR_FILE), "%.150s", in->path);
    if (S_ISDIR(st.st_mode))
        return why_set(in->why, ERR_FILE_DIRECTORY, "%.150s", in->path);
    in->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return ERR_OK;
}

static err_t open_map(struct intake *in, const char *path)
{
    FILE *f = path ? fopen(path, "re") : NULL;
    struct why why = {0};
    if (!path)
        return ERR_OK;
    if (!f)
        return why_set(in->why, err_of_errno(errno, ERR_FILE), "%.150s", path);
    err_t err = map_read(f, &in->map, &why);
    fclose(f);
    return err ? why_set(in->why, err, "%.60s: %.90s", path, why.text) : ERR_OK;
}

static bool ends_in(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n >= m && strcasecmp(path + n - m, end) == 0;
}

/* By what was said, else by the name, else by how it begins: a line of JSON begins with a brace. */
static err_t find_format(struct intake *in, const char *said)
{
    if (said && strcmp(said, "csv") != 0 && strcmp(said, "jsonl") != 0)
        return why_set(in->why, ERR_USAGE, "--format %.60s (jsonl, csv)", said);
    in->is_csv = said ? strcmp(said, "csv") == 0 : ends_in(in->path, ".csv") || ends_in(in->path, ".tsv");
    if (said || in->is_csv || ends_in(in->path, ".jsonl") || ends_in(in->path, ".json") || ends_in(in->path, ".ndjson"))
        return ERR_OK;
    int first = getc(in->in);
    if (first != EOF)
        ungetc(first, in->in);
    in->is_csv = first != EOF && !strchr("{[ \t\r\n\xef", first);
    return ERR_OK;
}

/* Whatever ails the first line, no other can be understood without it. */
static err_t read_header(struct intake *in)
{
    struct why why = {0};
    err_t err = csv_next(&in->csv, &why);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    err = err ? err : columns_read(&in->csv, &in->columns, &why);
    if (err && !csv_failed(&in->csv))
        return why_set(in->why, err, "%.80s:%llu%s%.60s", in->path, (unsigned long long)in->csv.line,
                       *why.text ? " " : "", why.text);
    if (err)
        *in->why = why;
    return err;
}

err_t intake_open(struct intake *in, struct cli *cli, const char *path, const char *format, const struct args *args)
{
    *in = (struct intake){
        .why = &cli->why, .path = path, .lang = args_value(args, "text-lang"), .type = args_value(args, "type")};
    err_t err = in->lang && !lang_valid(slice_text(in->lang))
                    ? why_set(in->why, ERR_LANG, "--text-lang %.60s", in->lang)
                    : ERR_OK;
    err = err ? err : open_map(in, args_value(args, "map"));
    err = err ? err : open_file(in);
    err = err ? err : find_format(in, format ? format : args_value(args, "format"));
    lines_init(&in->lines, in->in);
    csv_init(&in->csv, in->in);
    return err || !in->is_csv ? err : read_header(in);
}

void intake_close(struct intake *in)
{
    if (in->in && in->in != stdin)
        fclose(in->in);
    map_free(in->map);
    lines_fini(&in->lines);
    csv_fini(&in->csv);
    columns_fini(&in->columns);
    json_decref(in->first);
    *in = (struct intake){0};
}

/* ---- walking ---- */

uint64_t intake_line(const struct intake *in)
{
    return in->is_csv ? in->csv.line : in->lines.number;
}

uint64_t intake_bytes(const struct intake *in)
{
    return in->is_csv ? in->csv.bytes : in->lines.bytes;
}

size_t intake_length(const struct intake *in)
{
    return in->is_csv ? in->csv.row.len : in->lines.line.len;
}

bool intake_failed(const struct intake *in, err_t err)
{
    return err == ERR_MEMORY || (in->is_csv ? csv_failed(&in->csv) : lines_failed(&in->lines));
}

static err_t next_row(struct intake *in, json_t **object, struct why *why)
{
    err_t err = csv_next(&in->csv, why);
    if (err && err != ERR_NOT_FOUND && err != ERR_TOO_LARGE && err != ERR_CSV_QUOTE)
        snprintf(in->field, sizeof in->field, "%s", columns_name(&in->columns, in->csv.fault));
    return err ? err : columns_object(&in->columns, &in->csv, object, why);
}

static err_t give(json_t *object, const char *key, const char *text)
{
    if (!text || json_is_string(json_object_get(object, key)))
        return ERR_OK;
    return json_object_set_new(object, key, json_string(text)) ? ERR_MEMORY : ERR_OK;
}

/* Of two lines with one source_id each import would write both again. */
static err_t is_first(struct intake *in, const json_t *object, struct why *why)
{
    const char *id = json_string_value(json_object_get(object, "source_id"));
    if (!id || !*id)
        return ERR_OK;
    const json_t *line = json_object_get(in->first, id);
    if (line) {
        snprintf(in->field, sizeof in->field, "source_id");
        return why_set(why, ERR_SOURCE_TWICE, "%.80s: %lld", id, (long long)json_integer_value(line));
    }
    in->first = in->first ? in->first : json_object();
    return json_object_set_new(in->first, id, json_integer((json_int_t)intake_line(in))) ? ERR_MEMORY : ERR_OK;
}

err_t intake_next(struct intake *in, json_t **object, struct why *why)
{
    json_t *out = NULL;
    in->field[0] = 0;
    err_t err = in->is_csv ? next_row(in, &out, why) : lines_next(&in->lines, &out, why);
    if (err)
        return err;
    err = in->map ? map_apply(in->map, out, in->is_csv) : ERR_OK;
    err = err ? err : give(out, "lang", in->lang);
    err = err ? err : give(out, "type", in->type);
    if (err)
        why_set(why, err, "line %llu", (unsigned long long)intake_line(in));
    else
        err = is_first(in, out, why);
    if (err) {
        json_decref(out);
        return err;
    }
    *object = out;
    return ERR_OK;
}

json_t *intake_speaks_of(const struct intake *in)
{
    json_t *out = in->is_csv ? json_array() : NULL;
    for (size_t i = 0; out && i < in->columns.n; i++)
        if (in->columns.at[i].known)
            (void)set_place_name(&in->columns.at[i].place, out);
    if (out)
        (void)map_places(in->map, out);
    return out;
}
