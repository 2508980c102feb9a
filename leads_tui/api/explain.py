"""An error in one calm sentence for the operator: what failed, and what to do."""

from __future__ import annotations

from typing import Final

from leads_tui.api.errors import (
    ApiError,
    BadResponse,
    Forbidden,
    NotFound,
    NotSignedIn,
    Rejected,
    ServerError,
    TimedOut,
    TooManyRequests,
    Unreachable,
    WrongPassword,
)
from leads_tui.locale import N_, _, ngettext

__all__ = ["explain"]


def explain(error: ApiError) -> str:
    """One sentence in the operator's language, without markup; decided by the error's kind, never by its text."""
    match error:
        case TimedOut() | Unreachable():
            text = _explain_silence(error)
        case Rejected():
            text = _explain_rejected(error)
        case TooManyRequests():
            seconds = max(1, round(error.retry_after))
            text = ngettext(
                "The server is asked too often; it will answer again in {seconds} second.",
                "The server is asked too often; it will answer again in {seconds} seconds.",
                seconds,
            ).format(seconds=seconds)
        case ServerError():
            text = _("The server has a fault of its own (HTTP {status}); try again in a moment.")
            text = text.format(status=error.status)
        case BadResponse():
            text = _("The answer is not one of the Leads API ({reason}); check the server's address.")
            text = text.format(reason=_(error.reason) if error.reason else error.status)
        case _:
            text = next((_(words) for kind, words in _PLAIN.items() if isinstance(error, kind)), _(_UNKNOWN))
    return text


_PLAIN: Final[dict[type[ApiError], str]] = {
    WrongPassword: N_("The server does not know this e-mail and password; check both and sign in again."),
    NotSignedIn: N_("Your sign-in has ended; sign in again to go on."),
    Forbidden: N_("The server does not allow you this; ask your administrator if you need it."),
    NotFound: N_("The server does not have this; refresh the list to see what is there."),
}
"""The kinds that say all by themselves, the narrower ones first."""

_UNKNOWN: Final = N_("The call to the server failed; try again.")


def _explain_silence(error: TimedOut | Unreachable) -> str:
    if error.may_have_acted:
        return _("The answer did not come; whether the server did what was asked is not known yet.")
    if not error.sent and isinstance(error, Unreachable) and error.reason:
        return _("The server cannot be reached ({reason}); check the network and the address.").format(
            reason=_(error.reason)
        )
    if error.sent:
        return _("The connection to the server is bad, its answer did not come; try again in a moment.")
    return _("The server cannot be reached; check the network and the address.")


def _explain_rejected(error: Rejected) -> str:
    words = {"required": _("missing"), "invalid": _("not valid"), "too_long": _("too long")}
    told = ", ".join(
        f"{name}: {' + '.join(words.get(code, code) for code in codes)}" for name, codes in error.fields.items()
    )
    if not told:
        return _("The server does not accept what was sent; change it and try again.")
    return _("The server does not accept this ({fields}); change it and try again.").format(fields=told)
