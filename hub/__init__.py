"""The hub: kit, bus, stages, work, rights, web, roots; imports point down that list (docs/architecture.md)."""

__version__ = "0.2.0"
"""The one place of the version: wheel, command, description of the API, image and chart have it from here."""
