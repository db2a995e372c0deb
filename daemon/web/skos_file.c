#include "daemon/web/skos_file.h"
#include "daemon/commons/skos.h"
#include "protocol/base/base32.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const formats[SKOS_FORMATS] = {
    [SKOS_TURTLE] = "turtle", [SKOS_NTRIPLES] = "ntriples", [SKOS_RDFXML] = "rdfxml"};

struct skos_file {
    unsigned users; /* the list of current ones is one */
    bool listed;    /* is it in that list? */
    struct skos_state state;
    FILE *file; /* without a name: gone with the last user */
    uint64_t bytes;
    struct mono begun;
    /* While it is made: */
    struct reader *reader; /* NULL: it is whole, or broken */
    struct read read;
    struct skos_out *out;
    json_t *cursor;
    err_t err; /* sticks */
};

err_t skos_state(struct store *s, struct skos_state *out)
{
    struct changed_state changed;
    struct skos_state state;
    err_t e = changed_state(s, &changed);
    if (!e)
        e = changed_latest(s, ENTITY_CONCEPT, &state.number);
    if (e)
        return e;
    memcpy(state.generation, changed.generation, sizeof state.generation);
    *out = state;
    return ERR_OK;
}

void skos_tag(const struct skos_state *state, enum skos_format format, char out[40])
{
    uint8_t hash[16], number[8];
    char text[BASE32_LEN(sizeof hash) + 1];
    for (size_t i = 0; i < sizeof number; i++)
        number[i] = (uint8_t)(state->number >> 8 * i);
    const struct slice parts[] = {slice_of(state->generation, sizeof state->generation),
                                  slice_of(number, sizeof number), slice_text(formats[format])};
    hash128(hash, parts, 3);
    base32_encode(slice_of(hash, sizeof hash), text);
    snprintf(out, 40, "\"%s\"", text);
}

/* ---- making it ---- */

/* Whole or broken: the state of the replica is let go. */
static void finish(struct skos_file *f, err_t e)
{
    skos_close(f->out);
    f->out = NULL;
    json_decref(f->cursor);
    f->cursor = NULL;
    if (f->reader) {
        reader_end(f->reader, &f->read);
        reader_close(f->reader);
    }
    f->reader = NULL;
    f->err = e;
}

static void free_file(struct skos_file *f)
{
    finish(f, ERR_OK);
    if (f->file)
        fclose(f->file);
    free(f);
}

static err_t begin(struct skos_file *f, const char *database, enum skos_format format)
{
    struct why why = {ERR_OK, ""};
    struct reader *reader = NULL;
    err_t e = reader_open(database, &reader, &why);
    if (!e)
        e = reader_begin(reader, &f->read);
    if (e) {
        reader_close(reader);
        return e;
    }
    f->reader = reader;
    f->read.lang = "en";
    f->file = tmpfile();
    e = f->file ? skos_state(f->read.store, &f->state) : ERR_DISK;
    return e ? e : skos_open(formats[format], f->file, &f->out, &why);
}

static err_t put_piece(struct skos_file *f, bool *more)
{
    struct why why = {ERR_OK, ""};
    json_t *args = f->cursor ? json_pack("{s:i, s:O}", "limit", SKOS_FILE_CONCEPTS, "cursor", f->cursor)
                             : json_pack("{s:i}", "limit", SKOS_FILE_CONCEPTS);
    if (!args)
        return ERR_MEMORY;
    json_object_clear(f->read.result);
    arena_clear(&f->read.arena);
    f->read.merges = NULL; /* it lay in that arena */
    f->read.args = args;
    err_t e = read_concept_export(&f->read);
    if (!e)
        e = skos_put(f->out, json_object_get(f->read.result, "concepts"), &why);
    f->read.args = NULL;
    json_decref(args);
    json_decref(f->cursor);
    f->cursor = json_incref(json_object_get(f->read.result, "next"));
    *more = json_is_string(f->cursor);
    return e;
}

static void make_piece(struct skos_file *f)
{
    struct why why = {ERR_OK, ""};
    size_t replaced;
    bool more = false;
    err_t e = put_piece(f, &more);
    if (!e && !more)
        e = skos_end(f->out, &replaced, &why);
    if (!e && fflush(f->file))
        e = ERR_DISK;
    long at = e ? -1 : ftell(f->file);
    f->bytes = at > 0 ? (uint64_t)at : f->bytes;
    if (e || !more)
        finish(f, e);
}

/* ---- using it ---- */

/* What nobody takes any more is never made whole, and would keep its state of the replica for ever: the next one begins anew. */
void skos_file_leave(struct skos_file *f)
{
    if (f && --f->users == 0)
        free_file(f);
    else if (f && f->users == 1 && f->listed && f->reader)
        finish(f, ERR_UNANSWERED);
}

static void unlist(struct skos_file *f)
{
    if (f)
        f->listed = false;
    skos_file_leave(f);
}

void skos_files_close(struct skos_files *all)
{
    for (size_t i = 0; i < SKOS_FORMATS; i++)
        unlist(all->current[i]);
    *all = (struct skos_files){{NULL}};
}

static bool is_of(const struct skos_file *f, const struct skos_state *state)
{
    return f && !f->err && f->state.number == state->number &&
           memcmp(f->state.generation, state->generation, GENERATION_BYTES) == 0;
}

err_t skos_file_join(struct skos_files *all, const char *database, const struct skos_state *state,
                     enum skos_format format, struct mono now, struct skos_file **out)
{
    struct skos_file *f = all->current[format];
    if (!is_of(f, state)) {
        f = calloc(1, sizeof *f);
        if (!f)
            return ERR_MEMORY;
        err_t e = begin(f, database, format);
        if (e) {
            free_file(f);
            return e;
        }
        f->begun = now;
        f->users = 1;
        f->listed = true;
        unlist(all->current[format]);
        all->current[format] = f;
    }
    f->users++;
    *out = f;
    return ERR_OK;
}

err_t skos_file_read(struct skos_file *f, struct mono now, uint64_t *at, size_t most, struct buf *out, bool *ends)
{
    uint8_t piece[8192];
    size_t added = 0;
    while (f->reader && (*at >= f->bytes || now.ms - f->begun.ms > SKOS_FILE_PATIENCE_MS))
        make_piece(f);
    if (f->err)
        return f->err;
    while (added < most && *at < f->bytes && !out->err) {
        size_t want = most - added < sizeof piece ? most - added : sizeof piece;
        ssize_t n = pread(fileno(f->file), piece, want, (off_t)*at);
        if (n <= 0)
            return ERR_DISK;
        buf_append(out, piece, (size_t)n);
        *at += (uint64_t)n;
        added += (size_t)n;
    }
    *ends = !f->reader && *at >= f->bytes;
    return out->err;
}
