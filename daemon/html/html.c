#include "daemon/html/html.h"
#include "protocol/base/markup.h"
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void html_init(struct html *h, struct buf *out, const char *lang)
{
    *h = (struct html){.out = out, .lang = lang, .prefix = ""};
}

static void raw(struct html *h, const char *markup)
{
    buf_add(h->out, slice_text(markup));
}

/* The tag that attributes could still go into ends here. */
static void settle(struct html *h)
{
    if (h->in_tag)
        buf_byte(h->out, '>');
    h->in_tag = false;
}

err_t html_end(struct html *h)
{
    settle(h);
    assert(!h->depth);
    return h->out->err;
}

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, list[i]) == 0)
            return true;
    return false;
}

/* ---- elements ---- */

static void begin(struct html *h, const char *element)
{
    static const char *const never[] = {"script", "style", "iframe", "object", "embed", "base"};
    assert(!is_one_of(element, never, sizeof never / sizeof *never));
    settle(h);
    buf_byte(h->out, '<');
    raw(h, element);
    h->in_tag = true;
}

void html_open(struct html *h, const char *element)
{
    assert(h->depth < HTML_DEPTH_MAX);
    begin(h, element);
    h->open[h->depth++] = element;
}

void html_open_class(struct html *h, const char *element, const char *class)
{
    html_open(h, element);
    if (class)
        html_attr(h, "class", class);
}

/* Whoever reads the source finds a line for each block. */
static bool is_block(const char *element)
{
    static const char *const blocks[] = {
        "p",     "div",    "li",      "ul",      "ol",    "tr",     "table", "thead",   "tbody",      "dl",   "dd",
        "h1",    "h2",     "h3",      "section", "nav",   "header", "main",  "head",    "body",       "form", "caption",
        "title", "figure", "article", "aside",   "tfoot", "footer", "svg",   "details", "blockquote", "html"};
    return is_one_of(element, blocks, sizeof blocks / sizeof *blocks);
}

void html_close(struct html *h, const char *element)
{
    assert(h->depth && strcmp(h->open[h->depth - 1], element) == 0);
    h->depth--;
    settle(h);
    raw(h, "</");
    raw(h, element);
    raw(h, is_block(element) ? ">\n" : ">");
}

void html_void(struct html *h, const char *element)
{
    begin(h, element);
}

static void attribute(struct html *h, const char *name, struct slice value)
{
    assert(h->in_tag);
    buf_byte(h->out, ' ');
    raw(h, name);
    raw(h, "=\"");
    markup_text(h->out, value);
    buf_byte(h->out, '"');
}

void html_attr_slice(struct html *h, const char *name, struct slice value)
{
    static const char *const never[] = {"style",      "href",   "src",    "action",
                                        "formaction", "srcset", "srcdoc", "xlink:href"};
    assert(strncmp(name, "on", 2) != 0 && !is_one_of(name, never, sizeof never / sizeof *never));
    attribute(h, name, value);
}

void html_attr(struct html *h, const char *name, const char *value)
{
    html_attr_slice(h, name, slice_text(value));
}

void html_attr_number(struct html *h, const char *name, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, value);
    html_attr(h, name, digits);
}

void html_attr_tr(struct html *h, const char *name, const char *msgid)
{
    html_attr(h, name, tr(h->lang, msgid));
}

void html_flag(struct html *h, const char *name)
{
    assert(h->in_tag);
    buf_byte(h->out, ' ');
    raw(h, name);
}

/* ---- addresses ---- */

/* "//host" leads elsewhere; a backslash is a slash to browsers, and so is a tab nothing. */
static bool is_path(struct slice a)
{
    if (!a.len || a.at[0] != '/' || (a.len > 1 && (a.at[1] == '/' || a.at[1] == '\\')))
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (a.at[i] <= ' ' || a.at[i] == 0x7f || a.at[i] == '\\')
            return false;
    return true;
}

static bool is_mail(struct slice a)
{
    static const char scheme[] = "mailto:";
    if (a.len < sizeof scheme || memcmp(a.at, scheme, sizeof scheme - 1) != 0)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (a.at[i] <= ' ' || a.at[i] == 0x7f)
            return false;
    return true;
}

static bool is_fragment(struct slice a)
{
    return a.len && a.at[0] == '#';
}

bool html_may_link(struct slice address)
{
    return is_path(address) || is_fragment(address) || is_mail(address) || markup_is_link(address);
}

/* The path, with the language behind its query and before its fragment. */
static void put_path(struct html *h, struct slice path)
{
    const uint8_t *hash = memchr(path.at, '#', path.len), *question = memchr(path.at, '?', path.len);
    size_t n = hash ? (size_t)(hash - path.at) : path.len;
    markup_text(h->out, slice_text(h->prefix));
    markup_text(h->out, slice_of(path.at, n));
    if (h->keep_lang) {
        raw(h, question && (!hash || question < hash) ? "&amp;lang=" : "?lang=");
        markup_text(h->out, slice_text(h->keep_lang));
    }
    if (hash)
        markup_text(h->out, slice_of(hash, path.len - n));
}

bool html_href(struct html *h, const char *name, struct slice address)
{
    static const char *const names[] = {"href", "src", "action"};
    assert(is_one_of(name, names, sizeof names / sizeof *names));
    if (!html_may_link(address))
        return false;
    if (!is_path(address)) {
        attribute(h, name, address);
        return true;
    }
    assert(h->in_tag);
    buf_byte(h->out, ' ');
    raw(h, name);
    raw(h, "=\"");
    put_path(h, address);
    buf_byte(h->out, '"');
    return true;
}

/* ---- what stands in them ---- */

void html_slice(struct html *h, struct slice text)
{
    settle(h);
    markup_text(h->out, text);
}

void html_text(struct html *h, const char *text)
{
    html_slice(h, slice_text(text));
}

static void fill(struct html *h, const char *sentence, const char *const args[9])
{
    settle(h);
    while (*sentence) {
        size_t n = strcspn(sentence, "{");
        markup_text(h->out, slice_of(sentence, n));
        sentence += n;
        if (*sentence == '{' && sentence[1] >= '1' && sentence[1] <= '9' && sentence[2] == '}') {
            const char *arg = args[sentence[1] - '1'];
            markup_text(h->out, slice_text(arg ? arg : ""));
            sentence += 3;
        } else if (*sentence) {
            markup_text(h->out, slice_of(sentence++, 1));
        }
    }
}

void html_say(struct html *h, const char *msgid, ...)
{
    const char *args[9] = {NULL}, *one;
    va_list list;
    va_start(list, msgid);
    for (size_t n = 0; n < 9 && (one = va_arg(list, const char *)) != NULL; n++)
        args[n] = one;
    va_end(list);
    fill(h, tr(h->lang, msgid), args);
}

void html_say_n(struct html *h, const char *one, const char *many, int64_t n, ...)
{
    const char *args[9] = {html_num(h, n)}, *next;
    va_list list;
    va_start(list, n);
    for (size_t i = 1; i < 9 && (next = va_arg(list, const char *)) != NULL; i++)
        args[i] = next;
    va_end(list);
    fill(h, tr_n(h->lang, one, many, n < 0 ? 0 : (unsigned long)n), args);
}

void html_made(struct html *h, struct slice markup)
{
    settle(h);
    buf_add(h->out, markup);
}

/* ---- whole elements ---- */

void html_element(struct html *h, const char *element, const char *text)
{
    html_open(h, element);
    html_text(h, text);
    html_close(h, element);
}

void html_element_tr(struct html *h, const char *element, const char *msgid)
{
    html_element(h, element, tr(h->lang, msgid));
}

void html_name(struct html *h, struct slice text)
{
    html_open(h, "bdi");
    html_slice(h, text);
    html_close(h, "bdi");
}

bool html_open_link(struct html *h, struct slice address)
{
    if (!html_may_link(address))
        return false;
    html_open(h, "a");
    html_href(h, "href", address);
    if (markup_is_link(address))
        html_attr(h, "rel", "nofollow noopener noreferrer");
    return true;
}

void html_link_slice(struct html *h, struct slice address, struct slice text)
{
    bool link = html_open_link(h, address);
    html_slice(h, text);
    if (link)
        html_close(h, "a");
}

void html_link(struct html *h, const char *address, const char *text)
{
    html_link_slice(h, slice_text(address), slice_text(text));
}

static void put_col(struct html *h, const char *msgid, const char *class)
{
    html_open_class(h, "th", class);
    html_attr(h, "scope", "col");
    html_text(h, tr(h->lang, msgid));
    html_close(h, "th");
}

void html_col(struct html *h, const char *msgid)
{
    put_col(h, msgid, NULL);
}

void html_col_number(struct html *h, const char *msgid)
{
    put_col(h, msgid, "num");
}

void html_columns(struct html *h, const struct html_column *columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_col(h, columns[i].msgid, columns[i].number ? "num" : NULL);
}

void html_open_row(struct html *h)
{
    html_open(h, "tr");
    html_open(h, "th");
    html_attr(h, "scope", "row");
}

void html_row(struct html *h, struct slice name)
{
    html_open_row(h);
    html_name(h, name);
    html_close(h, "th");
}

void html_cell_number(struct html *h, int64_t n)
{
    html_open_class(h, "td", "num");
    html_number(h, n);
    html_close(h, "td");
}

void html_open_table(struct html *h, const char *caption)
{
    html_open_class(h, "div", "scroll");
    html_attr(h, "tabindex", "0");
    html_attr(h, "role", "region");
    html_attr(h, "aria-label", caption);
    html_open(h, "table");
    html_element(h, "caption", caption);
    html_open(h, "thead");
    html_open(h, "tr");
}

void html_table_body(struct html *h)
{
    html_close(h, "tr");
    html_close(h, "thead");
    html_open(h, "tbody");
}

void html_close_table(struct html *h)
{
    html_close(h, "tbody");
    html_close(h, "table");
    html_close(h, "div");
}
