"""The demo as its user meets it: two live simulated sources, a login, the Maja family, a line for every look-up."""

import html
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import httpx
import pytest

from deploy.sandbox.municipality.generate import generate
from deploy.sandbox.municipality.staff import staff

pytestmark = pytest.mark.xdist_group("demo")

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = ["-m", "deploy.demo", "--citizens", "60", "--port", "0"]
OWN_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER = re.compile(r"(?<![\w.])(?!9{6}-?9{4})\d{6}-?\d{4}(?!\w)")
"""A national number; of one that is masked, every digit is a 9."""
PAGES_CRAWLED = 400
"""Runs come by the hundred; the newest of them look like the others."""
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The address of a running demo of 60 people, everything loaded; ended by its own process id."""
    command = [sys.executable, *ARGUMENTS]
    environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = None
        for line in process.stdout:
            found = ADDRESS.search(line)
            address = found.group() if found else address
            if "All are in" in line:
                break
        assert address is not None, "the demo ended before it was usable"
        yield address
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait(30) == 0


@pytest.fixture
def anna(demo: str) -> Iterator[httpx.Client]:
    """Anna Holm, logged in."""
    with log_in(demo, "anna.holm") as client:
        yield client


def test_make_demo_is_what_is_tested_here() -> None:
    told = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "demo", "CITIZENS=60", "PORT=0"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines()[-1].split()[1:] == ARGUMENTS


@contextmanager
def log_in(demo: str, who: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=demo, follow_redirects=True, timeout=30) as client:
        token = re.search(r'name="csrf" value="([^"]+)"', client.get("/log-ind").text)
        assert token is not None
        answer = client.post("/log-ind", data={"csrf": token.group(1), "person": who})
        assert answer.is_success, answer.text[:500]
        yield client


def open_maja(client: httpx.Client) -> httpx.Response:
    mine = client.get("/mine-borgere").text
    link = re.search(r'href="(/overblik/[0-9a-f-]{36})"[^>]*>(?:<strong>)?Maja Testborger', mine)
    assert link is not None
    return client.get(link.group(1))


def test_maja_and_her_family_in_two_clicks(anna: httpx.Client) -> None:
    page = open_maja(anna)
    assert page.status_code == 200
    assert "8 underretninger fra 6 afsendere siden 2015" in page.text
    assert "Efter 2 af dem fulgte en indsats" in page.text
    for said in ("Kontrolgruppen", "PPR", "Politiet", "Egen læge", "Jobcentret", "Lene Friis", "44 77 30 02"):
        assert said in page.text
    now = page.text.partition('id="now"')[2].partition("</section>")[0]
    for area in ("employment", "school", "social", "health"):
        rows = re.findall(rf'<li class="effort (?:contact )?{area}">.*?</li>', now, re.DOTALL)
        assert rows, area
        assert all("læst" in row for row in rows), "each row tells its source and age"
    assert 'class="effort gap' not in now, "four areas with what runs"
    assert "FORTROLIGT" not in page.text


def test_every_opened_citizen_leaves_one_line(demo: str, anna: httpx.Client) -> None:
    page = open_maja(anna)
    citizen = page.url.path.rsplit("/", 1)[-1]
    with log_in(demo, "jens.dam") as dpo:
        before = lines_about(dpo, citizen)
        open_maja(anna)
        after = lines_about(dpo, citizen)
    assert after[1] == before[0], "one line more; older ones are on the pages that follow"
    assert (after[0]["actor_id"], after[0]["outcome"], after[0]["basis"]) == ("anna.holm", "shown", "team")


def lines_about(dpo: httpx.Client, citizen: str) -> list[dict[str, Any]]:
    lines = dpo.get("/api/tilsyn", params={"citizen_id": citizen}).json()
    return [line["entry"] for line in lines if line["entry"]["action"] == "open_overview"]


def test_no_national_number_stands_in_an_address(anna: httpx.Client) -> None:
    # Our own keys are random: one may hold ten digits in a row, and says nothing of anybody.
    told = OWN_KEY.sub("", open_maja(anna).text)
    assert not re.search(r'(href|action)="[^"]*\d{6}-?\d{4}', told)


def test_no_page_and_no_answer_of_an_administrator_tells_anything_of_a_citizen(demo: str) -> None:
    """Every page that a link leads to, every answer of the API, against every citizen of the made-up municipality."""
    truth = generate(60, 7, date(2023, 9, 12))
    personal = {person.cpr for person in truth.people} | {goal.text for goal in truth.goals}
    personal |= {f"{person.given} {person.family}" for person in truth.people}
    personal |= {person.street for person in truth.people}
    employees = {employee.name for employee in staff().employees}
    with log_in(demo, "tine.skov") as administrator:
        try_every_source(administrator)
        told = {address: answer.text for address, answer in crawl(administrator).items()}
    reached = {OWN_KEY.sub("ID", re.sub(r"\d+", "N", address)) for address in told}
    assert {"/kilder", "/kilder/social", "/kilder/social/koersler/N", "/kilder/social/indstillinger"} <= reached
    assert {
        "/beskeder",
        "/tilbageholdt",
        "/karantaene",
        "/api/kilder",
        "/identitet",
        "/indeks",
        "/medarbejdere",
    } <= reached
    assert {"/kilder/ny", "/kilder/nexus/opsaetning", "/kilder/nexus/opsaetning/felter"} <= reached
    for name in ("social", "health", "school", "employment"):
        assert "preview-row" in told[f"/kilder/{name}/opsaetning/proeve"], name
        assert "check-steps" in told[f"/kilder/{name}/opsaetning/tjek"], name
    for address, text in told.items():
        compact = html.unescape(text).replace("-", "")
        # Somebody who works for the municipality may be its citizen, too; as an employee they are listed by name.
        listed = employees if address.startswith("/medarbejdere") else set()
        found = [words for words in personal - listed if words.replace("-", "") in compact]
        assert not found, f"{address} tells {len(found)} of it"
        assert "FORTROLIGT" not in text, address
        assert not NUMBER.search(OWN_KEY.sub("", html.unescape(text))), address


def try_every_source(client: httpx.Client) -> None:
    """Check each source, fetch its preview of real rows, and begin the set-up of another."""
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/kilder/ny").text)
    assert token is not None
    form = {"csrf": token.group(1)}
    assert client.post("/kilder/ny", data=form | {"kind": "nexus"}).is_success
    for name in ("social", "health", "school", "employment"):
        for step, part in (("tjek", "trin"), ("proeve", "linjer")):
            address = f"/kilder/{name}/opsaetning/{step}"
            assert client.post(address, data=form).url.path == address, "the demo's field lists are approved"
            end = monotonic() + 60
            while "hx-trigger" in client.get(f"{address}/{part}").text:
                assert monotonic() < end, address
                Event().wait(0.2)


def crawl(client: httpx.Client) -> dict[str, httpx.Response]:
    """Every answer that links lead to from the first page, and those of the API that take nothing but a source."""
    sources = [source["source"]["name"] for source in client.get("/api/kilder").json()]
    waiting = ["/", "/api/mig", "/api/kilder", "/api/tilbageholdt", "/api/karantaene"]
    answers: dict[str, httpx.Response] = {}
    waiting += [address.format(name=name) for name in sources for address in ("/kilder/{name}", "/kilder/{name}/fjern")]
    waiting += [f"/api/kilder/{name}/{end}" for name in sources for end in ("koersler", "aendringer")]
    waiting += [f"/kilder/{name}/opsaetning/{step}" for name in sources for step in ("tjek", "felter", "proeve")]
    waiting += [f"/api/kilder/{name}/opsaetning/{end}" for name in sources for end in ("felter", "proeve")]
    waiting += ["/api/beskeder"]
    while waiting:
        address = waiting.pop()
        if address in answers or len(answers) >= PAGES_CRAWLED:
            continue
        answer = client.get(address)
        assert answer.status_code in {200, 403, 404}, f"{address}: {answer.status_code}"
        answers[address] = answer
        links = re.findall(r'(?:href|hx-get)="(/[^"#]*)"', answer.text)
        waiting += [html.unescape(link) for link in links if not link.startswith("/static/")]
    return answers
