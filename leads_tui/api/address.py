"""Where the server is: the one rule for its base address, light enough for settings and command lines."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import SplitResult, urlsplit

from leads_tui.locale import _

__all__ = ["check_base_url", "is_loopback"]

_EXAMPLE: Final = "https://leads.example/v2"


def check_base_url(url: str) -> str:
    """The address without slashes at its end, so that `{base}/leads/list` can be built from it.

    Raises ValueError that says what is wrong, and never repeats a password that the address may carry. Unencrypted
    `http://` is taken for loopback only: the token would be readable on the way.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(_("the address is not readable; write it like {example}").format(example=_EXAMPLE)) from error
    _check_parts(text, parts)
    if parts.scheme == "http" and not is_loopback(host or ""):
        raise ValueError(
            _("http:// to {host} would show your token to everyone on the way; write https://").format(host=host)
        )
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether this host name or address is the machine itself: localhost, 127.0.0.0/8 or ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_parts(text: str, parts: SplitResult) -> None:
    """Raises ValueError for the first part that is wrong, the most telling one first."""
    if "@" in parts.netloc:
        raise ValueError(_("the address must not hold a user name or password; sign in with them instead"))
    if not parts.scheme or "://" not in text:
        raise ValueError(_("the address lacks https:// at its start; write it like {example}").format(example=_EXAMPLE))
    if parts.scheme not in {"https", "http"}:
        raise ValueError(
            _("{scheme}:// is not a way to the server; write it like {example}").format(
                scheme=parts.scheme, example=_EXAMPLE
            )
        )
    if not parts.hostname:
        raise ValueError(_("the address names no host; write it like {example}").format(example=_EXAMPLE))
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        raise ValueError(_("the address must end with its path, like {example}").format(example=_EXAMPLE))
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError(
            _("the address holds a character that no address has; write it like {example}").format(example=_EXAMPLE)
        )
