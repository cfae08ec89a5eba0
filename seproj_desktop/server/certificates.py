"""TLS with a certificate that the person gives. What is wrong with the files is told in words, before anything listens.

Reads files: on a worker thread.
"""

import ssl
from pathlib import Path

from seproj_desktop.errors import UserError

ADVICE = "Settings: server.certificate and server.private_key, both in PEM form."


def load_certificate(certificate: str, private_key: str | None) -> ssl.SSLContext:
    """`private_key` may be left out where the certificate's file holds both. Raises `UserError`."""
    chain, key = Path(certificate).expanduser(), Path(private_key or certificate).expanduser()
    for file in (chain, key):
        try:
            file.read_bytes()
        except OSError as error:
            raise UserError(f"{file} cannot be read: {error.strerror or error}.", ADVICE) from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(chain, key, password=_refuse_password)
    except _PasswordWanted:
        raise UserError(f"{key} is protected by a password.", "Give a key without one.") from None
    except ssl.SSLError as error:
        raise UserError(_words(error, chain, key), ADVICE) from error
    return context


class _PasswordWanted(Exception):  # noqa: N818  no failure of the program's
    pass


def _refuse_password() -> str:
    raise _PasswordWanted


def _words(error: ssl.SSLError, chain: Path, key: Path) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{key} is not the private key of {chain}."
    return f"{chain} and {key} hold no certificate with its private key: {error.reason or error}."
