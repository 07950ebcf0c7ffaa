"""What people type after ``helhed source``: settings, secrets that never stand on the command line, reasons."""

import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue, TypeAdapter, ValidationError

from hub.errors import InvalidSetting
from hub.sources.schedule import Schedule
from hub.sources.secret_fields import is_secret
from hub.sources.validation import fault_text

_JSON = TypeAdapter[JsonValue](JsonValue)


def _checked_reason(reason: str) -> str:
    # A command loads only what it needs.
    from hub.access.policy import SHORTEST_REASON, is_reason  # noqa: PLC0415
    from hub.access.redaction import redact_identifiers  # noqa: PLC0415

    if not is_reason(reason):
        raise typer.BadParameter(
            f"in words, at least {SHORTEST_REASON} characters: it stands on the page and in the log"
        )
    return redact_identifiers(reason.strip())


def without_numbers(text: str | None) -> str | None:
    """What somebody typed, with national numbers hidden."""
    from hub.access.redaction import redact_identifiers  # noqa: PLC0415  as above

    return None if text is None else redact_identifiers(text)


Reason = Annotated[str, typer.Option(help="Why, in Danish; at least 10 characters.", callback=_checked_reason)]
SeenVersion = Annotated[
    int | None, typer.Option("--version", help="As helhed source show tells it: change nothing if it is another now.")
]
AtMost = Annotated[
    int | None, typer.Option(min=1, help="The number you have seen; by default the one that is held now.")
]


def parse_settings(
    pairs: Iterable[str], schema: Mapping[str, JsonValue], before: Mapping[str, JsonValue] | None = None
) -> dict[str, JsonValue]:
    """``field=value`` pairs as settings; a value that is JSON is taken as such, else as text.

    Args:
        pairs: as typed. A dot in a field reaches inside; an empty value is null, which goes back to the default.
        schema: of the settings; secrets are refused here.
        before: what the settings were, for fields that are only partly replaced.

    Raises:
        InvalidSetting: a pair has no ``=``, or its field is a secret.
    """
    settings: dict[str, JsonValue] = {}
    for pair in pairs:
        field, equals, value = pair.partition("=")
        if not equals or not field:
            raise InvalidSetting("settings are given as field=value")
        if is_secret(schema, field):
            raise InvalidSetting(f"{field} is a secret and must not stand here; give --secret {field}=@FILE")
        name, _, inner = field.partition(".")
        if inner:
            whole = settings.get(name, (before or {}).get(name))
            settings[name] = {**(whole if isinstance(whole, dict) else {}), inner: _value(value)}
        else:
            settings[name] = value if value and _is_text(schema, name) else _value(value)
    return settings


def parse_expiry(pairs: Iterable[str]) -> dict[str, date | None]:
    """``secret=2026-12-03`` pairs as the last day of secrets by field; an empty day: it has none.

    Raises:
        InvalidSetting: a pair has no ``=``, or its day is none.
    """
    days: dict[str, date | None] = {}
    for field, equals, day in (pair.partition("=") for pair in pairs):
        try:
            days[field] = date.fromisoformat(day) if day or not equals else None
        except ValueError:
            raise InvalidSetting("--expires is given as SECRET=2026-12-31; SECRET= takes the day away") from None
    return days


def file_or_prompt(pairs: Iterable[str]) -> dict[str, str]:
    """Secrets by field: ``field=@FILE``, ``field=env:VARIABLE``, or ``field``, which asks on the terminal.

    Raises:
        InvalidSetting: the file or variable is not there, or there is no terminal to ask on.
    """
    return {field: _secret(field, place) for field, _, place in (pair.partition("=") for pair in pairs)}


def _secret(field: str, place: str) -> str:
    if place.startswith("@"):
        try:
            return Path(place[1:]).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            raise InvalidSetting(f"--secret {field}: the file {place[1:]} cannot be read") from None
    if place.startswith("env:"):
        variable = place.removeprefix("env:")
        if variable not in os.environ:
            raise InvalidSetting(f"--secret {field}: the environment variable {variable} is not set")
        return os.environ[variable]
    if place:
        raise InvalidSetting(f"--secret {field}: never the secret itself; give {field}=@FILE or {field}=env:NAME")
    if not sys.stdin.isatty():
        raise InvalidSetting(f"--secret {field}: no terminal to ask on; give {field}=@FILE or {field}=env:NAME")
    return str(typer.prompt(field, hide_input=True))


def _is_text(schema: Mapping[str, JsonValue], field: str) -> bool:
    """Whether the setting is text and nothing else: a CVR number of digits alone is not a number then."""
    properties = schema.get("properties")
    said = properties.get(field) if isinstance(properties, dict) else None
    if not isinstance(said, dict):
        return False
    choices = said.get("anyOf")
    kinds = [choice.get("type") for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []
    return set(kinds or [said.get("type")]) in ({"string"}, {"string", "null"})


def _value(text: str) -> JsonValue:
    if not text:
        return None
    try:
        return _JSON.validate_json(text)
    except ValidationError:
        return text


def read_schedule(every: str | None, at: str | None) -> Schedule | None:
    """How often, or at which time of day; None: neither was given.

    Raises:
        InvalidSetting: both were given, or what was given is no span or time of day.
    """
    if every is None and at is None:
        return None
    if every is not None and at is not None:
        raise InvalidSetting("give either --every (12s, 15m, 2h, 1d) or --at (02:30)")
    try:
        return Schedule.model_validate({"every": every, "at": at})
    except ValidationError as error:
        raise InvalidSetting(f"--{fault_text(error)}") from None
