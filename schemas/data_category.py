"""Sorts of data, as legal bases and consents name them (oplysningskategorier)."""

from enum import StrEnum


class DataCategory(StrEnum):
    """What sort of data a consent is about (oplysningskategori)."""

    EFFORTS = "efforts"
    """Efforts, cases, and whatever has no category of its own in its area."""
    PLANS = "plans"
    NOTIFICATIONS = "notifications"
    SCHOOLING = "schooling"
    WORK = "work"
    CONTACTS = "contacts"
    PERSON = "person"
    """Relatives, disagreements and local numbers."""
    EXISTENCE = "existence"
    """Only whether there is anything; opens nothing."""
