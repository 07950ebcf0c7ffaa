"""The guides show what they explain: each question of Tilsyn has its section and its picture."""

import re
from pathlib import Path

from hub.web.oversight.texts import QUESTIONS

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs/brug"
PICTURES = ROOT / "docs/pictures"
LARGEST, LARGEST_TOGETHER = 400_000, 6_000_000
"""Bytes of a PNG, and of all."""
_PICTURE = re.compile(r"!\[[^\]]+\]\(([^)]+\.(?:png|jpe?g))\)")


def test_each_question_has_a_section_with_its_picture() -> None:
    guide = (GUIDES / "tilsyn.md").read_text(encoding="utf-8")
    sections = guide.split("\n### ")
    for number, question in enumerate(QUESTIONS, 1):
        section = next((each for each in sections if each.startswith(f"{number}. {question.text}\n")), "")
        assert f"](../pictures/tilsyn/{number:02}.png)" in section, question.text
        assert question.answers, question.text


def test_every_picture_of_a_guide_is_there_and_no_other() -> None:
    shown = {
        (guide.parent / name).resolve()
        for guide in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
        for name in _PICTURE.findall(guide.read_text(encoding="utf-8"))
    }
    stored = {path for path in PICTURES.rglob("*") if path.is_file()}
    assert {path for path in shown if path.is_relative_to(PICTURES)} == stored


def test_pictures_are_small() -> None:
    sizes = [path.stat().st_size for path in PICTURES.rglob("*.png")]
    assert max(sizes) <= LARGEST
    assert sum(sizes) <= LARGEST_TOGETHER
