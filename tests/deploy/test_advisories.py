"""What is installed has no known weakness; a registry that does not answer makes nothing clean."""

import json
from datetime import date

import pytest

from deploy import advisories
from deploy.advisories import LOCKS, Answer, ask_pages, ask_python, read_pages, read_python

TODAY = date(2026, 11, 27)
WEAK = {
    "name": "starlette",
    "version": "0.36.0",
    "vulns": [{"id": "PYSEC-2024-38", "aliases": ["CVE-2024-24762"], "fix_versions": ["0.36.2"]}],
}
SILENT = {"name": "typer", "skip_reason": "Dependency not found on PyPI and could not be audited: typer (0.29.2)"}


def _held(answer: Answer) -> None:
    assert not answer.weak, "\n".join(answer.weak)
    if answer.silent:
        pytest.skip(
            f"THE REGISTRY DID NOT ANSWER of {len(answer.silent)} of {answer.asked} packages; run make advisories"
        )
    assert answer.asked


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_known_is_wrong_with_what_we_install(lock: str) -> None:
    _held(ask_python(lock, TODAY))


def test_nothing_known_is_wrong_with_what_pages_use() -> None:
    _held(ask_pages(TODAY))


def test_a_package_that_was_not_answered_is_named_and_does_not_count_as_clean() -> None:
    answer = read_python(json.dumps({"dependencies": [WEAK, SILENT], "fixes": []}), TODAY)
    assert answer.weak == ("starlette 0.36.0: PYSEC-2024-38, mended in 0.36.2",)
    assert answer.silent == ("typer",)
    assert read_pages('{"error": {"code": "ENOAUDIT"}}', TODAY).silent


def test_an_accepted_weakness_counts_again_after_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advisories, "ACCEPTED", {"CVE-2024-24762": (TODAY, "we parse no such form")})
    document = json.dumps({"dependencies": [WEAK]})
    assert not read_python(document, TODAY).weak
    assert read_python(document, date(2026, 11, 28)).weak


def test_a_weakness_of_a_page_asset_is_told_with_its_advisory() -> None:
    cause = {"url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc", "range": "<2.0.1"}
    package = {"via": [cause, "another"]}
    document = {"vulnerabilities": {"htmx.org": package}, "metadata": {"dependencies": {"total": 3}}}
    answer = read_pages(json.dumps(document), TODAY)
    assert answer.weak == ("htmx.org: https://github.com/advisories/GHSA-aaaa-bbbb-cccc, <2.0.1 is weak",)
    assert not answer.silent
