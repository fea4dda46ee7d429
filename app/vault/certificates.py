"""The server's own certificate, for a school without an authority to ask: made and signed by itself."""

import ipaddress
import re
from datetime import timedelta
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from flask import current_app
from flask.cli import with_appcontext

from app.core import clock
from app.core.address import made_certificate
from app.core.disk import write_whole

# Longer-lived ones are refused by Apple's systems, also when a person trusts them by hand.
_LIFETIME = timedelta(days=825)
_DNS_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")


class CertificateThere(Exception):
    """There is a certificate already; replacing it makes everybody confirm the new one."""


def make_certificate(host: str, certificate: Path, key: Path, *, replace: bool = False) -> str:
    """Write a self-signed certificate and its key (mode 0600); return its SHA-256 fingerprint.

    Raises CertificateThere when one of the files exists and is not to be replaced, ValueError for what is
    neither an address nor a name.
    """
    if not replace and (certificate.exists() or key.exists()):
        raise CertificateThere
    private = ec.generate_private_key(ec.SECP256R1())
    signed = _signed(host, private)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(key, pem)
    write_whole(certificate, signed.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return signed.fingerprint(hashes.SHA256()).hex(":").upper()


def _signed(host: str, private: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    # The name is for people only; browsers read the alternative names.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_alternative_name(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )


def _alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        if not _DNS_NAME.fullmatch(host):
            raise
        return x509.DNSName(host)


@click.group()
def certificate() -> None:
    """The certificate with which the server answers over https."""


@certificate.command("make")
@click.option("--host", required=True, help="The name or address that people type, as in XINXIA_HOST.")
@click.option("--replace", is_flag=True, help="Replace the one that is there.")
@with_appcontext
def make(host: str, replace: bool) -> None:
    """Make a self-signed certificate for one name or address and keep it with the server's keys."""
    files = made_certificate(current_app.extensions["settings"].home)
    try:
        fingerprint = make_certificate(host, *files, replace=replace)
    except CertificateThere:
        raise click.ClickException(f"{files[0]} is there already; --replace makes a new one") from None
    except ValueError:
        raise click.ClickException(f"{host} is neither an address nor a name") from None
    click.echo(f"Made {files[0]}, valid for {_LIFETIME.days} days.")
    click.echo(f"Browsers ask once whether to trust it; compare there: SHA-256 {fingerprint}")
