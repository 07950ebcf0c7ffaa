"""The settings of a source as a form. Pure."""

from collections.abc import Collection, Mapping

from pydantic import JsonValue

from hub.sources.definitions import Source, SourceOrigin
from hub.web.shell import texts as shared
from hub.web.shell.dates import of_moment
from hub.web.shell.settings_form import settings_form
from hub.web.shell.view_models import Choice
from hub.web.source import texts
from hub.web.source.page import SettingsPage, SourceHead
from hub.web.source.present import SourceFacts
from schemas.source import Area


def settings_page(  # noqa: PLR0913  keyword-only from the head on
    facts: SourceFacts,
    source: Source,
    schema: Mapping[str, JsonValue],
    *,
    head: SourceHead,
    secrets_set: Collection[str],
    typed: Mapping[str, JsonValue] | None = None,
    expiry: Mapping[str, object] | None = None,
    title: str | None = None,
    area: str | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str | None = None,
) -> SettingsPage:
    """The form; with *typed*, *expiry*, *title* and *area* as somebody sent it, which was not kept."""
    definition = source.definition
    is_fixed = definition.origin is SourceOrigin.FILE
    chosen = area if area is not None else (definition.area or "")
    own = shared.AREA[facts.source.area] if definition.area is None else "kildens eget"
    return SettingsPage(
        head=head,
        name=source.name,
        version=source.version,
        title=title if title is not None else (definition.title or ""),
        own_title=facts.source.title,
        areas=(
            Choice("", texts.OWN_AREA.format(area=own), chosen == ""),
            *(Choice(area, shared.AREA[area], chosen == area) for area in Area),
        ),
        form=settings_form(
            schema,
            definition.settings if typed is None else typed,
            secrets_set=secrets_set,
            expiry=definition.secret_expiry if expiry is None else expiry,
            errors=errors,
        ),
        changed=texts.CHANGED_BY.format(
            who=facts.name_of(source.changed_by), when=of_moment(source.changed_at, facts.now).text
        ),
        problem=texts.SETTINGS_IN_FILE if is_fixed else problem,
        is_fixed=is_fixed,
    )
