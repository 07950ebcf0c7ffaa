"""The part of the statement on facts that reads what others have disclosed to the actor."""

import json
from collections.abc import Mapping

from schemas.consent import whole_areas
from schemas.disclosure import StandingDisclosure
from schemas.source import Area

STANDING_DISCLOSURES = """
    coalesce((
      SELECT json_agg(json_build_object('id', d.id, 'area', d.area, 'basis', d.basis, 'cells', d.cells,
                                        'stated_by', coalesce(e.name, d.stated_by), 'last_day', d.last_day)
                      ORDER BY d.id)
      FROM disclosures d LEFT JOIN employees e ON e.id = d.stated_by
      WHERE d.citizen_id IN (SELECT o.citizen_id UNION ALL SELECT id FROM citizen_keys WHERE merged_into = o.citizen_id)
        AND d.ended_at IS NULL AND d.first_day <= :on AND :on <= d.last_day AND d.stated_by <> :actor_id
        AND (:actor_id = ANY(d.receivers)
             OR d.course_id IN (SELECT m.course_id FROM memberships m WHERE m.citizen_id = o.citizen_id))
        AND (d.meeting_on IS NULL
             OR d.meeting_on = :on AND EXISTS (SELECT FROM disclosure_uses u
                                               WHERE u.disclosure_id = d.id AND u.actor_id = :actor_id))
    ), '[]')::text
"""
"""Of a citizen ``o``, beside ``memberships``: to the actor by name, or to a team on which the actor is."""


def disclosures_of(stored: str, areas: Mapping[str, Area]) -> tuple[StandingDisclosure, ...]:
    """What the statement gave; all that the sources of an area (*areas*: of each by name) tell is without cells."""
    disclosures = []
    for row in json.loads(stored):
        area = Area(row["area"])
        is_whole = area in whole_areas({area: row["cells"]}, areas)
        disclosures.append(StandingDisclosure.model_validate({**row, "cells": None if is_whole else row["cells"]}))
    return tuple(disclosures)
