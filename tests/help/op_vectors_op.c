/*
 * Vectors of ops: header and body in the notation of op_notation.h, and single field values. A refused case has one fault.
 */
#include "tests/help/op_vectors.h"

#include "protocol/wire/scan.h"
#include "tests/help/op_notation.h"

/* clang-format off */
#define SITE    "'x:5a*32'"
#define RECORD  "'x:a1*24'"
#define CONCEPT "'x:c1*16'"
#define MEANS   "'x:a1a1a1a1a1a1a1a107ea'"
#define SELF    "'x:0000000000000000000000000000000000'"
#define DOT_A   "'x:0101010101010101010101010101010100'"
#define DOT_B   "'x:0101010101010101010101010101010105'"
#define DOT_C   "'x:0202020202020202020202020202020200'"
#define URI     "http://example.org/c"
#define URI_ID  "'x:4ef2eba40a3e67f67bd151f119ec92d0'"
#define NO_URI_ID "'x:9c6661e5e5c77af5ef7534346a253417'"

static const struct op_case {
    const char *name, *header, *body;
} ops[] = {
    {"log.open", "[1, " SITE "]", "[0]"},
    {"log.open, last known reason", "[1, " SITE "]", "[4]"},
    {"site.announce", "[2, " SITE ", [" DOT_A "]]", "[['tcp://192.0.2.1:5670', 'tcp://[2001:db8::1]:5670'], 'Alpha', 'https://a.example', '']"},
    {"record.put in two languages", "[16, " RECORD ", [[1, '', [], []], [4, 'en', [" DOT_A ", " DOT_C "], [" DOT_B "]], [4, 'fr', [], []]], []]", "['experience', 'A shared garden', null]"},
    {"record.put that names its own commit", "[16, " RECORD ", [[4, 'fr', [" SELF ", " DOT_A "], []]], []]", "['Un jardin']"},
    {"record.put that only revives", "[16, " RECORD ", [], [" DOT_A "]]", "[]"},
    {"record.index", "[17, " RECORD ", [['x:01*16', true, []], ['x:02*16', true, [" DOT_A "]], ['x:03*16', false, [" DOT_B "]]]]", "[null, 100, null]"},
    {"record.retire", "[18, " RECORD ", []]", "['withdrawn by its authors']"},
    {"concept.put", "[32, " CONCEPT ", [[1, '', [], []], [2, '', [], []], [3, '', [], []], [3, 'fr', [], []], [4, 'fr', [], []]], " RECORD "]", "['urn:allied:x', 'descriptor', 'W', 'Eau', ['Onde', 'Flots']]"},
    {"concept.put without a motive", "[32, " CONCEPT ", [[3, 'fr', [], []]], 'x:']", "['Eau']"},
    {"concept.relate", "[33, " CONCEPT ", [[1, 'x:02*16', true, []], [1, 'x:03*16', false, [" DOT_A "]], [7, " URI_ID ", true, []]], 'x:']", "[null, null, '" URI "']"},
    {"concept.adopt", "[34, " CONCEPT ", [" DOT_A ", " DOT_B "]]", "[]"},
    {"site.erase", "[3, " SITE ", [" DOT_A ", " DOT_C "]]", "['asked for by a person named in it']"},
    {"site.attest", "[4, " SITE ", [" DOT_A ", " DOT_C "]]", "[]"},
    {"record.link", "[19, " RECORD ", [[1, 'x:02*24', true, []], [1, " URI_ID ", true, [" DOT_A "]], [3, 'x:02*24', false, [" DOT_B "]], [4, " URI_ID ", true, []], [5, " URI_ID ", false, [" DOT_C "]]]]", "[null, ['" URI "', 'x:07*32'], null, ['" URI "', null], null]"},
    {"record.link to a record and to a URL that it begins", "[19, " RECORD ", [[1, 'x:4ef2eba40a3e67f67bd151f119ec92d0', true, []], [1, 'x:4ef2eba40a3e67f67bd151f119ec92d00000000000000000', true, []]]]", "[['" URI "', null], null]"},
    {"record.review in two languages, one taken back", "[20, " RECORD ", [['en', [" DOT_A "]], ['fr', []]]]", "[null, 'Clear, and of use']"},
    {"record.review of the greatest length", "[20, " RECORD ", [['fr', []]]]", "['t:a*16384']"},
    {"record.reply", "[21, " RECORD ", [['en', 'x:02*16', []], ['fr', 'x:01*16', [" DOT_A ", " DOT_C "]], ['fr', 'x:02*16', [" DOT_B "]]]]", "[['Ville', 'It was not so'], ['Ville', 'Ce ne fut pas ainsi'], null]"},
    {"concept.merge", "[35, " CONCEPT ", 'x:02*16', [" DOT_A "], " RECORD "]", "[]"},
    {"concept.merge undone", "[35, " CONCEPT ", 'x:', [" DOT_A ", " DOT_B "], 'x:']", "[]"},
    {"concept.retire", "[36, " CONCEPT ", true, [], 'x:']", "['nobody uses it']"},
    {"concept.retire undone", "[36, " CONCEPT ", false, [" DOT_A "], 'x:']", "['']"},
    {"site.relays", "[5, " SITE ", 24323, [['x:01*32', 1], ['x:02*32', 2147483647]]]", "[]"},
    {"site.relays of the first and the last day of a leap February", "[5, " SITE ", 24289, [['x:01*32', 268435457]]]", "[]"},
    {"site.relays of the first month", "[5, " SITE ", 24000, [['x:01*32', 1]]]", "[]"},
    {"site.relays of the last month", "[5, " SITE ", 26399, [['x:01*32', 1]]]", "[]"},
    {"means.declare", "[48, " MEANS ", [[1, [" DOT_A ", " DOT_B "]], [2, []]]]", "[[120050, 'rooms, paper'], [2100, null]]"},
    {"means.declare taken back", "[48, " MEANS ", [[2, [" SELF "]]]]", "[null]"},
    {"means.declare of the greatest amount and note", "[48, " MEANS ", [[1, []]]]", "[[9223372036854775807, 't:a*1000']]"},

    {"unknown kind", "[999, 'x:01*4', 'whatever']", "[]"},
    {"header that is no array", "{'1': 2}", "[]"},
    {"header without an entity", "[16]", "[]"},
    {"entity that is a text", "[1, 'site']", "[0]"},
    {"entity of another size", "[16, 'x:a1*16', [[4, 'fr', [], []]], []]", "['a']"},
    {"a part too many", "[1, " SITE ", []]", "[0]"},
    {"a part too few", "[16, " RECORD ", [[4, 'fr', [], []]]]", "['a']"},
    {"dots in falling order", "[18, " RECORD ", [" DOT_C ", " DOT_A "]]", "['']"},
    {"a dot twice", "[18, " RECORD ", [" DOT_A ", " DOT_A "]]", "['']"},
    {"indexes in falling order", "[18, " RECORD ", [" DOT_B ", " DOT_A "]]", "['']"},
    {"own commit after another", "[18, " RECORD ", [" DOT_A ", " SELF "]]", "['']"},
    {"a dot of 16 bytes", "[18, " RECORD ", ['x:01*16']]", "['']"},
    {"made from, in falling order", "[16, " RECORD ", [[4, 'fr', [], [" DOT_B ", " DOT_A "]]], []]", "['a']"},
    {"fields in falling order", "[16, " RECORD ", [[5, 'fr', [], []], [4, 'fr', [], []]], []]", "['a', 'b']"},
    {"languages in falling order", "[16, " RECORD ", [[4, 'fr', [], []], [4, 'en', [], []]], []]", "['a', 'b']"},
    {"a field twice", "[16, " RECORD ", [[4, 'fr', [], []], [4, 'fr', [], []]], []]", "['a', 'b']"},
    {"an index term twice", "[17, " RECORD ", [['x:01*16', true, []], ['x:01*16', false, []]]]", "[null, null]"},
    {"targets in falling order", "[33, " CONCEPT ", [[1, 'x:02*16', true, []], [1, 'x:01*16', true, []]], 'x:']", "[null, null]"},
    {"unknown field", "[16, " RECORD ", [[24, '', [], []]], []]", "['a']"},
    {"a concept's field number past the last", "[32, " CONCEPT ", [[16, '', [], []]], 'x:']", "['a']"},
    {"unknown relation", "[33, " CONCEPT ", [[12, 'x:02*16', true, []]], 'x:']", "[null]"},
    {"title without a language", "[16, " RECORD ", [[4, '', [], []]], []]", "['a']"},
    {"type with a language", "[16, " RECORD ", [[1, 'fr', [], []]], []]", "['experience']"},
    {"language in upper case", "[16, " RECORD ", [[4, 'FR', [], []]], []]", "['a']"},
    {"language of one letter", "[16, " RECORD ", [[4, 'f', [], []]], []]", "['a']"},
    {"language of 36 bytes", "[16, " RECORD ", [[4, 'aaaaaaaa-bbbbbbbb-cccccccc-dddddddd-e', [], []]], []]", "['a']"},
    {"neither writes nor dots", "[16, " RECORD ", [], []]", "[]"},
    {"concept.put without writes", "[32, " CONCEPT ", [], 'x:']", "[]"},
    {"adopts nothing", "[34, " CONCEPT ", []]", "[]"},
    {"motive of 16 bytes", "[32, " CONCEPT ", [[3, 'fr', [], []]], 'x:01*16']", "['a']"},
    {"erases nothing", "[3, " SITE ", []]", "['']"},
    {"attests nothing", "[4, " SITE ", []]", "[]"},
    {"relays without any", "[5, " SITE ", 24322, []]", "[]"},
    {"relays in falling order", "[5, " SITE ", 24322, [['x:02*32', 1], ['x:01*32', 1]]]", "[]"},
    {"a relay twice", "[5, " SITE ", 24322, [['x:01*32', 1], ['x:01*32', 2]]]", "[]"},
    {"relays of December 1999", "[5, " SITE ", 23999, [['x:01*32', 1]]]", "[]"},
    {"relays of January 2200", "[5, " SITE ", 26400, [['x:01*32', 1]]]", "[]"},
    {"a relay of no day", "[5, " SITE ", 24322, [['x:01*32', 0]]]", "[]"},
    {"a relay of a day that the month has not", "[5, " SITE ", 24313, [['x:01*32', 268435456]]]", "[]"},
    {"a relay of 24 bytes", "[5, " SITE ", 24322, [['x:01*24', 1]]]", "[]"},
    {"a relay with a third part", "[5, " SITE ", 24322, [['x:01*32', 1, 0]]]", "[]"},
    {"relays without a month", "[5, " SITE ", [['x:01*32', 1]]]", "[]"},
    {"declares nothing", "[48, " MEANS ", []]", "[]"},
    {"declares what nobody knows", "[48, " MEANS ", [[3, []]]]", "[[1, null]]"},
    {"declares number zero", "[48, " MEANS ", [[0, []]]]", "[[1, null]]"},
    {"declares money twice", "[48, " MEANS ", [[1, []], [1, []]]]", "[[1, null], [2, null]]"},
    {"declares time before money", "[48, " MEANS ", [[2, []], [1, []]]]", "[[1, null], [2, null]]"},
    {"declares with a language", "[48, " MEANS ", [[1, '', []]]]", "[[1, null]]"},
    {"declares for 1999", "[48, 'x:a1a1a1a1a1a1a1a107cf', [[1, []]]]", "[[1, null]]"},
    {"declares for 2200", "[48, 'x:a1a1a1a1a1a1a1a10898', [[1, []]]]", "[[1, null]]"},
    {"declares for no year", "[48, 'x:a1*8', [[1, []]]]", "[[1, null]]"},
    {"unknown link", "[19, " RECORD ", [[6, 'x:02*24', true, []]]]", "[null]"},
    {"link number zero", "[19, " RECORD ", [[0, 'x:02*24', true, []]]]", "[null]"},
    {"record.link without writes", "[19, " RECORD ", []]", "[]"},
    {"link to 20 bytes", "[19, " RECORD ", [[1, 'x:02*20', true, []]]]", "[null]"},
    {"a link twice", "[19, " RECORD ", [[1, 'x:02*24', true, []], [1, 'x:02*24', false, []]]]", "[null, null]"},
    {"index term of a record", "[17, " RECORD ", [['x:02*24', true, []]]]", "[null]"},
    {"relation to a record", "[33, " CONCEPT ", [[1, 'x:02*24', true, []]], 'x:']", "[null]"},
    {"record.review without writes", "[20, " RECORD ", []]", "[]"},
    {"record.review in no language", "[20, " RECORD ", [['', []]]]", "['a']"},
    {"a review's language twice", "[20, " RECORD ", [['fr', []], ['fr', []]]]", "['a', 'b']"},
    {"review languages in falling order", "[20, " RECORD ", [['fr', []], ['en', []]]]", "['a', 'b']"},
    {"a review with a target", "[20, " RECORD ", [['fr', 'x:01*16', []]]]", "['a']"},
    {"record.reply without writes", "[21, " RECORD ", []]", "[]"},
    {"reply of 24 bytes", "[21, " RECORD ", [['fr', 'x:01*24', []]]]", "[['a', 'b']]"},
    {"replies in falling order", "[21, " RECORD ", [['fr', 'x:02*16', []], ['fr', 'x:01*16', []]]]", "[['a', 'b'], ['a', 'b']]"},
    {"reply with its dots in falling order", "[21, " RECORD ", [['fr', 'x:01*16', [" DOT_C ", " DOT_A "]]]]", "[['a', 'b']]"},
    {"merge into 8 bytes", "[35, " CONCEPT ", 'x:02*8', [], 'x:']", "[]"},
    {"merge without dots", "[35, " CONCEPT ", 'x:02*16', 'x:']", "[]"},
    {"merge with its dots in falling order", "[35, " CONCEPT ", 'x:02*16', [" DOT_C ", " DOT_A "], 'x:']", "[]"},
    {"merge with a motive of 16 bytes", "[35, " CONCEPT ", 'x:02*16', [], 'x:02*16']", "[]"},
    {"retired that is a number", "[36, " CONCEPT ", 1, [], 'x:']", "['']"},
    {"add that is a number", "[17, " RECORD ", [['x:01*16', 1, []]]]", "[null]"},

    {"fewer values than writes", "[16, " RECORD ", [[4, 'fr', [], []]], []]", "[]"},
    {"more values than writes", "[16, " RECORD ", [[4, 'fr', [], []]], []]", "['a', 'b']"},
    {"body that is no array", "[1, " SITE "]", "0"},
    {"unknown reason", "[1, " SITE "]", "[5]"},
    {"announce with three items", "[2, " SITE ", []]", "[[], 'a', '']"},
    {"an endpoint that is empty", "[2, " SITE ", []]", "[[''], 'a', '', '']"},
    {"a site's name past 200 bytes", "[2, " SITE ", []]", "[[], 't:a*201', '', '']"},
    {"a title that is empty", "[16, " RECORD ", [[4, 'fr', [], []]], []]", "['']"},
    {"weight zero", "[17, " RECORD ", [['x:01*16', true, []]]]", "[0]"},
    {"weight 101", "[17, " RECORD ", [['x:01*16', true, []]]]", "[101]"},
    {"weight of a removal", "[17, " RECORD ", [['x:01*16', false, []]]]", "[5]"},
    {"match without its URI", "[33, " CONCEPT ", [[7, " URI_ID ", true, []]], 'x:']", "[null]"},
    {"match with another URI", "[33, " CONCEPT ", [[7, " URI_ID ", true, []]], 'x:']", "['http://example.org/d']"},
    {"URI of a relation inside", "[33, " CONCEPT ", [[1, " URI_ID ", true, []]], 'x:']", "['" URI "']"},
    {"URI of a match removed", "[33, " CONCEPT ", [[7, " URI_ID ", false, []]], 'x:']", "['" URI "']"},
    {"adopt with a value", "[34, " CONCEPT ", [" DOT_A "]]", "[1]"},
    {"erase without a reason", "[3, " SITE ", [" DOT_A "]]", "[]"},
    {"a reason past 4,096 bytes", "[3, " SITE ", [" DOT_A "]]", "['t:a*4097']"},
    {"attest with a value", "[4, " SITE ", [" DOT_A "]]", "['']"},
    {"link to a URL without it", "[19, " RECORD ", [[1, " URI_ID ", true, []]]]", "[null]"},
    {"link to another URL", "[19, " RECORD ", [[1, " URI_ID ", true, []]]]", "[['http://example.org/d', null]]"},
    {"link to what is no URL", "[19, " RECORD ", [[1, " NO_URI_ID ", true, []]]]", "[['example.org/c', null]]"},
    {"link with a hash of 16 bytes", "[19, " RECORD ", [[1, " URI_ID ", true, []]]]", "[['" URI "', 'x:07*16']]"},
    {"URL of a link to a record", "[19, " RECORD ", [[1, 'x:02*24', true, []]]]", "[['" URI "', null]]"},
    {"URL of a link removed", "[19, " RECORD ", [[1, " URI_ID ", false, []]]]", "[['" URI "', null]]"},
    {"a review that is empty", "[20, " RECORD ", [['fr', []]]]", "['']"},
    {"a review past 16,384 bytes", "[20, " RECORD ", [['fr', []]]]", "['t:a*16385']"},
    {"a review that is a number", "[20, " RECORD ", [['fr', []]]]", "[1]"},
    {"a reply of nobody", "[21, " RECORD ", [['fr', 'x:01*16', []]]]", "[['', 'b']]"},
    {"a reply that is empty", "[21, " RECORD ", [['fr', 'x:01*16', []]]]", "[['a', '']]"},
    {"a reply's actor past 1,024 bytes", "[21, " RECORD ", [['fr', 'x:01*16', []]]]", "[['t:a*1025', 'b']]"},
    {"a reply that is a text", "[21, " RECORD ", [['fr', 'x:01*16', []]]]", "['a']"},
    {"a reply with a third part", "[21, " RECORD ", [['fr', 'x:01*16', []]]]", "[['a', 'b', 'c']]"},
    {"relays with a value", "[5, " SITE ", 24322, [['x:01*32', 1]]]", "[null]"},
    {"an amount alone", "[48, " MEANS ", [[1, []]]]", "[1]"},
    {"an amount below zero", "[48, " MEANS ", [[1, []]]]", "[[-1, null]]"},
    {"a note that is empty", "[48, " MEANS ", [[1, []]]]", "[[1, '']]"},
    {"a note past 1,000 bytes", "[48, " MEANS ", [[1, []]]]", "[[1, 't:a*1001']]"},
    {"a note that is a number", "[48, " MEANS ", [[1, []]]]", "[[1, 1]]"},
    {"more amounts than writes", "[48, " MEANS ", [[1, []]]]", "[[1, null], [2, null]]"},
    {"merge with a value", "[35, " CONCEPT ", 'x:02*16', [], 'x:']", "[null]"},
    {"retire without a reason", "[36, " CONCEPT ", true, [], 'x:']", "[null]"},
};

static const struct field_case {
    enum entity_type of;
    const char *field, *value;
} fields[] = {
    {ENTITY_RECORD, "type", "'dossier'"}, {ENTITY_RECORD, "type", "'poem'"}, {ENTITY_RECORD, "type", "1"},
    {ENTITY_RECORD, "source_id", "'wp:12'"}, {ENTITY_RECORD, "source_id", "''"}, {ENTITY_RECORD, "source_id", "'t:a*512'"},
    {ENTITY_RECORD, "title", "'t:a*1021'"}, {ENTITY_RECORD, "title", "'t:a*1022'"},
    {ENTITY_RECORD, "authors", "['A', 'B']"}, {ENTITY_RECORD, "authors", "[]"}, {ENTITY_RECORD, "authors", "['A', '']"}, {ENTITY_RECORD, "authors", "'A'"},
    {ENTITY_RECORD, "date", "'2024'"}, {ENTITY_RECORD, "date", "'2024-02'"}, {ENTITY_RECORD, "date", "'2024-02-29'"}, {ENTITY_RECORD, "date", "'2023-02-29'"},
    {ENTITY_RECORD, "date", "'2000-02-29'"}, {ENTITY_RECORD, "date", "'1900-02-29'"}, {ENTITY_RECORD, "date", "'2024-13'"}, {ENTITY_RECORD, "date", "'2024-00'"},
    {ENTITY_RECORD, "date", "'2024-04-31'"}, {ENTITY_RECORD, "date", "'2024-1'"}, {ENTITY_RECORD, "date", "'24'"}, {ENTITY_RECORD, "date", "'2024/02'"},
    {ENTITY_RECORD, "period", "['2019', '2021-05']"}, {ENTITY_RECORD, "period", "['2019', null]"}, {ENTITY_RECORD, "period", "[null, null]"}, {ENTITY_RECORD, "period", "['2019']"}, {ENTITY_RECORD, "period", "['x', null]"},
    {ENTITY_RECORD, "place", "['Paris', 'FR', 48856600, 2352200]"}, {ENTITY_RECORD, "place", "[null, null, -90000000, 180000000]"}, {ENTITY_RECORD, "place", "[null, 'BR', null, null]"},
    {ENTITY_RECORD, "place", "[null, null, null, null]"}, {ENTITY_RECORD, "place", "['a', null, 1, null]"}, {ENTITY_RECORD, "place", "['a', 'fr', null, null]"}, {ENTITY_RECORD, "place", "['a', 'FRA', null, null]"},
    {ENTITY_RECORD, "place", "['a', null, 90000001, 0]"}, {ENTITY_RECORD, "place", "['a', null, 0, -180000001]"}, {ENTITY_RECORD, "place", "['', 'FR', null, null]"},
    {ENTITY_RECORD, "actors", "[['A', 'mayor', null, 'land'], ['B', null, null, null]]"}, {ENTITY_RECORD, "actors", "[['A', 'mayor']]"}, {ENTITY_RECORD, "actors", "[[null, 'mayor', null, null]]"}, {ENTITY_RECORD, "actors", "[['A', '', null, null]]"}, {ENTITY_RECORD, "actors", "[]"},
    {ENTITY_RECORD, "images", "[['https://a.example/i.jpg', null, {}], ['b', 'C', {'en': 'x', 'fr': 'y'}]]"}, {ENTITY_RECORD, "images", "[['a', null, {'EN': 'x'}]]"}, {ENTITY_RECORD, "images", "[['a', null, {'en': ''}]]"}, {ENTITY_RECORD, "images", "[['a', null, []]]"}, {ENTITY_RECORD, "images", "[['a', null, {'1': 'x'}]]"},
    {ENTITY_RECORD, "episodes", "[['2001', 'begins'], ['2003-05', 'grows']]"}, {ENTITY_RECORD, "episodes", "[['soon', 'x']]"}, {ENTITY_RECORD, "episodes", "[['2001', '']]"},
    {ENTITY_RECORD, "items", "[" RECORD "]"}, {ENTITY_RECORD, "items", "['x:01*23']"}, {ENTITY_RECORD, "items", "[]"},
    {ENTITY_CONCEPT, "uri", "'urn:x'"}, {ENTITY_CONCEPT, "uri", "'ab:y z'"}, {ENTITY_CONCEPT, "uri", "'/relative'"}, {ENTITY_CONCEPT, "uri", "'1http://a'"}, {ENTITY_CONCEPT, "uri", "'http:'"}, {ENTITY_CONCEPT, "uri", "':x'"}, {ENTITY_CONCEPT, "uri", "'http://a\\u0001'"},
    {ENTITY_CONCEPT, "kind", "'angle'"}, {ENTITY_CONCEPT, "kind", "'poem'"},
    {ENTITY_CONCEPT, "altLabel", "['Onde']"}, {ENTITY_CONCEPT, "notation", "[['3.1', null], ['W', 'http://a.example/t']]"}, {ENTITY_CONCEPT, "notation", "[['3.1', 'no uri']]"}, {ENTITY_CONCEPT, "notation", "[['', null]]"},
};
/* clang-format on */

const char *op_verdict(struct slice header, struct slice body)
{
    struct arena arena = {0};
    struct op op;
    struct slice *values;
    size_t n;
    err_t e = op_decode(header, NULL, &arena, &op);
    if (!e)
        e = op_decode_body(&op, body, &arena, &values, &n);
    arena_fini(&arena);
    return err_name(e);
}

static json_t *op_json(const struct op_case *c, struct buf *header, struct buf *body)
{
    json_t *out = json_object();
    buf_clear(header);
    buf_clear(body);
    notation(header, c->header);
    notation(body, c->body);
    json_object_set_new(out, "name", json_string(c->name));
    json_object_set_new(out, "result", json_string(op_verdict(buf_slice(header), buf_slice(body))));
    json_object_set_new(out, "header", hex_of(buf_slice(header)));
    json_object_set_new(out, "body", hex_of(buf_slice(body)));
    return out;
}

static json_t *field_json(const struct field_case *c, struct buf *value)
{
    json_t *out = json_object();
    buf_clear(value);
    notation(value, c->value);
    err_t e = field_check(c->of, field_by_name(c->of, c->field), buf_slice(value));
    json_object_set_new(out, "of", json_string(c->of == ENTITY_RECORD ? "record" : "concept"));
    json_object_set_new(out, "field", json_string(c->field));
    json_object_set_new(out, "result", json_string(err_name(e)));
    json_object_set_new(out, "value", hex_of(buf_slice(value)));
    return out;
}

json_t *vectors_op(void)
{
    struct buf header, body;
    json_t *file = json_object(), *list = json_array(), *values = json_array();
    buf_init(&header, 1u << 20);
    buf_init(&body, 1u << 20);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        json_array_append_new(list, op_json(&ops[i], &header, &body));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        json_array_append_new(values, field_json(&fields[i], &body));
    buf_fini(&header);
    buf_fini(&body);
    json_object_set_new(file, "version", json_integer(1));
    json_object_set_new(file, "ops", list);
    json_object_set_new(file, "fields", values);
    return file;
}
