"""``python -m hub.cli``: the ``helhed`` command where it is not installed."""

from hub.cli import app

app()
