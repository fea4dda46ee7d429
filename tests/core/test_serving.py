"""The server starts with one command, speaks https to everybody but this machine, and refuses in one sentence."""

import contextlib
import http.client
import json
import os
import signal
import socket
import ssl

import pytest
from sqlalchemy import text

from app.core.address import ServingRefused, address, certificate_of
from app.vault.certificates import CertificateThere, make_certificate
from tests.databases import Installation
from tests.serving import answers, flask, serving, wait_until

pytestmark = pytest.mark.alike

CANARY = "chenzihan"


def test_serving_over_http_on_this_machine_with_several_processes_until_told_to_stop(installation):
    with serving(installation) as served:
        assert served.get("/healthz") == 200
        wait_until(lambda: len(served.workers()) == 2)
        code, _logged = served.stop()
    assert code == 0


def test_a_worker_that_is_killed_is_replaced(installation):
    with serving(installation, WORKERS="2") as served:
        before = served.workers()
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: len(served.workers()) == 2 and not set(served.workers()) & set(before))
        wait_until(lambda: answers(served))


@pytest.mark.unlike
def test_the_jobs_run_beside_the_answers(installation, database):
    with serving(installation):
        wait_until(lambda: known_jobs(database))


def known_jobs(database) -> int:
    with database.engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM job_lease"))


def test_what_was_asked_is_not_logged_not_even_when_it_makes_no_sense(installation):
    with serving(installation) as served:
        assert served.get(f"/nowhere?name={CANARY}") == 404
        with socket.create_connection((served.host, served.port)) as raw:
            raw.sendall(f"NONSENSE /{CANARY} HTTP/9.9\r\n\r\n".encode())
            assert b"400" in raw.recv(1000)
        _code, logged = served.stop()
    assert "Invalid request" in logged
    assert CANARY not in logged
    assert all(json.loads(line)["event"] for line in logged.splitlines())


def test_connections_that_fall_silent_in_the_middle_of_a_request_do_not_stop_the_others(installation):
    with serving(installation, WORKERS="1", THREADS="2") as served:
        where = (served.host, served.port)
        halves = [b"GET /healthz HTTP/1.1\r\nHost:", b"POST /sign-in HTTP/1.1\r\nContent-Length: 9\r\n\r\na="]
        with contextlib.ExitStack() as silent:
            for half in halves * 2:
                silent.enter_context(socket.create_connection(where)).sendall(half)
            wait_until(lambda: answers(served))
        _code, logged = served.stop()
    assert all(json.loads(line)["event"] for line in logged.splitlines())


def test_another_address_is_served_over_https_with_the_certificate_that_one_command_makes(installation):
    made = flask(installation, "certificate", "make", "--host", "127.0.0.2")
    assert made.returncode == 0, made.stderr
    with serving(installation, HOST="127.0.0.2") as served:
        assert served.get("/healthz") == 200
        with pytest.raises((OSError, http.client.HTTPException)):
            plain = http.client.HTTPConnection(served.host, served.port, timeout=10)
            plain.request("GET", "/healthz")
            plain.getresponse()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "xinxia.school.example", "::"])
def test_another_address_without_a_certificate_is_refused(tmp_path, host):
    with pytest.raises(ServingRefused, match="needs a certificate") as refused:
        certificate_of(Installation(tmp_path, "sqlite://").settings(host=host))
    assert f"certificate make --host {host}" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", "http://127.0.0.1:8000/"), ("::1", "http://[::1]:8000/")]
)
def test_this_machine_needs_none(tmp_path, host, expected):
    assert address(Installation(tmp_path, "sqlite://").settings(host=host)) == expected


def test_a_given_certificate_is_used_everywhere(tmp_path):
    files = tmp_path / "a.pem", tmp_path / "a.key"
    settings = Installation(tmp_path, "sqlite://").settings(certificate=files[0], certificate_key=files[1])
    assert certificate_of(settings) == files
    assert address(settings) == "https://127.0.0.1:8000/"


def test_a_refused_start_is_one_sentence_and_no_traceback(installation):
    refused = flask(installation, "serve", HOST="192.168.1.5")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: serving on 192.168.1.5 needs a certificate")
    assert len(refused.stderr.splitlines()) == 1


def test_a_taken_port_is_named(installation):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = flask(installation, "serve", PORT=port)
    assert refused.returncode == 1
    assert f"port {port} cannot be used" in refused.stderr
    assert "XINXIA_PORT" in refused.stderr


def test_an_older_database_is_not_served(installation, database):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001_vault'"))
    refused = flask(installation, "serve")
    assert refused.returncode == 1
    assert "database upgrade" in refused.stderr


def test_a_database_from_the_future_is_not_served(installation, database):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_unheard_of'"))
    refused = flask(installation, "serve")
    assert refused.returncode == 1
    assert "does not know" in refused.stderr


def test_a_certificate_names_its_host_and_keeps_its_key_to_itself(tmp_path):
    certificate, key = tmp_path / "keys" / "c.pem", tmp_path / "keys" / "c.key"
    fingerprint = make_certificate("10.1.2.3", certificate, key)
    assert len(fingerprint.split(":")) == 32
    assert key.stat().st_mode & 0o777 == 0o600
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    decoded = ssl._ssl._test_decode_cert(str(certificate))  # type: ignore[attr-defined]
    assert decoded["subjectAltName"] == (("IP Address", "10.1.2.3"),)


def test_a_certificate_is_not_replaced_unasked(tmp_path):
    files = tmp_path / "c.pem", tmp_path / "c.key"
    make_certificate("xinxia.school.example", *files)
    before = [file.read_bytes() for file in files]
    with pytest.raises(CertificateThere):
        make_certificate("xinxia.school.example", *files)
    assert [file.read_bytes() for file in files] == before
    make_certificate("xinxia.school.example", *files, replace=True)
    assert [file.read_bytes() for file in files] != before


@pytest.mark.parametrize("host", ["", "a b", "-x", "名字", "http://x", "10.1.2.3/8", "*"])
def test_what_is_no_name_gets_no_certificate(tmp_path, host):
    with pytest.raises(ValueError, match=r"."):
        make_certificate(host, tmp_path / "c.pem", tmp_path / "c.key")
    assert list(tmp_path.iterdir()) == []
