/*
 * value: one checker a setting type, in a table by type, so that a type without one does not link. Everything is compared byte by byte without
 * the C locale, which libconfuse may have changed. The only judgement here is about secrets: an address with `user:password@` in it, or a value that
 * is a PEM key, is refused wherever it stands, because allied.conf gets shown, copied and saved.
 */
#include "conf/value.h"
#include "conf/tr.h"
#include "protocol/base/utf8.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define HOST_MAX_BYTES 253u

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool value_among(const char *words, const char *text, size_t len)
{
    for (const char *w = words; *w;) {
        size_t n = strcspn(w, "|");
        if (n == len && memcmp(w, text, n) == 0)
            return true;
        w += n + (w[n] == '|');
    }
    return false;
}

/* Digits only, no sign, and not so many that they overflow. Returns how many were read; 0: none, or too many. */
static size_t read_number(const char *text, int64_t *out)
{
    size_t n = 0;
    int64_t v = 0;
    for (; digit(text[n]); n++) {
        if (n == 15)
            return 0;
        v = v * 10 + (text[n] - '0');
    }
    if (n)
        *out = v;
    return n;
}

static err_t check_number(const char *form, const char *text, int64_t *number)
{
    int64_t v = 0, low = 0, high = 0;
    size_t n = read_number(text, &v), f = read_number(form, &low);
    if (n == 0 || text[n])
        return ERR_CONFIG_NUMBER;
    if (f && (v < low || !read_number(form + f + strspn(form + f, "."), &high) || v > high))
        return ERR_CONFIG_NUMBER;
    *number = v;
    return ERR_OK;
}

struct unit {
    char name;
    int64_t times;
};

static err_t check_unit(const struct unit *units, err_t wrong, const char *text, int64_t *number)
{
    int64_t v = 0;
    size_t n = read_number(text, &v);
    if (n == 0)
        return wrong;
    if (text[n] == 0) {
        *number = v;
        return ERR_OK;
    }
    for (const struct unit *u = units; u->name; u++)
        if (text[n] == u->name && text[n + 1] == 0 && v <= INT64_MAX / u->times) {
            *number = v * u->times;
            return ERR_OK;
        }
    return wrong;
}

static err_t check_size(const char *form, const char *text, int64_t *number)
{
    static const struct unit units[] = {
        {'K', 1024              },
        {'M', 1024 * 1024       },
        {'G', 1024 * 1024 * 1024},
        {'k', 1024              },
        {0,   0                 }
    };
    (void)form;
    return check_unit(units, ERR_CONFIG_SIZE, text, number);
}

static err_t check_duration(const char *form, const char *text, int64_t *number)
{
    static const struct unit units[] = {
        {'s', 1    },
        {'m', 60   },
        {'h', 3600 },
        {'d', 86400},
        {0,   0    }
    };
    (void)form;
    return check_unit(units, ERR_CONFIG_DURATION, text, number);
}

static err_t check_bool(const char *form, const char *text, int64_t *number)
{
    (void)form;
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return ERR_CONFIG_BOOL;
    *number = text[0] == 't';
    return ERR_OK;
}

static err_t check_choice(const char *form, const char *text, int64_t *number)
{
    (void)number;
    return value_among(form, text, strlen(text)) ? ERR_OK : ERR_CONFIG_CHOICE;
}

static err_t check_language(const char *form, const char *text, int64_t *number)
{
    (void)form;
    (void)number;
    return text[0] == 0 || tr_has(text) ? ERR_OK : ERR_CONFIG_CHOICE;
}

static err_t check_text(const char *form, const char *text, int64_t *number)
{
    (void)form;
    (void)text;
    (void)number;
    return ERR_OK;
}

/* A name that looks like an IPv4 address must be one: 300.1.1.1 would otherwise be asked of the name servers. */
static bool host_valid(const char *host, size_t len)
{
    char copy[HOST_MAX_BYTES + 1];
    unsigned char address[16];
    bool numeric = true;
    if (len == 0 || len > HOST_MAX_BYTES || host[0] == '.' || host[0] == '-')
        return false;
    memcpy(copy, host, len);
    copy[len] = 0;
    if (host[0] == '[') {
        copy[len - 1] = 0;
        return len > 2 && host[len - 1] == ']' && inet_pton(AF_INET6, copy + 1, address) == 1;
    }
    for (size_t i = 0; i < len; i++) {
        if (!letter(host[i]) && !digit(host[i]) && !strchr(".-_", host[i]))
            return false;
        numeric = numeric && (digit(host[i]) || host[i] == '.');
    }
    return !numeric || inet_pton(AF_INET, copy, address) == 1;
}

/* Port 0 (any free one) makes sense to listen on, never to be reached at; neither does `*`. */
static bool address_valid(const char *text, size_t len, bool to_listen)
{
    size_t colon = len;
    int64_t port = 0;
    while (colon > 0 && text[colon - 1] != ':')
        colon--;
    if (colon < 2 || colon == len || read_number(text + colon, &port) != len - colon)
        return false;
    if (port > 65535 || len - colon > 5 || (port == 0 && !to_listen))
        return false;
    return (to_listen && colon == 2 && text[0] == '*') || host_valid(text, colon - 1);
}

static err_t check_address(const char *form, const char *text, int64_t *number)
{
    (void)form;
    (void)number;
    return text[0] == 0 || address_valid(text, strlen(text), true) ? ERR_OK : ERR_ADDRESS;
}

static err_t check_url(const char *form, const char *text, int64_t *number)
{
    size_t scheme = strcspn(text, ":");
    const char *host = text + scheme + 3;
    (void)number;
    if (text[0] == 0)
        return ERR_OK;
    if (!value_among(form, text, scheme) || strncmp(text + scheme, "://", 3) != 0)
        return ERR_CONFIG_URL;
    return host[strcspn(host, " \"<>\\`{}")] == 0 && strcspn(host, "/?#") > 0 ? ERR_OK : ERR_CONFIG_URL;
}

static bool url_item_valid(const char *form, const char *text, size_t len)
{
    char copy[VALUE_MAX_BYTES + 1];
    int64_t unused = 0;
    if (len == 0 || len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = 0;
    return check_url(form, copy, &unused) == ERR_OK;
}

static bool mail_valid(const char *text, size_t len)
{
    const char *at = memchr(text, '@', len);
    if (!at || at == text || memchr(text, ' ', len))
        return false;
    size_t rest = len - (size_t)(at - text) - 1;
    return !memchr(at + 1, '@', rest) && host_valid(at + 1, rest);
}

static err_t check_list(const char *form, const char *text, int64_t *number)
{
    (void)number;
    for (const char *item = text; *item;) {
        size_t n = strcspn(item, ","), end = n;
        while (end > 0 && item[end - 1] == ' ')
            end--;
        if (strcmp(form, "address") == 0 && !address_valid(item, end, false))
            return ERR_ADDRESS;
        if (strcmp(form, "http|https") == 0 && !url_item_valid(form, item, end))
            return ERR_CONFIG_URL;
        if (strcmp(form, "mail") == 0 && !mail_valid(item, end))
            return ERR_CONFIG_VALUE;
        item += n + (item[n] == ',');
        item += strspn(item, " ");
    }
    return ERR_OK;
}

/* Sees the password of "scheme://user:password@host" and keys in PEM. */
static bool holds_secret(const char *text)
{
    const char *host = strstr(text, "://");
    if (strstr(text, "-----BEGIN"))
        return true;
    if (!host)
        return false;
    host += 3;
    const char *at = memchr(host, '@', strcspn(host, "/?# "));
    return at && memchr(host, ':', (size_t)(at - host));
}

static err_t check_bytes(const char *text)
{
    size_t len = strlen(text);
    if (len > VALUE_MAX_BYTES)
        return ERR_CONFIG_VALUE;
    if (!utf8_valid(slice_of(text, len)))
        return ERR_CONFIG_UTF8;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return ERR_CONFIG_VALUE;
    return holds_secret(text) ? ERR_CONFIG_SECRET : ERR_OK;
}

err_t value_check(enum setting_type type, const char *form, const char *text, int64_t *number)
{
    static err_t (*const checks[])(const char *, const char *, int64_t *) = {
        [SETTING_TEXT] = check_text,       [SETTING_LANGUAGE] = check_language, [SETTING_LIST] = check_list,
        [SETTING_ADDRESS] = check_address, [SETTING_URL] = check_url,           [SETTING_BOOL] = check_bool,
        [SETTING_NUMBER] = check_number,   [SETTING_SIZE] = check_size,         [SETTING_DURATION] = check_duration,
        [SETTING_CHOICE] = check_choice,
    };
    int64_t v = 0;
    err_t e = check_bytes(text);
    if (e == ERR_OK)
        e = checks[type](form, text, &v);
    if (e == ERR_OK && number)
        *number = v;
    return e;
}
