"""A page as it stands on paper, from its HTML: what the print style hides is left out, and dates are those for paper.

That a browser prints it so is held by ``tests/web/test_paper_and_phone.py``; here it is what the words say.
"""

import re
from collections.abc import Iterator
from datetime import date

from tests.truth.facts import Fact
from tests.truth.markup import DAY, Node, is_said, parsed

HIDDEN = frozenset(
    {"bar", "why", "foot", "skip", "known", "filters", "views", "way", "src-link", "on-screen", "sr", "pop", "lanes"}
)
HIDDEN_SECTIONS = frozenset({"since", "seen"})
NEAR = re.compile(r"\b(?:i dag|i går|i nat|i morgen|lige nu|for \d+ \w+ siden|om \d+ dage|gammel)\b")


def read_paper(html: str, today: date) -> Iterator[Fact]:
    """What is wrong with the dates on paper: near words, no year, another day than the machine form of the time."""
    main = parsed(html).first("body")
    for node in main.all("time"):
        paper, machine = node.attributes.get("data-paper"), node.attributes["datetime"]
        if paper and not is_said(paper, machine, today):
            yield Fact("paper.words", machine, paper)
    words = re.sub(r"\s+", " ", "".join(_words(main)))
    for found in NEAR.finditer(words):
        yield Fact("paper.near", "", words[max(0, found.start() - 40) : found.end()])
    for found in DAY.finditer(words):
        if found.group(3) is None:
            yield Fact("paper.year", "", words[max(0, found.start() - 40) : found.end() + 10])


def _words(node: Node) -> Iterator[str]:
    if HIDDEN & set(node.classes) or node.attributes.get("aria-labelledby") in HIDDEN_SECTIONS:
        return
    if node.tag in {"script", "summary", "title"}:
        return
    if paper := node.attributes.get("data-paper"):
        yield f" {paper} "
        return
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from (" ", *_words(child), " ")
