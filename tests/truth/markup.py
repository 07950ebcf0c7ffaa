"""A page as a small tree, and its Danish dates as days. Standard library only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "line", "rect", "path"})
MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
DAY = re.compile(r"(\d{1,2})\. (jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec)[a-z]*\.?(?: (\d{4}))?")
CLOCK = r"\d{2}\.\d{2}"
AGE = re.compile(r"for (\d+) (minut|time|dag|måned|år)(?:ter|er|e)? siden")
DAYS = {"minut": 0, "time": 0, "dag": 1, "måned": 30, "år": 365}


@dataclass
class Node:
    """An element."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def all(self, tag: str, css: str | None = None) -> "list[Node]":
        """Every element below of that tag, and of that class when one is given."""
        return [node for node in self._below if node.tag == tag and (css is None or css in node.classes)]

    def first(self, tag: str, css: str | None = None) -> "Node":
        """The first of them; an empty one when there is none."""
        return next(iter(self.all(tag, css)), Node("none"))

    def direct(self, tag: str) -> "list[Node]":
        """Children of that tag."""
        return [child for child in self.children if isinstance(child, Node) and child.tag == tag]

    @property
    def classes(self) -> list[str]:
        """Classes of the element."""
        return self.attributes.get("class", "").split()

    def text(self, *without: str) -> str:
        """The words, without those of some tags; white space collapsed."""
        words = re.sub(r"\s+", " ", "".join(self._words(set(without)))).strip()
        return re.sub(r"(\() | ([,.;:)])", r"\1\2", words)

    def _words(self, without: set[str]) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in without:
                yield from (
                    (" ", *child._words(without), " ") if child.tag not in {"strong", "mark"} else child._words(without)
                )

    @cached_property
    def _below(self) -> "list[Node]":
        """Nothing is added to a page that is read."""
        children = [child for child in self.children if isinstance(child, Node)]
        return [node for child in children for node in (child, *child._below)]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("root")
        self.path = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.path[-1].children.append(node)
        if tag not in VOID:
            self.path.append(node)

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self.path) - 1, 0, -1):
            if self.path[at].tag == tag:
                del self.path[at:]
                return

    def handle_data(self, data: str) -> None:
        self.path[-1].children.append(data)


@lru_cache(maxsize=8)
def parsed(html: str) -> Node:
    """The page as a tree; several read the pages of one citizen."""
    builder = _Builder()
    builder.feed(html)
    return builder.root


def day_of(words: str, today: date) -> str:
    """The day that absolute or near words name, as ``2023-09-12``; the words themselves when they name none."""
    found = DAY.search(words)
    if found:
        day, month, year = found.groups()
        return date(int(year or today.year), MONTHS.index(month) + 1, int(day)).isoformat()
    if words.startswith(("i dag", "i nat", "lige nu")) or re.match(r"for \d+ (minut|time)", words):
        return today.isoformat()
    near = {"i går": -1, "i morgen": 1}
    moved = next((days for start, days in near.items() if words.startswith(start)), None)
    return words if moved is None else (today + timedelta(days=moved)).isoformat()


def is_said(words: str, iso: str, today: date) -> bool:
    """Whether the words of a ``<time>`` say the same day (and clock) as its machine form."""
    day = date.fromisoformat(iso[:10])
    age = AGE.fullmatch(words)
    if age:
        number, unit = int(age.group(1)), age.group(2)
        return (today - day).days // DAYS[unit] == number if DAYS[unit] else day == today
    clock = re.search(rf"({CLOCK})(?:\.\d{{2}})?$", words)
    if clock and "T" in iso and datetime.fromisoformat(iso).strftime("%H.%M") != clock.group(1):
        return False
    return day_of(words, today) == day.isoformat()
