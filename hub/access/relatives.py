"""Names of relatives of whom a source tells without naming them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from hub.overview import repository as overviews
from schemas.overview import Overview


def with_names(session: Session, pages: Sequence[Overview]) -> list[Overview]:
    """The pages, each relative that no shown source names called as on the relative's own page.

    Who the relative is follows from the number that the source does tell, and the name is master data.
    """
    unnamed = {
        relative.citizen_id
        for page in pages
        for relative in page.header.relatives
        if relative.citizen_id is not None and not relative.name
    }
    if not unnamed:
        return list(pages)
    names = {key: header.display_name for key, header in overviews.headers(session, unnamed).items()}
    return [_with_names(page, names) for page in pages]


def _with_names(page: Overview, names: dict[UUID, str | None]) -> Overview:
    relatives = tuple(
        relative.model_copy(update={"name": names.get(relative.citizen_id)})
        if relative.citizen_id is not None and not relative.name
        else relative
        for relative in page.header.relatives
    )
    return page.model_copy(update={"header": page.header.model_copy(update={"relatives": relatives})})
