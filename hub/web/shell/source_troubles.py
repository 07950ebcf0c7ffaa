"""What is said of a source that is not read as it should be. Pure."""

from datetime import datetime

from hub.web.shell import texts
from hub.web.shell.dates import lasted, since_text
from schemas.overview import SourceTrouble


def trouble_words(trouble: SourceTrouble, source: str, now: datetime) -> tuple[str, str]:
    """What is the matter with a source, called *source*, since when, and what one can do."""
    headline, advice = texts.TROUBLE[trouble.kind]
    if trouble.since is None:
        return texts.TROUBLE_WITHOUT_TIME[trouble.kind].format(source=source), advice
    since, time = since_text(trouble.since, now), lasted(trouble.since, now)
    return headline.format(source=source, since=since, lasted=time), advice
