"""``make day DATE=2024-09-12``: another day in a demo that runs, at once or a week at a time (``SECONDS=60``).

All simulated fagsystemer hold what is true on that day, the school has delivered each night before it, the job centre
sends its events, and the demo's own clock follows.
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Annotated

import httpx
import typer

from hub.clock import ShiftedClock

LOOK_SECONDS = 0.5
SAME = timedelta(seconds=2)
"""Clocks that differ by less are left alone: what is read takes a moment."""
WEEK = timedelta(days=7)


def address_file(port: int) -> Path:
    """Where a demo on that port writes the address of its fagsystemer's control."""
    return Path("var") / f"demo-{port}-control"


def follow(clock: ShiftedClock, control: str) -> None:
    """Keep a clock at the time of the simulated fagsystemer, in a thread that ends with the process."""
    Thread(target=_follow, args=(clock, control), name="demo-clock", daemon=True).start()


def _follow(clock: ShiftedClock, control: str) -> None:
    with httpx.Client(base_url=control, timeout=120) as client:
        while True:
            try:
                there = datetime.fromisoformat(client.get("/clock").raise_for_status().json()["now"])
            except httpx.HTTPError:
                there = clock.now()  # they are ending, and so does whoever asks
            if abs(there - clock.now()) > SAME:
                clock.move_to(there)
            Event().wait(LOOK_SECONDS)


def main(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The day it shall be.")],
    seconds: Annotated[float, typer.Option(help="How long to take: a week at a time. 0: at once.")] = 0,
    port: Annotated[int, typer.Option(help="Port of the demo.")] = 8080,
) -> None:
    """Move the time of a demo that runs."""
    try:
        control = address_file(port).read_text(encoding="utf-8").strip()
        with httpx.Client(base_url=control, timeout=600) as client:
            _move(client, day.date(), seconds)
    except (FileNotFoundError, httpx.ConnectError):
        typer.echo(f"helhed: no demo runs on port {port}. Start one: make demo PORT={port}", err=True)
        raise typer.Exit(1) from None


def _move(client: httpx.Client, day: date, seconds: float) -> None:
    today = date.fromisoformat(client.get("/clock").raise_for_status().json()["day"])
    weeks = max(1, -(-(day - today) // WEEK)) if seconds else 1
    for week in range(1, weeks + 1):
        began = monotonic()
        answer = client.post("/clock", json={"day": (day if week == weeks else today + week * WEEK).isoformat()})
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            typer.echo(f"helhed: {answer.json()['error']}", err=True)
            raise typer.Exit(1)
        typer.echo(f"it is {answer.raise_for_status().json()['day']}")
        Event().wait(max(0.0, seconds / weeks - (monotonic() - began)))


if __name__ == "__main__":
    typer.run(main)
