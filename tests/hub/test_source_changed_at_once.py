"""Two people who change or remove the same source at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from hub.clock import FixedClock
from hub.db import Database
from hub.errors import SourceChanged, SourceNotFound
from hub.sources import repository, service
from tests.hub.test_source_catalogue import add, names, process


def test_of_two_people_who_change_a_source_at_once_one_is_told_to_look_again(
    database: Database, clock: FixedClock
) -> None:
    catalogue = process(database, clock)
    add(database, catalogue)
    seen = catalogue.get("social").version
    together = Barrier(4)

    def change(number: int) -> bool:
        together.wait()
        wanted = service.SourceChange(title=f"Titel {number}", secrets={"client_secret": f"secret-of-{number}"})
        try:
            with database.transaction() as session:
                service.change_source(session, catalogue.builder, "social", wanted, by="a", expected_version=seen)
        except SourceChanged:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = [number for number, has_won in enumerate(pool.map(change, range(4))) if has_won]
    assert len(won) == 1
    catalogue.expire()
    assert (catalogue.systems()[0].title, catalogue.get("social").version) == (f"Titel {won[0]}", seen + 1)
    with database.transaction() as session:
        ciphertext = repository.secrets_of(session, "social")["client_secret"]
    assert catalogue.builder.decrypt("social", "client_secret", ciphertext) == f"secret-of-{won[0]}"


def test_a_source_that_is_removed_and_changed_at_once_is_one_of_both(database: Database, clock: FixedClock) -> None:
    catalogue = process(database, clock)
    add(database, catalogue)
    together = Barrier(2)

    def act(is_removal: bool) -> bool:
        together.wait()
        try:
            with database.transaction() as session:
                if is_removal:
                    service.remove_source(session, catalogue.builder, "social", by="a")
                else:
                    change = service.SourceChange(title="Ny", secrets={"client_secret": "other"})
                    service.change_source(session, catalogue.builder, "social", change, by="b")
        except (SourceChanged, SourceNotFound):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        was_removed, was_changed = pool.map(act, (True, False))
    assert was_removed or was_changed
    catalogue.expire()
    with database.transaction() as session:
        secrets = repository.secrets_of(session, "social")
    assert (names(catalogue) == []) is was_removed
    assert bool(secrets) is not was_removed, "no secret outlives its source"
