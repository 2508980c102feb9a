"""What a successful answer says: the contract's envelope opened, and its contents as models.

An error names the place and the kind of a mismatch, and nothing of what stands there: it may be a visitor's.
"""

from __future__ import annotations

from typing import Final, TypeVar

from pydantic import ValidationError

from leads_tui.api.errors import ApiError, BadResponse
from leads_tui.api.failures import without_frames
from leads_tui.api.models import ApiModel
from leads_tui.locale import N_

__all__ = ["parse", "parse_all", "read_results", "read_total"]

LONGEST_TOTAL: Final = 15
"""The most digits of a number of leads that is believed."""

_Model = TypeVar("_Model", bound=ApiModel)


def read_results(body: object, call: str) -> object:
    """What the answer holds under `results`. Raises BadResponse where there is no such thing."""
    if not isinstance(body, dict) or "results" not in body:
        reason = N_("the answer is empty") if body is None else N_("the answer has no `results`")
        raise BadResponse(reason, call=call, status=200)
    return body["results"]


def read_total(body: object, call: str) -> int | None:
    """How many match in all; None where the answer does not say. Raises BadResponse for what is no number."""
    total = body.get("total") if isinstance(body, dict) else None
    if isinstance(total, str) and total.isascii() and total.isdigit() and len(total) <= LONGEST_TOTAL:
        return int(total)
    if total is not None and (not isinstance(total, int) or isinstance(total, bool) or total < 0):
        raise BadResponse(N_("`total` is not a number"), call=call, status=200)
    return total


def parse(model: type[_Model], results: object, call: str, place: str = "results") -> _Model:
    """The results as one object. Raises BadResponse that names the wrong field."""
    try:
        return model.model_validate(results)
    except ValidationError as error:
        raise _mismatch(error, call, place) from without_frames(error)


def parse_all(model: type[_Model], results: object, call: str) -> tuple[_Model, ...]:
    """The results as a list of objects. Raises BadResponse that names the wrong place and field."""
    if not isinstance(results, list):
        raise BadResponse(N_("`results` is not a list"), call=call, status=200)
    return tuple(parse(model, each, call, f"results.{index}") for index, each in enumerate(results))


def _mismatch(error: ValidationError, call: str, place: str) -> ApiError:
    """Names the first field that is wrong and how, and nothing of what it holds."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in (place, *first["loc"]))
    return BadResponse(f"{where}: {first['type']}", call=call, status=200)
