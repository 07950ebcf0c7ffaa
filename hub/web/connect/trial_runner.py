"""Tries a source in a thread of its own, so that the page can show how far it has come and no request waits for it."""

import logging
from collections.abc import Sequence
from contextlib import closing
from threading import Thread
from uuid import UUID

from connectors.base import Connector
from connectors.errors import ConnectorError
from connectors.kit import PreviewRow, preview
from connectors.probe import CheckStep, StepName, check_steps
from hub.context import AppContext
from hub.errors import InvalidSetting, SourceNotFound, StoreUnavailable
from hub.log import place_of
from hub.sources import repository
from hub.sources.approval_repository import save_trial
from hub.sources.trials import PREVIEW_ROWS, TrialKind, TrialResult

log = logging.getLogger("hub.web")


def start_trial(app: AppContext, source: str, kind: TrialKind, number: UUID) -> None:
    """Begin the trial of that number; what it finds is stored step by step."""
    Thread(target=_run, args=(app, source, kind, number), name=f"trial-{source}", daemon=True).start()


def _run(app: AppContext, source: str, kind: TrialKind, number: UUID) -> None:
    steps: list[CheckStep] = []
    rows: Sequence[PreviewRow] = ()
    try:
        with closing(_stored_connector(app, source)) as connector:
            steps.append(CheckStep(name=StepName.SETTINGS, is_ok=True))
            if kind is TrialKind.PREVIEW:
                rows = preview(connector, PREVIEW_ROWS)
            else:
                _check(app, connector, steps, number)
    except (InvalidSetting, SourceNotFound):
        steps.append(CheckStep(name=StepName.SETTINGS, is_ok=False, advice="source_settings_wrong"))
    except ConnectorError as error:
        steps.append(CheckStep(name=StepName.READ, is_ok=False, advice=error.advice))
    except Exception as error:  # noqa: BLE001  whatever a source does, the page must say that the trial is over
        # The type and the place only: the text of a foreign error may hold a person's data.
        log.error("source.trial_failed", extra={"fields": {"source": source, "error": place_of(error)}})  # noqa: TRY400
        steps.append(CheckStep(name=StepName.READ, is_ok=False, advice="connector_error"))
    _save(app, number, steps, rows, is_over=True)


def _stored_connector(app: AppContext, name: str) -> Connector:
    """The connector of the source as it is stored: the catalogue may be half a second behind what was just saved.

    Raises:
        SourceNotFound: there is no such source any more.
        InvalidSetting: its connector cannot be built.
    """
    with app.database.transaction() as session:
        source = repository.get_source(session, name)
        if source is None:
            raise SourceNotFound
        secrets = repository.secrets_of(session, name)
    return app.catalogue.builder.build(source.definition, secrets)


def _check(app: AppContext, connector: Connector, steps: list[CheckStep], number: UUID) -> None:
    _save(app, number, steps)
    for step in check_steps(connector):
        steps.append(step)
        _save(app, number, steps)


def _save(
    app: AppContext,
    number: UUID,
    steps: Sequence[CheckStep],
    rows: Sequence[PreviewRow] = (),
    *,
    is_over: bool = False,
) -> None:
    result = TrialResult(steps=tuple(steps), rows=tuple(rows)).model_dump(mode="json")
    try:
        with app.database.transaction() as session:
            save_trial(session, number, result, app.clock.now() if is_over else None)
    except StoreUnavailable:
        log.error("source.trial_lost")  # noqa: TRY400  the page says that it was interrupted
