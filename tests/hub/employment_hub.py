"""A hub with the employment source, and the STAR it asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connectors.sources.employment.connector import EmploymentConnector, EmploymentSettings
from hub.clock import Clock
from hub.db import Database
from hub.sources.health import RunSummary
from tests.connectors.star_server import Star, settings_of
from tests.hub.source_hub import SENDER, SourceHub, advice_of, source_hub

__all__ = ["EmploymentHub", "advice_of", "employment_hub"]


@dataclass(frozen=True)
class EmploymentHub(SourceHub):
    """The hub, and the STAR it asks."""

    star: Star

    def run(self, stream: str = "events") -> RunSummary:
        """One run of the stream."""
        return super().run(stream)


@contextmanager
def employment_hub(database: Database, star: Star, clock: Clock, **settings: object) -> Iterator[EmploymentHub]:
    """The hub, until the block ends."""
    given = settings_of(
        star, more={"push_fingerprints": [SENDER.fingerprint], "entities": ["Activity", "Fravaer"], **settings}
    )
    connector = EmploymentConnector("employment", EmploymentSettings.model_validate(given), clock=clock.now)
    with source_hub(database, connector, clock) as hub:
        yield EmploymentHub(hub.context, hub.source, hub.clock, star)
