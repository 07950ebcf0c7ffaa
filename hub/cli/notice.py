"""``helhed notice``: what of the sources and the search needs a person, and what did."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.source_record import record_act
from hub.cli.terms import AsJson, fail, opened
from hub.clock import DANISH_TIME
from hub.notices.repository import Notice, list_notices
from schemas.access import AuditAction

app = typer.Typer(
    no_args_is_help=True,
    help="""
Notices to the administrators. They stand on the page Beskeder, and are sent by e-mail and webhook where those are set;
see: helhed settings.
""",
)
console = Console()
ON_PAGE = 50


@app.command("list")
def list_all(
    after: Annotated[int, typer.Option(min=0, help="How many to leave out: those of the pages before.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List notices, fifty at a time: those that are not over first, then the newest."""
    with fail(), opened() as context, context.database.transaction() as session:
        record_act(session, AuditAction.READ_SOURCES)
        notices = list_notices(session, offset=after, size=ON_PAGE)
        if as_json:
            for notice in notices:
                typer.echo(notice.model_dump_json())
            return
        table = Table("What", "Source", "Number", "Since", "Over", "Sent", "Waiting", "Fault")
        for notice in notices:
            table.add_row(*_cells(notice))
        console.print(table if notices else "Nothing needs a person.")


def _cells(notice: Notice) -> tuple[str, ...]:
    condition = notice.condition
    return (
        condition.kind.replace("_", " "),
        condition.source or "(search)",
        "-" if condition.number is None else f"{condition.number:,}",
        f"{notice.began_at.astimezone(DANISH_TIME):%Y-%m-%d %H:%M}",
        f"{notice.ended_at.astimezone(DANISH_TIME):%Y-%m-%d %H:%M}" if notice.ended_at else "-",
        str(notice.sent),
        str(notice.waiting),
        notice.fault or "-",
    )
