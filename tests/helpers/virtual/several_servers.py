"""Several servers of unequal speed with prefix caches, in virtual time.

A server works on a limited number of requests at once; others wait in its queue. A request takes
the time of its output, and the time of its prefix unless the server has it in its cache.
"""

from __future__ import annotations

import random
from collections import OrderedDict, deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

import attrs

from vllm_client.balancing.affinity import key_of
from vllm_client.balancing.servers import ServerSet
from vllm_client.balancing.wanted import Wanted
from vllm_client.bulk.concurrency import Concurrency, ConcurrencyController
from vllm_client.bulk.gate import Gate
from vllm_client.bulk.row_routes import SeveralServers
from vllm_client.bulk.run_row import Row
from vllm_client.bulk.server_lane import ServerLane
from vllm_client.call.servers import Policy

# The relative speeds of the servers. As in clusters that have grown, half of them are slower.
SPEEDS = (1.0, 1.0, 1.0, 1.0, 0.6, 0.6, 0.35, 0.35)
NAMES = tuple("abcdefgh")
SLOTS = 16
OUTPUT_SECONDS = 1.0
PREFIX_SECONDS = 1.0
# The numbers of tokens that a server generates and computes in these seconds.
OUTPUT_TOKENS = 100
PREFIX_TOKENS = 4000
CACHED_PREFIXES = 40
PREFIXES = 400


@attrs.frozen
class Outcome:
    """The result of a simulation.

    Attributes:
        p50: Median of the seconds from the arrival of a request to its answer.
        p99: The 99th percentile of these seconds.
        hits: The share of requests whose prefix was cached.
        rate: Answers per second.
        tokens: Tokens of prompts and answers per second.
    """

    p50: float
    p99: float
    hits: float
    rate: float
    tokens: float


@attrs.define(eq=False)
class _Request:
    arrived: float
    seconds: float
    prefix: int


class _Server:
    def __init__(self, speed: float) -> None:
        self.speed = speed
        self.busy = 0
        self.queue: deque[_Request] = deque()
        self._cache: OrderedDict[int, None] = OrderedDict()

    def has(self, prefix: int) -> bool:
        """Return whether the prefix is cached, and cache it."""
        found = prefix in self._cache
        self._cache[prefix] = None
        self._cache.move_to_end(prefix)
        if len(self._cache) > CACHED_PREFIXES:
            self._cache.popitem(last=False)
        return found


class World:
    """The servers, the clock and the measurements."""

    def __init__(self, seed: int, prefix_seconds: float) -> None:
        self.random = random.Random(seed)
        self.servers = {name: _Server(speed) for name, speed in zip(NAMES, SPEEDS, strict=True)}
        self.now = 0.0
        self.finished: Callable[[str, _Request], None] = lambda name, request: None
        self._prefix_seconds = prefix_seconds
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._seconds: list[float] = []
        self._hits = 0
        self._output_seconds = 0.0

    def at(self, moment: float, act: Callable[[], None]) -> None:
        """Call a function at a time."""
        heappush(self._events, (moment, next(self._numbers), act))

    def run(self, until: float) -> Outcome:
        """Run until a time and return the result."""
        while self._events and self._events[0][0] <= until:
            self.now, _, act = heappop(self._events)
            act()
        seconds = sorted(self._seconds)
        number = len(seconds)
        p50, p99 = seconds[number // 2], seconds[int(0.99 * number)]
        tokens = number * PREFIX_TOKENS + self._output_seconds / OUTPUT_SECONDS * OUTPUT_TOKENS
        return Outcome(p50, p99, self._hits / number, number / until, tokens / until)

    def request(self) -> _Request:
        """Return a random request: few prefixes are frequent, many are rare."""
        seconds = self.random.expovariate(1 / OUTPUT_SECONDS)
        return _Request(self.now, seconds, int(PREFIXES * self.random.random() ** 2))

    def send(self, name: str, request: _Request) -> None:
        """Send a request to a server."""
        server = self.servers[name]
        if server.busy >= SLOTS:
            server.queue.append(request)
        else:
            self._work(name, server, request)

    def _work(self, name: str, server: _Server, request: _Request) -> None:
        server.busy += 1
        is_hit = server.has(request.prefix)
        self._hits += is_hit
        seconds = request.seconds + (0 if is_hit else self._prefix_seconds)
        self.at(self.now + seconds / server.speed, lambda: self._done(name, server, request))

    def _done(self, name: str, server: _Server, request: _Request) -> None:
        server.busy -= 1
        self._seconds.append(self.now - request.arrived)
        self._output_seconds += request.seconds
        if server.queue:
            self._work(name, server, server.queue.popleft())
        self.finished(name, request)


Choose = Callable[[World, ServerSet, _Request], str]


def by_policy(world: World, servers: ServerSet, request: _Request) -> str:
    """Choose with the client's policy."""
    return servers.choose(Wanted(keys=(request.prefix,)), world.now).name


def two_random_choices(world: World, servers: ServerSet, request: _Request) -> str:
    """Choose the less loaded of two random servers."""
    pair = world.random.sample(servers.all, 2)
    return min(pair, key=lambda server: server.in_flight).name


def open_loop(choose: Choose, servers: ServerSet, seed: int, load: float = 0.7) -> Outcome:
    """Simulate random arrivals, at this share of the servers' capacity."""
    world = World(seed, prefix_seconds=0.0)
    rate = load * sum(SPEEDS) * SLOTS / OUTPUT_SECONDS

    def arrive() -> None:
        request = world.request()
        name = choose(world, servers, request)
        servers.begin(servers[name], request, world.now)
        world.send(name, request)
        world.at(world.now + world.random.expovariate(rate), arrive)

    world.finished = lambda name, request: servers.end(servers[name], request, world.now)
    world.at(0.0, arrive)
    return world.run(60.0)


def bulk_run(policy: Policy, seed: int) -> Outcome:
    """Simulate a run that keeps all slots busy; with "prefix", rows are queued by prefix."""
    world = World(seed, PREFIX_SECONDS)
    routes = SeveralServers(ServerSet(NAMES, policy))
    routes.lanes = [_lane(name) for name in NAMES]
    lanes = {lane.name: lane for lane in routes.lanes}
    numbers = count()

    def fill() -> None:
        while routes.room and (routes.reads_ahead or not routes.waiting):
            request = world.request()
            wanted = Wanted(keys=(key_of(str(request.prefix)),))
            routes.add(Row(next(numbers), request, wanted=wanted))
        while (row := routes.next_row()) is not None:
            row.input.arrived = world.now
            row.lane.controller.sent(world.now)
            row.lane.update_load()
            world.send(row.lane.name, row.input)
            fill()

    def finished(name: str, _: object) -> None:
        lanes[name].controller.abandoned(world.now)
        lanes[name].update_load()
        fill()

    world.finished = finished
    fill()
    return world.run(60.0)


def _lane(name: str) -> ServerLane:
    return ServerLane(ConcurrencyController(Concurrency.of(SLOTS)), Gate(None), name)
