"""Write docs/settings.md from the settings themselves: ``python -m deploy.settings_page``."""

from pathlib import Path

from hub.settings import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs/settings.md"
HEAD = """# Settings

Every setting is an environment variable; `helhed settings` lists them too. Values are never printed. A secret may
also be a file named like its variable in lower case (`helhed_session_key`) in the folder that `HELHED_SECRETS_DIR`
names. This page is written by `python -m deploy.settings_page`.

| variable | meaning | default |
|---|---|---|
"""


def main() -> None:
    """Write the page."""
    rows = [
        f"| `HELHED_{name.upper()}` | {' '.join((field.description or '').split())} |"
        f" {'' if default is None else f'`{default}`'} |\n"
        for name, field in Settings.model_fields.items()
        for default in (field.get_default(call_default_factory=True),)
    ]
    PAGE.write_text(HEAD + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
