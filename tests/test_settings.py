"""A wrong setting means no start, and one sentence that names it."""

from pathlib import Path

import pytest

from config.settings import WrongSetting, load


def settings(tmp_path: Path, **given: str):
    return load({"XINXIA_HOME": str(tmp_path)} | {f"XINXIA_{name}": value for name, value in given.items()})


def test_without_any_setting_everything_lies_in_one_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = load({})
    assert found.home == tmp_path / "var"
    assert found.database_url == f"sqlite:///{tmp_path}/var/xinxia.sqlite3"
    assert {found.server_key_file, found.root_public_file, found.attachments} == {
        tmp_path / "var" / "keys" / "server.key",
        tmp_path / "var" / "keys" / "root.pub",
        tmp_path / "var" / "attachments",
    }
    assert (found.host, found.port, found.demo) == ("127.0.0.1", 8000, False)


def test_an_empty_setting_is_the_default(tmp_path):
    assert settings(tmp_path, PORT="", LOG_LEVEL="", DEMO="").port == 8000


def test_settings_of_others_are_left_alone(tmp_path):
    assert load({"XINXIA_HOME": str(tmp_path), "PORT": "1", "DATABASE_URL": "mysql://"}).port == 8000


@pytest.mark.parametrize("text", ["1", "true", "YES"])
def test_demo_mode_is_switched_on_by_name(tmp_path, text):
    assert settings(tmp_path, DEMO=text).demo is True


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "eighty"),
        ("PORT", "8 000"),
        ("PORT", "-1"),
        ("PORT", "８０００"),
        ("DEMO", "maybe"),
        ("WORKERS", "0"),
        ("THREADS", "1000"),
        ("SESSION_IDLE", "10"),
        ("PASSWORD_MEMORY_KIB", "1024"),
        ("LOG_LEVEL", "LOUD"),
        ("DATABASE_URL", "mysql://localhost/xinxia"),
        ("DATABASE_URL", "sqlite://"),
        ("CERTIFICATE", "/nowhere/certificate.pem"),
        ("TRUSTED_PROXIES", "all"),
        ("LEAVE_TO", "javascript:alert(1)"),
        ("CHECKPOINTS", "/nowhere/checkpoints"),
        ("CHAT_NOTICES", "maybe"),
        ("ADDRESS", "xinxia.school.example"),
        ("ADDRESS", "https://xinxia.school.example/ 陈子涵"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(tmp_path, name, text):
    with pytest.raises(WrongSetting) as refused:
        settings(tmp_path, **{name: text})
    assert f"XINXIA_{name}" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_session_cannot_be_idle_longer_than_it_lives(tmp_path):
    with pytest.raises(WrongSetting, match="XINXIA_SESSION_IDLE"):
        settings(tmp_path, SESSION_IDLE="3600", SESSION_ABSOLUTE="1800")


def test_a_certificate_without_its_key_is_refused(tmp_path):
    (tmp_path / "c.pem").write_text("")
    with pytest.raises(WrongSetting, match="together"):
        settings(tmp_path, CERTIFICATE=str(tmp_path / "c.pem"))


def test_a_certificate_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "c.pem").write_text("")
    with pytest.raises(WrongSetting, match="not there"):
        settings(tmp_path, CERTIFICATE=str(tmp_path / "c.pem"), CERTIFICATE_KEY=str(tmp_path / "c.key"))


def test_the_database_s_address_may_lie_in_a_file(tmp_path):
    (tmp_path / "url").write_text("postgresql://xinxia:secret@127.0.0.1/xinxia\n")
    found = settings(tmp_path, DATABASE_URL_FILE=str(tmp_path / "url"))
    assert found.database_url == "postgresql://xinxia:secret@127.0.0.1/xinxia"


def test_a_missing_file_of_a_secret_is_loud(tmp_path):
    """ASVS V13.3: no quiet fallback to another database."""
    with pytest.raises(WrongSetting, match="XINXIA_DATABASE_URL_FILE"):
        settings(tmp_path, DATABASE_URL_FILE=str(tmp_path / "gone"))


def test_settings_cannot_be_changed_afterwards(tmp_path):
    with pytest.raises(AttributeError):
        settings(tmp_path).demo = True
