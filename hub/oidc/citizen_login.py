"""Who a citizen is by the claims of their login. The number is used here and goes no further."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from hub.digest import all_digests
from hub.matching.repository import citizen_of
from hub.oidc.person import text_of
from hub.oidc.provider import Provider
from hub.oidc.refusal import LoginRefused, LoginRule
from hub.secrets import PayloadCipher
from schemas.citizen_actor import CitizenActor
from schemas.identifiers import Identifier


@dataclass(frozen=True)
class CitizenLogin:
    """The login of citizens: the provider, which claim holds the CPR number, and the keys of what is kept."""

    provider: Provider
    cpr_claim: str
    cipher: PayloadCipher
    digest_key: bytes

    def citizen_of(self, session: Session, claims: Mapping[str, Any]) -> CitizenActor | None:
        """The citizen whom the number names, also an earlier one; None: no source has told of anybody of that number.

        Raises:
            LoginRefused: the claims hold no number.
        """
        number = text_of(claims, self.cpr_claim)
        try:
            identifier = Identifier.national(number or "")
        except ValueError:
            raise LoginRefused(LoginRule.TOKEN, self.cpr_claim) from None
        citizen_id = citizen_of(session, *all_digests(identifier, self.digest_key))
        return None if citizen_id is None else CitizenActor(citizen_id=citizen_id)
