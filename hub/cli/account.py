"""``helhed account``: the machines that may read by the API."""

from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from hub.access.service_accounts import ServiceAccount
from hub.cli.listing import PAGE, Start, show_list
from hub.cli.source_record import operator, record_act
from hub.cli.terms import AsJson, fail, opened
from hub.errors import InvalidSetting, MissingRole
from schemas.access import AuditAction, Purpose
from schemas.machine import Scope
from schemas.source import Area

app = typer.Typer(
    no_args_is_help=True,
    help="""
Machines that may read by the API, with access tokens (client credentials) of the municipality's login
(docs/machines.md). A token alone opens nothing: what a machine may read stands here. A revoked account is refused from
its next request.

[bold]For its own unit:[/bold] helhed account add journal --name Journalsystemet --for "Viser indsatser i journalen"
--scope overview:read --unit social:100 --area social
""",
)
console = Console()
ClientId = Annotated[str, typer.Argument(metavar="CLIENT_ID", help="As the login provider names the client.")]
Unit = Annotated[str | None, typer.Option(help="It reads the citizens of this unit, as the sources name it.")]
InArea = Annotated[Area | None, typer.Option(help="It sees lines of this area alone. Needed with --unit.")]
ForEmployees = Annotated[
    bool, typer.Option("--for-employees", help="It names an employee in each request, and reads what both may.")
]


@app.command("list")
def list_service_accounts(start: Start = 0, as_json: AsJson = False) -> None:
    """Every account, the revoked last: scopes, whose citizens, purpose, by whom, and when it was used last."""
    from hub.access.service_account_repository import list_accounts  # noqa: PLC0415  a command loads only what it needs

    with fail(), opened() as context:
        with context.database.transaction() as session:
            record_act(session, AuditAction.READ_STAFF)
            accounts = list_accounts(session, start=start, size=PAGE)
        columns: dict[str, Callable[[ServiceAccount], str]] = {
            "Client": lambda account: account.client_id,
            "Name": lambda account: f"{account.name}: {account.description}",
            "Scopes": lambda account: ", ".join(sorted(account.scopes)),
            "Citizens": _citizens,
            "Purpose": lambda account: account.purpose,
            "Added": lambda account: f"{account.added_at:%Y-%m-%d} {account.added_by}",
            "Used": lambda account: f"{account.used_at:%Y-%m-%d %H:%M}" if account.used_at else "never",
            "State": _state,
        }
        none = "No machine has an account; see: helhed account add --help"
        show_list(accounts, columns, start=start, as_json=as_json, empty=none)


@app.command()
def add(  # noqa: PLR0913  one for each option of the command line
    client_id: ClientId,
    *,
    name: Annotated[str, typer.Option(help="What people call the machine; stands in the log.")],
    description: Annotated[str, typer.Option("--for", help="What it needs the data for.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may read; give it several times for several.")],
    purpose: Annotated[Purpose, typer.Option(help="Stands on each line about a citizen.")] = Purpose.CASE_WORK,
    unit: Unit = None,
    area: InArea = None,
    for_employees: ForEmployees = False,
) -> None:
    """Let a machine in. To change an account: revoke it, and add it anew."""
    from hub.access.account_acts import add_account  # noqa: PLC0415  as above

    with fail(), opened() as context:
        administrator, request = operator()
        try:
            account = ServiceAccount(
                client_id=client_id,
                name=name,
                purpose=purpose,
                description=description,
                scopes=frozenset(scope),
                for_employees=for_employees,
                unit_id=unit,
                area=area,
                added_by=administrator.id,
            )
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            raise InvalidSetting(
                f"{place + ': ' if place else ''}{fault['msg'].removeprefix('Value error, ')}"
            ) from None
        with context.database.transaction() as session:
            done = add_account(session, administrator, account, request, now=context.clock.now())
        _require_done(done, f"there is an account {client_id} in use; to change it: helhed account revoke {client_id}")
        console.print(
            f"{account.name} may read: {', '.join(sorted(account.scopes))}. {_citizens(account)}.", markup=False
        )


@app.command()
def revoke(client_id: ClientId) -> None:
    """Shut a machine out: its next request is refused, whatever its token says."""
    from hub.access.account_acts import revoke_account  # noqa: PLC0415  as above

    with fail(), opened() as context:
        administrator, request = operator()
        with context.database.transaction() as session:
            done = revoke_account(session, administrator, client_id, request, now=context.clock.now())
        _require_done(done, f"there is no account {client_id} in use; see: helhed account list")
        console.print(f"{client_id} is shut out.", markup=False)


def _require_done(done: bool | None, otherwise: str) -> None:
    if done is None:
        raise MissingRole
    if not done:
        raise InvalidSetting(otherwise)


def _state(account: ServiceAccount) -> str:
    return f"revoked {account.revoked_at:%Y-%m-%d} by {account.revoked_by}" if account.revoked_at else "in use"


def _citizens(account: ServiceAccount) -> str:
    area = f", {account.area} only" if account.area else ""
    if account.for_employees:
        return f"those of the employee it asks for{area}"
    return f"those of unit {account.unit_id}{area}" if account.unit_id else "none"
