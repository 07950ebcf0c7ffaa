"""``helhed actor``: employees and units, and taking them over from the organisation."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from hub.cli.listing import PAGE, Start, show_list
from hub.cli.source_record import operator, record_act, require_right
from hub.cli.terms import AsJson, fail, load_settings, opened
from hub.clock import danish_day
from hub.context import AppContext
from hub.errors import InvalidSetting
from schemas.access import AuditAction
from schemas.staff import Employee, StaffUnit

if TYPE_CHECKING:
    from hub.access.organisation import Organisation

app = typer.Typer(
    no_args_is_help=True,
    help="""
The employees. Nobody is given a role here: roles come with the login (docs/login.md).

[bold]From OS2mo:[/bold] set HELHED_ORGANISATION_URL, its token (HELHED_ORGANISATION_TOKEN_FILE, or …_TOKEN_URL with
…_CLIENT_ID and …_CLIENT_SECRET) and, if needed, HELHED_ORGANISATION_CA. The worker reads it each hour;
helhed actor fetch reads it now. [bold]From a file:[/bold] helhed actor import export.json, each night (docs/staff.md).

Who has no engagement on the day is no longer active and is logged out at once. What is not told wholly changes nobody.
""",
)
console = Console()


@app.command("list")
def list_actors(
    words: Annotated[str, typer.Argument(metavar="[WORDS]", help="Only those with these words.")] = "",
    start: Start = 0,
    as_json: AsJson = False,
) -> None:
    """Employees by name, with roles, unit, and whether they may log in."""
    from hub.access.staff_repository import list_employees  # noqa: PLC0415  a command loads only what it needs

    with fail(), opened() as context:
        with context.database.transaction() as session:
            record_act(session, AuditAction.READ_STAFF)
            employees = list_employees(session, words, start=start, size=PAGE)
        columns: dict[str, Callable[[Employee], str]] = {
            "Id": lambda employee: employee.id,
            "Name": lambda employee: employee.name,
            "Roles": lambda employee: ", ".join(sorted(employee.roles)) or "none",
            "Unit": lambda employee: employee.unit_name or "",
            "State": _state,
        }
        show_list(employees, columns, start=start, as_json=as_json, empty="No such employee.")


@app.command()
def show(employee_id: Annotated[str, typer.Argument(metavar="ID", help="See: helhed actor list")]) -> None:
    """One employee: roles, functions with their limits, from where, until when."""
    from hub.access.staff_repository import get_employee  # noqa: PLC0415  as above

    with fail(), opened() as context:
        with context.database.transaction() as session:
            record_act(session, AuditAction.READ_STAFF)
            employee = get_employee(session, employee_id)
        if employee is None:
            raise InvalidSetting(f"no employee {employee_id}; see: helhed actor list")
        console.print_json(employee.model_dump_json())


@app.command("units")
def list_organisation_units(
    start: Start = 0,
    as_json: AsJson = False,
) -> None:
    """Units of the organisation by name, with their tasks (KLE), their area and how many may log in."""
    from hub.access.staff_repository import list_units  # noqa: PLC0415  as above

    with fail(), opened() as context:
        with context.database.transaction() as session:
            record_act(session, AuditAction.READ_STAFF)
            units = list_units(session, start=start, size=PAGE)
        columns: dict[str, Callable[[StaffUnit], str]] = {
            "Unit": lambda unit: unit.name,
            "Below": lambda unit: unit.parent_name or "",
            "KLE": lambda unit: ", ".join(unit.kle),
            "Area": lambda unit: unit.area or "",
            "In the sources": lambda unit: unit.unit_id or "",
            "Employees": lambda unit: str(unit.employees),
        }
        show_list(units, columns, start=start, as_json=as_json, empty="No units yet; see: helhed actor --help")


ManyLeave = Annotated[bool, typer.Option("--many-leave", help="It is right that so many have left.")]


@app.command("import")
def import_staff(
    export: Annotated[Path, typer.Argument(metavar="FILE", help="JSON in the shape of OS2mo (docs/staff.md).")],
    many_leave: ManyLeave = False,
) -> None:
    """Take over all units and employees of the organisation: name, title, phone, unit, functions, who works today."""
    from hub.access.organisation import read_export  # noqa: PLC0415  as above

    with fail():
        settings = load_settings()
        try:
            content = export.read_bytes()
        except OSError as error:
            raise InvalidSetting(f"{export} cannot be read: {error.strerror}") from None
        with opened(settings) as context:
            organisation = read_export(content, danish_day(context.clock.now()))
            _take_over(context, organisation, many_leave=many_leave)


@app.command("fetch")
def fetch_staff(many_leave: ManyLeave = False) -> None:
    """Read the same from the organisation's GraphQL (HELHED_ORGANISATION_URL) now; the worker does it each hour.

    An answer that is not whole changes nothing, and says what was wrong.
    """
    from hub.oidc.staff_update import fetch_organisation  # noqa: PLC0415  as above

    with fail(), opened() as context:
        require_right(AuditAction.UPDATE_STAFF)
        organisation = fetch_organisation(context.database, context.settings, context.clock)
        _take_over(context, organisation, many_leave=many_leave)


def _take_over(context: AppContext, organisation: "Organisation", *, many_leave: bool) -> None:
    from hub.oidc.staff_update import update_staff  # noqa: PLC0415  as above

    require_right(AuditAction.UPDATE_STAFF)
    actor, request = operator()
    update = update_staff(
        context.database,
        organisation,
        context.settings,
        context.clock,
        actor=actor,
        request=request,
        even_if_many_leave=many_leave,
    )
    result = update.result
    console.print(f"{result.units} units. {result.working} work here today; {len(result.left)} have lost their access.")
    if update.ended_sessions:
        console.print(f"Sessions that ended: {update.ended_sessions}")
    for name in result.conflicts:
        console.print(f"{name} is unchanged: the name or the person is known here as somebody else.", markup=False)


def _state(employee: Employee) -> str:
    if not employee.is_active:
        return "left"
    return "active" if employee.active_until is None else f"active until {employee.active_until:%Y-%m-%d}"
