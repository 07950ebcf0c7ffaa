"""``helhed identity``: contradictions about who is who, and what people decide about them. Values are masked."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID, uuid4

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.identity_texts import CONFLICT, DECISION, refusal
from hub.cli.source_input import Reason
from hub.cli.source_record import actor_id
from hub.cli.terms import AsJson, fail, opened
from hub.clock import DANISH_TIME
from hub.errors import DecisionRefused, InvalidSetting
from hub.matching.decision_repository import DecisionState
from hub.matching.identity_decisions import DecisionResult
from hub.rights.errors import CitizenRestricted
from schemas.access import AccessRequest, Actor, AuditAction, Purpose, Role
from schemas.base import Schema

if TYPE_CHECKING:
    from hub.access.identity_acts import IdentityDesk

app = typer.Typer(
    no_args_is_help=True,
    help="""
Who is who: where the sources contradict each other, and what people decide. A decision outranks the sources, whatever
they send later, until it is taken back; every one is a line of the audit log. Names, numbers and dates are masked.

[bold]A conflict:[/bold] identity list · identity show NUMBER · then one of

  link NUMBER --reason …                   the statements are about one person (a new name, a typing error)

  link NUMBER --to CITIZEN --reason …      the id, or the old number, is this citizen

  keep-apart NUMBER --record R --reason …  the record R is about somebody else than its number says

[bold]Two citizens who are one:[/bold] identity merge CITIZEN INTO --reason … · identity unmerge CITIZEN --reason …

If both have efforts, somebody else confirms: identity confirm DECISION. A wrong decision: identity withdraw DECISION.

A conflict and a decision have a number, a citizen our own key (the end of the address of the citizen's page). A
personnummer is never typed here: the shell keeps what is typed.
""",
)
console = Console()

ActorOption = Annotated[
    str | None, typer.Option("--actor", help="Who decides; by default whoever is logged in at this terminal.")
]
Conflict = Annotated[int, typer.Argument(metavar="NUMBER", help="Of the conflict; see: helhed identity list")]
Citizen = Annotated[UUID, typer.Argument(metavar="CITIZEN", help="Our own key of the citizen.")]
DecisionNumber = Annotated[int, typer.Argument(metavar="DECISION", help="See: helhed identity list and show CITIZEN")]


T = TypeVar("T")


@app.command("list")
def list_conflicts(
    after: Annotated[int, typer.Option(help="Number of the last conflict of the page before.")] = 0,
    as_json: AsJson = False,
    actor: ActorOption = None,
) -> None:
    """What waits for a person: conflicts, fifty at a time, and merges that somebody else must confirm."""
    queue = _run(AuditAction.READ_IDENTITIES, lambda desk: desk.read_queue(after), actor)
    if as_json:
        _print_json(queue)
        return
    table = Table("Number", "What", "About", "Since")
    for conflict in queue.conflicts:
        what = CONFLICT.get(conflict.kind, conflict.kind)
        table.add_row(str(conflict.id), what, conflict.subject, _day(conflict.first_seen))
    console.print(table if queue.conflicts else "No conflicts wait for a person.")
    for proposal in queue.proposals:
        decision = proposal.decision
        console.print(
            f"Decision {decision.id} waits for a second person: {decision.decided_by} wants to merge"
            f" {' and '.join(map(str, proposal.citizens))}, because: {decision.reason}",
            soft_wrap=True,
            markup=False,
        )


@app.command()
def show(
    what: Annotated[str, typer.Argument(metavar="NUMBER|CITIZEN", help="Number of a conflict, or key of a citizen.")],
    as_json: AsJson = False,
    actor: ActorOption = None,
) -> None:
    """A conflict with its statements side by side, or a citizen with former numbers and what was decided."""
    if what.isdecimal():
        _show_conflict(int(what), actor, as_json=as_json)
        return
    with fail():
        citizen_id = _citizen_key(what, "give the number of a conflict, or the key of a citizen")
    _show_citizen(citizen_id, actor, as_json=as_json)


@app.command()
def link(
    conflict: Conflict,
    reason: Reason,
    to: Annotated[UUID | None, typer.Option(metavar="CITIZEN", help="Who it is, where several are claimed.")] = None,
    actor: ActorOption = None,
) -> None:
    """Settle a conflict: what is said is about one person; or, with --to, the id is that citizen.

    Another name or birth date that a source sends later is a conflict again.

    Example: [bold]helhed identity link 7 --reason "Gift og nyt efternavn, bekræftet af CPR"[/bold]
    """
    _decide(AuditAction.LINK_IDENTITY, lambda desk: desk.link(conflict, to), actor, reason)


@app.command(name="keep-apart")
def keep_apart(
    first: Annotated[str, typer.Argument(metavar="NUMBER|CITIZEN", help="Number of a conflict, or key of a citizen.")],
    reason: Reason,
    other: Annotated[UUID | None, typer.Argument(metavar="[CITIZEN]", help="The other citizen.")] = None,
    record: Annotated[str | None, typer.Option(help="Which record of the conflict; see: identity show NUMBER")] = None,
    actor: ActorOption = None,
) -> None:
    """Two people: a record of a conflict is about somebody else, or two citizens are not one whatever sources declare.

    What the record's own id stands for (its efforts too) becomes a citizen of its own, without the number.

    Examples: [bold]helhed identity keep-apart 7 --record 4b1d6bcd8a02 --reason "Forkert nummer i Nexus"[/bold] ·
    [bold]helhed identity keep-apart CITIZEN CITIZEN --reason "…"[/bold]
    """
    if other is None and record is not None and first.isdecimal():
        _decide(AuditAction.KEEP_APART, lambda desk: desk.keep_record_apart(int(first), record), actor, reason)
        return
    with fail():
        two = "give the number of a conflict with --record, or the keys of two citizens"
        if other is None or record is not None:
            raise InvalidSetting(two)
        citizen = _citizen_key(first, two)
    _decide(AuditAction.KEEP_APART, lambda desk: desk.keep_citizens_apart(citizen, other), actor, reason)


@app.command()
def merge(
    citizen: Citizen,
    into: Annotated[UUID, typer.Argument(metavar="INTO", help="The citizen who stays.")],
    reason: Reason,
    actor: ActorOption = None,
) -> None:
    """Two citizens are one person. If both have efforts, it waits until somebody else confirms it.

    The one page then shows what both had, with the protection of the stricter; each keeps their own courses, consents
    and log, which an unmerge gives back. Where only one has a personnummer, that one stays.
    """
    _decide(AuditAction.MERGE_CITIZENS, lambda desk: desk.merge(citizen, into), actor, reason)


@app.command()
def confirm(decision: DecisionNumber, actor: ActorOption = None) -> None:
    """Confirm a merge that somebody else has proposed. Look at both first: helhed identity show CITIZEN."""
    _decide(AuditAction.CONFIRM_MERGE, lambda desk: desk.confirm(decision), actor)


@app.command()
def unmerge(citizen: Citizen, reason: Reason, actor: ActorOption = None) -> None:
    """Take back a merge: both citizens are as if nobody had ever merged them, with what came meanwhile at its own."""
    _decide(AuditAction.UNMERGE_CITIZENS, lambda desk: desk.unmerge(citizen), actor, reason)


@app.command()
def withdraw(decision: DecisionNumber, reason: Reason, actor: ActorOption = None) -> None:
    """Take back any decision, or a proposal of a merge. What the sources say holds again."""
    _decide(AuditAction.WITHDRAW_DECISION, lambda desk: desk.withdraw(decision), actor, reason)


def _show_conflict(number: int, actor: str | None, *, as_json: bool) -> None:
    details = _run(AuditAction.READ_IDENTITIES, lambda desk: desk.read_conflict(number), actor)
    if as_json:
        _print_json(details)
        return
    conflict = details.conflict
    console.print(
        f"{CONFLICT.get(conflict.kind, conflict.kind)}: {conflict.subject}, since {_day(conflict.first_seen)}"
    )
    table = Table("Record", "From", "Name", "Born", "Fits the number", "Says", "Registered", "Read", "Citizen")
    for statement in details.statements:
        fits = {True: "yes", False: "no", None: "not known"}[statement.fits_number]
        table.add_row(
            statement.record,
            f"{statement.source}/{statement.record_type}/{statement.source_id}",
            statement.name or "-",
            str(statement.birth_year or "-"),
            fits,
            ", ".join(statement.identifiers),
            _day(statement.registered_at),
            _day(statement.observed_at),
            f"{statement.citizen_id or 'nobody yet'}{' (has efforts)' if statement.has_efforts else ''}",
        )
    console.print(table)


def _show_citizen(citizen_id: UUID, actor: str | None, *, as_json: bool) -> None:
    identity = _run(AuditAction.READ_IDENTITIES, lambda desk: desk.read_citizen(citizen_id), actor)
    if as_json:
        _print_json(identity)
        return
    if identity.merged_into is not None:
        console.print(f"{citizen_id} is by now {identity.merged_into}", soft_wrap=True)
    table = Table("Citizen", "Identifier", "Stands", "Replaced according to", "Since")
    for number in identity.numbers:
        sources, stands = ", ".join(number.sources), "former" if number.is_former else "current"
        table.add_row(str(number.citizen_id), number.identifier, stands, sources or "-", _day(number.since))
    console.print(table)
    for summary in identity.decisions:
        decision = summary.decision
        line = f"Decision {decision.id}, {decision.state}: {summary.subject} {DECISION[decision.kind]} {summary.target}"
        line += f", by {decision.decided_by} on {_day(decision.decided_at)}: {decision.reason}"
        if decision.confirmed_by:
            line += f"; confirmed by {decision.confirmed_by} on {_day(decision.confirmed_at)}"
        if decision.withdrawn_by:
            line += f"; taken back by {decision.withdrawn_by} on {_day(decision.withdrawn_at)}: "
            line += decision.withdrawn_reason or ""
        console.print(line, soft_wrap=True, markup=False)


def _decide(
    action: AuditAction, act: "Callable[[IdentityDesk], DecisionResult]", actor: str | None, reason: str | None = None
) -> None:
    result = _run(action, act, actor, reason)
    number = ", ".join(map(str, result.decision_ids)) or "-"
    if result.state is DecisionState.PROPOSED:
        again = "" if result.is_new else "already "
        console.print(
            f"Both have efforts, so it {again}waits for a second person: helhed identity confirm {number}",
            soft_wrap=True,
        )
    elif not result.is_new:
        console.print("It was so already; nothing is changed.")
    elif result.still_joined:
        console.print(
            "It is taken back, but the sources say by themselves that both are one person;"
            " see: helhed identity keep-apart --help",
            soft_wrap=True,
        )
    else:
        verb = "taken back" if result.state is DecisionState.WITHDRAWN else "decided"
        console.print(
            f"Decision {number} is {verb}. A worker rebuilds {len(result.affected)} overviews within seconds.",
            soft_wrap=True,
        )


def _run(
    action: AuditAction, act: "Callable[[IdentityDesk], T]", actor: str | None = None, reason: str | None = None
) -> T:
    """Do it as whoever works at the terminal. A refusal is a line of the log too, and a sentence with what to do."""
    from hub.access.identity_acts import IdentityDesk, record_refused_decision  # noqa: PLC0415  as in source_record

    user = actor_id()
    name = f"cli:{actor}" if actor else user
    person = Actor(
        id=name, name=f"{name} ({user})" if actor else name, title="helhed", roles=frozenset({Role.ADMINISTRATOR})
    )
    request = AccessRequest(purpose=Purpose.OPERATIONS, override_reason=reason, request_id=f"cli-{uuid4().hex[:12]}")
    with fail(), opened() as context:
        now = context.clock.now()
        try:
            with context.database.transaction() as session:
                desk = IdentityDesk(session, person, request, digest_key=context.digest_key, now=now)
                try:
                    return act(desk)
                except CitizenRestricted as error:
                    refusal_kept = error  # raised again only after the line about it is kept
            raise refusal_kept
        except DecisionRefused as error:
            with context.database.transaction() as session:
                record_refused_decision(
                    session, person, action, request, rule=error.rule.value, citizens=error.citizens, now=now
                )
            raise InvalidSetting(refusal(error)) from None


def _citizen_key(text: str, advice: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidSetting(advice) from None


def _print_json(result: Schema) -> None:
    typer.echo(json.dumps(result.model_dump(mode="json"), ensure_ascii=False))


def _day(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment.astimezone(DANISH_TIME):%Y-%m-%d}"
