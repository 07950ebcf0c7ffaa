"""Tables of this room (SQLAlchemy classes, no behaviour). All dates are Danish days, half-open."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class CourseRow(Base):
    """One coordinated course (forløb), for one citizen or a family."""

    __tablename__ = "courses"
    __table_args__ = (CheckConstraint("ended_on >= started_on", name="period"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    started_on: Mapped[date]
    ended_on: Mapped[date | None]


class CourseCitizenRow(Base):
    """A citizen who is on a course, and when."""

    __tablename__ = "course_citizens"
    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="period"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]


class TeamMembershipRow(Base):
    """An employee who is on a course's team, in which function, when and why."""

    __tablename__ = "team_memberships"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("function IN ('lead_coordinator', 'citizen_coordinator', 'member')", name="function"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    actor_id: Mapped[str] = mapped_column(Text, primary_key=True, index=True)
    function: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)


class ConsentRow(Base):
    """A citizen's consent that the team of one course may see one area.

    Consent to health lapses at the latest a year after it was given (sundhedsloven § 44); the table
    holds no other.
    """

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint(
            "area <> 'health' OR (expires_on IS NOT NULL AND expires_on <= given_on + interval '1 year')",
            name="health_year",
        ),
        CheckConstraint("area IN ('employment', 'school', 'social', 'health')", name="area"),
        Index("ix_consents_citizen_id", "citizen_id", "course_id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(Text, primary_key=True)
    given_on: Mapped[date] = mapped_column(primary_key=True)
    expires_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    scope: Mapped[str] = mapped_column(Text)
