"""A browser of a citizen on *Min side*, and the family with custody told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import httpx

from schemas.people import RelationFact, RelationKind
from schemas.record import PartyRole
from tests.processing import process_records
from tests.web import maja
from tests.web.conftest import Town, _party, plain_record
from tests.web.serving import NO_AUTHORITIES, TOKEN


@dataclass
class OwnBrowser:
    """A client that puts the form's token into every form."""

    http: httpx.Client

    def get(self, address: str = "/min-side") -> httpx.Response:
        return self.http.get(address)

    def post(self, address: str, **fields: str) -> httpx.Response:
        return self.http.post(address, data={"csrf": self.token(), **fields})

    def token(self) -> str:
        found = TOKEN.search(self.http.get("/min-side").text)
        return found.group(1) if found else ""


@contextmanager
def own_browsing(address: str, citizen_id: UUID | None = None) -> Iterator[OwnBrowser]:
    """A browser, logged in as one of the demo's citizens."""
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60, verify=NO_AUTHORITIES) as client:
        browser = OwnBrowser(client)
        if citizen_id is not None:
            assert browser.post("/min-side/log-ind", person=str(citizen_id)).status_code == 200
        yield browser


def tell_custody(town: Town, child: UUID, parent: UUID, *, custody: bool | None, number: int = 77) -> None:
    """Let the social source say who holds custody."""
    fact = RelationFact(relation=RelationKind.CHILD, custody=custody, shares_household=True)
    record = plain_record("custody", parent, fact, child.int * 100 + number).model_copy(
        update={"parties": (_party(parent), _party(child, PartyRole.OTHER)), "digest": ""}
    )
    process_records(town.context.database, [record], digest_key=town.context.digest_key, now=maja.NOW)
