/*
 * skos_read: one pass of serd (RDF/XML: of skos_xml_read) over the bytes; each statement, its URIs made whole, goes to the draft (skos_draft.h), which
 * knows what to keep.
 *
 * serd reads byte by byte from memory through `source`, so that the line is known while a statement is handed over: serd itself tells it in
 * errors alone.
 */
#include "daemon/commons/skos.h"
#include "daemon/commons/skos_draft.h"
#include "daemon/commons/skos_xml_read.h"
#include "protocol/base/buf.h"
#include "protocol/base/utf8.h"
#include <errno.h>
#include <serd/serd.h>
#include <strings.h>

#define QUOTE_BYTES_MAX 60u

struct reading {
    const char *path;
    struct slice bytes;
    size_t at;
    SerdEnv *env;
    unsigned nested;     /* blank nodes and lists begun in this statement */
    unsigned fault_line; /* of serd's error; 0: the draft's line */
    struct draft draft;
};

/* ---- what serd calls ---- */

static size_t source(void *to, size_t size, size_t n, void *stream)
{
    struct reading *r = stream;
    if (r->at >= r->bytes.len || size * n == 0)
        return 0;
    if (r->at && r->bytes.at[r->at - 1] == '\n')
        r->draft.line++;
    *(uint8_t *)to = r->bytes.at[r->at++];
    return 1;
}

static int source_error(void *stream)
{
    (void)stream;
    return 0;
}

static SerdStatus on_error(void *handle, const SerdError *error)
{
    struct reading *r = handle;
    if (r->draft.err == ERR_OK)
        r->fault_line = error->line;
    draft_fail(&r->draft, ERR_RDF);
    return SERD_SUCCESS;
}

static SerdStatus on_base(void *handle, const SerdNode *uri)
{
    struct reading *r = handle;
    return serd_env_set_base_uri(r->env, uri);
}

static SerdStatus on_prefix(void *handle, const SerdNode *name, const SerdNode *uri)
{
    struct reading *r = handle;
    return serd_env_set_prefix(r->env, name, uri);
}

/* The whole URI of a node, or false: a loss was counted, or the reading failed. */
static bool expand(struct reading *r, const SerdNode *node, char out[DRAFT_URI_BYTES_MAX + 1])
{
    SerdNode whole = SERD_NODE_NULL;
    struct slice uri = {node->buf, node->n_bytes};
    if (node->type == SERD_CURIE || !serd_uri_string_has_scheme(node->buf)) {
        whole = serd_env_expand_node(r->env, node);
        uri = slice_of(whole.buf, whole.n_bytes);
    }
    bool good = false;
    if (!uri.at && node->type == SERD_CURIE)
        draft_fail(&r->draft, ERR_RDF); /* a prefix that nothing declared */
    else if (!uri.at || !serd_uri_string_has_scheme(uri.at))
        draft_lose(&r->draft, NULL, "relative URI");
    else if (uri.len > DRAFT_URI_BYTES_MAX)
        draft_lose(&r->draft, NULL, "URI too long");
    else if (!utf8_valid(uri) || memchr(uri.at, 0, uri.len))
        draft_fail(&r->draft, ERR_UTF8);
    else {
        memcpy(out, uri.at, uri.len);
        out[uri.len] = '\0';
        good = true;
    }
    serd_node_free(&whole);
    return good;
}

static void statement(struct reading *r, const SerdNode *subject_node, const SerdNode *predicate_node,
                      const SerdNode *object, const SerdNode *datatype_node, const SerdNode *lang)
{
    char subject[DRAFT_URI_BYTES_MAX + 1], predicate[sizeof subject], other[sizeof subject];
    struct draft_value v = {.literal = object->type == SERD_LITERAL};
    if (!expand(r, predicate_node, predicate))
        return;
    if (subject_node->type == SERD_BLANK) {
        draft_lose(&r->draft, NULL, "blank node");
        return;
    }
    if (!expand(r, subject_node, subject))
        return;
    if (object->type == SERD_BLANK) {
        draft_lose(&r->draft, predicate, "a blank node");
        return;
    }
    const SerdNode *named = v.literal ? datatype_node : object;
    if (named && named->buf) {
        if (!expand(r, named, other))
            return;
        *(v.literal ? &v.datatype : &v.uri) = other;
    }
    if (v.literal) {
        v.text = slice_of(object->buf, object->n_bytes);
        if (lang && lang->buf)
            v.lang = slice_of(lang->buf, lang->n_bytes);
    }
    draft_add(&r->draft, subject, predicate, &v);
}

static SerdStatus on_statement(void *handle, SerdStatementFlags flags, const SerdNode *graph, const SerdNode *subject,
                               const SerdNode *predicate, const SerdNode *object, const SerdNode *datatype,
                               const SerdNode *lang)
{
    struct reading *r = handle;
    (void)graph;
    /* serd nests by recursion: endless brackets in a hostile file must not reach the end of the stack. */
    if (flags & (SERD_ANON_S_BEGIN | SERD_ANON_O_BEGIN | SERD_LIST_S_BEGIN | SERD_LIST_O_BEGIN))
        r->nested++;
    if (r->nested > SKOS_NESTING_MAX)
        draft_fail(&r->draft, ERR_DEPTH);
    if (r->draft.err == ERR_OK)
        statement(r, subject, predicate, object, datatype, lang);
    return r->draft.err == ERR_OK ? SERD_SUCCESS : SERD_ERR_UNKNOWN;
}

/* ---- the file ---- */

static void parse(struct reading *r, SerdSyntax syntax)
{
    r->env = serd_env_new(NULL);
    SerdReader *reader = serd_reader_new(syntax, r, NULL, on_base, on_prefix, on_statement, NULL);
    if (!r->env || !reader) {
        draft_fail(&r->draft, ERR_MEMORY);
    } else {
        serd_reader_set_strict(reader, true);
        serd_reader_set_error_sink(reader, on_error, r);
        SerdStatus st = serd_reader_start_source_stream(reader, source, source_error, r, (const uint8_t *)"", 1);
        while (st == SERD_SUCCESS && r->draft.err == ERR_OK) {
            r->nested = 0;
            st = serd_reader_read_chunk(reader);
        }
        /* FAILURE is how serd says that nothing is left; anything else is a fault, also where it stays silent. */
        if (st != SERD_FAILURE || r->at < r->bytes.len)
            draft_fail(&r->draft, ERR_RDF);
        serd_reader_end_stream(reader);
    }
    serd_reader_free(reader);
    serd_env_free(r->env);
    r->env = NULL;
}

static err_t load(const char *path, struct buf *out, struct why *why)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return why_set(why, err_of_errno(errno, ERR_FILE), "%.150s", path);
    uint8_t piece[16384];
    size_t n;
    err_t e = ERR_OK;
    while (!e && (n = fread(piece, 1, sizeof piece, f)) > 0)
        e = buf_append(out, piece, n);
    if (!e && ferror(f))
        e = why_set(why, err_of_errno(errno, ERR_FILE), "%.150s", path);
    else if (e)
        why_set(why, e, "%s: > %u", path, SKOS_FILE_BYTES_MAX);
    fclose(f);
    return e;
}

/* Points at the line itself rather than at a sentence of serd's, which nobody could translate. */
static err_t point(const struct reading *r, struct why *why)
{
    unsigned fault = r->fault_line ? r->fault_line : r->draft.line;
    size_t begin = 0, end;
    for (unsigned line = 1; line < fault && begin < r->bytes.len; begin++)
        line += r->bytes.at[begin] == '\n';
    for (end = begin;
         end < r->bytes.len && end - begin < QUOTE_BYTES_MAX && r->bytes.at[end] != '\n' && r->bytes.at[end] != '\r';)
        end++;
    while (end > begin && end < r->bytes.len && (r->bytes.at[end] & 0xC0) == 0x80)
        end--;
    struct slice quote = slice_of(r->bytes.at + begin, end - begin);
    if (!quote.len || !utf8_valid(quote))
        return why_set(why, r->draft.err, "%s:%u", r->path, fault);
    return why_set(why, r->draft.err, "%s:%u: %.*s", r->path, fault, (int)quote.len, (const char *)quote.at);
}

static void parse_text(struct reading *r, SerdSyntax syntax)
{
    size_t fault = utf8_fault(r->bytes);
    if (fault == r->bytes.len) {
        parse(r, syntax);
        return;
    }
    for (size_t i = 0; i < fault; i++)
        r->draft.line += r->bytes.at[i] == '\n';
    draft_fail(&r->draft, ERR_UTF8);
}

static err_t read_bytes(struct reading *r, const char *format, json_t **concepts, json_t **lost, struct why *why)
{
    json_t *all = json_array();
    draft_open(&r->draft);
    r->draft.line = 1;
    if (!all)
        draft_fail(&r->draft, ERR_MEMORY);
    else if (r->draft.err == ERR_OK && strcmp(format, "rdfxml") == 0)
        skos_xml_read(r->bytes, &r->draft);
    else if (r->draft.err == ERR_OK)
        parse_text(r, strcmp(format, "turtle") == 0 ? SERD_TURTLE : SERD_NTRIPLES);
    if (r->draft.err == ERR_OK)
        draft_finish(&r->draft, all);
    err_t e = r->draft.err;
    if (e) {
        point(r, why);
    } else {
        *concepts = json_incref(all);
        *lost = json_incref(r->draft.lost);
    }
    json_decref(all);
    draft_close(&r->draft);
    return e;
}

const char *skos_format_named(const char *word)
{
    static const char *const names[][2] = {
        {"turtle",   "turtle"  },
        {"ttl",      "turtle"  },
        {"ntriples", "ntriples"},
        {"nt",       "ntriples"},
        {"rdfxml",   "rdfxml"  },
        {"rdf",      "rdfxml"  },
        {"xml",      "rdfxml"  },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(word, names[i][0]) == 0)
            return names[i][1];
    return NULL;
}

const char *skos_format_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? skos_format_named(dot + 1) : NULL;
}

err_t skos_read(const char *path, const char *format, json_t **concepts, json_t **lost, struct why *why)
{
    const char *known = format ? skos_format_named(format) : skos_format_of(path);
    if (!known)
        return why_set(why, ERR_USAGE, "%s: turtle, ntriples, rdfxml", format ? format : path);
    struct buf bytes;
    buf_init(&bytes, SKOS_FILE_BYTES_MAX);
    err_t e = load(path, &bytes, why);
    if (!e) {
        struct slice all = buf_slice(&bytes);
        if (all.len >= 3 && memcmp(all.at, "\xEF\xBB\xBF", 3) == 0)
            all = slice_of(all.at + 3, all.len - 3); /* a byte order mark is no triple */
        struct reading r = {.path = path, .bytes = all};
        e = read_bytes(&r, known, concepts, lost, why);
    }
    buf_fini(&bytes);
    return e;
}
