"""``helhed source``: the sources there are, and what people do to them. Every change is a line of the audit log."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from hub.cli.new_source.writing import NEXT_STEPS, class_name, write_source
from hub.cli.source_approval import approve
from hub.cli.source_inbox import inbox
from hub.cli.source_input import (
    AtMost,
    Reason,
    SeenVersion,
    file_or_prompt,
    parse_expiry,
    parse_settings,
    read_schedule,
    without_numbers,
)
from hub.cli.source_output import print_decided, print_decisions, print_held
from hub.cli.source_reading import Name, history, list_all, runs, show
from hub.cli.source_record import actor_id, record, record_act
from hub.cli.source_removal import forget, remove
from hub.cli.source_setup import check, discover, preview, start
from hub.cli.terms import AsJson, fail, opened
from hub.clock import DANISH_TIME
from hub.context import AppContext
from hub.errors import InvalidSetting, SourceNotFound
from hub.sources import held_repository, repository, run_requests, service, stream_repository
from hub.sources.definitions import SourceDefinition, SourceLifecycle
from hub.sources.held_deletions import with_parts
from hub.sources.schedule import DEFAULT_SCHEDULE
from hub.sources.validation import fault_text
from schemas.access import AuditAction
from schemas.source import Area

app = typer.Typer(
    no_args_is_help=True,
    help="""
The sources Helhed reads. What you change takes effect in running workers and servers within seconds.

[bold]A new source:[/bold] helhed connector kinds · connector spec KIND · source add NAME --kind KIND --draft …

· source check NAME · source discover NAME · source approve NAME --by "…" · source preview NAME · source start NAME

[bold]Day by day:[/bold] helhed source list · source show NAME · source run NAME · source held

A source of HELHED_SOURCES_FILE is changed in the file; it can be paused, run, released and refused here too.
""",
)
app.command(name="list")(list_all)
app.command()(show)
app.command()(runs)
app.command()(history)
app.command()(remove)
app.command()(forget)
app.command()(inbox)
for setup in (check, discover, approve, preview, start):
    app.command()(setup)
console = Console()

StreamOption = Annotated[str | None, typer.Option(help="Only this stream; see: helhed source show NAME")]
Settings = Annotated[
    list[str] | None, typer.Argument(help="field=value; a dot reaches inside, an empty value goes back to the default.")
]
Secrets = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        help="field=@FILE or field=env:VARIABLE; field alone asks for it on the terminal. Never the secret itself.",
    ),
]
Expires = Annotated[
    list[str] | None,
    typer.Option(
        "--expires", help="SECRET=2026-12-31: its last day, which a notice tells beforehand; SECRET= is none."
    ),
]
AreaOption = Annotated[Area | None, typer.Option(help="Instead of the area that the connector declares.")]
Title = Annotated[
    str | None,
    typer.Option(help="Danish; instead of the title that the connector declares.", callback=without_numbers),
]
HeldType = Annotated[
    str | None, typer.Argument(metavar="TYPE", help="The type, as helhed source held shows it.", show_default=False)
]
AllTypes = Annotated[bool, typer.Option("--all", help="All types of the source that wait, instead of one.")]
Every = Annotated[str | None, typer.Option(help="Cadence: 12s, 15m, 2h, 1d.")]
At = Annotated[str | None, typer.Option(help="Time of day in Denmark: 02:30.")]


@app.command()
def add(  # noqa: PLR0913, PLR0917  options of a command
    name: Annotated[str, typer.Argument(help="Lower case, e.g. social; stands in addresses and logs.")],
    settings: Settings = None,
    kind: Annotated[str, typer.Option(help="See: helhed connector kinds")] = "",
    secret: Secrets = None,
    expires: Expires = None,
    area: AreaOption = None,
    title: Title = None,
    every: Every = None,
    at: At = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it without reading it yet.")] = False,
) -> None:
    """Add a source; it is read at once, unless it is a draft.

    Example: [bold]helhed source add social --kind odata base_url=https://dubu.example.dk environment=prod
    token_url=https://login.example.dk/token client_id=helhed --secret client_secret=@/run/secrets/dubu[/bold]
    """
    with fail(), opened() as context:
        builder = context.catalogue.builder
        if kind not in builder.kinds:
            raise InvalidSetting(f"--kind is one of: {', '.join(sorted(builder.kinds))}")
        definition = _definition(
            name=name,
            kind=kind,
            area=area,
            title=title,
            settings=parse_settings(settings or [], builder.kinds[kind].spec()),
            secret_expiry={path: day for path, day in parse_expiry(expires or []).items() if day},
            lifecycle=SourceLifecycle.DRAFT if draft else SourceLifecycle.ACTIVE,
        )
        secrets = file_or_prompt(secret or [])
        if draft and (every or at):
            raise InvalidSetting("a draft has no streams yet; give --every or --at to: helhed source start")
        schedule = read_schedule(every, at) or DEFAULT_SCHEDULE
        with context.database.transaction() as session:
            service.add_source(session, builder, definition, secrets=secrets, by=actor_id(), schedule=schedule)
            record(session, AuditAction.CONFIGURE_SOURCE, name, "added", context.clock.now())
        console.print(f"{name} is added. Can it be read? helhed source check {name}")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Lower case, e.g. library; becomes the kind and the package.")],
    area: Annotated[Area, typer.Option(help="What the source belongs to.")] = Area.SOCIAL,
    title: Annotated[str, typer.Option(help="Danish, as staff know the system.")] = "",
    into: Annotated[Path, typer.Option(help="A checkout of Helhed.")] = Path(),
) -> None:
    """Write the files of a new kind of source, for programmers: they run and pass their tests as they are.

    Example: [bold]helhed source new library --area school --title "Biblioteket"[/bold]. Then follow docs/new-source.md.
    """
    with fail():
        for path in write_source(name, area, title or name.replace("_", " ").title(), into):
            console.print(f"wrote {path}")
        console.print(NEXT_STEPS.format(name=name, Name=class_name(name)))


@app.command(name="set")
def set_settings(  # noqa: PLR0913, PLR0917  options of a command
    name: Name,
    settings: Settings = None,
    secret: Secrets = None,
    expires: Expires = None,
    area: AreaOption = None,
    title: Title = None,
    version: SeenVersion = None,
    activate: Annotated[bool, typer.Option("--activate", help="A draft is read from now on.")] = False,
) -> None:
    """Change a source. A run under way is stopped and begins again as the source is now.

    Example: [bold]helhed source set social page_size=100 --secret client_secret=env:NEW_SECRET
    --expires client_secret=2026-12-31[/bold]
    """
    with fail(), opened() as context:
        if not (settings or secret or expires or area or title or activate):
            raise InvalidSetting("give field=value, --secret, --expires, --area, --title or --activate")
        builder = context.catalogue.builder
        with context.database.transaction() as session:
            before = repository.get_source(session, name)
            if before is None:
                raise InvalidSetting(f"there is no source {name}; see: helhed source list")
            schema = builder.kinds[before.definition.kind].spec() if before.definition.kind in builder.kinds else {}
            change = service.SourceChange(
                area=area,
                title=title,
                settings=parse_settings(settings or [], schema, before.definition.settings),
                secrets=file_or_prompt(secret or []),
                secret_expiry=parse_expiry(expires or []),
                lifecycle=SourceLifecycle.ACTIVE if activate else None,
            )
            seen = before.version if version is None else version
            service.change_source(session, builder, name, change, by=actor_id(), expected_version=seen)
            days = [f"secret_expiry.{path}" for path in change.secret_expiry]
            changed = ", ".join([*change.settings, *change.secrets, *days]) or "definition"
            record(session, AuditAction.CONFIGURE_SOURCE, name, f"changed: {changed}", context.clock.now())
        console.print(f"{name} is changed.")


@app.command()
def pause(name: Name, reason: Reason) -> None:
    """Do not read a source until it is resumed; a run under way ends in order. The reason stands on the page."""
    with fail(), opened() as context, context.database.transaction() as session:
        service.pause_source(session, name, by=actor_id(), reason=reason, now=context.clock.now())
        record(session, AuditAction.PAUSE_SOURCE, name, reason, context.clock.now())
        console.print(f"{name} is paused.")


@app.command()
def resume(name: Name) -> None:
    """Read a paused source again, at once."""
    with fail(), opened() as context, context.database.transaction() as session:
        context.catalogue.get(name)
        service.resume_source(session, name, context.clock.now(), by=actor_id())
        record(session, AuditAction.RESUME_SOURCE, name, None, context.clock.now())
        console.print(f"{name} is read again.")


@app.command()
def run(
    name: Name,
    stream: StreamOption = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Read everything once more; deletions that wait go on waiting.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Read again what changed since that day; where it can, else everything."
        ),
    ] = None,
) -> None:
    """Let a worker read a source now. To read it in this terminal instead: helhed collect NAME."""
    with fail(), opened() as context, context.database.transaction() as session:
        if since is not None:
            day = since.replace(tzinfo=DANISH_TIME)
            builder, now = context.catalogue.builder, context.clock.now()
            is_since = run_requests.reread_source(session, builder, name, now, since=day, stream=stream, by=actor_id())
            record(session, AuditAction.RUN_SOURCE, name, f"since {day:%d %B %Y}", now)
            begins = "what changed since then" if is_since else "everything: it cannot be read from a day"
            console.print(f"A worker begins within seconds to read {begins}.")
            return
        run_requests.run_source(session, name, context.clock.now(), stream=stream, from_start=from_start, by=actor_id())
        record(session, AuditAction.RUN_SOURCE, name, "from the start" if from_start else None, context.clock.now())
        console.print("A worker begins within seconds; see: helhed source runs " + name)


@app.command()
def stop(name: Name, stream: StreamOption = None) -> None:
    """Let a run under way end in order; what it has read is kept. The source is read again when its schedule says."""
    with fail(), opened() as context, context.database.transaction() as session:
        now = context.clock.now()
        names = [
            state.stream for state in stream_repository.list_streams(session, name) if stream in {None, state.stream}
        ]
        stopping = [
            stream_name
            for stream_name in names
            if run_requests.stop_run(session, name, stream_name, by=actor_id(), now=now)
        ]
        record(session, AuditAction.STOP_RUN, name, ", ".join(stopping) or None, now)
        console.print(f"{name} stops reading {', '.join(stopping)}." if stopping else f"{name} is not read now.")


@app.command()
def schedule(
    name: Name,
    stream: StreamOption = None,
    every: Every = None,
    at: At = None,
    enable: Annotated[bool | None, typer.Option("--enable/--disable", help="Whether it is read at all.")] = None,
) -> None:
    """When a source, or one stream of it, is read: by a cadence, or once a day at a time in Denmark.

    Example: [bold]helhed source schedule social --at 02:30[/bold]
    """
    with fail(), opened() as context, context.database.transaction() as session:
        chosen = read_schedule(every, at)
        if chosen is None and enable is None:
            raise InvalidSetting("give --every, --at, --enable or --disable")
        now = context.clock.now()
        service.schedule_source(session, name, now, stream=stream, schedule=chosen, is_enabled=enable, by=actor_id())
        changes = [f"scheduled {chosen}"] if chosen else []
        changes += [] if enable is None else ["enabled" if enable else "disabled"]
        record(session, AuditAction.CONFIGURE_SOURCE, name, ", ".join(changes), context.clock.now())
        for state in stream_repository.list_streams(session, name):
            console.print(f"{state.stream}: {state.schedule}{'' if state.is_enabled else ', not read'}")


@app.command()
def held(
    name: Annotated[str | None, typer.Argument(help="Only this source.")] = None,
    decisions: Annotated[
        bool, typer.Option("--decisions", help="Instead, who decided what, when and why: the latest fifty.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List deletions that wait for you: a list became empty, or shrank so much that it may be a fault.

    Ask the owner of the system whether they are gone. Then [bold]helhed source release[/bold], or [bold]refuse[/bold].
    """
    with fail(), opened() as context, context.database.transaction() as session:
        if name is not None and name not in {source.name for source in context.catalogue.known()}:
            raise SourceNotFound
        record_act(session, AuditAction.READ_SOURCES, name)
        if decisions:
            print_decisions(held_repository.list_decisions(session, name), as_json=as_json)
        else:
            print_held(held_repository.list_held(session, name), as_json=as_json)


@app.command()
def release(
    name: Name, reason: Reason, record_type: HeldType = None, all_types: AllTypes = False, at_most: AtMost = None
) -> None:
    """Let held deletions happen. The source is read at once; if more are missing by then, they are held anew.

    What is read through the type follows it: with its cases go their people and activities.
    """
    with fail(), opened() as context:
        types = _types_to_decide(context, name, record_type, all_types=all_types)
        if types is None and at_most is not None:
            raise InvalidSetting("--at-most is about one type; give it with the type, and without --all")
        with context.database.transaction() as session:
            now = context.clock.now()
            entries = service.release_deletions(
                session, name, types, at_most=at_most, by=actor_id(), reason=reason, now=now
            )
            for entry in entries:
                details = f"{entry.record_type}, at most {entry.ceiling}: {reason}"
                record(session, AuditAction.RELEASE_DELETIONS, name, details, now)
        print_decided(entries, parts_of=record_type)


@app.command()
def refuse(name: Name, reason: Reason, record_type: HeldType = None, all_types: AllTypes = False) -> None:
    """Keep what a source does not show any more. You are asked again only if more is missing.

    The source is read at once, so that it counts as read to its end again. What is read through the type follows it.
    """
    with fail(), opened() as context:
        types = _types_to_decide(context, name, record_type, all_types=all_types)
        with context.database.transaction() as session:
            now = context.clock.now()
            entries = service.refuse_deletions(session, name, types, by=actor_id(), reason=reason, now=now)
            for entry in entries:
                details = f"{entry.record_type}, {entry.missing}: {reason}"
                record(session, AuditAction.REFUSE_DELETIONS, name, details, now)
        print_decided(entries, parts_of=record_type)


def _definition(**given: object) -> SourceDefinition:
    try:
        return SourceDefinition.model_validate(given)
    except ValidationError as error:
        raise InvalidSetting(fault_text(error)) from None


def _types_to_decide(
    context: AppContext, name: str, record_type: str | None, *, all_types: bool
) -> tuple[str, ...] | None:
    """The type with those that are parts of it; None: all that wait.

    Raises:
        InvalidSetting: neither or both were given.
    """
    if all_types == (record_type is not None):
        raise InvalidSetting("give either a type, as helhed source held shows it, or --all")
    if record_type is None:
        return None
    try:
        with closing(context.catalogue.open_connector(name)) as connector:
            return with_parts(connector.discover(), record_type)
    except InvalidSetting:
        return (record_type,)  # a source that cannot be read now can still be decided about
