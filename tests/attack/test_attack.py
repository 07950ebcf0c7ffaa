"""A few thousand random questions; ``make attack`` asks a hundred thousand."""

from hub.db import Database
from search.postgres import PostgresIndex
from tests.attack.asking import ask
from tests.attack.own_pages import attack_own_pages

QUESTIONS = 4_800
SEED = 15


def test_the_hub_answers_as_the_page_of_rules_says(database: Database, postgres_index: PostgresIndex) -> None:
    assert list(ask(database, postgres_index, SEED, QUESTIONS))[:5] == []


def test_min_side_tells_nobody_of_anybody_else(database: Database) -> None:
    assert list(attack_own_pages(database, SEED, 300))[:5] == []
