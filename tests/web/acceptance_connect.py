"""From an empty installation to Maja's overview by the pages alone, with the processes that run in production.

``make acceptance`` runs it, for it takes a minute: ``helhed serve`` and ``helhed worker`` start on an empty database
without a sources file, the four fagsystemer are connected in a browser, each of them breaks, and each is mended on the
pages. How much work each part was stands in ``artefacts/acceptance.json``.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Event
from time import monotonic

import asyncssh
import httpx
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from pydantic import SecretStr
from sqlalchemy import URL, Connection

from deploy.sandbox.fagsystemer.process import Running, control, start
from deploy.sandbox.municipality.generate import generate
from deploy.seed import Seeding
from hub.context import AppContext
from hub.services import build_services
from hub.settings import Settings
from tests.conftest import fresh_database
from tests.web.chromium import MARKS, PICTURES, ROOT
from tests.web.connecting import (
    Hand,
    fill_employment,
    fill_health,
    fill_school,
    fill_social,
    log_in,
    looked_at,
)

pytestmark = MARKS
CITIZENS = 40
MAJA = 1
WAIT = 120
"""Seconds until something has happened on a busy machine."""
NOT_YET = ("ved at blive indlæst", "ikke læst til ende")
"""What a page says of a source of which not all is here yet."""


@dataclass
class Installation:
    """Real processes on an empty database, and a municipality whose fagsystemer wait to be connected."""

    address: str
    context: AppContext
    running: Running
    seeding: Seeding


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, administrator: Connection, template: URL
) -> Iterator[Installation]:
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(administrator, template)).render_as_string(hide_password=False)
        running = stack.enter_context(start(citizens=CITIZENS, seed=7, today=date.today()))  # noqa: DTZ011  as served
        folder = tmp_path_factory.mktemp("installation")
        port = free_port()
        settings = {
            "HELHED_DEMO": "true",  # who logs in is chosen from a list
            "HELHED_DATABASE_URL": url,
            "HELHED_DATA_DIR": str(folder),
            "HELHED_SECURE_COOKIES": "false",
            "HELHED_SESSION_KEY": "77" * 32,
            "HELHED_MUNICIPALITY": "Egelund Kommune",
            "HELHED_PORT": str(port),
        }
        serve = stack.enter_context(process("serve", settings, folder))
        stack.enter_context(process("worker", settings, folder))
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(address) or serve.poll() is not None, "the web server did not start")
        own = Settings(demo=True, database_url=SecretStr(url), data_dir=folder, session_key=SecretStr("77" * 32))
        context = build_services(own)
        stack.callback(context.close)
        seeding = Seeding(context)
        seeding.staff()  # the municipality's employees; in production their login brings them
        yield Installation(address, context, running, seeding)


@contextmanager
def process(command: str, settings: dict[str, str], folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """``helhed COMMAND`` in a process of its own, which ends in order."""
    with (
        (folder / f"{command}.log").open("wb") as said,
        subprocess.Popen(
            [sys.executable, "-m", "hub.cli", command],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=said,
            stderr=subprocess.STDOUT,
        ) as started,
    ):
        yield started
        started.send_signal(signal.SIGTERM)
        assert started.wait(60) in {0, 130}, (folder / f"{command}.log").read_text()[-2000:]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/log-ind").is_success
    except httpx.TransportError:
        return False


def wait_until(condition: Callable[[], bool], otherwise: str) -> None:
    end = monotonic() + WAIT
    while not condition():
        assert monotonic() < end, otherwise
        Event().wait(0.2)


def wait_for(page: Page, address: str, text: str) -> None:
    """Look at the page until it says so."""

    def says_so() -> bool:
        page.goto(address)
        return text in page.locator("body").inner_text()

    wait_until(says_so, f"{address} does not say: {text}")


def read_now(hand: Hand, name: str, text: str) -> None:
    """Press the button for a run, and wait until the page of the source says what came of it."""
    hand.page.goto(f"/kilder/{name}")
    hand.press("Læs kilden nu")
    wait_for(hand.page, f"/kilder/{name}", text)


def is_well(hand: Hand, name: str) -> None:
    """Read it once more: its page says that all is well, and nothing waits in quarantine."""
    wait_for(hand.page, f"/kilder/{name}", ": frisk")
    wait_for(hand.page, "/karantaene", "Alt kunne læses")


def test_connected_broken_and_mended_by_the_pages_alone(chromium: Chromium, installation: Installation) -> None:
    PICTURES.mkdir(exist_ok=True)
    running, begun = installation.running, monotonic()
    hand = Hand(log_in(chromium, installation.address, "tine.skov"))
    expect(hand.page.get_by_text("Ingen kilder er tilsluttet endnu")).to_be_visible()
    names = []
    forms = {"odata": fill_social, "fhir": fill_health, "files": fill_school, "star": fill_employment}
    for kind, fill in forms.items():
        hand.choose_kind(kind)
        fill(hand, running)
        names.append(hand.go_through())
    assert names == ["social", "health", "school", "employment"]
    figures = {"connect": effort_of(hand, begun)}
    assert hand.clicks <= 40

    def is_all_there() -> bool:
        installation.seeding.what_is_there()
        return installation.seeding.is_done() and installation.seeding.citizens() >= running.citizens

    wait_until(is_all_there, "not all citizens arrived")
    anna = log_in(chromium, installation.address, "anna.holm")
    wait_until(lambda: is_read_through(overview_of_maja(anna)), "a source is still being loaded")
    see_maja(anna)
    figures["complete"] = {"seconds": round(monotonic() - begun)}
    for mend in (mend_password, mend_right, mend_host_key, mend_column):
        hand.clicks = hand.fields = 0
        begun = monotonic()
        mend(hand, installation)
        figures[mend.__name__] = effort_of(hand, begun)
        assert hand.clicks <= 4
    see_maja(anna)
    (PICTURES / "acceptance.json").write_text(json.dumps(figures, indent=1))


def effort_of(hand: Hand, begun: float) -> dict[str, int]:
    return {"clicks": hand.clicks, "fields": hand.fields, "seconds": round(monotonic() - begun)}


def overview_of_maja(anna: Page) -> str:
    anna.goto("/mine-borgere")
    anna.get_by_role("link", name="Maja Testborger").first.click()
    anna.wait_for_url("**/overblik/*")
    return anna.content()


def is_read_through(content: str) -> bool:
    return not any(words in content for words in NOT_YET)


def see_maja(anna: Page) -> None:
    """Her overview holds what the sources know of her and Anna may see, and says of no area that it is missing."""
    content = overview_of_maja(anna)
    truth = generate(CITIZENS, 7, date.today())  # noqa: DTZ011  as served
    told = [effort.title for effort in truth.efforts if effort.person == MAJA and effort.area != "health"]
    assert told
    assert not [title for title in told if title not in content]
    assert "underretninger fra 6 afsendere siden 2015" in content
    assert "ikke dækket her" not in content
    assert "ikke læst igennem" not in content


def mend_password(hand: Hand, installation: Installation) -> None:
    """Health has given the client another secret."""
    control(installation.running, "POST", "faults/health", {"kind": "new_secret"})
    read_now(hand, "health", "Kilden lukker os ikke ind")
    looked_at(hand.page, "broken-password")
    hand.click(hand.page.get_by_role("link", name="Indstillinger"))
    hand.write_field("client_secret", f"{installation.running.client_secret}-2")
    hand.press("Gem ændringerne")
    is_well(hand, "health")


def mend_right(hand: Hand, installation: Installation) -> None:
    """The job centre no longer lets us look anything up; then it does again."""
    control(installation.running, "POST", "faults/employment", {"kind": "forbidden", "times": 1000})
    read_now(hand, "employment", "retten")
    looked_at(hand.page, "broken-right")
    control(installation.running, "DELETE", "faults/employment")
    hand.press("Læs kilden nu")
    is_well(hand, "employment")


def mend_host_key(hand: Hand, installation: Installation) -> None:
    """The schools' server shows another key."""
    running = installation.running
    control(running, "POST", "faults/school", {"kind": "wrong_host_key"})
    read_now(hand, "school", "Filserveren viser en anden nøgle")
    looked_at(hand.page, "broken-host-key")
    hand.click(hand.page.get_by_role("link", name="Indstillinger"))
    hand.upload("host_key", host_key(running))
    hand.press("Gem ændringerne")
    is_well(hand, "school")


def mend_column(hand: Hand, installation: Installation) -> None:
    """The social system calls a column something else, and then what it was called before."""
    fault = {"kind": "moved_column", "column": "primaerPerson", "path": "/odata/Sag", "times": 1000}
    control(installation.running, "POST", "faults/social", fault)
    read_now(hand, "social", "kunne ikke læses")
    looked_at(hand.page, "broken-column")
    hand.click(hand.page.get_by_role("link", name="Karantæne", exact=True).first)
    expect(hand.page.get_by_text("primaerPerson").first).to_be_visible()
    looked_at(hand.page, "broken-column-quarantine")
    control(installation.running, "DELETE", "faults/social")
    read_now(hand, "social", ": frisk")
    is_well(hand, "social")


def host_key(running: Running) -> str:
    """What the people who run the server say on the telephone."""

    async def asked() -> str:
        key = await asyncssh.get_server_host_key(running.sftp_host, running.sftp_port)
        assert key is not None
        return key.export_public_key().decode().strip()

    with ThreadPoolExecutor(1) as beside:  # the browser's own loop runs in this thread
        return beside.submit(asyncio.run, asked()).result()
