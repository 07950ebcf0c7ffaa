"""The acts: no data without a line, also when refused, and no line that tells a number."""

import logging
import re
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.access import identity, service
from hub.access.masking import ProtectedField
from hub.access.redaction import national_in, redact_identifiers
from hub.access.service import LogQuestion, Read
from hub.audit import repository as audit
from hub.course import service as course
from hub.course.views import Membership
from hub.db import Database, ask_rows
from hub.errors import NotLoggedIn
from schemas.access import (
    AccessRequest,
    Actor,
    AuditAction,
    AuditEntry,
    AuditOutcome,
    Basis,
    ObjectKind,
    PageKind,
    Purpose,
    Role,
)
from schemas.overview import Overview, SectionState
from schemas.source import Area
from tests.access_town import COURSE_FROM, NOW, REASON, WHY, an_actor, an_overview, because, employ, settle
from tests.consents import consent_to_areas, open_course
from tests.factories import MAJA

ANNA = an_actor()
ADMINISTRATOR = an_actor("tine.skov", roles={Role.ADMINISTRATOR}, area=None, unit_id=None)
DPO = an_actor("jens.dam", roles={Role.DPO}, area=None, unit_id=None)


def _no_read(*_: object) -> Overview | None:
    pytest.fail("nothing may be read")


def _all(overview: Overview) -> frozenset[Area]:
    return frozenset(entry.area for entry in overview.entries())


def _reading(overview: Overview) -> Read:
    return lambda *_: overview


def _on_team(session: Session, overview: Overview) -> UUID:
    citizen_id = settle(session, overview=overview)
    course_id = open_course(session, "Familien", [citizen_id], COURSE_FROM)
    course.join(session, course_id, Membership(actor_id=ANNA.id, reason="Tovholder"), COURSE_FROM)
    consent_to_areas(session, course_id, citizen_id, [Area.SCHOOL], COURSE_FROM)
    return citizen_id


def _lines(database: Database) -> list[AuditEntry]:
    with database.transaction() as session:
        return [logged.entry for logged in reversed(audit.list_entries(session))]


def test_the_line_is_written_before_the_page_is_read(database: Database) -> None:
    overview = an_overview()
    with database.transaction() as session:
        citizen_id = _on_team(session, overview)

        def read(*_: object) -> Overview:
            (logged,) = audit.list_entries(session, audit.Selection(citizen_id=citizen_id))
            assert logged.entry.sections_shown == {Area.SOCIAL, Area.SCHOOL}
            return overview

        opened = service.open_overview(session, ANNA, citizen_id, WHY, now=NOW, read=read)
    assert opened.overview is not None
    states = {section.area: section.state for section in opened.overview.sections}
    assert states[Area.HEALTH] is SectionState.WITHHELD
    assert states[Area.SCHOOL] is SectionState.ENTRIES
    (line,) = _lines(database)
    assert (line.outcome, line.basis, line.role, line.purpose) == (
        AuditOutcome.SHOWN,
        Basis.TEAM,
        Role.TEAM_MEMBER,
        Purpose.TEAM_MEETING,
    )
    assert line.policy_version == opened.decision.policy_version


def test_what_else_is_shown_is_sent_for_when_the_line_is_written_and_of_nobody_who_is_refused(
    database: Database,
) -> None:
    sent_for: list[list[UUID]] = []

    def send(people: Sequence[UUID]) -> None:
        sent_for.append(list(people))
        ask_rows(session, text("SELECT 1"), {})
        assert [logged.entry.outcome for logged in audit.list_entries(session)] == outcomes

    with database.transaction() as session:
        mine, other = _on_team(session, an_overview()), settle(session)
        outcomes = [AuditOutcome.SHOWN]
        service.open_overview(session, ANNA, mine, WHY, now=NOW, read=lambda *_: None, ahead=send)
        for stranger in (other, uuid4()):
            outcomes.insert(0, AuditOutcome.REFUSED if stranger == other else AuditOutcome.NOT_FOUND)
            service.open_overview(session, ANNA, stranger, WHY, now=NOW, read=_no_read, ahead=send)
    assert sent_for == [[mine], [], []]


def test_the_line_tells_areas_with_lines_from_those_without_withheld_and_not_covered(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = _on_team(session, an_overview())
        session.execute(text("UPDATE overviews SET sources = '{social_system,health_system}'"))
        session.execute(text("DELETE FROM sources WHERE name = 'employment_system'"))
    with database.transaction() as session:
        service.open_overview(session, ANNA, citizen_id, WHY, now=NOW, read=lambda *_: None)
    (line,) = _lines(database)
    assert (line.sections_shown, line.sections_withheld) == (frozenset({Area.SOCIAL}), frozenset({Area.HEALTH}))
    assert line.details == {
        "none_found": ["school"],
        "not_covered": ["employment"],
        "disclosed": {"school": "consent"},
    }


def test_a_print_is_a_line_with_the_right_and_without_one_a_refusal(database: Database) -> None:
    with database.transaction() as session:
        mine, other = _on_team(session, an_overview()), settle(session)
        request = WHY.model_copy(update={"page": PageKind.TIMELINE})
        assert service.record_print(session, ANNA, mine, request, now=NOW).allowed
        assert not service.record_print(session, ANNA, other, WHY, now=NOW).allowed
        assert not service.record_print(session, ANNA, uuid4(), WHY, now=NOW).allowed
    lines = _lines(database)
    assert {line.action for line in lines} == {AuditAction.PRINT}
    assert [line.outcome for line in lines] == [AuditOutcome.SHOWN, AuditOutcome.REFUSED, AuditOutcome.NOT_FOUND]
    assert (lines[0].details, lines[0].basis) == (
        {"page": "timeline", "disclosed": {"school": "consent"}},
        Basis.TEAM,
    )


def test_a_refusal_reads_nothing_and_its_line_stays(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        opened = service.open_overview(session, ANNA, citizen_id, WHY, now=NOW, read=_no_read)
    assert not opened.decision.allowed
    assert opened.overview is None
    (line,) = _lines(database)
    assert (line.outcome, line.citizen_id, line.sections_shown) == (AuditOutcome.REFUSED, citizen_id, frozenset())


def test_an_unknown_citizen_is_a_line_too(database: Database) -> None:
    unknown = uuid4()
    with database.transaction() as session:
        opened = service.open_overview(session, ANNA, unknown, because(), now=NOW, read=_no_read)
    assert opened.facts is None
    (line,) = _lines(database)
    assert (line.outcome, line.citizen_id) == (AuditOutcome.NOT_FOUND, unknown)


def test_a_failed_read_shows_nothing_and_is_recorded_afterwards(database: Database) -> None:
    def fail(*_: object) -> Overview:
        raise RuntimeError("the document cannot be read")

    with database.transaction() as session:
        citizen_id = _on_team(session, an_overview())
    with pytest.raises(RuntimeError), database.transaction() as session:
        service.open_overview(session, ANNA, citizen_id, WHY, now=NOW, read=fail)
    assert not _lines(database)
    with database.transaction() as session:
        service.record_failure(session, ANNA, citizen_id, WHY, now=NOW)
    assert [line.outcome for line in _lines(database)] == [AuditOutcome.FAILED]


def test_the_override_is_logged_with_its_reason_but_without_numbers(database: Database) -> None:
    request = AccessRequest(
        purpose=Purpose.CASE_WORK, override_reason=f"{REASON} om 750786-4002", on_behalf_of="Lene", request_id="r"
    )
    with database.transaction() as session:
        citizen_id = settle(session)
        opened = service.open_overview(session, ANNA, citizen_id, request, now=NOW, read=lambda *_: None)
    assert opened.decision.basis is Basis.OVERRIDE
    (line,) = _lines(database)
    assert line.override_reason == f"{REASON} om ••••"
    assert line.on_behalf_of == "Lene"


def test_nobody_opens_their_own_page(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session, number=MAJA)
        opened = service.open_overview(session, an_actor(own=MAJA), citizen_id, because(), now=NOW, read=_no_read)
    assert opened.decision.policies == ("never.self",)


def test_a_protected_page_is_masked_until_revealed_for_a_reason(database: Database) -> None:
    overview = an_overview(protected=True)
    address = frozenset({ProtectedField.ADDRESS})
    with database.transaction() as session:
        citizen_id = _on_team(session, overview)
        opened = service.open_overview(session, ANNA, citizen_id, WHY, now=NOW, read=lambda *_: overview)
        refused = service.reveal(session, ANNA, citizen_id, WHY, fields=address, now=NOW, read=_no_read, areas_of=_all)
        revealed = service.reveal(
            session, ANNA, citizen_id, because(), fields=address, now=NOW, read=lambda *_: overview, areas_of=_all
        )
    assert opened.decision.may_reveal
    assert opened.overview is not None
    assert "Egevej" not in opened.overview.model_dump_json()
    assert refused.overview is None
    assert revealed.overview is not None
    assert "Egevej" in revealed.overview.model_dump_json()
    assert "Familieafdelingen" not in revealed.overview.model_dump_json()
    assert revealed.decision.shown == opened.decision.shown
    assert [(line.outcome, line.fields_revealed) for line in _lines(database)] == [
        (AuditOutcome.SHOWN, ()),
        (AuditOutcome.REFUSED, ()),
        (AuditOutcome.SHOWN, ("address",)),
    ]


@pytest.mark.parametrize(("actor", "allowed"), [(DPO, True), (ANNA, False)])
def test_reading_the_log_is_itself_logged(database: Database, actor: Actor, allowed: bool) -> None:
    question = LogQuestion(actor_id=ANNA.id)
    with database.transaction() as session:
        service.list_citizens(session, ANNA, WHY, now=NOW)
        read = service.read_log(session, actor, WHY, question, now=NOW)
    assert (read is not None) is allowed
    line = _lines(database)[-1]
    assert (line.action, line.object_kind, line.object_id) == (AuditAction.READ_LOG, ObjectKind.ACTOR, "anna.holm")
    assert line.outcome is (AuditOutcome.SHOWN if allowed else AuditOutcome.REFUSED)


def test_a_number_typed_for_an_employee_is_not_kept(database: Database) -> None:
    with database.transaction() as session:
        service.read_log(session, DPO, WHY, LogQuestion(actor_id="750786-4002"), now=NOW)
    (line,) = _lines(database)
    assert (line.object_kind, line.object_id) == (ObjectKind.ACTOR, "••••")


def test_a_list_is_a_line_with_a_count_and_one_for_each_citizen(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = _on_team(session, an_overview())
        (listed,) = service.list_citizens(session, ANNA, WHY, now=NOW)
        assert listed.citizen.citizen_id == citizen_id
        assert service.list_citizens(session, DPO, WHY, now=NOW) == ()
    shown, about, refused = _lines(database)
    assert (shown.outcome, shown.citizen_id, shown.result_count) == (AuditOutcome.SHOWN, None, 1)
    assert (about.citizen_id, about.basis, about.result_count) == (citizen_id, Basis.TEAM, None)
    assert refused.outcome is AuditOutcome.REFUSED
    assert {line.action for line in (shown, about, refused)} == {AuditAction.LIST_CITIZENS}


def test_a_list_shows_of_each_citizen_what_the_page_shows(database: Database) -> None:
    whole = [an_overview(), an_overview(protected=True)]
    with database.transaction() as session:
        for overview in whole:
            _on_team(session, overview)
        listed = service.list_citizens(session, ANNA, because(), now=NOW)
        pages = [
            service.open_overview(session, ANNA, overview.citizen_id, WHY, now=NOW, read=_reading(overview))
            for overview in whole
        ]
    assert {each.citizen.citizen_id: (each.overview, each.decision) for each in listed} == {
        overview.citizen_id: (page.overview, page.decision) for overview, page in zip(whole, pages, strict=True)
    }
    _, *about, first, second = _lines(database)
    by_citizen = {line.citizen_id: (line.basis, line.sections_shown, line.sections_withheld) for line in about}
    assert by_citizen == {
        line.citizen_id: (line.basis, line.sections_shown, line.sections_withheld) for line in (first, second)
    }


@pytest.mark.parametrize(
    ("actor", "action", "reason", "allowed"),
    [
        (ADMINISTRATOR, AuditAction.PAUSE_SOURCE, REASON, True),
        (ADMINISTRATOR, AuditAction.PAUSE_SOURCE, "  kort   ", False),
        (ADMINISTRATOR, AuditAction.RESUME_SOURCE, None, True),
        (ADMINISTRATOR, AuditAction.RELEASE_DELETIONS, None, False),
        (ADMINISTRATOR, AuditAction.READ_LOG, REASON, False),
        (ANNA, AuditAction.PAUSE_SOURCE, REASON, False),
        (DPO, AuditAction.READ_QUARANTINE, REASON, False),
    ],
)
def test_an_act_on_a_source_is_decided_and_logged(
    database: Database, actor: Actor, action: AuditAction, reason: str | None, allowed: bool
) -> None:
    with database.transaction() as session:
        assert service.change_source(session, actor, action, "social", because(reason), now=NOW) is allowed
    (line,) = _lines(database)
    assert (line.action, line.object_kind, line.object_id) == (action, ObjectKind.SOURCE, "social")
    assert line.outcome is (AuditOutcome.SHOWN if allowed else AuditOutcome.REFUSED)


def test_logging_in_is_a_line(database: Database) -> None:
    with database.transaction() as session:
        service.record(session, ANNA, AuditAction.LOG_IN, AuditOutcome.SHOWN, WHY, now=NOW)
    assert [line.action for line in _lines(database)] == [AuditAction.LOG_IN]


def test_employees_are_known_while_they_are_active(database: Database) -> None:
    with database.transaction() as session:
        employ(session, ANNA)
        employ(session, DPO, active=False)
        assert identity.actor(session, ANNA.id) == ANNA
        assert identity.actors(session) == (ANNA,)
        for gone in (DPO.id, "nobody"):
            with pytest.raises(NotLoggedIn):
                identity.actor(session, gone)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("750786-4002", "7507864002"),
        ("Maja 7507864002 Testborger", "7507864002"),
        ("750786 4002", "7507864002"),
        ("010190-ab12", "010190AB12"),
        ("Maja Testborger", None),
        ("999999-1234", None),
        ("750786  -  4002", "7507864002"),
        ("cpr-nr. 75 07 86 40 02, Maja", "7507864002"),
        ("750786\N{EN DASH}4002", "7507864002"),
        ("750786\N{NO-BREAK SPACE}4002", "7507864002"),
        ("75.07.86-4002", "7507864002"),
        ("75\N{ZERO WIDTH SPACE}0786-4002", "7507864002"),
        ("\N{FULLWIDTH DIGIT SEVEN}50786-4002", "7507864002"),
        ("070392 1VJ4", "0703921VJ4"),
        ("17507864002", None),
        ("27.24.45", None),
    ],
)
def test_a_whole_number_is_recognised_in_the_text(text: str, number: str | None) -> None:
    result = national_in(text)
    assert (result.value if result else None) == number


@given(st.text(max_size=20), st.from_regex(r"[0-9]{6}-?[0-9]{4}", fullmatch=True), st.text(max_size=20))
def test_no_number_survives_in_what_is_logged(before: str, number: str, after: str) -> None:
    assert number not in redact_identifiers(f"{before} {number} {after}")


@pytest.mark.parametrize("gap", ["", " ", "-", "  -  ", "\N{EN DASH}", "\N{NO-BREAK SPACE}", "\t", "\N{SOFT HYPHEN}"])
@pytest.mark.parametrize("around", ["{}", "Maja {}, Egevej", "cpr:{}", "({})", "nr{}x"])
def test_no_oddly_written_number_survives(gap: str, around: str) -> None:
    for parts in (("750786", "4002"), ("75", "07", "86", "40", "02"), ("750786", "40", "02")):
        result = redact_identifiers(around.format(gap.join(parts)))
        assert not re.search(r"[0-9]{2}", result)


def test_a_reason_of_unseen_signs_is_none(database: Database) -> None:
    unseen = because("\N{ZERO WIDTH SPACE}" * 40 + "\x00 \n\t kort")
    with database.transaction() as session:
        citizen_id = settle(session)
        opened = service.open_overview(session, ANNA, citizen_id, unseen, now=NOW, read=_no_read)
    assert not opened.decision.allowed
    (line,) = _lines(database)
    assert line.override_reason == "kort"


def test_words_and_task_numbers_are_logged_as_typed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert redact_identifiers("familiebehandling § 32 27.24.45") == "familiebehandling § 32 27.24.45"
    assert not caplog.records
