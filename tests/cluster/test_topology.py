"""Relays: everything arrives everywhere, about once; who is stuck delays nobody else. The same with sixty sites: make topology."""
import signal

from alliance import Alliance, check, equal
from shapes import Ears, alliance_of, graph, line, sent_once, start_as, stop_all


def test_in_a_line_and_in_a_graph_everything_arrives_everywhere_once():
    with Alliance() as al:
        sites = alliance_of(al, [f"Site {i:02}" for i in range(8)])
        with Ears(sites) as ears:
            for edges, first in ((line(8), 1000), (graph(8, 4, 3), 2000)):
                start_as(sites, edges, ears)
                before = ears.traffic()
                ears.write(sites[0], first, 60)
                ears.wait_equal()
                ears.arrivals(sites, sites[::3], first + 500, every_s=0.2)
                ears.wait_equal()
                for s, (ratio, again) in sent_once(before, ears.traffic()).items():
                    check(ratio < 1.2 and again < 12, s.name, "was sent commits more than once:", ratio, again)
                stuck_in(sites, ears, first + 700)
                stop_all(sites, ears)


test_in_a_line_and_in_a_graph_everything_arrives_everywhere_once.seconds = 14


def stuck_in(sites, ears, first):
    """The last site stands still; what the others write arrives at all others before it moves again."""
    stuck, others = sites[-1], sites[:-1]
    ears.forget(stuck)
    stuck.daemon.send_signal(signal.SIGSTOP)
    try:
        ears.arrivals(others, others[:4], first, every_s=0.1, seconds=15)
    finally:
        stuck.daemon.send_signal(signal.SIGCONT)
    ears.wait_equal()
    equal(stuck.status()["records"], sites[0].status()["records"], "what the stuck one has afterwards")
