"""The command `bench`: the measurements of the project's checkout."""

import importlib
from typing import Annotated

import typer

from server.commands.terminal import fail, run

_BENCHES = ("latency", "policy", "escalation", "perception", "retrieval", "memory", "load")


def bench(
    what: Annotated[str, typer.Argument(help="latency, policy, escalation, perception, retrieval, memory or load")],
    turns: Annotated[int, typer.Option(min=1, help="Turns or pages to measure, for latency and escalation.")] = 24,
    sessions: Annotated[int, typer.Option(min=1, help="Check-ins at once, for load.")] = 12,
) -> None:
    """Measure the service on this machine, from a checkout of the project."""
    if what not in _BENCHES:
        fail(f"no benchmark named {what!r}; there are: {', '.join(_BENCHES)}")
    try:
        module = importlib.import_module(f"tests.bench.{what}")
    except ImportError as error:
        fail(f"benchmarks need the project's checkout and its development packages (make setup): {error.name}")
    run(module.main(sessions if what == "load" else turns))
