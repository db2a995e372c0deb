#include "daemon/cmd/span.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SPAN_MOST_S (INT64_C(3660) * 86400)

err_t span_read(const char *text, int64_t *seconds)
{
    static const struct {
        const char *unit;
        int64_t s;
    } units[] = {
        {"",  1     },
        {"s", 1     },
        {"m", 60    },
        {"h", 3600  },
        {"d", 86400 },
        {"j", 86400 },
        {"w", 604800}
    };
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (errno || end == text || n < 0 || n > SPAN_MOST_S)
        return ERR_RANGE;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(end, units[i].unit) != 0)
            continue;
        if (n > SPAN_MOST_S / units[i].s)
            return ERR_RANGE;
        *seconds = n * units[i].s;
        return ERR_OK;
    }
    return ERR_RANGE;
}
