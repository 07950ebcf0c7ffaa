"""Three streams over made-up people: one healthy, one slow, one hostile. Needs no server."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import ClassVar

from pydantic import Field, JsonValue, SecretStr

from connectors.base import Batch, CheckResult, ReadContext, RecordTypeInfo, RejectedPayload, Stream
from connectors.errors import RecordRejected, SourceUnavailable
from connectors.kit import payload_json, raw_payload
from connectors.retry import Sleep, Stopped, sleep_unless_stopped
from connectors.settings_form import EXPECTED_CADENCE, PAGE_SIZE, Group, on_form
from connectors.sources.sample.payloads import hostile, items
from connectors.sources.sample.translate import RECORD_TYPE, translate
from schemas.base import Schema
from schemas.duration import Duration
from schemas.record import Cursor, Rejection, SourceRecord
from schemas.source import Area, Sensitivity, SourceSystem

HEALTHY, SLOW, HOSTILE = "healthy", "slow", "hostile"
TYPE = RecordTypeInfo(
    name=RECORD_TYPE,
    danish_title="Opdigtede indsatser",
    facts=("effort",),
    fields_read=("id", "version", "cpr", "name", "title", "start", "end"),
    purpose="Til afprøvning. Ingen af personerne findes.",
)


class SampleSettings(Schema):
    """How much is made up, and how badly it behaves."""

    count: int = Field(
        default=100,
        ge=0,
        le=1_000_000,
        json_schema_extra=on_form("Antal personer", "Så mange opdigtes i hver strøm.", Group.CONTENT),
    )
    """People in each stream."""
    seed: int = Field(
        default=7,
        json_schema_extra=on_form("Frø", "Det samme tal giver de samme personer.", Group.CONTENT),
    )
    """The same seed gives the same people."""
    page_size: int = Field(default=50, ge=1, le=1_000, json_schema_extra=PAGE_SIZE)
    """Items a page."""
    slow_seconds: float = Field(
        default=1,
        ge=0,
        le=3_600,
        json_schema_extra=on_form(
            "Ventetid i sekunder", "Den langsomme strøm venter så længe før hver side.", Group.LIMITS
        ),
    )
    """The slow stream waits so long before each page."""
    hostile_every: int = Field(
        default=3,
        ge=1,
        json_schema_extra=on_form(
            "Fejl i hver", "I den fjendtlige strøm er hver så mange linjer fordærvet.", Group.LIMITS
        ),
    )
    """In the hostile stream every so many items are spoilt."""
    breaks_after: int | None = Field(
        default=None,
        ge=1,
        json_schema_extra=on_form(
            "Går i stykker efter",
            "Den fjendtlige strøm svarer ikke mere efter så mange sider. Tom: aldrig.",
            Group.LIMITS,
        ),
    )
    """The hostile stream stops answering after so many pages."""
    token: SecretStr | None = Field(
        default=None,
        json_schema_extra=on_form("Adgangsbevis", "Bruges ikke; viser, hvordan en hemmelighed gemmes.", Group.LOGIN),
    )
    """Not needed; shows how a secret is kept."""
    expected_cadence: Duration = Field(default=timedelta(days=1), json_schema_extra=EXPECTED_CADENCE)
    """At least this often new data should come."""


class SampleConnector:
    """Made-up efforts."""

    area: ClassVar[Area] = Area.SOCIAL
    settings_type: ClassVar[type[SampleSettings]] = SampleSettings

    def __init__(
        self, name: str, settings: SampleSettings, *, clock: Callable[[], datetime], sleep: Sleep = time.sleep
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self.source = SourceSystem(
            name=name,
            title="Prøvekilde",
            area=Area.SOCIAL,
            authority="Ingen",
            legal_basis="Ingen personer: oplysningerne er opdigtede.",
            sensitivity=Sensitivity.ORDINARY,
            expected_cadence=settings.expected_cadence,
            coverage="Opdigtede indsatser.",
        )

    def close(self) -> None:
        """Nothing is open."""

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        """JSON Schema of the settings."""
        return cls.settings_type.model_json_schema()

    def check(self) -> CheckResult:
        """Always well."""
        return CheckResult(ok=True, message=f"makes up {self._settings.count} people a stream")

    def discover(self) -> tuple[Stream, ...]:
        """The healthy, the slow and the hostile stream."""
        return (
            Stream(name=HEALTHY, danish_title="Rask", record_types=(TYPE,)),
            Stream(name=SLOW, danish_title="Langsom", record_types=(TYPE,)),
            Stream(name=HOSTILE, danish_title="Fjendtlig", record_types=(TYPE,)),
        )

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        """Everything, a page at a time, and nothing the next time: the cursor says what was made up.

        Raises:
            KeyError: there is no such stream.
            SourceUnavailable: the hostile stream broke, as it was told to.
        """
        if stream not in {HEALTHY, SLOW, HOSTILE}:
            raise KeyError(stream)
        settings = self._settings
        state: dict[str, JsonValue] = {"count": settings.count, "seed": settings.seed, "every": settings.hostile_every}
        if cursor.state == state:
            yield Batch(cursor=cursor)
            return
        source = items(settings.count, settings.seed)
        for page in range(-(-settings.count // settings.page_size)):
            if stream == SLOW:
                try:
                    sleep_unless_stopped(settings.slow_seconds, context.should_stop, self._sleep)
                except Stopped:
                    return
            if stream == HOSTILE and page == settings.breaks_after:
                raise SourceUnavailable(f"the sample breaks after {page} pages, as its settings say")
            results = [self._result(stream, item) for item in islice(source, settings.page_size)]
            yield Batch(
                records=tuple(result for result in results if isinstance(result, SourceRecord)),
                rejected=tuple(result for result in results if isinstance(result, Rejection)),
                total=settings.count,
            )
            if context.should_stop():
                return
        yield Batch(cursor=Cursor(state=state), total=settings.count)

    def replay(self, payload: RejectedPayload, context: ReadContext) -> Batch | None:  # noqa: ARG002  nothing is waited for
        """The stored item, translated as today."""
        item = payload_json(payload.raw)
        if item is None:
            return None
        stream, has_stream, _ = (payload.source_id or "").partition(":")
        try:
            return Batch(records=(translate(self.source.name, stream if has_stream else HOSTILE, item, self._clock()),))
        except RecordRejected as rejected:
            return Batch(rejected=(rejected.rejection.model_copy(update={"raw": payload.raw}),))

    def _result(self, stream: str, item: dict[str, object]) -> SourceRecord | Rejection:
        place = int(str(item["id"]).removeprefix("sample-"))
        is_spoilt = stream == HOSTILE and place % self._settings.hostile_every == 0
        payload = hostile(item, place // self._settings.hostile_every) if is_spoilt else item
        try:
            return translate(self.source.name, stream, payload, self._clock())
        except RecordRejected as rejected:
            return rejected.rejection.model_copy(update={"raw": raw_payload(payload)})
