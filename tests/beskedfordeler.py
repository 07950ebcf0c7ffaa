"""Messages of Beskedfordeler (SF1461) as tests send them."""

IDA = "6303094002"
CVR, FOREIGN_CVR = "99999999", "88888888"
MESSAGE_TYPE = "11111111-aaaa-4bbb-8ccc-000000000001"
MESSAGE_ID = "0a000000-0000-4000-8000-000000000001"
BOMB = b"""<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<k:Haendelsesbesked xmlns:k="urn:oio:besked:kuvert:1.0"><k:BeskedId>&lol1;</k:BeskedId></k:Haendelsesbesked>"""


def message(
    number: str | None,
    *,
    receiver: str = CVR,
    owner: str = CVR,
    kind: str = MESSAGE_TYPE,
    namespace: str = "urn:oio:besked:kuvert:1.0",
    message_id: str = MESSAGE_ID,
    encoding: str = "utf-8",
) -> bytes:
    """A message that a case of the citizen with that number was corrected; None: it names nobody."""
    related = (
        f"<k:RelateretObjekt><k:ObjektId><URNIdentifikator>urn:oio:cpr-nr:{number}</URNIdentifikator></k:ObjektId>"
        "</k:RelateretObjekt>"
        if number
        else ""
    )
    return f"""<?xml version="1.0" encoding="{encoding}" standalone="yes"?>
<k:Haendelsesbesked xmlns:k="{namespace}" xmlns="urn:oio:sagdok:3.0.0">
  <k:BeskedId><UUIDIdentifikator>{message_id}</UUIDIdentifikator></k:BeskedId>
  <k:BeskedVersion>1.0</k:BeskedVersion>
  <k:Beskedkuvert>
    <k:Filtreringsdata>
      <k:Beskedtype><UUIDIdentifikator>{kind}</UUIDIdentifikator></k:Beskedtype>
      <k:TilladtModtager><URNIdentifikator>urn:oio:cvr-nr:{receiver}</URNIdentifikator></k:TilladtModtager>
      {related}
      <k:ObjektRegistrering>
        <k:Registreringstidspunkt><TidsstempelDatoTid>2023-09-12T08:00:03.120</TidsstempelDatoTid></k:Registreringstidspunkt>
        <k:ObjektAnsvarligMyndighed><URNIdentifikator>urn:oio:cvr-nr:{owner}</URNIdentifikator></k:ObjektAnsvarligMyndighed>
        <k:ObjektId><UUIDIdentifikator>5a0d6f6e-7a0b-4c55-9d3e-0c4f3d2b1a00</UUIDIdentifikator></k:ObjektId>
        <k:OpgaveEmne><URNIdentifikator>urn:oio:kle:27.24.06</URNIdentifikator></k:OpgaveEmne>
      </k:ObjektRegistrering>
    </k:Filtreringsdata>
  </k:Beskedkuvert>
  <k:Beskeddata>Ændret</k:Beskeddata>
</k:Haendelsesbesked>""".encode(encoding)
