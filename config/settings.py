"""The settings of one installation: each with its default and its check; a wrong one means no start."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]{0,200})?")


class WrongSetting(Exception):
    """A setting that makes no sense; the message names it and says what is expected, in one sentence."""


@dataclass(frozen=True)
class Settings:
    """Everything that is decided outside the code.

    Times are seconds; `home` holds everything that is kept; secrets are files readable by their owner only.
    """

    home: Path
    database_url: str
    demo: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    certificate_key: Path | None = None
    trusted_proxies: int = 0
    workers: int = 2
    threads: int = 8
    server_key_file: Path = field(default=Path("server.key"))
    root_public_file: Path = field(default=Path("root.pub"))
    # Where the newest checkpoints of the trail go; by default into the home.
    checkpoints_elsewhere: Path | None = None
    # "required" by policy of the posts, "optional" where everybody is invented; no environment changes it.
    second_factor: str = "required"
    session_idle: int = 20 * 60
    session_absolute: int = 10 * 3600
    password_memory_kib: int = 64 * 1024
    upload_limit: int = 20 * 1024 * 1024
    attachment_quota: int = 2 * 1024 * 1024 * 1024
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "xinxia@localhost"
    leave_to: str = "https://www.baidu.com/"
    # Whether notices may go to chats on other people's machines, and where a notice says that Xinxia is.
    chat_notices: bool = True
    address: str = ""
    log_level: str = "INFO"
    testing: bool = False

    @property
    def attachments(self) -> Path:
        """Where sealed attachments lie."""
        return self.home / "attachments"

    @property
    def checkpoints(self) -> Path:
        """Where the newest checkpoints of the trail lie: on another disk, if the settings name one."""
        return self.checkpoints_elsewhere or self.home / "checkpoints"


def load(environment: Mapping[str, str]) -> Settings:
    """Read settings from an environment; NAME_FILE names a file for a secret; raises WrongSetting."""
    values = _Environment(environment)
    home = Path(values.text("HOME", "var")).resolve()
    demo = values.flag("DEMO", False)
    settings = Settings(
        home=home,
        database_url=values.secret("DATABASE_URL", f"sqlite:///{home / 'xinxia.sqlite3'}"),
        demo=demo,
        host=values.text("HOST", "127.0.0.1"),
        port=values.number("PORT", 8000, 1, 65535),
        certificate=values.path("CERTIFICATE"),
        certificate_key=values.path("CERTIFICATE_KEY"),
        trusted_proxies=values.number("TRUSTED_PROXIES", 0, 0, 8),
        workers=values.number("WORKERS", 2, 1, 64),
        threads=values.number("THREADS", 8, 1, 64),
        server_key_file=values.path("SERVER_KEY_FILE") or home / "keys" / "server.key",
        root_public_file=values.path("ROOT_PUBLIC_FILE") or home / "keys" / "root.pub",
        checkpoints_elsewhere=values.path("CHECKPOINTS"),
        second_factor="optional" if demo else "required",
        session_idle=values.number("SESSION_IDLE", 20 * 60, 120, 24 * 3600),
        session_absolute=values.number("SESSION_ABSOLUTE", 10 * 3600, 600, 24 * 3600),
        password_memory_kib=values.number("PASSWORD_MEMORY_KIB", 64 * 1024, 19 * 1024, 1 << 21),
        upload_limit=values.number("UPLOAD_LIMIT", 20 * 1024 * 1024, 64 * 1024, 1 << 30),
        attachment_quota=values.number("ATTACHMENT_QUOTA", 2 * 1024 * 1024 * 1024, 1 << 20, 1 << 44),
        smtp_url=values.secret("SMTP_URL", ""),
        mail_from=values.text("MAIL_FROM", "xinxia@localhost"),
        leave_to=values.text("LEAVE_TO", "https://www.baidu.com/"),
        chat_notices=values.flag("CHAT_NOTICES", True),
        address=values.text("ADDRESS", ""),
        log_level=values.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    )
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    if not settings.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise WrongSetting("XINXIA_DATABASE_URL must begin with sqlite:/// or postgresql://")
    if settings.smtp_url and not settings.smtp_url.startswith(("smtp://", "smtps://")):
        raise WrongSetting("XINXIA_SMTP_URL must begin with smtp:// or smtps://")
    if not settings.leave_to.startswith("https://"):
        raise WrongSetting("XINXIA_LEAVE_TO must begin with https://")
    if settings.address and not _ADDRESS.fullmatch(settings.address):
        raise WrongSetting("XINXIA_ADDRESS must be https:// and the name under which people reach this installation")
    if bool(settings.certificate) != bool(settings.certificate_key):
        raise WrongSetting("XINXIA_CERTIFICATE and XINXIA_CERTIFICATE_KEY must be given together")
    if settings.session_idle > settings.session_absolute:
        raise WrongSetting("XINXIA_SESSION_IDLE must not be longer than XINXIA_SESSION_ABSOLUTE")
    if settings.checkpoints_elsewhere is not None and not settings.checkpoints_elsewhere.is_dir():
        raise WrongSetting(f"XINXIA_CHECKPOINTS names no folder that is there: {settings.checkpoints_elsewhere}")
    for path in (settings.certificate, settings.certificate_key):
        if path is not None and not path.is_file():
            raise WrongSetting(f"the file {path} named in the settings is not there")


class _Environment:
    """Reads single values and turns every fault into one sentence."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._values = environment

    def text(self, name: str, default: str) -> str:
        return self._values.get(f"XINXIA_{name}", default) or default

    def secret(self, name: str, default: str) -> str:
        named = self._values.get(f"XINXIA_{name}_FILE")
        if named is None:
            return self.text(name, default)
        try:
            return Path(named).read_text().strip()
        except OSError as error:
            raise WrongSetting(f"XINXIA_{name}_FILE names a file that cannot be read: {named}") from error

    def path(self, name: str) -> Path | None:
        found = self._values.get(f"XINXIA_{name}")
        return Path(found).resolve() if found else None

    def flag(self, name: str, default: bool) -> bool:
        text = self.text(name, "1" if default else "0").lower()
        if text not in ("0", "1", "true", "false", "yes", "no"):
            raise WrongSetting(f"XINXIA_{name} must be 1 or 0")
        return text in ("1", "true", "yes")

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.text(name, str(default))
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise WrongSetting(f"XINXIA_{name} must be a number from {least} to {most}")
        return int(text)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        text = self.text(name, default).upper()
        if text not in allowed:
            raise WrongSetting(f"XINXIA_{name} must be one of {', '.join(allowed)}")
        return text
