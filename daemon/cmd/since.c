#include "daemon/cmd/since.h"
#include "daemon/cmd/span.h"
#include <string.h>
#include <time.h>

err_t since_read(const char *text, struct wall now, char out[RFC3339_LEN + 1], struct why *why)
{
    int64_t span_s;
    struct wall at;
    bool year = strlen(text) == 4 && strspn(text, "0123456789") == 4;
    if (!year && span_read(text, &span_s) == ERR_OK)
        at = (struct wall){now.ms - span_s * 1000};
    else if (rfc3339_read(text, &at))
        return why_set(why, ERR_TIME, "--since %.60s", text);
    rfc3339_format(at, out);
    return ERR_OK;
}

struct wall since_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct wall){(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000};
}
