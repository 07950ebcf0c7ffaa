"""The demo's trial actions are as the pages would take them; Ida's and Maria's tell the cases."""

from datetime import date
from uuid import UUID, uuid4

from deploy.sandbox.municipality.staff import staff
from deploy.sandbox.municipality.trial_actions import MAJAS_TRIALS, MARIAS_TRIALS
from deploy.seed import trial_steps
from hub.course import trial_repository
from hub.course.service import open_course
from hub.course.trial_rules import judgement_faults, status_of, text_faults
from hub.db import Database
from hub.web.shell.trial_lines import cost_text, what_works
from schemas.trial_action import TrialStatus


def test_ida_and_maria_try_learn_and_go_on(database: Database) -> None:
    lines = (*MAJAS_TRIALS, *MARIAS_TRIALS)
    citizens: dict[str, UUID] = {line.given: uuid4() for line in lines}
    with database.transaction() as session:
        course_id = open_course(session, "Ida, Emil og Maria", citizens.values(), date(2023, 3, 12))
        steps = trial_steps(course_id, [(citizens[line.given], line) for line in lines])
        for _, write_it in sorted(steps, key=lambda step: step[0]):
            assert write_it(session)
        tried = {name: trial_repository.list_trials(session, course_id, key) for name, key in citizens.items()}
    today = date(2025, 6, 1)
    (maria,), (ida,), (emil,) = tried["Maria"], tried["Ida"], tried["Emil"]
    assert cost_text(maria.text).endswith("Det er 200.000 kr. mindre om året.")
    assert status_of(maria, date(2023, 9, 12)) is TrialStatus.PLANNED
    assert status_of(maria, today) is TrialStatus.PERMANENT
    assert "300 kr. om ugen" in ida.text.what
    assert (ida.text.cost_before, ida.text.cost_after) == (0, 12_000)
    assert [each.outcome.value for each in ida.judgements] == ["stop", "continue"]
    assert [learned.partition(":")[0] for _, learned, _ in what_works([ida, emil], today)] == [
        "Først skole, så praktik"
    ]
    for trial in (maria, ida, emil):
        for judgement in trial.judgements:
            assert judgement_faults(trial.versions[-1].text, judgement, judgement.on_day) == ()


def test_every_trial_action_of_the_demo_is_as_the_pages_would_take_it(database: Database) -> None:
    lines = [(uuid4(), line) for course in staff().courses for _, line in course.trials]
    with database.transaction() as session:
        course_id = open_course(session, "Alle", [key for key, _ in lines], date(2022, 3, 12))
        for _, write_it in sorted(trial_steps(course_id, lines), key=lambda step: step[0]):
            assert write_it(session)
        for key, _ in lines:
            (trial,) = trial_repository.list_trials(session, course_id, key)
            assert text_faults(trial.text) == ()
