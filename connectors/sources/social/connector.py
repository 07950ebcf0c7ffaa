"""The social sector by OData v4, in the shape of DUBU: whole readings, compared with the one before."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar, cast

import httpx
from pydantic import JsonValue

from connectors.base import (
    Batch,
    CheckResult,
    ClientCertificate,
    EventKey,
    PushedEvent,
    ReadContext,
    RejectedPayload,
    Stream,
)
from connectors.errors import ConnectorError, SourceRefused, SourceUnavailable, WholeReadingNeeded
from connectors.retry import Stopped
from connectors.sources.social.collection import BY_KEY, Collection
from connectors.sources.social.generations import Generation
from connectors.sources.social.hinted import HintedCases, read_hinted
from connectors.sources.social.hints import HintReader, event_key, numbers_of
from connectors.sources.social.odata import NoStatement, ODataService
from connectors.sources.social.reading import Reading
from connectors.sources.social.replay import replay_item
from connectors.sources.social.scalars import read_id
from connectors.sources.social.session import SessionCookie
from connectors.sources.social.settings import SocialSettings
from connectors.sources.social.streams import STREAM, source_system
from connectors.sources.social.translate import Scope
from connectors.transports.http import HttpSettings, HttpTransport
from connectors.transports.oauth import ClientCredentials
from schemas.record import Cursor
from schemas.source import Area, SourceSystem

SELECT_SAG = "id,sagsnummer,titel,isSensitive,sagstype,status,kleNummer,oprettetDato,lukketDato,syntetisk"
EXPAND_SAG = "primaerPerson,primaerBehandler,foerstkommendeFrist,sagsparter"
PROBE_EVERY = 30
"""In every so many generations a server's missing capabilities are found out anew."""


class SocialConnector:
    """Social efforts, notifications, cases and relations from DUBU (OData v4)."""

    area: ClassVar[Area] = Area.SOCIAL
    settings_type: ClassVar[type[SocialSettings]] = SocialSettings

    def __init__(self, name: str, settings: SocialSettings, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._base_url = settings.base_url.rstrip("/")
        self._transport = HttpTransport(
            HttpSettings(base_url=self._base_url, ca_certificates=settings.ca_certificates, patience=settings.patience),
            _auth(settings),
        )
        self.source: SourceSystem = source_system(name, settings.expected_cadence)
        self._hints = HintReader(settings, STREAM.name)

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        """JSON Schema of the settings."""
        return cls.settings_type.model_json_schema()

    def check(self) -> CheckResult:
        """Log in and ask what a reading asks: one case, one effort, and the activities of that case."""
        odata = ODataService(self._transport)
        lacking: list[str] = []
        try:
            sag = None
            for collection in self._collections(odata, {}, 1):
                item = next((page[0] for page in collection.pages() if page), None)
                lacking += [f"{collection.name} without {option}" for option in sorted(collection.refused)]
                if collection.name == "Sag":
                    sag = item
            key = read_id(sag.get("id")) if isinstance(sag, dict) else None
            if key is not None:
                odata.with_inner_pages("Sag", sag)
                odata.activities(key)
        except NoStatement as nothing:
            message = f"the activities of a case cannot be read ({nothing.rule})"
            return CheckResult(ok=False, message=message, advice=SourceRefused.advice)
        except ConnectorError as error:
            return CheckResult(ok=False, message=str(error), advice=error.advice)
        read = "logged in; there is no case to be seen" if sag is None else "logged in and read one case"
        return CheckResult(ok=True, message=f"{read}; reads {', '.join(lacking)}" if lacking else read)

    def servers(self) -> tuple[HttpTransport, ...]:
        """DUBU's."""
        return (self._transport,)

    def discover(self) -> tuple[Stream, ...]:
        """One stream, since a generation is one reading of everything, and what Beskedfordeler tells, if it does."""
        return (STREAM, *self._hints.streams())

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        """One generation: every case with its activities, then every effort; then what was missing is judged.

        Only changes are given. The cursor comes with the last batch, and only when the generation is complete; else
        the run ends with an error, nothing is taken for deleted, and the next run compares with the same generation
        again.

        Because of hints alone only the cases of the citizens they name are read, and nothing that is missing is judged.

        Raises:
            KeyError: there is no such stream.
            SourceUnavailable: an answer is missing or incomplete, or the counts do not agree.
            SourceRefused: a person must act.
            WholeReadingNeeded: the server cannot be asked for single cases, or too many are hinted.
        """
        if stream not in {offered.name for offered in self.discover()}:
            raise KeyError(stream)
        if stream != STREAM.name:
            yield from self._hints.read(stream, context)
            return
        if context.hints:
            yield from self._read_hinted(cursor, context)
        else:
            yield from self._read_whole(cursor, context)

    def verify(self, certificate: ClientCertificate) -> bool:
        """Whether the holder of the certificate may send messages."""
        return self._settings.may_send(certificate)

    def event_key(self, event: PushedEvent) -> EventKey:
        """The key under which a message is stored once: its BeskedId."""
        return event_key(event)

    def resolve(self, event: PushedEvent, context: ReadContext) -> Batch:  # noqa: ARG002  nothing is looked up yet
        """Whom a message is about, to be read next."""
        return self._hints.resolve(event)

    def replay(self, payload: RejectedPayload, context: ReadContext) -> Batch | None:  # noqa: ARG002  nothing is waited for
        """One rejected case or free-standing effort, as it was stored; the others are translated anew by each run."""
        return replay_item(payload, self._scope())

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _read_whole(self, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        generation = Generation.of(cursor)
        odata = ODataService(self._transport.stoppable(context.should_stop))
        reading = Reading(self._scope(), odata, generation)
        capabilities = {} if generation.number % PROBE_EVERY == 0 else _refused_before(cursor)
        collections = self._collections(odata, capabilities, self._settings.page_size)
        try:
            total = _sum([collection.start() for collection in collections])
            for collection, take in zip(collections, (reading.sag, reading.ydelse), strict=True):
                for page in collection.pages():
                    for item in page:
                        take(item)
                    yield reading.batch(total)
                    if context.should_stop():
                        return
                reading.finish_collection(collection)
            is_complete = all(collection.is_complete() for collection in collections)
        except Stopped:
            yield reading.batch(None)
            return
        yield reading.batch(total)
        reading.check_finished()
        if not is_complete:
            raise SourceUnavailable("the counts before and after the reading do not agree")
        held = reading.conclude(self._settings.absence_limits, context)
        refused = {collection.name: sorted(collection.refused) for collection in collections if collection.refused}
        state = {**generation.cursor().state, "refused": refused}
        yield reading.batch(total, Cursor.model_validate({"state": state}), held)

    def _read_hinted(self, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        refused = _refused_before(cursor)
        if any(options & BY_KEY for options in refused.values()):
            raise WholeReadingNeeded("the source cannot be asked for single cases")
        odata = ODataService(self._transport.stoppable(context.should_stop))
        reading = Reading(self._scope(), odata, Generation.of(cursor), is_narrow=True)
        cases = HintedCases(odata, {"$select": SELECT_SAG, "$expand": EXPAND_SAG})
        return read_hinted(cases, reading, numbers_of(context), {"refused": cursor.state.get("refused", {})})

    def _collections(
        self, odata: ODataService, refused: Mapping[str, set[str]], size: int
    ) -> tuple[Collection, Collection]:
        fields = {"$select": SELECT_SAG, "$expand": EXPAND_SAG}
        return (
            Collection(odata, "Sag", size, fields, set(refused.get("Sag", ()))),
            Collection(odata, "Ydelse", size, refused=set(refused.get("Ydelse", ()))),
        )

    def _scope(self) -> Scope:
        return Scope(
            source=self.source.name,
            environment=self._settings.environment,
            base_url=self._base_url,
            authority=self._settings.municipality_code,
            observed_at=self._clock(),
        )


def _refused_before(cursor: Cursor) -> dict[str, set[str]]:
    """What the server was found not to know, by collection."""
    return {
        name: set(options) for name, options in cast("dict[str, list[str]]", cursor.state.get("refused", {})).items()
    }


def _sum(counts: list[int | None]) -> int | None:
    stated_counts = [count for count in counts if count is not None]
    return sum(stated_counts) if len(stated_counts) == len(counts) else None


def _auth(settings: SocialSettings) -> httpx.Auth:
    if settings.token_url and settings.client_id and settings.client_secret:
        return ClientCredentials(
            token_url=settings.token_url,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            scope=settings.scope,
        )
    if settings.login_url and settings.user and settings.password:
        return SessionCookie(settings.login_url, settings.user, settings.password.get_secret_value())
    raise AssertionError  # the settings were validated
