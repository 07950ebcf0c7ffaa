"""``helhed source approve``: which fields a source may read, by the name of who answers for it."""

from typing import Annotated

import typer
from rich.console import Console

from hub.cli.source_input import without_numbers
from hub.cli.source_record import actor_id, record
from hub.cli.terms import fail, opened
from hub.sources import stream_repository
from hub.sources.approval_repository import list_approvals
from hub.sources.approvals import approve_fields, declared_streams
from hub.sources.field_approvals import BY_UPGRADE, unapproved_fields
from schemas.access import AuditAction

console = Console()


def approve(
    name: Annotated[str, typer.Argument(help="The source's name; see: helhed source list")],
    approver: Annotated[
        str, typer.Option("--by", help="Name of the person who answers for it.", callback=without_numbers)
    ] = "",
) -> None:
    """Show which fields nobody has approved, or with --by approve them: until then they are not read.

    Example: [bold]helhed source approve social --by "Karen Krogh"[/bold]
    """
    with fail(), opened() as context:
        builder = context.catalogue.builder
        with context.database.transaction() as session:
            streams = declared_streams(session, builder, name)
            approvals = list_approvals(session, name)
            wanting = unapproved_fields(streams, approvals)
            is_carried_over = any(approval.approved_by == BY_UPGRADE for approval in approvals.values())
            for fields in wanting:
                console.print(f"{fields.record_type}: {', '.join(fields.fields)}", markup=False, highlight=False)
            if is_carried_over:
                console.print("What was read before the upgrade goes on; nobody has approved it by name.")
            if not wanting and not is_carried_over:
                console.print("Every field that is read is approved.")
            elif not approver.strip():
                console.print(f'To approve them: helhed source approve {name} --by "NAME"', markup=False)
            else:
                approve_fields(session, builder, name, approver=approver.strip(), by=actor_id())
                stream_repository.make_due(session, name, context.clock.now())
                record(session, AuditAction.CONFIGURE_SOURCE, name, "fields approved", context.clock.now())
                console.print(f"Approved by {approver.strip()}.", markup=False)
