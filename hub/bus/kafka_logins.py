"""Logins to Kafka: another one beside that of now, with its rights, and the former one removed."""

from dataclasses import replace
from time import monotonic, sleep

from kafka import KafkaAdminClient, errors
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from hub.bus.base import BusRefused
from hub.bus.kafka_client import KafkaAccess, translate_errors

_KNOWN_WITHIN = 10.0
"""Seconds until every broker has heard of a login."""
_MOMENT = 0.2


def add_login(administrator: KafkaAccess, current: KafkaAccess, new: KafkaAccess) -> int:
    """Make the login *new* with the rights of *current*, and log in with it; how many rights that are.

    Made again it has the password of the last time.

    Raises:
        BusUnavailable: no broker answers.
        BusRefused: the administrator may not, or the new login is not let in.
    """
    upsertion = UserScramCredentialUpsertion(new.user, new.mechanism, new.password)
    admin = administrator.open(KafkaAdminClient)
    try:
        with translate_errors():
            _alter(admin, [upsertion], new.user)
            rights = [_of(right, new.user) for right in _rights(admin, current.user)]
            if rights and admin.create_acls(rights)["failed"]:
                raise BusRefused(f"Kafka does not give {new.user} the rights of {current.user}")
    finally:
        admin.close()
    _try(new)
    return len(rights)


def retire_login(administrator: KafkaAccess, name: str) -> None:
    """Remove a login and its rights. Connections that are open stay so.

    Raises:
        BusUnavailable: no broker answers.
        BusRefused: there is no such login, or the administrator may not.
    """
    admin = administrator.open(KafkaAdminClient)
    try:
        with translate_errors():
            known = admin.describe_user_scram_credentials([name])[name]["credential_infos"]
            if not known:
                raise BusRefused(f"Kafka has no login {name} with a password of SCRAM")
            _alter(admin, [UserScramCredentialDeletion(name, each["mechanism"]) for each in known], name)
            if _rights(admin, name):
                admin.delete_acls([_all_of(name)])
    finally:
        admin.close()


def _alter(admin: KafkaAdminClient, alterations: list[object], name: str) -> None:
    if admin.alter_user_scram_credentials(alterations)[name] is not None:
        raise BusRefused(f"Kafka does not change the login {name}: the administrator needs ALTER on the cluster")


def _rights(admin: KafkaAdminClient, name: str) -> list[ACL]:
    """None where Kafka has no authorizer: then everybody who is let in may do everything."""
    try:
        rights, _ = admin.describe_acls(_all_of(name))
    except errors.SecurityDisabledError:
        return []
    return list(rights)


def _all_of(name: str) -> ACLFilter:
    everything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    return ACLFilter(f"User:{name}", None, ACLOperation.ANY, ACLPermissionType.ANY, everything)


def _of(right: ACL, name: str) -> ACL:
    return ACL(f"User:{name}", right.host, right.operation, right.permission_type, right.resource_pattern)


def _try(new: KafkaAccess) -> None:
    """Log in; brokers hear of a login one after another."""
    until = monotonic() + _KNOWN_WITHIN
    for server in new.servers:
        while True:
            try:
                replace(new, servers=(server,)).open(KafkaAdminClient).close()
                break
            except BusRefused:
                if monotonic() > until:
                    raise
            sleep(_MOMENT)
