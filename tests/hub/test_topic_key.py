"""The key of a message: one person's messages stay in order, and the key tells nobody who it is."""

from hub.collect.service import topic_key
from schemas.record import PartyRole
from tests.factories import IDA, MAJA, local, make_party, make_record


def test_the_topic_key_is_the_persons_not_the_number(digest_key: bytes) -> None:
    own = make_record(parties=[make_party(local(4), MAJA), make_party(IDA, role=PartyRole.CONCERNED)])
    again = make_record(source_id="2", parties=[make_party(MAJA)])
    nobody = make_record(parties=[])
    assert topic_key(own, digest_key) == topic_key(again, digest_key)
    assert topic_key(nobody, digest_key) != topic_key(own, digest_key)
    assert MAJA.value not in topic_key(own, digest_key)
