"""What a link from Helhed opens in a simulated fagsystem: a small page for people, instead of a login."""

from collections.abc import Iterable
from html import escape

from fastapi.responses import HTMLResponse

_STYLE = "body{font:16px/1.5 sans-serif;max-width:40em;margin:3em auto;padding:0 1em}p{color:#595959}"


def opened(system: str, title: str, lines: Iterable[str]) -> HTMLResponse:
    """The page of one case or one resource."""
    rows = "".join(f"<li>{escape(line)}</li>" for line in lines) or "<li>Ingen linjer</li>"
    return HTMLResponse(
        f'<!doctype html><html lang="da"><meta charset="utf-8"><title>{escape(title)} – {system}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style>'
        f"<h1>{escape(title)}</h1><ul>{rows}</ul>"
        f"<p>Dette er et simuleret {system} med opdigtede data. I det rigtige logger man selv ind.</p></html>"
    )
