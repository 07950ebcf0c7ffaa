"""Every published example of the national profiles: nothing crashes, nothing free enters, order does not matter."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sources.health.context import Run
from connectors.sources.health.folder import read_folder, read_folder_summary
from hub.clock import FixedClock

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = REPOSITORY.parent / "shared" / "data" / "fhir"
SILENT = {"Condition", "Observation", "QuestionnaireResponse", "DiagnosticReport", "DocumentReference", "Communication"}
pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the published FHIR examples are not beside the repository"
)


@pytest.fixture
def run(clock: FixedClock) -> Run:
    return Run(source="health", observed_at=clock.now())


def test_every_resource_is_mapped_left_out_or_parked(clock: FixedClock) -> None:
    counts = read_folder_summary(EXAMPLES, "health", clock.now)
    assert counts.total() == sum(1 for file in EXAMPLES.rglob("*.json") for _ in _resources(_content(file)))
    parked = {what: many for what, many in counts.items() if what[1].startswith("quarantined")}
    assert not parked


def test_the_documented_table_is_what_a_run_gives(clock: FixedClock) -> None:
    counts = read_folder_summary(EXAMPLES, "health", clock.now)
    rows = [f"| {kind} | {outcome} | {many} |" for (kind, outcome), many in sorted(counts.items())]
    documented = (REPOSITORY / "docs" / "connectors-health.md").read_text(encoding="utf-8")
    assert "\n".join(rows) in documented
    reasons = {outcome.removeprefix("skipped: ") for _, outcome in counts if outcome.startswith("skipped: ")}
    assert [reason for reason in reasons if f"| `{reason}` |" not in documented] == []


def test_no_words_of_observations_conditions_and_letters_enter(run: Run) -> None:
    dumped = " ".join(one.model_dump_json() for batch in read_folder(EXAMPLES, run) for one in batch.records)
    words = {text for file in EXAMPLES.rglob("*.json") for text in _free_text(_content(file))}
    assert len(words) > 50
    assert not [text for text in words if json.dumps(text, ensure_ascii=False)[1:-1] in dumped]


def test_translating_twice_gives_the_same(run: Run) -> None:
    first, second = list(read_folder(EXAMPLES, run)), list(read_folder(EXAMPLES, run))
    assert first == second


def test_the_order_of_files_does_not_change_the_set(run: Run, tmp_path: Path) -> None:
    files = sorted(EXAMPLES.rglob("*.json"))
    for number, file in enumerate(reversed(files)):
        (tmp_path / f"{number:04}.json").write_bytes(file.read_bytes())
    dumps = [
        {record.model_dump_json() for page in read_folder(folder, run) for record in page.records}
        for folder in (tmp_path, EXAMPLES)
    ]
    assert dumps[0] == dumps[1]


def _content(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _resources(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if content["resourceType"] != "Bundle":
        yield content
        return
    for entry in content.get("entry", []):
        yield from _resources(entry["resource"])


def _free_text(content: dict[str, Any]) -> Iterator[str]:
    for resource in _resources(content):
        if resource["resourceType"] in SILENT:
            for part in ("note", "valueString", "payload", "topic", "conclusion", "item", "description", "component"):
                yield from _long_texts(resource.get(part))
        yield from _long_texts(resource.get("note"))


def _long_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"system", "url", "reference", "extension", "contentType", "display"}:
                yield from _long_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _long_texts(inner)
    elif isinstance(value, str) and len(value) > 12:
        yield value
