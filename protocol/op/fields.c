/*
 * fields: the tables of fields.def, looked up by number and by name, and the two small forms that stand alone: language tags and dates.
 */
#include "protocol/op/op.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

#define X(id, num, name, type, lang, max) {num, name, FT_##type, LANG_##lang, max},
static const struct field_info record_table[] = {RECORD_FIELDS(X)};
static const struct field_info concept_table[] = {CONCEPT_FIELDS(X)};
static const struct field_info means_table[] = {MEANS_FIELDS(X)};
#undef X

enum { TARGET_CONCEPT = false, TARGET_MATCH = true };
#define X(id, num, name, target) {num, name, TARGET_##target},
static const struct relation_info relation_table[] = {CONCEPT_RELATIONS(X)};
#undef X

#define X(id, num, name) {num, name, false},
static const struct relation_info link_table[] = {RECORD_LINKS(X)};
#undef X

const struct field_info *record_fields(size_t *n)
{
    *n = COUNT(record_table);
    return record_table;
}

const struct field_info *concept_fields(size_t *n)
{
    *n = COUNT(concept_table);
    return concept_table;
}

const struct field_info *means_fields(size_t *n)
{
    *n = COUNT(means_table);
    return means_table;
}

static const uint8_t nil_byte[] = {0xc0};
const struct slice value_nil = {nil_byte, sizeof nil_byte};

bool value_is_nil(struct slice value)
{
    return slice_equal(value, value_nil);
}

static const struct field_info *fields_of(enum entity_type of, size_t *n)
{
    *n = 0;
    return of == ENTITY_RECORD    ? record_fields(n)
           : of == ENTITY_CONCEPT ? concept_fields(n)
           : of == ENTITY_MEANS   ? means_fields(n)
                                  : NULL;
}

const struct field_info *field_by_number(enum entity_type of, uint64_t number)
{
    size_t n;
    const struct field_info *fields = fields_of(of, &n);
    for (size_t i = 0; i < n; i++)
        if (fields[i].number == number)
            return &fields[i];
    return NULL;
}

const struct field_info *field_by_name(enum entity_type of, const char *name)
{
    size_t n;
    const struct field_info *fields = fields_of(of, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static const struct relation_info *numbered(const struct relation_info *table, size_t n, uint64_t number)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].number == number)
            return &table[i];
    return NULL;
}

static const struct relation_info *named(const struct relation_info *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

const struct relation_info *relation_by_number(uint64_t number)
{
    return numbered(relation_table, COUNT(relation_table), number);
}

const struct relation_info *relation_by_name(const char *name)
{
    return named(relation_table, COUNT(relation_table), name);
}

const struct relation_info *link_by_number(uint64_t number)
{
    return numbered(link_table, COUNT(link_table), number);
}

const struct relation_info *link_by_name(const char *name)
{
    return named(link_table, COUNT(link_table), name);
}

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool lang_valid(struct slice lang)
{
    if (lang.len > LANG_MAX)
        return false;
    size_t run = 0; /* length of the sub-tag we are in */
    bool first = true;
    for (size_t i = 0; i < lang.len; i++) {
        uint8_t c = lang.at[i];
        if (c == '-') {
            if (run < (first ? 2u : 1u))
                return false;
            first = false;
            run = 0;
        } else if ((is_lower(c) || (!first && is_digit(c))) && run < 8) {
            run++;
        } else {
            return false;
        }
    }
    return run >= (first ? 2u : 1u);
}

static unsigned number_at(struct slice text, size_t from, size_t digits)
{
    unsigned value = 0;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (unsigned)(text.at[from + i] - '0');
    return value;
}

unsigned month_days(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

bool date_valid(struct slice date)
{
    static const char form[] = "dddd-dd-dd";
    if (date.len != 4 && date.len != 7 && date.len != 10)
        return false;
    for (size_t i = 0; i < date.len; i++)
        if (form[i] == 'd' ? !is_digit(date.at[i]) : date.at[i] != '-')
            return false;
    if (date.len == 4)
        return true;
    unsigned month = number_at(date, 5, 2);
    if (month < 1 || month > 12)
        return false;
    if (date.len == 7)
        return true;
    unsigned day = number_at(date, 8, 2);
    return day >= 1 && day <= month_days(number_at(date, 0, 4), month);
}
