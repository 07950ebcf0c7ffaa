"""Pages that the program writes are as it would write them now."""

from itertools import product

from deploy import policy_page
from deploy.fields_page import PAGE, inventory
from hub.access.acts import CONSENT_ACTS, COURSE_ACTS


def test_every_field_a_connector_reads_is_in_the_inventory() -> None:
    assert inventory() in PAGE.read_text(encoding="utf-8")


def test_the_table_of_the_policies_is_what_they_answer_now() -> None:
    assert policy_page.PAGE.read_text(encoding="utf-8") == policy_page.table(), "run: make policy-table"


def test_purposes_in_one_row_of_the_table_have_one_answer() -> None:
    rows = product(policy_page.KINDS, policy_page.RELATIONS.values(), policy_page.PURPOSES.values())
    for kind, relation, purposes in rows:
        assert len({policy_page.answers(kind, relation, purpose) for purpose in purposes}) == 1


def test_the_table_of_the_team_has_every_act_on_consents() -> None:
    assert set(policy_page.CONSENT_COLUMNS) == CONSENT_ACTS
    assert set(policy_page.COURSE_COLUMNS) == COURSE_ACTS
