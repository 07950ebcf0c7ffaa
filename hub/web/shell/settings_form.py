"""A connector's settings as a form: what to show for each field, in groups. Pure.

The reverse, from what was posted to settings and secrets, is ``settings_input``; ``_settings_form.html`` shows it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import JsonValue, TypeAdapter, ValidationError

from connectors.settings_form import FORM, Entry, Group
from hub.web.shell import settings_texts as texts
from hub.web.shell.view_models import Choice
from schemas.duration import DurationOrZero, duration_text

_DURATION = TypeAdapter(DurationOrZero)
EMPTY_PAIRS = 2
"""Rows for new names beside those that are set."""


class InputKind(StrEnum):
    """How a field is given on the page."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"
    """Per cent on the page, a share between 0 and 1 in the settings."""
    DURATION = "duration"
    """A number and a unit."""
    SWITCH = "switch"
    CHOICE = "choice"
    TICKS = "ticks"
    """Several of the choices."""
    LINES = "lines"
    """One value a line."""
    PAIRS = "pairs"
    """``name = value`` a line."""
    FILE = "file"
    """The text of a file, or pasted."""
    SECRET = "secret"  # noqa: S105  a kind of field
    SECRET_FILE = "secret_file"  # noqa: S105
    SECRET_PAIRS = "secret_pairs"  # noqa: S105
    """Names that are shown, with values that never are."""

    @property
    def is_secret(self) -> bool:
        """Whether the value is never shown again."""
        return self in {InputKind.SECRET, InputKind.SECRET_FILE, InputKind.SECRET_PAIRS}


@dataclass(frozen=True)
class FormField:
    """One setting on the form. Its controls are ``field.<name>`` and, where it has more, ``field.<name>.<part>``."""

    name: str
    label: str
    help: str
    input: InputKind
    is_required: bool
    text: str
    """What stands in it. Of a secret always empty."""
    choices: tuple[Choice, ...] = ()
    """Of ``CHOICE`` and ``TICKS``; of ``DURATION`` the units."""
    error: str | None = None
    """What is wrong with it; Danish."""
    set_names: tuple[str, ...] = ()
    """Secrets that are stored: of ``SECRET_PAIRS`` their names, of another secret the empty name."""
    expiry: Mapping[str, str] = field(default_factory=dict)
    """Last day of its secrets by their names in ``set_names``, as a date's control writes it."""
    empty_pairs: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """Of its control, for labels and for links from the list of errors."""
        return f"field-{self.name}"

    @property
    def control(self) -> str:
        """Name of its control."""
        return f"field.{self.name}"


@dataclass(frozen=True)
class FormGroup:
    """Fields that belong together."""

    title: str
    fields: tuple[FormField, ...]
    is_folded: bool
    """Closed until somebody opens it: nothing in it is required or wrong, and the defaults fit nearly everybody."""


@dataclass(frozen=True)
class SettingsForm:
    """The form of one source's settings."""

    groups: tuple[FormGroup, ...]
    general_error: str | None = None
    """What is wrong without being any field's."""

    @property
    def errors(self) -> tuple[FormField, ...]:
        """The fields that are wrong, in the order of the page."""
        return tuple(field for group in self.groups for field in group.fields if field.error)


def settings_form(
    schema: Mapping[str, JsonValue],
    settings: Mapping[str, JsonValue],
    *,
    secrets_set: Collection[str] = (),
    expiry: Mapping[str, object] | None = None,
    errors: Mapping[str, str] | None = None,
) -> SettingsForm:
    """The form as it is shown.

    Args:
        schema: JSON Schema of the settings (``Connector.spec()``).
        settings: what is stored, or was typed; whole or not, without secrets.
        secrets_set: paths of the secrets that are stored, as ``hub.sources.repository.secrets_of`` gives them.
        expiry: last day of secrets by path: dates, or what was typed.
        errors: Danish, by field; of the whole under the empty name (``settings_input.field_errors``).
    """
    wrong, days = errors or {}, {path: str(day) for path, day in (expiry or {}).items() if day}
    required = frozenset(_texts(schema.get("required")))
    by_group: dict[Group, list[FormField]] = {group: [] for group in Group}
    for name, node in _mapping(schema.get("properties")).items():
        words = _mapping(node.get(FORM))
        if words.get("entry") == Entry.HIDDEN:
            continue
        form_field = _field(
            schema, name, node, settings.get(name), secrets_set, days, name in required, wrong.get(name)
        )
        by_group[Group(words.get("group", Group.LIMITS))].append(form_field)
    return SettingsForm(
        groups=tuple(_group(group, fields) for group, fields in by_group.items() if fields),
        general_error=wrong.get(""),
    )


def input_kind(schema: Mapping[str, JsonValue], node: Mapping[str, Any]) -> InputKind:  # noqa: PLR0911  a table of cases
    """How a field with this node of the schema is given."""
    words = _mapping(node.get(FORM))
    entry, choices = words.get("entry"), words.get("choices")
    options = tuple(_options(node, schema))
    types = {option.get("type") for option in options}
    is_secret = any(option.get("writeOnly") is True for option in options)
    inner = next((option["additionalProperties"] for option in options if "additionalProperties" in option), None)
    if inner is not None:
        return InputKind.SECRET_PAIRS if _mapping(inner).get("writeOnly") is True else InputKind.PAIRS
    if entry == Entry.FILE:
        return InputKind.SECRET_FILE if is_secret else InputKind.FILE
    if is_secret:
        return InputKind.SECRET
    if "array" in types:
        return InputKind.TICKS if choices else InputKind.LINES
    if choices or any("enum" in option for option in options):
        return InputKind.CHOICE
    if entry == Entry.SHARE:
        return InputKind.SHARE
    if any(option.get("format") == "duration" for option in options):
        return InputKind.DURATION
    if "boolean" in types:
        return InputKind.SWITCH
    return InputKind.NUMBER if types & {"integer", "number"} else InputKind.TEXT


def form_fields(schema: Mapping[str, JsonValue]) -> Iterator[tuple[str, Mapping[str, Any], InputKind]]:
    """Name, node and kind of every field that stands on the form."""
    for name, node in _mapping(schema.get("properties")).items():
        if _mapping(node.get(FORM)).get("entry") != Entry.HIDDEN:
            yield name, node, input_kind(schema, node)


def setting_label(schema: Mapping[str, JsonValue], path: str) -> str:
    """Danish label of the setting at that path, with the name within it; the path itself, if the schema has none."""
    name, _, rest = path.partition(".")
    label = _mapping(_mapping(_mapping(schema.get("properties")).get(name)).get(FORM)).get("label")
    if not isinstance(label, str):
        return path
    return f"{label}: {rest}" if rest and rest != "value" else label


def default_value(kind: InputKind, node: Mapping[str, Any]) -> JsonValue:
    """The default of a field, written as the form writes it; None: it has none."""
    default: JsonValue = node.get("default")
    return "".join(_duration_parts(default)) if kind is InputKind.DURATION and default is not None else default


def _group(group: Group, fields: Sequence[FormField]) -> FormGroup:
    needs_a_look = any(form_field.error or form_field.is_required for form_field in fields)
    in_order = tuple(sorted(fields, key=lambda form_field: not form_field.is_required))
    return FormGroup(texts.GROUP[group], in_order, is_folded=group in texts.FOLDED and not needs_a_look)


def _field(  # noqa: PLR0913, PLR0917  private, and called once
    schema: Mapping[str, JsonValue],
    name: str,
    node: Mapping[str, Any],
    value: JsonValue,
    secrets_set: Collection[str],
    days: Mapping[str, str],
    is_required: bool,
    error: str | None,
) -> FormField:
    words = _mapping(node.get(FORM))
    kind = input_kind(schema, node)
    current_value = node.get("default") if value is None else value
    own = tuple(sorted(path for path in secrets_set if path == name or path.startswith(f"{name}.")))
    is_pairs = kind is InputKind.SECRET_PAIRS
    return FormField(
        name=name,
        label=str(words.get("label", name)),
        help=str(words.get("help", "")),
        input=kind,
        is_required=is_required,
        text=_text(kind, current_value),
        choices=_choices(kind, words.get("choices", ()), current_value),
        error=error,
        set_names=tuple(_within(name, path) for path in own),
        expiry={_within(name, path): day for path, day in days.items() if path == name or path.startswith(f"{name}.")},
        empty_pairs=tuple(range(EMPTY_PAIRS)) if is_pairs else (),
    )


def _within(name: str, path: str) -> str:
    return path.removeprefix(name).removeprefix(".")


def _choices(kind: InputKind, words: Sequence[Mapping[str, str]], value: object) -> tuple[Choice, ...]:
    if kind is InputKind.DURATION:
        unit = _duration_parts(value)[1]
        return tuple(Choice(letter, text, letter == unit) for letter, text in texts.UNITS.items())
    chosen = value if isinstance(value, list) else [value]
    return tuple(Choice(choice["value"], choice["text"], choice["value"] in chosen) for choice in words)


def _text(kind: InputKind, value: object) -> str:  # noqa: PLR0911  a table of cases
    if kind.is_secret or value is None:
        return ""
    if kind is InputKind.DURATION:
        return _duration_parts(value)[0]
    if kind is InputKind.SWITCH:
        return "on" if value is True else ""
    if kind is InputKind.LINES and isinstance(value, list):
        return "\n".join(map(str, value))
    if kind is InputKind.PAIRS and isinstance(value, Mapping):
        return "\n".join(f"{key} = {inner}" for key, inner in value.items())
    if kind is InputKind.SHARE and isinstance(value, int | float):
        return _number_text(round(value * 100, 6))
    return _number_text(value) if isinstance(value, float) else str(value)


def _duration_parts(value: object) -> tuple[str, str]:
    """Number and letter of the unit; what is no duration stands as it was typed."""
    try:
        duration: timedelta = _DURATION.validate_python(value)
    except ValidationError:
        return ("" if value is None else str(value), "d")
    text = duration_text(duration)
    return (text[:-1], text[-1]) if duration else ("0", "d")


def _number_text(number: float) -> str:
    """As Danes write it, without a useless decimal."""
    return str(int(number)) if number == int(number) else str(number).replace(".", ",")


def _options(node: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The node itself, and what it refers to or offers to choose from."""
    yield node
    reference = node.get("$ref")
    if isinstance(reference, str):
        yield from _options(_mapping(_mapping(root["$defs"])[reference.removeprefix("#/$defs/")]), root)
    for option in node.get("anyOf", ()):
        yield from _options(option, root)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
