/*
 * plural: the rule is a C expression over n. It is computed as it is read, by precedence climbing; both arms of ?: are computed, which is harmless, as
 * nothing has effects and a division by zero gives 0. Rules are short (the longest in use has some 120 characters), so reading one for each
 * sentence costs less than keeping it.
 */
#include "conf/plural.h"

#define DEPTH_MAX 40

struct rule {
    const char *at, *end;
    unsigned long n;
    int depth;
    bool wrong;
};

/* Longer signs first: "<=" must not be read as "<". */
static const struct {
    const char *sign;
    int level;
} operators[] = {
    {"||", 1},
    {"&&", 2},
    {"==", 3},
    {"!=", 3},
    {"<=", 4},
    {">=", 4},
    {"<",  4},
    {">",  4},
    {"+",  5},
    {"-",  5},
    {"*",  6},
    {"/",  6},
    {"%",  6},
};

static unsigned long choice(struct rule *r);

static bool eat(struct rule *r, const char *sign)
{
    size_t len = strlen(sign);
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
    if ((size_t)(r->end - r->at) < len || memcmp(r->at, sign, len) != 0)
        return false;
    r->at += len;
    return true;
}

static unsigned long value(struct rule *r)
{
    unsigned long v = 0;
    if (r->wrong || ++r->depth > DEPTH_MAX) {
        r->wrong = true;
    } else if (eat(r, "!")) {
        v = !value(r);
    } else if (eat(r, "(")) {
        v = choice(r);
        r->wrong = !eat(r, ")") || r->wrong;
    } else if (eat(r, "n")) {
        v = r->n;
    } else if (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
            v = v * 10 + (unsigned long)(*r->at++ - '0');
    } else {
        r->wrong = true;
    }
    r->depth--;
    return v;
}

static unsigned long apply(const char *sign, unsigned long a, unsigned long b)
{
    switch (sign[0]) {
    case '|':
        return a || b;
    case '&':
        return a && b;
    case '=':
        return a == b;
    case '!':
        return a != b;
    case '<':
        return sign[1] ? a <= b : a < b;
    case '>':
        return sign[1] ? a >= b : a > b;
    case '+':
        return a + b;
    case '-':
        return a - b;
    case '*':
        return a * b;
    case '/':
        return b ? a / b : 0;
    default:
        return b ? a % b : 0;
    }
}

static unsigned long terms(struct rule *r, int level)
{
    unsigned long v = value(r);
    for (size_t i = 0; i < sizeof operators / sizeof *operators && !r->wrong; i++) {
        if (operators[i].level < level || !eat(r, operators[i].sign))
            continue;
        v = apply(operators[i].sign, v, terms(r, operators[i].level + 1));
        i = (size_t)-1; /* from the top again */
    }
    return v;
}

static unsigned long choice(struct rule *r)
{
    unsigned long v = terms(r, 1), yes, no;
    if (r->wrong || !eat(r, "?"))
        return v;
    r->wrong = ++r->depth > DEPTH_MAX;
    yes = choice(r);
    r->wrong = !eat(r, ":") || r->wrong;
    no = choice(r);
    r->depth--;
    return v ? yes : no;
}

unsigned long plural_form(struct slice header, unsigned long n)
{
    static const char mark[] = "plural=";
    const char *text = (const char *)header.at;
    struct rule r = {.at = text, .end = text + header.len, .n = n};
    for (size_t i = 0; i + sizeof mark - 1 <= header.len; i++)
        if (memcmp(text + i, mark, sizeof mark - 1) == 0) {
            r.at = text + i + sizeof mark - 1;
            const char *stop = memchr(r.at, ';', (size_t)(r.end - r.at));
            r.end = stop ? stop : r.end;
            unsigned long form = choice(&r);
            return r.wrong ? 0 : form;
        }
    return 0;
}
