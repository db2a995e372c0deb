#include "daemon/web/api_batch.h"
#include "conf/tr.h"
#include "daemon/read/say.h"
#include "daemon/web/api.h"
#include "protocol/base/utf8.h"
#include <stdio.h>

#define PART_LINES 200u
#define PART_BYTES (1024u * 1024) /* of lines, or one line more */
#define TYPE       "application/x-ndjson"

struct batch { /* kept between the parts */
    const struct api_batch *how;
    struct slice left; /* of the body */
    int64_t line;      /* the last that was read */
    unsigned part;
    json_t *told; /* what is known of the lines of this part, in order: null where the core is to say */
    struct buf out;
};

/* ---- lines ---- */

static struct slice next_line(struct batch *b)
{
    const uint8_t *end = memchr(b->left.at, '\n', b->left.len);
    size_t n = end ? (size_t)(end - b->left.at) : b->left.len, passed = n + (end != NULL);
    struct slice line = slice_of(b->left.at, n);
    b->left = slice_of(b->left.at + passed, b->left.len - passed);
    b->line++;
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

static bool is_blank(struct slice line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.at[i] != ' ' && line.at[i] != '\t')
            return false;
    return true;
}

static json_t *refused(struct http_request *q, int64_t line, const char *outcome, err_t e, const char *detail)
{
    return json_pack("{s:I, s:s, s:o}", "line", (json_int_t)line, "outcome", outcome, "error",
                     api_fault(q, e, "", 0, detail));
}

/* The line for the core; NULL: what is wrong with it is in *told. */
static json_t *read_line(struct http_request *q, const struct batch *b, struct slice line, json_t **told)
{
    json_error_t at;
    char place[32];
    json_t *object = json_loadb((const char *)line.at, line.len, JSON_REJECT_DUPLICATES, &at);
    bool good = json_is_object(object) && b->how->shape(object);
    if (good)
        return object;
    snprintf(place, sizeof place, "%lld:%d", (long long)b->line, object ? 1 : at.column);
    *told = refused(q, b->line, "rejected", ERR_JSON, place);
    json_decref(object);
    return NULL;
}

static json_t *next_part(struct http_request *q, struct batch *b)
{
    json_t *list = json_array();
    size_t bytes = 0;
    b->told = json_array();
    while (b->left.len && bytes < PART_BYTES && json_array_size(b->told) < PART_LINES) {
        struct slice line = next_line(b);
        json_t *told = NULL, *object = is_blank(line) ? NULL : read_line(q, b, line, &told);
        bytes += line.len;
        if (object)
            json_array_append_new(list, json_pack("{s:I, s:o}", "line", (json_int_t)b->line, b->how->item, object));
        if (object || told)
            json_array_append_new(b->told, told ? told : json_pack("{s:I}", "line", (json_int_t)b->line));
    }
    return list;
}

/* ---- results ---- */

static void put_row(struct batch *b, json_t *row)
{
    if (!row || json_dump_callback(row, utf8_json_piece, &b->out, JSON_COMPACT | JSON_REAL_PRECISION(9)))
        b->out.err = b->out.err ? b->out.err : ERR_MEMORY;
    buf_byte(&b->out, '\n');
    json_decref(row);
}

static json_t *rejected(const json_t *line, const json_t *error)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)error);
    json_object_del(copy, "line");
    return json_pack("{s:O, s:s, s:o}", "line", line, "outcome", "rejected", "error", copy);
}

static bool is_of(const json_t *row, const json_t *line)
{
    return row && json_integer_value(json_object_get(row, "line")) == json_integer_value(line);
}

/* The core tells of its lines in order, the good ones and the bad ones apart. */
static void put_results(struct batch *b, const json_t *result)
{
    const json_t *ids = json_object_get(result, "ids"), *errors = json_object_get(result, "errors");
    size_t i, good = 0, bad = 0;
    json_t *told;
    json_array_foreach(b->told, i, told)
    {
        const json_t *line = json_object_get(told, "line"), *id = json_array_get(ids, good),
                     *error = json_array_get(errors, bad);
        if (json_object_get(told, "outcome")) {
            put_row(b, json_incref(told));
        } else if (is_of(id, line)) {
            put_row(b, json_incref((json_t *)(uintptr_t)id));
            good++;
        } else {
            put_row(b, is_of(error, line) ? rejected(line, error) : NULL);
            bad++;
        }
    }
    json_decref(b->told);
    b->told = NULL;
}

static void end(struct http_request *q, struct batch *b)
{
    if (b->out.err) {
        answer_error(q, b->out.err, NULL);
    } else {
        answer_taken(q, 200, TYPE, &b->out);
    }
}

/* The part was not written, nor will what comes behind it be. */
static void give_up(struct http_request *q, struct batch *b, const json_t *answer)
{
    const char *name = json_string_value(json_object_get(json_object_get(answer, "error"), "name")),
               *detail = json_string_value(json_object_get(json_object_get(answer, "error"), "detail"));
    err_t e = err_by_name(name ? name : "");
    do {
        size_t i;
        json_t *told;
        json_array_foreach(b->told, i, told)
        {
            bool known = json_object_get(told, "outcome") != NULL;
            put_row(b, known ? json_incref(told)
                             : refused(q, json_integer_value(json_object_get(told, "line")), "failed",
                                       e == ERR_COUNT ? ERR_INTERNAL : e, detail ? detail : ""));
        }
        json_decref(b->told);
        b->told = NULL;
        if (b->left.len)
            json_decref(next_part(q, b));
    } while (b->told);
    end(q, b);
}

static void go_on(struct http_request *q, struct batch *b);

static void part_done(struct http_request *q, const json_t *answer)
{
    struct batch *b = *request_own(q);
    if (json_object_get(answer, "error") && b->part == 1) {
        answer_failed(q, answer);
    } else if (json_object_get(answer, "error")) {
        give_up(q, b, answer);
    } else {
        put_results(b, json_object_get(answer, "result"));
        go_on(q, b);
    }
}

static void go_on(struct http_request *q, struct batch *b)
{
    while (b->left.len) {
        json_t *list = next_part(q, b);
        if (json_array_size(list)) {
            json_t *args = json_pack("{s:s, s:o}", "mode", "import", b->how->list, list);
            if (api_once(q, args, ++b->part)) {
                ask_core(q, b->how->request, args, part_done);
                return;
            }
            json_decref(args);
            return;
        }
        json_decref(list);
        put_results(b, NULL);
    }
    end(q, b);
}

static void forget(void *own)
{
    struct batch *b = own;
    json_decref(b->told);
    buf_fini(&b->out);
}

void api_batch(struct http_request *q, const struct api_batch *how)
{
    struct batch *b = arena_alloc(request_arena(q), 1, sizeof *b);
    if (!b) {
        answer_error(q, ERR_MEMORY, NULL);
        return;
    }
    b->how = how;
    b->left = request_text(q);
    buf_init(&b->out, SIZE_MAX);
    *request_own(q) = b;
    request_at_end(q, forget);
    go_on(q, b);
}
