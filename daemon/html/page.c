#include "daemon/html/page.h"

#include <stdio.h>

/* Made from style.css by conf/embed.sh. */
extern const unsigned char style_css[];
extern const size_t style_css_len;
extern const char style_css_sum[];

struct slice page_style(void)
{
    return slice_of(style_css, style_css_len);
}

const char *page_style_sum(void)
{
    return style_css_sum;
}

static bool has(const char *text)
{
    return text && *text;
}

/* ---- head ---- */

static void put_meta(struct html *h, const char *name, const char *content)
{
    html_void(h, "meta");
    html_attr(h, "name", name);
    html_attr(h, "content", content);
}

static void put_rel(struct html *h, const char *rel, const char *href)
{
    html_void(h, "link");
    html_attr(h, "rel", rel);
    html_href(h, "href", slice_text(href));
}

/* A sheet is the same in all languages, and kept as long as its number stands. */
static void put_style(struct html *h)
{
    const char *lang = h->keep_lang;
    char href[64];
    snprintf(href, sizeof href, PAGE_STYLE "?v=%s", style_css_sum);
    h->keep_lang = NULL;
    put_rel(h, "stylesheet", href);
    h->keep_lang = lang;
}

static void put_title(struct html *h, const struct page *p)
{
    html_open(h, "title");
    html_text(h, p->title);
    if (has(p->alliance) && strcmp(p->alliance, p->title) != 0) {
        html_text(h, " – ");
        html_text(h, p->alliance);
    }
    html_close(h, "title");
}

static void put_head(struct html *h, const struct page *p)
{
    html_open(h, "head");
    html_void(h, "meta");
    html_attr(h, "charset", "utf-8");
    put_title(h, p);
    put_meta(h, "viewport", "width=device-width, initial-scale=1");
    put_meta(h, "color-scheme", "light dark");
    if (p->noindex)
        put_meta(h, "robots", "noindex");
    put_style(h);
    if (has(p->canonical))
        put_rel(h, "canonical", p->canonical);
    for (size_t i = 0; i < sizeof p->feeds / sizeof *p->feeds && p->feeds[i].href; i++) {
        put_rel(h, "alternate", p->feeds[i].href);
        html_attr(h, "type", p->feeds[i].type);
        if (has(p->feeds[i].title))
            html_attr(h, "title", p->feeds[i].title);
    }
    for (size_t i = 0; i < p->metas_n; i++) {
        put_meta(h, p->metas[i].name, p->metas[i].content);
        if (has(p->metas[i].lang))
            html_attr(h, "lang", p->metas[i].lang);
    }
    html_close(h, "head");
}

/* ---- header ---- */

static void put_places(struct html *h, enum page_place here)
{
    static const struct {
        enum page_place place;
        const char *path, *words;
    } places[] = {
#define X(id, path, words) {PAGE_##id, path, words},
        PAGE_PLACES(X)
#undef X
    };
    html_open(h, "nav");
    html_attr_tr(h, "aria-label", N_("Parts of the site"));
    html_open(h, "ul");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        html_open(h, "li");
        html_open_link(h, slice_text(places[i].path));
        if (places[i].place == here)
            html_attr(h, "aria-current", "page");
        html_text(h, tr(h->lang, places[i].words));
        html_close(h, "a");
        html_close(h, "li");
    }
    html_close(h, "ul");
    html_close(h, "nav");
}

static void put_search(struct html *h, const struct page *p)
{
    html_open(h, "form");
    html_attr(h, "role", "search");
    html_attr(h, "method", "get");
    const char *lang = h->keep_lang;
    h->keep_lang = NULL; /* a GET form's own query takes the place of its address's */
    html_href(h, "action", slice_text("/records"));
    h->keep_lang = lang;
    html_open(h, "label");
    html_attr(h, "for", "site-search");
    html_text(h, tr(h->lang, N_("Search the records")));
    html_close(h, "label");
    html_void(h, "input");
    html_attr(h, "id", "site-search");
    html_attr(h, "type", "search");
    html_attr(h, "name", "q");
    html_attr(h, "value", p->search ? p->search : "");
    if (lang) {
        html_void(h, "input");
        html_attr(h, "type", "hidden");
        html_attr(h, "name", "lang");
        html_attr(h, "value", lang);
    }
    html_open(h, "button");
    html_text(h, tr(h->lang, N_("Search")));
    html_close(h, "button");
    html_close(h, "form");
}

static void put_language(struct html *h, const struct page *p, const char *lang)
{
    const char *keep = h->keep_lang;
    html_open(h, "li");
    h->keep_lang = lang;
    if (html_open_link(h, slice_text(p->self))) {
        html_attr(h, "lang", lang);
        html_attr(h, "hreflang", lang);
        if (strcmp(lang, h->lang) == 0)
            html_attr(h, "aria-current", "true");
        html_text(h, tr(lang, N_("in English"))); /* a translation says there in which language it is */
        html_close(h, "a");
    }
    h->keep_lang = keep;
    html_close(h, "li");
}

static void put_languages(struct html *h, const struct page *p)
{
    html_open_class(h, "nav", "languages");
    html_attr_tr(h, "aria-label", N_("Languages"));
    html_open(h, "ul");
    for (const struct tr_language *l = tr_languages; l->name; l++)
        put_language(h, p, l->name);
    put_language(h, p, "en");
    html_close(h, "ul");
    html_close(h, "nav");
}

static void put_header(struct html *h, const struct page *p)
{
    html_open(h, "header");
    html_open_class(h, "div", "top");
    html_open_class(h, "p", "alliance");
    html_link(h, "/", has(p->alliance) ? p->alliance : "allied");
    html_close(h, "p");
    if (p->self)
        put_languages(h, p);
    put_search(h, p);
    html_close(h, "div");
    put_places(h, p->place);
    html_close(h, "header");
}

/* ---- the page ---- */

void page_open(struct html *h, const struct page *p)
{
    buf_add(h->out, slice_text("<!DOCTYPE html>\n"));
    html_open(h, "html");
    html_attr(h, "lang", h->lang);
    put_head(h, p);
    html_open(h, "body");
    html_open_class(h, "a", "skip");
    html_href(h, "href", slice_text("#content"));
    html_text(h, tr(h->lang, N_("To the content")));
    html_close(h, "a");
    put_header(h, p);
    html_open_class(h, "main", p->wide ? "wide" : NULL);
    html_attr(h, "id", "content");
    html_attr(h, "tabindex", "-1");
    html_open(h, "h1");
    if (has(p->title_lang) && strcmp(p->title_lang, h->lang) != 0)
        html_attr(h, "lang", p->title_lang);
    html_attr(h, "dir", "auto");
    html_text(h, p->title);
    html_close(h, "h1");
}

static void put_footer(struct html *h, const struct page *p)
{
    html_open(h, "footer");
    html_open(h, "p");
    if (has(p->site))
        html_say(h, N_("Answered by the site {1}, allied {2}."), p->site, ALLIED_VERSION, NULL);
    else
        html_text(h, "allied " ALLIED_VERSION);
    html_close(h, "p");
    html_open(h, "ul");
    static const struct {
        const char *href, *words;
    } links[] = {
        {"/feeds/all.atom",    N_("What changes (Atom)")    },
        {"/skos.ttl",          N_("The thesaurus (SKOS)")   },
        {"/oai?verb=Identify", N_("For libraries (OAI-PMH)")},
        {"/openapi.json",      N_("For programs (OpenAPI)") },
    };
    const char *lang = h->keep_lang;
    h->keep_lang = NULL; /* these are for programs */
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        html_open(h, "li");
        html_link(h, links[i].href, tr(h->lang, links[i].words));
        html_close(h, "li");
    }
    h->keep_lang = lang;
    html_close(h, "ul");
    html_close(h, "footer");
}

void page_close(struct html *h, const struct page *p)
{
    html_close(h, "main");
    put_footer(h, p);
    html_close(h, "body");
    html_close(h, "html");
}
