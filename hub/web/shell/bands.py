"""Numbers that are told as bands, in words. Pure."""

from hub.web.shell.dates import number_text
from schemas.staff import Band

BETWEEN = "{first}–{last}"


def band_text(band: Band) -> str:
    """As in "0" or "5–9"."""
    if band.at_least == band.at_most:
        return number_text(band.at_least)
    return BETWEEN.format(first=number_text(band.at_least), last=number_text(band.at_most))
