"""``helhed test-data``: whether a test installation holds national numbers of real people."""

import typer
from rich.console import Console

from hub.cli.source_record import record_act
from hub.cli.terms import AsJson, fail, open_services
from schemas.access import AuditAction

console = Console()


def check_test_data(as_json: AsJson = False) -> None:
    """Count the national numbers that do not belong in a test installation. Ends with 1 if there are any.

    Made-up people have a day + 60; the national test persons are let through. Numbers alone are told, never which.
    Ends with 2 where HELHED_TEST_INSTALLATION is not set: the question is not about production.
    """
    from hub.matching.quality_repository import count_numbers  # noqa: PLC0415  a command loads only what it needs

    with fail(), open_services() as context:
        if not context.settings.is_for_tests:
            console.print(
                "This is no test installation (HELHED_TEST_INSTALLATION); nothing was counted.", soft_wrap=True
            )
            raise typer.Exit(2)
        with context.database.transaction() as session:
            record_act(session, AuditAction.CHECK_TEST_DATA)
            places = count_numbers(session)
        if as_json:
            typer.echo("[" + ",".join(place.model_dump_json() for place in places) + "]")
        else:
            for place in places:
                console.print(
                    f"{place.place}: {place.ordinary:,} of {place.numbers:,} numbers could be of real people;"
                    f" {place.with_letters:,} have letters, {place.test_persons:,} are national test persons.",
                    soft_wrap=True,
                )
        raise typer.Exit(1 if any(place.ordinary for place in places) else 0)
