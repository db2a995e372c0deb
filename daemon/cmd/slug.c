#include "daemon/cmd/slug.h"
#include "protocol/base/utf8.h"

static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

void slug_make(const char *name, char out[SLUG_MAX + 1])
{
    struct buf folded;
    size_t n = 0;
    buf_init(&folded, 4096);
    if (utf8_fold(slice_text(name), &folded) != ERR_OK)
        buf_clear(&folded);
    for (size_t i = 0; i < folded.len && n < SLUG_MAX; i++) {
        if (is_plain(folded.at[i]))
            out[n++] = (char)folded.at[i];
        else if (n && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n && out[n - 1] == '-')
        n--;
    out[n] = 0;
    if (!n)
        memcpy(out, "site", sizeof "site");
    buf_fini(&folded);
}
