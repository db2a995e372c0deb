/*
 * csv: see csv.h. A quote that is never closed would swallow all that follows: the row is read again from its second line on, so that it costs one line.
 */
#include "daemon/cmd/csv.h"
#include "protocol/base/utf8.h"
#include <errno.h>
#include <stdlib.h>

#define SEPARATORS ",;\t"

void csv_init(struct csv *c, FILE *in)
{
    *c = (struct csv){.in = in, .next = 1};
    buf_init(&c->row, CSV_MOST);
    buf_init(&c->text, 2 * CSV_MOST);
    buf_init(&c->back, 2 * CSV_MOST);
}

void csv_fini(struct csv *c)
{
    buf_fini(&c->row);
    buf_fini(&c->text);
    buf_fini(&c->back);
    free(c->cells);
    *c = (struct csv){0};
}

bool csv_failed(const struct csv *c)
{
    return ferror(c->in) != 0;
}

/* ---- bytes of a row ---- */

static int take(struct csv *c)
{
    if (c->back_at < c->back.len)
        return c->back.at[c->back_at++];
    int byte = getc_unlocked(c->in);
    c->bytes += byte != EOF;
    return byte;
}

/* The next byte, which stays to be taken. */
static int peek(struct csv *c)
{
    return c->back_at < c->back.len ? c->back.at[c->back_at] : ungetc(getc_unlocked(c->in), c->in);
}

/* How much of a row its first line takes, with its end: LF, CR LF, or CR alone, as old spreadsheets write it. */
static size_t first_line(const struct csv *c)
{
    for (size_t i = 0; i < c->row.len; i++) {
        if (c->row.at[i] == '\n' || (c->row.at[i] == '\r' && i + 1 < c->row.len && c->row.at[i + 1] != '\n'))
            return i + 1;
    }
    return c->row.len;
}

/* All but the first line of the row is read again, before what was to be read again anyway. */
static err_t give_back(struct csv *c)
{
    size_t first = first_line(c);
    struct buf again;
    buf_init(&again, 2 * CSV_MOST);
    buf_append(&again, c->row.at + first, c->row.len - first);
    buf_append(&again, c->back.at + c->back_at, c->back.len - c->back_at);
    err_t err = again.err;
    buf_fini(&c->back);
    c->back = again;
    c->back_at = 0;
    c->next = c->line + 1;
    return err;
}

enum place { OUTSIDE, BEGIN, PLAIN, QUOTED, CLOSED };

/* Where the reader stands behind one byte: the states of RFC 4180 §2. */
static enum place follow(const struct csv *c, enum place at, int byte, bool *bad)
{
    if (at == QUOTED)
        return byte == '"' ? CLOSED : QUOTED;
    if (byte == '\n')
        return OUTSIDE;
    if (c->separator ? byte == c->separator : byte && strchr(SEPARATORS, byte) != NULL)
        return BEGIN;
    if (byte == '"' && (at == BEGIN || at == CLOSED))
        return QUOTED;
    *bad |= at == CLOSED && byte != '\r';
    return at == CLOSED ? CLOSED : PLAIN;
}

/* The rest of a line that is too long; of a file that has no other line (/dev/zero), nothing more. */
static void drop_line(struct csv *c)
{
    int byte = 0;
    for (size_t n = 0; byte != EOF && byte != '\n'; n++) {
        c->ended = n == CSV_LINE_MOST;
        byte = c->ended ? EOF : take(c);
    }
    c->next = c->line + 1;
}

static err_t read_row(struct csv *c, struct why *why)
{
    enum place at = BEGIN;
    bool bad = false;
    int byte = EOF;
    buf_clear(&c->row);
    c->line = c->next;
    errno = 0;
    while (at != OUTSIDE && c->row.len < CSV_MOST - 1 && (byte = take(c)) != EOF) {
        bool ends = byte == '\n' || (byte == '\r' && peek(c) != '\n');
        at = follow(c, at, ends ? '\n' : byte, &bad);
        buf_byte(&c->row, (uint8_t)byte);
        c->next += ends;
    }
    if (byte == EOF && ferror(c->in))
        return why_set(why, err_of_errno(errno, ERR_FILE), "line %llu", (unsigned long long)c->line);
    if (c->row.err == ERR_MEMORY)
        return why_set(why, ERR_MEMORY, "line %llu", (unsigned long long)c->line);
    if (byte == EOF && c->row.len == 0) {
        c->ended = true;
        return ERR_NOT_FOUND;
    }
    bool lines = first_line(c) < c->row.len, whole = at == OUTSIDE || byte == EOF;
    if (!whole && !lines) {
        drop_line(c);
        return why_set(why, ERR_TOO_LARGE, ">= %u bytes", CSV_MOST);
    }
    if (!whole || bad || at == QUOTED) {
        err_t err = give_back(c);
        return why_set(why, err ? err : at == QUOTED || bad ? ERR_CSV_QUOTE : ERR_TOO_LARGE, "%s", "");
    }
    return ERR_OK;
}

/* ---- cells ---- */

static char separator_of(struct slice line)
{
    size_t most = 0;
    char best = ',';
    bool quoted = false;
    for (const char *one = SEPARATORS; *one; one++) {
        size_t n = 0;
        for (size_t i = 0; i < line.len; i++) {
            quoted ^= line.at[i] == '"';
            n += !quoted && line.at[i] == (uint8_t)*one;
        }
        quoted = false;
        if (n > most) {
            most = n;
            best = *one;
        }
    }
    return best;
}

static err_t add_cell(struct csv *c, size_t from)
{
    if (c->cells_n == c->room) {
        size_t room = c->room ? 2 * c->room : 32;
        struct slice *grown = reallocarray(c->cells, room, sizeof *grown);
        if (!grown)
            return ERR_MEMORY;
        c->cells = grown;
        c->room = room;
    }
    c->cells[c->cells_n++] = slice_of(NULL, c->text.len - from);
    buf_byte(&c->text, 0);
    return c->text.err;
}

/* Only now that the text grows no more. */
static void point(struct csv *c)
{
    const uint8_t *at = c->text.at;
    for (size_t i = 0; i < c->cells_n; i++) {
        c->cells[i].at = at;
        at += c->cells[i].len + 1;
    }
}

/* The end of one cell that begins at `i`; its text without quotes is appended. */
static size_t cell_text(struct csv *c, struct slice row, size_t i)
{
    bool quoted = i < row.len && row.at[i] == '"';
    for (i += quoted; i < row.len; i++) {
        if (quoted && row.at[i] == '"') {
            if (i + 1 == row.len || row.at[i + 1] != '"')
                return i + 1;
            i++;
        } else if (!quoted && row.at[i] == (uint8_t)c->separator) {
            return i;
        }
        buf_byte(&c->text, row.at[i]);
    }
    return i;
}

static err_t split(struct csv *c, struct slice row, struct why *why)
{
    err_t err = ERR_OK;
    buf_clear(&c->text);
    c->cells_n = c->fault = 0;
    for (size_t i = 0; !err; i++) {
        size_t from = c->text.len;
        i = cell_text(c, row, i);
        struct slice cell = slice_of(c->text.at + from, c->text.len - from);
        c->fault = c->cells_n;
        if (!utf8_valid(cell))
            return why_set(why, ERR_UTF8, "%s", "");
        if (cell.len && memchr(cell.at, 0, cell.len))
            return why_set(why, ERR_FORBIDDEN, "%s", "U+0000");
        err = add_cell(c, from);
        if (i >= row.len)
            break;
    }
    if (err)
        return why_set(why, err, "line %llu", (unsigned long long)c->line);
    point(c);
    return ERR_OK;
}

static struct slice without_end(struct slice row)
{
    row.len -= row.len && row.at[row.len - 1] == '\n';
    row.len -= row.len && row.at[row.len - 1] == '\r';
    return row;
}

static bool blank(struct slice row)
{
    for (size_t i = 0; i < row.len; i++)
        if (row.at[i] != ' ' && row.at[i] != '\t')
            return false;
    return true;
}

err_t csv_next(struct csv *c, struct why *why)
{
    for (;;) {
        c->fault = 0;
        if (c->ended)
            return ERR_NOT_FOUND;
        err_t err = read_row(c, why);
        if (err)
            return err;
        struct slice row = without_end(buf_slice(&c->row));
        if (c->line == 1 && row.len >= 3 && memcmp(row.at, "\xef\xbb\xbf", 3) == 0)
            row = slice_of(row.at + 3, row.len - 3);
        if (!c->separator && row.len == 5 && memcmp(row.at, "sep=", 4) == 0) {
            c->separator = (char)row.at[4];
            continue;
        }
        if (blank(row))
            continue;
        if (!c->separator)
            c->separator = separator_of(row);
        return split(c, row, why);
    }
}
