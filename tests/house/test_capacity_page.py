"""The capacity page adds up: what it says of 100,000, a million and six million citizens follows from one citizen."""

import re
from pathlib import Path

import pytest

from hub.settings import Settings
from tests.bench.weight import STORES

PAGE = Path(__file__).parents[2] / "docs/capacity.md"
SIZES = (100_000, 1_000_000, 6_000_000)
UNITS = {"GB": 1e9, "TB": 1e12, "h": 3600.0}


def rows() -> dict[str, list[str]]:
    """The cells of each row of the table by citizen, by what they are about."""
    table = PAGE.read_text(encoding="utf-8").split("<!-- by citizen -->")[1].split("\n\n")[0]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()[2:])
    return {name: values for name, *values in cells}


def amount(cell: str) -> float:
    """A cell as bytes or seconds."""
    parts = re.fullmatch(r"([0-9.,]+) (GB|TB|h)", cell)
    assert parts is not None, cell
    number, unit = parts.groups()
    return float(number.replace(",", "")) * UNITS[unit]


@pytest.mark.parametrize("name", list(rows()))
def test_what_many_citizens_need_follows_from_one(name: str) -> None:
    one, *many = rows()[name]
    number = float(one.split()[0].replace(",", ""))
    factor = 1e-3 if one.endswith(" ms") else 1.0
    for size, cell in zip(SIZES, many, strict=True):
        assert amount(cell) == pytest.approx(number * factor * size, rel=0.06), f"{name}: {cell}"


def test_every_store_that_is_weighed_is_on_the_page() -> None:
    assert set(STORES) <= {name.removeprefix("PostgreSQL: ") for name in rows()}


def test_the_settings_it_names_are_as_it_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    fields = Settings.model_fields
    for name, value in re.findall(r"`HELHED_([A-Z_]+)` \((\d+)\)", page):
        assert fields[name.lower()].default == int(value), name
    assert "`HELHED_BUS_PARTITIONS`" in page
