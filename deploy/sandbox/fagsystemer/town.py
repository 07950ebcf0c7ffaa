"""The municipality behind all servers: one clock, and what each of them holds on its day."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import Event, RLock

from deploy.sandbox.fagsystemer import fhir, nexus, odata, odata_rows, star_rows
from deploy.sandbox.fagsystemer.faults import OF_ANSWERS, Fault, FaultyServer, Order
from deploy.sandbox.fagsystemer.sessions import Credentials
from deploy.sandbox.fagsystemer.sftp import OF_FILES, OF_NIGHTS, SchoolServer
from deploy.sandbox.fagsystemer.star import JobCentre
from deploy.sandbox.fagsystemer.webhook import Sender
from deploy.sandbox.municipality.households import HORIZON
from deploy.sandbox.municipality.truth import MORNING, Municipality
from hub.clock import ShiftedClock, danish_day

LOOK_SECONDS = 30
"""A day that begins by itself is noticed after so long."""
MONTH, FOUR_WEEKS = timedelta(days=31), timedelta(days=28)


class Server(StrEnum):
    """One of the simulated fagsystemer."""

    HEALTH = "health"
    SOCIAL = "social"
    NEXUS = "nexus"
    SCHOOL = "school"
    EMPLOYMENT = "employment"


KINDS = {
    **dict.fromkeys((Server.HEALTH, Server.SOCIAL, Server.NEXUS), OF_ANSWERS | {Fault.NEW_SECRET}),
    Server.EMPLOYMENT: OF_ANSWERS | {Fault.EXPIRED_CERTIFICATE, Fault.NEW_SECRET},
    Server.SCHOOL: OF_FILES | OF_NIGHTS | {Fault.WRONG_HOST_KEY},
}
"""What each server can be told to do wrong."""


@dataclass
class Town:
    """All servers of a municipality, and its day.

    Args:
        truth_on: the municipality on a day.
        today: the day it begins on.
        credentials: of the one client.
        certificates: folder with those of everybody.
        sftp_port: of the school's server; 0 takes a free one.
    """

    truth_on: Callable[[date], Municipality]
    today: date
    credentials: Credentials
    certificates: Path
    sftp_port: int = 0
    apps: dict[Server, FaultyServer] = field(init=False)
    tls: ssl.SSLContext | None = None
    """Of the job centre, once it serves."""
    _lock: RLock = field(default_factory=RLock)
    _known: dict[Server, Credentials] = field(init=False)
    """The credentials as each server knows them."""

    def __post_init__(self) -> None:
        """Fill the servers with what is true on the first day."""
        truth = self.truth_on(self.today)
        self._known = {server: replace(self.credentials) for server in Server}
        self.citizens = len(truth.people)
        self.clock = ShiftedClock(datetime.combine(self.today, MORNING))
        self._health = fhir.Store(self.clock.now)
        self._health.show(truth)
        self.messages = Sender(
            self.certificates / "beskedfordeler.pem", self.certificates / "ca.pem", "application/xml"
        )
        self._social = odata.SocialSystem(odata_rows.rows(truth), self.messages, self.clock.now)
        self._nexus = nexus.Nexus(self._known[Server.NEXUS])
        self._nexus.show(truth)
        self.sender = Sender(self.certificates / "star.pem", self.certificates / "ca.pem")
        self._job_centre = JobCentre(star_rows.rows(truth), self._known[Server.EMPLOYMENT], self.sender)
        self.school = SchoolServer(port=self.sftp_port)
        self.school.start(truth)
        self.apps = {
            Server.HEALTH: fhir.fhir_app(self._health, self._known[Server.HEALTH]),
            Server.SOCIAL: odata.odata_app(self._social, self._known[Server.SOCIAL]),
            Server.NEXUS: FaultyServer(self._nexus, self._nexus.end_sessions),
            Server.EMPLOYMENT: FaultyServer(self._job_centre, self._job_centre.end_sessions),
        }

    def move_to(self, day: date) -> None:
        """Let it be the morning of another day: the school delivers what came in between; then all others hold it.

        The school delivers each night. Over more than a month it delivers every fourth week, whose windows join.

        Raises:
            ValueError: the day is past, or after the end of the municipality's history.
        """
        with self._lock:
            if not self.today <= day < HORIZON:
                msg = f"the day must be from {self.today} and before {HORIZON}, for time runs forward"
                raise ValueError(msg)
            if day > danish_day(self.clock.now()):
                self.clock.move_to(datetime.combine(day, MORNING))
            step = timedelta(days=1) if day - self.today <= MONTH else FOUR_WEEKS
            truth = None
            while self.today < day:
                self.today = min(self.today + step, day)
                truth = self.truth_on(self.today)
                self.school.show(truth)
            if truth is not None:
                for held in (self._health, self._social, self._nexus, self._job_centre):
                    held.show(truth)

    def follow_the_clock(self, stop: Event) -> None:
        """Notice each day that begins by itself, until told to stop."""
        while not stop.wait(LOOK_SECONDS):
            self.move_to(max(self.today, danish_day(self.clock.now())))

    def order(self, server: Server, order: Order) -> None:
        """Let a server misbehave.

        Raises:
            ValueError: that server cannot do this.
        """
        if order.kind not in KINDS[server]:
            msg = f"{server} cannot do {order.kind}; it can do {', '.join(sorted(KINDS[server]))}"
            raise ValueError(msg)
        if server is Server.SCHOOL:
            self.school.order(order)
        elif order.kind is Fault.EXPIRED_CERTIFICATE:
            self._show_certificate("expired")
        elif order.kind is Fault.NEW_SECRET:
            self._known[server].replace_secret()
            self.apps[server].end_sessions()
        else:
            self.apps[server].faults.order(order)

    def behave(self, server: Server) -> None:
        """End all misbehaviour of a server."""
        if server is Server.SCHOOL:
            self.school.behave()
            return
        self.apps[server].faults.end()
        self._known[server].client_secret = self.credentials.client_secret
        if server is Server.EMPLOYMENT:
            self._show_certificate("server")

    def stop(self) -> None:
        """End what runs beside the servers."""
        self.sender.stop()
        self.messages.stop()
        self.school.stop()

    def _show_certificate(self, name: str) -> None:
        if self.tls is not None:
            self.tls.load_cert_chain(self.certificates / f"{name}.pem")
