"""A preview has a Danish word for every field of the common schema."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel

from hub.web.connect.present import landed_word
from hub.web.connect.texts import LANDED_KIND, LANDED_OTHER, LANDED_VALUE
from schemas.facts import Fact


def paths(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, info in model.model_fields.items():
        inner = [part for part in parts_of(info.annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
        for part in inner:
            yield from paths(part, f"{before}{name}.")
        if not inner and name != "kind":
            yield f"{before}{name}"


def parts_of(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from parts_of(part)


def test_every_word_of_the_common_schema_has_its_danish_in_a_preview() -> None:
    facts = {part for part in parts_of(Fact) if isinstance(part, type) and issubclass(part, BaseModel)}
    kinds = {str(get_args(fact.model_fields["kind"].annotation)[0]) for fact in facts if "kind" in fact.model_fields}
    assert kinds <= LANDED_KIND.keys()
    models, words = set(facts), set[str]()
    while models:
        for field in models.pop().model_fields.values():
            for part in parts_of(field.annotation):
                if isinstance(part, type) and issubclass(part, BaseModel) and part not in facts:
                    facts.add(part)
                    models.add(part)
                elif isinstance(part, type) and issubclass(part, Enum):
                    words |= {str(word) for word in part}
    assert len(words) > 20
    assert words <= LANDED_VALUE.keys()


def test_every_field_of_the_common_schema_has_a_word_in_a_preview() -> None:
    facts = [part for part in parts_of(Fact) if isinstance(part, type) and issubclass(part, BaseModel)]
    assert len(facts) > 5
    wordless = {path for fact in facts for path in paths(fact) if landed_word(path) == LANDED_OTHER}
    assert wordless == set()
