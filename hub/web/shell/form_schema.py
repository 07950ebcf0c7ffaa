"""What was typed in a form becomes a schema, or a sentence about what cannot be read. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from pydantic import ValidationError

from schemas.base import Schema

T = TypeVar("T", bound=Schema)


def read_schema(
    schema: type[T], values: Mapping[str, object], fault: str, fields: Mapping[str, str] | None = None
) -> T | str:
    """The schema of these values, or what must be corrected.

    Args:
        schema: what the form becomes.
        values: its fields, as they were typed.
        fault: what is said of a field without a sentence of its own.
        fields: a sentence for each field that may be left out or have no such value.
    """
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        named = [str(part) for each in error.errors() for part in each["loc"][-1:]]
        return " ".join(dict.fromkeys((fields or {}).get(name, fault) for name in named))


def read_day(text: str) -> date | str | None:
    """A day as a form sends it; what is none stays as it was typed, and is refused."""
    stripped = text.strip()
    if not stripped:
        return None
    try:
        return date.fromisoformat(stripped)
    except ValueError:
        return stripped
