"""Which migration was the last of a release, so that an upgrade need not stop: see docs/decisions/0048."""

BEFORE = "0.1.0"
"""The release before this one: its processes run on while the database is migrated to this one's tables."""
LAST_BEFORE = "0050_kinds_of_change"
"""Its last migration. What comes after must leave everything that it uses as it is."""
LAST_OF_RELEASE_BEFORE = "3159a4d97f6032fa41099aa293061bb68299c998"
"""Its last commit, which the test of both at once takes out of the history."""
