"""Ports for the servers that tests start."""

from __future__ import annotations

import os
import socket
from itertools import cycle, islice

# Each process has its own, below those that the system gives away: of two processes that ask the system for a free one,
# and begin to listen a moment later, both may get the same.
PORTS = 100
_ports = cycle(range(first := 10_000 + os.getpid() % 200 * PORTS, first + PORTS))


def free_port() -> int:
    """A port of this machine that nobody listens on, another one each time."""
    for port in islice(_ports, PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"All ports from {first} to {first + PORTS - 1} are taken.")
