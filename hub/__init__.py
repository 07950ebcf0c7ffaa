"""The hub: kit, bus, stages, work, rights, web, roots; imports point down that list (docs/architecture.md)."""
