"""Signing in: OAuth 2.0 with the owner's password and with refresh tokens (RFC 6749, sections 4.3 and 6).

Tokens are kept as hashes in the database, so that every server process on it knows them and its reader cannot use them.
A refresh token stays the same when it is used: an answer lost on the way must not sign the operator out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import sqlalchemy as sa

from leads_tui.server.errors import bad_grant, not_signed_in
from leads_tui.server.params import Params
from leads_tui.server.schema import employees, tokens

REFRESH_LIFETIME: Final = timedelta(days=30)
"""How long a refresh token can be used, counted from its last use."""

_ACCESS: Final = "access"
_REFRESH: Final = "refresh"
_SCRYPT_COST: Final = 2**13


def hash_password(password: str) -> str:
    """The password as the table keeps it: scrypt with its salt."""
    salt = secrets.token_bytes(16)
    return f"{base64.b64encode(salt).decode()}${base64.b64encode(_scrypt(password, salt)).decode()}"


def is_password(password: str, kept: str) -> bool:
    """True where the password is the one that was hashed."""
    salt, digest = (base64.b64decode(part) for part in kept.split("$"))
    return hmac.compare_digest(_scrypt(password, salt), digest)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_SCRYPT_COST, r=8, p=1)


@cache
def _nobodys_password() -> str:
    return hash_password(secrets.token_urlsafe())


@dataclass(frozen=True)
class SignIn:
    """Whose token came with a call, and which sign-in it belongs to (its access and refresh tokens share it)."""

    employee_id: int
    sign_in: str


def grant(connection: sa.Connection, params: Params, *, now: datetime, lifetime: timedelta) -> dict[str, object]:
    """Answers `oauth2/token`: a new access token for a password or for a refresh token.

    Raises 400 with OAuth's `invalid_grant` for a wrong one, 422 for a missing parameter.
    """
    kind = params.text("grant_type", required=True)
    if kind == "password":
        return _grant_by_password(connection, params, now, lifetime)
    if kind == "refresh_token":
        return _grant_by_refresh_token(connection, params, now, lifetime)
    params.check()
    raise bad_grant("unsupported_grant_type", "grant_type is password or refresh_token")


def authenticate(connection: sa.Connection, header: str | None, *, now: datetime) -> SignIn:
    """Who calls, by the `Authorization` header. Raises 401 without a token that is known and has not run out."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise not_signed_in()
    found = _find(connection, token.strip(), _ACCESS, now)
    if found is None:
        raise not_signed_in()
    return found


def sign_out(connection: sa.Connection, caller: SignIn) -> None:
    """Ends the sign-in: its access and refresh tokens are unknown from now on."""
    connection.execute(sa.delete(tokens).where(tokens.c.sign_in == caller.sign_in))


def grant_lasting_token(connection: sa.Connection, email: str) -> str:
    """An access token without an end and without a refresh token, as an admin hands one out."""
    employee_id = connection.scalar(sa.select(employees.c.id).where(employees.c.email == email))
    if employee_id is None:
        raise LookupError(f"no employee has the e-mail {email!r}")
    return _keep(connection, _ACCESS, SignIn(employee_id, secrets.token_hex(16)), None)


def _grant_by_password(
    connection: sa.Connection, params: Params, now: datetime, lifetime: timedelta
) -> dict[str, object]:
    username = params.text("username", required=True)
    password = params.text("password", required=True)
    params.check()
    account = connection.execute(
        sa.select(employees.c.id, employees.c.password_hash).where(employees.c.email == str(username).strip().lower())
    ).one_or_none()
    # An unknown e-mail costs as much time as a wrong password, so that the time tells nobody who exists.
    right = is_password(str(password), account.password_hash if account else _nobodys_password())
    if account is None or not right:
        raise bad_grant("invalid_grant", "Wrong e-mail or password")
    sign_in = SignIn(account.id, secrets.token_hex(16))
    refresh_token = _keep(connection, _REFRESH, sign_in, now + REFRESH_LIFETIME)
    return _answer(connection, sign_in, refresh_token, now, lifetime)


def _grant_by_refresh_token(
    connection: sa.Connection, params: Params, now: datetime, lifetime: timedelta
) -> dict[str, object]:
    refresh_token = params.text("refresh_token", required=True)
    params.check()
    sign_in = _find(connection, str(refresh_token), _REFRESH, now)
    if sign_in is None:
        raise bad_grant("invalid_grant", "The refresh token is unknown or has expired: sign in with the password")
    connection.execute(
        sa.update(tokens)
        .where(tokens.c.hash == _hash(str(refresh_token)))
        .values(expires_at=(now + REFRESH_LIFETIME).timestamp())
    )
    return _answer(connection, sign_in, str(refresh_token), now, lifetime)


def _answer(
    connection: sa.Connection, sign_in: SignIn, refresh_token: str, now: datetime, lifetime: timedelta
) -> dict[str, object]:
    connection.execute(sa.delete(tokens).where(tokens.c.expires_at <= now.timestamp()))
    whole = lifetime.total_seconds()
    return {
        "access_token": _keep(connection, _ACCESS, sign_in, now + lifetime),
        "token_type": "Bearer",
        "expires_in": int(whole) if whole.is_integer() else whole,
        "refresh_token": refresh_token,
    }


def _keep(connection: sa.Connection, kind: str, sign_in: SignIn, expires_at: datetime | None) -> str:
    token = secrets.token_urlsafe(32)
    connection.execute(
        sa.insert(tokens).values(
            hash=_hash(token),
            kind=kind,
            sign_in=sign_in.sign_in,
            employee_id=sign_in.employee_id,
            expires_at=expires_at.timestamp() if expires_at else None,
        )
    )
    return token


def _find(connection: sa.Connection, token: str, kind: str, now: datetime) -> SignIn | None:
    row = connection.execute(
        sa.select(tokens.c.employee_id, tokens.c.sign_in).where(
            tokens.c.hash == _hash(token),
            tokens.c.kind == kind,
            sa.or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now.timestamp()),
        )
    ).one_or_none()
    return SignIn(row.employee_id, row.sign_in) if row else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
