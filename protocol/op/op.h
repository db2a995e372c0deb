/*
 * op: one change, decoded (PROTOCOL.md §5). A header says what it touches; a body gives the values in the same order.
 */
#ifndef ALLIED_PROTOCOL_OP_OP_H
#define ALLIED_PROTOCOL_OP_OP_H

#include "protocol/op/commit.h"
#include "protocol/op/kinds.def"
#include "protocol/op/fields.def"

enum op_kind {
#define X(id, num, name, entity, erasable, who) OP_##id = num,
    OP_KINDS(X)
#undef X
};
enum entity_type { ENTITY_NONE = 0, ENTITY_SITE = 1, ENTITY_RECORD = 2, ENTITY_CONCEPT = 3, ENTITY_MEANS = 4 };
enum op_who { WHO_SELF, WHO_OWNER, WHO_ANY_OWN, WHO_PROPOSAL, WHO_ADOPTER };

enum record_field {
#define X(id, num, name, type, lang, max) id = num,
    RECORD_FIELDS(X)
#undef X
};
enum concept_field {
#define X(id, num, name, type, lang, max) id = num,
    CONCEPT_FIELDS(X)
#undef X
};
enum means_what { /* in cents of euro; in minutes */
#define X(id, num, name, type, lang, max) id = num,
                  MEANS_FIELDS(X)
#undef X
};
enum concept_relation {
#define X(id, num, name, target) id = num,
    CONCEPT_RELATIONS(X)
#undef X
};
enum record_link {
#define X(id, num, name) id = num,
    RECORD_LINKS(X)
#undef X
};

#define ALLY_BYTES    8
#define RECORD_BYTES  24 /* ally's 8 ‖ BLAKE2b-128(source id) or 16 random bytes */
#define CONCEPT_BYTES 16 /* BLAKE2b-128(URI), or random */
#define MEANS_BYTES   10 /* ally's 8 ‖ the year, two bytes big-endian */
#define LANG_MAX      35

#define YEAR_FIRST 2000 /* of declarations and of relay days; clocks end with the last (PROTOCOL.md §4.1) */
#define YEAR_LAST  2199
#define RELAYS_MAX 256

#define MEANS_NOTE_MAX_BYTES 1000

#define REPLY_BYTES      16
#define REVIEW_MAX_BYTES 16384 /* of a review's text, and of a reply's */
#define ACTOR_MAX_BYTES  1024  /* of the name of whom a reply is */

struct kind_info {
    unsigned kind;
    const char *name;
    enum entity_type entity;
    bool erasable;
    enum op_who who;
};
const struct kind_info *kind_info(uint64_t kind); /* NULL: unknown */
size_t entity_bytes(enum entity_type type);       /* 32, 24, 16, 10 */
unsigned means_year(struct slice entity);         /* of the MEANS_BYTES */
void means_entity(uint8_t out[MEANS_BYTES], const uint8_t ally[ALLY_BYTES], unsigned year);

/*
 * One touched place of an entity. What identifies it (the key) is, by kind:
 *   record.put, concept.put   field, lang
 *   record.index              target (a concept)
 *   record.link               field (a link), target (a record, or BLAKE2b-128 of a URL)
 *   record.review             lang
 *   record.reply              lang, target (the reply: 16 random bytes)
 *   concept.relate            field (a relation), target
 *   means.declare             field (what: enum means_what)
 *   concept.merge, .retire    nothing: one write, of what the op's `target` or `retired` says
 *   log.open, site.*, record.retire, concept.adopt: no writes, at most `dots` (site.relays: `relays`)
 */
struct op_write {
    uint64_t field;      /* 0 where the kind has none */
    struct slice lang;   /* "" where there is none; lower case */
    struct slice target; /* 16 or 24 bytes, or empty */
    bool add;            /* sets: add or remove; always true for put */
    const struct dot *replaces;
    size_t replaces_n;           /* ascending, unique */
    const struct dot *made_from; /* put: the dots a translation was made from */
    size_t made_from_n;
};
/* On which UTC days of a month a site got others' commits through this site: one bit a day, 1 << (day - 1); never 0. */
struct op_relay {
    uint8_t site[SITE_BYTES];
    uint32_t days;
};
struct op {
    const struct kind_info *info;
    struct slice entity;
    const struct op_write *writes;
    size_t writes_n; /* ascending by key, unique */
    /* record.put: tombstones it revives over; retire: tombstones it replaces; announce; adopt: what it adopts; erase, attest: the ops */
    const struct dot *dots;
    size_t dots_n;
    struct slice target; /* concept.merge: 16 bytes, or empty to undo */
    bool retired;        /* concept.retire */
    struct slice motive; /* proposals: a record's id, or empty */
    unsigned month;      /* site.relays: year * 12 + month - 1 */
    const struct op_relay *relays;
    size_t relays_n; /* ascending by site, unique, 1 … RELAYS_MAX */
};

/* Looks at a header far enough to file the op: kind and entity (the bin's content). ERR_UNKNOWN_KIND still gives both. */
err_t op_peek(struct slice header, uint64_t *kind, struct slice *entity);
/* Decodes a header. `self` (may be NULL) replaces dots that name their own commit. ERR_UNKNOWN_KIND for a newer kind. */
err_t op_decode(struct slice header, const uint8_t *self, struct arena *arena, struct op *out);
/*
 * Decodes and checks a body: out[i] is the encoded value of writes[i] (nil: an empty value); for kinds without writes one value
 * for each item the kind has, for concept.retire its reason, for concept.merge nothing. Values obey their field's form. *n is their number.
 */
err_t op_decode_body(const struct op *op, struct slice body, struct arena *arena, struct slice **out, size_t *n);

/* Encoders, for authors. Dots and writes must be in order; op_writes_sort puts writes (and values beside them) in order. */
void op_encode_header(struct buf *out, const struct op *op);
void op_encode_body(struct buf *out, const struct slice *values, size_t n);
void op_writes_sort(struct op_write *writes, struct slice *values, size_t n);
int op_write_compare(const struct op_write *a, const struct op_write *b); /* by key */

/* ---- fields ---- */
enum field_type {
    FT_TEXT,
    FT_TEXTS,
    FT_WORD,
    FT_DATE,
    FT_PERIOD,
    FT_PLACE,
    FT_ACTORS,
    FT_IMAGES,
    FT_EPISODES,
    FT_NOTATIONS,
    FT_IDS,
    FT_AMOUNT
};
enum field_lang { LANG_NONE, LANG_NEED, LANG_MAY };
struct field_info {
    unsigned number;
    const char *name;
    enum field_type type;
    enum field_lang lang;
    size_t max_bytes;
};
const struct field_info *record_fields(size_t *n);
const struct field_info *concept_fields(size_t *n);
const struct field_info *means_fields(size_t *n);
const struct field_info *field_by_number(enum entity_type of, uint64_t number); /* NULL: none */
const struct field_info *field_by_name(enum entity_type of, const char *name);
struct relation_info {
    unsigned number;
    const char *name;
    bool match; /* the target is a URI outside; false for links, which may lead to either */
};
const struct relation_info *relation_by_number(uint64_t number);
const struct relation_info *relation_by_name(const char *name);
const struct relation_info *link_by_number(uint64_t number);
const struct relation_info *link_by_name(const char *name);
/* The value that empties a field, and that stands where there is none. */
extern const struct slice value_nil;
bool value_is_nil(struct slice value);
/* Is `value` (one encoded value, not nil) of the field's form and within its bounds? */
err_t field_check(enum entity_type of, const struct field_info *field, struct slice value);
/* [a-z]{2,8} followed by (-[a-z0-9]{1,8})*, at most LANG_MAX bytes. */
bool lang_valid(struct slice lang);
bool record_type_valid(struct slice type);          /* experience, … */
bool date_valid(struct slice date);                 /* YYYY, YYYY-MM, YYYY-MM-DD */
unsigned month_days(unsigned year, unsigned month); /* 28 … 31; month 1 … 12 */
bool uri_valid(struct slice uri);                   /* scheme ":" something, without blanks and control characters */
bool uri_runs(struct slice uri); /* javascript:, vbscript:, data:, which a page would run; never a name of anything */
bool uri_web(struct slice uri); /* one of http or https, which a page may lead to; case of the scheme does not matter */

#endif
