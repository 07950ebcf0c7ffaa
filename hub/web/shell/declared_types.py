"""What a source declares that it reads."""

from connectors.base import Stream
from hub.context import AppContext
from hub.errors import InvalidSetting, SourceNotFound


def declared_streams(app: AppContext, source: str) -> tuple[Stream, ...]:
    """The source's streams; none where it is not read, or where its settings are wrong, which Kilder tells."""
    try:
        with app.catalogue.lend_connector(source) as connector:
            return connector.discover()
    except (InvalidSetting, SourceNotFound):
        return ()


def type_titles(streams: tuple[Stream, ...]) -> dict[str, str]:
    """Danish titles of the types by their names."""
    return {info.name: info.danish_title for stream in streams for info in stream.record_types}
