#include "tests/help/bus_say.h"

#include "protocol/wire/wr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void bus_say(struct bus_end *to, struct buf *message)
{
    assert_int_equal(message->err, ERR_OK);
    assert_int_equal(bus_send(to, buf_slice(message)), ERR_OK);
    buf_fini(message);
}

void bus_say_stop(struct bus_end *to)
{
    struct buf b;
    buf_init(&b, 16);
    wr_array(&b, 1);
    wr_uint(&b, BUS_STOP);
    bus_say(to, &b);
}
