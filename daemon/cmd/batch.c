#include "daemon/cmd/batch.h"
#include "conf/tr.h"
#include "daemon/cmd/pick.h"
#include "daemon/core/request.h"
#include <stdlib.h>
#include <string.h>

#define TOLD_MOST 20 /* refusals, and unknown names, told one by one */

void batch_init(struct batch *b, struct cli *cli, const char *request, const char *list, const char *item, json_t *args)
{
    *b = (struct batch){.cli = cli, .request = request, .list = list, .item = item, .args = args};
    b->lines = json_array();
    b->errors = json_array();
    b->ids = json_array();
    b->unknown = json_object();
}

void batch_fini(struct batch *b)
{
    json_decref(b->args);
    json_decref(b->lines);
    json_decref(b->errors);
    json_decref(b->ids);
    json_decref(b->unknown);
    *b = (struct batch){0};
}

static void add_unknown(struct batch *b, const char *name, json_int_t n)
{
    json_int_t sum = n + json_integer_value(json_object_get(b->unknown, name));
    json_object_set_new(b->unknown, name, json_integer(sum));
}

void batch_unknown(struct batch *b, const char *name)
{
    add_unknown(b, name, 1);
}

static void gather(struct batch *b, const json_t *result)
{
    const char *name;
    json_t *count;
    b->added += pick_number(result, "added");
    b->updated += pick_number(result, "updated");
    b->unchanged += pick_number(result, "unchanged");
    b->rejected += pick_number(result, "rejected");
    if (json_is_array(json_object_get(result, "errors")))
        json_array_extend(b->errors, json_object_get(result, "errors"));
    if (json_is_array(json_object_get(result, "ids")))
        json_array_extend(b->ids, json_object_get(result, "ids"));
    json_object_foreach(json_object_get(result, "unknown"), name, count)
        add_unknown(b, name, json_integer_value(count));
}

err_t batch_flush(struct batch *b)
{
    if (json_array_size(b->lines) == 0)
        return ERR_OK;
    json_t *args = json_copy(b->args), *fresh = json_array(), *result = NULL;
    if (!args || !fresh || json_object_set(args, b->list, b->lines) != 0) {
        json_decref(args);
        json_decref(fresh);
        return why_set(&b->cli->why, ERR_MEMORY, "%s", b->request);
    }
    json_decref(b->lines);
    b->lines = fresh;
    b->bytes = 0;
    err_t err = cli_ask(b->cli, b->request, args, &result);
    gather(b, result);
    json_decref(result);
    return err;
}

err_t batch_add(struct batch *b, uint64_t line, json_t *object, size_t bytes)
{
    err_t err = ERR_OK;
    if (json_array_size(b->lines) && b->bytes + bytes > BATCH_BYTES)
        err = batch_flush(b);
    json_t *row = err ? NULL : json_pack("{s:I, s:O}", "line", (json_int_t)line, b->item, object);
    json_decref(object);
    if (err)
        return err;
    if (!row || json_array_append_new(b->lines, row) != 0)
        return why_set(&b->cli->why, ERR_MEMORY, "%s", b->request);
    b->bytes += bytes;
    return json_array_size(b->lines) >= REQUEST_LINES_MAX ? batch_flush(b) : ERR_OK;
}

err_t batch_refuse(struct batch *b, uint64_t line, const char *field, err_t err, const struct why *why)
{
    char code[24];
    snprintf(code, sizeof code, "ALLIED-%d", err_number(err));
    json_t *row = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "line", (json_int_t)line, "field", field, "code", code,
                            "name", err_name(err), "text", tr(b->cli->lang, err_what(err)), "detail",
                            why && why->code == err ? why->text : "");
    b->rejected++;
    return row && json_array_append_new(b->errors, row) == 0 ? ERR_OK : ERR_MEMORY;
}

static int by_line(const void *a, const void *b)
{
    long long x = pick_number(*(json_t *const *)a, "line"), y = pick_number(*(json_t *const *)b, "line");
    return (x > y) - (x < y);
}

/* Refusals of the reader come before those of the core: people want them in the order of their file. */
static void sort_errors(struct batch *b)
{
    size_t n = json_array_size(b->errors);
    json_t **rows = calloc(n ? n : 1, sizeof(json_t *)), *sorted = json_array();
    if (rows && sorted) {
        for (size_t i = 0; i < n; i++)
            rows[i] = json_array_get(b->errors, i);
        qsort(rows, n, sizeof(json_t *), by_line);
        for (size_t i = 0; i < n; i++)
            json_array_append(sorted, rows[i]);
        json_decref(b->errors);
        b->errors = json_incref(sorted);
    }
    json_decref(sorted);
    free(rows);
}

json_t *batch_result(struct batch *b)
{
    sort_errors(b);
    return json_pack("{s:I, s:I, s:I, s:I, s:O, s:O, s:O}", "added", (json_int_t)b->added, "updated",
                     (json_int_t)b->updated, "unchanged", (json_int_t)b->unchanged, "rejected", (json_int_t)b->rejected,
                     "errors", b->errors, "ids", b->ids, "unknown", b->unknown);
}

static int batch_exit(const struct batch *b)
{
    if (b->rejected == 0)
        return 0;
    return b->added + b->updated + b->unchanged == 0 ? 65 : 2;
}

static bool told_before(const struct batch *b, size_t at)
{
    const char *name = pick_text(json_array_get(b->errors, at), "name");
    for (size_t i = 0; i < at; i++)
        if (strcmp(pick_text(json_array_get(b->errors, i), "name"), name) == 0)
            return true;
    return false;
}

/* The next step of each kind of refusal that stands above; of several also the one that they share. */
static void tell_steps(const struct batch *b, size_t n)
{
    const struct out *o = &b->cli->out;
    for (size_t i = 0; i < n && i < TOLD_MOST; i++) {
        err_t err = err_by_name(pick_text(json_array_get(b->errors, i), "name"));
        bool has = err != ERR_COUNT && *err_next(err);
        if (!told_before(b, i) && (has || n == 1))
            out_say(o, "  → {1}", tr(o->lang, err_next(has ? err : ERR_JSON)), NULL);
    }
    if (n > 1)
        out_say(o, "  → {1}",
                tr(o->lang, N_("correct these lines, then import the file again: what went in stays as it is")), NULL);
}

static void tell_refusals(const struct batch *b)
{
    const struct out *o = &b->cli->out;
    size_t n = json_array_size(b->errors);
    for (size_t i = 0; i < n && i < TOLD_MOST; i++) {
        const json_t *e = json_array_get(b->errors, i);
        const char *field = pick_text(e, "field"), *detail = pick_text(e, "detail");
        char where[256];
        snprintf(where, sizeof where, "%s%s%s", field, *field && *detail ? " " : "", detail);
        out_say(o, *where ? N_("line {1}: {2}: {3} ({4})") : N_("line {1}: {2}: {3}"), NUM(pick_number(e, "line")),
                pick_text(e, "code"), pick_text(e, "text"), where, NULL);
    }
    if (n > TOLD_MOST)
        out_say(o, N_("… and {1} more refused; see them all with --json"), NUM(n - TOLD_MOST), NULL);
    tell_steps(b, n);
}

static void tell_unknown(const struct batch *b)
{
    const struct out *o = &b->cli->out;
    const char *name;
    json_t *count;
    size_t told = 0;
    json_object_foreach(b->unknown, name, count)
    {
        if (told++ == 0)
            out_say(o, N_("names that are none of ours, left out (a --map FILE can give them a place):"), NULL);
        if (told <= TOLD_MOST)
            out_say(o, "  {1}  {2}", name, NUM(json_integer_value(count)), NULL);
    }
}

void batch_tell_bad(const struct batch *b)
{
    tell_refusals(b);
    tell_unknown(b);
}

static void tell(const struct batch *b, bool dry_run)
{
    const struct out *o = &b->cli->out;
    batch_tell_bad(b);
    if (dry_run)
        out_say(o, N_("dry run: nothing was written"), NULL);
    out_print(o, N_("added {1}, updated {2}, unchanged {3}, refused {4}"), NUM(b->added), NUM(b->updated),
              NUM(b->unchanged), NUM(b->rejected), NULL);
}

int batch_tell(struct batch *b, json_t *result, err_t err, bool dry_run)
{
    const struct out *o = &b->cli->out;
    if (o->json && err) {
        json_t *failure = out_error_json(o, err, &b->cli->why, NULL);
        json_object_update(result, failure);
        json_decref(failure);
    }
    if (o->json)
        out_json(o, result);
    else if (!err || b->added + b->updated + b->unchanged + b->rejected) /* of nothing at all the error says enough */
        tell(b, dry_run);
    json_decref(result);
    if (err)
        return o->json ? err_exit(err) : cli_fail(b->cli, err);
    return batch_exit(b);
}

static int tell_refusal(const struct batch *b)
{
    const json_t *refusal = json_array_get(b->errors, 0);
    const char *field = pick_text(refusal, "field"), *detail = pick_text(refusal, "detail");
    err_t err = err_by_name(pick_text(refusal, "name"));
    err = err == ERR_COUNT || err == ERR_OK ? ERR_INTERNAL : err;
    return cli_fail(b->cli, why_set(&b->cli->why, err, "%.60s%s%.90s", field, *field && *detail ? " " : "", detail));
}

int batch_tell_one(struct batch *b, err_t err, bool dry_run)
{
    const struct out *o = &b->cli->out;
    if (err)
        return cli_fail(b->cli, err);
    if (b->rejected)
        return tell_refusal(b);
    json_t *result = batch_result(b), *id = json_array_get(b->ids, 0);
    json_object_update_missing(result, id);
    if (dry_run)
        out_say(o, N_("dry run: nothing was written"), NULL);
    if (o->json)
        out_json(o, result);
    else if (*pick_text(id, "id"))
        out_print(o, "{1}", pick_text(id, "id"), NULL);
    json_decref(result);
    return 0;
}
