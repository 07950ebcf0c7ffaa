"""The form of a source's settings: every field has Danish words, and what is typed comes back as it was typed."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from connectors.pem import LARGEST
from connectors.registry import CONNECTORS
from connectors.settings_form import FORM, Group
from hub.web.shell import settings_texts as texts
from hub.web.shell.settings_form import FormField, InputKind, SettingsForm, settings_form
from hub.web.shell.settings_input import Posted, field_errors, read_expiry, read_settings

KINDS = sorted(CONNECTORS)
SECRET = "et-meget-hemmeligt-ord"
SOCIAL = {
    "base_url": "https://dubu.example",
    "environment": "prod",
    "token_url": "https://dubu.example/token",
    "client_id": "helhed",
}
ENGLISH = re.compile(r"\b(the|of|and|settings|where|which|password|given)\b", re.IGNORECASE)


def properties(kind: str) -> Mapping[str, Mapping[str, Any]]:
    found: Any = CONNECTORS[kind].spec()["properties"]
    return dict(found)


def fields(form: SettingsForm) -> dict[str, FormField]:
    return {field.name: field for group in form.groups for field in group.fields}


def posted_from(form: SettingsForm) -> dict[str, list[str]]:
    """What a browser sends when nobody has touched the form."""
    posted: dict[str, list[str]] = {}
    for field in fields(form).values():
        if field.input is InputKind.TICKS:
            posted[field.control] = [choice.value for choice in field.choices if choice.chosen]
        elif field.input is InputKind.CHOICE:
            posted[field.control] = [choice.value for choice in field.choices if choice.chosen][:1]
        elif field.input is InputKind.SECRET_PAIRS:
            posted |= {f"{field.control}.name": ["", ""], f"{field.control}.value": ["", ""]}
        elif field.input is not InputKind.SWITCH or field.text:
            posted[field.control] = [field.text.replace("\n", "\r\n")]
        if field.input is InputKind.DURATION:
            posted[f"{field.control}.unit"] = [choice.value for choice in field.choices if choice.chosen]
    return posted


def typed(kind: str, settings: Mapping[str, JsonValue], posted: Posted) -> dict[str, JsonValue]:
    """The settings after somebody changed some controls of a form that shows *settings*."""
    spec = CONNECTORS[kind].spec()
    given_back = read_settings(spec, {**posted_from(settings_form(spec, settings)), **posted})
    return {name: value for name, value in given_back.settings.items() if value is not None}


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_kind_has_a_danish_label_and_help(kind: str) -> None:
    for name, node in properties(kind).items():
        words = node.get(FORM, {})
        assert words.get("label"), f"{kind}.{name} has no label"
        assert words.get("help"), f"{kind}.{name} has no help"
        assert words["help"][-1] in ".!", f"{kind}.{name}: the help is a sentence"
        assert not ENGLISH.search(f"{words['label']} {words['help']}"), f"{kind}.{name} is not Danish"
        assert words["group"] in set(Group)


@pytest.mark.parametrize("kind", KINDS)
def test_a_label_is_said_once_in_a_form(kind: str) -> None:
    labels = [field.label for field in fields(settings_form(CONNECTORS[kind].spec(), {})).values()]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("kind", KINDS)
def test_every_pattern_has_a_sentence(kind: str) -> None:
    def patterns(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [str(node["pattern"])] if isinstance(node.get("pattern"), str) else []
            return own + [inner for value in node.values() for inner in patterns(value)]
        return [inner for value in node for inner in patterns(value)] if isinstance(node, list) else []

    lenient = {r"^[^\x00-\x1f]*$"}
    assert set(patterns(properties(kind))) - lenient <= set(texts.PATTERN)


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_nobody_touched_changes_nothing(kind: str) -> None:
    assert typed(kind, {}, {}) == {}


def test_what_was_stored_is_posted_back_as_it_was() -> None:
    spec = CONNECTORS["star"].spec()
    stored: dict[str, JsonValue] = {
        "base_url": "https://star.example",
        "municipality_code": "0370",
        "entities": ["Activity", "Frist"],
        "push_fingerprints": ["aa" * 32, "bb" * 32],
        "service_paths": {"Frist": "frist/v2/Frist"},
        "repair_every": "3d",
        "absence_max_share": 0.25,
        "page_size": 100,
        "patience": "patient",
    }
    assert typed("star", stored, {}) == stored
    shown = fields(settings_form(spec, stored))
    assert shown["absence_max_share"].text == "25"
    assert [choice.text for choice in shown["entities"].choices if choice.chosen] == [
        "Tilbud og aktiviteter",
        "Frister",
    ]


def test_a_secret_is_never_shown_and_stays_when_it_is_left_empty() -> None:
    spec = CONNECTORS["odata"].spec()
    form = settings_form(spec, {**SOCIAL, "client_secret": SECRET}, secrets_set=["client_secret"])
    assert SECRET not in repr(form)
    assert fields(form)["client_secret"].set_names == ("",)
    answer = read_settings(spec, posted_from(form))
    assert not answer.secrets
    assert "client_secret" not in answer.settings
    changed = read_settings(spec, {**posted_from(form), "field.client_secret": [SECRET]})
    assert changed.secrets == {"client_secret": SECRET}
    assert SECRET not in repr(changed)
    removed = read_settings(spec, {**posted_from(form), "field.client_secret.remove": [""]})
    assert removed.removed_secrets == ("client_secret",)


def test_named_secrets_are_added_and_removed_by_name() -> None:
    spec = CONNECTORS["fhir"].spec()
    form = settings_form(spec, {}, secrets_set=["extra_headers.X-Api-Key"])
    assert fields(form)["extra_headers"].set_names == ("X-Api-Key",)
    posted = {
        "field.extra_headers.name": ["X-Session", ""],
        "field.extra_headers.value": [SECRET, ""],
        "field.extra_headers.remove": ["X-Api-Key"],
    }
    answer = read_settings(spec, posted_from(form) | posted)
    assert answer.secrets == {"extra_headers.X-Session": SECRET}
    assert answer.removed_secrets == ("extra_headers.X-Api-Key",)


def test_each_secret_has_a_day_of_its_own() -> None:
    spec = CONNECTORS["fhir"].spec()
    days = {"client_secret": date(2026, 12, 3), "extra_headers.X-Api-Key": date(2027, 1, 1)}
    form = settings_form(spec, {}, secrets_set=list(days), expiry=days)
    assert fields(form)["client_secret"].expiry == {"": "2026-12-03"}
    assert fields(form)["extra_headers"].expiry == {"X-Api-Key": "2027-01-01"}
    posted = {
        "field.client_secret.expiry": [""],
        "field.extra_headers.expiry.X-Api-Key": ["2027-02-01"],
        "field.extra_headers.name": ["", "X-Session"],
        "field.extra_headers.value": ["", SECRET],
        "field.extra_headers.expiry": ["", "3. marts"],
    }
    answer = read_settings(spec, posted_from(form) | posted)
    right, wrong = read_expiry(answer.expiry)
    assert right == {"client_secret": None, "extra_headers.X-Api-Key": date(2027, 2, 1)}
    assert wrong == {"extra_headers": texts.NO_DATE}


def test_an_uploaded_file_wins_over_what_stands_in_the_field() -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"
    posted = {"field.host_key": ["ssh-rsa AAAA"], "field.host_key.file": [f"{key}\r\n"]}
    assert read_settings(CONNECTORS["files"].spec(), posted).settings["host_key"] == key


def test_each_fault_stands_beside_its_field_in_danish() -> None:
    social = CONNECTORS["odata"].settings_type
    wrong = field_errors(social, {**SOCIAL, "base_url": "dubu", "page_size": "mange"})
    assert wrong["base_url"] == "Skriv en hel adresse, der begynder med https:// og er uden ? og #."
    assert wrong["page_size"] == "Skriv et helt tal."
    # What belongs together is judged once each field is well.
    assert field_errors(social, SOCIAL) == {
        "client_secret": "Udfyld enten de tre felter for OAuth2 eller de tre for login, og lad de andre stå tomme."
    }
    assert field_errors(social, {**SOCIAL, "client_secret": SECRET}) == {}


def test_a_wrong_file_is_told_from_a_key() -> None:
    school = CONNECTORS["files"].settings_type
    wrong = field_errors(school, {"host": "sftp.example", "user": "helhed", "private_key": SECRET, "host_key": "x"})
    assert wrong["private_key"].startswith("Filen er ikke en privat nøgle")
    assert wrong["host_key"].startswith("Skriv nøglen, som den står i en fil")
    star = CONNECTORS["star"].settings_type
    both = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----"
    assert "private nøgle" in field_errors(star, {"client_certificate": both})["client_certificate"]
    assert "PEM" in field_errors(star, {"client_certificate": "x" * (LARGEST + 1)})["client_certificate"]


def test_a_group_with_a_fault_is_open() -> None:
    form = settings_form(CONNECTORS["odata"].spec(), {}, errors={"page_size": "Skriv et helt tal.", "": "Noget mere."})
    folded = {group.title: group.is_folded for group in form.groups}
    assert not folded[texts.GROUP[Group.LIMITS]]
    assert folded[texts.GROUP[Group.ABSENCE]]
    assert form.general_error == "Noget mere."
    assert [field.name for field in form.errors] == ["page_size"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.500", 1500), ("200", 200), ("12,5", 12.5), ("12.5", 12.5), ("mange", "mange"), ("1 000", 1000), ("-3", -3)],
)
def test_a_number_is_read_as_danes_write_it(text: str, number: float | str) -> None:
    answer = read_settings(CONNECTORS["sample"].spec(), {"field.count": [text]})
    assert answer.settings["count"] == number


@given(kind=st.sampled_from(KINDS), text=st.text(max_size=40), name=st.text(max_size=20))
def test_whatever_is_posted_gives_settings_or_a_sentence(kind: str, text: str, name: str) -> None:
    spec = CONNECTORS[kind].spec()
    posted = {f"field.{key}": [text] for key in properties(kind)} | {name: [text], "field.extra_headers.name": [text]}
    answer = read_settings(spec, posted)
    wrong = field_errors(CONNECTORS[kind].settings_type, {**answer.settings, **answer.secrets})
    assert all(sentence and not ENGLISH.search(sentence) for sentence in wrong.values())
    settings_form(spec, answer.settings, errors=wrong)
