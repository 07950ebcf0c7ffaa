"""What the rooms of sessions decide by themselves."""

import pytest
from sqlalchemy import text

from hub.db import Database
from hub.sessions.browsers import browser_name
from hub.sessions.repository import delete_expired_sessions, get_session
from hub.sessions.service import begin, limits_of
from hub.settings import Settings

LIMITS = limits_of(Settings())


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge på Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox på Linux"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome på Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile Safari/604.1", "Safari på iPhone"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_browser_has_a_name_that_people_know(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name


def test_upkeep_removes_what_has_run_out_and_nothing_else(database: Database) -> None:
    with database.transaction() as session:
        session.execute(
            text("INSERT INTO actors (id, name, title, roles) VALUES ('anna', 'Anna', '', '{team_member}')")
        )
        ids = [begin(session, "anna", user_agent="", replaces=None) for _ in range(3)]
        rows = "SELECT number FROM login_sessions ORDER BY number"
        idle, old, _ = session.scalars(text(rows)).all()
        late = "UPDATE login_sessions SET {} = now() - interval '{}' WHERE number = {}"
        session.execute(text(late.format("last_seen_at", "2 hours", idle)))
        session.execute(text(late.format("created_at", "11 hours", old)))
        assert [get_session(session, each, LIMITS) is not None for each in ids] == [False, False, True]
        assert delete_expired_sessions(session, LIMITS) == 2
        assert get_session(session, ids[2], LIMITS) is not None
