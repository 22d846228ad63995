"""Time of finding the route of a request, by the number of routes, beside Starlette, Litestar, Falcon and BlackSheep.

    python benchmarks/route_match.py [--rounds 30] [--repeats 1000] [--max-routes 10000] [--peers Falcon,Starlette]
                                     [--json medians.json] [--svg charts.svg]

Every round times each router once, in an order of its own, so a machine that slows down slows all of them; the median
round is reported, and its ratio to that of asgi-routing. Each router is asked as often untimed just before, so that it
does not matter who came last. Before a case is timed, each must give the right route and parameters, or refuse.

The table. Areas of 20 resources with five routes each: ``GET /area0/r7/{id}``, ``GET /area0/r7``,
``GET /area0/export/r7``, ``POST /area0/r7/{id}/parts`` and ``GET /area0/r7/{id}/parts/{part}``. Two in five are static,
and no two have one path. First and last stands a ``GET /area0/r7/{id}``. A table of one route has one of the kind that
is asked for. (Without the areas the first segments would be many, which makes Falcon slow and nobody else.)

The cases. In the first three the routes asked for are spread over the table.

- static: the paths without a parameter.
- parameterised: ``/area0/r7/{id}``.
- two parameters: ``/area0/r7/{id}/parts/{part}``.
- early, late: the first and the last registered route. (BlackSheep sorts its routes at start-up.)
- miss: by turns an unknown resource in a known area, and an unknown path below a known resource.
- wrong method: POST to the paths of "parameterised", which only have GET.
- same path: one path of the last route over and over. Only here the caches of peers find what they look for.

What is timed: from method and path to endpoint and parameters, or to the exception that refuses, as each application
asks its own router.

- asgi-routing and Starlette: ``router.app(scope, receive, send)``, with all that it does to the scope. Their search
  cannot be had without a call of the endpoint, so it includes that of one that does nothing. Starlette's is a coroutine
  and is awaited; ours is a plain call that returns what is to be awaited.
- Litestar: ``normalize_path`` and ``ASGIRouter.handle_routing``, as its ``__call__`` does.
- Falcon: ``App._get_responder``, which looks up the method too.
- BlackSheep: ``Router.get_match``, which takes the percent-encoding out of the parameters.

Not timed is what comes before (making a scope or a request of what the server says) and after (making a response).
The first two have written the route into the scope by then, which the others do later or not at all. A refusal is
raised by asgi-routing, Starlette and Litestar in the search, and by what the search finds in Falcon and BlackSheep,
which is called for it. On a miss asgi-routing and Starlette look for the path with the slash added as well, as they do
unless told otherwise. BlackSheep has no 405: it asks the routes of the method there is, and refuses with 404.

The caches. Litestar keeps the last 1,024 answers by path and method, BlackSheep the last 1,200. A cache that answers
makes the table irrelevant, so paths are not repeated before some 4,000 others were asked, longer than either remembers,
and each miss of the cache counts. Static paths cannot vary: there the function beneath the cache is timed, which
spares these two the look-up. What a hit costs is the case "same path".

A router that is slow is asked less often in a round (``--budget`` milliseconds, but eight times at least). Tables are
built once for all cases; a router that takes longer to build than ``--build-limit`` is left out from that size on.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import random
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from line_charts import route_match_charts
from route_match_peers import PEERS, Ask, Found, Peer, Registered, Way, refused

SIZES = (1, 10, 100, 1_000, 10_000)
OURS = "asgi-routing"
POOL = 4096
"""How many paths there are of a case: more than the caches of the peers hold by far."""
POOLS = count()
"""Each pool has numbers of its own, so that no case finds in a cache what another has put there."""
BATCH = 20
"""How many requests are made before they are routed: few, since a server makes them one by one, and forgets them."""
CHECKED = 128
RESOURCES_IN_AREA = 20
LEAST_ASKS = 8

Times = dict[str, list[float]]


def resource_routes(number: int) -> list[Registered]:
    area, name = f"/area{number // RESOURCES_IN_AREA}", f"r{number}"
    return [
        Registered("GET", f"{area}/{name}/{{id}}"),
        Registered("GET", f"{area}/{name}"),
        Registered("GET", f"{area}/export/{name}"),
        Registered("POST", f"{area}/{name}/{{id}}/parts"),
        Registered("GET", f"{area}/{name}/{{id}}/parts/{{part}}"),
    ]


def route_table(size: int, case: str) -> list[Registered]:
    """``size`` routes, the last of the same kind as the first; a single one is what the case asks for."""
    item, static, _, _, part = resource_routes(0)
    if size == 1:
        return [{"static": static, "two parameters": part}.get(case, item)]
    table = list(islice(chain.from_iterable(map(resource_routes, count())), size - 1))
    last_resource = -(-len(table) // len(resource_routes(0)))
    return [*table, resource_routes(last_resource)[0]]


def ask_for(route: Registered, number: int) -> Ask:
    """A request for the route whose parameters no other number gives."""
    params = {name: f"{number * 7919}" for name in ("id", "part") if f"{{{name}}}" in route.pattern}
    return Ask(route.method, route.pattern.format(**params), Found(route.pattern, params))


def ask_routes(routes: list[Registered]) -> list[Ask]:
    """A pool of requests for these routes in no particular order, for each equally often."""
    begin = next(POOLS) * POOL
    numbers = random.Random(begin).sample(range(begin, begin + POOL), POOL)
    return [ask_for(routes[number % len(routes)], number) for number in numbers]


def ask_ending(end: str) -> Callable[[list[Registered]], list[Ask]]:
    """Makes the pool of requests for the GET routes whose pattern has this end."""
    return lambda table: ask_routes([route for route in table if route.method == "GET" and route.pattern.endswith(end)])


def ask_missing(table: list[Registered]) -> list[Ask]:
    asks = []
    for number, ask in enumerate(ask_ending("/{id}")(table)):
        area = ask.path.split("/")[1]
        path = f"{ask.path}/none" if number % 2 else f"/{area}/none{number}"
        asks.append(Ask("GET", path, refused(404)))
    return asks


def ask_wrong_method(table: list[Registered]) -> list[Ask]:
    return [Ask("POST", ask.path, refused(405)) for ask in ask_ending("/{id}")(table)]


CASES: dict[str, Callable[[list[Registered]], list[Ask]]] = {
    "static": lambda table: ask_routes([route for route in table if "{" not in route.pattern]),
    "parameterised": ask_ending("/{id}"),
    "two parameters": ask_ending("/{part}"),
    "early": lambda table: ask_routes(table[:1]),
    "late": lambda table: ask_routes(table[-1:]),
    "miss": ask_missing,
    "wrong method": ask_wrong_method,
    "same path": lambda table: [ask_for(table[-1], 1)] * POOL,
}


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` in what takes longer, where the system has such a clock."""

    def end(signal_number: int, frame: Any) -> None:
        raise TimeoutError(f"more than {seconds:.0f} s")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def build(name: str, table: list[Registered], limit: float) -> tuple[Peer, float]:
    """A router of this table that has answered once, and the seconds that took: some do their work only then."""
    begin = time.perf_counter()
    with at_most(limit):
        peer = PEERS[name](table)
        peer.answer(ask_for(table[0], 0))
    return peer, time.perf_counter() - begin


def check(name: str, peer: Peer, asks: list[Ask]) -> None:
    """The last of the pool: the caches have forgotten them when the timing comes to them."""
    for ask in asks[-CHECKED:]:
        found = peer.answer(ask)
        right = refused(peer.wrong_method) if ask.right.status == 405 else ask.right
        assert found == right, f"{name} found {found} for {ask}"


class Contest:
    """One router in one case: it goes on in the pool where it stopped, a bounded time in each round."""

    def __init__(self, peer: Peer, asks: list[Ask], way: Way) -> None:
        self.peer = peer
        self.asks = asks
        self.way: Way = way
        self.position = 0
        self.count = LEAST_ASKS

    def settle_count(self, repeats: int, budget: float) -> None:
        self.time_some()
        fits = int(budget * 1000 / self.time_some())
        self.count = min(repeats, max(LEAST_ASKS, fits))

    def time_warm(self) -> float:
        self.time_some()
        return self.time_some()

    def time_some(self) -> float:
        """Microseconds of each of the next requests."""
        asks = [self.asks[(self.position + number) % POOL] for number in range(self.count)]
        self.position += self.count
        batches = (asks[begin : begin + BATCH] for begin in range(0, self.count, BATCH))
        return sum(self.peer.time(self.peer.prepare(batch), self.way) for batch in batches) / self.count * 1e6


def measure(case: str, peers: dict[str, Peer], table: list[Registered], options: argparse.Namespace) -> Times:
    asks = CASES[case](table)
    way: Way = "beneath cache" if case == "static" else "found" if asks[0].right.status == 200 else "refused"
    contests: dict[str, Contest] = {}
    for name, peer in peers.items():
        check(name, peer, asks)
        contests[name] = Contest(peer, asks, way)
    times: Times = {name: [] for name in contests}
    gc.collect()
    gc.freeze()  # what is there now is not looked at again: the largest tables take a second to go through
    gc.disable()
    for contest in contests.values():
        contest.settle_count(options.repeats, options.budget)
    for number in range(options.rounds):
        for name in random.Random(number).sample(list(contests), len(contests)):
            times[name].append(contests[name].time_warm())
    gc.enable()
    gc.unfreeze()
    return times


class Results:
    """Medians by case, router and size, as they are written to the JSON file."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.rounds: int = options.rounds
        self.repeats: int = options.repeats
        self.left_out: dict[str, str] = {}
        self.build_seconds: dict[str, dict[str, float]] = {}
        self.cases: dict[str, dict[str, dict[str, dict[str, float]]]] = {case: {} for case in CASES}

    def add(self, case: str, size: int, times: Times) -> None:
        for name, values in times.items():
            figures = {"median": statistics.median(values), "min": min(values), "max": max(values)}
            self.cases[case].setdefault(name, {})[str(size)] = figures

    def as_json(self) -> dict[str, Any]:
        return {"interpreter": f"CPython {platform.python_version()}", **vars(self)}

    def report(self) -> None:
        for case, peers in self.cases.items():
            self._report_case(case, peers)
        print("\nseconds to build the table and answer once")
        sizes = list(self.build_seconds[OURS])
        for name, seconds in self.build_seconds.items():
            print(f"  {name:13}" + "".join(f"{seconds[size]:10.3f}" for size in sizes if size in seconds))
        for name, why in self.left_out.items():
            print(f"{name}: left out {why}")

    def _report_case(self, case: str, peers: dict[str, dict[str, dict[str, float]]]) -> None:
        ours = {size: figures["median"] for size, figures in peers[OURS].items()}
        print(f"\n{case}: median microseconds of a match, and the ratio to {OURS}'s")
        print(" " * 15 + "".join(f"{f'{int(size):,} routes' if size != '1' else '1 route':>19}" for size in ours))
        for name, sizes in peers.items():
            row = [(figures["median"], figures["median"] / ours[size]) for size, figures in sizes.items()]
            print(f"  {name:13}" + "".join(f"{median:10.2f} {ratio:8.2f}" for median, ratio in row))
        if "1000" in ours:
            print(f"  {OURS} at 1,000 routes / at 1 route: {ours['1000'] / ours['1']:.2f}")


def build_all(table: list[Registered], options: argparse.Namespace, results: Results) -> dict[str, Peer]:
    peers: dict[str, Peer] = {}
    for name in PEERS:
        if name in results.left_out or name not in (OURS, *options.peers):
            continue
        try:
            peers[name], seconds = build(name, table, options.build_limit)
        except (ImportError, TimeoutError, RecursionError, MemoryError) as failure:
            results.left_out[name] = f"from {len(table):,} routes on ({type(failure).__name__}: {failure})"
            continue
        results.build_seconds.setdefault(name, {})[str(len(table))] = seconds
    return peers


def main(options: argparse.Namespace) -> None:
    results = Results(options)
    for size in SIZES:
        if size > options.max_routes:
            break
        print(f"{size:,} routes ...", file=sys.stderr)
        built: tuple[list[Registered], dict[str, Peer]] = ([], {})
        for case in CASES:
            table = route_table(size, case)
            if table != built[0]:
                built = (table, build_all(table, options, results))
            results.add(case, size, measure(case, built[1], table, options))
    results.report()
    if options.json:
        options.json.write_text(json.dumps(results.as_json(), indent=1), encoding="utf-8")
    if options.svg:
        options.svg.write_text(route_match_charts(results.as_json()), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=1000, help="requests a router is asked for in a round, at most")
    parser.add_argument("--budget", type=float, default=10.0, help="milliseconds a router may take in a round")
    parser.add_argument("--build-limit", type=float, default=60.0, help="seconds a router may take to be built")
    parser.add_argument("--max-routes", type=int, default=SIZES[-1])
    parser.add_argument("--peers", type=lambda text: text.split(","), default=list(PEERS), help="names with commas")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--svg", type=Path, help="draw them into this file")
    arguments = parser.parse_args()
    print(f"CPython {platform.python_version()}, {arguments.rounds} rounds of at most {arguments.repeats} requests")
    main(arguments)
