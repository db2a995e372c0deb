/*
 * strict: a lexer of seven tokens and a descent of three levels (file, section, value). The first error sticks in the lexer; from then on it yields END,
 * so that every loop ends. Where libconfuse is known to see something else than a person (two slashes in a bare word, a bare word with an
 * apostrophe), the text is refused and quotes are asked for.
 */
#include "conf/strict.h"
#include "protocol/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum token { END, WORD, QUOTED, OPEN, CLOSE, EQUAL, COMMA };

struct lex {
    const char *file;
    struct slice text;
    size_t at;
    unsigned line;
    enum token token;
    size_t from, to; /* of the token */
    unsigned token_line;
    unsigned
        bare_line; /* where the last value without quotes ended: a word behind it is most likely its continuation */
    err_t err;
    struct why *why;
};

void strict_place(const char *file, unsigned line, char out[STRICT_PLACE_BYTES])
{
    size_t len = strlen(file), most = STRICT_PLACE_BYTES - 20;
    const char *cut = file;
    if (len > most) {
        cut = file + len - most;
        while (((unsigned char)*cut & 0xc0) == 0x80)
            cut++;
    }
    snprintf(out, STRICT_PLACE_BYTES, "%s%s:%u", cut == file ? "" : "…", cut, line);
}

__attribute__((format(printf, 4, 5))) static void fail(struct lex *x, err_t e, unsigned line, const char *format, ...)
{
    char place[STRICT_PLACE_BYTES], what[96];
    va_list args;
    if (x->err != ERR_OK)
        return;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    strict_place(x->file, line, place);
    x->err = why_set(x->why, e, "%s: %s", place, what);
    x->token = END;
}

/* What stands in the token, short enough to be shown. */
static int shown(const struct lex *x)
{
    size_t len = x->to - x->from, most = 48;
    if (len <= most)
        return (int)len;
    while (most > 0 && (x->text.at[x->from + most] & 0xc0) == 0x80)
        most--;
    return (int)most;
}

#define SHOWN(x) shown(x), (const char *)(x)->text.at + (x)->from

static int peek(const struct lex *x, size_t ahead)
{
    return x->at + ahead < x->text.len ? x->text.at[x->at + ahead] : -1;
}

static void skip_block(struct lex *x)
{
    unsigned opened = x->line;
    for (x->at += 2; peek(x, 0) >= 0; x->at++) {
        if (peek(x, 0) == '*' && peek(x, 1) == '/') {
            x->at += 2;
            return;
        }
        x->line += peek(x, 0) == '\n';
    }
    fail(x, ERR_CONFIG_OPEN, opened, "/*");
}

static void skip_blank(struct lex *x)
{
    for (int c = peek(x, 0); c >= 0 && x->err == ERR_OK; c = peek(x, 0)) {
        if (c == '#' || (c == '/' && peek(x, 1) == '/')) {
            while (peek(x, 0) >= 0 && peek(x, 0) != '\n')
                x->at++;
        } else if (c == '/' && peek(x, 1) == '*') {
            skip_block(x);
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            x->line += c == '\n';
            x->at++;
        } else {
            return;
        }
    }
}

static bool word_byte(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80 ||
           (c > 0 && strchr("_.:/@-", c));
}

bool strict_word(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!word_byte(text.at[i]) || (text.at[i] == '/' && i + 1 < text.len && text.at[i + 1] == '/'))
            return false;
    return text.len > 0;
}

static void lex_word(struct lex *x)
{
    while (peek(x, 0) > ' ' && !strchr("={},\"#", peek(x, 0)))
        x->at++;
    x->to = x->at;
    x->token = WORD;
    if (peek(x, 0) == '{' && x->at > x->from && x->text.at[x->at - 1] == '$')
        fail(x, ERR_CONFIG_DOLLAR, x->line, "%.*s{", SHOWN(x));
    if (!strict_word(slice_of(x->text.at + x->from, x->to - x->from)))
        fail(x, ERR_CONFIG_QUOTE, x->line, "%.*s", SHOWN(x));
}

/* Quotes end on their line: whoever forgets one learns of that line, not of the end of the file. */
static void lex_quoted(struct lex *x)
{
    int quote = peek(x, 0);
    const char *escapes = quote == '"' ? "\"\\$" : "'\\";
    for (x->at++; peek(x, 0) != quote && x->err == ERR_OK; x->at++) {
        x->to = x->at;
        if (peek(x, 0) < 0 || peek(x, 0) == '\n')
            fail(x, ERR_CONFIG_OPEN, x->line, "%.*s", SHOWN(x));
        else if (peek(x, 0) == '\\' && (peek(x, 1) <= 0 || !strchr(escapes, peek(x, 1))))
            fail(x, ERR_CONFIG, x->line, "\\%c", peek(x, 1) > ' ' && peek(x, 1) < 0x7f ? peek(x, 1) : ' ');
        else if (peek(x, 0) == '\\')
            x->at++;
        else if (quote == '"' && peek(x, 0) == '$' && peek(x, 1) == '{')
            fail(x, ERR_CONFIG_DOLLAR, x->line, "%.*s${", SHOWN(x));
    }
    x->to = ++x->at;
    x->token = x->err == ERR_OK ? QUOTED : END;
    if (x->err == ERR_OK && (word_byte(peek(x, 0)) || peek(x, 0) == '"' || peek(x, 0) == '\''))
        fail(x, ERR_CONFIG, x->line, "%.*s%c", SHOWN(x), peek(x, 0) < 0x80 ? peek(x, 0) : ' ');
}

static void next(struct lex *x)
{
    static const struct {
        char byte;
        enum token token;
    } marks[] = {
        {'{', OPEN },
        {'}', CLOSE},
        {'=', EQUAL},
        {',', COMMA}
    };
    if (x->err != ERR_OK)
        return;
    skip_blank(x);
    x->from = x->to = x->at;
    x->token_line = x->line;
    x->token = END;
    if (x->err != ERR_OK || x->at >= x->text.len)
        return;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (peek(x, 0) == marks[i].byte) {
            x->token = marks[i].token;
            x->to = ++x->at;
            return;
        }
    if (peek(x, 0) == '"' || peek(x, 0) == '\'')
        lex_quoted(x);
    else
        lex_word(x);
}

/* "section.key", and what may be meant: a key nearby, or nothing. */
static void fail_unknown(struct lex *x, const char *section)
{
    char typed[80];
    int len = shown(x);
    snprintf(typed, sizeof typed, "%s%s%.*s", section ? section : "", section ? "." : "", len,
             (const char *)x->text.at + x->from);
    enum setting near = setting_guess(typed);
    if (near == SETTING_COUNT)
        fail(x, ERR_CONFIG_UNKNOWN, x->token_line, "%s", typed);
    else if (section)
        fail(x, ERR_CONFIG_UNKNOWN, x->token_line, "%s (%s?)", typed, setting_name(near));
    else
        fail(x, ERR_CONFIG_UNKNOWN, x->token_line, "%s (%s { %s }?)", typed, setting_section(near), setting_key(near));
}

static bool token_is(const struct lex *x, const char *text)
{
    return slice_equal(slice_of(x->text.at + x->from, x->to - x->from), slice_text(text));
}

static void parse_list(struct lex *x)
{
    unsigned opened = x->token_line;
    for (next(x); x->token != CLOSE; next(x)) {
        if (x->token != WORD && x->token != QUOTED)
            break;
        next(x);
        if (x->token != COMMA)
            break;
    }
    if (x->token == END)
        fail(x, ERR_CONFIG_OPEN, opened, "{");
    else if (x->token != CLOSE)
        fail(x, ERR_CONFIG, x->token_line, "%.*s", SHOWN(x));
}

static void parse_value(struct lex *x, struct strict_item *item)
{
    next(x);
    item->from = x->from;
    if (x->token == OPEN && setting_type(item->id) == SETTING_LIST) {
        parse_list(x);
    } else if (x->token == OPEN || x->token == CLOSE || x->token == EQUAL || x->token == COMMA || x->token == END) {
        fail(x, x->token == END ? ERR_CONFIG_OPEN : ERR_CONFIG, item->line, "%s = %.*s", setting_name(item->id),
             SHOWN(x));
    } else if (x->token == WORD) {
        x->bare_line = x->line;
    }
    item->to = x->to;
}

static const char *section_named(const struct lex *x)
{
    for (unsigned i = 0; i < SETTING_COUNT; i++)
        if (token_is(x, setting_section((enum setting)i)))
            return setting_section((enum setting)i);
    return NULL;
}

/* The first byte behind the token on its line, blanks left out. */
static int byte_behind(const struct lex *x)
{
    size_t at = x->at;
    while (at < x->text.len && (x->text.at[at] == ' ' || x->text.at[at] == '\t'))
        at++;
    return at < x->text.len ? x->text.at[at] : -1;
}

static void parse_item(struct lex *x, const char *section, unsigned section_line, struct strict *out)
{
    struct strict_item item = {.id = SETTING_COUNT, .line = x->token_line};
    for (unsigned i = 0; i < SETTING_COUNT; i++)
        if (strcmp(setting_section((enum setting)i), section) == 0 && token_is(x, setting_key((enum setting)i)))
            item.id = (enum setting)i;
    if (x->bare_line == x->token_line && byte_behind(x) != '=') /* Maison du vélo */
        fail(x, ERR_CONFIG_QUOTE, x->token_line, "… %.*s", SHOWN(x));
    if (item.id == SETTING_COUNT && byte_behind(x) == '{' && section_named(x))
        fail(x, ERR_CONFIG_OPEN, section_line, "%s {", section);
    if (item.id == SETTING_COUNT) {
        fail_unknown(x, section);
        return;
    }
    for (size_t i = 0; i < out->items_n; i++)
        if (out->items[i].id == item.id)
            fail(x, ERR_CONFIG_REPEAT, item.line, "%s (:%u)", setting_name(item.id), out->items[i].line);
    next(x);
    if (x->token != EQUAL)
        fail(x, ERR_CONFIG, x->token_line, "%s %.*s", setting_name(item.id), SHOWN(x));
    parse_value(x, &item);
    if (x->err == ERR_OK)
        out->items[out->items_n++] = item;
}

static void parse_section(struct lex *x, struct strict *out)
{
    unsigned line = x->token_line;
    struct strict_section s = {.name = section_named(x)};
    if (!s.name || x->token != WORD) {
        fail_unknown(x, NULL);
        return;
    }
    for (size_t i = 0; i < out->sections_n; i++)
        if (out->sections[i].name == s.name || out->sections_n == STRICT_SECTIONS)
            fail(x, ERR_CONFIG_REPEAT, line, "%s", s.name);
    next(x);
    if (x->token != OPEN)
        fail(x, ERR_CONFIG, line, "%s %.*s", s.name, SHOWN(x));
    s.open = x->at;
    for (next(x); x->token == WORD; next(x))
        parse_item(x, s.name, line, out);
    if (x->token == END)
        fail(x, ERR_CONFIG_OPEN, line, "%s {", s.name);
    else if (x->token != CLOSE)
        fail(x, x->token == OPEN ? ERR_CONFIG_OPEN : ERR_CONFIG, x->token == OPEN ? line : x->token_line, "%.*s",
             SHOWN(x));
    s.close = x->from;
    if (x->err == ERR_OK)
        out->sections[out->sections_n++] = s;
}

/* Control characters are refused everywhere: in values they make no sense, in comments they hide things on a terminal. */
static void check_bytes(struct lex *x)
{
    size_t fault = utf8_fault(x->text);
    unsigned line = 1;
    for (size_t i = 0; i < x->text.len && x->err == ERR_OK; i++) {
        uint8_t c = x->text.at[i];
        line += c == '\n';
        if (i == fault)
            fail(x, ERR_CONFIG_UTF8, line, "\\x%02x", c);
        else if ((c < 0x20 && !strchr("\t\r\n", c)) || c == 0 || c == 0x7f)
            fail(x, ERR_CONFIG, line, "\\x%02x", c);
    }
}

err_t strict_check(const char *file, struct slice text, struct strict *out, struct why *why)
{
    struct lex x = {.file = file, .text = text, .line = 1, .why = why};
    struct strict found = {.items_n = 0};
    check_bytes(&x);
    if (text.len >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0)
        x.at = 3; /* the mark that some editors put before UTF-8 */
    for (next(&x); x.token == WORD; next(&x))
        parse_section(&x, &found);
    if (x.token != END)
        fail(&x, ERR_CONFIG, x.token_line, "%.*s", SHOWN(&x));
    if (x.err == ERR_OK)
        *out = found;
    return x.err;
}
