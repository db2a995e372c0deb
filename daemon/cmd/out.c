#include "daemon/cmd/out.h"
#include "conf/tr.h"
#include "protocol/base/utf8.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define OUT_CAP   (64u * 1024 * 1024)
#define PLACES    9
#define LINE_MOST 100 /* columns: longer lines of text tire the eye */

static const char *const codes[] = {
    [STYLE_PLAIN] = "",       [STYLE_BOLD] = "\033[1m",   [STYLE_DIM] = "\033[2m",
    [STYLE_RED] = "\033[31m", [STYLE_GREEN] = "\033[32m", [STYLE_YELLOW] = "\033[33m",
};

static bool is_terminal(FILE *f)
{
    int fd = fileno(f);
    return fd >= 0 && isatty(fd);
}

static bool wants_color(FILE *f, const char *color)
{
    if (strcmp(color, "auto") != 0)
        return strcmp(color, "always") == 0;
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return is_terminal(f) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

static size_t columns_of(FILE *f)
{
    struct winsize size;
    if (!is_terminal(f) || ioctl(fileno(f), TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col ? size.ws_col : 80;
}

void out_init(struct out *o, FILE *data, FILE *say, const char *lang, const char *color)
{
    o->data = data;
    o->say = say;
    o->lang = lang;
    o->color_data = wants_color(data, color);
    o->color_say = wants_color(say, color);
    o->terminal_say = is_terminal(say);
    o->columns = columns_of(data);
}

void out_fill(struct buf *to, const char *pattern, const char *const *values, size_t n)
{
    for (const char *c = pattern; *c; c++) {
        size_t place = c[0] == '{' && c[1] >= '1' && c[1] <= '9' && c[2] == '}' ? (size_t)(c[1] - '0') : 0;
        if (place == 0 || place > n) {
            buf_byte(to, (uint8_t)*c);
            continue;
        }
        out_clean(to, values[place - 1], true);
        c += 2;
    }
}

static void sentence(FILE *f, const char *lang, const char *msgid, va_list list)
{
    const char *values[PLACES];
    size_t n = 0;
    for (const char *v; n < PLACES && (v = va_arg(list, const char *));)
        values[n++] = v;
    struct buf line;
    buf_init(&line, OUT_CAP);
    out_fill(&line, tr(lang, msgid), values, n);
    const char *text = buf_text(&line);
    fprintf(f, "%s\n", text ? text : msgid);
    buf_fini(&line);
}

void out_say(const struct out *o, const char *msgid, ...)
{
    if (o->quiet)
        return;
    va_list list;
    va_start(list, msgid);
    sentence(o->say, o->lang, msgid, list);
    va_end(list);
}

void out_print(const struct out *o, const char *msgid, ...)
{
    va_list list;
    va_start(list, msgid);
    sentence(o->data, o->lang, msgid, list);
    va_end(list);
}

const char *out_number(struct out_number *room, long long n)
{
    snprintf(room->text, sizeof room->text, "%lld", n);
    return room->text;
}

/* How many bytes the character at `at` has; 0 where it is not valid. */
static size_t char_len(const char *at, size_t left)
{
    uint8_t c = (uint8_t)*at;
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return n <= left && utf8_valid(slice_of(at, n)) ? n : 0;
}

/* C0 and C1 controls, ends of lines, the marks that turn the direction of what follows, and what is no character. */
static bool is_control(const char *at, size_t n)
{
    uint8_t a = (uint8_t)at[0], b = n > 1 ? (uint8_t)at[1] : 0, c = n > 2 ? (uint8_t)at[2] : 0;
    if (n == 1)
        return a < 0x20 || a == 0x7f;
    if (n == 2)
        return a == 0xc2 && b < 0xa0;
    if (n != 3)
        return false;
    return (a == 0xe2 && ((b == 0x80 && c >= 0xa8 && c <= 0xae) || (b == 0x81 && c >= 0xa6 && c <= 0xa9))) ||
           (a == 0xef && b == 0xbf && c >= 0xbe);
}

void out_clean(struct buf *to, const char *text, bool one_line)
{
    size_t left = strlen(text);
    while (left) {
        size_t n = char_len(text, left);
        if (n == 0)
            buf_printf(to, "\uFFFD");
        else if (*text == '\n' || *text == '\t')
            buf_byte(to, one_line ? ' ' : (uint8_t)*text);
        else if (is_control(text, n))
            buf_printf(to, "·");
        else
            buf_append(to, text, n);
        n = n ? n : 1;
        text += n;
        left -= n;
    }
}

void out_cut(struct buf *to, const char *text, size_t width)
{
    size_t len = strlen(text);
    if (width == 0 || utf8_width(slice_of(text, len)) <= width) {
        buf_append(to, text, len);
        return;
    }
    size_t at = 0, used = 0;
    while (at < len) {
        size_t n = char_len(text + at, len - at);
        n = n ? n : 1;
        size_t wide = utf8_width(slice_of(text + at, n));
        if (used + wide + 1 > width)
            break;
        used += wide;
        at += n;
    }
    buf_append(to, text, at);
    buf_printf(to, "…");
}

void out_cell(const struct out *o, const char *text, enum out_style style, size_t width)
{
    struct buf clean, cut;
    buf_init(&clean, OUT_CAP);
    buf_init(&cut, OUT_CAP);
    out_clean(&clean, text, true);
    if (buf_text(&clean))
        out_cut(&cut, buf_text(&clean), width);
    const char *shown = buf_text(&cut);
    bool color = o->color_data && style != STYLE_PLAIN;
    fprintf(o->data, "%s%s%s", color ? codes[style] : "", shown ? shown : "", color ? "\033[0m" : "");
    buf_fini(&clean);
    buf_fini(&cut);
}

static void blanks(FILE *f, size_t n)
{
    while (n--)
        fputc(' ', f);
}

/* A blank before : ; ! ? and », or behind «, as French has it, is no place to break. */
static bool sticks(const char *line, size_t len, size_t at)
{
    const char *next = line + at + 1;
    size_t left = len - at - 1;
    bool opened = at >= 2 && memcmp(line + at - 2, "\xc2\xab", 2) == 0;
    return opened || (left && strchr(":;!?", *next)) || (left >= 2 && memcmp(next, "\xc2\xbb", 2) == 0);
}

/* One paragraph, broken between words. */
static void wrap(const struct out *o, const char *line, size_t len, size_t indent, size_t width)
{
    size_t used = 0;
    for (size_t at = 0; at < len;) {
        size_t end = at;
        while (end < len && line[end] == ' ')
            end++;
        while (end < len && (line[end] != ' ' || sticks(line, len, end)))
            end++;
        size_t wide = utf8_width(slice_of(line + at, end - at));
        if (used && used + wide > width) {
            fputc('\n', o->data);
            blanks(o->data, indent);
            used = 0;
            while (at < end && line[at] == ' ')
                at++, wide--;
        }
        fwrite(line + at, 1, end - at, o->data);
        used += wide;
        at = end;
    }
}

void out_text(const struct out *o, const char *text, size_t indent)
{
    struct buf clean;
    buf_init(&clean, OUT_CAP);
    out_clean(&clean, text, false);
    const char *at = buf_text(&clean);
    size_t most = o->columns > LINE_MOST ? LINE_MOST : o->columns;
    size_t width = most == 0 ? SIZE_MAX / 2 : most > indent + 20 ? most - indent : 20;
    while (at && *at) {
        size_t len = strcspn(at, "\n");
        wrap(o, at, len, indent, width);
        at += len;
        fputc('\n', o->data);
        if (*at && *++at)
            blanks(o->data, indent);
    }
    if (clean.len == 0)
        fputc('\n', o->data);
    buf_fini(&clean);
}

#define LABEL_WIDTH 20

void out_pair(const struct out *o, const char *label_msgid, const char *value)
{
    const char *label = tr(o->lang, label_msgid);
    size_t wide = utf8_width(slice_text(label));
    out_cell(o, label, STYLE_DIM, 0);
    blanks(o->data, wide < LABEL_WIDTH ? LABEL_WIDTH - wide : 1);
    out_text(o, value, LABEL_WIDTH);
}

void out_pair_cut(const struct out *o, const char *label_msgid, const char *value)
{
    struct buf cut;
    buf_init(&cut, OUT_CAP);
    out_cut(&cut, value, o->columns > LABEL_WIDTH + 10 ? o->columns - LABEL_WIDTH : 0);
    out_pair(o, label_msgid, buf_text(&cut) ? buf_text(&cut) : value);
    buf_fini(&cut);
}

void out_head(const struct out *o, const char *msgid)
{
    out_cell(o, tr(o->lang, msgid), STYLE_BOLD, 0);
    fputc('\n', o->data);
}

void out_json(const struct out *o, const json_t *value)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    json_dump_callback(value, utf8_json_piece, &text, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
    fwrite(text.len ? (const char *)text.at : "", 1, text.len, o->data);
    fputc('\n', o->data);
    buf_fini(&text);
}

void out_behind_code(const struct out *o, struct buf *to, const char *text, const char *detail)
{
    const char *values[] = {"", text, detail}; /* the code has a colour of its own */
    out_fill(to, tr(o->lang, *detail ? N_("{1}: {2}: {3}") : N_("{1}: {2}")), values, 3);
}

json_t *out_error_json(const struct out *o, err_t err, const struct why *why, const char *next)
{
    char code[24];
    snprintf(code, sizeof code, "ALLIED-%d", err_number(err));
    const char *step = next ? next : err_next(err);
    struct buf detail;
    buf_init(&detail, OUT_CAP);
    if (why && why->code == err)
        out_clean(&detail, why->text, true);
    json_t *e = json_pack("{s:{s:s, s:s, s:s, s:s, s:s}}", "error", "code", code, "name", err_name(err), "text",
                          tr(o->lang, err_what(err)), "detail", buf_text(&detail) ? buf_text(&detail) : "", "next",
                          *step && !next ? tr(o->lang, step) : step);
    buf_fini(&detail);
    return e;
}

void out_error(const struct out *o, err_t err, const struct why *why, const char *next)
{
    json_t *form = out_error_json(o, err, why, next);
    if (o->json && form) {
        out_json(o, form);
        json_decref(form);
        return;
    }
    const json_t *e = json_object_get(form, "error");
    const char *detail = e ? json_string_value(json_object_get(e, "detail")) : "";
    const char *step = e ? json_string_value(json_object_get(e, "next")) : "";
    fflush(o->data);
    struct buf said;
    buf_init(&said, OUT_CAP);
    out_behind_code(o, &said, tr(o->lang, err_what(err)), detail);
    fprintf(o->say, "%sallied: ALLIED-%d%s%s\n", o->color_say ? codes[STYLE_RED] : "", err_number(err),
            o->color_say ? "\033[0m" : "", buf_text(&said) ? buf_text(&said) : "");
    buf_fini(&said);
    if (*step)
        fprintf(o->say, "  → %s\n", step);
    json_decref(form);
}
