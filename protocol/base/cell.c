#include "protocol/base/cell.h"

#define FORMULA "=+-@\t\r\n" /* how a cell begins that a spreadsheet computes */

static size_t apostrophes(struct slice text)
{
    size_t n = 0;
    while (n < text.len && text.at[n] == '\'')
        n++;
    return n < text.len && strchr(FORMULA, text.at[n]) && text.at[n] ? n : SIZE_MAX;
}

struct slice cell_plain(struct slice cell)
{
    size_t n = apostrophes(cell);
    return n && n != SIZE_MAX ? slice_of(cell.at + 1, cell.len - 1) : cell;
}

/* A negative number is nothing to compute. */
static bool is_number(struct slice text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool digit = text.at[i] >= '0' && text.at[i] <= '9';
        if (!digit && text.at[i] != '.' && !(i == 0 && text.at[i] == '-'))
            return false;
        digits += digit;
    }
    return digits > 0;
}

void cell_put(struct buf *to, struct slice text, char separator)
{
    bool formula = apostrophes(text) != SIZE_MAX && !is_number(text), quote = formula;
    for (size_t i = 0; i < text.len && !quote; i++)
        quote = text.at[i] == (uint8_t)separator || (text.at[i] && strchr("\"\r\n;,\t", text.at[i]));
    if (text.len && (text.at[0] == ' ' || text.at[text.len - 1] == ' '))
        quote = true;
    if (quote)
        buf_byte(to, '"');
    if (formula)
        buf_byte(to, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            buf_byte(to, '"');
        buf_byte(to, text.at[i]);
    }
    if (quote)
        buf_byte(to, '"');
}
