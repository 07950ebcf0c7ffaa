"""The table of failure modes names tests that exist, for every mode and every source."""

import re

from hub.inbox.refusals import REFUSALS
from hub.web.shell.rejection_texts import REJECTION
from hub.web.sources.texts import ADVICE
from tests.house.test_documented_names import ROOT

PAGE = ROOT / "docs" / "failure-modes.md"
MODES = 18
_NAMED = re.compile(r"`(test_\w+)::(test_\w+)`")


def test_every_test_that_the_table_names_exists() -> None:
    named = _NAMED.findall(PAGE.read_text(encoding="utf-8"))
    files = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    missing = [f"{file}::{test}" for file, test in named if f"def {test}(" not in files.get(file, "")]
    assert named
    assert missing == []


def test_what_the_page_quotes_is_what_is_said() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("## Bad input")[2]
    said = [*ADVICE.values(), *(words for pair in REJECTION.values() for words in pair)]
    said += [advice for _, advice in REFUSALS.values()]
    quoted = re.findall(r'"([^"]{20,})"', page)
    assert quoted
    assert [words for words in quoted if not any(words in text for text in said)] == ["certificate has expired"]
    rules = re.findall(r"· ((?:filen|linjen|sættet) [^|·]+?) (?:\||·)", page)
    assert [rule for rule in rules if rule not in {words for words, _ in REJECTION.values()}] == []


def test_every_mode_has_a_test_or_a_reason_for_every_source() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d+ \|", line)]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [row[0] for row in cells] == [str(number) for number in range(1, MODES + 1)]
    assert [row for row in cells if not all(_NAMED.search(cell) or cell.startswith("– (") for cell in row[2:])] == []


def test_the_table_names_every_test_of_a_failure_mode() -> None:
    page = PAGE.read_text(encoding="utf-8")
    tests = [
        f"`{path.stem}::{name}`"
        for path in (ROOT / "tests" / "hub").glob("test_failure_modes_*.py")
        for name in re.findall(r"^def (test_mode_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert [test for test in tests if test not in page] == []
