"""Tries a source: its connection step by step, or how its first rows would land. Only the result is stored.

The pages and the API do it in a thread of its own, so that they can show how far it has come; a command waits for it.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from threading import Thread
from uuid import UUID

from connectors.base import Connector
from connectors.errors import ConnectorError
from connectors.kit import PreviewRow, preview
from connectors.probe import CheckStep, StepName, check_steps
from hub.db import Database
from hub.errors import InvalidSetting, SourceNotFound, StoreUnavailable
from hub.log import place_of
from hub.sources import repository
from hub.sources.approval_repository import save_trial
from hub.sources.connector_builder import ConnectorBuilder
from hub.sources.trials import PREVIEW_ROWS, TrialKind, TrialResult

log = logging.getLogger("hub.sources")


def start_trial(database: Database, builder: ConnectorBuilder, source: str, kind: TrialKind, number: UUID) -> None:
    """Begin the trial of that number in the background; what it finds is stored step by step."""
    arguments = (database, builder, source, kind, number)
    Thread(target=run_trial, args=arguments, name=f"trial-{source}", daemon=True).start()


def run_trial(
    database: Database,
    builder: ConnectorBuilder,
    source: str,
    kind: TrialKind,
    number: UUID,
    on_step: Callable[[CheckStep], None] = lambda _: None,
) -> TrialResult:
    """Carry the trial of that number out; what it finds is stored step by step.

    Args:
        database: where the source is stored.
        builder: builds its connector.
        source: its name; a draft too.
        kind: what is tried.
        number: of the trial, as ``begin_trial`` gave it.
        on_step: is told each step as soon as it is known.
    """
    steps: list[CheckStep] = []
    rows: Sequence[PreviewRow] = ()

    def take(step: CheckStep) -> None:
        steps.append(step)
        on_step(step)
        _save(database, builder, number, TrialResult(steps=tuple(steps)))

    try:
        with closing(_stored_connector(database, builder, source)) as connector:
            take(CheckStep(name=StepName.SETTINGS, is_ok=True))
            if kind is TrialKind.PREVIEW:
                rows = preview(connector, PREVIEW_ROWS)
            else:
                for step in check_steps(connector):
                    take(step)
    except (InvalidSetting, SourceNotFound) as error:
        take(_failed(StepName.SETTINGS, "source_settings_wrong", str(error)))
    except ConnectorError as error:
        take(_failed(StepName.READ, error.advice, str(error)))
    except Exception as error:  # noqa: BLE001  whatever a source does, the page must say that the trial is over
        # The type and the place only: the text of a foreign error may hold a person's data.
        log.error("source.trial_failed", extra={"fields": {"source": source, "error": place_of(error)}})  # noqa: TRY400
        take(_failed(StepName.READ, "connector_error", f"unexpected {place_of(error)}"))
    result = TrialResult(steps=tuple(steps), rows=tuple(rows))
    _save(database, builder, number, result, is_over=True)
    return result


def _failed(name: StepName, advice: str, message: str) -> CheckStep:
    return CheckStep(name=name, is_ok=False, advice=advice, message=message)


def _stored_connector(database: Database, builder: ConnectorBuilder, name: str) -> Connector:
    """The connector of the source as it is stored: the catalogue may be half a second behind what was just saved.

    Raises:
        SourceNotFound: there is no such source any more.
        InvalidSetting: its connector cannot be built.
    """
    with database.transaction() as session:
        source = repository.get_source(session, name)
        if source is None:
            raise SourceNotFound
        secrets = repository.secrets_of(session, name)
    return builder.build(source.definition, secrets)


def _save(
    database: Database, builder: ConnectorBuilder, number: UUID, result: TrialResult, *, is_over: bool = False
) -> None:
    try:
        with database.transaction() as session:
            ended_at = builder.clock.now() if is_over else None
            save_trial(session, number, result.model_dump(mode="json"), ended_at)
    except StoreUnavailable:
        log.error("source.trial_lost")  # noqa: TRY400  the page says that it was interrupted
