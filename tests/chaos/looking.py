"""Somebody who looks up the citizens of their team all the while, and remembers what was shown."""

import random
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event, Thread
from uuid import UUID

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hub.db import Database
from hub.errors import StoreUnavailable
from tests.chaos.stage import LOOKER, Stage
from tests.web.serving import Browser, browsing

_SHOWN = 'id="now"'
"""Stands on a page that shows an overview, and on no other."""
_PAUSE = 0.3
"""Seconds between two look-ups: some between any two kills, and not so many that they are most of what goes on."""
_SOME = text("SELECT citizen_id FROM course_citizens JOIN overviews USING (citizen_id) ORDER BY random() LIMIT 20")


@dataclass
class Looking:
    """What came of the look-ups."""

    shown: list[str] = field(default_factory=list)
    """Request ids of the answers that showed a citizen: each must have its line in the log."""
    out_of_order: int = 0
    """Answers that said they could not, or never came."""
    notices: int = 0
    """Pages that came from the store because the index was down."""

    def run(self, stage: Stage, chance: random.Random, stop: Event) -> Thread:
        """Look until told to stop, in a thread of its own."""
        thread = Thread(target=self._look, args=(stage, chance, stop), name="looking")
        thread.start()
        return thread

    def _look(self, stage: Stage, chance: random.Random, stop: Event) -> None:
        logged_in: dict[str, Browser] = {}
        """At each web server: who logs in for every look meets the limit of log-ins."""
        with ExitStack() as browsers:
            while not stop.is_set():
                citizens = _some(stage.database)
                address = chance.choice(stage.addresses)
                try:
                    if citizens and address not in logged_in:
                        logged_in[address] = browsers.enter_context(browsing(address, LOOKER))
                    if citizens and not self._look_up(logged_in[address], chance.choice(citizens)):
                        del logged_in[address]
                except (httpx.TransportError, AssertionError):  # no answer, or no login without a database
                    self.out_of_order += 1
                stop.wait(_PAUSE)

    def _look_up(self, browser: Browser, citizen_id: UUID) -> bool:
        """Look at a citizen; whether one is still logged in."""
        page = browser.get(f"/overblik/{citizen_id}")
        if page.status_code == httpx.codes.OK and _SHOWN in page.text:
            self.shown.append(page.headers["x-request-id"])
            self.notices += "hentet direkte fra databasen" in page.text
        else:
            self.out_of_order += 1
        return page.url.path != "/log-ind"


def _some(database: Database) -> list[UUID]:
    try:
        with database.transaction() as session:
            return list(session.scalars(_SOME))
    except (StoreUnavailable, SQLAlchemyError):
        return []
