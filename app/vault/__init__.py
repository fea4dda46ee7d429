"""Secrets at rest: envelope encryption in which access grants are keys; the only importer of cryptography."""

from app.vault.columns import (
    read,
    read_server,
    registry,
    sealed,
    server_key,
    server_sealed,
    write,
    write_server,
)
from app.vault.errors import AlreadyFounded, Busy, Damaged, MistypedCode, NoKey, Untrusted, VaultError
from app.vault.grants import (
    Wrap,
    create_object,
    create_objects,
    destroy,
    grants_of,
    holders_of,
    readers_among,
    readers_each,
    readers_of,
    share,
    withdraw,
)
from app.vault.holders import Holder, find_group, group, has_key, holder_of, user, with_keys, within
from app.vault.keys import ObjectKey
from app.vault.models import Grant, Group
from app.vault.opening import (
    check_server_key,
    checkpoint_public_key,
    opening_info,
    server_index,
    server_mac,
    sign_checkpoint,
    verify_signature,
)
from app.vault.recovery_cards import cards_of
from app.vault.ring import KeyRing
from app.vault.trust import trust

__all__ = [
    "AlreadyFounded",
    "Busy",
    "Damaged",
    "Grant",
    "Group",
    "Holder",
    "KeyRing",
    "MistypedCode",
    "NoKey",
    "ObjectKey",
    "Untrusted",
    "VaultError",
    "Wrap",
    "cards_of",
    "check_server_key",
    "checkpoint_public_key",
    "create_object",
    "create_objects",
    "destroy",
    "find_group",
    "grants_of",
    "group",
    "has_key",
    "holder_of",
    "holders_of",
    "opening_info",
    "read",
    "read_server",
    "readers_among",
    "readers_each",
    "readers_of",
    "registry",
    "sealed",
    "server_index",
    "server_key",
    "server_mac",
    "server_sealed",
    "share",
    "sign_checkpoint",
    "trust",
    "user",
    "verify_signature",
    "with_keys",
    "withdraw",
    "within",
    "write",
    "write_server",
]
