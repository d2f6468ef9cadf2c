"""SCRAM-SHA-256 verifiers as PostgreSQL keeps them (RFC 5803), so no password is ever logged."""

import base64
import hashlib
import hmac
import os

_ROUNDS = 4096


def verifier(password: str, salt: bytes | None = None) -> str:
    """What stands in pg_authid for a password. Passwords are expected to be plain ASCII."""
    salt = salt or os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${_ROUNDS}:{_text(salt)}${_text(stored)}:{_text(server)}"


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
