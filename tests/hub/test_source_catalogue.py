"""The sources there are now: from people and from a file, in every process, also after they are gone."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.clock import FixedClock
from hub.db import Database
from hub.errors import InvalidSetting, SourceChanged, SourceNotFound
from hub.secrets import SecretKeys
from hub.sources import repository, run_requests, service
from hub.sources.catalogue import CHECK_EVERY, SourceCatalogue
from hub.sources.connector_builder import ConnectorBuilder
from hub.sources.definitions import SourceDefinition, SourceLifecycle, SourceOrigin
from hub.sources.schedule import Schedule
from hub.sources.stream_repository import list_streams
from schemas.source import Area
from tests.hub.test_worker import until
from tests.sources import SilentSource, add_connector, make_catalogue
from tests.web import maja

SECRET = "made-up-secret-of-dubu"
SETTINGS = {
    "base_url": "https://dubu.example",
    "environment": "test",
    "token_url": "https://dubu.example/token",
    "client_id": "helhed",
}
SOCIAL = SourceDefinition(name="social", kind="odata", settings=SETTINGS)
FILE = """
[social]
connector = "odata"
base_url = "https://dubu.example"
environment = "test"
token_url = "https://dubu.example/token"
client_id = "helhed"
client_secret = { env = "DUBU_SECRET" }
title = "Børn og unge"
secret_expiry = { client_secret = 2026-12-03 }
schedule = { at = "02:30" }

[health]
connector = "fhir"
directory = "deliveries"
streams.files = { every = "5m", enabled = false }
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUBU_SECRET", SECRET)
    path = tmp_path / "sources.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def process(database: Database, clock: FixedClock, file: Path | None = None) -> SourceCatalogue:
    """The catalogue of another process on the same database."""
    return SourceCatalogue(database, ConnectorBuilder(SecretKeys({"k": b"k" * 32}), clock), file)


def add(database: Database, catalogue: SourceCatalogue, definition: SourceDefinition = SOCIAL) -> None:
    with database.transaction() as session:
        service.add_source(session, catalogue.builder, definition, secrets={"client_secret": SECRET}, by="tine")


def names(catalogue: SourceCatalogue) -> list[str]:
    return [source.name for source in catalogue.current()]


def rewrite(file: Path, change: Callable[[str], str]) -> None:
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))


def test_a_source_that_is_added_changed_or_removed_is_seen_by_every_process(
    database: Database, clock: FixedClock
) -> None:
    here, there = process(database, clock), process(database, clock)
    assert names(there) == []
    add(database, here)
    until(lambda: names(there) == ["social"])
    assert there.open_connector("social").source.title == "Social (DUBU)"
    with database.transaction() as session:
        change = service.SourceChange(title="Børn og unge", settings={"page_size": 50})
        service.change_source(session, here.builder, "social", change, by="tine")
    until(lambda: there.systems()[0].title == "Børn og unge")
    assert there.get("social").definition.settings["page_size"] == 50
    with database.transaction() as session:
        service.remove_source(session, here.builder, "social", by="tine")
    until(lambda: names(there) == [])
    assert there.area_of("social") is Area.SOCIAL, "its records are still held"
    with pytest.raises(SourceNotFound):
        there.open_connector("social")
    assert CHECK_EVERY <= 1


def test_a_secret_is_stored_encrypted_only_and_goes_with_its_source(database: Database, clock: FixedClock) -> None:
    catalogue = process(database, clock)
    in_clear = SOCIAL.model_copy(update={"settings": {**SETTINGS, "client_secret": SECRET}})
    with database.transaction() as session:
        service.add_source(session, catalogue.builder, in_clear, secrets={}, by="tine")
    with database.transaction() as session:
        stored = session.scalar(text("SELECT string_agg(s::text, '') FROM sources s"))
        ciphertexts = repository.secrets_of(session, "social")
    assert SECRET not in stored
    assert list(ciphertexts) == ["client_secret"]
    assert SECRET.encode() not in ciphertexts["client_secret"]
    assert catalogue.open_connector("social").source.name == "social"
    without_key = SourceCatalogue(database, ConnectorBuilder(SecretKeys({}), clock))
    assert names(without_key) == ["social"], "to show a source takes no key"
    with pytest.raises(InvalidSetting, match="HELHED_SECRET_KEYS lacks the key k"):
        without_key.open_connector("social")
    with database.transaction() as session:
        day = service.SourceChange(secret_expiry={"client_secret": date(2026, 12, 3)})
        service.change_source(session, catalogue.builder, "social", day, by="tine")
        stored_source = repository.existing_source(session, "social")
        assert stored_source.definition.secret_expiry == {"client_secret": date(2026, 12, 3)}
        secret = service.SourceChange(secrets={"client_secret": "the-next-one"})
        service.change_source(session, catalogue.builder, "social", secret, by="tine")
        assert not repository.existing_source(session, "social").definition.secret_expiry, "of the next nothing is said"
    with database.transaction() as session:
        service.remove_source(session, catalogue.builder, "social", by="tine")
        assert repository.secrets_of(session, "social") == {}


def test_secrets_are_encrypted_anew_under_a_new_key(database: Database, clock: FixedClock) -> None:
    add(database, process(database, clock))
    both = ConnectorBuilder(SecretKeys({"new": b"n" * 32, "k": b"k" * 32}), clock)
    with database.transaction() as session:
        assert service.reencrypt_secrets(session, both, by="tine") == 1
        assert service.reencrypt_secrets(session, both, by="tine") == 0
    new = SourceCatalogue(database, ConnectorBuilder(SecretKeys({"new": b"n" * 32}), clock))
    assert new.open_connector("social").source.name == "social"


def test_two_people_do_not_overwrite_each_other(database: Database, clock: FixedClock) -> None:
    catalogue = process(database, clock)
    add(database, catalogue)
    seen = catalogue.get("social").version
    for title, expectation in (("Først", None), ("Sidst", SourceChanged)):
        change = service.SourceChange(title=title)
        if expectation is None:
            with database.transaction() as session:
                service.change_source(session, catalogue.builder, "social", change, by="a", expected_version=seen)
        else:
            with pytest.raises(expectation), database.transaction() as session:
                service.change_source(session, catalogue.builder, "social", change, by="b", expected_version=seen)
    with pytest.raises(InvalidSetting, match="already"):
        add(database, catalogue)
    catalogue.expire()
    assert catalogue.systems()[0].title == "Først"


def test_settings_that_cannot_be_are_refused_and_a_draft_may_have_them(database: Database, clock: FixedClock) -> None:
    catalogue = process(database, clock)
    half = SourceDefinition(name="social", kind="odata", settings={"environment": "test"})
    with (
        pytest.raises(InvalidSetting, match="social: base_url: Field required"),
        database.transaction() as session,
    ):
        service.add_source(session, catalogue.builder, half, secrets={}, by="tine")
    draft = half.model_copy(update={"lifecycle": SourceLifecycle.DRAFT})
    with database.transaction() as session:
        service.add_source(session, catalogue.builder, draft, secrets={"client_secret": SECRET}, by="tine")
    catalogue.expire()
    assert (names(catalogue), [source.name for source in catalogue.known()]) == ([], ["social"])
    change = service.SourceChange(settings=SETTINGS, lifecycle=SourceLifecycle.ACTIVE)
    with database.transaction() as session:
        service.change_source(session, catalogue.builder, "social", change, by="tine")
    catalogue.expire()
    assert names(catalogue) == ["social"]


def test_a_draft_that_declares_nothing_yet_stops_no_overview_from_being_built(
    database: Database, clock: FixedClock
) -> None:
    draft = SourceDefinition(name="coming", kind="odata", lifecycle=SourceLifecycle.DRAFT)
    catalogue = process(database, clock)
    with database.transaction() as session:
        service.add_source(session, catalogue.builder, draft, secrets={}, by="tine")
    with database.transaction() as session:
        assert "coming" not in repository.source_areas(session)


def test_a_reference_is_followed_in_the_file_only(database: Database, clock: FixedClock) -> None:
    reads_files = SOCIAL.model_copy(update={"settings": {**SETTINGS, "client_secret": {"file": "/etc/hostname"}}})
    with pytest.raises(InvalidSetting, match="client_secret"), database.transaction() as session:
        service.add_source(session, process(database, clock).builder, reads_files, secrets={}, by="tine")


def test_a_file_defines_sources_that_are_read_only_elsewhere(database: Database, clock: FixedClock, file: Path) -> None:
    catalogue = process(database, clock, file)
    catalogue.synchronise()
    assert names(catalogue) == ["social", "health"]
    assert catalogue.systems()[0].title == "Børn og unge"
    assert catalogue.get("social").definition.origin is SourceOrigin.FILE
    assert catalogue.get("social").definition.secret_expiry == {"client_secret": date(2026, 12, 3)}
    assert catalogue.open_connector("social").source.name == "social"
    with database.transaction() as session:
        assert SECRET not in str(session.scalar(text("SELECT string_agg(s::text, '') FROM sources s")))
        assert repository.secrets_of(session, "social") == {}
        assert [str(stream.schedule) for stream in list_streams(session, "social")] == ["at 02:30"]
        assert [(str(one.schedule), one.is_enabled) for one in list_streams(session, "health")] == [("every 5m", False)]
    with pytest.raises(InvalidSetting, match="change it there"), database.transaction() as session:
        service.change_source(session, catalogue.builder, "social", service.SourceChange(title="Ny"), by="tine")
    with pytest.raises(InvalidSetting, match="change it there"), database.transaction() as session:
        service.schedule_source(
            session,
            "social",
            clock.now(),
            stream=None,
            schedule=Schedule.model_validate({"every": "1h"}),
            is_enabled=None,
            by="test",
        )


def test_a_secret_that_stands_in_the_file_in_clear_is_used_and_not_stored(
    database: Database, clock: FixedClock, file: Path
) -> None:
    file.write_text(FILE.replace('{ env = "DUBU_SECRET" }', f'"{SECRET}"'), encoding="utf-8")
    catalogue = process(database, clock, file)
    catalogue.synchronise()
    assert catalogue.open_connector("social").source.name == "social"
    with database.transaction() as session:
        assert SECRET not in str(session.scalar(text("SELECT string_agg(s::text, '') FROM sources s")))
    with pytest.raises(InvalidSetting, match="give either token_url"):
        process(database, clock).open_connector("social")


def test_a_process_follows_its_file_and_one_without_a_file_leaves_the_sources_alone(
    database: Database, clock: FixedClock, file: Path
) -> None:
    with_file, without = process(database, clock, file), process(database, clock)
    with_file.synchronise()
    without.synchronise()
    version = with_file.get("social").version
    with_file.synchronise()
    with_file.follow_file()
    assert with_file.get("social").version == version, "nothing changed"
    rewrite(file, lambda content: content.replace("[health]", "[nurses]").replace('"02:30"', '"03:30"'))
    with_file.follow_file()
    assert names(with_file) == ["social", "nurses"]
    until(lambda: names(without) == ["social", "nurses"])
    assert without.area_of("health") is Area.HEALTH
    with database.transaction() as session:
        assert [str(stream.schedule) for stream in list_streams(session, "social")] == ["at 03:30"]


def test_a_file_that_cannot_be_used_changes_nothing_in_a_running_process(
    database: Database, clock: FixedClock, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    catalogue = process(database, clock, file)
    catalogue.synchronise()
    for broken in ("[social", FILE.replace("[health]", "[health]\nspeed = 9"), FILE.replace("DUBU_SECRET", "NOT_SET")):
        rewrite(file, lambda _, broken=broken: broken)  # type: ignore[misc]
        catalogue.follow_file()
        catalogue.follow_file()
        catalogue.expire()
        assert names(catalogue) == ["social", "health"]
    assert [record.message for record in caplog.records] == ["sources.file_rejected"] * 3
    with pytest.raises(InvalidSetting):
        process(database, clock, file).synchronise()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"odata"', '"soap"', "connector = 'soap' is not one of"),
        ('"02:30"', '"26:30"', "schedule.at"),
        ("streams.files", "streams.fils", "streams.fils: there are only: files"),
        ("[health]", "stray = 1\n[health]", "stray"),
        ("client_secret = 2026-12-03", "base_url = 2026-12-03", "base_url is no secret"),
        ("2026-12-03", '"den tredje"', "secret_expiry"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_without_its_value(
    database: Database, clock: FixedClock, file: Path, old: str, new: str, message: str
) -> None:
    file.write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidSetting, match=message) as told:
        process(database, clock, file).synchronise()
    assert SECRET not in str(told.value)


def test_a_stored_source_and_one_of_the_file_cannot_have_the_same_name(
    database: Database, clock: FixedClock, file: Path
) -> None:
    catalogue = process(database, clock, file)
    add(database, catalogue)
    with pytest.raises(InvalidSetting, match="is stored too"):
        catalogue.synchronise()
    with database.transaction() as session:
        service.remove_source(session, catalogue.builder, "social", by="tine")
    catalogue.synchronise()
    assert catalogue.get("social").definition.origin is SourceOrigin.FILE


def test_a_removed_source_that_comes_back_goes_on_where_it_was(database: Database, clock: FixedClock) -> None:
    catalogue = process(database, clock)
    add(database, catalogue)
    with database.transaction() as session:
        session.execute(text("""UPDATE source_streams SET cursor = '{"at": 7}'"""))
        service.remove_source(session, catalogue.builder, "social", by="tine")
    add(database, catalogue)
    with database.transaction() as session:
        assert session.scalar(text("SELECT cursor FROM source_streams")) == {"at": 7}
        run_requests.run_source(session, "social", clock.now(), stream=None, from_start=True, by="test")
        assert session.scalar(text("SELECT cursor FROM source_streams")) == {"at": 7, "from_start": True}


class ClosableSource(SilentSource):
    """Counts how often it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_connector_is_lent_to_many_runs_and_closed_when_it_is_outdated_and_no_run_has_it(
    database: Database, clock: FixedClock
) -> None:
    catalogue = make_catalogue(database, clock)
    connector = ClosableSource(maja.SOCIAL)
    add_connector(database, catalogue, connector)
    connector.closed = 0
    with catalogue.lend_connector("social") as first, catalogue.lend_connector("social") as second:
        assert first is second
    catalogue.retire_outdated()
    assert connector.closed == 0, "the next run has its connections and its login"
    with catalogue.lend_connector("social"):
        with catalogue.lend_connector("social"):
            catalogue.forget_connector("social")
        assert connector.closed == 0, "a run has it"
    assert connector.closed == 1
    with catalogue.lend_connector("social"):
        pass
    with database.transaction() as session:
        service.remove_source(session, catalogue.builder, "social", by="tine")
    catalogue.expire()
    catalogue.retire_outdated()
    assert connector.closed == 2
    catalogue.close()
    assert connector.closed == 2


def test_a_file_never_takes_over_what_somebody_is_setting_up(
    database: Database, clock: FixedClock, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("hub.sources.catalogue.RETRY_REJECTED_FILE", 0.0)
    catalogue = process(database, clock, file)
    draft = SOCIAL.model_copy(update={"lifecycle": SourceLifecycle.DRAFT, "title": "Kladde"})
    add(database, catalogue, draft)
    for _ in range(3):
        catalogue.follow_file()
    assert names(catalogue) == []
    assert catalogue.known()[0].definition == draft
    assert [record.message for record in caplog.records] == ["sources.file_rejected"], "told once, tried again"
    with database.transaction() as session:
        service.remove_source(session, catalogue.builder, "social", by="tine")
    catalogue.follow_file()
    catalogue.expire()
    assert names(catalogue) == ["social", "health"], "the way out that the message names leads out"
