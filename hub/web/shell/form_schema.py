"""What was typed in a form becomes a schema, or a sentence about what cannot be read. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from pydantic import ValidationError

from schemas.base import Schema

T = TypeVar("T", bound=Schema)


def read_schema(schema: type[T], values: Mapping[str, object], fault: str) -> T | str:
    """The schema of these values; *fault* where they are none."""
    try:
        return schema.model_validate(values)
    except ValidationError:
        return fault


def read_day(text: str) -> date | str | None:
    """A day as a form sends it; what is none stays as it was typed, and is refused."""
    stripped = text.strip()
    if not stripped:
        return None
    try:
        return date.fromisoformat(stripped)
    except ValueError:
        return stripped
