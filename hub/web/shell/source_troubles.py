"""What is said of a source that is not read as it should be. Pure."""

from datetime import datetime

from hub.web.shell import texts
from hub.web.shell.dates import lasted, paper_text, since_text
from schemas.overview import SourceTrouble, TroubleKind


def trouble_words(trouble: SourceTrouble, source: str, now: datetime) -> tuple[str, str, str]:
    """What is the matter with a source, called *source*, since when; what one can do; and the former on paper."""
    headline, advice = texts.TROUBLE[trouble.kind]
    if trouble.since is None:
        return texts.TROUBLE_WITHOUT_TIME[trouble.kind].format(source=source), advice, ""
    since, time = since_text(trouble.since, now), lasted(trouble.since, now)
    printed = texts.SILENT_ON_PAPER if trouble.kind is TroubleKind.SILENT else headline
    on_paper = printed.format(source=source, since=paper_text(trouble.since, now))
    return headline.format(source=source, since=since, lasted=time), advice, on_paper
