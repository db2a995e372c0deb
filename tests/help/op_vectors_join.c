/*
 * Vectors of invitations, requests and words.
 */
#include "tests/help/op_vectors_charter.h"

#include "protocol/base/base32.h"
#include "tests/help/op_notation.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD "1, 'x:a1*16', 'x:c4*32', 'x:5a*32'"

struct named_case {
    const char *name, *value; /* value: an array in the notation */
};

static const struct named_case codes[] = {
    {"a code with two addresses",
     "[" HEAD ", ['192.0.2.1:5670', '[2001:db8::1]:5670'], 'x:5e*32', 1795000000, 'Réseau Cohérence']"         },
    {"a code without an address", "[" HEAD ", [], 'x:5e*32', 1795000000, 'A']"                                   },
    {"unknown version",           "[2, 'x:a1*16', 'x:c4*32', 'x:5a*32', [], 'x:5e*32', 1795000000, 'A']"         },
    {"an ally without a name",    "[" HEAD ", [], 'x:5e*32', 1795000000, '']"                                    },
    {"an empty address",          "[" HEAD ", [''], 'x:5e*32', 1795000000, 'A']"                                 },
    {"nine addresses",            "[" HEAD ", ['a','a','a','a','a','a','a','a','a'], 'x:5e*32', 1795000000, 'A']"},
    {"an address past 255 bytes", "[" HEAD ", ['t:a*256'], 'x:5e*32', 1795000000, 'A']"                          },
    {"a secret of 31 bytes",      "[" HEAD ", [], 'x:5e*31', 1795000000, 'A']"                                   },
};

#define KEYS "'x:a1*16', 'x:5c*32', 'x:5d*32', 'x:b5*8'"
static const struct named_case requests[] = {
    {"a request",                                  "[1, " KEYS ", 'Cohérence', 'coherence.example', 2, ['192.0.2.7:5670']]"},
    {"a request of a site that cannot be reached", "[1, " KEYS ", 'A', 'a', 0, []]"                                         },
    {"unknown version",                            "[2, " KEYS ", 'A', 'a', 0, []]"                                         },
    {"college 3",                                  "[1, " KEYS ", 'A', 'a', 3, []]"                                         },
    {"no name",                                    "[1, " KEYS ", '', 'a', 0, []]"                                          },
    {"a name of 201 bytes",                        "[1, " KEYS ", 't:a*201', 'a', 0, []]"                                   },
    {"nine endpoints",                             "[1, " KEYS ", 'A', 'a', 0, ['a','a','a','a','a','a','a','a','a']]"      },
    {"an item too many",                           "[1, " KEYS ", 'A', 'a', 0, [], null]"                                   },
};

#define WORD "'x:a1*16', 'x:5a*32', 'x:7e*32'"
static const struct named_case vouches[] = {
    {"a word",                           "[1, " WORD ", 1794000000, 1795000000]"      },
    {"taken in the last second",         "[1, " WORD ", 1795000000, 1795000000]"      },
    {"taken after the invitation's end", "[1, " WORD ", 1795000001, 1795000000]"      },
    {"unknown version",                  "[2, " WORD ", 1794000000, 1795000000]"      },
    {"an item too few",                  "[1, " WORD ", 1794000000]"                  },
    {"an item too many",                 "[1, " WORD ", 1794000000, 1795000000, null]"},
};

static const char *const words[] = {"7f000001", "0000", "ffff", "3f54dcc1", "0123456789abcdef"};

/* The code of a value, damaged or not: "allied-" ‖ base32(value ‖ first 4 bytes of its hash). */
static void make_code(const char *value, struct buf *code)
{
    struct buf raw;
    uint8_t hash[HASH_BYTES];
    char text[4096];
    buf_init(&raw, 2048);
    notation(&raw, value);
    struct slice all = buf_slice(&raw);
    hash256(hash, &all, 1);
    buf_append(&raw, hash, 4);
    base32_encode(buf_slice(&raw), text);
    buf_clear(code);
    buf_printf(code, "%s%s", INVITE_PREFIX, text);
    buf_fini(&raw);
}

static void add_code(json_t *list, const char *name, struct slice code)
{
    json_t *c = json_object();
    json_object_set_new(c, "name", json_string(name));
    json_object_set_new(c, "result", json_string(invite_verdict(code)));
    json_object_set_new(c, "code", json_stringn((const char *)code.at, code.len));
    json_array_append_new(list, c);
}

static json_t *code_cases(struct buf *b)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        make_code(codes[i].value, b);
        add_code(list, codes[i].name, buf_slice(b));
    }
    make_code(codes[0].value, b);
    b->at[40] = b->at[40] == 'a' ? 'b' : 'a';
    add_code(list, "one letter wrong", buf_slice(b));
    make_code(codes[0].value, b);
    add_code(list, "the last letters missing", slice_of(b->at, b->len - 8));
    add_code(list, "another beginning", slice_of(b->at + 1, b->len - 1));
    buf_clear(b);
    return list;
}

static json_t *named_cases(const struct named_case *cases, size_t n, const char *key,
                           const char *(*verdict)(struct slice), struct buf *b)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        buf_clear(b);
        notation(b, cases[i].value);
        json_t *c = json_object();
        json_object_set_new(c, "name", json_string(cases[i].name));
        json_object_set_new(c, "result", json_string(verdict(buf_slice(b))));
        json_object_set_new(c, key, hex_of(buf_slice(b)));
        json_array_append_new(list, c);
    }
    return list;
}

static json_t *word_cases(struct buf *b)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char text[WORD_TEXT_LEN(32)];
        buf_clear(b);
        hex_append(words[i], b);
        words_encode(buf_slice(b), text);
        json_t *c = json_object();
        json_object_set_new(c, "bytes", json_string(words[i]));
        json_object_set_new(c, "words", json_string(text));
        json_array_append_new(list, c);
    }
    return list;
}

json_t *vectors_join(void)
{
    struct buf b;
    json_t *file = json_object();
    buf_init(&b, 1u << 16);
    json_object_set_new(file, "version", json_integer(1));
    json_object_set_new(file, "codes", code_cases(&b));
    json_object_set_new(file, "requests",
                        named_cases(requests, sizeof requests / sizeof *requests, "request", join_verdict, &b));
    json_object_set_new(file, "vouches",
                        named_cases(vouches, sizeof vouches / sizeof *vouches, "word", vouch_verdict, &b));
    json_object_set_new(file, "words", word_cases(&b));
    buf_fini(&b);
    return file;
}
