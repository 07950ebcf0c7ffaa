"""One run of the social connector, as tests look at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.base import Batch, HeldDeletions, ReadContext
from connectors.sources.social.connector import SocialConnector
from connectors.sources.social.settings import SocialSettings
from connectors.sources.social.streams import STREAM
from hub.clock import Clock
from schemas.record import Cursor, Rejection, SourceRecord
from tests.connectors.social_server import SECRET, Dubu


@dataclass(frozen=True)
class Run:
    """What a complete run brought."""

    batches: list[Batch]

    @property
    def cursor(self) -> Cursor:
        """The cursor it ended with."""
        cursor = self.batches[-1].cursor
        assert cursor is not None
        return cursor

    @property
    def records(self) -> dict[str, SourceRecord]:
        """Records by type and id; the last one of each."""
        return {
            f"{record.record_type} {record.source_id}": record for batch in self.batches for record in batch.records
        }

    @property
    def deleted(self) -> set[str]:
        """Type and id of each tombstone."""
        return {name for name, record in self.records.items() if record.deleted}

    @property
    def rejected(self) -> list[Rejection]:
        """What went to quarantine."""
        return [rejection for batch in self.batches for rejection in batch.rejected]

    @property
    def skipped(self) -> dict[str, int]:
        """What was left out by a rule."""
        return {rule: count for batch in self.batches for rule, count in batch.skipped.items()}

    @property
    def held(self) -> dict[str, HeldDeletions]:
        """Held deletions by type."""
        return {held.record_type: held for held in self.batches[-1].held}


def connect(dubu: Dubu, clock: Clock, **settings: Any) -> SocialConnector:
    """A connector that reads the server."""
    login = {"token_url": f"{dubu.url}/token", "client_id": "helhed", "client_secret": SECRET}
    common = {"base_url": dubu.url, "environment": "test", "page_size": 3, "patience": "never"}
    return SocialConnector("social", SocialSettings.model_validate(common | login | settings), clock=clock.now)


def read(
    connector: SocialConnector,
    cursor: Cursor | None = None,
    releases: Mapping[str, int] | None = None,
    refusals: Mapping[str, int] | None = None,
) -> Run:
    """A whole run."""
    context = ReadContext(releases=releases or {}, refusals=refusals or {})
    return Run(list(connector.read(STREAM.name, cursor or Cursor(), context)))
