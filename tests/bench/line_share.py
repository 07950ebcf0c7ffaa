"""What the line of the log costs of a look-up. Only this measurement leaves it out."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import median
from unittest.mock import patch
from uuid import UUID

from hub.app import create_app
from hub.audit import repository
from hub.context import AppContext
from tests.bench.ground import Row, milliseconds, times_of
from tests.web.serving import browsing, serving

TURNS = 12
MOST = 0.15


def line_share(
    context: AppContext, citizens: Sequence[UUID], actor_id: str, look_up: Callable[[UUID], object], at: str
) -> Iterator[Row]:
    """The same openings in turns, with the line and without it: as a service call, as JSON and as a page.

    Without it there is nothing to write, so the commit and the disk's answer count as the line's.
    """
    with serving(create_app(context)) as address, browsing(address, actor_id) as browser:

        def ask(path: str) -> object:
            return browser.http.get(path).raise_for_status()

        ways: dict[str, list[Callable[[], object]]] = {
            "a service call": [partial(look_up, one) for one in citizens],
            "JSON": [partial(ask, f"/api/overblik/{one}") for one in citizens],
            "a page": [partial(ask, f"/overblik/{one}") for one in citizens],
        }
        for what, openings in ways.items():
            times_of(openings)  # warm
            shares, whole = [], []
            for _ in range(TURNS):
                with_line = median(times_of(openings))
                with patch.object(repository, "insert_entries"):
                    without = median(times_of(openings))
                shares.append(1 - without / with_line)
                whole.append(with_line)
            share = median(shares)
            told = f"{share:.1%} of {milliseconds(median(whole))}"
            yield Row(f"the line of the log in {what}, {at}", told, "", None, f"≤ {MOST:.0%}", share <= MOST)
