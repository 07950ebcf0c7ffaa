"""Dates, times, ages and counts as people in Denmark read them. Pure; "now" always comes in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from hub.clock import DANISH_TIME, age_on, danish_day

LOCALE = Locale.parse("da_DK")
NIGHT_ENDS = 6
"""Before this hour a time of today is said as "i nat"."""
FRESH = timedelta(hours=6)
"""Younger than this is said as an age, older as a time of day."""


@dataclass(frozen=True)
class When:
    """A moment or a day in words, with the machine's form and the full form beside it."""

    text: str
    iso: str
    """For ``<time datetime>``."""
    full: str
    """For ``title``."""
    paper: str = ""
    """The date, where the text tells how far away it is: on paper that is wrong tomorrow."""


def day_text(day: date) -> str:
    """``3. okt. 2023``."""
    return _formatted(day, "d. MMM y")


def long_day_text(day: date) -> str:
    """``3. oktober 2023``."""
    return _formatted(day, "d. MMMM y")


def near_day_text(day: date, today: date) -> str:
    """``21. august``; with the year when it is another than today's."""
    return _formatted(day, "d. MMMM") if day.year == today.year else long_day_text(day)


def month_text(day: date) -> str:
    """``okt.``."""
    return _formatted(day, "MMM")


def short_day_text(day: date) -> str:
    """``1. okt.``."""
    return _formatted(day, "d. MMM")


def clock_text(moment: datetime) -> str:
    """``14.10``, Danish time."""
    return f"{moment.astimezone(DANISH_TIME):%H.%M}"


def weekday_text(day: date) -> str:
    """``tirsdag 4. marts 2025``."""
    return _formatted(day, "EEEE d. MMMM y")


def hours_text(starts_at: datetime, ends_at: datetime | None) -> str:
    """After the day: ``kl. 10.00–11.00``, Danish time; ``kl. 10.00`` of what has no end; another day's end in full."""
    start = f"kl. {clock_text(starts_at)}"
    if ends_at is None:
        return start
    last, end = danish_day(ends_at), clock_text(ends_at)
    return f"{start}–{end}" if last == danish_day(starts_at) else f"{start} til {day_text(last)} kl. {end}"


def of_day(day: date) -> When:
    """A day."""
    return When(text=day_text(day), iso=day.isoformat(), full=long_day_text(day))


@lru_cache(maxsize=512)
def of_moment(moment: datetime, now: datetime) -> When:
    """A moment in the past: "for 3 timer siden", "i nat 03.12", "i går 22.40", "6. sep.", "3. okt. 2023".

    Every line of a page says when its source was read.
    """
    local, here = moment.astimezone(DANISH_TIME), now.astimezone(DANISH_TIME)
    full = f"{long_day_text(local.date())} kl. {clock_text(moment)}"
    return When(_moment_text(local, here), local.isoformat(timespec="seconds"), full, paper=paper_text(moment, now))


def paper_text(moment: datetime, now: datetime) -> str:
    """The same moment on paper: "11. sep. 2023 kl. 14.10"; of one long ago the day."""
    local = moment.astimezone(DANISH_TIME)
    day, is_near = day_text(local.date()), (danish_day(now) - local.date()).days in {0, 1}
    return f"{day} kl. {clock_text(moment)}" if is_near else day


def since_text(moment: datetime, now: datetime) -> str:
    """After "siden": "i dag kl. 09.12", "i går kl. 22.40", "28. aug."."""
    local, here = moment.astimezone(DANISH_TIME), now.astimezone(DANISH_TIME)
    days = (here.date() - local.date()).days
    if days in {0, 1}:
        return f"{'i går' if days else 'i dag'} kl. {clock_text(moment)}"
    return _moment_text(local, here)


def at_minute(moment: datetime) -> str:
    """In a sentence: ``den 12. september 2023 kl. 09.00``."""
    return f"den {long_day_text(moment.astimezone(DANISH_TIME).date())} kl. {clock_text(moment)}"


def at_second(moment: datetime) -> When:
    """A line of a log: "12. sep. 2023 09.00.05", whatever the distance."""
    local = moment.astimezone(DANISH_TIME)
    full = f"{long_day_text(local.date())} kl. {local:%H.%M.%S}"
    return When(f"{day_text(local.date())} {local:%H.%M.%S}", local.isoformat(timespec="seconds"), full)


@lru_cache(maxsize=8192)
def _formatted(day: date, pattern: str) -> str:
    """The day after a pattern of CLDR. A page writes the same days often, and Babel reads the locale each time."""
    return str(format_date(day, pattern, locale=LOCALE))


def _moment_text(local: datetime, here: datetime) -> str:
    days = (here.date() - local.date()).days
    if days == 0:
        return _today_text(local, here)
    if days == 1:
        return f"i går {local:%H.%M}"
    if local.year == here.year:
        return short_day_text(local.date())
    return day_text(local.date())


def _today_text(local: datetime, here: datetime) -> str:
    minutes = int((here - local).total_seconds() // 60)
    if minutes == 0:
        return "lige nu"
    if 0 < minutes < 60:  # noqa: PLR2004  minutes of an hour
        return f"for {counted(minutes, 'minut', 'minutter')} siden"
    if local.hour < NIGHT_ENDS:
        return f"i nat {local:%H.%M}"
    if 0 < minutes < FRESH.total_seconds() // 60:
        return f"for {counted(minutes // 60, 'time', 'timer')} siden"
    return f"i dag {local:%H.%M}"


def distance(day: date, today: date) -> str:
    """How far a day is from today: "i dag", "i morgen", "om 5 dage", "for 9 dage siden", "for 3 år siden"."""
    days = (day - today).days
    match days:
        case 0:
            return "i dag"
        case 1:
            return "i morgen"
        case -1:
            return "i går"
    span = _span(abs(days))
    return f"om {span}" if days > 0 else f"for {span} siden"


def lasted(start: datetime, end: datetime) -> str:
    """How long something has lasted, in whole hours or days: "5 timer", "2 dage"."""
    hours = int((end - start).total_seconds() // 3600)
    return counted(max(hours, 1), "time", "timer") if hours < 2 * 24 else counted(hours // 24, "dag", "dage")


def _span(days: int) -> str:
    month, year = 30, 365
    if days < 2 * month:
        return counted(days, "dag", "dage")
    if days < 2 * year:
        return counted(days // month, "måned", "måneder")
    return f"{days // year} år"


def age_text(born: date, day: date) -> str:
    """``37 år``; below two years in months, as parents say it."""
    years = age_on(born, day)
    if years >= 2:  # noqa: PLR2004  the second birthday
        return f"{years} år"
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    return counted(max(months, 0), "måned", "måneder")


def counted(number: int, singular: str, plural: str) -> str:
    """``1 dag``, ``2 dage``, ``1.204 dage``."""
    return f"{number_text(number)} {plural_of(number, singular, plural)}"


@lru_cache(maxsize=1000)
def plural_of(number: int, singular: str, plural: str) -> str:
    """The form that goes with the number, by the plural rule of Danish."""
    return singular if LOCALE.plural_form(number) == "one" else plural


@lru_cache(maxsize=1000)
def number_text(number: int) -> str:
    """``1.204``: a point between thousands."""
    return str(format_decimal(number, locale=LOCALE))


def listed(words: list[str] | tuple[str, ...]) -> str:
    """``a, b og c``."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} og {words[-1]}"


def phone_text(number: str) -> str:
    """``44 77 10 01``: pairs for eight digits, other numbers as given."""
    digits = number.replace(" ", "")
    if len(digits) == 8 and digits.isdigit():  # noqa: PLR2004  a Danish number
        return " ".join(digits[i : i + 2] for i in range(0, 8, 2))
    return number


def within(text: str) -> str:
    """The same as it stands within a sentence: a small first letter, but for an abbreviation such as PPR."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def as_sentence(text: str) -> str:
    """The text with a capital first letter and one full stop, also after an abbreviation: "Siden 30. aug."."""
    return capital(text if text.endswith((".", "!", "?")) else f"{text}.")


def capital(text: str) -> str:
    """The same with a capital first letter; the rest untouched."""
    return text[:1].upper() + text[1:]
