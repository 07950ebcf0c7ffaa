"""Messages of Beskedfordeler (SF1461): that a case of a citizen has changed, and nothing of what changed."""

from datetime import datetime
from uuid import uuid4

CVR = "99999999"
"""The municipality's CVR number: nobody has it."""
TYPE = "11111111-aaaa-4bbb-8ccc-000000000001"
"""Key of the kind of message."""


def message(number: str, now: datetime) -> bytes:
    """The message that a case of the citizen with that number has changed."""
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<k:Haendelsesbesked xmlns:k="urn:oio:besked:kuvert:1.0" xmlns="urn:oio:sagdok:3.0.0">
  <k:BeskedId><UUIDIdentifikator>{uuid4()}</UUIDIdentifikator></k:BeskedId>
  <k:BeskedVersion>1.0</k:BeskedVersion>
  <k:Beskedkuvert>
    <k:Filtreringsdata>
      <k:Beskedtype><UUIDIdentifikator>{TYPE}</UUIDIdentifikator></k:Beskedtype>
      <k:TilladtModtager><URNIdentifikator>urn:oio:cvr-nr:{CVR}</URNIdentifikator></k:TilladtModtager>
      <k:RelateretObjekt>
        <k:ObjektId><URNIdentifikator>urn:oio:cpr-nr:{number}</URNIdentifikator></k:ObjektId>
      </k:RelateretObjekt>
      <k:ObjektRegistrering>
        <k:Registreringstidspunkt>
          <TidsstempelDatoTid>{now.isoformat(timespec="milliseconds")}</TidsstempelDatoTid>
        </k:Registreringstidspunkt>
        <k:ObjektAnsvarligMyndighed><URNIdentifikator>urn:oio:cvr-nr:{CVR}</URNIdentifikator></k:ObjektAnsvarligMyndighed>
        <k:OpgaveEmne><URNIdentifikator>urn:oio:kle:27.24.00</URNIdentifikator></k:OpgaveEmne>
      </k:ObjektRegistrering>
    </k:Filtreringsdata>
  </k:Beskedkuvert>
</k:Haendelsesbesked>""".encode()
