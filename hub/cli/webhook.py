"""``helhed webhook``: the systems that are posted kinds of alerts, and nothing about anybody."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from hub.cli.listing import PAGE, Start, show_list
from hub.cli.source_record import operator
from hub.cli.terms import AsJson, fail, opened
from hub.errors import InvalidSetting
from schemas.alert import AlertKind

app = typer.Typer(
    no_args_is_help=True,
    help="""
Systems that are told by HTTPS that something happened: the kind, a time and a link behind the login. Each post is
signed as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature). Their hosts stand in
HELHED_ALERT_WEBHOOK_HOSTS; nothing else is posted to.
""",
)
console = Console()
Id = Annotated[UUID, typer.Argument(metavar="ID", help="As helhed webhook list shows it.")]


@app.command("list")
def list_alert_webhooks(start: Start = 0, as_json: AsJson = False) -> None:
    """Every webhook: its kinds, by whom it was added, and whether it is posted to."""
    from hub.access.webhook_acts import WebhookDesk  # noqa: PLC0415  a command loads only what it needs
    from hub.alerts.delivery_repository import AlertWebhook  # noqa: PLC0415  as above

    with fail(), opened() as context:
        actor, request = operator()
        with context.database.transaction() as session:
            desk = WebhookDesk(session, actor, request, now=context.clock.now())
            webhooks = desk.list_webhooks(start=start, size=PAGE)
        columns: dict[str, Callable[[AlertWebhook], str]] = {
            "Id": lambda webhook: str(webhook.id),
            "Address": lambda webhook: webhook.url,
            "Kinds": lambda webhook: ", ".join(sorted(webhook.kinds)) or "all",
            "Added": lambda webhook: f"{webhook.added_at:%Y-%m-%d} {webhook.added_by}",
            "Last taken": lambda webhook: f"{webhook.last_sent_at:%Y-%m-%d %H:%M}" if webhook.last_sent_at else "never",
            "State": lambda webhook: (
                f"disabled {webhook.disabled_at:%Y-%m-%d}: helhed webhook enable {webhook.id}"
                if webhook.disabled_at
                else f"{webhook.failures} failures in a row"
                if webhook.failures
                else "posted to"
            ),
        }
        empty = "No system is posted alerts; see: helhed webhook add --help"
        show_list(webhooks, columns, start=start, as_json=as_json, empty=empty)


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="An HTTPS address at one of HELHED_ALERT_WEBHOOK_HOSTS.")],
    kind: Annotated[list[AlertKind] | None, typer.Option(help="Only this kind; several times for several.")] = None,
) -> None:
    """Register an address, and show the secret of its signatures, this once."""
    from hub.access.webhook_acts import WebhookDesk  # noqa: PLC0415  as above
    from hub.secrets import secret_keys  # noqa: PLC0415  as above

    with fail(), opened() as context:
        settings = context.settings
        actor, request = operator()
        with context.database.transaction() as session:
            desk = WebhookDesk(session, actor, request, now=context.clock.now())
            added = desk.add(url, frozenset(kind or ()), settings.listed_webhook_hosts, secret_keys(settings))
        if added is None:
            raise InvalidSetting("the address is not HTTPS at a host of HELHED_ALERT_WEBHOOK_HOSTS (name or name:port)")
        webhook, secret = added
        console.print(f"{webhook.id} is posted to. Its secret, shown this once: {secret}", markup=False, soft_wrap=True)


@app.command()
def disable(webhook_id: Id) -> None:
    """Post nothing to it until it is enabled."""
    from hub.access.webhook_acts import WebhookDesk  # noqa: PLC0415  as above

    with fail(), opened() as context:
        actor, request = operator()
        with context.database.transaction() as session:
            done = WebhookDesk(session, actor, request, now=context.clock.now()).disable(webhook_id)
        _require_done(done)
        console.print(f"{webhook_id} is posted nothing until: helhed webhook enable {webhook_id}", markup=False)


@app.command()
def enable(webhook_id: Id) -> None:
    """Post again to one that failed too often or was disabled."""
    from hub.access.webhook_acts import WebhookDesk  # noqa: PLC0415  as above

    with fail(), opened() as context:
        actor, request = operator()
        with context.database.transaction() as session:
            done = WebhookDesk(session, actor, request, now=context.clock.now()).enable(webhook_id)
        _require_done(done)
        console.print(f"{webhook_id} is posted to again.", markup=False)


@app.command()
def remove(webhook_id: Id) -> None:
    """Post to it no more; its secret is deleted."""
    from hub.access.webhook_acts import WebhookDesk  # noqa: PLC0415  as above

    with fail(), opened() as context:
        actor, request = operator()
        with context.database.transaction() as session:
            done = WebhookDesk(session, actor, request, now=context.clock.now()).remove(webhook_id)
        _require_done(done)
        console.print(f"{webhook_id} is removed.", markup=False)


def _require_done(done: bool) -> None:
    if not done:
        raise InvalidSetting("there is no webhook of that id; see: helhed webhook list")
