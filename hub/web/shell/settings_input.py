"""What was posted from the form of a source's settings, and what is wrong with it, in Danish.

Pure but for ``posted_form``, which reads a request.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import Request
from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import UploadFile

from hub.web.shell import settings_texts as texts
from hub.web.shell.settings_form import InputKind, default_value, form_fields
from schemas.text import normalise_text

LARGEST_FILE = 256 * 1024
"""Bytes of an uploaded file that are read; keys and certificates are far smaller."""
_WHOLE, _DECIMAL = re.compile(r"-?[0-9]{1,18}"), re.compile(r"-?[0-9]{1,18}[.,][0-9]{1,9}")
Posted = Mapping[str, Sequence[str]]
"""Values by control's name, in the order of the page; of an uploaded file its text, without one the empty text."""


@dataclass(frozen=True)
class SettingsInput:
    """What somebody typed."""

    settings: Mapping[str, JsonValue]
    """Every field of the form; None goes back to its default. What is no value of its type stays as it was typed."""
    secrets: Mapping[str, str] = field(repr=False)
    """New ones by path, in clear. A secret that is left empty is not among them: the stored one stays."""
    removed_secrets: tuple[str, ...]
    """Paths of those that are to be deleted."""
    expiry: Mapping[str, str] = field(default_factory=dict)
    """Last day of secrets by path, as it was typed; empty: it has none."""


async def posted_form(request: Request) -> Posted:
    """A dependency: what the request's form holds, files as text.

    A file that is too large or no text is cut or has its odd bytes replaced: it is no key, and its field will say so.
    """
    posted: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            text = (await value.read(LARGEST_FILE)).decode("utf-8-sig", "replace").replace("\0", "\ufffd")
        else:
            text = value
        posted.setdefault(name, []).append(text)
    return posted


def read_settings(schema: Mapping[str, JsonValue], posted: Posted) -> SettingsInput:
    """What was typed, by the fields of the schema."""
    settings: dict[str, JsonValue] = {}
    secrets: dict[str, str] = {}
    removed: list[str] = []
    expiry: dict[str, str] = {}
    for name, node, kind in form_fields(schema):
        control = f"field.{name}"
        removed += [f"{name}.{path}" if path else name for path in _all(posted, f"{control}.remove")]
        if kind is InputKind.SECRET_PAIRS:
            names, values = _all(posted, f"{control}.name"), _all(posted, f"{control}.value")
            secrets |= {f"{name}.{key}": value for key, value in zip(names, values, strict=False) if key and value}
            days = zip(names, values, _all(posted, f"{control}.expiry"), strict=False)
            expiry |= {f"{name}.{key}": day.strip() for key, value, day in days if key and value}
            expiry |= {
                f"{name}.{posted_name.removeprefix(f'{control}.expiry.')}": _one(posted, posted_name).strip()
                for posted_name in posted
                if posted_name.startswith(f"{control}.expiry.")
            }
        elif kind.is_secret:
            if secret := _one(posted, control) if kind is InputKind.SECRET else _file_or_text(posted, control):
                secrets[name] = secret
            if f"{control}.expiry" in posted:
                expiry[name] = _one(posted, f"{control}.expiry").strip()
        else:
            value = _value(kind, control, posted)
            settings[name] = None if value == default_value(kind, node) else value
    return SettingsInput(settings, secrets, tuple(path for path in removed if path not in secrets), expiry)


def read_expiry(typed: Mapping[str, str]) -> tuple[dict[str, date | None], dict[str, str]]:
    """Last day of secrets by path, None where there is none; and what is wrong, in Danish, by field."""
    days: dict[str, date | None] = {}
    wrong: dict[str, str] = {}
    for path, text in typed.items():
        try:
            days[path] = date.fromisoformat(text) if text else None
        except ValueError:
            wrong[path.partition(".")[0]] = texts.NO_DATE
    return days, wrong


def field_errors(settings_type: type[BaseModel], settings: Mapping[str, JsonValue]) -> dict[str, str]:
    """What is wrong, in Danish, by field; of the whole under the empty name. Empty: all is as the connector needs it.

    Args:
        settings_type: of the connector.
        settings: with secrets in clear; no value of theirs gets into a text.
    """
    try:
        settings_type.model_validate(settings)
    except ValidationError as error:
        wrong: dict[str, str] = {}
        for fault in error.errors(include_url=False):
            fields, text = _fault(fault)
            for name in fields or ("",):
                wrong.setdefault(name, text)
        return wrong
    return {}


def _fault(fault: ErrorDetails) -> tuple[tuple[str, ...], str]:
    context: dict[str, Any] = fault.get("ctx", {})
    place = tuple(str(part) for part in fault["loc"][:1])
    if fault["type"] == "settings_fault":
        return place or tuple(context["fields"]), str(context["danish"])
    if fault["type"] == "string_pattern_mismatch":
        return place, texts.PATTERN.get(str(context["pattern"]), texts.FAULT_OTHER)
    if fault["type"] in texts.FAULT:
        return place, texts.FAULT[fault["type"]].format(**context)
    return place, texts.FAULT_OTHER


def _value(kind: InputKind, control: str, posted: Posted) -> JsonValue:  # noqa: PLR0911  a table of cases
    lines = [line for typed in _one(posted, control).splitlines() if (line := normalise_text(typed).strip())]
    text = " ".join(lines)
    if kind is InputKind.SWITCH:
        return bool(text)
    if kind is InputKind.TICKS:
        return [value for value in _all(posted, control) if value]
    if kind is InputKind.FILE:
        return _file_or_text(posted, control) or None
    if not text:
        return [] if kind is InputKind.LINES else None
    if kind is InputKind.LINES:
        return list(lines)
    if kind is InputKind.PAIRS:
        pairs = (line.partition("=") for line in lines)
        return {key.strip(): value.strip() for key, _, value in pairs}
    if kind is InputKind.DURATION:
        return f"{text}{_one(posted, f'{control}.unit')}"
    if kind in {InputKind.NUMBER, InputKind.SHARE}:
        number = _number(text)
        return number / 100 if kind is InputKind.SHARE and not isinstance(number, str) else number
    return text


def _number(text: str) -> int | float | str:
    """A number as Danes write it; what is none, as it was typed."""
    plain = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", plain):
        plain = plain.replace(".", "")
    if _WHOLE.fullmatch(plain):
        return int(plain)
    return float(plain.replace(",", ".")) if _DECIMAL.fullmatch(plain) else text


def _file_or_text(posted: Posted, control: str) -> str:
    """The uploaded file, or what was pasted, line by line."""
    uploaded, pasted = _one(posted, f"{control}.file"), _one(posted, control)
    return (uploaded or pasted).replace("\r\n", "\n").strip()


def _one(posted: Posted, control: str) -> str:
    values = posted.get(control, ())
    return values[0] if values else ""


def _all(posted: Posted, control: str) -> Sequence[str]:
    return posted.get(control, ())
