"""Whatever a message of Beskedfordeler holds, it is a hint, a count or one line; it never ends a run."""

from datetime import UTC, datetime

from connectors.base import PushedEvent, ReadContext
from connectors.sources.social.connector import SocialConnector
from connectors.sources.social.hints import event_key
from connectors.sources.social.settings import SocialSettings
from tests.beskedfordeler import CVR, IDA, MESSAGE_TYPE, message
from tests.fuzz.mutations import mutated_xml

AT = datetime(2023, 9, 12, 8, tzinfo=UTC)


def test_no_message_ends_a_run() -> None:
    login = {"token_url": "http://127.0.0.1:9/token", "client_id": "helhed", "client_secret": "secret"}
    settings: dict[str, object] = {
        "base_url": "http://127.0.0.1:9",
        "environment": "test",
        "authority_cvr": CVR,
        **login,
    }
    settings |= {"push_fingerprints": ["ab" * 32], "message_types": [MESSAGE_TYPE]}
    connector = SocialConnector("social", SocialSettings.model_validate(settings), clock=lambda: AT)
    bodies = [text.encode() for text in mutated_xml(message(IDA).decode(), 25, 7)]
    whole = message(IDA, encoding="utf-16")
    bodies += [whole[:size] for size in range(0, len(whole), 37)]
    lost = []
    for body in bodies:
        event = PushedEvent(path="beskeder", body=body, received_at=AT)
        assert event_key(event).digest
        batch = connector.resolve(event, ReadContext())
        if len(batch.rejected) + len(batch.hints) + len(batch.skipped) != 1 or batch.records:
            lost.append(body.decode("utf-8", "replace"))
    assert not lost, "\n".join(lost)
    connector.close()
