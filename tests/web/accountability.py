"""What the tests of the answers to a DPO's questions share."""

import csv
import io
import re

from sqlalchemy import text

from connectors.base import Stream
from connectors.sources.social import streams as social
from hub.audit.repository import list_entries
from hub.web.accountability.routes import ANSWERS
from hub.web.accountability.texts import SLUG
from schemas.access import AuditAction
from tests.sources import SilentSource
from tests.web.conftest import Town

ROOT = "/tilsyn/svar"
SLUGS = [SLUG[question] for question in ANSWERS]


class ReadingSource(SilentSource):
    """A source of the social area with the types of the real one, in which there is nothing."""

    def discover(self) -> tuple[Stream, ...]:
        return (Stream(name="all", danish_title="Alt", record_types=social.RECORD_TYPES),)


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def table_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def read_lines(town: Town) -> list[dict[str, object]]:
    with town.context.database.transaction() as session:
        entries = [line.entry for line in list_entries(session, size=500)]
    return [
        {"question": entry.object_id, "who": entry.actor_id, "outcome": entry.outcome.value, **entry.details}
        for entry in entries
        if entry.action is AuditAction.READ_ANSWER and entry.object_id
    ]


def execute(town: Town, statement: str, **values: object) -> None:
    with town.context.database.transaction() as session:
        session.execute(text(statement), values)
