"""Log in by what the provider says, and ask it anew: decide, write, in the caller's transaction or one of its own."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.access.repository import list_organisation_functions, remove_roles, store_login
from hub.db import Database
from hub.digest import keyed_digest
from hub.matching.repository import digest_held
from hub.oidc.mapping import RoleMapping
from hub.oidc.person import LoginPerson, person_of, text_of
from hub.oidc.provider import Provider, Tokens
from hub.oidc.refusal import LoginRefused, LoginRule
from hub.secrets import PayloadCipher
from hub.sessions import repository
from hub.sessions.views import ProviderSession
from schemas.access import Actor
from schemas.identifiers import Identifier

RENEWED_AT_MOST_EVERY = timedelta(minutes=1)
RENEWAL_LEASE = timedelta(minutes=1)
"""So long one request asks the provider while others go on with the claims there are; also until it is asked again."""
_TOKENS = b"tokens of a session"

log = logging.getLogger("hub.login")


@dataclass(frozen=True)
class MunicipalLogin:
    """The municipality's login: the provider, what its claims mean, and the keys of what is kept."""

    provider: Provider
    mapping: RoleMapping
    cipher: PayloadCipher
    digest_key: bytes

    def actor_of(self, session: Session, claims: Mapping[str, Any]) -> tuple[Actor, LoginPerson]:
        """The employee by the claims, with the roles that are mapped, perhaps none.

        Raises:
            LoginRefused: the claims do not say who it is.
        """
        actor_id = text_of(claims, self.mapping.claims.id)
        functions = list_organisation_functions(session, actor_id) if actor_id else ()
        person = person_of(claims, self.mapping, functions)
        if person is None:
            raise LoginRefused(LoginRule.TOKEN, self.mapping.claims.id)
        own_digest = None
        if person.national_number is not None:
            try:
                number = Identifier.national(person.national_number)
                # Compared with the stored ones, of which some may still be of a former key.
                own_digest = digest_held(session, number) or keyed_digest(number, self.digest_key)
            except ValueError:
                raise LoginRefused(LoginRule.TOKEN, self.mapping.claims.national_number) from None
        actor = Actor(
            id=person.id,
            name=person.name,
            title=person.title,
            roles=person.roles,
            unit_id=person.unit.id if person.unit else None,
            unit_name=person.unit.name if person.unit else None,
            area=person.area,
            worker_ids=person.worker_ids,
            own_identifier_digest=own_digest,
        )
        return actor, person

    def store(self, session: Session, claims: Mapping[str, Any]) -> tuple[Actor, LoginRule | None]:
        """Store the employee as the claims describe them now.

        A refusal is returned: it takes the roles of somebody who has none any more, and raised it would give them back.

        Raises:
            LoginRefused: the claims do not say who it is.
        """
        actor, person = self.actor_of(session, claims)
        subject = self.subject_of(claims)
        if not actor.roles:
            remove_roles(session, subject)
            return actor, LoginRule.NO_ROLE
        is_active = store_login(session, actor, subject=subject, phone=person.phone, functions=person.functions)
        if is_active is None:
            return actor, LoginRule.TAKEN
        return actor, None if is_active else LoginRule.LEFT

    def subject_of(self, claims: Mapping[str, Any]) -> str:
        """The account, unmistakable among all providers."""
        return f"{self.provider.settings.issuer} {claims['sub']}"

    def session_of(self, tokens: Tokens) -> ProviderSession:
        """What is kept of the login beside the session."""
        return ProviderSession(
            subject=self.subject_of(tokens.claims),
            session=tokens.claims.get("sid"),
            tokens=self._sealed(tokens),
            renew_after=_renew_after(tokens),
        )

    def renew(self, database: Database, number: int) -> None:
        """Ask for the claims of a session anew, and let them take effect; it ends where the provider says no.

        One request at a time asks. Where the provider does not answer, the session goes on until its limits.
        """
        with database.transaction() as session:
            stored = repository.take_renewal(session, number, RENEWAL_LEASE)
        if stored is None:
            return
        subject, sealed = stored
        rule: LoginRule | None
        try:
            tokens = self.provider.renew(self._opened(sealed)["refresh_token"], subject.rpartition(" ")[2])
            with database.transaction() as session:
                repository.store_renewal(session, number, self._sealed(tokens), _renew_after(tokens))
                _, rule = self.store(session, tokens.claims)
        except LoginRefused as refused:
            log.warning("login.not_renewed", extra={"fields": {"why": str(refused)}})
            rule = refused.rule
        if rule not in {None, LoginRule.UNAVAILABLE}:
            with database.transaction() as session:
                repository.delete_number(session, number)

    def id_token_of(self, session: Session, number: int) -> str | None:
        """The ID token of a session, which the provider's logout asks for; None: it is not of the provider."""
        stored = repository.get_tokens(session, number)
        try:
            return None if stored is None else self._opened(stored[1])["id_token"]
        except LoginRefused:
            return None

    def _sealed(self, tokens: Tokens) -> bytes:
        content = {"id_token": tokens.id_token, "refresh_token": tokens.refresh_token}
        return self.cipher.seal(json.dumps(content).encode(), _TOKENS)

    def _opened(self, sealed: bytes) -> dict[str, str]:
        content = self.cipher.open_or_none(sealed, _TOKENS)
        if content is None:  # sealed with an earlier HELHED_SESSION_KEY
            raise LoginRefused(LoginRule.STATE)
        opened: dict[str, str] = json.loads(content)
        return opened


def seal_tokens_anew(session: Session, after: int, size: int, cipher: PayloadCipher) -> tuple[int | None, int]:
    """Seal the tokens of the next sessions with the key that seals now; where the next begins, and how many."""
    batch, count = repository.list_tokens(session, after, size), 0
    for number, tokens in batch:
        sealed = cipher.sealed_anew(tokens, _TOKENS)
        if sealed is not None:
            repository.replace_tokens(session, number, tokens, sealed)
            count += 1
    return (batch[-1][0] if batch else None), count


def _renew_after(tokens: Tokens) -> timedelta | None:
    if tokens.refresh_token is None:
        return None
    return max(timedelta(seconds=tokens.expires_in), RENEWED_AT_MOST_EVERY)
