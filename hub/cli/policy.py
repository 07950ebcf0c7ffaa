"""``helhed policy``: the policies in force, and why they answer as they do about an employee and a citizen."""

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from hub.access.cedar import POLICY_TITLES, POLICY_VERSION, policy_texts
from hub.cli.source_record import operator, require_right
from hub.cli.terms import fail, open_services
from hub.errors import InvalidSetting, MissingRole, NotLoggedIn
from schemas.access import AuditAction, Purpose

app = typer.Typer(
    no_args_is_help=True,
    help="""
Who may see what: [bold]explain[/bold] says why about an employee and a citizen, [bold]show[/bold] gives the policies in
force with the version that each line of the audit log names. docs/policy-table.md is the table of them all.
""",
)
console = Console()
ActorId = Annotated[str, typer.Argument(metavar="ACTOR", help="The employee's id.")]
Citizen = Annotated[UUID, typer.Argument(metavar="CITIZEN", help="Our own key of the citizen.")]
ForPurpose = Annotated[Purpose, typer.Option(help="What the employee looks for.")]
WithReason = Annotated[
    str | None, typer.Option("--reason", help="As if the employee had written this reason to open the citizen.")
]


@app.command()
def explain(
    actor: ActorId, citizen: Citizen, purpose: ForPurpose = Purpose.FOLLOW_UP, reason: WithReason = None
) -> None:
    """Why may that employee see what they see of that citizen today, or not? In sentences; nobody is named but ACTOR.

    The question is a line of the audit log about the citizen.
    """
    from hub.access.identity import actor as get_actor  # noqa: PLC0415  a command loads only what it needs
    from hub.access.policy_questions import explain_decision  # noqa: PLC0415  as above

    administrator, request = operator()
    request = request.model_copy(update={"purpose": purpose, "override_reason": reason})
    with fail(), open_services() as context, context.database.transaction() as session:
        try:
            employee = get_actor(session, actor)
        except NotLoggedIn:
            raise InvalidSetting(f"there is no employee {actor}, or no longer") from None
        sentences = explain_decision(session, administrator, employee, citizen, request, now=context.clock.now())
        if sentences is None:
            raise MissingRole
        if not sentences:
            raise InvalidSetting("there is no citizen with that key")
        for sentence in sentences:
            console.print(sentence, soft_wrap=True, markup=False, highlight=False)


@app.command()
def show(*, text: Annotated[bool, typer.Option("--text", help="The Cedar text, too.")] = False) -> None:
    """The version of the policies in force, and what each of them says."""
    require_right(AuditAction.READ_POLICY)
    console.print(f"Version {POLICY_VERSION}", highlight=False)
    for policy, title in POLICY_TITLES.items():
        console.print(f"{policy}: {title}", soft_wrap=True, markup=False, highlight=False)
    if text:
        for name, policies in policy_texts().items():
            console.print(f"\n// {name}\n{policies}", soft_wrap=True, markup=False, highlight=False)
