"""Sixty citizens on a whole Helhed, from which tests take one part at a time."""

from collections.abc import Collection
from uuid import UUID

import httpx
from sqlalchemy import text

from tests.chaos.stage import LOOKER, Stage
from tests.web.serving import browsing

CITIZENS = 60
REASON = {"purpose": "follow_up", "reason": "Udfald: ser efter, om siden svarer"}


def somebody(stage: Stage) -> UUID:
    with stage.database.transaction() as session:
        result: UUID = session.scalars(text("SELECT citizen_id FROM overviews LIMIT 1")).one()
    return result


def shown(address: str, citizen_id: UUID) -> httpx.Response:
    with browsing(address, LOOKER) as browser:
        return browser.post(f"/overblik/{citizen_id}/grund", **REASON)


def runs(stage: Stage, outcome: str) -> int:
    with stage.database.transaction() as session:
        counted = text("SELECT count(*) FROM source_runs WHERE outcome = :outcome")
        return session.scalar(counted, {"outcome": outcome}) or 0


def read_anew(stage: Stage, streams: Collection[str] | None = None) -> None:
    """Let the next reading of each stream begin at the beginning, so that it has something to publish. None: of all."""
    which = text(
        "UPDATE source_streams SET cursor = '{}' WHERE cast(:all AS boolean) OR source || '/' || stream = ANY(:streams)"
    )
    with stage.database.transaction() as session:
        session.execute(which, {"all": streams is None, "streams": list(streams or ())})
