"""What each fact about an installation means, and what to do about it. Pure: facts in, findings out."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hub.bus.base import BusState
from schemas.access import Role
from schemas.base import Schema
from search.base import IndexState

POSTGRESQL_AT_LEAST = 16
KAFKA_AT_LEAST = (4, 0)
OPENSEARCH_AT_LEAST = (3, 0)
"""Older ones have not been tried."""
CLOCKS_DIFFER_A_LITTLE = timedelta(seconds=2)
"""Logins and signed messages begin to be refused somewhere above it."""
CLOCKS_DIFFER_MUCH = timedelta(seconds=60)
FREE_SHARE = 0.15
"""OpenSearch takes no new shards below it (``cluster.routing.allocation.disk.watermark.low``)."""
FREE_SHARE_AT_LEAST = 0.05
"""Below it OpenSearch makes every index read-only, and PostgreSQL is near its end."""
CONNECTIONS_OF_A_PROCESS = 20
BACKUP_EVERY = timedelta(hours=26)
"""A nightly one that took two hours longer is no fault."""
TRIED_EVERY = timedelta(days=31)
DISTINCT_CHARACTERS = 10
"""A key with fewer was typed, not drawn."""


class Status(StrEnum):
    """How a finding counts."""

    OK = "ok"
    WARNING = "warning"
    """It serves, but something should be done."""
    FAILED = "failed"


class Finding(Schema):
    """One line of ``helhed check``. Neither values of secrets nor texts of foreign errors."""

    check: str
    """The kind of thing that was checked."""
    status: Status
    message: str
    advice: str = ""
    """What to do; empty when all is well."""


class ServerFacts(NamedTuple):
    """About the server, as far as a role without rights may ask."""

    version: str
    major: int
    encoding: str
    fsync: bool
    full_page_writes: bool
    archives: bool
    standbys: int
    is_in_recovery: bool
    is_encrypted: bool
    connections: int
    max_connections: int
    now: datetime


def ok(check: str, message: str) -> Finding:
    """A finding that needs nothing."""
    return Finding(check=check, status=Status.OK, message=message)


def warning(check: str, message: str, advice: str) -> Finding:
    """A finding that should be seen to."""
    return Finding(check=check, status=Status.WARNING, message=message, advice=advice)


def failed(check: str, message: str, advice: str) -> Finding:
    """A finding with which nobody should serve."""
    return Finding(check=check, status=Status.FAILED, message=message, advice=advice)


def judge_server(facts: ServerFacts, *, is_local: bool) -> list[Finding]:
    """The PostgreSQL server: version, encoding, durability, connections, encryption.

    Args:
        facts: about the server.
        is_local: it is reached over a socket or the loopback.
    """
    findings = [
        ok("database", f"PostgreSQL {facts.version}")
        if facts.major >= POSTGRESQL_AT_LEAST
        else failed("database", f"PostgreSQL {facts.version}", f"upgrade it to {POSTGRESQL_AT_LEAST} or newer")
    ]
    if facts.encoding != "UTF8":
        advice = "make the database anew: CREATE DATABASE helhed ENCODING 'UTF8' TEMPLATE template0"
        findings.append(failed("database", f"its encoding is {facts.encoding}", advice))
    off = [name for name, is_on in (("fsync", facts.fsync), ("full_page_writes", facts.full_page_writes)) if not is_on]
    if off:
        advice = "set both on and reload: a power cut can otherwise destroy the database"
        findings.append(failed("database", f"{' and '.join(off)} off", advice))
    if facts.is_in_recovery:
        findings.append(
            failed("database", "it is a standby and takes no writes", "let HELHED_DATABASE_URL be the primary")
        )
    free = facts.max_connections - facts.connections
    if free < CONNECTIONS_OF_A_PROCESS:
        advice = f"raise max_connections; each process uses up to {CONNECTIONS_OF_A_PROCESS}"
        findings.append(warning("database", f"{free} of {facts.max_connections} connections are free", advice))
    if not (facts.is_encrypted or is_local):
        advice = "add ?sslmode=verify-full&sslrootcert=… to HELHED_DATABASE_URL"
        findings.append(warning("database", "the connection is not encrypted", advice))
    if not facts.archives and not facts.standbys:
        advice = "set archive_mode, or connect a standby: after a loss of the disk there is only the last backup"
        findings.append(warning("replication", "PostgreSQL neither archives its log nor has a standby", advice))
    else:
        findings.append(ok("replication", f"archive {'on' if facts.archives else 'off'}, {facts.standbys} standby"))
    return findings


class BackupFacts(NamedTuple):
    """About backups and the archive of the log."""

    newest: datetime | None
    """When the newest base backup was whole, as the database knows; None: there is none."""
    verified: datetime | None
    """When one was last restored on trial."""
    is_archiving: bool
    archived_at: datetime | None
    archiving_fails: bool
    place: str
    """``HELHED_BACKUP_DIR``; empty: this process does not reach it."""
    is_writable: bool
    has_key: bool
    now: datetime


def judge_backup(facts: BackupFacts) -> list[Finding]:
    """Whether everything could be got back: base backup, trial restore, archive of the log, place and key."""
    findings = []
    if facts.newest is None:
        findings.append(warning("backup", "there is none", "helhed backup (docs/operation.md), or one of your own"))
    elif facts.now - facts.newest > BACKUP_EVERY:
        hours = (facts.now - facts.newest) / timedelta(hours=1)
        findings.append(warning("backup", f"the newest is {hours:,.0f} hours old", "see the log of helhed backup"))
    else:
        findings.append(ok("backup", f"the newest is of {facts.newest:%Y-%m-%d %H:%M}Z"))
    if facts.newest is not None and (facts.verified is None or facts.now - facts.verified > TRIED_EVERY):
        findings.append(warning("backup", "none was restored on trial for a month", "helhed backup verify"))
    if facts.archiving_fails:
        advice = "see the server's log: PostgreSQL keeps its log until it can be archived, and the disk fills"
        findings.append(failed("backup", "PostgreSQL cannot archive its log", advice))
    elif facts.is_archiving and facts.archived_at is not None:
        findings.append(ok("backup", f"the log was archived last at {facts.archived_at:%Y-%m-%d %H:%M:%S}Z"))
    elif facts.is_archiving:
        advice = "a minute after a change something is; if not, the server's log says why"
        findings.append(warning("backup", "nothing of PostgreSQL's log is archived yet", advice))
    if facts.place and not facts.is_writable:
        advice = "mount it, or give it to the user of this process"
        findings.append(failed("backup", f"HELHED_BACKUP_DIR {facts.place} cannot be written", advice))
    if facts.place and not facts.has_key:
        findings.append(failed("backup", "HELHED_BACKUP_KEYS is not set", "helhed backup key FILE"))
    return findings


def judge_clock(difference: timedelta) -> Finding:
    """This machine's clock against the database's."""
    seconds = abs(difference.total_seconds())
    message = f"{seconds:.1f} s between this machine and the database"
    advice = "let both follow one time server (chrony, systemd-timesyncd); see: timedatectl"
    if abs(difference) >= CLOCKS_DIFFER_MUCH:
        return failed("clock", message, advice)
    return warning("clock", message, advice) if abs(difference) >= CLOCKS_DIFFER_A_LITTLE else ok("clock", message)


def judge_tables(revision: str, needed: str) -> Finding:
    """The migration the tables are at, against the newest that this program knows."""
    if revision == needed:
        return ok("tables", f"at {revision}")
    if not revision:
        return failed("tables", "the database has no tables yet", "run: helhed migrate")
    if revision < needed:
        return failed("tables", f"at {revision}, needed is {needed}", "run: helhed migrate")
    return warning("tables", f"at {revision}, newer than this program", "upgrade this program when all are migrated")


def judge_log(faults: Sequence[str], *, demo: bool) -> list[Finding]:
    """The rights on the audit log (``hub.audit.guard.log_faults``)."""
    if not faults:
        return [ok("role", "the role of the application owns nothing and cannot change the log")]
    advice = "let HELHED_DATABASE_URL be a login of the role helhed_application (docs/database.md)"
    return [(warning if demo else failed)("role", fault, advice) for fault in faults]


def judge_bus(state: BusState, topics: Iterable[str], *, partitions: int, copies: int) -> list[Finding]:
    """The bus: version, and how its topics are split and copied.

    Args:
        state: of the bus.
        topics: that there must be.
        partitions: as ``HELHED_BUS_PARTITIONS`` says.
        copies: as ``HELHED_KAFKA_REPLICATION`` says; 1 for the embedded bus.
    """
    findings = [ok("bus", f"{state.engine} {state.version}, {state.nodes} node")]
    if state.engine == "Kafka" and _version(state.version) < KAFKA_AT_LEAST:
        findings = [
            warning("bus", f"Kafka {state.version}", f"upgrade it: older than {_dotted(KAFKA_AT_LEAST)} is untried")
        ]
    if copies > state.nodes:
        advice = "start more brokers, or lower HELHED_KAFKA_REPLICATION"
        findings.append(failed("bus", f"{copies} copies of each topic with {state.nodes} broker", advice))
    elif state.engine == "Kafka" and copies == 1:
        advice = "set HELHED_KAFKA_REPLICATION to 3 with three brokers: one broken disk otherwise loses what waits"
        findings.append(warning("bus", "one copy of each message", advice))
    for topic in topics:
        topic_state = state.topics.get(topic)
        if topic_state is None:
            findings.append(warning("bus", f"{topic}: not there yet", "the first worker makes it; check again then"))
        elif topic_state.partitions < partitions:
            advice = f"kafka-topics.sh --alter --topic {topic} --partitions {partitions}"
            message = f"{topic}: {topic_state.partitions} partitions, HELHED_BUS_PARTITIONS says {partitions}"
            findings.append(
                warning("bus", message, advice if state.engine == "Kafka" else "set it back: they stay as made")
            )
        elif topic_state.current_copies < topic_state.copies:
            message = f"{topic}: {topic_state.current_copies} of {topic_state.copies} copies are up to date"
            findings.append(warning("bus", message, "see which broker is down or slow"))
        elif topic_state.copies < copies:
            message = f"{topic}: {topic_state.copies} copies, HELHED_KAFKA_REPLICATION says {copies}"
            findings.append(warning("bus", message, "kafka-reassign-partitions.sh spreads it over more brokers"))
        else:
            findings.append(ok("bus", f"{topic}: {topic_state.partitions} partitions, {topic_state.copies} copies"))
    return findings


def judge_index(state: IndexState) -> list[Finding]:
    """The search index: version, parts that are missing, room."""
    findings = [ok("index", f"{state.engine} {state.version}, {state.nodes} node")]
    if state.engine == "OpenSearch" and min(map(_version, state.version.split(", "))) < OPENSEARCH_AT_LEAST:
        advice = f"upgrade it: older than {_dotted(OPENSEARCH_AT_LEAST)} is untried"
        findings = [warning("index", f"OpenSearch {state.version}", advice)]
    if state.data_missing:
        advice = "start the node that is down; else: helhed index reindex"
        findings.append(failed("index", "a part of an index is on no node", advice))
    elif state.copies_missing:
        advice = "start another node, or set HELHED_OPENSEARCH_REPLICAS lower and reindex"
        findings.append(warning("index", f"{state.copies_missing} copies of shards are on no node", advice))
    if not state.is_there:
        findings.append(warning("index", "there is no index yet", "the first worker makes it; check again then"))
    if state.free_share is not None:
        findings.append(judge_disk("the index", state.free_share))
    return findings


def judge_disk(name: str, free_share: float) -> Finding:
    """Room on a disk, as a share of it."""
    message = f"{free_share:.0%} free for {name}"
    if free_share < FREE_SHARE_AT_LEAST:
        return failed("disk", message, "make room now: writes are about to be refused")
    return warning("disk", message, "make it larger") if free_share < FREE_SHARE else ok("disk", message)


def judge_certificate(name: str, ends: datetime, now: datetime, *, days: int, is_ours: bool) -> Finding:
    """When a certificate ends.

    Args:
        name: setting or address it is from.
        ends: its last instant.
        now: the present.
        days: so long before its end somebody should act.
        is_ours: we show it or the server does; else an authority, of which there may be others beside it.
    """
    message = f"{name}: until {ends:%Y-%m-%d}"
    advice = "renew it, and restart what uses it" if is_ours else "add the new authority to the file, and restart"
    if ends <= now:
        return (failed if is_ours else warning)("certificate", f"{name}: ended {ends:%Y-%m-%d}", advice)
    return warning("certificate", message, advice) if ends - now < timedelta(days=days) else ok("certificate", message)


def judge_keys(keys: Mapping[str, str | None], *, demo: bool) -> list[Finding]:
    """The keys of this installation, by the setting's name; never repeated.

    Args:
        keys: None where one is not set.
        demo: missing ones are then made up.
    """
    findings = []
    for name, key in keys.items():
        if key is None:
            severe = failed if name != "HELHED_SECRET_KEYS" and not demo else warning
            findings.append(severe("keys", f"{name} is not set", "make one: openssl rand -hex 32"))
        elif len(set(key)) < DISTINCT_CHARACTERS:
            findings.append(failed("keys", f"{name} is easily guessed", "make one: openssl rand -hex 32"))
        elif list(keys.values()).count(key) > 1:
            findings.append(failed("keys", f"{name} is the same as another key", "make one of its own"))
        else:
            findings.append(ok("keys", f"{name} is set"))
    return findings


def judge_roles(roles: Iterable[Role]) -> list[Finding]:
    """Whom the mapping of the login lets in."""
    mapped = set(roles)
    why = {
        Role.ADMINISTRATOR: "nobody can see to the sources",
        Role.DPO: "nobody can read the log",
        Role.TEAM_MEMBER: "nobody can open a citizen",
    }
    advice = "add a function with this role to HELHED_ROLE_MAPPING_FILE (docs/login.md)"
    missing = [
        warning("login", f"no function means {role}: {text}", advice)
        for role, text in why.items()
        if role not in mapped
    ]
    return missing or [ok("login", f"functions are mapped to {', '.join(sorted(mapped))}")]


def judge_plain_address(name: str, address: str) -> list[Finding]:
    """An address without TLS is for this machine alone."""
    if is_local(address):
        return []
    return [warning("certificate", f"{name} is not encrypted", "use TLS: personal data are on this way")]


def is_local(host: str | None) -> bool:
    """Whether a host is this machine: a socket, or the loopback."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
