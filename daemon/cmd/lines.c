#include "daemon/cmd/lines.h"
#include "protocol/base/utf8.h"
#include <errno.h>
#include <string.h>

void lines_init(struct lines *l, FILE *in)
{
    *l = (struct lines){.in = in};
    buf_init(&l->line, LINES_MOST + 1);
}

bool lines_failed(const struct lines *l)
{
    return ferror(l->in);
}

void lines_fini(struct lines *l)
{
    buf_fini(&l->line);
}

/* One line into l->line, which sticks at its cap; the rest of a long line is read and dropped, so that memory stays bounded. */
static err_t take(struct lines *l, bool *complete, struct why *why)
{
    size_t seen = 0;
    int c = EOF;
    buf_clear(&l->line);
    errno = 0;
    while ((c = getc_unlocked(l->in)) != EOF && c != '\n') {
        seen++;
        if (!l->line.err)
            buf_byte(&l->line, (uint8_t)c);
    }
    l->bytes += seen + (c == '\n');
    *complete = c == '\n';
    if (c == EOF && ferror(l->in))
        return why_set(why, err_of_errno(errno, ERR_FILE), "line %llu", (unsigned long long)l->number + 1);
    if (c == EOF)
        l->ended = true;
    if (c == EOF && seen == 0)
        return ERR_NOT_FOUND;
    l->number++;
    if (l->line.err == ERR_MEMORY)
        return why_set(why, ERR_MEMORY, "line %llu", (unsigned long long)l->number);
    return ERR_OK;
}

static struct slice trimmed(const struct lines *l)
{
    struct slice s = buf_slice(&l->line);
    if (l->number == 1 && s.len >= 3 && memcmp(s.at, "\xef\xbb\xbf", 3) == 0)
        s = slice_of(s.at + 3, s.len - 3);
    while (s.len && strchr(" \t\r", s.at[s.len - 1]) && s.at[s.len - 1])
        s.len--;
    while (s.len && strchr(" \t\r", s.at[0]) && s.at[0])
        s = slice_of(s.at + 1, s.len - 1);
    return s;
}

/* Where an editor shows it: all before the fault is valid UTF-8. */
static size_t characters(struct slice s, size_t until)
{
    size_t n = 0;
    for (size_t i = 0; i < until; i++)
        n += (s.at[i] & 0xc0) != 0x80;
    return n;
}

static err_t judge(const struct lines *l, struct slice s, bool complete, json_t **object, struct why *why)
{
    if (l->line.err || s.len >= LINES_MOST)
        return why_set(why, ERR_TOO_LARGE, ">= %u bytes", LINES_MOST);
    size_t fault = utf8_fault(s);
    if (fault < s.len)
        return why_set(why, ERR_UTF8, "col. %zu", characters(s, fault) + 1);
    json_error_t e;
    json_t *value = json_loadb((const char *)s.at, s.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (!value && json_error_code(&e) == json_error_out_of_memory)
        return why_set(why, ERR_MEMORY, "line %llu", (unsigned long long)l->number);
    if (!value && !complete && json_error_code(&e) == json_error_premature_end_of_input)
        return why_set(why, ERR_TRUNCATED, "col. %d", e.column);
    if (!value)
        return why_set(why, ERR_JSON, "col. %d", e.column);
    if (!json_is_object(value)) {
        json_decref(value);
        return why_set(why, ERR_JSON, "col. 1");
    }
    *object = value;
    return ERR_OK;
}

err_t lines_next(struct lines *l, json_t **object, struct why *why)
{
    for (;;) {
        bool complete;
        if (l->ended)
            return ERR_NOT_FOUND;
        err_t err = take(l, &complete, why);
        if (err)
            return err;
        struct slice s = trimmed(l);
        if (l->line.err || s.len)
            return judge(l, s, complete, object, why);
    }
}
