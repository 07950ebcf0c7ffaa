"""The table of workspaces: menu, first page, policy action, purpose and templates follow from it."""

import pytest

from hub.access.cedar import policy_texts
from hub.web.shell.rendering import WEB
from hub.web.shell.workspace import Workspace, menu_of, own_purpose
from hub.web.workspaces import WORKSPACES
from schemas.access import Actor, AuditAction, Purpose, Role
from tests.web.conftest import Town

FOLDERS = {path.parent.name for path in WEB.glob("*/routes.py")}
POLICY = "\n".join(policy_texts().values())


def actor(*roles: Role) -> Actor:
    return Actor(id="a", name="A", title="t", roles=frozenset(roles))


def test_every_folder_with_routes_is_a_workspace_with_a_name_and_an_address_of_its_own() -> None:
    assert {workspace.name for workspace in WORKSPACES} == FOLDERS
    assert len({workspace.name for workspace in WORKSPACES}) == len(WORKSPACES)
    assert len({workspace.path for workspace in WORKSPACES}) == len(WORKSPACES)


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda workspace: workspace.name)
def test_a_workspace_has_a_title_a_policy_action_and_templates(workspace: Workspace) -> None:
    assert workspace.title
    assert workspace.path in {getattr(route, "path", None) for route in workspace.router.routes}
    if workspace.name in {"login", "my_page"}:  # before a login; that of a citizen, who is no employee
        assert workspace.action is None
    else:
        assert f'Action::"{workspace.action}"' in POLICY
    assert workspace.pages
    for page in workspace.pages:
        assert page.template.startswith(f"{workspace.name}/templates/")
        assert (WEB / page.template).is_file()


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda workspace: workspace.name)
def test_a_workspace_in_the_menu_is_reached_by_exactly_some_role(workspace: Workspace) -> None:
    roles = {role for role in Role if workspace.is_open_to(actor(role))}
    if workspace.in_menu:
        assert roles
        assert roles != set(Role)
    if workspace.decided_per_citizen:
        assert not roles
        assert not workspace.in_menu


@pytest.mark.parametrize(
    ("role", "paths", "purpose"),
    [
        (
            Role.TEAM_MEMBER,
            ["/mine-borgere", "/adviser", "/forloeb", "/moeder", "/samtykker", "/videregivelser"],
            Purpose.FOLLOW_UP,
        ),
        (
            Role.ADMINISTRATOR,
            ["/kilder", "/tilbageholdt", "/karantaene", "/identitet", "/indeks", "/beskeder", "/medarbejdere"],
            Purpose.OPERATIONS,
        ),
        (Role.DPO, ["/tilsyn", "/sammenhaengsudvalg"], Purpose.LOG_REVIEW),
        (Role.MANAGER, ["/mine-enheder", "/adviser", "/sammenhaengsudvalg"], Purpose.MANAGEMENT),
    ],
)
def test_menu_and_purpose_follow_from_the_role(role: Role, paths: list[str], purpose: Purpose) -> None:
    assert [workspace.path for workspace in menu_of(WORKSPACES, actor(role))] == paths
    assert own_purpose(WORKSPACES, actor(role)) is purpose


def test_the_purpose_of_a_workspace_is_that_of_its_action_in_the_log() -> None:
    purposes = {workspace.action: workspace.purpose for workspace in WORKSPACES if workspace.purpose}
    assert purposes == {
        AuditAction.READ_LOG: Purpose.LOG_REVIEW,
        AuditAction.READ_OVERRIDES: Purpose.LOG_REVIEW,
        AuditAction.READ_ANSWER: Purpose.LOG_REVIEW,
        AuditAction.READ_SAMPLES: Purpose.LOG_REVIEW,
        AuditAction.READ_RIGHTS: Purpose.LOG_REVIEW,
        AuditAction.READ_OWN_UNITS: Purpose.MANAGEMENT,
        AuditAction.READ_COMMITTEE_FIGURES: Purpose.MANAGEMENT,
        AuditAction.READ_SOURCES: Purpose.OPERATIONS,
        AuditAction.CONFIGURE_SOURCE: Purpose.OPERATIONS,
        AuditAction.READ_STAFF: Purpose.OPERATIONS,
        AuditAction.READ_QUARANTINE: Purpose.OPERATIONS,
        AuditAction.READ_IDENTITIES: Purpose.OPERATIONS,
    }


@pytest.mark.parametrize(
    ("actor_id", "path", "word"),
    [
        ("anna.holm", "/mine-borgere", "Mine borgere"),
        ("tine.skov", "/kilder", "Kilder"),
        ("jens.dam", "/tilsyn", "Tilsyn"),
        ("gitte.berg", "/mine-enheder", "Mine enheder"),
    ],
)
def test_whoever_logs_in_lands_on_the_first_page_of_their_menu(town: Town, actor_id: str, path: str, word: str) -> None:
    answer = town.client(actor_id).get("/")
    assert answer.url.path == path
    assert f'<a href="{path}" aria-current="page">{word}</a>' in answer.text
    assert f"<title>{word} – Helhed</title>" in answer.text


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda workspace: workspace.name)
def test_a_role_that_does_not_reach_a_workspace_is_refused_on_each_of_its_pages(
    town: Town, workspace: Workspace
) -> None:
    if workspace.action is None or workspace.decided_per_citizen:
        return
    people = {
        "anna.holm": Role.TEAM_MEMBER,
        "tine.skov": Role.ADMINISTRATOR,
        "jens.dam": Role.DPO,
        "gitte.berg": Role.MANAGER,
    }
    for actor_id, role in people.items():
        expected = 200 if workspace.is_open_to(actor(role)) else 403
        assert town.client(actor_id).get(workspace.path.format(name="social")).status_code == expected
