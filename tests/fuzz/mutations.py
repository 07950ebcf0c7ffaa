"""Payloads with one value replaced by a nasty one. Seeded: the same seed gives the same payloads."""

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

RAW = {"@raw:5000 digits@": "9" * 5_000, "@raw:deep@": "[" * 2_000 + "]" * 2_000, "@raw:1e999@": "1e999"}
"""What ``json.dumps`` cannot write; ``render`` puts it in."""
NASTY: dict[str, object] = {
    "null": None,
    "empty text": "",
    "blank": " \u00a0\u200b",
    "lone surrogate": "a\ud83d",
    "low surrogate": "\udc00b",
    "NUL": "a\x00b",
    "control characters": "a\x07\x1b[31m\x7f\x85",
    "right to left": "\u202eajaM\u202c",
    "zero width": "M\u200baja\ufeff\u00ad",
    "decomposed": "A\u030ase",
    "line separators": "a\u2028b\u2029c\r\nd",
    "long text": "x" * 20_000,
    "many accents": "a" + "\u0301" * 5_000,
    "number": 7,
    "negative": -1,
    "fraction": 0.5,
    "beyond 64 bits": 2**64,
    "digits beyond 64 bits": "20230911080000123456",
    "5000 digits": "@raw:5000 digits@",
    "5000 digits as text": "9" * 5_000,
    "infinite": "@raw:1e999@",
    "true": True,
    "list": [],
    "list of null": [None],
    "object": {},
    "nested object": {"a": {"b": [{"c": None}]}},
    "deep": "@raw:deep@",
    "least date": "0001-01-01T00:00:00Z",
    "least date here": "0001-01-01T00:00:00+01:00",
    "greatest date": "9999-12-31T23:59:59.9999999",
    "zero date": "1900-01-01T00:00:00",
    "far future": "2199-12-31T00:00:00Z",
    "no date": "2023-02-30",
    "other digits": "\u0662\u0660\u0662\u0663-01-01",
    "markup": "<script>alert(1)</script>",
    "path": "../../etc/passwd?x=1#y",
}
TEXTS = {
    name: value
    for name, value in NASTY.items()
    if isinstance(value, str)
    and not value.startswith("@raw")
    and not any("\ud800" <= sign <= "\udfff" for sign in value)
}
"""What a text file can hold, whatever it means there."""
CELLS = TEXTS | {
    "separators": "a;b¤c",
    "quote": '"',
    "opening quote": '"a',
    "quote inside": 'a"b',
    "escaped quote": '\\"',
    "carriage return": "a\rb",
    "number": "7",
    "negative": "-1",
    "exponent": "1e999",
    "not a number": "nan",
    "national number": "6212159995",
}
XML_TEXTS = {name: text for name, text in CELLS.items() if not any(sign < " " for sign in text)} | {"line end": "a\nb"}
"""What XML can hold; a document with anything else is none."""
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutation:
    """One payload, and what was done to it."""

    kind: str
    payload: Any
    path: Path
    nasty: str

    def __str__(self) -> str:
        return f"{self.kind} {'.'.join(map(str, self.path)) or '(whole)'}: {self.nasty}"


def mutations(kind: str, valid: Any, count: int, seed: int) -> Iterator[Mutation]:
    """So many mutations of one valid payload, or every one if there are fewer; each under an id of its own."""
    for number, (path, name) in enumerate(islice(_combinations(list(paths(valid)), seed), count)):
        payload = copy.deepcopy(valid)
        if "id" in payload:
            payload["id"] = f"m-{number}" if isinstance(payload["id"], str) else 10_000 * (seed + 1) + number
        yield Mutation(kind, replaced(payload, path, NASTY[name]), path, name)


def _combinations(every: Sequence[Path], seed: int) -> Iterator[tuple[Path, str]]:
    """Each path with each nasty value: every path once before any comes again."""
    chance = Random(seed)  # noqa: S311  a seed, no secret
    orders = [chance.sample(list(NASTY), len(NASTY)) for _ in every]
    for turn in range(len(NASTY)):
        yield from ((path, order[turn]) for path, order in zip(every, orders, strict=True))


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every path in a payload, the whole included."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from paths(below, (*at, key))


def replaced(payload: Any, path: Path, value: object) -> Any:
    """The payload with another value at *path*."""
    if not path:
        return value
    holder = payload
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = copy.deepcopy(value)
    return payload


def render(body: object) -> str:
    """The body as JSON text, raw pieces included."""
    text = json.dumps(body)
    for marker, raw in RAW.items():
        text = text.replace(f'"{marker}"', raw)
    return text


def mutated_xml(valid: str, of_each: int, seed: int) -> Iterator[str]:
    """The element with each element and attribute in it missing, and replaced by so many of ``XML_TEXTS``."""
    chance = Random(seed)  # noqa: S311  a seed, no secret
    root = ET.fromstring(valid)  # noqa: S314  our own
    for element in root.iter():
        before, inner = element.text, list(element)
        for text in chance.sample(list(XML_TEXTS.values()), of_each):
            element.text = text
            yield ET.tostring(root, encoding="unicode")
        element.text = before
        for name, value in list(element.attrib.items()):
            for text in chance.sample(list(XML_TEXTS.values()), of_each):
                element.set(name, text)
                yield ET.tostring(root, encoding="unicode")
            element.set(name, value)
        for at, child in enumerate(inner):
            element.remove(child)
            yield ET.tostring(root, encoding="unicode")
            element.insert(at, child)
