"""A column that was renamed is told with its name and not read as "no value", which would be a fact."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.errors import RecordRejected
from connectors.kit import InvalidValue
from connectors.renamed import renamed_field
from connectors.sources.employment import facts
from connectors.sources.employment.fields import Fields
from connectors.sources.employment.record_builder import Run as EmploymentRun
from connectors.sources.health.context import ResourceContext, Run
from connectors.sources.health.elements import ELEMENTS
from connectors.sources.health.streams import RECORD_TYPES
from connectors.sources.health.translate import TRANSLATIONS, translate
from connectors.sources.social.activities import translate_aktivitet
from connectors.sources.social.nexus.payloads import Grant
from connectors.sources.social.payloads import Aktivitet, Payload, Sag, Ydelse
from connectors.sources.social.translate import CaseContext, Scope
from connectors.sources.social.values import attempt
from schemas.record import RejectionRule
from tests.connectors.fhir_server import care_plan
from tests.connectors.social_server import Item, aktivitet, person, sag, underretning, ydelse
from tests.connectors.star_server import absence, activity

NOW = datetime(2023, 9, 12, 7, tzinfo=UTC)
IDA = "6303094002"
SCOPE = Scope(source="social", environment="demo", base_url="https://dubu.test", authority="0999", observed_at=NOW)
MOTHER = {
    "id": 2,
    "cprnr": None,
    "fuldeNavn": "Maja Testborger",
    "rolle": "Mor",
    "foraeldremyndighed": None,
    "tilDato": None,
}
CASE = sag(1, person(1, IDA, "Ida"), sagsparter=[MOTHER])
GRANT = {
    "id": 1, "name": "Støtte", "patient": {"id": 3, "patientIdentifier": {"type": "cpr", "identifier": IDA}},
    "workflowState": {"name": "Bevilget"}, "currentElements": [],
}  # fmt: skip
OWN_MARK = "syntetisk"
"""Ours, and not the fagsystem's: it says that somebody is made up."""


def without(row: Any, path: str) -> Any:
    """The row with another name where *path* stood."""
    if isinstance(row, list):
        return [without(item, path) for item in row]
    name, _, inner = path.partition(".")
    value = row.get(name)
    rest = {key: item for key, item in row.items() if key != name}
    return rest | ({name: without(value, inner)} if inner else {f"{name}Ny": value})


def columns(model: type[Payload], row: Mapping[str, Any], before: str = "") -> list[str]:
    """Columns of a row that the model reads."""
    return [f"{before}{name}" for field in model.model_fields.values() if (name := field.alias or "") in row]


SOCIAL = [
    *((Sag, CASE, name) for name in columns(Sag, CASE)),
    *((Sag, CASE, f"primaerPerson.{name}") for name in ("cprnr", "adressebeskyttelse", "doedsdato", "foedselsdato")),
    *((Sag, CASE, f"sagsparter.{name}") for name in ("cprnr", "rolle", "foraeldremyndighed", "tilDato")),
    *((Ydelse, ydelse(1, 1, IDA), name) for name in columns(Ydelse, ydelse(1, 1, IDA))),
    *((Grant, GRANT, name) for name in ("patient", "patient.patientIdentifier", "currentElements")),
]


@pytest.mark.parametrize(("model", "row", "column"), [each for each in SOCIAL if each[2] != OWN_MARK])
def test_a_column_of_a_case_or_an_effort(model: type[Payload], row: Item, column: str) -> None:
    model.model_validate(row)
    result = attempt("Sag", "demo:1", lambda: model.model_validate(without(row, column)))
    assert isinstance(result, RecordRejected)
    assert result.rejection.rule is RejectionRule.MISSING_FIELD
    assert result.rejection.field.replace(".0.", ".") == column


@pytest.mark.parametrize(
    ("row", "column"),
    [
        *(
            (underretning(5, 1), name)
            for name in ("modtagetDato", "vurderetDato", "kvitteringDato", "udfald", "vedroerer")
        ),
        *(
            (aktivitet(5, 1, "Faglig", "Børnefaglig undersøgelse"), name)
            for name in ("slutDato", "fristDato", "status")
        ),
        *((aktivitet(5, 1, "Mål", "Mål"), name) for name in ("haendelsesDato", "tekst", "vurderetDato")),
    ],
)
def test_a_column_of_an_activity(row: Item, column: str) -> None:
    case = CaseContext.of(SCOPE, Sag.model_validate(CASE))

    def translated(item: Item) -> object:
        return attempt("Aktivitet", "demo:5", lambda: translate_aktivitet(SCOPE, Aktivitet.model_validate(item), case))

    assert not isinstance(translated(row), RecordRejected | None)
    result = translated(without(row, column))
    assert isinstance(result, RecordRejected)
    assert (result.rejection.field, result.rejection.rule) == (column, RejectionRule.MISSING_FIELD)


@pytest.mark.parametrize(
    ("statement", "row", "column"),
    [
        (facts.activity, activity(), "startDate"),
        (facts.activity, activity(), "endDate"),
        (facts.job_absence, absence(), "startDato"),
        (facts.job_absence, absence(), "slutDato"),
        (facts.job_absence, absence(), "fravaerType"),
    ],
)
def test_a_field_of_an_activity_or_absence_of_the_job_centre(statement: Any, row: Item, column: str) -> None:
    run = EmploymentRun(source="employment", environment="test", observed_at=NOW, authority="0999")
    statement(run, Fields.of(row))
    with pytest.raises(InvalidValue) as error:
        statement(run, Fields.of(without(row, column)))
    assert (error.value.field.casefold(), error.value.rule) == (column.casefold(), RejectionRule.MISSING_FIELD)


def test_fhir_knows_all_elements_that_are_read() -> None:
    assert ELEMENTS.keys() == TRANSLATIONS.keys()
    for info in RECORD_TYPES:
        own = {field.partition(" ")[0].partition(".")[0] for field in info.fields_read}
        choices = ELEMENTS[info.name] | {"performed"}  # performedDateTime or performedPeriod
        assert own <= choices, info.name


@pytest.mark.parametrize("element", ["period", "status", "subject", "activity", "careTeam"])
@pytest.mark.parametrize("renamed", ["{}Ny", "{}_2", "{}new"])
def test_an_element_under_another_name_is_missing(element: str, renamed: str) -> None:
    plan = care_plan("c", "p-1") | {"careTeam": []}
    context = ResourceContext(Run(source="health", observed_at=NOW))
    with pytest.raises(RecordRejected) as error:
        translate({renamed.format(name) if name == element else name: plan[name] for name in plan}, context)
    assert (error.value.rejection.field, error.value.rejection.rule) == (element, RejectionRule.MISSING_FIELD)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"actualPeriod": 1}, "period"),
        ({"slutdato2": 1}, "slutdato"),
        ({"slutdatoNy": 1, "slutdato": 2}, None),
        ({"slutdatoTekst": 1}, None),
        ({"notat": 1, "_comment": 2}, None),
        ({}, None),
    ],
)
def test_only_a_field_that_is_gone_and_stands_under_another_name_was_renamed(
    row: dict[str, int], field: str | None
) -> None:
    assert renamed_field(row, {"period", "slutdato"}) == field


def test_what_is_merely_left_out_was_not_given() -> None:
    case = {"id": 1, "sagsnummer": "2026-1", "titel": "Sag", "status": {"titel": "Aktiv"}, "notat": "ukendt her"}
    assert Sag.model_validate(case | {"primaerPerson": {"id": 1, "cprnr": IDA, "alder": 60}}).sagsparter is None
    effort = {"id": 7, "cprnr": IDA, "ydelsestype": {"titel": "Støtte"}, "status": {"titel": "Igang"}}
    assert Ydelse.model_validate(effort | {"startdato": "2026-01-05"}).slutdato is None
