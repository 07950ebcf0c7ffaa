"""Until which day the secrets of a source are good. Pure."""

from collections.abc import Collection, Mapping
from datetime import date

from pydantic import JsonValue

from hub.errors import InvalidSetting
from hub.sources.secret_fields import is_secret


def renew_expiry(
    before: Mapping[str, date],
    days: Mapping[str, date | None],
    *,
    changed: Collection[str],
    removed: Collection[str],
) -> dict[str, date]:
    """The last days after a change. A secret that is given anew has none but the one that comes with it.

    Args:
        before: last day of each secret, by path.
        days: those that are set; None: that secret has none.
        changed: paths of the secrets that are given anew.
        removed: paths of those that are deleted.
    """
    stay = {path: day for path, day in before.items() if path not in changed}
    after = {**stay, **days}
    return {path: day for path, day in after.items() if day is not None and path not in removed}


def check_expiry(source: str, schema: Mapping[str, JsonValue], days: Collection[str]) -> None:
    """Raises: InvalidSetting, where a last day is given of something that is no secret; *days*: paths."""
    for path in days:
        if not is_secret(schema, path):
            raise InvalidSetting(f"source {source}: {path} is no secret, so it has no last day")


def days_left(last: date, today: date) -> int:
    """From today to the last day of a secret: 0 on that day, negative when it is over."""
    return (last - today).days
