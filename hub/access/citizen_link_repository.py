"""SQL of the addresses that lead from another system to a citizen."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.access.tables import CitizenLinkRow


def add_link(session: Session, token_hash: str, citizen_id: UUID | None, expires_at: datetime) -> None:
    """Store where an address leads; None: to nobody, whom we do not know."""
    session.add(CitizenLinkRow(token_hash=token_hash, citizen_id=citizen_id, expires_at=expires_at))
    session.flush()


def use_link(session: Session, token_hash: str, now: datetime) -> UUID | None:
    """Where the address leads, once: whoever asks next, or too late, is led nowhere."""
    statement = (
        delete(CitizenLinkRow)
        .where(CitizenLinkRow.token_hash == token_hash)
        .returning(CitizenLinkRow.citizen_id, CitizenLinkRow.expires_at)
    )
    row = session.execute(statement).one_or_none()
    return row.citizen_id if row is not None and now < row.expires_at else None


def delete_expired_links(session: Session, now: datetime) -> int:
    """Forget those that nobody used in time; how many there were."""
    result = session.execute(delete(CitizenLinkRow).where(CitizenLinkRow.expires_at <= now))
    return int(getattr(result, "rowcount", 0))
