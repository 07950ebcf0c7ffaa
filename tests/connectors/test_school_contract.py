"""The school connector keeps the promises of every connector, over SFTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sources.school.connector import SchoolConnector, SchoolSettings
from hub.clock import FixedClock
from tests.connectors.school_files import (
    BO,
    CONTACT,
    JULIANE,
    KIRSTEN,
    LARS,
    NOW,
    export_xml,
    put_absence,
    put_four,
    row,
    student,
)
from tests.connectors.sftp_server import CuttingProxy, Drop, private, public, serving
from tests.contracts.connector import ConnectorSuite, Fault, Subject


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[Drop]:
    """A drop with a set of each kind, and rows that cannot be read."""
    with serving(tmp_path / "drop") as served:
        put_four(served.waiting)
        (served.waiting / "export.full.xml").write_text(
            export_xml([student("501002", "Lars", "Berggren", LARS, contacts=CONTACT)]), "utf-8"
        )
        put_absence(
            served.waiting,
            [row("1", BO, "05-03-2026"), row("2", JULIANE, "06-03-2026"), row("3", f"{LARS}0", "06-03-2026")],
        )
        yield served


class TestSchool(ConnectorSuite):
    fact_kinds = frozenset({"person", "relation", "enrolment", "absence"})
    can_start_over = False

    @pytest.fixture
    def subject(self, drop: Drop) -> Iterator[Subject]:
        clock, proxy = FixedClock(NOW), CuttingProxy(drop.port)

        def connector(**other: object) -> SchoolConnector:
            settings = SchoolSettings.model_validate(drop.settings(port=proxy.port, **other))
            return SchoolConnector("school", settings, clock=clock.now)

        def break_with(fault: Fault) -> None:
            match fault:
                case Fault.DOWN | Fault.THROTTLED:
                    proxy.cut_after = 0
                case Fault.CUT_OFF:
                    proxy.cut_after = 3_000
                case Fault.HTML | Fault.OTHER_JSON | Fault.SERVER_ERROR:
                    proxy.answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Log ind</html>\r\n"
                case Fault.FORBIDDEN:
                    drop.waiting.rename(drop.root / "elsewhere")

        yield Subject(
            connector=connector(),
            with_wrong_secret=connector(private_key=private(drop.keys.foreign)),
            secrets=(private(drop.keys.own), private(drop.keys.foreign), public(drop.keys.own)),
            numbers=frozenset({BO, LARS, JULIANE, KIRSTEN}),
            break_with=break_with,
        )
        proxy.close()
